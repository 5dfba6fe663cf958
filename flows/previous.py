"""The run before this one of the same deployment, what has changed since, and who made a run that was in the store."""

import json
from uuid import UUID

from prefect import get_client, runtime
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    ArtifactFilterKey,
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort

from flows.work import flow_run
from twin.errors import TwinError
from twin.store import Store
from twin.study import Result
from twin.study.since import Since, since

RUN = "run:"
LOOKED = 20  # flow runs back; the ones between may have failed before they had a run id
COMPLETED = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.COMPLETED]))


def before() -> FlowRun | None:
    """Return the last finished flow run of this deployment that has a run in the store; None without one."""
    deployment = runtime.deployment.id
    if not deployment:
        return None
    with get_client(sync_client=True) as client:
        found = client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[UUID(str(deployment))])),
            flow_run_filter=FlowRunFilter(state=COMPLETED), sort=FlowRunSort.END_TIME_DESC, limit=LOOKED,
        )  # fmt: skip
    return next((run for run in found if run.id != flow_run() and run_of(run)), None)


def run_of(run: FlowRun) -> str:
    """Return the id of the run in the store that a flow run has made or shown; empty without one."""
    return next((tag.removeprefix(RUN) for tag in run.tags if tag.startswith(RUN)), "")


def page_of(run: FlowRun | None) -> str:
    """Return the address of a flow run's page, below that of the user interface; empty for none."""
    return f"/v2/runs/flow-run/{run.id}" if run is not None else ""


def changed(store: Store, run_id: str, earlier: FlowRun | None) -> Since | None:
    """Return what has changed since the flow run before; None where there is nothing to compare with."""
    if earlier is None or run_of(earlier) in {"", run_id}:
        return None
    try:
        return since(store, run_of(earlier), run_id)
    except TwinError:  # the earlier run is no longer in this store: that is no fault of this one
        return None


def maker(store: Store, result: Result) -> str:
    """Return who computed a study that was in the store, in Markdown; empty for a new one, or where nobody knows.

    That is the flow run that its execution names, of any deployment or of none. Where this server does not have it, or
    the run was made without Prefect, a flow run that has shown it is named too.
    """
    if result.computed:
        return ""
    named = [str(one) for one in store.read(result.run_id, "executions")["flow_run_id"].to_pylist() if one]
    ids = [UUID(one) for one in named if _is_uuid(one)]
    with get_client(sync_client=True) as client:
        asked = FlowRunFilter(id=FlowRunFilterId(any_=ids))
        found = client.read_flow_runs(flow_run_filter=asked, sort=FlowRunSort.START_TIME_ASC, limit=1) if ids else []
        if found:
            return f"[an earlier flow run]({page_of(found[0])})"
        asked = FlowRunFilter(tags=FlowRunFilterTags(all_=[f"{RUN}{result.run_id}"]), state=COMPLETED)
        found = client.read_flow_runs(flow_run_filter=asked, sort=FlowRunSort.END_TIME_DESC, limit=LOOKED)
    by = f"flow run `{named[0]}`, which this server does not have" if named else "a run without Prefect"
    shown = next((run for run in found if run.id != flow_run()), None)
    return f"{by} ([who has shown it]({page_of(shown)}))" if shown is not None else by


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def table(run: FlowRun | None, key: str) -> list[dict[str, str]]:
    """Return the table that a flow run has left.

    Args:
        run: The flow run; None for none.
        key: Key of the artifact.

    Returns:
        Its rows; none where there is no such table, or no longer.
    """
    if run is None:
        return []
    asked = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run.id]), key=ArtifactFilterKey(any_=[key]))
    with get_client(sync_client=True) as client:
        found = client.read_artifacts(artifact_filter=asked, limit=1, offset=0)
    rows = json.loads(found[0].data) if found and isinstance(found[0].data, str) else []
    return [row for row in rows if isinstance(row, dict)]
