"""Laws of the cure of the epoxy, of contact in the press, and of the rules for peel and ageing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp

from twin.polymer.cure import (
    BREAK,
    FIRST,
    LATE,
    REACH,
    SECOND,
    Recipe,
    ageing_rate,
    cured,
    curing_time,
    intimate_contact,
    peel_strength,
)

DILUTED = 6.5 / 26.5  # epoxy and hardener in the film of Example 1


@given(start=st.floats(0.0, 0.6), celsius=st.floats(100.0, 220.0), minutes=st.floats(0.1, 120.0),
       diluted=st.floats(0.1, 1.0), separated=st.floats(0.3, 1.0))  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_cure_is_the_integral_of_its_law(start, celsius, minutes, diluted, separated):
    """The closed form, with its step at 0.3, agrees with a solver that stops there."""
    temperature, end = celsius + 273.15, 60.0 * minutes
    first, second, late = (a * np.exp(-e / 8.314 / temperature) for a, e in (FIRST, SECOND, LATE))

    def early(_: float, a: np.ndarray) -> np.ndarray:
        return diluted * (first + second * a) * (1.0 - a) * (REACH - a)

    def crossing(_: float, a: np.ndarray) -> float:
        return float(a[0] - BREAK)

    crossing.terminal = True  # type: ignore[attr-defined] # how solve_ivp is told
    at, reached = 0.0, start
    if start < BREAK:
        path = solve_ivp(early, (0.0, end), [start], events=crossing, rtol=1e-10, atol=1e-12)
        at, reached = path.t[-1], path.y[0, -1]
    if at < end:
        reached = 1.0 - (1.0 - reached) * np.exp(-separated * late * (end - at))
    assert cured(start, temperature, end, diluted, separated) == pytest.approx(reached, abs=1e-6)


ANYWHERE = {
    "start": st.floats(0.0, 0.95), "kelvin": st.floats(293.15, 573.15), "diluted": st.floats(0.01, 1.0),
    "separated": st.floats(0.01, 1.0),
}  # fmt: skip


@given(**ANYWHERE, further=st.floats(0.0, 0.999))
@settings(max_examples=150, deadline=None)
def test_the_time_to_a_conversion_leads_to_it(start, kelvin, diluted, separated, further):
    """Time is the inverse of conversion, at every temperature of the press and on both sides of the break."""
    end = start + (0.999 - start) * further
    time = curing_time(start, end, kelvin, diluted, separated)
    assert cured(start, kelvin, time, diluted, separated) == pytest.approx(end, abs=1e-8)


@given(**ANYWHERE, time=st.floats(0.0, 5.2e6), longer=st.floats(1.0, 3.0), hotter=st.floats(0.0, 50.0))
@settings(max_examples=100, deadline=None)
def test_cure_only_goes_on(start, kelvin, diluted, separated, time, longer, hotter):
    """Conversion starts where it stood, never falls with time or temperature, and never passes 1."""
    assert cured(start, kelvin, 0.0, diluted, separated) == pytest.approx(start, abs=1e-15)
    once = cured(start, kelvin, time, diluted, separated)
    assert start - 1e-12 <= once <= cured(start, kelvin, longer * time, diluted, separated) + 1e-10 <= 1.0 + 1e-9
    assert once <= cured(start, min(573.15, kelvin + hotter), time, diluted, separated) + 1e-7


def test_cure_ends_at_one_and_needs_epoxy():
    """In endless time all epoxide reacts; without any share of it nothing does, and no time is long enough."""
    assert cured(0.0, 473.15, 1e9, DILUTED, 0.7) == 1.0
    assert cured(0.1, 473.15, 1e9, 0.0, 0.7) == 0.1
    assert curing_time(0.1, 0.2, 473.15, 0.0, 0.7) == np.inf
    assert curing_time(0.3, 1.0, 473.15, 1.0, 1.0) == np.inf
    assert cured(0.0, 294.0, 1200.0, 2e-313, 0.7) == 0.0
    assert curing_time(0.0, 0.2, 294.0, 2e-313, 0.7) == np.inf


@pytest.mark.parametrize("kelvin", [293.15, 373.15, 437.5, 473.15, 573.15])
def test_sixteen_points_are_enough(kelvin):
    """The quadrature of the early law misses the integral by less than a millionth, near its poles too."""
    first, second = (a * np.exp(-e / 8.314 / kelvin) for a, e in (FIRST, SECOND))
    for end in (0.05, 0.2, BREAK):
        exact = quad(lambda a: 1.0 / ((first + second * a) * (1.0 - a) * (REACH - a)), 0.0, end, epsrel=1e-12)[0]
        assert curing_time(0.0, end, kelvin, 1.0, 1.0) == pytest.approx(exact, rel=1e-6)


def test_contact_is_a_fifth_power():
    """Contact grows with the fifth root of pressure, time and fluidity, begins at nothing and ends at 1."""
    once = intimate_contact(1e-3, 1e6, 10.0, 1e6)
    for more in ((32e6, 10.0, 1e6), (1e6, 320.0, 1e6), (1e6, 10.0, 1e6 / 32.0)):
        assert intimate_contact(1e-3, *more) == pytest.approx(2.0 * once)
    assert intimate_contact(1e-3, 1e6, 0.0, 1e6) == 0.0


def test_peel_by_epoxy():
    """Fully cured, 0, 5, 25, 40 and 50 parts of epoxy give 1, 4.6, 9, 8.0 and 6.9 N/cm; no contact gives nothing."""
    peels = [peel_strength(Recipe(epoxy), 0.81, 0.369, 1.0) / 100.0 for epoxy in (0.0, 5.0, 25.0, 40.0, 50.0)]
    assert peels == pytest.approx([1.0, 4.6, 9.0, 8.0, 6.9], abs=0.05)
    assert peel_strength(Recipe(25.0), 0.81, 0.369, 0.0) == 0.0


def test_rates_of_ageing():
    """At 150 degC ESDA, TMEG with BAPS-M and APB, TETRAD-C lose peel at 2.513, 5.11, 6.06, 3.57 times 1e-4 an hour."""
    recipes = (Recipe(25.0), Recipe(25.0, 1.0), Recipe(25.0, 1.0, 1.0), Recipe(25.0, glycidyl_amine=1.0))
    rates = [ageing_rate(recipe, 423.15, 1e5) * 3600.0 for recipe in recipes]
    assert rates == pytest.approx([2.513e-4, 5.11e-4, 6.06e-4, 3.57e-4], rel=1e-9)
    # Ten kelvin less at 100 kJ/mol: exp(-1e5/8.314462618 (1/413.15 - 1/423.15)), by hand 0.5026
    assert ageing_rate(recipes[0], 413.15, 1e5) / ageing_rate(recipes[0], 423.15, 1e5) == pytest.approx(
        0.5026, abs=1e-4
    )
