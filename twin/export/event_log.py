"""OCEL 2.0: what happened to which lots on which machines, for tools of process mining.

One file a run and replication, since each replication is a history of its own. The format is the JSON of the standard
(A. Berti et al., OCEL (Object-Centric Event Log) 2.0 Specification, 2023, https://www.ocel-standard.org).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from twin.export.events import EVENTS, Event, events
from twin.export.objects import OBJECTS, Thing, things
from twin.export.source import Source, plain_tables

TABLES_READ = ("equipment", "lots", "genealogy", "visits", "dispositions", "stoppages", "samples")
_TYPES = {str: "string", float: "float", int: "integer", datetime: "time"}

Rows = Mapping[str, list[dict[str, Any]]]


def write(source: Source, runs: Sequence[str], tables: Sequence[str], folder: Path) -> dict[str, int]:
    """Write ``<run>.<replication>.jsonocel`` for each replication; return the events of each. [1]"""
    del tables  # a log is made of the ones it needs
    written = {}
    for run in runs:
        found = {name: next(iter(plain_tables(source, [run], name))) for name in TABLES_READ}
        for number in sorted(pc.unique(found["lots"]["replication"]).to_pylist()):
            rows = {name: _of(table, number).to_pylist() for name, table in found.items()}
            log = event_log(rows)
            path = folder / f"{run}.{number:04d}.jsonocel"
            path.write_text(json.dumps(log, allow_nan=False), encoding="utf-8")
            written[path.name] = len(log["events"])
    return written


def _of(table: pa.Table, replication: int) -> pa.Table:
    return table.filter(pc.field("replication") == replication) if "replication" in table.column_names else table


def event_log(rows: Rows) -> dict[str, Any]:
    """Return the log of one replication as the plain data of OCEL 2.0.

    Args:
        rows: Rows of the tables that it is made of.
    """
    happened = sorted(events(rows), key=lambda one: (one.time, one.id))
    there = list(things(rows))
    return {
        "objectTypes": [_type(name, OBJECTS[name]) for name in _names(there)],
        "eventTypes": [_type(name, EVENTS[kind]) for name, kind in sorted({(one.type, one.kind) for one in happened})],
        "objects": [_object(one) for one in there],
        "events": [_event(one) for one in happened],
    }


def _names(there: Iterable[Thing]) -> list[str]:
    return sorted({one.type for one in there})


def _type(name: str, attributes: Mapping[str, type]) -> dict[str, Any]:
    return {"name": name, "attributes": [{"name": one, "type": _TYPES[kind]} for one, kind in attributes.items()]}


def _object(one: Thing) -> dict[str, Any]:
    return {
        "id": one.id, "type": one.type,
        "attributes": [{"name": name, "time": time, "value": value} for name, time, value in one.attributes],
        "relationships": [{"objectId": to, "qualifier": qualifier} for to, qualifier in one.related],
    }  # fmt: skip


def _event(one: Event) -> dict[str, Any]:
    return {
        "id": one.id, "type": one.type, "time": one.time,
        "attributes": [{"name": name, "value": value} for name, value in one.attributes.items()],
        "relationships": [{"objectId": to, "qualifier": qualifier} for to, qualifier in one.related],
    }  # fmt: skip
