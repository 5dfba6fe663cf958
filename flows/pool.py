"""The work pool of this project: no run may ask it for a command, a working directory, or an environment of its own.

Prefect's own template lets whoever starts a run name all three, and so have anything done.
"""

from collections.abc import Mapping
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.objects import WorkerStatus
from prefect.exceptions import ObjectNotFound

MOST = 4  # flow runs at a time; each has worker processes of its own
NUMBER = {"type": "string", "pattern": "^[0-9]{1,4}$"}
ENVIRONMENT = {  # what deployments say of their runs, wherever their worker is
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": NUMBER,
    "PREFECT_CLIENT_MAX_RETRIES": NUMBER,
    "PREFECT_RESULTS_DEFAULT_SERIALIZER": {"type": "string", "enum": ["json"]},
}


def template(known: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return how the pool starts a run: Prefect's engine, with the environment that a platform engineer has set there.

    Args:
        known: Template that the pool has so far.
    """
    environment = {"type": "object", "properties": ENVIRONMENT, "additionalProperties": False}
    return {
        "job_configuration": {"stream_output": True, "env": _environment(known or {})},
        "variables": {"type": "object", "properties": {"env": environment}, "additionalProperties": False},
    }


def _environment(known: Mapping[str, Any]) -> dict[str, str]:
    """Return the variables that stand in a template: in its configuration, or as a default of Prefect's own form."""
    form = known.get("variables", {}).get("properties", {}).get("env", {})
    told = form.get("default"), known.get("job_configuration", {}).get("env")
    return {str(name): str(value) for one in told if isinstance(one, Mapping) for name, value in one.items()}


def settle(client: SyncPrefectClient, name: str) -> None:
    """Make the pool, or take from an existing one what a run must not ask; its limit and environment stay.

    One as Prefect's worker makes it, where it misses its own, gets our limit as well.

    Args:
        client: Client of the server.
        name: Name of the pool.
    """
    try:
        found = client.read_work_pool(name)
    except ObjectNotFound:
        made = WorkPoolCreate(name=name, type="process", concurrency_limit=MOST, base_job_template=template())
        client.create_work_pool(made)
        return
    known = found.base_job_template
    if known != template(known):
        is_theirs = "additionalProperties" not in known.get("variables", {})
        limit = MOST if is_theirs and found.concurrency_limit is None else found.concurrency_limit
        client.update_work_pool(name, WorkPoolUpdate(base_job_template=template(known), concurrency_limit=limit))


def has_worker(client: SyncPrefectClient, name: str, worker: str) -> bool:
    """Say whether a worker is there and takes runs.

    Args:
        client: Client of the server.
        name: Name of the pool.
        worker: Name of the worker.
    """
    found = client.read_workers_for_work_pool(name)
    return any(one.name == worker and one.status == WorkerStatus.ONLINE for one in found)
