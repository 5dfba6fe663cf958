"""Laws of the Dask executor: the tables of worker processes, whatever workers are lost; errors are one line."""

import logging.handlers
import os
import pickle
import signal
import socket
import tempfile
import threading
import time
from concurrent.futures import Future
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest

from twin import study
from twin.bench.faults.bucket import local_bucket
from twin.errors import RunError, UsageError
from twin.store import Store
from twin.study import Request, executors
from twin.study.block import Block, compute
from twin.study.replicate import replicate

pytest.importorskip("distributed")
SHORT = {"sets": ("study.warm_up=1 d",), "days": 2.0}


def tables(folder):
    """Hash of every table of the store but what says when and where it was computed."""
    files = sorted(folder.glob("tables/*/*.parquet"))
    return {one.name + one.parent.name: sha256(one.read_bytes()).hexdigest() for one in files
            if one.parent.name != "executions"}  # fmt: skip


def plan(replications):
    """A short study."""
    return Request(scenario="baseline", replications=replications, **SHORT).plan()


def test_names_of_executors():
    """Three forms are known; anything else is refused in one line."""
    assert not study.is_elsewhere(None)
    assert not study.is_elsewhere("processes")
    assert study.is_elsewhere("dask")
    for bad in ("ray", "dask:", "processes:2", "", " dask", "Dask"):
        if bad:
            with pytest.raises(UsageError, match="--executor"):
                executors.checked(bad)


def test_an_address_that_nobody_answers_is_one_line(monkeypatch):
    """Within some seconds, and with what to do."""
    from twin.study import dask_pool  # noqa: PLC0415 - its library is an extra

    monkeypatch.setattr(dask_pool, "PATIENCE", 1.0)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    begun = time.monotonic()
    with pytest.raises(UsageError, match="no Dask scheduler answers") as told, \
            study.shared(f"dask:tcp://127.0.0.1:{port}", 1):  # fmt: skip
        pass
    assert len(str(told.value).splitlines()) == 1
    assert time.monotonic() - begun < 20.0


@pytest.mark.parametrize(
    "address", ["tcp://me:hidden@127.0.0.1:9", "tcp://127.0.0.1:x", "some", "odd://h:1", "tcp://[::1"]
)
def test_what_is_no_address_is_one_line_at_once(address, monkeypatch):
    """No client is made of it, which would hang at its end; a password that stands in it is not shown."""
    from twin.study import dask_pool  # noqa: PLC0415 - its library is an extra

    monkeypatch.setattr(dask_pool.distributed, "Client", lambda *_, **__: pytest.fail("a client was made"))
    with pytest.raises(UsageError, match="no Dask scheduler answers") as told, study.shared(f"dask:{address}", 1):
        pass
    assert "hidden" not in str(told.value)
    assert len(str(told.value).splitlines()) == 1


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "127.0.0.1:9", "ws://host:9", "inproc://127.0.0.1/9/1"])
def test_every_kind_of_address_that_dask_knows_is_tried(address, monkeypatch):
    """Whether somebody answers there is for Dask to say, also where an address has no host and port."""
    from twin.study import dask_pool  # noqa: PLC0415 - its library is an extra

    tried = []
    monkeypatch.setattr(dask_pool.distributed, "Client", lambda where, **_: tried.append(where))
    dask_pool.DaskPool(address, 1)._connected(address)
    assert tried == [address]


def test_a_scheduler_that_goes_while_its_workers_are_asked_says_nothing_of_them():
    """Lost on the way is lost; workers without filmtwin, or with a file of it gone, are told as such."""
    from twin.study.dask_pool import DaskPool, distributed  # noqa: PLC0415 - its library is an extra

    gone = "the Dask scheduler no longer answers"
    for error, status, kind, words in (
        (TimeoutError("timed out"), "running", RunError, gone),
        (distributed.comm.CommClosedError("in <TCP>"), "running", RunError, gone),
        (OSError("timed out"), "closed", RunError, gone),
        (FileNotFoundError(2, "No such file", "/twin/x.py"), "running", RunError, "a worker cannot say which model"),
        (ModuleNotFoundError("No module named 'twin'"), "running", UsageError, "its workers have no filmtwin"),
    ):
        pool = DaskPool("tcp://127.0.0.1:9", 1)
        pool._client = SimpleNamespace(run=mock.Mock(side_effect=error), status=status)
        with pytest.raises(kind, match=words):
            pool._asked("--executor dask")


