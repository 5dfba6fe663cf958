"""The store survives its faults: the same ones as `make faults` injects, fewer times."""

import random
import subprocess
import time
from functools import partial

import duckdb
import pandas as pd
import polars as pl
import pytest
import unmet

from twin.bench.faults import boundary, check, crowd, damage, faces, kill, misuse, system, tried
from twin.bench.faults.bucket import local_bucket
from twin.bench.faults.inject import HOW
from twin.bench.faults.sample import publish_sample
from twin.store import Store
from twin.store.naming import tombstone_key
from twin.store.publishing import put_aside
from twin.store.retiring import clear, retire


@pytest.fixture
def bucket():
    """An empty bucket of a local S3 server."""
    with local_bucket() as address:
        yield address


@pytest.mark.parametrize("how", HOW)
def test_publishing_and_retiring_survive_a_fault_at_each_boundary(tmp_path, how):
    """However publishing or retiring fails, and at whichever step, each run is there whole or not at all."""
    for name, play in (("publishing", boundary.publishing), ("retiring", boundary.retiring)):
        found = play(tmp_path / name, how)
        assert found.times > 8
        assert not found.bad


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("gone", boundary.HALVES)
def test_publishing_over_half_a_run_loses_nothing(tmp_path, how, gone):
    """At whichever step it fails: the run is there whole in the end, and what was left of the half one is aside."""
    found = boundary.publishing(tmp_path, how, gone)
    assert found.times > 12
    assert not found.bad


def test_a_bucket_survives_a_few_faults(bucket):
    """A publisher dies just before the commit record, and just after it: the run is taken back, and finished."""
    found = boundary.publishing(bucket, "kill", steps=(6, 7))
    assert found.times == 2
    assert not found.bad


@pytest.mark.slow
@pytest.mark.parametrize("how", HOW)
def test_a_bucket_survives_a_fault_at_each_boundary(bucket, how):
    """The same holds in a bucket, where there is neither a rename nor a lock."""
    for play in (boundary.publishing, boundary.retiring):
        found = play(bucket, how)
        assert found.times > 8
        assert not found.bad
    assert not boundary.publishing(f"{bucket}/half", how, boundary.HALVES[0]).bad
    found = boundary.recovering(f"{bucket}/recovered", how, deaths=range(6, 15, 4))
    assert found.times > 8
    assert not found.bad


def test_who_fails_by_himself_is_no_fault_that_was_injected(tmp_path, monkeypatch):
    """Else a step that never comes to its end would count as survived."""

    def fails(*_: object) -> None:
        raise LookupError

    for name in ("_publish", "_retire"):
        monkeypatch.setattr(boundary, name, fails)
    for play in (boundary.publishing, boundary.retiring):
        with pytest.raises(RuntimeError, match="failed by itself"):
            play(tmp_path / play.__name__, "kill")


@pytest.mark.slow
def test_damage_and_misuse_of_a_bucket_are_told(bucket):
    """What is flipped, cut or forged in a bucket is named and never served, as in a folder."""
    found = [damage.flips(f"{bucket}/flips", 5, seed=random.randrange(10**6)), *misuse.misuses_of_buckets(bucket)]
    assert len(found) > 9
    assert not [one for one in found if one.bad]


def test_a_hundred_kills_leave_nothing_half_done(tmp_path):
    """Processes that are killed at random moments leave a sound store, and nothing that was done is lost."""
    assert not kill.kills(tmp_path, 100, seed=random.randrange(10**6)).bad


def _out_of_sight(files, run_id) -> None:
    retire(files, run_id, "a slip")
    clear(files, 0.0)


def _anew(files, run_id) -> None:
    _out_of_sight(files, run_id)
    publish_sample(Store(files.root, fsync=False), run_id)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(put_aside, "put aside: "), (_out_of_sight, " is lost, or another one"), (_anew, " is lost, or another one")],
)
def test_what_is_lost_beside_the_killed_run_is_told(tmp_path, monkeypatch, spoil, said):
    """A recovery that takes another run away leaves a sound store, and is found all the same."""
    plain = kill._publishing

    def slips(root, run_id) -> None:
        plain(root, run_id)
        store = Store(root, fsync=False)
        for one in [one for one in store.runs() if one != run_id][:1]:
            spoil(store.files, one)

    monkeypatch.setattr(kill, "_publishing", slips)
    monkeypatch.setattr(kill, "killed", lambda work, _: work() is None)
    found = kill.kills(tmp_path, 8)
    assert any(said in one for one in found.bad)


