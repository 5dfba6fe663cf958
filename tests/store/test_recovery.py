"""Laws of recovery: what a dead process left is settled by its own words, and those are never obeyed unread."""

import json
from contextlib import suppress
from functools import partial

import pytest

from twin.bench.faults import boundary
from twin.bench.faults.check import unsound
from twin.bench.faults.inject import Faulty
from twin.bench.faults.sample import SMALL, publish_sample
from twin.errors import TwinError, UsageError
from twin.store import Store, owner
from twin.store.archive import backup, restore
from twin.store.intents import RETIRE, begun, intent
from twin.store.local import LocalFiles
from twin.store.quarantine import quarantine
from twin.store.retiring import clear, retire
from twin.store.strays import Problem
from twin.store.verify import verify

RUN = "run-0"
SAID = {"kind": "publish", "run_id": RUN, "attempt": "1-1", "tables": [], "execution": None}
FOREIGN = [
    {**SAID, "execution": "../victim.txt"},
    {**SAID, "execution": "tables/lots/other.1-1.0123456789abcdef.parquet"},
    {**SAID, "execution": "tables/executions/other.1-1.0123456789abcdef.parquet"},
    {**SAID, "tables": ["../../victim.txt\x00"]},
    {**SAID, "tables": ["../.."]},
    {**SAID, "tables": 7},
    {**SAID, "attempt": "../../x"},
    {**SAID, "run_id": "other"},
    {**SAID, "kind": "remove"},
    {},
    [],
]


@pytest.mark.parametrize("said", FOREIGN, ids=lambda said: str(sorted(said)[:1]))
def test_an_intent_that_names_what_is_not_its_own_is_put_aside(tmp_path, said):
    """Nothing outside the run's own files is touched, the store is usable, and the intent is kept for whoever asks."""
    (tmp_path / "victim.txt").write_text("precious")
    store = Store(tmp_path / "s", fsync=False)
    publish_sample(store, "other")
    left = tmp_path / "s" / "_staging" / f"{RUN}.intent"
    left.write_text(json.dumps(said))
    assert publish_sample(Store(tmp_path / "s", fsync=False), RUN).published
    assert (tmp_path / "victim.txt").read_text() == "precious"
    assert store.has("other")
    assert json.loads((tmp_path / "s/quarantine/strays/_staging" / left.name).read_bytes()) == said
    assert unsound(store) == []


def test_an_intent_without_tables_holds_nobody_up(tmp_path):
    """What an intent does not name was not begun."""
    Store(tmp_path, fsync=False)
    (tmp_path / "_staging" / f"{RUN}.intent").write_text(
        json.dumps({"kind": "publish", "run_id": RUN, "attempt": "1-1"})
    )
    assert publish_sample(Store(tmp_path, fsync=False), RUN).published


@pytest.mark.parametrize("key", ["../victim", "/etc/passwd", "commits/../../victim"])
def test_a_key_that_leaves_the_store_is_refused(tmp_path, key):
    """Whatever a key comes from, it is that of a file of the store."""
    files = LocalFiles(tmp_path / "s")
    for work in (files.read, files.remove, files.exists, partial(files.write, b""), partial(files.move, "commits/a")):
        with pytest.raises(UsageError, match="leads out of the store"):
            work(key)


def restored(root):
    """A store with a run that was retired, cleared, and restored: its old tombstone names the same attempt."""
    store = Store(root / "s", fsync=False)
    publish_sample(store, RUN)
    backup(store.files, root / "a.tar", [RUN])
    retire(store.files, RUN, "by hand")
    clear(store.files, 0.0)
    restore(store.files, root / "a.tar")
    return store


def test_a_retirement_that_failed_leaves_a_restored_run(tmp_path):
    """An old tombstone of the same attempt does not stand for the new one that could not be written."""
    store = restored(tmp_path)
    with pytest.raises((TwinError, OSError)):
        retire(Faulty(store.files, 1, "full"), RUN, "by hand")
    assert Store(tmp_path / "s", fsync=False).has(RUN)
    assert unsound(store) == []


