"""Laws of the wound roll in the oven, of its kernels alone."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from twin.polymer import oven_step, roll_cure, roll_gap, roll_inside
from twin.polymer.cured_roll import TESTED
from twin.polymer.cylinder import axis_left, mean_left
from twin.polymer.laminate import insoluble_fraction
from twin.polymer.roll_gap import Outside, Roll
from twin.polymer.solvents import AMBIENT, ATMOSPHERE
from twin.stages.curing import TESTED_PRESSURE

HOUR = 3600.0


def between(random: np.random.Generator, name: str) -> float:
    """Draw one of what the domain bounds."""
    return float(random.uniform(*TESTED[name]))


def a_roll(random: np.random.Generator) -> Roll:
    """Draw a roll of the tested domain, its tape up to the openest there is, with a thicker lane."""
    return Roll(
        between(random, "width"), between(random, "foil"), between(random, "film"),
        10 ** random.uniform(*np.log10(TESTED["gap"])), 10 ** random.uniform(np.log10(TESTED["tape"][0]), -9.0),
        between(random, "tape width"), between(random, "thickest lane"),
    )  # fmt: skip


def errors(seed: int, count: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Relative errors of hours to 5 wt% and of the pressure at the core against a fine grid, over the tested domain.

    Start from 8 wt% on, chamber with and without a rise, heaters with and without a resistance, a wetter lane; less
    what is marked as extrapolated, more than half an atmosphere of vapour at the core, and what dries in no time that
    was asked. How many of all that were drawn did not converge is said.
    """
    random, times, pressures, lost = np.random.default_rng(seed), [], [], 0
    while len(times) < count:
        wet = random.uniform(0.08, TESTED["solvent"][1])
        roll = a_roll(random)
        oven = roll_cure.Oven(
            60.0 * HOUR, between(random, "vacuum temperature"), between(random, "face transfer"),
            random.choice(TESTED["latent heat"]), 10 ** random.uniform(*np.log10(TESTED["chamber pressure"])), 0.0,
            random.choice([0.0, 1.0]) * 10 ** random.uniform(7.0, np.log10(TESTED["chamber rise"][1])),
            random.choice([0.0, 1.0]) * 10 ** random.uniform(-4.0, np.log10(TESTED["heaters"][1])),
        )  # fmt: skip
        content, wetter = wet / (1.0 - wet), between(random, "wettest lane")
        found = [
            roll_cure.pass_through(
                roll_inside.evenly(AMBIENT, content, worst=wetter * content, refinement=finer), roll, oven,
                step=roll_cure.STEP / finer**2,
            )[1]
            for finer in (1.0, 2.5)
        ]  # fmt: skip
        lost += not (found[0].converged and found[1].converged)
        if found[1].vapour <= TESTED_PRESSURE and found[1].reached < oven.duration:
            times.append(found[0].reached / found[1].reached - 1.0)
            pressures.append(found[0].vapour / found[1].vapour - 1.0)
    return np.abs(times), np.abs(pressures), lost


def test_the_grid_holds_its_bound_here_and_there():
    """Production grid and steps give the hours to 5 wt% within 1 % of a fine grid's, and the core's pressure in 3 %."""
    times, pressures, lost = errors(1, 12)
    assert lost == 0
    assert times.max() < 0.01
    assert pressures.max() < 0.03


@pytest.mark.slow
def test_the_grid_holds_its_bound_everywhere():
    """The same over 1000 points of the domain; a short peak of pressure may be 6 % off, one in 200."""
    times, pressures, lost = errors(2, 1000)
    assert lost == 0
    assert times.max() < 0.01
    assert np.quantile(pressures, 0.995) < 0.03
    assert pressures.max() < 0.06


