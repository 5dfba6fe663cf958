"""Laws of order: the rows of every file stand in the order that its table says, and a file that says so keeps it."""

import pyarrow as pa
import pyarrow.parquet as pq

from twin.bench.faults.sample import context, publish_sample, run_tables, table
from twin.store import Store
from twin.store.naming import commit_key, table_key
from twin.store.parquet import sorting, write_file
from twin.store.record import sealed, unsealed
from twin.store.verify import verify
from twin.tables import TABLES

RUN = "run-0"


def are_sorted(path, name):
    """Say whether the rows of a file are sorted, and its footer says by what."""
    spec = TABLES[name]
    with pq.ParquetFile(path) as file:
        groups = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
        assert all(list(one.sorting_columns) == (sorting(spec, file.schema_arrow) or []) for one in groups), name
        rows = [tuple(row.values()) for row in file.read().select(list(spec.sorting)).to_pylist()]
    return rows == sorted(rows)


def test_every_file_of_a_run_is_sorted(tmp_path):
    """Whatever the order in which its replications and their rows came, and in both encodings."""
    names = [name for name, spec in TABLES.items() if spec.per == "replication"]
    for encoding in ("standard", "compact"):
        store = Store(tmp_path / encoding, fsync=False, encoding=encoding)
        staging = store.begin(RUN)
        for number in (2, 0, 1):
            parts = {name: table(name, 40, context(RUN), number) for name in names}
            staging.add(number, {name: one.take(pa.array(range(39, -1, -1))) for name, one in parts.items()})
        once = [name for name, spec in TABLES.items() if spec.per == "run" and name != "runs"]
        staging.publish(run_tables(context(RUN), once), {})
        for name in (*names, *once):
            assert are_sorted(store.root / table_key(name, RUN), name), name


def test_every_table_says_by_what_it_is_sorted():
    """By its time where it has one, the lots by their number, else by its key; only the catalogue has a single row."""
    for name, spec in TABLES.items():
        assert {*spec.sorting} <= {column.name for column in spec.columns}, name
        assert bool(spec.sorting) == (name != "runs")
        times = {"at_s", "start_s"} & {column.name for column in spec.columns}
        assert not times or spec.sorting == ("replication", min(times, key=("start_s", "at_s").index)), name


def test_a_file_that_is_not_sorted_as_it_says_is_named(tmp_path, monkeypatch):
    """Readers that rely on its footer would miss rows; one that says nothing is bad where its record promises it."""
    store = Store(tmp_path, fsync=False)
    with monkeypatch.context() as patched:
        for module in ("parquet", "parts"):
            patched.setattr(f"twin.store.{module}.in_order", lambda one, _: one)
        publish_sample(store, RUN, whole=True)
        patched.setattr("twin.store.parquet.sorting", lambda *_: None)
        publish_sample(store, "run-1", whole=True)
    found = {one.key: one.what for one in verify(store.files).problems}
    assert "not sorted by replication, indicator, scope" in found[table_key("indicators", RUN)]
    silent = {key for key, what in found.items() if "footer does not say" in what}
    assert silent == {table_key(name, "run-1") for name, spec in TABLES.items() if spec.per != "execution"} - {
        table_key("runs", "run-1")
    }
    record = unsealed(store.files.read(commit_key("run-1")))
    for older in ({"sorted": None}, {"contract_version": "1.1.0"}):
        store.files.write(sealed({**record, **older}), commit_key("run-1"))
        assert not [one for one in verify(store.files).problems if "footer" in one.what]


def test_a_table_that_is_written_whole_is_sorted(tmp_path):
    """The way of the only replication of a run."""
    write_file("checks", table("checks", 40, context(RUN)), tmp_path / "x.parquet")
    assert are_sorted(tmp_path / "x.parquet", "checks")
