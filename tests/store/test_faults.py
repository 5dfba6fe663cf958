"""The store survives its faults: the same ones as `make faults` injects, fewer times."""

import random
import subprocess
import time

import pytest

from twin.bench.faults import boundary, crowd, damage, kill, misuse, system, tried
from twin.bench.faults.bucket import local_bucket
from twin.bench.faults.inject import HOW
from twin.bench.faults.sample import publish_sample
from twin.store import Store


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
    assert len(found) > 4
    assert not [one for one in found if one.bad]


def test_a_hundred_kills_leave_nothing_half_done(tmp_path):
    """Processes that are killed at random moments leave a sound store, and nothing that was done is lost."""
    assert not kill.kills(tmp_path, 100, seed=random.randrange(10**6), look_every=50).bad


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


def test_a_crowd_that_does_nothing_is_no_proof(tmp_path, monkeypatch):
    """Writers that die, a retirer that retires nothing, a run that stands in the catalogue twice: each is told."""
    monkeypatch.setattr(crowd, "_WAIT", 0.2)
    monkeypatch.setattr(crowd, "_retires", lambda *_: time.sleep(60))
    assert all("nothing was retired" in one.bad for one in crowd.crowd(tmp_path / "idle", 3))
    monkeypatch.setattr(crowd, "_writes", _writes_four_times)
    assert all("a writer has died" in one.bad for one in crowd.crowd(tmp_path / "dead", 20))
    runs = tmp_path / "idle" / "tables" / "runs"
    (runs / "again.parquet").write_bytes((runs / "kept.parquet").read_bytes())
    for look in (crowd._plain, crowd._shipped):
        assert "runs has kept 2 times" in look(tmp_path / "idle")


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