def test_a_retirement_without_a_tombstone_is_told(tmp_path, monkeypatch):
    """Nobody would know that the run was ever there."""

    def slips(root, run_id) -> None:
        store = Store(root, fsync=False)
        _out_of_sight(store.files, run_id)
        store.files.remove(tombstone_key(run_id))

    monkeypatch.setattr(kill, "_retiring", slips)
    monkeypatch.setattr(kill, "killed", lambda work, _: work() is None)
    assert any("went without a tombstone" in one for one in kill.kills(tmp_path, 8).bad)


def test_no_plain_tool_and_no_folder_is_left_out(tmp_path):
    """A bad file among the executions, or a row that lies among the tombstones, is told."""
    store = Store(tmp_path, fsync=False)
    publish_sample(store, "a-1")
    assert check.unreadable(tmp_path) == check.unsound(store) == []
    (execution,) = (tmp_path / "tables" / "executions").iterdir()
    store.files.write(b"", "retired/a-1.parquet")
    assert check.unsound(store) == ["left over: retired/a-1.parquet"]
    execution.write_bytes(execution.read_bytes()[:-1])
    bad = check.unreadable(tmp_path)
    assert [one.partition(":")[0] for one in bad] == [f"{one} cannot read executions" for one in check.READERS]


def test_damage_reaches_what_is_kept_of_a_retired_run(tmp_path):
    """Its tables, its execution, its row of the catalogue: named by verification, not served by an old snapshot."""
    made = damage._prepared(tmp_path)
    kept = [key for key in made.keys if "/left." in key]
    assert len(kept) == 6
    for key in kept:
        data = made.files.read(key)
        with damage._instead(made.files, key, data[:-2], data):
            assert damage._asked(tmp_path, key, made.before) == []


def test_a_flipped_bit_is_never_served(tmp_path):
    """A bit flipped anywhere is named by verification, and no reader of ours takes the file."""
    assert not damage.flips(tmp_path, 20, seed=random.randrange(10**6)).bad


@pytest.mark.slow
def test_a_file_cut_short_is_never_served(tmp_path):
    """A file cut at any length is named by verification, and no reader of ours takes it."""
    assert not damage.truncations(tmp_path, range(0, 100, 20)).bad


@pytest.mark.slow
def test_readers_see_whole_runs_while_others_write_and_retire(tmp_path):
    """Neither the snapshot nor the documented join on runs, nor the shipped views, show a part of a run, or two."""
    for found in crowd.crowd(tmp_path, 200):
        assert not found.bad
        assert "published" in found.told


@pytest.mark.slow
def test_readers_see_whole_runs_in_a_bucket(bucket):
    """The same holds in a bucket for the snapshot, its connection and `twin query`."""
    found = crowd.crowd(bucket, 20)
    assert len(found) == 3
    assert not [one for one in found if one.bad]


def test_a_crowd_that_does_nothing_is_no_proof(tmp_path, monkeypatch):
    """Writers that die, a retirer that retires nothing, a run that stands in the catalogue twice: each is told."""
    monkeypatch.setattr(crowd, "_WAIT", 0.2)
    monkeypatch.setattr(crowd, "_retires", lambda *_: time.sleep(60))
    assert all("nothing was retired" in one.bad for one in crowd.crowd(tmp_path / "idle", 3))
    monkeypatch.setattr(crowd, "_writes", _writes_four_times)
    monkeypatch.setattr(crowd, "_WAIT", 60.0)  # which nobody waits out: they die within two seconds
    assert all("a writer has died" in one.bad for one in crowd.crowd(tmp_path / "dead", 20))
    runs = tmp_path / "idle" / "tables" / "runs"
    (runs / "again.parquet").write_bytes((runs / "kept.parquet").read_bytes())
    for one in (one for one in faces.FACES if one.plain):
        assert "runs has kept 2 times" in one.look(tmp_path / "idle")


def _writes_nothing(*_: object) -> None:
    raise LookupError


