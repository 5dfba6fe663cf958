"""Laws of the Dask executor: the tables of worker processes, whatever workers are lost; errors are one line."""

import logging.handlers
import os
import signal
import socket
import threading
import time
from hashlib import sha256

import pytest

from twin import study
from twin.errors import UsageError
from twin.study import Request, executors

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
