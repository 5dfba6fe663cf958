"""Laws of studies: workers change nothing, a run is published whole or not at all, and nothing is left behind."""

import json
import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path

import pytest

from twin import study
from twin.errors import ContractError, RunError
from twin.scenario import load
from twin.store import Store
from twin.study.job import blocks
from twin.study.pool import outcome
from twin.study.replicate import replicate

ROOT = Path(__file__).resolve().parents[1]
SHORT = ("study.warm_up=1 d", "study.horizon=3 d", "study.replications=4")


@pytest.fixture(scope="module")
def plan():
    """Four short replications of the baseline."""
    return load("baseline", SHORT)


@pytest.fixture(scope="module")
def done(plan, tmp_path_factory):
    """The same study with 1, 2 and 4 workers, each in a store of its own."""
    folders = {workers: tmp_path_factory.mktemp(f"store-{workers}") for workers in (1, 2, 4)}
    return {workers: study.run(plan, folder, workers=workers) for workers, folder in folders.items()}


def hashes(result):
    """Hash of each table of a run, as its commit record says."""
    record = Store(result.store).commit(result.run_id)
    return {name: table["sha256"] for name, table in record["tables"].items()}


def is_clean(folder):
    """Whether a store holds no run and no half-done one."""
    files = [path for path in Path(folder).rglob("*") if path.is_file() and path.name != "publish.lock"]
    return not files


def killed_once(plan, number, staging):
    """A replication that is shot from outside, as the kernel does it when memory runs out."""
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return replicate(plan, number, staging)


def sleeping(_plan, _number, _staging):
    """A replication that takes a minute."""
    time.sleep(60.0)


def broken(plan, number, staging):
    """A replication in which a law is broken."""
    return replicate(plan, number, staging)._replace(broken=("ledger kg is off by 0.1 (allowed 1e-09)",))


def of_seed(seed, plan, number, staging):
    """A replication that is not what the plan says."""
    part = replicate(replace(plan, study=replace(plan.study, seed=seed)), number, None)
    replicate(plan, number, staging)
    return part


def test_workers_change_no_byte(done):
    """With 1, 2 and 4 workers every table of a run has the same bytes."""
    assert hashes(done[1]) == hashes(done[2]) == hashes(done[4])


def test_blocks_cover_all_replications_once():
    """Blocks hold each replication once, in order: two or more, where each worker has as many blocks as any other."""
    for count, workers in product((1, 2, 3, 10, 15, 16, 17, 100, 1000), (1, 2, 3, 8)):
        made = blocks(count, workers)
        assert [number for block in made for number in block.numbers()] == list(range(count))
        assert len(made) <= max(16, 4 * workers)
        assert len(made) == count or len(made) % workers == 0
        assert min(block.size for block in made) > 1 or len(made) <= workers


def test_a_stored_run_is_shown_and_not_computed_again(plan, done):
    """Asked again, the study comes from the store, with the same numbers."""
    again = study.run(plan, done[1].store)
    assert not again.computed
    assert str(again.series) == str(done[1].series)
    assert again.operations == done[1].operations


def test_computing_again_compares_and_publishes_only_its_execution(plan, done):
    """With force the tables stay as they are, and executions has one row more, which says identical."""
    before = hashes(done[2])
    study.run(plan, done[2].store, workers=1, force=True)
    assert hashes(done[2]) == before
    rows = Store(done[2].store).read(done[2].run_id, "executions")["outcome"].to_pylist()
    assert sorted(rows) == ["identical", "published"]


def test_a_run_that_comes_out_differently_is_refused(plan, done):
    """A run computed again with another outcome ends with a broken contract, and the stored one stands."""
    before = hashes(done[4])
    with study.Job(plan, Store(done[4].store), workers=1, work=partial(of_seed, 99)) as job:
        parts = [part for some in job.parts() for part in some]
        with pytest.raises(ContractError, match="differs in summaries"):
            job.finish(parts)
    assert hashes(done[4]) == before


def test_one_replication_alone_is_the_one_of_the_study(plan, done):
    """Replication 2 repeated alone brings the numbers that it brought among the others."""
    alone = study.one(plan, 2)
    for key, series in alone.series.items():
        assert str(series.values[0]) == str(done[1].series[key].values[2])


def test_the_summaries_are_those_of_the_indicators(done):
    """Mean, n and interval in the table summaries are those of the values in the table indicators."""
    rows = Store(done[1].store).read(done[1].run_id, "summaries").to_pylist()
    for row in rows:
        found = done[1].estimate(*(row[name] for name in study.Key._fields))
        assert row["n"] == found.n
        assert row["mean"] is None or row["mean"] == found.mean
        if row["value_unit"] == "1" and row["lower"] is not None:
            assert 0.0 <= row["lower"] <= row["upper"] <= 1.0
    assert len(rows) == len(done[1].series)


def test_a_scenario_against_itself_shows_no_difference(done):
    """Common random numbers: two studies of one scenario differ by exactly 0 in everything."""
    found = study.compare(done[1], done[2])
    assert all(not pair.change.different for pair in found.pairs.values())
    assert all(pair.change.difference.mean == 0.0 for pair in found.pairs.values() if pair.change.difference.n)
    assert not found.streams


