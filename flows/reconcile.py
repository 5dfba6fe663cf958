"""Flow runs that are not what they are called: running although nobody works on them, or due long ago."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterNextScheduledStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Cancelled, Crashed

from flows import running

TAG = "filmtwin"
AT_WORK = [StateType.RUNNING, StateType.CANCELLING]
PAGE = 200
LATE = 60.0  # s after which a planned run counts as missed when everything starts


def reconcile(client: SyncPrefectClient, home: Path, silent: float = 600.0) -> list[str]:
    """Mark orphans crashed, and return their names.

    A run is an orphan when its process on this machine has ended; when this machine never knew its process, it is one
    only after the given time without any change, and only if it is ours by tag.

    Args:
        client: Client of the server.
        home: Folder with the cards of running processes.
        silent: How long a run of another machine may be without a word. [s]
    """
    found = list(_orphans(client, home, datetime.now(UTC) - timedelta(seconds=silent)))
    for run in found:
        client.set_flow_run_state(run.id, Crashed(message="its process has ended without a word."), force=True)
        (home / running.CARDS / f"{run.id}.json").unlink(missing_ok=True)
    return [run.name for run in found]


def _orphans(client: SyncPrefectClient, home: Path, last: datetime) -> Iterator[FlowRun]:
    for run in at_work(client):
        dead = running.is_dead(str(run.id), home)
        if dead or (dead is None and run.updated is not None and run.updated < last and TAG in run.tags):
            yield run


def at_work(client: SyncPrefectClient) -> Iterator[FlowRun]:
    """Yield all flow runs that are called running."""
    states = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=AT_WORK)))
    offset = 0
    while runs := client.read_flow_runs(flow_run_filter=states, limit=PAGE, offset=offset):
        yield from runs
        offset += len(runs)


def ours(client: SyncPrefectClient) -> list[FlowRun]:
    """List the flow runs of this project that are called running."""
    only = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=AT_WORK)), tags=FlowRunFilterTags(all_=[TAG])
    )
    return client.read_flow_runs(flow_run_filter=only, limit=PAGE)


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
