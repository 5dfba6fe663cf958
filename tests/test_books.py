"""Promises of the checks of each run: the books of any line close, and a wrong row or an open balance is seen."""

from itertools import pairwise
from math import isclose

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.indicators import CATALOGUE, checks, failed, indicators
from twin.line import writing
from twin.line.buffer import Buffer, Exit
from twin.line.distribution import Exponential, Service
from twin.line.line import Line
from twin.line.rules import Load, Path
from twin.line.station import Station
from twin.line.stop import Wear
from twin.line.supply import Arrivals
from twin.plan import Plan, StudySettings
from twin.plant import Plant
from twin.records import Records
from twin.store import run_context
from twin.tables import to_arrow

DAY = 86400.0
PLAN = Plan(
    name="bare", question="?", products={}, plant=Plant(), study=StudySettings(warm_up=DAY, horizon=4 * DAY)
)  # fmt: skip


def played(seed, rates, servers, places, fails, *, window=PLAN):
    """Play a bare line of a few stations, and return it with its tables."""
    line = Line(seed=seed, records=Records())
    line.exits["shipped"] = Exit(line, "shipped", "shipped")
    for number, rate in enumerate(rates):
        buffer = Buffer(line, f"b{number}", places if number else float("inf"))
        line.buffers[buffer.name] = buffer
        line.stations[f"s{number}"] = Station(
            line, f"s{number}", {"": [[Service(Exponential(rate * DAY / 50))]]}, buffer,
            paths=[Path(f"b{number + 1}" if number + 1 < len(rates) else "shipped")], servers=servers,
            wears=[Wear("fail", Exponential(DAY / 3), Exponential(DAY / 20))] if fails else [],
            load=Load(1, 2, 0.0) if number % 2 else None,
        )  # fmt: skip
    line.arrivals["a"] = Arrivals(line, "a", Exponential(DAY / 40), "b0")
    line.begin()
    line.run(window.study.warm_up)
    line.clear_statistics()
    line.run(window.study.warm_up + window.study.horizon)
    for item in line.items.values():
        writing.lot(line, item, "inside", "inside", line.env.now)
    assert line.records is not None
    return line, to_arrow(line.records, window, 0, run_context(window))


LINES = {
    "seed": st.integers(0, 10**6),
    "rates": st.lists(st.floats(0.1, 2.0), min_size=1, max_size=4),
    "servers": st.integers(1, 3),
    "places": st.integers(0, 5),
    "fails": st.booleans(),
}


@settings(max_examples=25, deadline=None)
@given(**LINES)
def test_books_of_random_lines_close(seed, rates, servers, places, fails):
    """On any bare line: ratios in [0, 1], shares add to 1, the line's own time average, and no check fails."""
    line, tables = played(seed, rates, servers, places, fails)
    table = indicators(tables, PLAN, 0, run_context(PLAN)).to_pylist()
    for row in table:
        if row["value_unit"] == "1" and row["value"] is not None:
            assert 0.0 <= row["value"] <= 1.0
    shares = {}
    for row in table:
        if row["indicator"] == "time_share":
            shares.setdefault((row["scope"], row["subject"]), []).append(row["value"])
    assert all(isclose(sum(parts), 1.0, rel_tol=1e-12) for parts in shares.values())
    wip = next(row["value"] for row in table if row["indicator"] == "wip_lots")
    assert isclose(wip, line.mean_inside(), rel_tol=1e-9, abs_tol=1e-12)
    lots = next(row for row in table if row["indicator"] == "released_lots")
    assert lots["numerator"] == line.gone.get("shipped", 0)
    assert failed(checks((), 0, run_context(PLAN), tables)) == []


def test_every_row_is_in_the_catalogue():
    """Each row's unit and definition are those of the catalogue, and its key is its own."""
    _, tables = played(1, [1.0, 0.5], 2, 3, fails=True)
    table = indicators(tables, PLAN, 4, run_context(PLAN)).to_pylist()
    for row in table:
        assert row["value_unit"] == CATALOGUE[row["indicator"]].unit
        assert row["replication"] == 4
    assert len({(row["indicator"], row["scope"], row["subject"], row["detail"]) for row in table}) == len(table)


def broken(tables, name, column, change):
    """Return tables in which the first value of a column is another."""
    table = tables[name]
    values = table[column].to_pylist()
    values[0] = change(values)
    place = table.column_names.index(column)
    field = table.schema.field(column)
    return {**tables, name: table.set_column(place, field, pa.array(values, field.type))}


@pytest.mark.parametrize(
    ("name", "column", "change", "check"),
    [
        ("lots", "lot", lambda values: values[1], "lots are single"),
        ("lots", "ended_s", lambda _: -1.0, "time runs on"),
        ("states", "end_s", lambda values: values[0] + 1.0, "states add up"),
        ("states", "start_s", lambda values: values[0] + 1.0, "states join"),
        ("visits", "end_s", lambda values: values[0] + DAY, "capacity is kept"),
        ("visits", "start_s", lambda values: values[0] - 1.0, "time runs on"),
    ],
)
def test_a_wrong_row_breaks_a_check(name, column, change, check):
    """Each check fails on tables that break its law."""
    _, tables = played(3, [0.6, 0.5], 1, 3, fails=True)
    found = failed(checks((), 0, run_context(PLAN), broken(tables, name, column, change)))
    assert any(one.startswith(check) for one in found), found


def test_a_lot_that_waits_while_it_is_worked_on_is_seen():
    """A lot that came to a station before its operation at another one had ended breaks that law, and no other."""
    _, tables = played(3, [0.6, 0.5], 1, 3, fails=True)
    visits = tables["visits"].to_pylist()
    rows = sorted(range(len(visits)), key=lambda row: (visits[row]["lot"], visits[row]["start_s"]))
    first, second = next(
        pair for pair in pairwise(rows)
        if visits[pair[0]]["lot"] == visits[pair[1]]["lot"] and visits[pair[0]]["station"] != visits[pair[1]]["station"]
    )  # fmt: skip
    arrived = tables["visits"]["arrived_s"].to_pylist()
    arrived[second] = visits[first]["end_s"] - 1.0
    place = tables["visits"].column_names.index("arrived_s")
    column = pa.array(arrived, tables["visits"].schema.field(place).type)
    changed = tables["visits"].set_column(place, tables["visits"].schema.field(place), column)
    found = failed(checks((), 0, run_context(PLAN), {**tables, "visits": changed}))
    assert [one.split(" is off")[0] for one in found] == ["lots wait in one place"]


def test_a_balance_that_the_line_found_open_is_told():
    """What the line counted itself stands among the checks with its tolerance."""

    class Open:
        name, residual, tolerance = "ledger kg", 2e-9, 1e-9

    table = checks([Open()], 0, run_context(PLAN))
    assert pc.sum(pc.invert(table["passed"])).as_py() == 1
    assert failed(table) == ["balance ledger kg is off by 2e-09 (allowed 1e-09)"]
