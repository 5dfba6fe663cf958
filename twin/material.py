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

    def becoming(self, properties: Mapping[str, float] = NO_PROPERTIES, **changes: Any) -> "Lot":  # noqa: ANN401 - any field
        """Return the lot with changed fields and with the given properties added to or put over its own.

        >>> Lot(7, mass=2.0).becoming({"age": 60.0}, mass=1.5)[3:7]
        (1.5, 0.0, 0.0, {'age': 60.0})
        """
        return self._replace(properties={**self.properties, **properties}, **changes)


EXTENSIVE = frozenset({"amic_acid", "anhydride_left"})
HARMONIC = frozenset({"molar_mass_n"})  # masses over amounts: what adds up is the amount, so the mean is harmonic


def is_extensive(name: str) -> bool:
    """Say whether a property scales with the amount: masses do, and two amounts of substance."""
    return name.endswith("_mass") or name in EXTENSIVE


def portion(lot: Lot, share: float) -> Lot:
    """Return a share of a lot: mass, length, panels and extensive properties scale, all else stays.

    >>> half = portion(Lot(1, mass=4.0, properties={"polymer_mass": 1.0, "viscosity": 5.0}), 0.5)
    >>> half.mass, half.properties
    (2.0, {'polymer_mass': 0.5, 'viscosity': 5.0})
    """
    scaled = {name: value * share if is_extensive(name) else value for name, value in lot.properties.items()}
    return lot._replace(mass=lot.mass * share, length=lot.length * share, panels=lot.panels * share, properties=scaled)


def _mixed(name: str, lots: list[Lot], mass: float) -> float:
    """A property of several lots together."""
    values = [lot.properties[name] for lot in lots]
    if is_extensive(name):
        return sum(values)
    if name in HARMONIC and min(values) > 0.0:
        return 1.0 / sum(lot.mass / mass / value for lot, value in zip(lots, values, strict=True))
    return sum(value * lot.mass / mass for lot, value in zip(lots, values, strict=True))


def pooled(lots: list[Lot], number: int) -> Lot:
    """Return one lot made of several: amounts add up, intensive properties are averages weighted by mass.

    A number-average molar mass is the harmonic mean of its parts, since chains are counted.

    >>> one, other = Lot(1, mass=1.0, properties={"volatiles": 0.0}), Lot(2, mass=3.0, properties={"volatiles": 0.4})
    >>> both = pooled([one, other], 3)
    >>> both.mass, round(both.properties["volatiles"], 12), both.parents
    (4.0, 0.3, (1, 2))
    >>> chains = [Lot(n, mass=1.0, properties={"molar_mass_n": 20.0 * n}) for n in (1, 3)]
    >>> round(pooled(chains, 4).properties["molar_mass_n"], 9)  # not 40
    30.0
    """
    mass = sum(lot.mass for lot in lots)
    known = [name for name in lots[0].properties if all(name in lot.properties for lot in lots)]
    mixed = {name: _mixed(name, lots, mass) for name in known}
    return lots[0]._replace(
        number=number,
        mass=mass,
        length=sum(lot.length for lot in lots),
        panels=sum(lot.panels for lot in lots),
        properties=mixed,
        parents=tuple(lot.number for lot in lots),
    )
