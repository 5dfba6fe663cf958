"""Laws of verification: what goes meanwhile is not bad, what is made up is, and a bucket is not asked without need."""

from contextlib import AbstractContextManager
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from twin.bench.faults.sample import SMALL, context, publish_sample, table
from twin.store import Store
from twin.store.content import content
from twin.store.local import LocalFiles
from twin.store.naming import hidden_key, table_key, tombstone_key
from twin.store.parquet import ROWS
from twin.store.quarantine import quarantine
from twin.store.record import Entry
from twin.store.retiring import clear, retire
from twin.store.verify import verify

RUN = "run-0"


@pytest.fixture
def store(tmp_path):
    """A store with one whole run."""
    made = Store(tmp_path / "s", fsync=False)
    publish_sample(made, RUN, whole=True)
    return made


def test_a_run_that_goes_while_it_is_looked_at_is_not_bad(store, monkeypatch):
    """Whether it is retired for good or comes back: what verification read no longer stands there."""
    plain = LocalFiles.anew
    for back in (False, True):

        def gone(files, *named: object, back=back) -> AbstractContextManager[Path]:
            monkeypatch.undo()
            retire(files, RUN, "by hand")
            clear(files, 0.0)
            if back:
                publish_sample(store, RUN)
            return plain(files, *named)

        monkeypatch.setattr(LocalFiles, "anew", gone)
        monkeypatch.setattr("twin.store.verify._READERS", 1)
        assert verify(store.files).problems == []
        publish_sample(store, RUN)
    (store.root / table_key("lots", RUN)).write_bytes(b"x")
    assert table_key("lots", RUN) in [one.key for one in verify(store.files).problems]


def test_a_look_asks_a_store_no_more_for_more_tables(store):
    """Which runs are there is listed once: in a bucket each question takes its time."""
    asked = []

    class Counted:
        def __getattr__(self, name: str) -> object:
            asked.append(name)
            return getattr(store.files, name)

    assert verify(Counted()).problems == []
    assert asked.count("exists") <= 3
    assert asked.count("listed") <= 4


@pytest.mark.parametrize(
    ("rows", "repeated", "why"), [(ROWS + 1, False, "row group"), (40, True, "twice"), (40, False, "")]
)
def test_a_file_that_no_writer_of_ours_makes_is_named(tmp_path, rows, repeated, why):
    """Rows that take no room in a file could take all of the memory; a column that stands there twice says nothing."""
    made = table("buffer_levels", rows, context(RUN))
    known = {"run_id": RUN, "contract_version": "1.0.0"}
    facts = made.schema.metadata | {f"twin.{name}".encode(): one.encode() for name, one in known.items()}
    if repeated:
        made = made.append_column(made.schema.field("sequence"), made["sequence"])
    pq.write_table(made.replace_schema_metadata(facts), tmp_path / "x.parquet", row_group_size=rows)
    found = content(tmp_path / "x.parquet", Entry("buffer_levels", rows, 0, ""), known)
    assert why in found.what if why else len(found) == rows


def test_the_data_of_a_retired_run_are_verified_until_they_are_cleared(store):
    """Plain tools go on reading them: one bad file there makes the whole folder unreadable."""
    publish_sample(store, "gone")
    retire(store.files, "gone", "by hand")
    good = verify(store.files)
    assert good.problems == []
    kept = [one.key for folder in ("tables", "retired") for one in store.files.listed(folder) if "/gone." in one.key]
    assert len(kept) == len(SMALL) + 3  # its row of executions, its row of the catalogue, its tombstone
    for key in kept:
        data = store.files.read(key)
        store.files.write(data[:-2], key)
        assert key in [one.key for one in verify(store.files).problems]
        store.files.remove(key)
        still = [one.key for one in verify(store.files).problems]
        assert still == [] or key == tombstone_key("gone")
        store.files.write(data, key)
    clear(store.files, 0.0)
    after = verify(store.files)
    assert (after.problems, good.files - after.files) == ([], len(kept) - 1)


def test_a_bad_file_of_a_retired_run_goes_out_of_the_way(store):
    """With all that stands beside it in the tables; its row of the catalogue goes alone, and what is whole stays."""
    publish_sample(store, "gone")
    retire(store.files, "gone", "by hand")
    (store.root / hidden_key("gone")).write_bytes(b"x")
    moved = quarantine(store.files, verify(store.files).problems)
    assert moved == [hidden_key("gone")]
    lots = store.root / table_key("lots", "gone")
    lots.write_bytes(lots.read_bytes()[:-1])
    with pytest.raises((OSError, ValueError), match="Parquet"):
        pd.read_parquet(lots.parent)
    moved = quarantine(store.files, verify(store.files).problems)
    assert len(moved) == len(SMALL) + 1
    assert set(pd.read_parquet(lots.parent)["run_id"]) == {RUN}
    assert verify(store.files).problems == []
    assert clear(store.files, 0.0) == ["gone"]
    assert store.runs() == [RUN]


def test_what_is_left_of_a_retired_run_that_came_back_is_verified_as_well(store):
    """Its tables are those of the new record, and the old row of the catalogue is still that of the tombstone."""
    retire(store.files, RUN, "by hand")
    publish_sample(store, RUN, rows=20, whole=True)
    assert verify(store.files).problems == []
    (store.root / hidden_key(RUN)).write_bytes(b"x")
    assert [one.key for one in verify(store.files).problems] == [hidden_key(RUN)]
    store.files.remove(tombstone_key(RUN))
    (found,) = verify(store.files).problems
    assert (found.run_id, found.key) == ("", hidden_key(RUN))
    assert "belongs to no retired run" in found.what


def test_retired_data_that_go_while_they_are_looked_at_are_not_bad(store, monkeypatch):
    """They are cleared, or the run comes back with other bytes, between the tombstone and the look at a file."""
    plain = LocalFiles.anew
    for back in (False, True):
        retire(store.files, RUN, "by hand")

        def gone(files, *named: object, back=back) -> AbstractContextManager[Path]:
            monkeypatch.undo()
            if back:
                publish_sample(store, RUN, rows=20)
            else:
                clear(files, 0.0)
            return plain(files, *named)

        monkeypatch.setattr(LocalFiles, "anew", gone)
        monkeypatch.setattr("twin.store.buried._READERS", 1)
        assert [one for one in verify(store.files).problems if "no such table" not in one.what] == []
        publish_sample(store, RUN, whole=True)
