"""Laws of what a hand puts in the place of a file: it is told and moved, and bars no run."""

import os
from pathlib import Path

import pytest

from twin.bench.faults.check import unsound
from twin.bench.faults.sample import publish_sample
from twin.errors import ContractError, UsageError
from twin.store import Store, open_snapshot
from twin.store.local import remove_all
from twin.store.naming import STAGING, TABLES_FOLDER, commit_key, hidden_key, intent_key, table_key, tombstone_key
from twin.store.quarantine import quarantine
from twin.store.retiring import executions, retire
from twin.store.verify import verify

RUN = "run-0"


def pipe(path: Path) -> None:
    """Put a pipe there that nobody writes to."""
    os.mkfifo(path)


def folder(path: Path) -> None:
    """Put a folder there with something in it."""
    (path / "below").mkdir(parents=True)
    (path / "below" / "a.parquet").write_bytes(b"x")


def link(path: Path) -> None:
    """Put a link there that leads nowhere."""
    path.symlink_to("nowhere")


@pytest.fixture(params=[pipe, folder, link], ids=lambda put: put.__name__)
def put(request):
    """Put something that is no file in the place of one."""

    def make(path: Path) -> None:
        path.unlink(missing_ok=True)
        request.param(path)

    return make


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    return Store(tmp_path / "s", fsync=False)


def test_what_stands_in_the_place_of_a_record_bars_no_run(store, put):
    """It is put aside like half a run, once and once more; the run is published, whole and alone."""
    path = store.root / commit_key(RUN)
    for _ in range(2):
        put(path)
        assert publish_sample(store, RUN, whole=True).published
        assert (verify(store.files).problems, unsound(store)) == ([], [])
        (store.root / table_key("runs", RUN)).unlink()
        assert os.path.lexists(store.root / "quarantine" / RUN / commit_key(RUN))
        assert publish_sample(store, RUN, whole=True).published  # what is aside gives way to a record, and it to that
        for one in store.root.glob(f"tables/*/{RUN}.*"):
            one.unlink()
        path.unlink()


def test_a_record_that_is_no_file_is_moved_with_its_run(store, put):
    """With its row of the catalogue or without: verification names it, quarantine leaves nothing of the run."""
    for row in (False, True):
        publish_sample(store, RUN, whole=True)
        publish_sample(store, "other", whole=True)
        put(store.root / commit_key(RUN))
        if not row:
            (store.root / table_key("runs", RUN)).unlink()
        with pytest.raises(ContractError if row else UsageError):
            store.commit(RUN)
        found = verify(store.files)
        assert [one.key for one in found.bad] == [commit_key(RUN)]
        assert commit_key(RUN) in quarantine(store.files, found.problems)
        assert verify(store.files).problems == []
        assert open_snapshot(store.root).runs == ["other"]
        assert unsound(store) == []


@pytest.mark.parametrize("name", [RUN, "other-1", "No Run"])
def test_a_table_that_is_no_file_is_moved(store, put, name):
    """Of a run that is here, of one that is not, or of none at all; nobody waits for a pipe."""
    publish_sample(store, RUN, whole=True)
    key = table_key("lots", name)
    put(store.root / key)
    found = verify(store.files)
    assert [one.key for one in found.bad] == [key]
    assert key in quarantine(store.files, found.problems)
    assert not os.path.lexists(store.root / key)
    assert verify(store.files).problems == []


def test_whatever_file_of_a_run_is_none_is_named(store, put):
    """Its row of the catalogue, its execution, and what is kept of a retired one."""
    for run in (RUN, "gone"):
        publish_sample(store, run, whole=True)
    retire(store.files, "gone", "by hand")
    kept = (hidden_key("gone"), tombstone_key("gone"), executions(store.files, "gone")[0])
    for key in (table_key("runs", RUN), executions(store.files, RUN)[0], *kept):
        path = store.root / key
        path.rename(store.root / "kept")
        put(path)
        assert key in [one.key for one in verify(store.files).bad]
        remove_all(path)
        (store.root / "kept").rename(path)
    assert verify(store.files).problems == []


def test_nothing_stays_of_a_run_that_meets_a_folder(store):
    """In the place of one of its tables: the line says so, the rest is taken back, and quarantine clears the way."""
    folder(store.root / table_key("visits", RUN))
    with pytest.raises(UsageError, match=rf"{RUN}\.parquet is a folder where a file is needed.*--quarantine"):
        publish_sample(store, RUN, whole=True)
    assert [one.key for one in store.files.listed(TABLES_FOLDER)] == [table_key("visits", RUN)]
    assert [one.name for one in store.files.listed(STAGING)] == ["publish.lock"]
    assert quarantine(store.files, verify(store.files).problems) == [table_key("visits", RUN)]
    assert publish_sample(store, RUN, whole=True).published
    assert unsound(store) == []


def test_an_intent_that_is_no_file_excuses_nothing(store, put):
    """Whoever opens the store next puts it aside: nobody says that he is changing the run."""
    (store.root / table_key("lots", RUN)).parent.mkdir()
    (store.root / table_key("lots", RUN)).write_bytes(b"x")
    put(store.root / intent_key(RUN))
    again = Store(store.root, fsync=False)
    assert [one.key for one in verify(again.files).bad] == [table_key("lots", RUN)]
    assert os.path.lexists(store.root / "quarantine" / "strays" / intent_key(RUN))
