"""The run before this one of the same deployment, and what has changed since."""

from uuid import UUID

from prefect import get_client, runtime
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort

from flows.work import flow_run
from twin.errors import TwinError
from twin.store import Store
from twin.study.since import Since, since

RUN = "run:"
LOOKED = 20  # flow runs back; the ones between may have failed before they had a run id


def before() -> FlowRun | None:
    """Return the last finished flow run of this deployment that has a run in the store; None without one."""
    deployment = runtime.deployment.id
    if not deployment:
        return None
    with get_client(sync_client=True) as client:
        found = client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[UUID(str(deployment))])),
            flow_run_filter=FlowRunFilter(
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.COMPLETED]))
            ),
            sort=FlowRunSort.END_TIME_DESC, limit=LOOKED,
        )  # fmt: skip
    return next((run for run in found if run.id != flow_run() and run_of(run)), None)


def run_of(run: FlowRun) -> str:
    """Return the id of the run in the store that a flow run has made or shown; empty without one."""
    return next((tag.removeprefix(RUN) for tag in run.tags if tag.startswith(RUN)), "")


def page_of(run: FlowRun) -> str:
    """Return the address of a flow run's page, below that of the user interface."""
    return f"/v2/runs/flow-run/{run.id}"


def changed(store: Store, run_id: str, earlier: FlowRun | None) -> Since | None:
    """Return what has changed since the flow run before; None where there is nothing to compare with."""
    if earlier is None or run_of(earlier) in {"", run_id}:
        return None
    try:
        return since(store, run_of(earlier), run_id)
    except TwinError:  # the earlier run is no longer in this store: that is no fault of this one
        return None
