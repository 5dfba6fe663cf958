"""Records of one replication -> Arrow tables, column by column; no row is touched by Python."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from twin.limit import Limit
from twin.line.state import STATES
from twin.plan import Plan
from twin.records import COLUMNS, Records
from twin.tables.build import Codes, Numbers, from_rows, named, numbers, repeated, timestamps
from twin.tables.column import Column, Table
from twin.tables.context import RunContext
from twin.tables.logs import LOGS

_SOURCES = {"buffer_levels": "levels"}
_BASE_UNIT = {"feed": "kg", "loss": "kg", "scrap": "m"}
_STATE_FIELDS = {"state": "name", "semi_e10": "semi_e10", "iso_22400": "iso_22400"}
_Finder = Callable[..., str]


class _Log(NamedTuple):
    """One table of the records on its way: its columns as arrays, and what the names stand for."""

    columns: Mapping[str, Numbers]
    rows: int
    names: list[str]
    plan: Plan
    zero: int
    records: Records

    def codes(self, name: str) -> Codes:
        return self.columns[name].astype(np.int64)


def to_arrow(records: Records, plan: Plan, replication: int, context: RunContext) -> dict[str, pa.Table]:
    """Return all logs of one replication, and its equipment, as tables of the contract.

    Args:
        records: What the line wrote down.
        plan: The plan that it played.
        replication: Number of the replication. [1]
        context: Whose rows they are.
    """
    zero = measured_from(plan) - round(plan.study.warm_up * 1e6)
    names = list(records.names)
    tables = {}
    for table in LOGS:
        rows = _rows(records, table)
        source = COLUMNS[_SOURCES.get(table.name, table.name)]
        log = _Log({name: rows[:, place] for place, name in enumerate(source)}, len(rows), names, plan, zero, records)
        whose: dict[str, str | int] = {
            "run_id": context.run_id,
            "scenario": context.scenario,
            "replication": replication,
        }
        arrays = [_array(table, column, log, whose) for column in table.columns]
        tables[table.name] = pa.Table.from_arrays(arrays, schema=context.schema(table.name))
    tables["equipment"] = _equipment(records, context)
    return tables


def measured_from(plan: Plan) -> int:
    """Return the calendar time at which the measured time begins. [us]"""
    start = datetime.fromisoformat(plan.study.start)
    start = start.replace(tzinfo=UTC) if start.tzinfo is None else start
    return round(start.timestamp()) * 1_000_000 + start.microsecond


def _rows(records: Records, table: Table) -> Numbers:
    source = _SOURCES.get(table.name, table.name)
    rows: Numbers = getattr(records, source).table()
    by = rows[:, COLUMNS[source].index(table.order.removesuffix("_s"))]
    return rows if (by[1:] >= by[:-1]).all() else rows[np.argsort(by, kind="stable")]


def _array(table: Table, column: Column, log: _Log, whose: Mapping[str, str | int]) -> pa.Array:
    if column.name in whose:
        return _same(whose[column.name], log.rows)
    if not column.source:
        return _MADE[table.name, column.name](log)
    if column.source == "state":
        return named(log.codes("state"), [getattr(state, _STATE_FIELDS[column.name]) for state in STATES])
    if column.kind == "name":
        return named(log.codes(column.source), log.names)
    values = log.columns[column.source]
    return timestamps(values, log.zero) if column.kind == "time" else numbers(column, values)


def _same(value: str | int, rows: int) -> pa.Array:
    return repeated(value, rows) if isinstance(value, str) else pa.array(np.full(rows, value, dtype=np.int32))


# -- columns that are made of several ---------------------------------------------------------------------------------


def station_of(unit: str, names: Mapping[str, int] | set[str]) -> str:
    """Return the equipment class of a machine: ``oven-2`` is an ``oven``; a single machine has its class's name.

    >>> station_of("filter-dryer-1", {"filter-dryer"}), station_of("press", {"press"})
    ('filter-dryer', 'press')
    """
    before, _, number = unit.rpartition("-")
    return before if number.isdigit() and before in names else unit


def _station(log: _Log) -> pa.Array:
    known = set(log.names)
    return named(log.codes("unit"), [station_of(name, known) for name in log.names])


def _sequence(log: _Log) -> pa.Array:
    return pa.array(np.arange(log.rows, dtype=np.int64))


def _measure_unit(log: _Log) -> pa.Array:
    return _looked_up(log, ("product", "stage", "measure"), _unit_of)


def _unit_of(plan: Plan, product: str, stage: str, measure: str) -> str:
    known = plan.products.get(product)
    done = known.procedure.get(stage) if known else None
    return done.measures.get(measure, "") if done else ""


def _limit_of(plan: Plan, product: str, limit: str) -> Limit | None:
    known = plan.products.get(product)
    return next((one for one in known.specification if one.id == limit), None) if known else None


def _quantity(plan: Plan, product: str, limit: str) -> str:
    one = _limit_of(plan, product, limit)
    return one.quantity if one else ""


def _limit_unit(plan: Plan, product: str, limit: str) -> str:
    one = _limit_of(plan, product, limit)
    return _unit_of(plan, product, one.stage, one.quantity) if one else ""


def _limit_source(plan: Plan, product: str, limit: str) -> str:
    one = _limit_of(plan, product, limit)
    return one.source if one else ""


def _amount_unit(log: _Log) -> pa.Array:
    """Unit of each amount; a sample of a lot that has become web is measured in metres, any other in kilograms."""
    units = _looked_up(log, ("kind", "item"), _item_unit)
    texts = units.dictionary.to_pylist()
    codes = units.indices.to_numpy().astype(np.int64)
    if "sample" in log.names:
        sampled = log.codes("kind") == log.names.index("sample")
        web = log.columns["at"] >= _web_since(log)[log.codes("lot")]
        codes = np.where(sampled, np.where(web, len(texts), len(texts) + 1), codes)
    return named(codes, [*texts, "m", "kg"])


def _web_since(log: _Log) -> Numbers:
    """Time from which each lot is web, by its number. Shape: (lots,). [s]"""
    visits = log.records.visits.table()
    lot, end, length = (visits[:, COLUMNS["visits"].index(name)] for name in ("lot", "end", "length_out"))
    most = max(lot.max(initial=0.0), log.columns["lot"].max(initial=0.0))
    since = np.full(int(most) + 1, np.inf)
    np.minimum.at(since, lot[length > 0.0].astype(np.int64), end[length > 0.0])
    return since


def _item_unit(_plan: Plan, kind: str, item: str) -> str:
    return _BASE_UNIT.get(kind, item.rpartition("_")[2] if kind == "utility" else "")


def _looked_up(log: _Log, by: tuple[str, ...], find: _Finder) -> pa.Array:
    """Look a text up once for each combination of names that occurs."""
    size = len(log.names) + 1
    key = np.zeros(log.rows, dtype=np.int64)
    for name in by:
        key = key * size + log.codes(name) + 1
    keys, places = np.unique(key, return_inverse=True)
    powers = [size**place for place in reversed(range(len(by)))]
    known = ["", *log.names]
    told = [known[key // power % size] for key in keys.tolist() for power in powers]
    texts = [find(log.plan, *told[first : first + len(by)]) for first in range(0, len(told), len(by))]
    return named(places.astype(np.int64), texts)


def _by_limit(find: _Finder) -> Callable[[_Log], pa.Array]:
    return lambda log: _looked_up(log, ("product", "limit"), find)


_MADE: Mapping[tuple[str, str], Callable[[_Log], pa.Array]] = {
    ("states", "station"): _station,
    ("stoppages", "station"): _station,
    ("measurements", "value_unit"): _measure_unit,
    ("dispositions", "quantity"): _by_limit(_quantity),
    ("dispositions", "value_unit"): _by_limit(_limit_unit),
    ("dispositions", "source"): _by_limit(_limit_source),
    ("consumption", "amount_unit"): _amount_unit,
    ("visits", "sequence"): _sequence,
    ("buffer_levels", "sequence"): _sequence,
    ("dispositions", "sequence"): _sequence,
}


def _equipment(records: Records, context: RunContext) -> pa.Table:
    names = list(records.names)
    codes = np.unique(records.states.table()[:, 0]).astype(np.int64).tolist()
    stations = [station_of(names[code], records.names) for code in codes]
    rows = [
        {
            "unit": names[code], "station": station, "position": place, "machines": stations.count(station),
            "isa_95_level": "work unit",
        }
        for place, (code, station) in enumerate(zip(codes, stations, strict=True))
    ]  # fmt: skip
    return from_rows("equipment", rows, context)
