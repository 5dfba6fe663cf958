"""Laws of the pressure in a wound roll: exact and fine-grid solutions, and the bound of the grid of production."""

from math import log, log10
from random import Random

import numpy as np
import pytest

from twin.draws import Draws
from twin.material import Lot
from twin.parameter import parameters
from twin.polymer.roll import APART, GRADING, SOFTEST, Stack, _wind, anisotropy, blocking, wound_pressure
from twin.polymer.solvents import AMBIENT
from twin.stage import Visit
from twin.stages.winding import Roll, Winding, _flags

STACKED = (  # settings that the pressure hangs on
    "tape_thickness", "tape_width", "tension", "taper", "core_radius", "core_modulus", "web_modulus", "poisson",
    "stack_softness", "stack_stiffening",
)  # fmt: skip
HARD = [
    Stack(0.0340, 0.3468, 9.13e5, 0.0, 2.95e8, 1e8, -0.19, 7.54, 5.0),
    Stack(0.0320, 0.1500, 7.66e5, 0.0, 1.95e11, 1e8, -0.5, 4045.0, 500.0),
    Stack(0.0376, 0.2636, 8.47e5, 0.751, 1.64e11, 1e8, -0.23, 1.618e5, 6.68),
]


def test_blocking_is_one_where_it_is_said_to_be():
    """10 wt% of solvent at 100 kPa all along a cold roll is 1; the index is in proportion to each of the three."""
    assert blocking(0.1, 1e5, AMBIENT, 1.0) == pytest.approx(1.0, rel=1e-12)
    assert blocking(0.3, 1e5, AMBIENT, 1.0) == pytest.approx(3.0, rel=1e-12)
    assert blocking(0.1, 4e5, AMBIENT, 1.0) == pytest.approx(4.0, rel=1e-12)
    assert blocking(0.1, 1e5, AMBIENT, 0.25) == pytest.approx(0.25, rel=1e-12)


def test_pressure_converges():
    """Ten times the shells move the core pressure of the reference roll by less than 1 %, toward 127.8 kPa."""
    stack = Stack(0.0762, 0.2, 3e6, 0.0, 4e9, 20e9, 0.3, 1.5e3, 60.0)
    coarse, fine = wound_pressure(stack)[1][0], wound_pressure(stack, 1600)[1][0]
    assert coarse == pytest.approx(fine, rel=0.01)
    assert fine == pytest.approx(127.8e3, rel=0.001)


@pytest.mark.parametrize("core_modulus", [4e9, 20e9, 1e9])
def test_isotropic_roll_has_a_closed_form(core_modulus):
    """A stack as stiff as its web carries (s/2)(1 - q c^2/r^2) ln((o^2 - q c^2)/(r^2 - q c^2)), as elasticity says."""
    stack = Stack(0.0762, 0.2, 3e6, 0.0, 4e9, core_modulus, 0.0, 4e15, 1e-6)
    radii, pressure, _ = wound_pressure(stack, 400)
    k = 4e9 / core_modulus - 1.0
    core, out = 0.0762**2 * k / (2.0 + k), 0.2**2
    exact = 1.5e6 * (1.0 - core / radii**2) * np.log((out - core) / (radii**2 - core))
    assert pressure == pytest.approx(exact, rel=1e-4, abs=1.0)
    if core_modulus == 4e9:
        assert pressure[0] == pytest.approx(2_894_867.7, rel=1e-5)
        assert exact[0] == pytest.approx(3e6 * log(0.2 / 0.0762), rel=1e-12)
        assert np.interp(0.1381, radii, pressure) == pytest.approx(1_111_017.9, rel=1e-5)


def anywhere(random, known):
    """A value at an end of the range of a setting or anywhere in it, evenly or by powers of ten."""
    low, high = known.low, known.high
    among = [low, high, random.uniform(low, high)]
    return random.choice([*among, 10 ** random.uniform(log10(low), log10(high))] if low > 0.0 else among)


def web(random):
    """A web whose thickness, width and length are any that the line can be asked for."""
    carrier, dry = 10 ** random.uniform(-5.3, -3.7), 10 ** random.uniform(-6.0, -4.3)
    properties = {
        "carrier_thickness": carrier, "dry_thickness": dry, "coating_thickness": dry * random.uniform(1.0, 1.5),
        "speed": 0.05, "web_width": random.uniform(0.1, 2.0),
    }  # fmt: skip
    return Lot(1, material="predried_web", mass=1.0, length=10 ** random.uniform(0.0, 3.6), properties=properties)


