"""Drying of a coated web in an oven with zones: what is left of the solvent, and how hard the film was driven."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from twin.polymer.diffusion import Film, Gas, pass_zones

NODES = 24  # with TOLERANCE within 0.2 % of the fine grid, which tests/stages/test_predrying.py holds
TOLERANCE = 4e-3  # of one time step, relative to what is left


class Dried(NamedTuple):
    """A film after the dryer.

    Attributes:
        wetness: Mean volume of solvent per volume of polymer left. [1]
        evaporated: What left in each zone, in the same unit. [1]
        temperature: Web temperature at the exit. [K]
        blister: Largest pressure of solvent at the foil over one atmosphere. [1]
        skin: Time for which a skin lay over a wet film. [s]
        converged: Whether each step met its tolerance.
    """

    wetness: float
    evaporated: tuple[float, ...]
    temperature: float
    blister: float
    skin: float
    converged: bool


def mass_transfer(heat_transfer: float, heat_capacity: float, lewis: float) -> float:
    """Mass transfer coefficient from the heat transfer coefficient, by Chilton and Colburn (1934). [m/s].

    Args:
        heat_transfer: Heat transfer coefficient. [W/m^2/K]
        heat_capacity: Heat capacity of the air by volume. [J/m^3/K]
        lewis: Lewis number of the vapour in air. [1]

    >>> round(mass_transfer(60.0, 1000.0, 8.0), 4)
    0.015
    """
    return heat_transfer / heat_capacity * float(lewis ** (-2.0 / 3.0))


def dried(
    film: Film, gas: Gas, zones: Sequence[tuple[float, float]], nodes: int = NODES, tolerance: float = TOLERANCE
) -> Dried:
    """Film after the dryer, from a compiled solution of diffusion, evaporation and web temperature.

    Args:
        film: The wet film. [1]
        gas: Air over the web; its temperature is that of each zone instead. [1]
        zones: Air temperature and time of each zone. [K], [s]
        nodes: Nodes through the film, denser toward its surface. [1]
        tolerance: Largest error of a time step, relative to what is left. [1]

    A film under air as rich in solvent as itself keeps its solvent:

    >>> from math import exp
    >>> film = Film(1e-5, 1.0, 1e3, 1e3, 0.1, 5e5, (20.0, 3000.0, 0.0, 0.0, 0.0, 200.0, 500.0), 0.0,
    ...             1e-12, 0.0, 1e-9, 0.0, 0.3, 2e3, 100.0)
    >>> rich = Gas(298.15, 50.0, 0.03, 0.5 * exp(0.5) * exp(20.0 - 3000.0 / 298.15))
    >>> abs(dried(film, rich, [(298.15, 100.0)]).wetness - 1.0) < 1e-9
    True
    """
    temperatures, times = np.array(zones).T.copy()
    wetness, temperature, blister, skin, good, evaporated = pass_zones(film, gas, temperatures, times, nodes, tolerance)
    return Dried(wetness, tuple(evaporated.tolist()), temperature, blister, skin, good)