def test_a_broken_law_publishes_nothing(plan, tmp_path):
    """A replication whose books do not close ends the study with exit code 3 and an empty store."""
    with study.Job(plan, Store(tmp_path), workers=1, work=broken) as job:
        parts = [part for some in job.parts() for part in some]
        with pytest.raises(ContractError, match="ledger kg is off") as caught:
            job.finish(parts)
    assert caught.value.exit_code == 3
    assert is_clean(tmp_path)


def test_a_killed_worker_is_one_clear_line(plan, tmp_path):
    """When a worker is shot the study ends with one line, an empty store and no process left."""
    with (
        pytest.raises(RunError, match="worker process was killed") as caught,
        study.Job(plan, Store(tmp_path), workers=2, work=killed_once) as job,
    ):
        job.finish(part for some in job.parts() for part in some)
    assert len(str(caught.value).splitlines()) == 1
    assert is_clean(tmp_path)
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("log", [None, logging.NullHandler()])
def test_a_pool_lives_on_after_a_worker_was_killed(log):
    """The calls of a killed worker fail; those that come after are made, until the pool has ended: it starts none."""
    with study.Pool(1, log=log) as pool:
        with pytest.raises(RunError, match="worker process was killed"):
            outcome(pool.submit(os.kill, outcome(pool.submit(os.getpid)), signal.SIGKILL))
        assert [outcome(pool.submit(abs, -number)) for number in range(3)] == [0, 1, 2]
        pool.kill()
    with pytest.raises((RunError, RuntimeError)):
        pool.submit(abs, -1)
    assert not multiprocessing.active_children()


def test_leaving_a_study_early_kills_its_workers_at_once(plan, tmp_path):
    """An exception in mid-study ends workers that would go on for a minute, within five seconds."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may have switched it off
    begun = time.monotonic()
    threading.Timer(4.0, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt), study.Job(plan, Store(tmp_path), workers=2, work=sleeping) as job:
        list(job.parts())
    assert time.monotonic() - begun < 4.0 + 5.0
    assert not multiprocessing.active_children()
    assert is_clean(tmp_path)


def started(folder):
    """A long study on the command line, in a process group of its own, as a terminal would start it."""
    command = [sys.executable, "-m", "twin", "run", "baseline", "--replications", "400", "--store", str(folder)]
    return subprocess.Popen(
        [*command, "--workers", "2"], cwd=ROOT, start_new_session=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def children(pid):
    """Process numbers of the children of a process."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parts = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(parts[1]) == pid and parts[0] != "Z":
            found.append(int(status.parent.name))
    return found


def wait_for(what, seconds=60.0):
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def has_parts(folder):
    """Whether replications are on their way into a store."""
    return any(Path(folder).glob("_staging/*/*.part"))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at the process table of Linux")
@pytest.mark.parametrize("everybody", [True, False], ids=["terminal", "process"])
def test_ctrl_c_ends_within_five_seconds(tmp_path, everybody):
    """Ctrl-C ends a study within 5 s with code 130 and one line; nothing is published and no process is left."""
    process = started(tmp_path)
    wait_for(lambda: has_parts(tmp_path))
    workers = children(process.pid)
    begun = time.monotonic()
    (os.killpg if everybody else os.kill)(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20.0)
    assert time.monotonic() - begun < 5.0
    assert process.returncode == 130
    assert (out, err) == ("", "interrupted; nothing was published.\n")
    assert workers
    wait_for(lambda: not any(is_running(pid) for pid in workers), 2.0)
    assert is_clean(tmp_path)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at the process table of Linux")
def test_workers_die_with_their_study(tmp_path):
    """When the study itself is shot, its workers end within five seconds; the next use of the store clears up."""
    process = started(tmp_path)
    wait_for(lambda: has_parts(tmp_path))
    workers = children(process.pid)
    process.kill()
    process.communicate()
    wait_for(lambda: not any(is_running(pid) for pid in workers), 5.0)
    assert Store(tmp_path).runs() == []
    assert is_clean(tmp_path)


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_the_order_of_hashes_plays_no_part(tmp_path):
    """In three processes with three PYTHONHASHSEEDs every table has the same bytes."""
    found = []
    for seed in ("0", "1", "4242"):
        command = [sys.executable, "-m", "twin", "run", "baseline", "--store", str(tmp_path / seed), "--workers", "1"]
        command += ["--replications", "2", "--days", "2", "--set", "study.warm_up=1 d", "--json"]
        told = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        )
        run = json.loads(told.stdout)["run_id"]
        record = Store(tmp_path / seed).commit(run)
        found.append({name: table["sha256"] for name, table in record["tables"].items()})
    assert found[0] == found[1] == found[2]


def test_a_run_that_did_not_come_to_stand_is_told(plan, tmp_path, monkeypatch):
    """Who was not the one to publish, and finds no run of another either, does not say that it is there."""
    monkeypatch.setattr("twin.store.staging.publish", lambda *_: False)
    short = replace(plan, study=replace(plan.study, replications=1, warm_up=0.0, horizon=86400.0))
    with study.Job(short, Store(tmp_path), workers=1) as job:
        parts = [part for some in job.parts() for part in some]
        with pytest.raises(RunError, match="nothing was published"):
            job.finish(parts)
    assert not [*tmp_path.rglob("*.parquet"), *tmp_path.rglob("*.jsonl")]