def reference_error(random):
    """Relative error of the core pressure against ten times the shells, for a stage set at random; None if marked."""
    about = {name: one for name, one in parameters(Winding()).items() if name in STACKED and not one.choices}
    chosen = {name: anywhere(random, one) for name, one in about.items()}
    stage, lot = Winding(spacer_tape=random.choice([0.0, 1.0]), **chosen), web(random)
    done = stage.run(lot, Visit(), Draws(1))
    if done.flags and {"extrapolated: winding, soft stack", "extrapolated: winding, grid of shells"} & set(done.flags):
        return None
    return abs(done.measures["core_pressure"] / wound_pressure(stage._wound(lot, Draws(1)).stack, 1600)[1][0] - 1.0)


@pytest.mark.parametrize("count", [60, pytest.param(1500, marks=pytest.mark.slow)])
def test_core_pressure_holds_its_bound_over_the_domain(count):
    """Whatever is wound within the settings' ranges, at their ends too, and is not marked, the core is within 3 %."""
    random = Random(3)
    errors = [one for one in (reference_error(random) for _ in range(count)) if one is not None]
    assert len(errors) > 0.6 * count
    assert max(errors) < 0.03


@pytest.mark.parametrize("stack", HARD)
def test_grids_that_differ_mark_the_roll(stack):
    """Below the softest stack too a soft core or a steep taper may be more than 3 % off; then both grids are apart."""
    wound = wound_pressure(stack)
    roll = Roll(stack, 1e-4, 0.0, 100.0, wound.radii, wound.pressure, sound=True, apart=wound.apart)
    assert anisotropy(stack, roll.middle()) < SOFTEST
    told = _flags(roll, {"middle_pressure": roll.middle(), "telescoping": 0.0})
    assert told == ("extrapolated: winding, grid of shells",)
    assert abs(wound.pressure[0] / wound_pressure(stack, 1600)[1][0] - 1.0) > 0.03
    assert wound.apart > APART


def test_limits_and_monotony_of_the_pressure():
    """No tension presses nothing, a lap alone as a hoop; more tension, less taper, a harder core never press less."""
    stack = Stack(0.0762, 0.144, 1.1e6, 0.2, 2.3e10, 20e9, 0.3, 2e4, 60.0)
    assert np.all(wound_pressure(stack._replace(stress=0.0)).pressure == 0.0)
    lap = wound_pressure(stack._replace(outer=stack.core + 1e-4)).pressure[0]
    assert lap == pytest.approx(1.1e6 * 1e-4 / 0.0762, rel=0.01)  # hoop stress
    for name, values in {
        "stress": (1e3, 1e5, 1e6, 4e6), "taper": (0.8, 0.4, 0.0), "core_modulus": (1e8, 1e9, 1e10, 2e11),
        "outer": (0.08, 0.1, 0.144),
    }.items():  # fmt: skip
        found = [wound_pressure(stack._replace(**{name: one})).pressure[0] for one in values]
        assert found == sorted(found), name
    middle = [np.median(wound_pressure(stack._replace(taper=one)).pressure) for one in (0.8, 0.4, 0.0)]
    assert middle == sorted(middle)


def built(stack, shells):
    """Pressure at the core on one grid of shells, without the extrapolation."""
    return _wind(stack, stack.core + (stack.outer - stack.core) * np.linspace(0.0, 1.0, shells + 1) ** GRADING)[0]


@pytest.mark.parametrize(
    ("stack", "shells", "off"),
    [
        (Stack(0.0762, 0.2, 3e6, 0.3, 4e9, 20e9, 0.3, 4e15, 1e-6), (80, 160, 320), 0.05),
        (Stack(0.0762, 0.144, 1.1e6, 0.2, 2.3e10, 20e9, 0.3, 2e4, 60.0), (320, 640, 1280), 0.3),
    ],
)
def test_the_grid_of_shells_is_second_order(stack, shells, off):
    """Half the shell leaves a quarter of the error: at once in a stiff stack, from 320 shells on in the default one."""
    coarse, usual, fine = (built(stack, one) for one in shells)
    assert np.log2((coarse - usual) / (usual - fine)) == pytest.approx(2.0, abs=off)


def test_two_grids_are_better_than_one():
    """For the default roll extrapolation leaves less than half of the error that the same shells leave alone."""
    stack = Stack(0.0762, 0.144, 1.1e6, 0.2, 2.3e10, 20e9, 0.3, 2e4, 60.0)
    fine = wound_pressure(stack, 2400)[1][0]
    alone = built(stack, 160)
    assert abs(wound_pressure(stack)[1][0] - fine) < 0.5 * abs(alone - fine)
    assert wound_pressure(stack)[1][0] == pytest.approx(fine, rel=2e-3)
