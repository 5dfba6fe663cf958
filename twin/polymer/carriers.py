"""Webs that are coated: what a metre of them weighs and how much heat it takes."""

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
