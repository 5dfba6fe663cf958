"""The material that moves along the line: lots with an identity, amounts, properties and parents."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

NO_PROPERTIES: Mapping[str, float] = MappingProxyType({})


class Lot(NamedTuple):
    """One material lot: an immutable value that a stage receives and returns changed.

    Attributes:
        number: Number of the lot within its replication, in the order of creation; draws are keyed by it. [1]
        product: Product that it is on the way to become, such as ``clad_laminate``.
        material: What it is now, such as ``polyamic_acid``, ``powder``, ``varnish``, ``predried_roll``, ``panel``.
        mass: All of its mass. [kg]
        length: Length of web; 0 for what is not a roll. [m]
        panels: Panels in the sublot; 0 for what is not panels. [1]
        properties: Named properties in SI units, as the stages of its history left them.
        parents: Numbers of the lots that it was made from.
    """

    number: int
    product: str = ""
    material: str = ""
    mass: float = 0.0
    length: float = 0.0
    panels: float = 0.0
    properties: Mapping[str, float] = NO_PROPERTIES
    parents: tuple[int, ...] = ()

    def becoming(self, properties: Mapping[str, float] = NO_PROPERTIES, **changes: Any) -> "Lot":  # noqa: ANN401
        """Return the lot with changed fields and with the given properties added to or put over its own.

        >>> Lot(7, mass=2.0).becoming({"age": 60.0}, mass=1.5)[3:7]
        (1.5, 0.0, 0.0, {'age': 60.0})
        """
        return self._replace(properties={**self.properties, **properties}, **changes)
