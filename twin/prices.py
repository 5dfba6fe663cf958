"""What things cost: every price is an estimate with its range, and money is counted from these alone."""

from collections.abc import Mapping
from typing import NamedTuple

from twin.parameter import Evidence
from twin.polymer.monomers import DIAMINES, DIANHYDRIDES, EPOXIES, HARDENERS, SUBSTANCES

FACTOR = 2.0  # doubt about a price, either way
RULE = "rule: by a factor of 2"  # where no range is stated
_REPORTED = ("acetic anhydride", "methanol")


class Price(NamedTuple):
    """What a kilogram costs, or the unit in the name, and how far that is in doubt.

    Attributes:
        value: The price. [USD/kg] or [USD] per unit in the name
        source: Id of the assumption.
        low: Smallest price that is plausible, in the same unit.
        high: Largest.
        evidence: How well it is known; why it is believed, twin/reasons.py says.
        basis: Whether the range is ``stated``, or the rule that it comes from.
    """

    value: float
    source: str
    low: float
    high: float
    evidence: Evidence = "estimate"
    basis: str = "stated"


def _estimate(value: float, source: str, evidence: Evidence = "estimate", basis: str = "stated") -> Price:
    """Return a price in doubt by a factor of two, as A-01 and A-270 state it; for another that is a rule."""
    return Price(value, source, value / FACTOR, value * FACTOR, evidence, basis)


OTHER: Mapping[str, Price] = {
    "copper foil": _estimate(15.0, "A-270"),
    "release film": _estimate(6.0, "A-270"),
    "polyimide film": _estimate(90.0, "A-270"),
    "spacer tape": _estimate(25.0, "A-270"),
    "electricity_kWh": Price(0.12, "A-271", 0.08, 0.25),
    "steam_MJ": _estimate(0.012, "A-271", basis=RULE),
    "cooling_MJ": _estimate(0.004, "A-271", basis=RULE),
    "nitrogen_m3": _estimate(0.15, "A-271", basis=RULE),
    "operator_h": Price(45.0, "A-272", 30.0, 60.0),
    "laser_h": _estimate(12.0, "A-273", basis=RULE),
}


def prices() -> Mapping[str, Price]:
    """Return the price of everything that a stage may feed or use, with its range.

    >>> prices()["ESDA"].low, prices()["ESDA"].high, prices()["methanol"].evidence
    (60.0, 240.0, 'literature')
    """
    found = dict(OTHER)
    for table in (DIANHYDRIDES, DIAMINES, SUBSTANCES, EPOXIES, HARDENERS):
        for name, entry in table.items():
            found[name] = _estimate(entry.price, "A-01", "literature" if name in _REPORTED else "estimate")
    return found


def price_list() -> Mapping[str, float]:
    """Return the price of everything that a stage may feed or use. [USD/kg] or [USD] per unit in the name

    >>> price_list()["ESDA"], price_list()["operator_h"]
    (120.0, 45.0)
    """
    return {name: one.value for name, one in prices().items()}


def unit(name: str) -> str:
    """Return the unit of a price.

    >>> unit("ESDA"), unit("electricity_kWh")
    ('USD/kg', 'USD/kWh')
    """
    return f"USD/{name.rpartition('_')[2] if '_' in name else 'kg'}"
