"""One schema, one contract: what is generated is up to date, what is written keeps it, old and new read each other."""

import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
import yaml

from twin import dictionary, study
from twin.bench.faults.sample import publish_sample
from twin.contract import bare_views
from twin.errors import ContractError
from twin.indicators import CATALOGUE, checks, indicators
from twin.query import opened
from twin.scenario import load
from twin.simulate import simulate
from twin.store import Store, run_context
from twin.store.hashing import sha256_of
from twin.store.naming import execution_key, table_key
from twin.store.record import Entry, record_of, sealed
from twin.tables import CONTRACT_VERSION, TABLES, run_tables, schema, to_arrow
from twin.tables.column import ARROW, FIRST
from twin.tables.keeping import broken, doubled
from twin.units import is_unit

RELEASED = sorted(path for path in (Path(__file__).parent / "contracts").iterdir() if path.is_dir())
SUFFIX = {"kg": "kg", "m": "m", "m^2": "m2", "s": "s", "USD": "usd", "UTC": "utc"}


@pytest.fixture(scope="module")
def real():
    """Return all tables of one replication of a real run, and its context."""
    plan = load("baseline", ("study.warm_up=5 d", "study.horizon=6 d"))
    played, context = simulate(plan, 1, 0), run_context(plan)
    tables = to_arrow(played.records, plan, 0, context)
    tables["indicators"] = indicators(tables, plan, 0, context)
    tables["checks"] = checks(played.balances, 0, context, tables)
    return {**tables, **run_tables(plan, context)}


def test_what_is_generated_is_up_to_date():
    """Dictionary, contract and plain views are what `python -m twin.dictionary` writes."""
    assert dictionary.stale() == []


def test_the_contract_holds_every_column_with_type_unit_key_and_reference():
    """The YAML says what the schema says, in the words of ODCS v3.1.0."""
    contract = yaml.safe_load(dictionary.odcs())
    assert (contract["apiVersion"], contract["kind"], contract["version"]) == (
        "v3.1.0",
        "DataContract",
        CONTRACT_VERSION,
    )
    assert [one["name"] for one in contract["schema"]] == list(TABLES)
    for told in contract["schema"]:
        table = TABLES[told["name"]]
        assert [one["name"] for one in told["properties"]] == [column.name for column in table.columns]
        key = sorted((one["primaryKeyPosition"], one["name"]) for one in told["properties"] if one.get("primaryKey"))
        assert [name for _, name in key] == list(table.key)
        for one, column in zip(told["properties"], table.columns, strict=True):
            assert {"property": "unit", "value": column.unit} in one["customProperties"]
            assert one["required"] is not column.optional
            assert one["physicalType"] == str(ARROW[column.kind])
        for one in told.get("relationships", ()):
            names = {f"{name}.{column.name}" for name, known in TABLES.items() for column in known.columns}
            assert set(one["from"]) | set(one["to"]) <= names
    assert all("relationships" in told for told in contract["schema"] if told["name"] != "runs")


def test_a_unit_stands_in_the_name_the_metadata_and_the_dictionary(real):
    """Three times the same unit: at the end of the name, in the field, in the table columns; and pint can read it."""
    listed = {(row["table"], row["column"]): row["unit"] for row in real["columns"].to_pylist()}
    for name, table in TABLES.items():
        fields = schema(table)
        for column in table.columns:
            assert fields.field(column.name).metadata[b"unit"].decode() == column.unit == listed[name, column.name]
            if column.unit not in {"", "1"}:
                assert column.name.endswith(f"_{SUFFIX[column.unit]}"), (name, column.name)
            if column.kind == "number" and not column.unit:
                own = column.name in {"numerator", "denominator"}  # of another unit than their quotient
                beside = {f"{column.name}_unit"} if own else {"value_unit", "amount_unit"}
                assert beside & {one.name for one in table.columns}, (name, column.name)
    assert all(is_unit(unit) for unit in SUFFIX if unit not in {"USD", "UTC"})


def test_every_number_of_a_real_run_has_a_unit(real):
    """The unit stands in the row, and is one that the border reads; what is divided fits the unit of the value."""
    for name in ("indicators", "checks"):
        for column in {"numerator_unit", "denominator_unit", "value_unit"} & set(real[name].column_names):
            assert real[name][column].null_count == 0
            assert all(real[name][column].unique().to_pylist()), (name, column)
    for name, one in CATALOGUE.items():
        numerator, denominator = one.units
        quotient = "1" if numerator == denominator else f"{numerator}/{denominator}"
        assert quotient == one.unit or numerator == f"{one.unit}*{denominator}" or name.startswith("lead_time"), name


