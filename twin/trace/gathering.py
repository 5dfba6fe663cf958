"""What the tables of a run say of one lot: its way, its waits, its measures, its verdict and the cause of that."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from twin.errors import UsageError
from twin.limit import Limit
from twin.plan import Plan
from twin.store import Store
from twin.trace.family import Family, family
from twin.trace.finding import known_lot

Row = dict[str, Any]
FATES = ("scrapped", "shipped", "inside", "cut", "pooled")


class Facts(NamedTuple):
    """The history of one lot, as the tables hold it; times in s, amounts and values in the units of the tables.

    Attributes:
        run: Row of the run in the catalogue.
        replication: Number of the replication. [1]
        lot: Row of the lot.
        family: Its relations.
        relatives: Rows of all of them, by number.
        visits: Operations on it and on what it was made of, by their beginning; ``wait_s`` is what it stood before.
        measures: Measures of the lot and of what it was made of: value, laboratory's value, limits with their sources.
        verdicts: Rows of dispositions of the lot and of what it was made of.
        stops: Stops of a machine while it treated one of them.
        marks: Doubts and claims that it carries.
    """

    run: Row
    replication: int
    lot: Row
    family: Family
    relatives: dict[int, Row]
    visits: list[Row]
    measures: list[Row]
    verdicts: list[Row]
    stops: list[Row]
    marks: list[Row]

    @property
    def number(self) -> int:
        """Number of the lot. [1]"""
        return int(self.lot["lot"])

    @property
    def decisive(self) -> Row | None:
        """The verdict that decided about the lot itself; None where every limit was met."""
        mine = [one for one in self.verdicts if one["lot"] == self.number and one["action"] not in {"pass", "noted"}]
        return mine[-1] if mine else None


def facts(store: Store, run: str, replication: int, number: int, plan: Plan | None) -> Facts:
    """Gather the history of a lot.

    Args:
        store: The store.
        run: Id of the run.
        replication: Number of the replication. [1]
        number: Number of the lot. [1]
        plan: Plan of the run, which names the limits; None where it cannot be had.

    Raises:
        UsageError: There is no such replication or lot.
    """
    about: Row = store.read(run, "runs").to_pylist()[0]
    if not 0 <= replication < about["replications"]:
        most = about["replications"] - 1
        raise UsageError(f"--replication {replication}: run {run} has replications 0 to {most}.")
    tables = {name: _of(store.read(run, name), "replication", [replication]) for name in _LOGS}
    lots = {row["lot"]: row for row in tables["lots"].to_pylist()}
    known_lot(number, lots, f"replication {replication} of {run}")
    edges = zip(tables["genealogy"]["parent"].to_pylist(), tables["genealogy"]["child"].to_pylist(), strict=True)
    relations = family(number, edges)
    line = [*relations.before(), number]
    visits = _visits(tables["visits"], line)
    verdicts = _sorted(_of(tables["dispositions"], "lot", line), "at_s")
    return Facts(
        run=about, replication=replication, lot=lots[number], family=relations,
        relatives={one: lots[one] for one in (*line, *relations.after()) if one in lots}, visits=visits,
        measures=_measures(tables["measurements"], line, plan), verdicts=verdicts,
        stops=_stops(tables["stoppages"], visits), marks=_sorted(_of(tables["marks"], "lot", line), "at_s"),
    )  # fmt: skip


_LOGS = ("lots", "genealogy", "visits", "measurements", "dispositions", "marks", "stoppages")


def _of(table: pa.Table, column: str, values: Sequence[int]) -> pa.Table:
    return table.filter(pc.is_in(table[column], value_set=pa.array(values, table[column].type)))


def _sorted(table: pa.Table, by: str) -> list[Row]:
    return sorted(table.to_pylist(), key=lambda row: row[by])


def _visits(table: pa.Table, line: Sequence[int]) -> list[Row]:
    rows = sorted(_of(table, "lot", line).to_pylist(), key=lambda row: (row["start_s"], row["end_s"]))
    return [{**row, "wait_s": max(0.0, row["start_s"] - row["arrived_s"])} for row in rows]


def _measures(table: pa.Table, line: Sequence[int], plan: Plan | None) -> list[Row]:
    """Bring truth and laboratory together, the last of each attempt, with the limits that bind them."""
    found: dict[tuple[int, str, str], Row] = {}
    for row in _sorted(_of(table, "lot", line), "at_s"):
        key = row["lot"], row["stage"], row["measure"]
        before = found.get(key, row)
        seen = row["lab_value"] if row["lab_value"] is not None else before["lab_value"]
        found[key] = {**row, "lab_value": seen, "limits": limits(plan, row["product"], row["stage"], row["measure"])}
    return list(found.values())


def limits(plan: Plan | None, product: str, stage: str, measure: str) -> list[Limit]:
    """Return the limits of a product for one of its measures: those that decide, and those of its recipe."""
    made = plan.products.get(product) if plan is not None else None
    known = (*made.limits(stage), *made.limits(stage, "recipe")) if made is not None else ()
    return [one for one in known if one.quantity == measure]


def _stops(table: pa.Table, visits: list[Row]) -> list[Row]:
    rows = table.to_pylist()
    return [
        {**stop, "stage": visit["stage"], "lot": visit["lot"]}
        for visit in visits
        for stop in rows
        if stop["unit"] == visit["unit"] and stop["start_s"] < visit["end_s"] and stop["end_s"] > visit["start_s"]
    ]
