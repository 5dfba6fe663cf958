"""Promises to readers: one consistent snapshot, files that are checked, and care that loses nothing."""

import math
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from twin import store as stores
from twin.bench.faults.sample import SMALL, context, execution_row, publish_sample, run_tables, table
from twin.errors import ContractError, UsageError
from twin.query import ask, opened
from twin.store import Store, local
from twin.store.archive import backup, restore
from twin.store.local import LocalFiles
from twin.store.parquet import ROWS, join_parts
from twin.store.parts import parts_in, write_parts
from twin.store.quarantine import quarantine
from twin.store.retiring import clear, described, outdated, retire, tombstones
from twin.store.usage import usage
from twin.store.verify import verify
from twin.tables import TABLES, schema


@pytest.fixture
def two(tmp_path):
    """A store of two runs."""
    store = Store(tmp_path, fsync=False)
    for run_id in ("a-1", "b.2"):
        assert publish_sample(store, run_id, whole=True).published
    return store


def test_a_snapshot_shows_the_runs_of_one_moment(two):
    """What is published or retired after a snapshot was opened does not change it."""
    look = stores.open(two.root)
    publish_sample(two, "c-3", whole=True)
    retire(two.files, "a-1", "too old")
    assert look.runs == ["a-1", "b.2"]
    assert sorted(set(look.pandas("visits")["run_id"])) == ["a-1", "b.2"]
    assert stores.open(two.root).runs == ["b.2", "c-3"]


def test_all_readers_of_a_snapshot_see_the_same(two):
    """pyarrow, pandas, DuckDB and polars see the same rows, and the columns are those of the contract."""
    look = stores.open(two.root)
    assert look.dataset("lots").schema == schema(TABLES["lots"])
    rows = look.table("lots").num_rows
    asked = look.duckdb("lots", "runs").execute("SELECT count(*) FROM lots JOIN runs USING (run_id)").fetchone()
    assert rows == len(look.pandas("lots")) == asked[0] == pl.read_parquet(look.files("lots")).height == 80
    assert look.table("lots", ["b.2"], ["lot"]).num_rows == 40
    assert look.pandas("executions")["outcome"].tolist() == ["published"] * 2


def test_a_table_that_no_run_has_is_empty(tmp_path):
    """A store without runs answers with empty tables, not with errors."""
    Store(tmp_path, fsync=False)
    look = stores.open(tmp_path)
    assert look.pandas("lots").empty
    assert look.duckdb().execute("SELECT count(*) FROM visits").fetchone() == (0,)


def test_executions_of_a_run_without_any_are_an_empty_table(two):
    """Of one that was published without; where the record promises one, it is gone, and that is told."""
    staging = two.begin("plain")
    run = context("plain")
    staging.add(0, {"lots": table("lots", 3, run)})
    staging.publish(run_tables(run), {})
    assert (two.read("plain", "executions").num_rows, two.read("plain", "lots").num_rows) == (0, 3)
    assert two.read("plain", "executions").schema.equals(schema(TABLES["executions"]))
    assert two.read("a-1", "executions").num_rows == 1
    next(two.root.glob("tables/executions/a-1.*")).unlink()
    with pytest.raises(ContractError, match=r"executions/a-1\..* is damaged or gone .it is gone"):
        two.read("a-1", "executions")


def test_a_file_is_checked_once_until_it_changes(two, monkeypatch):
    """A hash is computed when a file is first opened, and again only when size, time or inode differ."""
    counted = []
    real = local.sha256_of
    monkeypatch.setattr(local, "sha256_of", lambda path: counted.append(path) or real(path))
    (path, _) = stores.open(two.root).files("lots")
    stores.open(two.root).files("lots")
    assert len(counted) == 2
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(ContractError, match="hash differs"):
        stores.open(two.root).files("lots")


def test_verification_reads_what_was_read_before(two, monkeypatch):
    """A bit that rots on the disk changes neither size nor time: only who reads the file again finds it."""
    verify(two.files)
    counted = []
    real = local.sha256_of
    monkeypatch.setattr(local, "sha256_of", lambda path: counted.append(path) or real(path))
    found = verify(two.files)
    assert len(counted) == found.files == 2 * len(TABLES)


def test_a_retired_run_can_be_read_until_its_data_are_cleared(two):
    """A reader who opened before goes on reading; after the data went it is told so; a tombstone stays."""
    look = stores.open(two.root)
    assert retire(two.files, "a-1", "too old")
    assert not retire(two.files, "a-1", "again")
    assert clear(two.files, keep=3600.0) == []
    assert look.pandas("lots", ["a-1"]).shape[0] == 40
    assert clear(two.files, keep=0.0) == ["a-1"]
    with pytest.raises(UsageError, match="retired since"):
        look.pandas("lots", ["a-1"])
    assert [(run, one["reason"]) for run, one in tombstones(two.files)] == [("a-1", "too old")]
    assert publish_sample(two, "a-1", whole=True).published
    assert clear(two.files, keep=0.0) == []
    assert verify(two.files).problems == []


