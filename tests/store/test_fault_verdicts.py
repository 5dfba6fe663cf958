"""Laws of who judges the store after a fault: what should not have been is told, each in its words."""

import errno
import os
import signal
from functools import partial
from types import SimpleNamespace

import pytest

from twin.bench.faults import boundary, check, damage, kill, tampered, tried
from twin.bench.faults.bucket import local_bucket
from twin.bench.faults.inject import Faulty
from twin.bench.faults.sample import publish_sample
from twin.store import Store
from twin.store.retiring import clear, retire
from twin.store.staging import Published


class LeftError(BaseException):
    """A forked process has ended, with this code or by this signal."""


@pytest.fixture
def child(monkeypatch):
    """Be the child of each fork; its end is an error that no other one is."""

    def ends(*how: int) -> None:
        raise LeftError(how[-1])

    monkeypatch.setattr(os, "fork", lambda: 0)
    monkeypatch.setattr(os, "_exit", ends)
    monkeypatch.setattr(os, "kill", ends)


def _store(root) -> Store:
    return Store(root, fsync=False)


def _fails() -> None:
    raise LookupError


@pytest.mark.usefixtures("child")
@pytest.mark.parametrize(("work", "code"), [(lambda: None, 0), (_fails, 1)])
def test_a_child_never_goes_on_as_its_parent(work, code):
    """Whatever it does, it ends there: with 0 where it came to its end, with 1 where it failed by itself."""
    with pytest.raises(LeftError) as left:
        boundary._reaches_its_end(work)
    assert left.value.args == (code,)


@pytest.mark.usefixtures("child")
@pytest.mark.parametrize(("work", "said"), [(lambda: None, b"1"), (_fails, b"")])
def test_who_is_killed_says_that_it_is_done_and_nothing_else(monkeypatch, work, said):
    """One that fails says nothing, and dies as if it had been killed before."""
    reads, writes = os.pipe()
    monkeypatch.setattr(os, "pipe", lambda: (reads, writes))
    with pytest.raises(LeftError) as left:
        kill.killed(work, 0.0)
    os.close(writes)
    assert (left.value.args, os.read(reads, 9)) == ((signal.SIGKILL,), said)
    os.close(reads)


@pytest.mark.usefixtures("child")
def test_a_process_dies_at_its_step_before_anything_is_done(tmp_path):
    """The step before is done."""
    files = Faulty(_store(tmp_path).files, 1, "kill")
    files.write(b"x", "commits/first.json")
    with pytest.raises(LeftError):
        files.write(b"x", "commits/second.json")
    assert (files.exists("commits/first.json"), files.exists("commits/second.json")) == (True, False)


def _too_much(root, _) -> None:
    """Publish, take another run away, and say that it failed."""
    files = _store(root).files
    publish_sample(_store(root), boundary.RUN)
    retire(files, boundary.OTHER, "a slip")
    clear(files, 0.0)
    raise OSError(errno.EIO, "it failed")


def test_publishing_that_harms_is_told(tmp_path, monkeypatch):
    """A run that is lost beside it, one that is there though it was told that it failed, one that is there twice."""
    monkeypatch.setattr(boundary, "_publish", _too_much)
    (lost, there) = boundary.publishing(tmp_path / "harm", "full", steps=(3,)).bad
    assert lost == "publishing, step 3: another run is lost"
    assert there == "publishing, step 3: it was told that it failed, and is there"

    def twice(store, run_id) -> Published:
        return publish_sample(store, run_id)._replace(published=True)

    monkeypatch.setattr(boundary, "_publish", lambda root, _: publish_sample(_store(root), boundary.RUN))
    monkeypatch.setattr(boundary, "publish_sample", twice)
    found = boundary.publishing(tmp_path / "twice", "full")
    assert found.bad == ["publishing, step 0: it is there and was published once more"]


def test_steps_that_are_never_reached_end_recovery(tmp_path):
    """Where nobody died there is nothing to recover: it is counted as never tried."""
    found = boundary.recovering(tmp_path, "full", deaths=(150,))
    assert (found.times, found.bad) == (0, [])


def test_what_never_ends_is_tried_so_often_and_no_more(tmp_path, monkeypatch):
    """Retiring and recovery take more steps than two."""
    monkeypatch.setattr(boundary, "_MOST", 2)
    assert boundary.retiring(tmp_path / "retiring", "full").times == 2
    found = boundary.recovering(tmp_path / "recovering", "full", deaths=(4,))
    assert (found.times, found.bad) == (4, [])  # who publishes dies, and who retires: two steps each