def test_a_retirement_that_never_came_to_its_tombstone_did_not_happen(tmp_path):
    """Nor when its process was killed."""
    store = restored(tmp_path)
    said = intent(begun(RETIRE, RUN, store.commit(RUN)["attempt"]))
    (tmp_path / "s" / "_staging" / f"{RUN}.intent").write_bytes(said)
    assert Store(tmp_path / "s", fsync=False).has(RUN)
    assert {one.what for one in verify(store.files).problems} == {"the run has no such table"}  # of a small sample


@pytest.mark.parametrize("how", ["kill", "error"])
def test_recovery_that_fails_is_recovered(tmp_path, how):
    """However who settles a dead one's work fails, and at whichever step, the next one settles it."""
    found = boundary.recovering(tmp_path, how, deaths=(9,))
    assert found.times > 1
    assert not found.bad


@pytest.mark.slow
@pytest.mark.parametrize("how", ["kill", "full", "error", "late"])
def test_recovery_that_fails_is_recovered_from_each_death(tmp_path, how):
    """The same for every step at which a publisher or a retirement may die."""
    assert not boundary.recovering(tmp_path, how).bad


@pytest.mark.parametrize("step", range(7))
def test_a_quarantine_that_is_interrupted_is_finished(tmp_path, step):
    """At whichever step: the run is as it was, or out of the way and can be published once more."""
    store = Store(tmp_path, fsync=False)
    publish_sample(store, "a-1")
    (tmp_path / "tables/lots/a-1.parquet").write_bytes(b"")
    with suppress(TwinError):
        quarantine(Faulty(store.files, step, "error"), [Problem("a-1", "tables/lots/a-1.parquet", "empty")])
    store = Store(tmp_path, fsync=False)
    left = {path.parent.name for path in tmp_path.glob("tables/*/*")}
    assert left in ({*SMALL, "runs", "executions"}, set())
    assert store.has("a-1") == bool(left)
    assert publish_sample(store, "a-1").published != bool(left)
    assert bool(left) or unsound(store) == []


def test_half_a_run_bars_no_way(tmp_path):
    """A commit record without a row of the catalogue goes aside, with all that belongs to it."""
    store = Store(tmp_path, fsync=False)
    publish_sample(store, "a-1", whole=True)
    (tmp_path / "tables/runs/a-1.parquet").unlink()
    assert publish_sample(store, "a-1", whole=True).published
    assert (tmp_path / "quarantine/a-1/commits/a-1.json").is_file()
    assert verify(store.files).problems == []
    assert unsound(store) == []


def test_a_new_folder_survives_a_power_cut(tmp_path, monkeypatch):
    """What is made safe in a folder is safe only when its own name is."""
    made = []
    monkeypatch.setattr(LocalFiles, "_settle", lambda _, path: made.append(path))
    publish_sample(Store(tmp_path / "new" / "s"), RUN)
    assert {tmp_path, tmp_path / "new", tmp_path / "new" / "s", tmp_path / "new" / "s" / "tables"} <= {*made}


@pytest.mark.parametrize("other", [{"place": "another kernel 4026531836"}, {"host": "another"}])
def test_numbers_of_processes_say_nothing_elsewhere(other):
    """A container of the same name is another computer: its processes are left alone until their time is up."""
    gone = {**owner.card(), "pid": 2**22 + 1}
    assert owner.has_ended(gone, 0.0, 900.0)
    assert not owner.has_ended({**gone, **other}, 899.0, 900.0)
    assert owner.has_ended({**owner.card(), **other}, 901.0, 900.0)


def test_nobody_outlives_the_start_of_a_machine():
    """What a process left on this machine before it was started anew is of one that ended."""
    assert owner.is_alive(owner.card())
    assert owner.is_alive({name: value for name, value in owner.card().items() if name != "place"})
    assert not owner.is_alive({**owner.card(), "place": "before"})
