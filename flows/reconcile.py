"""Flow runs that are not what they are called: running although nobody works on them, or due long ago."""

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterNextScheduledStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.events.filters import EventFilter, EventNameFilter, EventOccurredFilter, EventResourceFilter
from prefect.exceptions import PrefectException
from prefect.states import Cancelled, Crashed

from flows import running
from flows.places import PAGE, TAG, at_work, settle

HEART = "prefect.flow-run.heartbeat"
WORKER = "prefect.worker.name"  # label that a worker puts on a run as soon as it has taken it
LATE = 60.0  # s after which a planned run counts as missed when everything starts
SILENT = 600.0  # s that a run of ours without a process on this machine may be without a word
LABELLED = 60.0  # s; whoever lives and has taken a run has said so by then


def reconcile(
    client: SyncPrefectClient, home: Path, up: float = 0.0, worker: float = 0.0, *, begins: bool = False
) -> list[str]:
    """Mark orphans crashed, and return their names.

    A run is an orphan when its process on this machine has ended. One that this machine does not know is an orphan when
    it is ours by tag, and has neither changed nor sent a heartbeat for ten minutes in which the server could be heard:
    the automation watches no run whose heartbeats ended before the server began. One that waits for its process is an
    orphan too when our worker took it, has been started again since, and had not started that process. When everything
    begins, any that waits is: its worker has ended. Where that was another machine's, its process will say Running, and
    is believed.

    Args:
        client: Client of the server.
        home: Folder with the cards of running processes.
        up: How long the server has been up without a break. [s]
        worker: How long our worker has been up since it was started last. [s]
        begins: Whether no worker of this machine has begun yet.
    """
    working = list(at_work(client))
    orphans = [run for run in working if _is_orphan(client, run, home, up=up, worker=worker, begins=begins)]
    found = [run for run in orphans if _is_marked(client, run)]
    for deployment in {run.deployment_id for run in found}:
        settle(client, deployment)  # one that had lost its place has given back another one's
    running.sweep(home, {str(run.id) for run in working} - {str(run.id) for run in found})
    return [run.name for run in found]


def _is_marked(client: SyncPrefectClient, run: FlowRun) -> bool:
    """Mark an orphan crashed; say whether the server has done so, which must not keep us from the others.

    It fails to while the run has a place among those of a deployment that was deleted, and so gives that up first.
    """
    crashed: State[None] = Crashed(message="its process has ended without a word.")
    place = None if run.state is None else run.state.state_details.deployment_concurrency_lease_id
    with suppress(httpx.HTTPStatusError, PrefectException):
        client.set_flow_run_state(run.id, crashed, force=True)
        return True
    with suppress(httpx.HTTPStatusError, PrefectException):
        if place:
            client.release_concurrency_slots_with_lease(place)
            client.set_flow_run_state(run.id, crashed, force=True)
            return True
    return False


def _is_orphan(client: SyncPrefectClient, run: FlowRun, home: Path, *, up: float, worker: float, begins: bool) -> bool:
    dead = running.is_dead(str(run.id), home, _since(run))
    if dead is not None:
        return dead
    if TAG not in run.tags or run.state is None:
        return False
    if run.state.is_pending() and (begins or _is_forsaken(run, worker)):
        return True
    return up > SILENT and not _is_heard(client, run)


def _is_forsaken(run: FlowRun, worker: float) -> bool:
    """Say whether our worker had taken a run and ended, and has left no process that may yet begin with it."""
    if worker < LABELLED or time.time() - _since(run) < worker or running.is_starting(str(run.id)):
        return False
    return run.labels.get(WORKER, running.worker()) == running.worker()


def _since(run: FlowRun) -> float:
    """Return since when a run is what it is called; an older card is of an earlier attempt, which has ended. [s]"""
    if run.state is None or run.state.type == StateType.CANCELLING:  # that asks the attempt which is at work to end
        return 0.0
    return run.state.timestamp.timestamp()


def _is_heard(client: SyncPrefectClient, run: FlowRun) -> bool:
    """Say whether a run has changed, or given a sign of life, not long ago."""
    last: Any = datetime.now(UTC) - timedelta(seconds=SILENT)  # any datetime is taken, the type says less
    if run.state is not None and run.state.timestamp > last:
        return True
    asked = EventFilter(
        occurred=EventOccurredFilter(since=last), event=EventNameFilter(name=[HEART]),
        resource=EventResourceFilter(id=[f"prefect.flow-run.{run.id}"]),
    )  # fmt: skip
    return bool(client.read_events(asked, limit=1).events)


def skip_missed(client: SyncPrefectClient) -> int:
    """Cancel what a schedule had planned while nothing ran, and return how many that were; they are not made up for.

    Args:
        client: Client of the server.
    """
    last: Any = datetime.now(UTC) - timedelta(seconds=LATE)  # any datetime is taken, the type says less
    due = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        next_scheduled_start_time=FlowRunFilterNextScheduledStartTime(before_=last),
    )
    missed, offset = [], 0
    while runs := client.read_flow_runs(flow_run_filter=due, limit=PAGE, offset=offset):
        missed += [run for run in runs if run.auto_scheduled]
        offset += len(runs)
    for run in missed:
        client.set_flow_run_state(run.id, Cancelled(message="missed: nothing ran at that time."), force=True)
    return len(missed)