@pytest.mark.parametrize("error", [OSError("timed out\n"), RuntimeError("pool is closed"), AttributeError("broadcast")])
def test_a_scheduler_that_has_gone_is_one_line(error, tmp_path):
    """It ends the study that asks, as an error that a sweep can pass over; nothing is left in staging."""
    from twin.study.dask_pool import DaskPool  # noqa: PLC0415 - its library is an extra

    def run(*_: object, **__: object) -> None:
        raise error

    pool = DaskPool("tcp://127.0.0.1:9", 1)
    pool._client = SimpleNamespace(run=run, status="closed")
    with pytest.raises(RunError, match="the Dask scheduler no longer answers") as told, \
            study.Job(plan(1), study.open_store(tmp_path), pool=pool):  # fmt: skip
        pass
    assert len(str(told.value).splitlines()) == 1
    assert not list(tmp_path.glob("_staging/*"))
    with pytest.raises(RunError, match="no longer answers"):  # Dask would take the call, and never answer
        pool.submit(abs, -1)


@pytest.mark.slow
def test_dask_changes_no_byte_and_a_lost_worker_neither(tmp_path):
    """Processes, Dask, and Dask with a worker shot in mid run: the same bytes in every table; no process is left."""
    study.run(plan(4), tmp_path / "own", workers=1)
    with study.shared("dask", 2) as pool:
        assert pool.workers == 2
        study.run(plan(4), tmp_path / "dask", pool=pool)
    assert tables(tmp_path / "dask") == tables(tmp_path / "own")
    study.run(plan(40), tmp_path / "own", workers=2)
    with study.shared("dask", 2) as pool:
        victims = {one.process.pid for one in pool._cluster.workers.values()}
        shot = []

        def shoot() -> None:
            while not any((tmp_path / "dask").glob("_staging/*/*.part")):
                time.sleep(0.02)
            shot.append(min(victims))
            os.kill(shot[0], signal.SIGKILL)

        thread = threading.Thread(target=shoot, daemon=True)
        thread.start()
        study.run(plan(40), tmp_path / "dask", pool=pool)
        thread.join(5.0)
        assert shot
    assert tables(tmp_path / "dask") == tables(tmp_path / "own")
    assert not [pid for pid in victims if os.path.exists(f"/proc/{pid}")]  # noqa: PTH110 - of the kernel


@pytest.mark.slow
def test_a_cluster_of_this_machine_is_heard_and_keeps_strangers_out(tmp_path):
    """One line a block reaches the handler here, and who has not the certificate of the cluster is not let in."""
    from twin.study.dask_pool import distributed  # noqa: PLC0415 - its library is an extra

    heard = logging.handlers.BufferingHandler(1000)
    with study.shared("dask", 2, heard) as pool:
        assert study.run(plan(20), tmp_path, pool=pool).computed
        blocks = [one.name for one in study.blocks(20, 2)]
        assert sorted(one.getMessage().split(", ")[1].split(":")[0] for one in heard.buffer) == sorted(blocks)
        assert all(one.getMessage().endswith("s of CPU") for one in heard.buffer)
        where = pool._cluster.scheduler_address
        assert where.startswith("tls://127.0.0.1:")
        for address in (where, where.replace("tls", "tcp")):
            with pytest.raises((OSError, TypeError, TimeoutError)):
                distributed.Client(address, timeout=2.0, set_as_default=False)


@pytest.mark.slow
def test_a_study_that_is_given_up_stops_on_dask(tmp_path):
    """In mid block, minutes before its end: it is left within ten seconds, and workers of others stop by themselves."""
    from twin.study.dask_pool import distributed  # noqa: PLC0415 - its library is an extra

    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as cluster:  # fmt: skip
        with pytest.raises(KeyboardInterrupt):
            interrupted(f"dask:{cluster.scheduler_address}", tmp_path)
        with study.shared(f"dask:{cluster.scheduler_address}", 1) as pool:
            begun = time.monotonic()
            assert study.run(plan(1), tmp_path, pool=pool).computed  # the only worker is free again
            assert time.monotonic() - begun < 10.0
    with pytest.raises(KeyboardInterrupt):
        interrupted("dask", tmp_path / "own")


