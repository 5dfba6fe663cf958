"""What is inside a wound roll, from core to edge of its half: how it is told, averaged, and how it cools.

Sources: geometry; heat of copper and film as in ``Matter`` (CRC Handbook, A-70); Newton's law of cooling (A-86).
"""

from math import log
from typing import NamedTuple

import numpy as np
from numba import njit

from twin.polymer.roll_gap import Matter, Roll
from twin.polymer.tridiagonal import Row

MATTER = Matter()
CELLS = 8  # of half a roll, at refinement 1


class Inside(NamedTuple):
    """State of half a roll, from core to edge, and of its wettest lane. Shape of each row: (cells,).

    Attributes:
        temperature: Temperature. [K]
        solvent: Solvent per polymer, mean of the lanes. [kg/kg]
        crosslinks: Crosslink index. [1]
        worst: Solvent per polymer of the wettest lane, at the core. [kg/kg]
    """

    temperature: Row
    solvent: Row
    crosslinks: Row
    worst: float

    def wettest(self) -> float:
        """Solvent per polymer where the film is wettest. [kg/kg]

        >>> evenly(300.0, 0.25, worst=0.5).wettest(), evenly(300.0, 0.25).wettest()
        (0.5, 0.25)
        """
        return max(float(self.solvent.max()), self.worst)


def evenly(
    temperature: float, solvent: float, crosslinks: float = 0.0, worst: float = 0.0, refinement: float = 1.0
) -> Inside:
    """Inside of a roll that is the same everywhere, but for its wettest lane. [1].

    Args:
        temperature: Temperature. [K]
        solvent: Solvent per polymer. [kg/kg]
        crosslinks: Crosslink index. [1]
        worst: Solvent per polymer of the wettest lane, if that is more. [kg/kg]
        refinement: How much finer the grid is than that of production. [1]

    >>> evenly(300.0, 0.25).solvent.sum(), evenly(300.0, 0.25).worst
    (np.float64(2.0), 0.25)
    """
    even = np.ones(cells_of(refinement))
    return Inside(temperature * even, solvent * even, crosslinks * even, max(worst, solvent))


def cells_of(refinement: float) -> int:
    """Cells of half a roll. [1].

    Args:
        refinement: How much finer the grid is than that of production. [1]

    >>> cells_of(1.0), cells_of(2.0)
    (8, 16)
    """
    return max(2, round(CELLS * refinement))


def from_core(mean: float, core: float, cells: int = CELLS) -> Row:
    """Values from core to edge, of a given mean and core value, falling or rising as a parabola. Shape: (cells,). [1].

    Args:
        mean: Mean over the roll, in whatever unit. [1]
        core: Value at the core, in the same unit. [1]
        cells: How many there are. [1]

    >>> row = from_core(0.04, 0.05)
    >>> round(float(row.mean()), 12), round(float(row[0]), 12), bool(row[-1] < 0.04)
    (0.04, 0.05, True)
    """
    hill = 1.0 - ((np.arange(cells) + 0.5) / cells) ** 2
    hill -= hill.mean()
    row: Row = mean + (core - mean) * hill / hill[0]
    return row


@njit(cache=True)
def warmth_of(roll: Roll, matter: Matter) -> float:
    """Heat capacity of a roll per volume, for compiled loops. [J/m^3/K].

    Args:
        roll: The roll. [1]
        matter: What it is made of. [1]

    (8960 x 385 x 18 um + 1350 x 1320 x 20 um) / 88 um:

    >>> round(warmth_of(Roll(0.25, 18e-6, 20e-6, 50e-6, 1.0, 0.01), MATTER))
    1110600
    """
    foil = matter.foil_density * matter.foil_capacity * roll.foil
    film = matter.film_density * matter.film_capacity * roll.film
    return (foil + film) / (roll.foil + roll.film + roll.gap)


def warmth(roll: Roll, matter: Matter = MATTER) -> float:
    """Heat capacity of a roll per volume. [J/m^3/K].

    Args:
        roll: The roll. [1]
        matter: What it is made of. [1]

    >>> round(warmth(Roll(0.25, 18e-6, 20e-6, 50e-6, 1.0, 0.01)) / 1e6, 2)
    1.11
    """
    return float(warmth_of(roll, matter))


def cooling_time(roll: Roll, hot: float, cool: float, around: float, transfer: float) -> float:
    """Time in which a roll cools through its end faces, its inside being even. [s].

    Args:
        roll: The roll. [1]
        hot: Temperature at the start. [K]
        cool: Temperature at the end, above the surroundings. [K]
        around: Temperature of the surroundings. [K]
        transfer: Heat transfer at the faces. [W/m^2/K]

    >>> roll = Roll(0.25, 18e-6, 20e-6, 50e-6, 1.0, 0.01)
    >>> round(cooling_time(roll, 553.15, 333.15, 298.15, 20.0) / 3600.0, 1)
    7.7
    """
    if hot <= cool:
        return 0.0
    return warmth(roll) * roll.half_width / transfer * log((hot - around) / (cool - around))