def test_what_an_attempt_left_that_has_ended_is_no_harm(tmp_path):
    """Its process lives, so nobody else clears it away; what somebody reads there stays."""
    store = _store(tmp_path)
    publish_sample(store, "a")
    left, read = (store.files.workspace / name for name in ("run-0.1-1", "look.1-1.new"))
    for folder in (left, read):
        folder.mkdir()
    boundary._sound(store)
    assert (left.exists(), read.exists()) == (False, True)


def test_rows_that_are_missing_or_doubled_are_told(tmp_path, monkeypatch):
    """By our own reader against the record, and by each plain tool against what was published."""
    store = _store(tmp_path)
    publish_sample(store, "a")
    lots = tmp_path / "tables" / "lots"
    (lots / "again.parquet").write_bytes((lots / "a.parquet").read_bytes())
    assert [one for one in check.unreadable(tmp_path) if "lots" in one] == [
        f"{name} sees other rows of lots" for name in check.READERS
    ]
    (lots / "again.parquet").unlink()
    plain = Store.read
    monkeypatch.setattr(Store, "read", lambda *asked: plain(*asked).slice(1))
    assert "a has not all rows of lots" in check.unsound(store)


def test_a_change_that_is_lost_is_told(tmp_path):
    """One that was said to be done and is not, or a run that is there from another attempt."""
    store = _store(tmp_path)
    assert check.lost(store, {}, "a", done=True) == ["what was done to a is lost"]
    publish_sample(store, "a")
    now = check.attempts(store)
    assert check.lost(store, {}, "a", done=True) == []
    assert check.lost(store, now, "a", done=True) == ["what was done to a is lost"]
    assert check.lost(store, {"a": "another"}, "a", done=False) == ["a is another one"]


def test_whole_files_are_served_by_all_who_are_asked(tmp_path):
    """Each that refuses a damaged file serves a whole one: else to refuse would prove nothing."""
    made = damage._prepared(tmp_path)
    kinds = {(key.split("/")[0], key.split("/")[-1].split(".")[0], key.endswith(".json")): key for key in made.keys}
    assert len(kinds) >= 6
    for key in kinds.values():
        ways = [f"{who} serves it" for who, _ in damage._ways(tmp_path, key, made.before)]
        assert damage._asked(tmp_path, key, made.before) == ["verify does not name it", *ways]
        assert ways


def test_files_are_cut_at_each_per_cent(tmp_path, monkeypatch):
    """And stand as before in the end."""
    made = damage._prepared(tmp_path)
    some = made._replace(keys=made.keys[::20])
    monkeypatch.setattr(damage, "_prepared", lambda _: some)
    before = tried.contents(tmp_path)
    found = damage.truncations(tmp_path, range(0, 100, 50))
    assert (found.times, found.bad) == (2 * len(some.keys), [])
    assert {key: tried.contents(tmp_path)[key] for key in some.keys} == {key: before[key] for key in some.keys}


@pytest.mark.parametrize("misuse", [tampered._forged_intents, tampered.stale_locks])
def test_a_bucket_is_left_by_no_name_and_kept_by_no_dead_lock(misuse, monkeypatch):
    """As a folder: forged intents are not obeyed, and what a dead process held is taken over at once."""
    monkeypatch.setattr(tampered, "unsound", lambda _: [])  # a long look at all of it; the slow test takes it
    with local_bucket() as address:
        tried.published(f"{address}/store")
        assert misuse(address) == []


def test_a_forged_word_that_is_obeyed_is_told(tmp_path, monkeypatch):
    """A file that went outside the store, a file that nobody names."""
    plain = tampered.unsound

    def obeys(store, victim) -> list[str]:
        victim.unlink(missing_ok=True)
        return plain(store)

    monkeypatch.setattr(tampered, "unsound", partial(obeys, victim=tmp_path / "names" / "victim.txt"))
    for name in ("names", "hostile"):
        (tmp_path / name).mkdir()
    found = tampered.traversal(tmp_path / "names")
    assert len(found) == 6
    assert all(one.endswith("was obeyed") for one in found)
    monkeypatch.setattr(tampered, "verify", lambda _: SimpleNamespace(problems=()))
    assert tampered.hostile(tmp_path / "hostile") == ["verification does not name it"] * 4
