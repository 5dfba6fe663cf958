"""Quick laws of processes and runs that live, hang or die. No server needed."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import httpx
import pytest

from flows import child, running, safety
from twin.store.owner import card

SLEEPS = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    f"print(subprocess.Popen([sys.executable, '-c', '{SLEEPS}']).pid, flush=True); time.sleep(60)"
)


class Client:
    """A server's client with some flow runs, of which some were heard, and which remembers what was set."""

    def __init__(self, runs: list, heard: tuple = ()) -> None:
        self.runs = runs
        self.heard = [f"prefect.flow-run.{run.id}" for run in heard]
        self.crashed = []

    def read_flow_runs(self, flow_run_filter=None, limit=200, offset=0):
        """Some of the runs."""
        assert flow_run_filter is not None
        return self.runs[offset : offset + limit]

    def read_events(self, asked, limit):
        """Heartbeats not long ago."""
        assert limit == 1
        assert asked.occurred.since > datetime.now(UTC) - timedelta(seconds=700.0)
        return SimpleNamespace(events=[one for one in asked.resource.id if one in self.heard])

    def set_flow_run_state(self, run_id, state, *, force):
        """Remember who was marked crashed."""
        assert force
        assert state.is_crashed() or "missed" in state.message
        self.crashed.append(run_id)


def a_run(silent, *tags: str, state="running"):
    """A flow run that has not changed for some seconds."""
    changed = datetime.now(UTC) - timedelta(seconds=silent)
    known = SimpleNamespace(timestamp=changed, is_pending=lambda: state == "pending", type=state.upper())
    return SimpleNamespace(id=uuid4(), name="some", state=known, tags=list(tags), deployment_id=None)


def test_orphans_are_those_whose_process_has_ended(tmp_path, monkeypatch):
    """Dead by its card: crashed at once. Unknown here: only ours, only unheard for long by a server that could hear."""
    from flows import reconcile  # noqa: PLC0415 - it imports Prefect

    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    alive, dead, other = a_run(9999.0, "filmtwin"), a_run(0.0, "filmtwin"), a_run(0.0, "filmtwin")
    silent, beats, alien = a_run(9999.0, "filmtwin"), a_run(9999.0, "filmtwin"), a_run(9999.0)
    (tmp_path / running.CARDS).mkdir()
    with running.present(str(alive.id)):
        told = json.loads((tmp_path / running.CARDS / f"{alive.id}.json").read_bytes())
        (tmp_path / running.CARDS / f"{dead.id}.json").write_text(json.dumps({**told, "born": "1"}))
        client = Client([alive, dead, other, silent, beats, alien], heard=(beats,))
        assert len(reconcile.reconcile(client, tmp_path)) == 1  # a server that has just begun has heard nobody yet
        assert client.crashed == [dead.id]
        reconcile.reconcile(client, tmp_path, up=9999.0)
    assert client.crashed == [dead.id, silent.id]
    assert not (tmp_path / running.CARDS / f"{dead.id}.json").exists()


def test_a_card_of_an_earlier_attempt_is_not_believed(tmp_path, monkeypatch):
    """A run that was killed and is tried again is no orphan; cards of ended processes go when their run has ended."""
    from flows import reconcile  # noqa: PLC0415 - it imports Prefect

    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    (tmp_path / running.CARDS).mkdir()
    begins, works, ends = (a_run(0.0, "filmtwin", state=one) for one in ("pending", "running", "cancelling"))
    killed = json.dumps({**card(), "born": "1"})
    for run in (begins, works, ends, a_run(0.0)):
        file = tmp_path / running.CARDS / f"{run.id}.json"
        file.write_text(killed)
        os.utime(file, (1e9, 1e9))
    client = Client([begins, works, ends])
    reconcile.reconcile(client, tmp_path)
    assert client.crashed == [ends.id]  # its attempt is the one that was asked to end
    left = {one.stem for one in (tmp_path / running.CARDS).glob("*")}
    assert left == {str(begins.id), str(works.id)}
    running.still_here(str(works.id))  # as a run that was called crashed and says that it lives
    client.runs.remove(ends)
    reconcile.reconcile(client, tmp_path)
    assert client.crashed == [ends.id, works.id]


def test_a_run_that_waits_for_its_process_is_an_orphan_when_everything_begins(tmp_path):
    """Its worker has ended, so nobody will start it; later it may wait, but not for ever. Those of others stay."""
    from flows import reconcile  # noqa: PLC0415 - it imports Prefect

    caught, alien, runs = a_run(5.0, "filmtwin", state="pending"), a_run(5.0, state="pending"), a_run(5.0, "filmtwin")
    client = Client([caught, alien, runs])
    reconcile.reconcile(client, tmp_path, up=9999.0)
    assert client.crashed == []
    reconcile.reconcile(client, tmp_path, begins=True)
    assert client.crashed == [caught.id]
    old = Client([a_run(9999.0, "filmtwin", state="pending")])
    assert reconcile.reconcile(old, tmp_path, up=9999.0) == ["some"]


def test_what_a_schedule_missed_is_cancelled_and_nothing_else():
    """A run that the scheduler planned goes; one that a person planned stays."""
    from flows import reconcile  # noqa: PLC0415 - it imports Prefect

    planned, asked = a_run(0.0), a_run(0.0)
    planned.auto_scheduled, asked.auto_scheduled = True, False
    client = Client([planned, asked])
    assert reconcile.skip_missed(client) == 1
    assert client.crashed == [planned.id]


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
    """A server that is away is asked again soon; a place that is gone is told once; the run goes on either way."""
    from prefect import flow_engine  # noqa: PLC0415 - it imports Prefect
    from prefect.exceptions import PrefectHTTPStatusError  # noqa: PLC0415 - as above

    from flows import lease, work  # noqa: PLC0415 - as above

    assert work
    assert flow_engine.maintain_concurrency_lease is lease.held
    asked = []

    def client(error: Exception | None) -> SimpleNamespace:
        def renew(place: str, seconds: float) -> None:
            asked.append((place, seconds))
            if error is not None:
                raise error

        return SimpleNamespace(renew_concurrency_lease=renew)

    def status(code: int) -> PrefectHTTPStatusError:
        reply = httpx.Response(code, request=httpx.Request("POST", "http://127.0.0.1/"))
        return PrefectHTTPStatusError("some", request=reply.request, response=reply)

    assert lease._renewed(client(None), "place") == lease.EACH < lease.KEPT / 5.0
    assert lease._renewed(client(httpx.ConnectError("away")), "place") == lease.AGAIN
    assert lease._renewed(client(status(503)), "place") == lease.AGAIN
    monkeypatch.setattr(lease, "get_run_logger", lambda: logging.getLogger("some"))
    assert lease._renewed(client(status(410)), "place") == threading.TIMEOUT_MAX
    assert set(asked) == {("place", lease.KEPT)}


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