def interrupted(executor, folder):
    """Give a long study up once it has staged something, and see that this takes no time."""
    begun = 0.0
    try:
        with study.shared(executor, 1) as pool, \
                study.Job(plan(8000), study.open_store(folder), pool=pool) as job:  # fmt: skip
            for block in job.blocks:
                job._submit(block)
            while not any(folder.glob("_staging/*/*.part")):
                time.sleep(0.02)
            begun = time.monotonic()
            raise KeyboardInterrupt
    finally:
        assert time.monotonic() - begun < 10.0
        assert not list(folder.glob("_staging/*.*/"))


@pytest.mark.slow
def test_a_study_that_fails_on_dask_publishes_nothing(tmp_path):
    """A block that fails ends the study; what was staged is gone, and the cluster goes on with the next one."""

    def broken(*_arguments: object) -> None:
        raise ValueError("broken")

    with study.shared("dask", 1) as pool:
        with pytest.raises(ValueError, match="broken"), \
                study.Job(plan(3), study.open_store(tmp_path), pool=pool, work=broken) as job:  # fmt: skip
            list(job.parts())
        assert not list(tmp_path.glob("_staging/*.*/"))
        assert study.run(plan(1), tmp_path, pool=pool).computed


class Elsewhere:
    """A worker of another machine: what goes there and comes back is copied, and a folder of ours is none there."""

    workers = 2

    def see(self, _folder):
        """It sees none."""
        return False

    def submit(self, call, *arguments: object):
        """Make a call at once."""
        assert not any(isinstance(one, Path) for one in arguments)
        made: Future[object] = Future()
        made.set_result(pickle.loads(pickle.dumps(call(*pickle.loads(pickle.dumps(arguments))))))  # noqa: S301 - our own
        return made


@pytest.mark.parametrize("replications", [1, 6])
def test_workers_that_do_not_see_the_staging_folder_send_their_tables(replications, tmp_path):
    """The bytes are those of workers that do, of one replication and of several; nothing is left in staging."""
    study.run(plan(replications), tmp_path / "own", workers=1)
    assert study.run(plan(replications), tmp_path / "far", pool=Elsewhere()).computed
    assert tables(tmp_path / "far") == tables(tmp_path / "own") != {}
    assert not list(tmp_path.glob("far/_staging/*.*/"))


def test_a_staging_folder_that_is_not_found_is_named(tmp_path):
    """Nobody says that a study was given up who cannot know it: the line names the folder, and both reasons."""
    with pytest.raises(RunError, match="worker joined late") as told:
        compute(replicate, plan(1), tmp_path / "gone", Block(0, 1))
    assert str(tmp_path / "gone") in str(told.value)
    assert len(str(told.value).splitlines()) == 1


@pytest.mark.slow
def test_workers_of_another_machine_compute_into_a_bucket_and_a_folder(tmp_path, monkeypatch):
    """Where /proc/self/cwd is another folder for each of them, they write nothing there and send all of it back."""
    from twin.study.dask_pool import distributed  # noqa: PLC0415 - its library is an extra

    here, there, same = (tmp_path / name for name in ("here/tmp", "there/tmp", Path("/proc/self/cwd")))
    here.mkdir(parents=True)
    there.mkdir(parents=True)
    heard = logging.handlers.BufferingHandler(1000)
    study.run(plan(6), tmp_path / "own", workers=1)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as cluster, local_bucket() as address, \
            study.shared(f"dask:{cluster.scheduler_address}", 2, heard) as pool:  # fmt: skip
        pool._client.run(os.chdir, str(there.parent))
        monkeypatch.chdir(here.parent)
        monkeypatch.setattr(tempfile, "tempdir", str(same / "tmp"))
        bucket, mounted = Store(address), Store(same / "store")
        assert bucket.files.workspace.is_relative_to(same)
        for store in (bucket, mounted):
            known = study.run(plan(6), store, pool=pool)
            assert known.computed
            hashes = [{name: one["sha256"] for name, one in it.commit(known.run_id)["tables"].items()}
                      for it in (store, Store(tmp_path / "own"))]  # fmt: skip
            assert hashes[0] == hashes[1]
    assert sum("2 of 2 Dask workers do not see /proc/self/cwd/" in one.getMessage() for one in heard.buffer) == 2
    assert not list(there.parent.glob("*/*"))