@pytest.mark.parametrize("count", [20, pytest.param(400, marks=pytest.mark.slow)])
def test_the_inert_step_holds_its_bound(count: int):
    """Its steps, six times as long, give crosslinks within 5 % of a fine grid's, and solvent within 0.1 wt%.

    A roll that is heated, as all are but those that come hotter than the gas, has its gel within 0.5 wt%.
    """
    random = np.random.default_rng(3)
    while count > 0:
        roll, wet = a_roll(random), random.uniform(0.001, TESTED["dried"][1])
        warm = random.uniform(AMBIENT, TESTED["vacuum temperature"][1])
        oven = roll_cure.Oven(
            random.uniform(1.0, 60.0) * HOUR, between(random, "inert temperature"), between(random, "face transfer"),
            random.choice(TESTED["latent heat"]), 10 ** random.uniform(0.0, np.log10(TESTED["inert vapour"][1])),
            ATMOSPHERE, 10 ** random.uniform(9.0, np.log10(TESTED["inert rise"][1])), between(random, "heaters"),
        )  # fmt: skip
        step = oven_step.INERT * roll_cure.STEP
        (fine, reference), (usual, passage) = (
            roll_cure.pass_through(roll_inside.evenly(warm, wet, refinement=finer), roll, oven, step=step / finer**2)
            for finer in (2.5, 1.0)
        )
        if max(reference.vapour, passage.vapour) > TESTED_PRESSURE:
            continue
        count -= 1
        assert passage.converged
        assert reference.converged
        linked = [float(one.crosslinks.min()) for one in (usual, fine)]
        assert linked[0] == pytest.approx(linked[1], rel=0.05)
        if warm <= oven.temperature:
            assert insoluble_fraction(linked[0]) == pytest.approx(insoluble_fraction(linked[1]), abs=0.005)
        assert usual.wettest() == pytest.approx(fine.wettest(), abs=0.001)


@pytest.mark.parametrize("latent", [0.0, 520e3])
def test_the_march_is_second_order_in_time(latent: float):
    """Where the film, not the gap, holds the solvent back, half the step leaves a quarter of the error in the core."""
    roll, start = Roll(0.25, 18e-6, 20e-6, 100e-6, 1e-9, 0.01), roll_inside.evenly(AMBIENT, 1.0 / 3.0)
    oven = roll_cure.Oven(8.0 * HOUR, 453.15, latent=latent)
    ends = [roll_cure.pass_through(start, roll, oven, step=one)[0].solvent[0] for one in (800.0, 400.0, 200.0, 50.0)]
    first, second = (
        abs(ends[0] - ends[-1]) / abs(ends[1] - ends[-1]),
        abs(ends[1] - ends[-1]) / abs(ends[2] - ends[-1]),
    )
    assert 1.6 < np.log2(first) < 2.7
    assert 1.6 < np.log2(second) < 2.7


def test_the_march_is_first_order_in_space():
    """Twice the cells halve the error in the hours to 5 wt%, which is 0.1 % with the cells of production."""
    roll, oven = Roll(0.25, 18e-6, 20e-6, 30e-6, 1e-11, 0.01), roll_cure.Oven(20.0 * HOUR, 473.15, transfer=10.0)
    hours = [
        roll_cure.pass_through(roll_inside.evenly(AMBIENT, 1 / 3, refinement=one), roll, oven, step=120.0)[1].reached
        for one in (1.0, 2.0, 4.0)
    ]
    order = np.log2((hours[0] - hours[1]) / (hours[1] - hours[2]))
    assert 0.8 < order < 1.3
    assert 2.0 * (hours[0] - hours[1]) / hours[2] < 1e-3


@pytest.mark.parametrize(
    ("fourier", "axis", "mean"),
    [(0.1, 0.848355, 0.394176), (0.2, 0.501487, 0.217852), (0.4, 0.158489, 0.068431)],
)
def test_a_cylinder_warms_as_carslaw_and_jaeger_say(fourier: float, axis: float, mean: float):
    """What is left at the axis and on average at Fourier numbers 0.1, 0.2, 0.4."""
    assert (axis_left(fourier), mean_left(fourier)) == pytest.approx((axis, mean), abs=5e-7)


