"""Quick laws of processes and runs that live, hang or die. No server needed."""

import importlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from types import SimpleNamespace
from unittest import mock
from uuid import uuid4

import httpx
import pytest

from flows import child, running, safety
from twin.errors import RunError
from twin.store.owner import card

SLEEPS = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    f"print(subprocess.Popen([sys.executable, '-c', '{SLEEPS}']).pid, flush=True); time.sleep(60)"
)


def status(code: int) -> Exception:
    """What Prefect's client raises when the server answers with a code."""
    from prefect.exceptions import PrefectHTTPStatusError  # noqa: PLC0415 - it imports Prefect

    reply = httpx.Response(code, request=httpx.Request("POST", "http://127.0.0.1/"))
    return PrefectHTTPStatusError("some", request=reply.request, response=reply)


def fails(error: Exception) -> Callable[..., None]:
    """Something that fails."""

    def call(*_: object, **_named: object) -> None:
        raise error

    return call


def test_a_run_that_was_taken_for_dead_says_that_it_lives(monkeypatch, tmp_path):
    """A crashed state of a living run is set right at its next look; cancelled still means stop."""
    from prefect.states import Cancelled, Crashed, Running  # noqa: PLC0415 - it imports Prefect

    from flows import work  # noqa: PLC0415 - as above

    told, mine = [], uuid4()
    now = SimpleNamespace(state=Crashed(), id=mine, deployment_id=None)
    monkeypatch.setattr(running, "_home", lambda: tmp_path)
    server = SimpleNamespace(
        read_flow_run=lambda _: now, set_flow_run_state=lambda run, state: told.append((run, state.type.value))
    )
    monkeypatch.setattr(work, "client", lambda: server)
    monkeypatch.setattr(work, "flow_run", lambda: mine)
    work.look()
    assert told == [(mine, "RUNNING")]
    now.state = Running()
    work.look()
    assert len(told) == 1
    now.state = Cancelled()
    with pytest.raises(work.Stopped):
        work.look()


def test_a_lost_place_ends_no_run(monkeypatch):
    """A server that is away is asked again soon; a place that is gone is told once, be its deployment gone too."""
    from prefect import flow_engine  # noqa: PLC0415 - it imports Prefect
    from prefect.exceptions import ObjectNotFound  # noqa: PLC0415 - as above

    from flows import lease, work  # noqa: PLC0415 - as above

    assert work
    assert flow_engine.maintain_concurrency_lease is lease.held
    asked = []

    def client(error: Exception | None) -> SimpleNamespace:
        def renew(place: str, seconds: float) -> None:
            asked.append((place, seconds))
            if error is not None:
                raise error

        return SimpleNamespace(renew_concurrency_lease=renew, read_deployment=fails(ObjectNotFound(status(404))))

    assert lease._renewed(client(None), "place") == lease.EACH < lease.KEPT / 5.0
    assert lease._renewed(client(httpx.ConnectError("away")), "place") == lease.AGAIN
    assert lease._renewed(client(status(503)), "place") == lease.AGAIN
    monkeypatch.setattr(lease, "get_run_logger", lambda: logging.getLogger("some"))
    for deployment in (None, uuid4()):
        monkeypatch.setattr(lease, "runtime", SimpleNamespace(deployment=SimpleNamespace(id=deployment)))
        assert lease._renewed(client(status(410)), "place") == threading.TIMEOUT_MAX
    assert set(asked) == {("place", lease.KEPT)}


def test_a_run_that_its_server_has_forgotten_is_not_ended_for_its_name(monkeypatch):
    """As after a new database; what else is wrong with a name is told."""
    from flows import work  # noqa: PLC0415 - it imports Prefect

    monkeypatch.setattr(work, "runtime", SimpleNamespace(flow_run=SimpleNamespace(tags=None)))
    monkeypatch.setattr(work, "flow_run", uuid4)
    for code in (404, 422):
        server = SimpleNamespace(update_flow_run=fails(status(code)))
        monkeypatch.setattr(work, "client", lambda server=server: server)
        with nullcontext() if code == 404 else pytest.raises(httpx.HTTPStatusError):
            work.name_run("a name", "a tag")


@pytest.mark.parametrize("name", ["compare_scenarios", "run_sweep", "tend_store"])
def test_a_run_is_present_until_its_page_is_made(name, monkeypatch, tmp_path):
    """While it waits for a server to take the page, its process is known, and nobody takes it for dead."""
    module, seen = importlib.import_module(f"flows.{name}"), []
    anything = mock.Mock(return_value=None)

    def page(*_: object) -> str:
        seen.extend((tmp_path / running.CARDS).glob("*.json"))
        raise RunError("this far it came")

    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.setattr(module, "afterwards", page)
    for known in {"_swept", "deployment", "patiently", "play", "study", "sweeping", "tend"} & set(vars(module)):
        monkeypatch.setattr(module, known, anything)
    monkeypatch.setattr(module, "permitted", mock.Mock(), raising=False)
    assert getattr(module, name).fn().message == "this far it came"
    assert len(seen) == 1
    assert not seen[0].exists()


def test_a_child_ends_with_all_that_it_started(tmp_path):
    """One that does not listen is killed, and so is what it started; a second Ctrl-C is no way out."""
    for again in (False, True):
        one = child.Child("some", ("-c", STUBBORN), os.environ, tmp_path / f"log{again}")
        one.start()
        assert child.wait_until(lambda one=one: bool(one.log.read_text().strip()), 20.0)
        grandchild = int(one.log.read_text())
        if again:
            threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
            with pytest.raises(KeyboardInterrupt):
                one.stop(30.0)
        else:
            one.stop(0.2)
        assert not one.lives
        assert child.wait_until(lambda grandchild=grandchild: not is_there(grandchild), 5.0)


