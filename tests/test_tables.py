"""Promises of the tables: one schema says everything, and nothing of the records is lost or changed on the way."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pint
import pytest

from twin.line import writing
from twin.line.buffer import Buffer, Exit
from twin.line.distribution import Exponential, Service
from twin.line.line import Line
from twin.line.rules import Path
from twin.line.state import STATES
from twin.line.station import Station
from twin.line.stop import Wear
from twin.line.supply import Arrivals
from twin.plan import Plan, StudySettings
from twin.plant import Plant
from twin.records import COLUMNS, Records
from twin.store import model_version, run_context, run_id
from twin.store.version import model_version_of
from twin.tables import TABLES, run_tables, to_arrow

PLAN = Plan(
    name="bare", question="?", products={}, plant=Plant(),
    study=StudySettings(warm_up=100.0, horizon=900.0, start="2026-01-05T06:00:00+00:00"),
)  # fmt: skip


def played(seed=1):
    """Records of three stations in a row, the second with two machines that fail."""
    line = Line(seed=seed, records=Records())
    line.exits["shipped"] = Exit(line, "shipped", "shipped")
    for number in range(1, 4):
        buffer = Buffer(line, f"b{number}", float("inf") if number == 1 else 4)
        line.buffers[buffer.name] = buffer
        line.stations[f"s{number}"] = Station(
            line, f"s{number}", {"": [[Service(Exponential(2.0 if number == 2 else 1.0))]]}, buffer,
            paths=[Path(f"b{number + 1}" if number < 3 else "shipped")], servers=2 if number == 2 else 1,
            wears=[Wear("fail", Exponential(50), Exponential(5), crew=None)] if number == 2 else [],
        )  # fmt: skip
    line.arrivals["a"] = Arrivals(line, "a", Exponential(1 / 0.55), "b1")
    line.begin()
    line.run(1000.0)
    for item in line.items.values():
        writing.lot(line, item, "inside", "inside", line.env.now)
    assert line.records is not None
    return line.records


@pytest.fixture(scope="module")
def records():
    """Records of one replication."""
    return played()


@pytest.fixture(scope="module")
def tables(records):
    """Its tables."""
    return to_arrow(records, PLAN, 3, run_context(PLAN))


def test_every_column_says_what_it_is():
    """Each column has a description that ends as a sentence, each unit can be read, each key is a column."""
    units = pint.UnitRegistry()
    units.define("USD = [money]")
    for table in TABLES.values():
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names)
        assert set(table.key) <= set(names)
        for column in table.columns:
            assert column.about.endswith("."), f"{table.name}.{column.name}"
            if column.unit not in {"", "UTC"}:
                units.parse_units(column.unit)


def test_units_stand_in_column_names():
    """A number with a unit says so at the end of its column's name."""
    endings = {"s": "_s", "kg": "_kg", "m": "_m", "m^2": "_m2", "USD": "_usd", "UTC": "_utc"}
    for table in TABLES.values():
        for column in table.columns:
            if column.unit in endings:
                assert column.name.endswith(endings[column.unit]), f"{table.name}.{column.name}"


def test_tables_are_those_of_the_schema(tables):
    """Every table has the schema's columns and types, valid values, and the run's facts as key-values."""
    for name, table in tables.items():
        assert table.schema.equals(run_context(PLAN).schema(name), check_metadata=True)
        table.validate(full=True)
        assert table.schema.metadata[b"twin.scenario"] == b"bare"
        for field in table.schema:
            assert field.nullable or table[field.name].null_count == 0, f"{name}.{field.name}"


def test_no_value_changes_on_the_way(records, tables):
    """Sorted alike, numbers and names are bit for bit those of the records."""
    names = list(records.names)
    for name, source in (("visits", "visits"), ("states", "states"), ("lots", "lots"), ("buffer_levels", "levels")):
        rows = getattr(records, source).table()
        spec, table = TABLES[name], tables[name]
        if spec.order:
            place = COLUMNS[source].index(spec.order.removesuffix("_s"))
            rows = rows[np.argsort(rows[:, place], kind="stable")]
        for column in spec.columns:
            if column.source and column.source != "state" and column.kind != "time":
                values = rows[:, COLUMNS[source].index(column.source)]
                found = table[column.name].to_pylist()
                told = [names[int(v)] if v >= 0 else None for v in values] if column.kind == "name" else values.tolist()
                assert found == told, f"{name}.{column.name}"
        assert len(table) == len(rows)