def test_a_real_run_keeps_the_contract(real):
    """Types, missing values, unique keys and references of all tables."""
    assert set(real) == set(TABLES) - {"summaries", "executions"}
    assert broken(real) == []


def without(table, column):
    return table.drop_columns([column])


def replaced(table, column, values):
    place = table.column_names.index(column)
    return table.set_column(place, table.schema.field(column), pa.chunked_array([values]))


@pytest.mark.parametrize(
    ("name", "spoil", "words"),
    [
        ("lots", lambda one: without(one, "fate"), "columns differ from the contract: fate"),
        ("lots", lambda one: pa.concat_tables([one, one.slice(0, 2)]), "2 rows repeat the key"),
        ("lots", lambda one: one.slice(1), "refer by run_id, replication, "),
        ("visits", lambda one: replaced(one, "load", pa.nulls(len(one), pa.int32())), "values are missing"),
        ("visits", lambda one: replaced(one, "end_s", pa.array([float("nan")] * len(one))), "holds NaN"),
        ("visits", lambda one: one.cast(one.schema.set(3, pa.field("lot", pa.int32()))), "is int32, not int64"),
        ("equipment", lambda one: one.slice(0, 3), "no row of equipment"),
        ("runs", lambda one: one.slice(0, 0), "no row of runs"),
        ("samples", lambda one: one.slice(1), "1 rows refer by run_id, replication, lot to no row of lots or samples"),
        ("consumption", lambda one: replaced(one, "lot", pa.array([-1] * len(one))), "to no row of lots"),
    ],
)
def test_each_breach_is_named(real, name, spoil, words):
    """A missing column, a repeated key, a null, a NaN, another type, a reference to nothing: each in words."""
    found = broken({**real, name: spoil(real[name])})
    assert any(words in line for line in found), found


def test_a_run_that_breaks_the_contract_is_not_published(tmp_path, monkeypatch):
    """The study ends with the contract's error, and the store stays empty."""
    monkeypatch.setattr(
        "twin.tables.keeping.broken", lambda tables: ["visits: broken on purpose"] if "runs" in tables else []
    )
    plan = load("baseline", ("study.warm_up=1 d", "study.horizon=1 d", "study.replications=1"))
    with pytest.raises(ContractError, match="broken on purpose"):
        study.run(plan, tmp_path / "store", workers=1)
    assert not list((tmp_path / "store" / "tables").rglob("*.parquet"))


def test_doubled_keys_are_counted_across_missing_values():
    """A missing value equals another missing value in a key."""
    assert doubled(pa.table({"a": pa.array([None, None, "x"])}), ("a",)) == 1


@pytest.mark.parametrize("released", RELEASED, ids=lambda path: path.name)
def test_an_old_reader_reads_new_files(real, released):
    """Every column of a released contract stands in what is written now, with the same type and unit."""
    for path in released.glob("*.parquet"):
        old = pq.read_schema(path)
        new = schema(TABLES[path.stem])
        assert old.metadata[b"twin.contract_version"].decode() == released.name
        for field in old:
            assert new.field(field.name).type == field.type
            assert new.field(field.name).metadata[b"unit"] == field.metadata[b"unit"]
            assert field.nullable or not new.field(field.name).nullable
        if path.stem in real:
            assert real[path.stem].select(old.names).num_columns == len(old.names)


def stored(released, root):
    """Make a store of the files of a released contract, as it was written then."""
    found = []
    for path in released.glob("*.parquet"):
        key = table_key(path.stem, "x")
        if path.stem == "executions":
            key = execution_key("x", "1-1", sha256_of(path))
        else:
            rows = pq.read_metadata(path).num_rows
            found.append(Entry(path.stem, rows, path.stat().st_size, sha256_of(path)))
        (root / key).parent.mkdir(parents=True)
        (root / key).write_bytes(path.read_bytes())
    record = record_of("x", "1-1", found, encoding="standard", facts={}, execution={}, execution_file=None)
    (root / "commits").mkdir()
    (root / "commits" / "x.json").write_bytes(sealed({**record, "contract_version": released.name}))


@pytest.mark.parametrize("released", RELEASED, ids=lambda path: path.name)
def test_a_new_reader_reads_old_files(released, tmp_path):
    """A store of an older contract opens: what it lacks is missing, and all shipped views can be asked."""
    stored(released, tmp_path)
    connection = opened(tmp_path)
    for name, table in TABLES.items():
        kept = released / f"{name}.parquet"
        old = ds.dataset(kept).to_table() if kept.exists() else schema(table).empty_table()
        new = connection.sql(f"SELECT * FROM {name}").to_arrow_table()  # noqa: S608 - our own names
        assert new.column_names == [column.name for column in table.columns]
        assert len(new) == len(old)
        for column in table.columns:
            if column.name in old.column_names:
                assert new[column.name].to_pylist() == old[column.name].to_pylist()
            else:
                assert new[column.name].null_count == len(new)
    connection.sql("FROM indicators_recomputed").fetchall()
    connection.sql("FROM yield_loss").fetchall()