def test_a_command_has_succeeded_when_it_ends_well_and_in_time(tmp_path):
    """One that fails has not, nor one that takes too long, or that somebody else ends: nothing of it is left."""
    for text, fine in (("", True), ("raise SystemExit(3)", False)):
        assert child.Child("some", ("-c", text), os.environ, tmp_path / "log").succeeds(20.0) == fine
    slow = child.Child("some", ("-c", SLEEPS), os.environ, tmp_path / "log")
    assert not slow.succeeds(0.1)
    threading.Timer(0.5, slow.stop, (0.0,)).start()
    assert not slow.succeeds(20.0)
    assert not slow.lives


def test_a_long_log_is_put_aside_while_it_is_written(tmp_path, monkeypatch):
    """The writer goes on in the file that it has open; what was said before stands beside it, the last of it alone."""
    log = tmp_path / "log"
    monkeypatch.setattr(child, "MOST", 1000)
    child.turn(log)  # none is there yet
    log.write_bytes(b"x" * 1000)
    child.turn(log)
    assert log.stat().st_size == 1000
    echo = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"
    with log.open("ab") as opened, subprocess.Popen(
        [sys.executable, "-c", echo], stdin=subprocess.PIPE, stdout=opened, text=True
    ) as writer:  # fmt: skip
        for word in ("first", "second"):
            writer.stdin.write(f"{word}{'.' * 1000}\n")
            writer.stdin.flush()
            assert child.wait_until(lambda word=word: word in log.read_text(), 20.0, look=0.01)
            assert log.read_text().strip("x").startswith(word)
            child.turn(log)
            assert log.stat().st_size == 0
            assert word in (tmp_path / "log.1").read_text()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["log", "log.1"]


def test_a_long_log_is_put_aside_at_the_start(tmp_path, monkeypatch):
    """What a process says is the only thing in a log that was full."""
    monkeypatch.setattr(child, "MOST", 10)
    one = child.Child("some", ("-c", "print('said')"), os.environ, tmp_path / "log")
    one.log.write_text("x" * 11)
    assert one.succeeds(20.0)
    assert one.log.read_text() == "said\n"
    assert (tmp_path / "log.1").read_text() == "x" * 11


def is_there(pid):
    """Whether a process is there and no zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:  # noqa: PTH123 - of the kernel
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def at_work(home, owner, number):
    """A process in a session of its own that is present as a flow run of an owner, with one that it has started."""
    told = (
        "import subprocess, sys, time; from flows import running\n"
        f"with running.present('{number}'):\n"
        f"    print(subprocess.Popen([sys.executable, '-c', '{SLEEPS}']).pid, flush=True); time.sleep(60)"
    )
    one = subprocess.Popen(
        [sys.executable, "-c", told], start_new_session=True, stdout=subprocess.PIPE, text=True, cwd=child.ROOT,
        env={**os.environ, "PREFECT_HOME": str(home), running.OWNER: json.dumps(owner)},
    )  # fmt: skip
    return one, int(one.stdout.readline())


def test_flow_runs_end_with_the_twin_up_that_they_belong_to(tmp_path):
    """Our own are ended with all that they started, even those whose worker was killed before; others are not."""
    owner = subprocess.Popen([sys.executable, "-c", SLEEPS])
    theirs = {**card(), "pid": owner.pid, "born": running_since(owner.pid)}
    started = [at_work(tmp_path, card(), 1), at_work(tmp_path, theirs, 2)]
    (tmp_path / running.CARDS / "3.json").write_text("{")
    running.end_all(tmp_path)
    assert started[0][0].wait(5.0) == -signal.SIGKILL
    assert child.wait_until(lambda: not is_there(started[0][1]), 5.0)
    time.sleep(0.2)
    assert all(is_there(one) for one in (started[1][0].pid, started[1][1]))
    owner.kill()  # and those of another one end by themselves when it does
    owner.wait()
    assert started[1][0].wait(5.0) == -signal.SIGKILL
    assert child.wait_until(lambda: not is_there(started[1][1]), 5.0)


def running_since(pid):
    """When a process began, as its card says."""
    from twin.store import owner  # noqa: PLC0415 - next to what is looked at

    return owner._born(pid)


def test_what_a_run_needs_is_what_every_worker_is_told(monkeypatch, tmp_path):
    """`choose` settles heartbeats and patience, prefect.yaml does for other machines; the server keeps leases."""
    import yaml  # noqa: PLC0415 - Prefect brings it along
    from prefect.settings import Settings  # noqa: PLC0415 - it imports Prefect

    from flows import server  # noqa: PLC0415 - next to what it settles

    for name in (*safety.ALIVE, "PREFECT_API_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.setenv("PREFECT_LOGGING_LEVEL", "ERROR")
    monkeypatch.setenv("PREFECT_RESULTS_DEFAULT_SERIALIZER", "pickle")
    monkeypatch.setattr(server, "LOCAL", "")
    server.choose()
    found = Settings()
    assert (found.flows.heartbeat_frequency, found.client.max_retries) == (safety.HEARTBEAT, safety.RETRIES)
    assert found.results.default_serializer == "json"
    for name, value in safety.server_settings(safety.Bind("127.0.0.1", 4200, "")).items():
        monkeypatch.setenv(name, value)
    assert Settings().server.concurrency.lease_storage == safety.LEASES
    assert Settings().home == tmp_path  # below which they stand
    shipped = yaml.safe_load((child.ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    for one in shipped["deployments"]:
        assert one["work_pool"]["job_variables"]["env"] == {**safety.ALIVE, **server.JSON}, one["name"]