def test_the_catalogue_of_a_snapshot_stays_as_its_tables_do(two):
    """Also the row of ``runs`` of a run that is retired meanwhile is read until its data are cleared."""
    look = stores.open(two.root)
    asked = opened(two.root)
    retire(two.files, "a-1", "too old")
    assert look.pandas("runs")["run_id"].tolist() == ["a-1", "b.2"]
    assert len(look.files("runs")) == 2
    assert look.duckdb("runs").execute("SELECT count(*) FROM runs").fetchone() == (2,)
    assert ask(asked, "SELECT count(*) AS n FROM runs").table["n"].to_pylist() == [2]
    clear(two.files, keep=0.0)
    assert {path.name for path in (two.root / "retired").iterdir()} == {"a-1.json"}
    for name in ("runs", "executions", "lots"):
        with pytest.raises(UsageError, match="run a-1 was retired since"):
            look.pandas(name)
        with pytest.raises(UsageError, match="run a-1 was retired since"):
            ask(asked, f"SELECT * FROM {name}")  # noqa: S608 - a name of our own
    assert publish_sample(two, "a-1", whole=True).published
    assert look.pandas("runs")["run_id"].tolist() == ["a-1", "b.2"]


def test_a_run_that_is_named_twice_is_read_once(two):
    """Its rows are not doubled."""
    assert len(stores.open(two.root).pandas("lots", ["a-1", "a-1"])) == 40
    assert ask(opened(two.root, ["a-1", "a-1"]), "SELECT count(*) AS n FROM lots").table["n"].to_pylist() == [40]


def test_a_copy_of_an_execution_in_a_folder_of_its_own_is_not_served(two):
    """Only what stands where it should is a row of a table."""
    path = next(two.root.glob("tables/executions/a-1.*"))
    (path.parent / "copy").mkdir()
    shutil.copy(path, path.parent / "copy" / path.name)
    assert len(stores.open(two.root).pandas("executions")) == 2


def test_lineage_takes_room_that_is_told(two):
    """What is kept about a run beside its tables counts, also when the run has gone."""
    before = usage(two.files)
    (two.root / "lineage").mkdir()
    (two.root / "lineage" / "gone.json").write_bytes(b"x" * 100)
    after = usage(two.files)
    assert after["lineage"] == (1, 100)
    assert after["total"].bytes == before["total"].bytes + 100


def test_retention_takes_the_oldest_and_the_old():
    """By count the newest stay; by age all go that are old enough; nobody goes without a rule."""
    records = [(f"r{day}", {"published_utc": f"2020-01-0{day}T00:00:00+00:00"}) for day in (3, 1, 2)]
    assert outdated(records, most=2) == ["r1"]
    assert outdated(records, older=86_400.0) == ["r1", "r2", "r3"]
    assert outdated(records, older=86_400.0 * 365_000) == outdated(records) == []
    for rule in ({"most": -1}, *({"older": age} for age in (0.0, -1.0, math.nan, math.inf))):
        with pytest.raises(UsageError):
            outdated(records, **rule)


def test_quarantine_takes_a_bad_run_away_and_leaves_the_rest(two):
    """Verification names the bad file, quarantine moves its whole run, and the rest is good afterwards."""
    path = two.root / "tables" / "visits" / "a-1.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    (two.root / "tables" / "visits" / "README.md").write_text("x")
    found = verify(two.files)
    assert {one.key for one in found.problems} == {"tables/visits/a-1.parquet", "tables/visits/README.md"}
    quarantine(two.files, found.problems)
    assert (two.root / "quarantine" / "a-1" / "tables" / "visits" / "a-1.parquet").is_file()
    after = verify(two.files)
    assert after.problems == []
    assert stores.open(two.root).runs == ["b.2"]
    assert publish_sample(two, "a-1", whole=True).published


def test_a_backup_restores_the_same_bytes(two, tmp_path):
    """A store that is restored from an archive has the same files, and a second restore changes nothing."""
    backup(two.files, tmp_path / "all.tar", two.runs())
    other = Store(tmp_path / "other", fsync=False)
    assert restore(other.files, tmp_path / "all.tar") == {"a-1": True, "b.2": True}
    assert restore(other.files, tmp_path / "all.tar") == {"a-1": False, "b.2": False}
    for path in (*two.root.glob("tables/*/*"), *two.root.glob("commits/*")):
        assert (other.root / path.relative_to(two.root)).read_bytes() == path.read_bytes()
    assert verify(other.files).problems == []


def test_a_backup_brings_every_execution_back(two, tmp_path):
    """What was computed again has a row of executions each time, and an archive keeps them all."""
    again = two.begin("a-1")
    again.publish_execution(execution_row(context("a-1"), again.attempt))
    again.abandon()
    backup(two.files, tmp_path / "all.tar", two.runs())
    other = Store(tmp_path / "other", fsync=False)
    restore(other.files, tmp_path / "all.tar")
    seen = [
        stores.open(one.root).pandas("executions").sort_values("execution_id")["execution_id"].tolist()
        for one in (two, other)
    ]
    assert seen[0] == seen[1]
    assert len(seen[0]) == 3
    assert verify(other.files).problems == []