@pytest.mark.parametrize(("left", "meeting", "off"), [(axis_left, 0.02, 1e-4), (mean_left, 2e-3, 1e-6)])
def test_the_cylinder_is_smooth_where_its_laws_meet(left: Callable[[float], float], meeting: float, off: float):
    """Where the law of short times ends it agrees with the series, and what is left falls with time."""
    assert left(meeting - 1e-12) == pytest.approx(left(meeting + 1e-12), abs=off)
    series = [left(one) for one in (0.0, 0.005, 0.02, 0.1, 1.0, 10.0)]
    assert series == sorted(series, reverse=True)
    assert series[0] == 1.0


def test_the_chamber_rises_with_the_flow_exactly():
    """The flow out of the edge is that into a chamber whose pressure has risen by it, whatever pump and tape."""
    for permeability, rise in ((1e-11, 1e8), (1e-13, 1e10), (1.0, 1e12), (1e-9, 1e6)):
        roll = Roll(0.25, 18e-6, 20e-6, 50e-6, permeability, 0.01)
        ways = roll_gap.ways_out(roll, roll_inside.MATTER, 473.15, 0.0)
        inner = ways[0] * 3e3**2 + ways[1] * 3e3
        flow, slope, found = roll_gap._edge(inner, Outside(100.0, rise, 0.0), 0.01, ways)
        same, _, _ = roll_gap._edge(inner, Outside(100.0 + rise * flow, 0.0, 0.0), 0.01, ways)
        more, _, _ = roll_gap._edge(inner * (1.0 + 1e-5), Outside(100.0, rise, 0.0), 0.01, ways)
        assert found
        assert flow == pytest.approx(same, rel=1e-6)
        assert slope == pytest.approx((more - flow) / (1e-5 * inner), rel=1e-3)
        assert 0.0 < flow < roll_gap._edge(inner, Outside(100.0, 0.0, 0.0), 0.01, ways)[0]


def test_a_chamber_whose_pressure_is_not_found_is_said(monkeypatch: pytest.MonkeyPatch):
    """With too few rounds for the pressure that rises with the flow, the edge says that it did not find it."""
    roll = Roll(0.25, 18e-6, 20e-6, 50e-6, 1e-11, 0.01)
    ways = roll_gap.ways_out(roll, roll_inside.MATTER, 473.15, 0.0)
    edge = getattr(roll_gap._edge, "py_func", roll_gap._edge)  # itself where nothing is compiled
    told = []
    for rounds in (1, roll_gap.ROUNDS):
        monkeypatch.setattr(roll_gap, "ROUNDS", rounds)
        told.append(edge(ways[0] * 3e3**2 + ways[1] * 3e3, Outside(100.0, 1e10, 0.0), 0.01, ways)[2])
    assert told == [False, True]


def test_no_diffusion_no_drying():
    """A film without diffusion keeps all of its solvent, however hot and long."""
    roll, matter = Roll(0.25, 18e-6, 20e-6, 50e-6, 1e-11, 0.01), roll_inside.MATTER._replace(diffusivity=0.0)
    done, _ = roll_cure.pass_through(roll_inside.evenly(AMBIENT, 0.3), roll, roll_cure.Oven(50 * HOUR, 523.15), matter)
    assert done.solvent == pytest.approx(0.3, rel=1e-12)


@pytest.mark.parametrize("time", [5e-324, 1e-300, 1e-7])
def test_a_step_of_next_to_no_time_does_nothing(time: float):
    """A step too brief to be cut into steps of time leaves a roll as it was; a stop there is a stop at the start."""
    roll, wet = Roll(0.25, 18e-6, 20e-6, 50e-6, 1.0, 0.01), roll_inside.evenly(AMBIENT, 1.0 / 3.0)
    after, passage = roll_cure.pass_through(wet, roll, roll_cure.Oven(time, 473.15))
    assert after is wet
    assert passage.reached == time
    oven = roll_cure.Oven(72e3, 473.15)
    whole, stopped = (oven_step.taken_through(wet, roll, oven, since)[1] for since in (-1.0, time))
    assert stopped.reached == pytest.approx(whole.reached, rel=1e-9)


