"""Webs that are coated: what a metre of them weighs, how much heat it takes, and on which reel it comes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Carrier(NamedTuple):
    """A web that is coated; densities, heat capacities from handbooks.

    Attributes:
        density: Density. [kg/m^3]
        heat_capacity: Heat capacity. [J/kg/K]
    """

    density: float
    heat_capacity: float


CARRIERS: Mapping[str, Carrier] = MappingProxyType(
    {
        "copper foil": Carrier(density=8960.0, heat_capacity=385.0),  # CRC Handbook
        "release film": Carrier(density=1390.0, heat_capacity=1170.0),  # PET, Polymer Handbook, 4th ed.
    }
)


def reel_under(begun: float, length: float, reel: float) -> tuple[int, int]:
    """Which reel of web lies under the middle of a length that is coated, from 0, and how many splices lie in it. [1].

    Args:
        begun: Web that was coated before. [m]
        length: Length that is coated now. [m]
        reel: Length of a reel. [m]

    >>> reel_under(0.0, 500.0, 1000.0), reel_under(900.0, 500.0, 1000.0), reel_under(900.0, 150.0, 1000.0)
    ((0, 0), (1, 1), (0, 1))
    """
    return int((begun + 0.5 * length) // reel), int((begun + length) // reel) - int(begun // reel)
