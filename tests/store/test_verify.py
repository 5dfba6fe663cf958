"""Laws of verification: what goes meanwhile is not bad, what is made up is, and a bucket is not asked without need."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from twin.bench.faults.sample import context, publish_sample, table
from twin.store import Store
from twin.store.content import content
from twin.store.local import LocalFiles
from twin.store.naming import table_key
from twin.store.parquet import ROWS
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
    plain = LocalFiles.checked
    for back in (False, True):

        def gone(files, *named: object, back=back, **how: bool) -> Path:
            monkeypatch.undo()
            retire(files, RUN, "by hand")
            clear(files, 0.0)
            if back:
                publish_sample(store, RUN)
            return plain(files, *named, **how)

        monkeypatch.setattr(LocalFiles, "checked", gone)
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
    assert why in found if why else len(found) == rows