def test_a_run_of_contract_1_0_is_read_verified_and_listed(tmp_path):
    """Old data with new code: the tables that came later are empty, all others are read as they were."""
    shutil.unpack_archive(Path(__file__).parent / "fixtures" / "contract-1.0.0.tar.xz", tmp_path)
    publish_sample(Store(tmp_path, fsync=False), "new-1", whole=True)
    look, files = stores.open(tmp_path), LocalFiles(tmp_path)
    old = look.records["toy-100000000000"]
    assert old["contract_version"] == "1.0.0"
    assert described(old)["run_id"] == "toy-100000000000"
    assert look.problems == verify(files).problems == []
    for name in TABLES:
        rows = len(look.table(name, ["toy-100000000000"])) if name != "executions" else 0
        assert rows == (old["tables"][name]["rows"] if name in old["tables"] else 0), name
    assert look.duckdb("lots", "marks").execute("SELECT count(*) FROM lots").fetchone() == (44,)


def test_the_only_replication_is_written_as_parts_would_be(tmp_path):
    """Writing a single replication straight away gives the bytes that joining its parts gives."""
    for encoding in ("standard", "compact"):
        found = []
        for single in (True, False):
            staging = Store(tmp_path, fsync=False, encoding=encoding).begin("a-1", single=single)
            staging.add(0, {name: table(name, 140_000, context("a-1")) for name in ("visits", "states")})
            staging.add(0, {"checks": table("checks", 5, context("a-1"))})
            assert staging.part("checks", 0).num_rows == 5
            found.append(staging.finish(run_tables(context("a-1"))))
            staging.abandon()
        assert found[0] == found[1]


def test_the_compact_encoding_keeps_types_and_seven_digits(tmp_path):
    """Compact files are smaller, have the same schema, times to a millisecond and numbers to seven digits."""
    for encoding in ("standard", "compact"):
        publish_sample(Store(tmp_path / encoding, fsync=False, encoding=encoding), "a-1", rows=3000)
    exact, small = (stores.open(tmp_path / one).table("lots") for one in ("standard", "compact"))
    assert small.schema == exact.schema
    for name in ("mass_kg", "cost_usd", "created_s"):
        assert np.allclose(small[name].to_numpy(), exact[name].to_numpy(), rtol=2.0**-24, atol=0.5 / 1024.0)
    sizes = [(tmp_path / one / "tables/lots/a-1.parquet").stat().st_size for one in ("standard", "compact")]
    assert sizes[1] < 0.8 * sizes[0]
    with pytest.raises(UsageError, match="standard, compact"):
        Store(tmp_path, encoding="tiny")


def test_a_run_is_computed_again_in_the_encoding_in_which_it_stands(tmp_path):
    """The encoding does not change which run it is: force compares with the stored one's encoding."""
    publish_sample(Store(tmp_path, fsync=False, encoding="compact"), "a-1")
    store = Store(tmp_path, fsync=False)
    again = store.begin("a-1")
    again.add(0, {name: table(name, 40, context("a-1")) for name in SMALL})
    assert store.differences("a-1", again.finish(run_tables(context("a-1")))) == []
    again.abandon()


def test_row_groups_have_the_same_size_whatever_the_parts_are(tmp_path):
    """A file is written a row group at a time, across the borders of its parts, and rows keep their order."""
    sizes = [70_000, 100_000, 5, 200_000]
    for number, rows in enumerate(sizes):
        write_parts(tmp_path, number, {"buffer_levels": table("buffer_levels", rows, context("a-1"), number)})
    parts = [part["buffer_levels"] for part in parts_in(tmp_path).values()]
    assert join_parts("buffer_levels", parts, tmp_path / "all.parquet") == sum(sizes)
    with pq.ParquetFile(tmp_path / "all.parquet") as file:
        groups = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
        replications = file.read(columns=["replication"])["replication"].to_numpy()
    assert groups == [ROWS, ROWS, sum(sizes) - 2 * ROWS]
    assert (replications == np.repeat(range(4), sizes)).all()


def test_memory_does_not_grow_with_the_number_of_replications(tmp_path):
    """Joining four times as many parts, of two row groups and of eight, takes no more of Arrow's memory."""
    write_parts(tmp_path, 0, {"indicators": table("indicators", 5000, context("a-1"))})
    peaks = []
    usual = pa.default_memory_pool()
    for count in (60, 240):
        pool = pa.proxy_memory_pool(usual)
        pa.set_memory_pool(pool)
        try:
            join_parts("indicators", [parts_in(tmp_path)[0]["indicators"]] * count, tmp_path / f"{count}.parquet")
        finally:
            pa.set_memory_pool(usual)
        peaks.append(pool.max_memory())
    assert peaks[1] < 1.2 * peaks[0]
