"""Events of an event log: operations, verdicts, stoppages, the making and the ends of lots."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from twin.export.objects import Rows, lot_id, machine_id, told_time

EVENTS: Mapping[str, Mapping[str, type]] = {
    "operation": {
        "start_utc": datetime, "duration_s": float, "waited_s": float, "load": int, "attempt": int, "station": str,
        "mass_in_kg": float, "mass_out_kg": float, "area_in_m2": float, "area_out_m2": float,
    },
    "verdict": {
        "stage": str, "limit": str, "quantity": str, "value": float, "lower": float, "upper": float,
        "value_unit": str, "source": str, "area_m2": float,
    },
    "stoppage": {"cause": str, "station": str, "duration_s": float},
    "making": {"maker": str},
    "end": {"place": str, "grade": int},
}  # fmt: skip
_SUMS = ("mass_in_kg", "mass_out_kg", "area_in_m2", "area_out_m2")


class Event(NamedTuple):
    """One event.

    Attributes:
        id: Its id in the log.
        type: Its activity.
        kind: A name in ``EVENTS``: what attributes it has.
        time: When it was over; of a stoppage, when it began.
        attributes: Attributes by name.
        related: Id and qualifier of each object that took part.
    """

    id: str
    type: str
    kind: str
    time: str
    attributes: dict[str, Any]
    related: list[tuple[str, str]]


def events(rows: Rows) -> Iterator[Event]:
    """Yield all events of one replication; rolls that went through an oven together share one.

    Args:
        rows: Rows of the tables of one replication.
    """
    together: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows["visits"]:
        together[row["unit"], row["stage"], row["start_s"], row["end_s"]].append(row)
    for number, group in enumerate(together.values()):
        yield _operation(f"operation-{number}", group)
    for number, row in enumerate(rows["dispositions"]):
        known = {name: row[name] for name in EVENTS["verdict"] if row[name] is not None}
        judged = [(lot_id(row["lot"]), "judged")]
        yield Event(f"verdict-{number}", f"verdict {row['action']}", "verdict", told_time(row["at_utc"]), known, judged)
    for number, row in enumerate(rows["stoppages"]):
        yield _stoppage(f"stoppage-{number}", row)
    yield from _of_lots(rows)


def _of_lots(rows: Rows) -> Iterator[Event]:
    parents: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in rows["genealogy"]:
        parents[row["child"]].append((lot_id(row["parent"]), "from"))
    for row in rows["lots"]:
        one, made, ended = lot_id(row["lot"]), told_time(row["created_utc"]), told_time(row["ended_utc"])
        related = [(one, "made"), *parents[row["lot"]]]
        yield Event(f"making-{row['lot']}", "lot made", "making", made, {"maker": row["maker"]}, related)
        if row["fate"] != "inside":
            known = {name: row[name] for name in EVENTS["end"]}
            yield Event(f"end-{row['lot']}", f"lot {row['fate']}", "end", ended, known, [(one, "ended")])


def _operation(name: str, group: list[dict[str, Any]]) -> Event:
    first = group[0]
    known = {
        "start_utc": told_time(first["start_utc"]), "duration_s": first["end_s"] - first["start_s"],
        "waited_s": max(row["start_s"] - row["arrived_s"] for row in group), "load": first["load"],
        "attempt": max(row["attempt"] for row in group), "station": first["station"],
        **{one: sum(row[one] for row in group) for one in _SUMS},
    }  # fmt: skip
    took_part = [(lot_id(row["lot"]), "treated") for row in group] + [(machine_id(first["unit"]), "by")]
    return Event(name, first["stage"], "operation", told_time(first["end_utc"]), known, took_part)


def _stoppage(name: str, row: dict[str, Any]) -> Event:
    known = {"cause": row["cause"], "station": row["station"], "duration_s": row["end_s"] - row["start_s"]}
    stopped = [(machine_id(row["unit"]), "stopped")]
    return Event(name, "stoppage", "stoppage", told_time(row["start_utc"]), known, stopped)
