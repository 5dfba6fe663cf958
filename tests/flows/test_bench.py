"""Laws of the benches themselves: they kill only what they have started, and measure from where they say."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import served

from flows import database
from flows.bench import aged, blocks
from flows.bench.stand import Stand
from flows.bench.watching import Watch
from flows.previous import RUN
from twin.errors import RunError


def test_a_stand_without_server_and_worker_names_no_process(tmp_path):
    """Number 0 would be everybody's: where there is none, who wants to kill it is told so; the watch sees no memory."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as alone:
        stand = Stand(tmp_path, port=4242, _process=alone)
        for named in (stand.server, stand.worker):
            with pytest.raises(RunError, match="no flows"):
                named()
        assert Watch(stand).look()[1:3] == (0.0, 0.0)
        alone.kill()


def test_what_threads_use_after_the_call_is_counted(flow, monkeypatch):
    """The client sends in threads of its own: their CPU belongs to what was asked of it."""
    from flows.bench import each_cost  # noqa: PLC0415 - after the environment

    assert flow
    monkeypatch.setattr(each_cost, "SETTLE", 2.0)

    def sends() -> None:
        time.sleep(0.1)
        begun = time.thread_time()
        while time.thread_time() < begun + 0.1:
            pass

    mine, _ = each_cost.each(1, os.getpid(), 0.0, threading.Thread(target=sends).start)
    assert mine > 50.0


@pytest.fixture
def soak(flow, monkeypatch):
    """The soak, on a database of its own making, that waits for nobody."""
    from flows.bench import soak as found  # noqa: PLC0415 - after the environment

    assert flow
    monkeypatch.setattr(found, "wait_until", lambda *_, **__: True)
    return found


def test_the_cost_of_an_empty_block_is_measured_for_both_executors(monkeypatch, capsys):
    """The rows and heads of the page's table, each with figures of its own; blocks cost less than the start."""
    page = (served.ROOT / "docs" / "how-to" / "scale-out.md").read_text(encoding="utf-8")
    one = blocks.measure("processes", 5)
    assert one.first > one.wall > 0.0
    assert one.cpu >= 0.0
    asked = []
    monkeypatch.setattr(blocks, "measure", lambda *told: asked.append(told) or one._replace(cpu=0.5 * len(asked)))
    monkeypatch.setattr(sys, "argv", ["blocks", "--blocks", "7"])
    assert blocks.main() == 0
    assert asked == [("processes", 7), ("dask", 7)]
    told = capsys.readouterr().out
    assert "500.0 ms" in told
    assert "1000.0 ms" in told
    names = ("until the first answer", "CPU a block, both sides", "wall time a block", *blocks.EXECUTORS.values())
    assert all(name in told and name in page for name in names)
    assert "-m flows.bench.blocks" in page


@pytest.fixture
def home(tmp_path):
    """A home whose database has in each table five rows of today, and none that is old."""
    moment = time.strftime("%Y-%m-%d %H:%M:%S.000000", time.gmtime())
    with closing(sqlite3.connect(tmp_path / database.NAME)) as base, base:
        for name in aged.TABLES:
            base.execute(f"create table {name} (created text, end_time text, occurred text, filling text)")
            base.executemany(f"insert into {name} values (?, ?, ?, ?)", [(moment, moment, moment, "x" * 9000)] * 5)  # noqa: S608 - our own names
    return tmp_path


def a_run(name, *tags: str, state="COMPLETED"):
    """A flow run that has ended."""
    return {"name": name, "tags": [f"{RUN}{one}" for one in tags], "state": {"type": state, "message": "no room"}}