def test_a_nan_never_leaves_the_march():
    """What cannot be solved is said to have not converged, and the roll keeps its last finite solvent."""
    roll, start = Roll(0.25, 18e-6, 20e-6, 50e-6, 1e-11, 0.01), roll_inside.evenly(AMBIENT, 0.3)
    done, passage = roll_cure.pass_through(start, roll, roll_cure.Oven(HOUR, 473.15, vapour=float("nan")))
    assert not passage.converged
    assert np.isfinite(done.solvent).all()
    assert np.isfinite(passage[:5]).all()


def test_a_lumped_film_follows_its_equation():
    """With a gap that resists nothing and an even roll, the film dries by its rate law alone (against scipy)."""
    roll = Roll(0.02, 18e-6, 20e-6, 5e-3, 1.0, 0.01)
    oven = roll_cure.Oven(2.0 * HOUR, 420.0, latent=0.0, vapour=0.0)
    done, _ = roll_cure.pass_through(roll_inside.evenly(420.0, 0.3), roll, oven, step=20.0)

    def dried(_: float, wet: np.ndarray) -> np.ndarray:
        coefficient = 1e-15 * np.exp(90e3 / 8.314462618 * (1 / 393.15 - 1 / 420.0) + 8.0 * wet)
        return -0.25 * np.pi**2 * coefficient / roll.film**2 * wet

    exact = solve_ivp(dried, (0.0, oven.duration), [0.3], rtol=1e-9).y[0, -1]
    assert done.solvent == pytest.approx(exact, rel=2e-3)


def test_an_even_roll_warms_as_a_lump():
    """Where copper conducts far better than the face, a roll warms by one exponential."""
    roll = Roll(0.01, 18e-6, 20e-6, 50e-6, 1.0, 0.01)
    matter = roll_inside.MATTER._replace(emissivity=0.0)
    oven = roll_cure.Oven(HOUR, 473.15, transfer=2.0, latent=0.0)
    done, _ = roll_cure.pass_through(roll_inside.evenly(AMBIENT, 0.0), roll, oven, matter)
    lump = 473.15 - (473.15 - AMBIENT) * np.exp(-2.0 * HOUR / (roll_inside.warmth(roll) * roll.half_width))
    assert done.temperature == pytest.approx(lump, abs=0.1)


@pytest.mark.parametrize(
    ("permeability", "border"), [(1e-11, 1.03e3), (1e-12, 3.24e3), (1e-13, 10.2e3), (1e-14, 32.4e3)]
)
def test_the_tape_alone_holds_back_its_pressure(permeability: float, border: float):
    """Through a tape of 10 mm at 2.4e-7 kg/m2s vapour needs the pressure of Darcy's law at the border."""
    roll = Roll(0.25, 18e-6, 20e-6, 50e-6, permeability, 0.01)
    ways = roll_gap.ways_out(roll, roll_inside.MATTER, 473.15, 0.0)
    potential = ways[0] * border**2 + ways[1] * border  # of a cell right at the border
    flow, _, _ = roll_gap._edge(potential, Outside(100.0, 0.0, 0.0), 1e-9, ways)
    assert flow == pytest.approx(2.4e-7 * 0.25, rel=0.02)


def test_gas_does_not_wet_a_dry_film():
    """In inert gas the solvent's own vapour is the boundary, not the pressure of the gas: a dry roll stays dry."""
    roll, dry = Roll(0.25, 18e-6, 20e-6, 50e-6, 1e-11, 0.01), roll_inside.evenly(AMBIENT, 1e-3)
    oven = roll_cure.Oven(20.0 * HOUR, 553.15, vapour=10.0, inert=ATMOSPHERE)
    assert roll_cure.pass_through(dry, roll, oven)[0].solvent.mean() < 1e-3
