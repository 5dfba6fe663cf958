"""Laws of the benches themselves: they kill only what they have started, and measure from where they say."""

import os
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from flows.bench.stand import Stand
from flows.bench.watching import Watch
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
    monkeypatch.setattr(each_cost, "SETTLE", 0.5)

    def sends() -> None:
        time.sleep(0.1)
        begun = time.thread_time()
        while time.thread_time() < begun + 0.1:
            pass

    mine, _ = each_cost.each(1, os.getpid(), 0.0, threading.Thread(target=sends).start)
    assert mine > 50.0


def test_the_retention_is_timed_from_the_start(flow, monkeypatch, capsys):
    """A start of 20 s, in which everything goes, is not told as within a second."""
    from flows.bench import soak  # noqa: PLC0415 - after the environment

    assert flow
    clock = [100.0]
    stand = SimpleNamespace(home="", stop=lambda: None, start=lambda: clock.append(120.0))
    gone = dict.fromkeys(("flow_run", "task_run", "artifact", "log"), 0)
    aged = SimpleNamespace(rows=lambda _: gone, make_old=lambda *_: None, told=str, free_share=lambda _: 0.5)
    monkeypatch.setattr(soak, "aged", aged)
    monkeypatch.setattr(soak, "time", SimpleNamespace(monotonic=lambda: clock[-1]))
    assert soak.retained(stand) == []
    assert "20 s after the start" in capsys.readouterr().out
