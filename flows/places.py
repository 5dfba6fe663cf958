"""How many places of a deployment are taken: the number of its runs at work, whatever Prefect has counted.

Prefect takes a place when a run is about to begin and gives it back when the run ends; when it is gone by then (the run
was called crashed although it lived, or could not be heard for long) that of another run is given back instead, and
one run too many goes on for as long as others wait.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound

TAG = "filmtwin"
AT_WORK = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
PAGE = 200
PENDING = 300.0  # s for which Prefect keeps the place of a run that waits for its process


def at_work(client: SyncPrefectClient) -> Iterator[FlowRun]:
    """Yield all flow runs that are called running, or about to be."""
    states = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=AT_WORK)))
    offset = 0
    while runs := client.read_flow_runs(flow_run_filter=states, limit=PAGE, offset=offset):
        yield from runs
        offset += len(runs)


def holding(client: SyncPrefectClient) -> Counter[UUID | None]:
    """Count the runs at work that hold a place, by deployment.

    One that has waited long for its process holds none: Prefect has given it back, and cancels the run when there is
    none left for it to take as it begins.
    """
    return Counter(run.deployment_id for run in at_work(client) if not _waits(run))


def _waits(run: FlowRun) -> bool:
    if run.state is None or run.state.type != StateType.PENDING:
        return False
    return time.time() - run.state.timestamp.timestamp() > PENDING


def deployments(client: SyncPrefectClient) -> list[DeploymentResponse]:
    """Return the deployments that are ours by tag."""
    return client.read_deployments(deployment_filter=DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG])))


def mend(client: SyncPrefectClient, before: Mapping[UUID, int]) -> dict[UUID, int]:
    """Set right what has been wrong for a while; a run that begins or ends between two questions makes no fault.

    Args:
        client: Client of the server.
        before: What the last call returned.

    Returns:
        Runs that hold a place less places taken, of each deployment where they differ. [1]
    """
    working = holding(client)
    found = {
        one.id: working[one.id] - one.global_concurrency_limit.active_slots
        for one in deployments(client)
        if one.global_concurrency_limit is not None
    }
    for deployment, off in found.items():
        if off and before.get(deployment) == off:
            settle(client, deployment)
    return {deployment: off for deployment, off in found.items() if off}


def settle(client: SyncPrefectClient, deployment: UUID | None) -> None:
    """Let as many places be taken as there are runs that hold one, be it more than the limit.

    A run that begins in this very moment may be missed; `mend` counts it when it looks again.

    Args:
        client: Client of the server.
        deployment: The deployment; None for none.
    """
    if deployment is None:
        return
    try:
        limit = client.read_deployment(deployment).global_concurrency_limit
    except ObjectNotFound:
        return
    working = holding(client)[deployment]
    if limit is not None and working != limit.active_slots:
        client.update_global_concurrency_limit(str(limit.id), GlobalConcurrencyLimitUpdate(active_slots=working))
