"""Laws of what waits: life, viscosity and epoxy of a varnish, moisture of a powder, and the gel point of its resin."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.polymer.ageing import aged_viscosity, moisture, varnish_conversion, varnish_life
from twin.polymer.cure import gel_point

DAY = 86400.0


@pytest.mark.parametrize(("kelvin", "days"), [(298.15, 7.0), (278.15, 30.0)])
def test_life_of_a_varnish(kelvin, days):
    """A clean varnish lives 7 d at 25 degC and 30 d at 5 degC, and is a fifth thicker at the end."""
    assert varnish_life(kelvin) / DAY == pytest.approx(days, rel=1e-9)
    assert aged_viscosity(5.0, days * DAY, kelvin) == pytest.approx(6.0, rel=1e-9)


@pytest.mark.parametrize(("days", "kelvin", "conversion"), [(1.0, 298.15, 5e-4), (30.0, 278.15, 1.5e-3)])
def test_chemistry_is_not_what_ends_a_varnish(days, kelvin, conversion):
    """Diluted to 5 % the epoxy converts 5e-4 in a day at 25 degC and 1.5e-3 in 30 d at 5 degC."""
    assert varnish_conversion(days * DAY, kelvin, 0.05) == pytest.approx(conversion, rel=0.06)


@given(
    days=st.floats(0.0, 60.0), kelvin=st.floats(263.15, 333.15), acid=st.floats(0.0, 0.02), water=st.floats(0.0, 0.02)
)
@settings(max_examples=50, deadline=None)
def test_ageing_is_monotone(days, kelvin, acid, water):
    """A varnish thickens and converts with age, temperature, acid and water, and is fresh at the start."""
    base = aged_viscosity(5.0, days * DAY, kelvin, acid, water)
    assert aged_viscosity(5.0, 0.0, kelvin, acid, water) == 5.0 <= base
    assert aged_viscosity(5.0, (days + 1.0) * DAY, kelvin, acid, water) > base or base == 5e6  # a gel
    assert aged_viscosity(5.0, days * DAY, kelvin + 1.0, acid, water) >= base
    assert aged_viscosity(5.0, days * DAY, kelvin, acid + 0.001, water) >= base
    assert aged_viscosity(5.0, days * DAY, kelvin, acid, water + 0.001) >= base
    epoxy = varnish_conversion(days * DAY, kelvin, 0.05, acid)
    assert varnish_conversion(0.0, kelvin, 0.05, acid) == 0.0 <= epoxy <= 1.0
    assert varnish_conversion((days + 1.0) * DAY, kelvin, 0.05, acid) > epoxy - 1e-12


def test_ageing_in_two_waits_is_ageing_in_one():
    """A wait after a wait counts as one of both: viscosity knows its age by what it has become."""
    halfway = aged_viscosity(5.0, 2.0 * DAY, 298.15)
    assert aged_viscosity(halfway, 3.0 * DAY, 298.15) == pytest.approx(aged_viscosity(5.0, 5.0 * DAY, 298.15))


def test_limits_of_moisture():
    """Sealed powder starts dry and ends at its share of saturation; a tight bag keeps it dry."""
    assert moisture(0.012, 0.4, 0.0, DAY) == 0.0
    assert moisture(0.012, 0.4, 1e9, DAY) == pytest.approx(0.0048)
    assert moisture(0.012, 0.4, DAY, 1e12) == pytest.approx(0.0, abs=1e-9)


def test_gel_point_of_example_1():
    """P13: at 0.8167 amine per epoxide, f 4 and g 3 gel at 0.451745 of the amine and 0.368940 of the epoxide."""
    gelled = gel_point(0.8167, 4.0, 3.0)
    assert gelled == pytest.approx(0.451745, rel=1e-5)
    assert 0.8167 * gelled == pytest.approx(0.368940, rel=1e-5)
