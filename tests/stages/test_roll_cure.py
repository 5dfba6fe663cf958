"""Laws of the wound roll in the oven, of its kernels alone."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from twin.polymer import roll_cure, roll_gap
from twin.polymer.roll_gap import Roll
from twin.polymer.solvents import AMBIENT, ATMOSPHERE

HOUR = 3600.0


@pytest.mark.parametrize("latent", [0.0, 520e3])
def test_the_grid_holds_its_bound(latent: float):
    """Cells and steps of the stage give the hours to 5 wt% within 0.1 % of a much finer grid."""
    roll, oven = Roll(0.25, 18e-6, 20e-6, 50e-6, 1e-11, 0.01), roll_cure.Oven(20.0 * HOUR, 473.15, latent=latent)
    fine = roll_cure.Profile(np.full(24, AMBIENT), np.full(24, 1.0 / 3.0), np.zeros(24))
    coarse = roll_cure.pass_through(roll_cure.evenly(AMBIENT, 1.0 / 3.0), roll, oven)[1]
    assert coarse.reached == pytest.approx(roll_cure.pass_through(fine, roll, oven, step=60.0)[1].reached, rel=1e-3)


def test_a_lumped_film_follows_its_equation():
    """With a gap that resists nothing and an even roll, the film dries by its rate law alone (against scipy)."""
    roll = Roll(0.02, 18e-6, 20e-6, 5e-3, 1.0, 0.01)
    oven = roll_cure.Oven(2.0 * HOUR, 420.0, latent=0.0, vapour=0.0)
    done, _ = roll_cure.pass_through(roll_cure.evenly(420.0, 0.3), roll, oven, step=20.0)

    def dried(_: float, wet: np.ndarray) -> np.ndarray:
        coefficient = 1e-15 * np.exp(90e3 / 8.314462618 * (1 / 393.15 - 1 / 420.0) + 8.0 * wet)
        return -0.25 * np.pi**2 * coefficient / roll.film**2 * wet

    exact = solve_ivp(dried, (0.0, oven.duration), [0.3], rtol=1e-9).y[0, -1]
    assert done.solvent == pytest.approx(exact, rel=2e-3)


def test_an_even_roll_warms_as_a_lump():
    """Where copper conducts far better than the face, a roll warms by one exponential."""
    roll = Roll(0.01, 18e-6, 20e-6, 50e-6, 1.0, 0.01)
    matter = roll_cure.MATTER._replace(emissivity=0.0)
    oven = roll_cure.Oven(HOUR, 473.15, transfer=2.0, latent=0.0)
    done, _ = roll_cure.pass_through(roll_cure.evenly(AMBIENT, 0.0), roll, oven, matter)
    lump = 473.15 - (473.15 - AMBIENT) * np.exp(-2.0 * HOUR / (roll_cure.warmth(roll) * roll.half_width))
    assert done.temperature == pytest.approx(lump, abs=0.1)


@pytest.mark.parametrize(
    ("permeability", "border"), [(1e-11, 1.03e3), (1e-12, 3.24e3), (1e-13, 10.2e3), (1e-14, 32.4e3)]
)
def test_the_tape_alone_holds_back_its_pressure(permeability: float, border: float):
    """Through a tape of 10 mm at 2.4e-7 kg/m2s vapour needs the pressure of Darcy's law at the border."""
    roll = Roll(0.25, 18e-6, 20e-6, 50e-6, permeability, 0.01)
    ways = roll_gap.ways_out(roll, roll_cure.MATTER, 473.15, 0.0)
    potential = ways[0] * border**2 + ways[1] * border  # of a cell right at the border
    flow, _ = roll_gap._edge(potential, 100.0, 1e-9, ways, 0.0)
    assert flow == pytest.approx(2.4e-7 * 0.25, rel=0.02)


def test_gas_does_not_wet_a_dry_film():
    """In inert gas the solvent's own vapour is the boundary, not the pressure of the gas: a dry roll stays dry."""
    roll, dry = Roll(0.25, 18e-6, 20e-6, 50e-6, 1e-11, 0.01), roll_cure.evenly(AMBIENT, 1e-3)
    oven = roll_cure.Oven(20.0 * HOUR, 553.15, vapour=10.0, inert=ATMOSPHERE)
    assert roll_cure.pass_through(dry, roll, oven)[0].solvent.mean() < 1e-3
