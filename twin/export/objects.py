"""Objects of an event log: batches, varnishes, rolls, panels, samples and machines, and which came of which."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

Rows = Mapping[str, list[dict[str, Any]]]

ALWAYS = "1970-01-01T00:00:00Z"  # of an attribute that never changes, as the standard has it
_MADE = {"product": str}
_ENDED = {
    "material": str, "fate": str, "grade": int, "place": str,
    "mass_kg": float, "length_m": float, "panels": float, "area_m2": float, "cost_usd": float,
}  # fmt: skip
_LOT = {**_MADE, "maker": str, **_ENDED}
OBJECTS: Mapping[str, Mapping[str, type]] = {
    **dict.fromkeys(("batch", "batch part", "varnish", "roll", "panels"), _LOT),
    "sample": {},
    "machine": {"station": str, "isa_95_level": str},
}


class Thing(NamedTuple):
    """One object.

    Attributes:
        id: Its id in the log.
        type: A name in ``OBJECTS``.
        attributes: Name, time from which on it holds, and value of each attribute.
        related: Id and qualifier of each object that came of it.
    """

    id: str
    type: str
    attributes: list[tuple[str, str, Any]]
    related: list[tuple[str, str]]


def lot_id(number: int) -> str:
    """Return the id of a lot.

    >>> lot_id(12)
    'lot-12'
    """
    return f"lot-{number}"


def machine_id(unit: str) -> str:
    """Return the id of a machine.

    >>> machine_id("oven-1")
    'machine-oven-1'
    """
    return f"machine-{unit}"


def told_time(moment: datetime) -> str:
    """Return a time as the standard wants it, in UTC.

    >>> told_time(datetime(2026, 1, 5, 6, 30, 0, 250000, tzinfo=UTC))
    '2026-01-05T06:30:00.250000Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def lot_type(maker: str, panels: float) -> str:
    """Return what a lot is, by who made it and what it holds.

    >>> lot_type("orders", 0.0), lot_type("varnish tank cut", 0.0), lot_type("oven cut", 400.0)
    ('batch', 'roll', 'panels')
    """
    how = maker.rpartition(" ")[2]
    if how == "cut":
        return "panels" if panels > 0.0 else "roll"
    return {"part": "batch part", "pool": "varnish"}.get(how, "batch")


def things(rows: Rows) -> Iterator[Thing]:
    """Yield the machines, then the lots, then the samples that the laboratory treated.

    A lot knows its samples from their reports: one that is still being tested at the end stands alone.

    Args:
        rows: Rows of the tables of one replication.
    """
    for row in rows["equipment"]:
        known = [(name, ALWAYS, row[name]) for name in OBJECTS["machine"]]
        yield Thing(machine_id(row["unit"]), "machine", known, [])
    became: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in rows["genealogy"]:
        became[row["parent"]].append((lot_id(row["child"]), row["kind"]))
    for row in rows["samples"]:
        became[row["lot"]].append((lot_id(row["sample"]), "sample"))
    for row in rows["lots"]:
        yield _lot(row, became[row["lot"]])
    lots = {row["lot"] for row in rows["lots"]}
    for number in sorted({row["lot"] for row in rows["visits"]} - lots):
        yield Thing(lot_id(number), "sample", [], [])


def _lot(row: Mapping[str, Any], became: list[tuple[str, str]]) -> Thing:
    made, ended = told_time(row["created_utc"]), told_time(row["ended_utc"])
    known = [(name, made, row[name]) for name in (*_MADE, "maker")] + [(name, ended, row[name]) for name in _ENDED]
    told = [one for one in known if one[2] is not None]
    return Thing(lot_id(row["lot"]), lot_type(row["maker"], row["panels"]), told, became)