def test_the_soak_fails_for_a_run_that_is_lost_doubled_or_failed(soak, tmp_path, capsys):
    """What the server has and what the store has, run by run; all of them well is the only verdict without a fault."""
    (tmp_path / "tables" / "executions").mkdir(parents=True)

    def judged(runs: list, published: list, executed: list) -> list[str]:
        pq.write_table(pa.table({"run_id": executed}), tmp_path / "tables" / "executions" / "1.parquet")
        api = SimpleNamespace(runs=lambda _: runs)
        return soak.judge(SimpleNamespace(api=lambda: api, published=lambda: published, store=tmp_path), 2)

    a, b = a_run("soak-1", "a"), a_run("soak-2", "b")
    assert judged([a, b], ["a", "b"], ["a", "b"]) == []
    assert "2 run ids published, 0 doubled, 0 lost, 0 left" in capsys.readouterr().out
    lost = ["only in one of store and server: b", "1 of 2 runs are published"]
    assert judged([a, b], ["a"], ["a"]) == lost
    assert judged([a], ["a"], ["a"]) == lost[1:]
    assert judged([a, b], ["a", "b"], ["a", "b", "b"]) == ["doubled: b"]
    assert judged([a, b, a_run("soak-3", "b")], ["a", "b"], ["a", "b"]) == ["doubled: b"]
    assert judged([a, a_run("soak-2", state="FAILED")], ["a"], ["a"]) == ["soak-2: no room", lost[1]]
    assert judged([a, b, a_run("soak-3", state="RUNNING")], ["a", "b"], ["a", "b"]) == ["soak-3: no room"]


def forget(home, *tables: str):
    """Delete what tables hold, as the retention does."""
    with closing(sqlite3.connect(home / database.NAME)) as base, base:
        for name in tables:
            base.execute(f"delete from {name}")  # noqa: S608 - our own names


def test_the_retention_is_timed_from_the_start(soak, home, monkeypatch, capsys):
    """A start of 20 s, in which everything goes, is not told as within a second."""
    clock = [100.0]

    def start() -> None:
        forget(home, *aged.TABLES)
        clock.append(120.0)

    stand = SimpleNamespace(home=home, stop=lambda: None, start=start, database=lambda: 1.0)
    monkeypatch.setattr(soak, "time", SimpleNamespace(monotonic=lambda: clock[-1]))
    assert soak.retained(stand) == []
    assert "20 s after the start" in capsys.readouterr().out


@pytest.mark.parametrize("left", aged.TABLES)
def test_no_table_outlives_the_retention(soak, home, left):
    """Each of the eight is judged, events and states too; what has come since the start is no fault."""
    stand = SimpleNamespace(
        home=home, stop=lambda: None, start=lambda: forget(home, *set(aged.TABLES) - {left}), database=lambda: 1.0
    )
    assert soak.retained(stand) == [f"{left}: 5 rows outlive the retention"]


def test_rows_of_today_are_no_fault(home):
    """Only what is older than it may get: an event after a week, all else after a month."""
    assert set(aged.outlived(home).values()) == {0}
    aged.make_old(home, aged.HEARD + 1)
    assert {name for name, count in aged.outlived(home).items() if count} == {"events", "event_resources"}
    aged.make_old(home, aged.KEPT - aged.HEARD)
    assert set(aged.outlived(home).values()) == {5}
    assert (aged.KEPT, aged.HEARD) == (30, 7)


def test_a_database_may_take_so_much_a_run(soak, home, monkeypatch, capsys):
    """What it takes with its runs, and what is in use of it without them, are judged against a stated bound."""
    with_ten = aged.EMPTY + 10.0 * aged.EACH
    assert soak.grew(6.0, with_ten, 5, 10) == []
    assert f"with 10 runs it may take {with_ten:.0f} MB" in capsys.readouterr().out
    (wrong,) = soak.grew(6.0, with_ten + 1.0, 5, 10)
    assert wrong.startswith("the database takes")
    full = aged.in_use(home)
    assert 0.3 < full < 0.6
    forget(home, *aged.TABLES)
    assert aged.in_use(home) < 0.2 * full  # free for what comes, though the file is as long as it was
    monkeypatch.setattr(aged, "EMPTY", 0.01)
    stand = SimpleNamespace(home=home, stop=lambda: None, start=lambda: None, database=lambda: full)
    (wrong,) = soak.retained(stand)
    assert wrong.startswith("what the retention has left of the database takes")