@pytest.mark.parametrize("released", RELEASED, ids=lambda path: path.name)
def test_a_plain_duckdb_reads_old_files(released, tmp_path, monkeypatch):
    """The views for a DuckDB of nothing of ours open where tables and columns that came later are not there."""
    stored(released, tmp_path)
    monkeypatch.chdir(tmp_path)
    with duckdb.connect() as plain:
        plain.execute(bare_views())
        for name, table in TABLES.items():
            kept = released / f"{name}.parquet"
            found = plain.sql(f"FROM {name}").to_arrow_table()
            assert set(found.column_names) == {column.name for column in table.columns}
            assert len(found) == (pq.read_metadata(kept).num_rows if kept.exists() else 0)


@pytest.mark.parametrize("new", ["a-1", "z-1"])
@pytest.mark.parametrize("released", RELEASED[:-1], ids=lambda path: path.name)
def test_a_store_of_two_contracts_is_read_as_its_readme_says(released, new, tmp_path, monkeypatch):
    """By pandas, polars and DuckDB: all rows and all columns, whichever of the two runs stands first."""
    stored(released, tmp_path)
    publish_sample(Store(tmp_path, fsync=False), new, whole=True)
    monkeypatch.chdir(tmp_path)
    (lines,) = [one for one in re.findall(r"```python\n(.*?)```", dictionary.HEAD, re.DOTALL) if "by_polars" in one]
    grown = [name for name, table in TABLES.items() if any(table.first(one) != FIRST for one in table.columns)]
    for name, table in ((name, TABLES[name]) for name in ("lots", *grown)):
        files = [*Path("tables", name).iterdir()]
        later = {column.name for column in table.columns} - {*pq.read_schema(min(files, key=str)).names}
        later |= {column.name for column in table.columns} - {*pq.read_schema(max(files, key=str)).names}
        found: dict[str, Any] = {}
        exec(lines.replace("indicators", name), found)  # noqa: S102 - lines of our own guide
        for frame in (found["by_pandas"], found["by_polars"].to_pandas(), found["by_duckdb"].df()):
            assert len(frame) == sum(pq.read_metadata(path).num_rows for path in files), name
            assert {*frame.columns} == {column.name for column in table.columns}, name
            assert frame[frame["run_id"].astype(str) == new][[*later]].notna().all(axis=None), name


def test_the_plain_views_read_which_runs_are_finished_before_anything_else(tmp_path, monkeypatch):
    """A run that was published since is seen in no table, and one that is only half there never."""
    publish_sample(Store(tmp_path, fsync=False), "a-1", whole=True)
    monkeypatch.chdir(tmp_path)
    with duckdb.connect() as plain:
        plain.execute(bare_views())
        publish_sample(Store(tmp_path, fsync=False), "b-2", whole=True)
        for name in TABLES:
            found = plain.cursor().sql(f"FROM {name} SELECT DISTINCT run_id::VARCHAR").fetchall()
            assert found == [("a-1",)], name
        plain.execute(bare_views())
        assert plain.sql("SELECT count(DISTINCT run_id) FROM visits").fetchall() == [(2,)]


def test_the_plain_views_say_what_to_do_where_no_run_is(tmp_path, monkeypatch):
    """An empty store, or a folder that is none, is one clear error and not a missing file."""
    monkeypatch.chdir(tmp_path)
    with duckdb.connect() as plain, pytest.raises(duckdb.Error, match=r"No finished run is here.*twin run baseline"):
        plain.execute(bare_views())


def test_no_other_table_is_taken_for_one_that_came_later():
    """The pattern that finds a later table, or else that of the runs, finds no third one."""
    for pattern in re.findall(r"'tables/(.*\[.*)/\*\.parquet'", bare_views()):
        assert len([name for name in TABLES if fnmatch(name, pattern)]) == 2


def test_columns_are_only_added_within_a_major_version():
    """What a column says of its first version fits the fixtures: none is newer than its contract, none went missing."""
    for released in RELEASED:
        version = tuple(map(int, released.name.split(".")))
        for name, table in TABLES.items():
            kept = released / f"{name}.parquet"
            there = set(pq.read_schema(kept).names) if kept.exists() else set()
            first = {one.name for one in table.columns if tuple(map(int, table.first(one).split("."))) <= version}
            assert there == first, (released.name, name)
    assert CONTRACT_VERSION in {path.name for path in RELEASED}