@pytest.mark.parametrize(
    ("writes", "wait", "said"),
    [(_writes_nothing, 60.0, "a writer has died"), (lambda *_: time.sleep(60), 0.0, "nothing was published")],
)
def test_a_crowd_that_never_begins_is_told(tmp_path, monkeypatch, writes, wait, said):
    """Writers that die at once are not waited for, and those that hang no longer than is said."""
    monkeypatch.setattr(crowd, "_writes", writes)
    monkeypatch.setattr(crowd, "_WAIT", wait)
    begun = time.monotonic()
    assert all(said in one.bad for one in crowd.crowd(tmp_path, 1))
    assert time.monotonic() - begun < 30.0


@pytest.mark.parametrize(
    ("publishes", "end", "said"),
    [(unmet.one_dies, 60.0, "exit codes [1, 1]"), (unmet.both_hang, 1.0, "one did not end within 1 s")],
)
def test_publishers_that_never_meet_are_told(tmp_path, monkeypatch, publishes, end, said):
    """One that dies before the barrier, or two that hang, hold nobody for ever: it is a bad line, and none is left."""
    monkeypatch.setattr(system, "_MEET", 0.5)
    monkeypatch.setattr(system, "_END", end)
    monkeypatch.setattr(system, "_publishes_at", publishes)
    begun = time.monotonic()
    assert said in system.two_publishers(tmp_path)
    assert time.monotonic() - begun < 30.0


def test_a_plain_tool_reads_again_and_not_for_ever(tmp_path, monkeypatch):
    """A file that was retired between listing and reading is no fault of the store; one that cannot be read is one."""
    monkeypatch.setattr(crowd, "_WAIT", 0.0)
    errors = [FileNotFoundError(), OSError("No such file or directory"), duckdb.IOException("No such file")]

    def look(_: object) -> list[str]:
        if errors:
            raise errors.pop()
        return []

    found = crowd._polled(faces.Face("x", look, plain=True), tmp_path, 1, [])
    assert found.told == "0 published, 0 retired, 3 times read again"
    assert found.bad == ["nothing was published", "nothing was retired"]
    for plain, error in ((True, duckdb.IOException("no magic bytes")), (False, FileNotFoundError("x"))):
        errors[:] = [error]
        assert len(crowd._polled(faces.Face("x", look, plain=plain), tmp_path, 1, []).bad) == 3
    errors[:] = [FileNotFoundError("x")] * 99
    assert len(crowd._polled(faces.Face("x", look, plain=True), tmp_path, 1, []).bad) == 3
    assert len(errors) > 50


def test_what_a_plain_tool_says_of_a_file_that_went_is_known(tmp_path):
    """And of a file that is damaged it says something else."""
    publish_sample(Store(tmp_path, fsync=False), "kept")
    lots = tmp_path / "tables" / "lots" / "kept.parquet"
    late = lots.with_name("late.parquet")
    late.write_bytes(lots.read_bytes())
    seen = duckdb.sql(f"FROM '{late}'")
    late.unlink()
    lots.write_bytes(lots.read_bytes()[:-1])
    gone = (partial(pd.read_parquet, late), partial(pl.read_parquet, late), seen.fetchall)
    damaged = (partial(pd.read_parquet, lots), partial(pl.read_parquet, lots), partial(duckdb.read_parquet, str(lots)))
    for reads, wrong in ((gone, True), (damaged, False)):
        for read in reads:
            with pytest.raises(Exception, match=r".") as error:
                read()
            assert faces.has_vanished(error.value) == wrong


def _writes_four_times(root, number, _done) -> None:
    publish_sample(Store(root, fsync=False), f"run-{number}", rows=40)
    time.sleep(0.5)


def test_a_fault_that_cannot_be_injected_was_not_survived(tmp_path, monkeypatch):
    """Where a system has no namespaces, a read-only mount is not tried, and the table of faults says so."""
    refused = subprocess.CompletedProcess([], 1, "", "unshare: unshare failed: Operation not permitted")
    monkeypatch.setattr(system.subprocess, "run", lambda *_, **__: refused)
    monkeypatch.setattr(tried, "MISUSES", [("a read-only mount", "bind mount", system.read_only)])
    (found,) = tried.misuses(tmp_path)
    assert (found.times, found.bad, found.told) == (0, [], "not possible here: no namespaces")


def test_tampered_and_misplaced_stores_are_told_in_words(tmp_path):
    """Whatever is wrong with a store's place or its files is refused by name, and nothing is lost."""
    for found in misuse.misuses(tmp_path):
        assert not found.bad, found.fault
