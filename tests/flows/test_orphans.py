"""Quick laws of which flow runs are orphans: called running although nobody works on them. No server needed."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import httpx

from flows import running
from twin.store.owner import card

SLEEPS = "import time; time.sleep(60)"


class Client:
    """A server's client with some flow runs, of which some were heard, and which remembers what was set.

    Those in `stuck` cannot end before they have given up their place.
    """

    def __init__(self, runs: list, heard: tuple = ()) -> None:
        self.runs = runs
        self.heard = [f"prefect.flow-run.{run.id}" for run in heard]
        self.stuck = []
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
        if run_id in [run.id for run in self.stuck]:
            asked = httpx.Request("POST", "http://127.0.0.1/")
            raise httpx.HTTPStatusError("no", request=asked, response=httpx.Response(500, request=asked))
        self.crashed.append(run_id)

    def release_concurrency_slots_with_lease(self, place):
        """Take back a place."""
        self.stuck = [run for run in self.stuck if run.state.state_details.deployment_concurrency_lease_id != place]


def a_run(silent, *tags: str, state="running", place=None, **labels: str):
    """A flow run that has not changed for some seconds."""
    changed = datetime.now(UTC) - timedelta(seconds=silent)
    details = SimpleNamespace(deployment_concurrency_lease_id=place)
    known = SimpleNamespace(
        timestamp=changed, is_pending=lambda: state == "pending", type=state.upper(), state_details=details
    )
    return SimpleNamespace(id=uuid4(), name="some", state=known, tags=list(tags), deployment_id=None, labels=labels)


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


def test_a_run_that_the_server_cannot_end_keeps_nobody_from_the_others(tmp_path):
    """As its deployment was deleted: it gives up its place first; one that cannot end at all is left for later."""
    from flows import reconcile  # noqa: PLC0415 - it imports Prefect

    never, late, usual = (a_run(9999.0, "filmtwin", place=place) for place in (None, "a place", "another"))
    client = Client([never, late, usual])
    client.stuck = [never, late]
    assert len(reconcile.reconcile(client, tmp_path, up=9999.0)) == 2
    assert client.crashed == [late.id, usual.id]


def test_a_run_whose_worker_died_before_its_process_began_is_an_orphan(tmp_path):
    """Our worker had taken it and was started again; not one whose process begins slowly, nor another worker's."""
    from flows import reconcile  # noqa: PLC0415 - it imports Prefect

    def waits(silent: float, worker: str = "") -> SimpleNamespace:
        return a_run(silent, "filmtwin", state="pending", **({reconcile.WORKER: worker} if worker else {}))

    caught, unsaid, theirs = waits(200.0, running.worker()), waits(200.0), waits(200.0, "another's")
    slow, new = waits(200.0, running.worker()), waits(80.0, running.worker())
    client = Client([caught, unsaid, theirs, slow, new])
    process = subprocess.Popen([sys.executable, "-c", SLEEPS], env={**os.environ, running.RUN: str(slow.id)})
    reconcile.reconcile(client, tmp_path, worker=50.0)  # who has taken a run may not have said so yet
    assert client.crashed == []
    reconcile.reconcile(client, tmp_path, worker=90.0)
    assert client.crashed == [caught.id, unsaid.id]
    process.kill()
    process.wait()
    client.runs.remove(caught)
    client.runs.remove(unsaid)
    reconcile.reconcile(client, tmp_path, worker=90.0)
    assert client.crashed == [caught.id, unsaid.id, slow.id]
