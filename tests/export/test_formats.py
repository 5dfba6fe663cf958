"""What an export holds, read back by the tools it is for, is what the store holds."""

import csv
import json
import shutil
from collections import Counter
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from twin.errors import UsageError
from twin.export import export, workbook
from twin.export.csv_files import write as write_csv
from twin.export.event_log import event_log
from twin.export.objects import OBJECTS
from twin.export.source import Source, plain_schema, plain_tables
from twin.safe import quoted
from twin.sample import FOLDER
from twin.store import Store
from twin.tables import TABLES

HOSTILE = (
    "=1+1",
    "+1",
    "-1",
    "@x",
    "\t=1",
    "\r=1",
    "=HYPERLINK(1)",
    "\x1b[2J\x1b[31mred",
    'a"b;c,d',
    "x\nerror: forged",
    "",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A copy of the sample store."""
    return Path(shutil.copytree(FOLDER, tmp_path_factory.mktemp("sample") / "store"))


@pytest.fixture(scope="module")
def runs(store):
    """Its runs."""
    return Store(store, fsync=False).runs()


def stored(store, runs, name):
    """One table of all runs, as the store's own reader gives it, with names as text."""
    spec = plain_schema(TABLES[name])
    opened = Store(store, fsync=False)
    return pa.concat_tables(opened.read(run, name).cast(spec) for run in runs)


def hostile():
    """A source of one run, whose every text is hostile."""
    spec = TABLES["runs"]
    columns = [
        pa.array(HOSTILE) if pa.types.is_string(field.type) else pa.nulls(len(HOSTILE), field.type)
        for field in plain_schema(spec)
    ]
    table = pa.Table.from_arrays(columns, schema=plain_schema(spec))
    return Source("nowhere", ["run"], lambda _run, _table: table, str)


def as_text(value):
    """A value of Python as it stands in a CSV file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quoted(value)
    return "" if value is None else value


def test_csv_holds_every_value_of_every_table(store, runs, tmp_path):
    """Each cell read back is the stored value: numbers to the last digit, texts, times; all runs below each other."""
    done = export(store, tmp_path / "out", kind="csv")
    assert list(done.rows) == list(TABLES)
    for name in TABLES:
        with (tmp_path / "out" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            heads, *cells = csv.reader(file)
        table = stored(store, runs, name)
        assert heads == table.column_names
        assert len(cells) == len(table) == done.rows[name]
        for column, found in zip(table.itercolumns(), zip(*cells, strict=True), strict=False):
            if pa.types.is_timestamp(column.type):
                expected = [f"{value:%Y-%m-%d %H:%M:%S.%f}Z" for value in column.to_pylist()]
            else:
                expected = [as_text(value) for value in column.to_pylist()]
            number = pa.types.is_floating(column.type) or pa.types.is_integer(column.type)
            assert [float(one) if number and one else one for one in found] == expected


def test_delta_holds_every_table_with_its_units(store, runs, tmp_path):
    """Each Delta table is the stored one, row by row, in one version, and its fields carry units."""
    deltalake = pytest.importorskip("deltalake")
    export(store, tmp_path / "out", kind="delta", tables="lots,runs,measurements,marks")
    for name in ("lots", "runs", "measurements", "marks"):
        delta = deltalake.DeltaTable(tmp_path / "out" / name)
        order = [(key, "ascending") for key in TABLES[name].key]
        found = pa.table(delta.to_pyarrow_table()).cast(plain_schema(TABLES[name]))
        assert found.sort_by(order).equals(stored(store, runs, name).sort_by(order))
        assert delta.version() == 0
        units = {field.name: field.metadata.get("unit") for field in delta.schema().fields}
        assert units == {column.name: column.unit for column in TABLES[name].columns}


def test_a_workbook_has_a_sheet_a_table_with_units_and_a_frozen_head(store, runs, tmp_path):
    """Cells are the stored values (times to the millisecond), under names, meanings and units that stay in sight."""
    export(store, tmp_path / "out", kind="xlsx", tables="stoppages,lots,checks", runs=runs[:1])
    book = openpyxl.load_workbook(tmp_path / "out" / workbook.FILE)
    assert book.sheetnames == ["stoppages", "lots", "checks"]
    for name in book.sheetnames:
        heads, units, *cells = book[name].iter_rows(values_only=True)
        spec = TABLES[name].columns
        assert list(heads) == [column.name for column in spec]
        assert [unit or "" for unit in units] == [column.unit for column in spec]
        assert book[name].freeze_panes == "A3"
        assert [cell.comment.text for cell in book[name][1]] == [column.about for column in spec]
        table = stored(store, runs[:1], name)
        assert len(cells) == len(table)
        for column, found in zip(table.itercolumns(), zip(*cells, strict=True), strict=True):
            for value, cell in zip(column.to_pylist(), found, strict=True):
                if pa.types.is_timestamp(column.type):
                    assert abs((value.replace(tzinfo=None) - cell).total_seconds()) < 6e-4
                elif isinstance(value, str):
                    assert (cell or "") == value
                else:
                    assert cell is None if value is None else cell == pytest.approx(value, rel=1e-15)


def test_a_workbook_refuses_more_rows_than_a_sheet_takes(store, monkeypatch, tmp_path):
    """A table that is too long for a sheet is one line that names table and limit, and nothing is written."""
    monkeypatch.setattr(workbook, "MOST_ROWS", 6)
    with pytest.raises(UsageError, match=r"lots has [\d,]+ rows.*takes 4.*csv") as told:
        export(store, tmp_path / "out", kind="xlsx", tables="runs,lots")
    assert len(str(told.value).splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_hostile_texts_are_no_formulas_and_no_commands_in_csv(tmp_path):
    """No cell begins as a formula; no control character reaches a terminal; a forged line stays inside its cell."""
    write_csv(hostile(), ["run"], ["runs"], tmp_path)
    raw = (tmp_path / "runs.csv").read_text(encoding="utf-8")
    assert not {one for one in raw if not one.isprintable()} - {"\n"}
    rows = list(csv.reader(raw.splitlines()))
    assert len(rows) == 1 + len(HOSTILE)
    texts = [row[0] for row in rows[1:]]
    assert not [one for one in texts if one.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert texts[0] == "'=1+1"
    assert all(line.startswith('"') for line in raw.splitlines())


def test_hostile_texts_are_texts_in_a_workbook(tmp_path):
    """A cell is of type text, whatever it begins with, and holds no control character."""
    workbook.write(hostile(), ["run"], ["runs"], tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / workbook.FILE)["runs"]
    cells = [row[0] for row in sheet.iter_rows(min_row=workbook.HEADS + 1, max_row=workbook.HEADS + len(HOSTILE))]
    assert {cell.data_type for cell in cells[:-1]} == {"s"}
    assert cells[0].value == "=1+1"
    assert all(str(cell.value).isprintable() for cell in cells)


@pytest.fixture(scope="module")
def logs(store, runs, tmp_path_factory):
    """Exported event logs: folder, and the stored rows of the first of them."""
    out = tmp_path_factory.mktemp("ocel") / "out"
    export(store, out, kind="ocel", runs=runs[:1])
    return out


def rows_of(store, run, name, replication):
    """Rows of one replication."""
    return [row for row in stored(store, [run], name).to_pylist() if row["replication"] == replication]


def test_an_event_log_is_ocel_2(runs, logs):
    """Types are declared, attributes have their declared type, all that is referred to is there, times are ordered."""
    log = json.loads((logs / f"{runs[0]}.0001.jsonocel").read_text())
    assert set(log) == {"objectTypes", "eventTypes", "objects", "events"}
    ids = [one["id"] for one in log["objects"]]
    assert len(set(ids)) == len(ids)
    assert len({one["id"] for one in log["events"]}) == len(log["events"])
    kinds = {"string": str, "float": float, "integer": int, "time": str}
    for types, things in (("objectTypes", "objects"), ("eventTypes", "events")):
        declared = {one["name"]: {a["name"]: kinds[a["type"]] for a in one["attributes"]} for one in log[types]}
        assert len(declared) == len(log[types])
        assert {one["type"] for one in log[things]} == set(declared)
        for one in log[things]:
            assert {a["name"]: type(a["value"]) for a in one["attributes"]}.items() <= declared[one["type"]].items()
            assert all(to["objectId"] in set(ids) and to["qualifier"] for to in one["relationships"])
    assert {one["name"] for one in log["objectTypes"]} <= set(OBJECTS)
    times = [one["time"] for one in log["events"]]
    assert times == sorted(times)


def test_an_event_log_read_by_pm4py_is_what_happened(store, runs, logs):
    """pm4py finds each visit, verdict and stoppage once, each end of a lot, and the genealogy between objects."""
    pm4py = pytest.importorskip("pm4py")
    shutil.copy(logs / f"{runs[0]}.0001.jsonocel", logs.parent / "one.jsonocel")
    found = pm4py.read_ocel2_json(str(logs.parent / "one.jsonocel"))
    rows = {name: rows_of(store, runs[0], name, 1) for name in TABLES if "replication" in TABLES[name].key}
    per_activity = Counter(found.relations[found.relations["ocel:qualifier"] == "treated"]["ocel:activity"])
    assert per_activity == Counter(row["stage"] for row in rows["visits"])
    assert set(found.relations["ocel:qualifier"]) == {
        "treated", "by", "judged", "stopped", "made", "from", "ended",
    }  # fmt: skip
    activities = Counter(found.events["ocel:activity"])
    verdicts = Counter(f"verdict {row['action']}" for row in rows["dispositions"])
    assert {name: activities[name] for name in verdicts} == verdicts
    assert activities["stoppage"] == len(rows["stoppages"])
    assert (
        activities["lot made"]
        == len(rows["lots"])
        == len(found.objects.query("`ocel:type` not in ['machine', 'sample']"))
    )
    assert activities["lot shipped"] == sum(row["fate"] == "shipped" for row in rows["lots"])
    made = Counter((f"lot-{row['parent']}", f"lot-{row['child']}", row["kind"]) for row in rows["genealogy"])
    made += Counter((f"lot-{row['lot']}", f"lot-{row['sample']}", "sample") for row in rows["samples"])
    assert rows["samples"]
    assert Counter(found.o2o[["ocel:oid", "ocel:oid_2", "ocel:qualifier"]].itertuples(index=False, name=None)) == made
    lots = found.objects.set_index("ocel:oid")["mass_kg"]
    assert {row["lot"]: lots[f"lot-{row['lot']}"] for row in rows["lots"]} == {
        row["lot"]: pytest.approx(row["mass_kg"], rel=1e-12) for row in rows["lots"]
    }


def test_rolls_of_one_oven_load_share_an_event(store, runs):
    """An operation that treats three lots is one event with three objects, so that no time is counted thrice."""
    source = Source("", runs, Store(store, fsync=False).read, str)
    names = ("equipment", "lots", "genealogy", "visits", "dispositions", "stoppages", "samples")
    rows = {name: next(plain_tables(source, runs[:1], name)).to_pylist() for name in names}
    rows = {name: [row for row in some if row.get("replication", 0) == 0] for name, some in rows.items()}
    log = event_log(rows)
    cured = [one for one in log["events"] if one["type"] == "curing"]
    for one in cured:
        attributes = {a["name"]: a["value"] for a in one["attributes"]}
        treated = [to for to in one["relationships"] if to["qualifier"] == "treated"]
        assert len(treated) == attributes["load"]
    assert max(len(one["relationships"]) for one in cured) > 2