def test_states_have_their_standard_names(records, tables):
    """A state's name and its names in both standards belong together."""
    known = {(state.name, state.semi_e10, state.iso_22400) for state in STATES}
    rows = tables["states"].select(["state", "semi_e10", "iso_22400"]).to_pylist()
    assert {tuple(row.values()) for row in rows} <= known
    assert len(rows) == records.rows("states")


def test_keys_name_rows(tables):
    """No two rows of a table share a key."""
    for name in ("states", "visits", "lots", "stoppages", "equipment"):
        key = [one for one in TABLES[name].key if one in tables[name].column_names]
        rows = [tuple(row.values()) for row in tables[name].select(key).to_pylist()]
        assert len(set(rows)) == len(rows)


def test_the_calendar_begins_with_the_measured_time(tables):
    """Simulated second 100, the end of the warm-up, is the scenario's start on the calendar."""
    for row in tables["lots"].select(["ended_s", "ended_utc"]).to_pylist()[:50]:
        since = (row["ended_utc"].timestamp() - 1767592800.0) - (row["ended_s"] - 100.0)
        assert abs(since) <= 1e-6


def test_machines_belong_to_their_station(tables):
    """Machines side by side are told apart, and their station is the same."""
    found = {row["unit"]: (row["station"], row["machines"]) for row in tables["equipment"].to_pylist()}
    assert found == {"s1": ("s1", 1), "s2-1": ("s2", 2), "s2-2": ("s2", 2), "s3": ("s3", 1)}


def test_a_replication_without_events_has_all_tables():
    """Empty records give every table, empty."""
    found = to_arrow(Records(), PLAN, 0, run_context(PLAN))
    assert all(len(table) == 0 for table in found.values())
    assert set(found) == {name for name in TABLES if name in found}


def test_the_run_describes_itself():
    """The table of columns has each column of each table once; parameters carry value, unit and source."""
    made = run_tables(PLAN, run_context(PLAN))
    assert len(made["columns"]) == sum(len(table.columns) for table in TABLES.values())
    rows = {row["path"]: row for row in made["parameters"].to_pylist()}
    assert rows["plant.oven.count"]["value"] == PLAN.plant.oven.count
    assert all(row["source"] for row in rows.values())
    assert made["runs"].to_pylist()[0]["replications"] == PLAN.study.replications


def test_equal_plans_have_equal_ids_and_others_others():
    """The run id follows from the plan: 900 and 900.0 seconds are one run, another seed, length or plant is another."""
    same = replace(PLAN, study=replace(PLAN.study, horizon=900))
    assert run_id(same) == run_id(PLAN)
    others = [
        replace(PLAN, study=replace(PLAN.study, seed=2)),
        replace(PLAN, study=replace(PLAN.study, seed=2**62 + 1)),
        replace(PLAN, study=replace(PLAN.study, seed=2**62 + 3)),
        replace(PLAN, study=replace(PLAN.study, replications=11)),
        replace(PLAN, study=replace(PLAN.study, horizon=901.0)),
        replace(PLAN, plant=replace(PLAN.plant, oven=replace(PLAN.plant.oven, count=9))),
        replace(PLAN, name="other"),
    ]
    assert len({run_id(PLAN), *map(run_id, others)}) == len(others) + 1


def test_run_ids_do_not_depend_on_the_hash_seed():
    """Another PYTHONHASHSEED gives the same run id and the same model version."""
    code = (
        "from twin.plan import Plan; from twin.plant import Plant; from twin.store import run_id, model_version;"
        "print(run_id(Plan(name='bare', question='?', products={}, plant=Plant())), model_version())"
    )
    command = [sys.executable, "-c", code]
    found = {subprocess.check_output(command, env={"PYTHONHASHSEED": seed}) for seed in ("1", "77")}
    assert len(found) == 1


def test_the_model_version_follows_the_sources(tmp_path):
    """A changed or renamed source gives another version; the same sources elsewhere give the same."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    for folder in ("a", "b"):
        (tmp_path / folder / "x.py").write_text("x = 1\n")
    first = model_version_of(tmp_path / "a")
    assert model_version_of(tmp_path / "b") == first
    (tmp_path / "b" / "x.py").write_text("x = 2\n")
    (tmp_path / "a" / "x.py").rename(tmp_path / "a" / "y.py")
    assert len({first, model_version_of(tmp_path / "a"), model_version_of(tmp_path / "b"), model_version()}) == 4
