"""The place that a run holds among those of its deployment: kept through outages, and no reason to end the run."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from uuid import UUID

import httpx
from prefect import flow_engine, get_client, get_run_logger, runtime
from prefect.client.orchestration import SyncPrefectClient
from prefect.exceptions import PrefectException, PrefectHTTPStatusError

from flows.places import settle

KEPT = 3600.0  # s that the server keeps a place without a word from the run
EACH = 300.0  # s between two renewals
AGAIN = 10.0  # s after which a server that is away is asked again
GONE = 410


def outlive_outages() -> None:
    """Let flow runs of deployments go on when their place is lost.

    Prefect renews it for 300 s at a time, and kills the run when that fails three times: whatever simulates longer than
    the next renewal, at most 225 s, would die of a server that is away for some seconds. Ours publishes whatever the
    server says; at worst another run of its deployment begins beside it.
    """
    flow_engine.maintain_concurrency_lease = held  # type: ignore[assignment, attr-defined] # no setting


@contextmanager
def held(lease: UUID, _seconds: float = KEPT, **_unused: object) -> Iterator[None]:
    """Hold a place; takes what Prefect's own function takes.

    Args:
        lease: Id of the place.
    """
    over = threading.Event()
    run = copy_context()  # in which the log of the flow run is found
    threading.Thread(target=run.run, args=(_renew, lease, over), daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _renew(lease: UUID, over: threading.Event) -> None:
    pause = 0.0
    with get_client(sync_client=True) as client:
        while not over.wait(pause):
            pause = _renewed(client, lease)


def _renewed(client: SyncPrefectClient, lease: UUID) -> float:
    """Renew a place; return after which time to do so again; never, when it is gone. [s]"""
    try:
        client.renew_concurrency_lease(lease, KEPT)
    except (httpx.HTTPError, PrefectException) as error:
        if isinstance(error, PrefectHTTPStatusError) and error.response.status_code == GONE:
            return _lost(client)
        return AGAIN
    return EACH


def _lost(client: SyncPrefectClient) -> float:
    """Take a place again, be it beyond the limit: this run gives one back when it ends."""
    own = runtime.deployment.id
    try:
        settle(client, UUID(str(own)) if own else None)
    except (httpx.HTTPError, PrefectException):
        return AGAIN
    get_run_logger().warning("this run had lost its place: another one of its deployment may run beside it.")
    return threading.TIMEOUT_MAX
