"""One study inside a flow run: its blocks over worker processes that the flow owns, watched, and stopped on request.

One flow, and one thread task a block that waits for the pool: a flow or task a replication would cost more than the
replications themselves (a subflow takes 1.2 s; a task: docs/how-to/deploy.md).
"""

import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import wait
from contextlib import ExitStack, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar, cast
from uuid import UUID

import httpx
from prefect import get_client, get_run_logger, runtime, task
from prefect.artifacts import create_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import ArtifactUpdate
from prefect.client.schemas.objects import State
from prefect.exceptions import PrefectException
from prefect.futures import PrefectConcurrentFuture
from prefect.states import Failed, Running

from flows import running, server
from flows.child import wait_until
from flows.lease import outlive_outages
from flows.places import TAG, settle
from twin import study
from twin.errors import RunError, TwinError, said, shown
from twin.plan import Plan
from twin.study import Block, Job, Part, Request, Result

PATIENCE = 2.0  # s; how long a cancelled run goes on at most before it hears of it
UNHEARD = (httpx.HTTPError, PrefectException)  # a server that is away for a while takes no simulation along
AWAY = 900.0  # s; how long a finished run waits for a server that is starting again
TIMES = 5  # that what needs the server is tried, when it goes away in between
PAUSE = 1.0  # s before it is tried again; a server that is just ending still answers
NOT_FOUND = 404
Answer = TypeVar("Answer")
Task = PrefectConcurrentFuture[Any]
outlive_outages()  # every flow of ours imports this module, and none has begun yet


class Stopped(Exception):  # noqa: N818 - not an error: somebody cancelled the flow run
    """The flow run was cancelled."""


@dataclass
class Desk:
    """What the flow leaves for a caller in its own process, who need not read it back from the server.

    Attributes:
        result: The study, once it is done.
        error: What went wrong.
        progress: Called after each block.
        state: How the flow run ended.
    """

    result: Result | None = None
    error: TwinError | None = None
    progress: study.Progress | None = None
    state: object = None


DESK: ContextVar[Desk | None] = ContextVar("desk", default=None)


@dataclass
class Watch:
    """Progress of one flow run, and whether somebody cancelled it.

    Attributes:
        total: What there is to do. [1]
        key: Key of the progress artifact.
        about: What is counted.
        desk: Who else is told.
        done: What is done. [1]
    """

    total: int
    key: str
    about: str
    desk: Desk
    artifact: UUID = field(init=False)
    done: int = 0

    def __post_init__(self) -> None:
        """Show that nothing is done yet."""
        made = create_progress_artifact(0.0, key=f"{self.key}-progress", description=self.about)
        self.artifact = cast("UUID", made)  # outside of a coroutine Prefect returns no coroutine

    def note(self, done: int) -> None:
        """Tell how much is done.

        Raises:
            Stopped: Somebody cancelled the flow run.
        """
        if done > self.done:
            with suppress(*UNHEARD):
                told = ArtifactUpdate(data=100.0 * done / self.total)
                client().update_artifact(self.artifact, told)
            if self.desk.progress is not None:
                self.desk.progress(done, self.total)
        self.done = done
        look()


def look() -> None:
    """Ask the server whether the flow run was cancelled; no worker would tell a flow that has none.

    One that was taken for dead, as after an outage in which it could not be heard, says that it lives: it will publish,
    and as long as it is called crashed nobody can cancel it.

    Raises:
        Stopped: It was.
    """
    state = None
    with suppress(*UNHEARD):
        run = client().read_flow_run(flow_run())
        state = run.state
        if state is not None and state.is_crashed():
            client().set_flow_run_state(run.id, Running(message="it lives, and was taken for dead."))
            running.still_here(str(run.id))
            settle(client(), run.deployment_id)  # its place was given back, and it will give back one when it ends
    if state is not None and (state.is_cancelling() or state.is_cancelled()):
        raise Stopped


def server_address() -> str:
    """Return the address of the server's API; empty where none is named."""
    return os.environ.get("PREFECT_API_URL", "")


def client() -> SyncPrefectClient:
    """Return the client of this flow run: a new one each time would load all certificates each time."""
    return _client_of(server_address(), flow_run())


@lru_cache(maxsize=1)
def _client_of(address: str, run: UUID) -> SyncPrefectClient:
    """Return a client that ends with the flow run, whose context closes it."""
    del address, run
    return get_client(sync_client=True)


def await_server() -> None:
    """Wait until the server answers, or for as long as its start may take; the run itself is published by now."""
    address = server_address()
    if address:
        wait_until(lambda: server.answers(address), AWAY, look=1.0)


def patiently(work: Callable[[], Answer]) -> Answer:
    """Do what needs the server, again when it was away; a client that has never been answered gives up at once.

    Args:
        work: What to do; it may be done twice.

    Raises:
        RunError: The server was away each time, or refused what was asked.
    """
    where = shown(server_address())
    for _ in range(TIMES):
        try:
            return work()
        except httpx.HTTPError as error:
            if isinstance(error, httpx.HTTPStatusError) and error.response.is_client_error:  # it stays wrong
                raise RunError(f"{where}: the Prefect server refuses what was asked ({said(error)}).") from None
            why = said(error)
            time.sleep(PAUSE)
            await_server()
    raise RunError(f"{where}: the Prefect server was away {TIMES} times ({why}). twin doctor looks closer.")


def afterwards(work: Callable[[], Answer], stands: str) -> Answer:
    """Do what comes after publishing.

    Args:
        work: What to do; it may be done twice.
        stands: What is there whatever becomes of it.

    Raises:
        RunError: It could not be done.
    """
    try:
        return patiently(work)
    except Exception as error:
        raise RunError(f"{stands}, but its page could not be made: {said(error)}") from error


def flow_run() -> UUID:
    """Return the id of the flow run that this is."""
    return UUID(str(runtime.flow_run.id))


def name_run(name: str, *tags: str) -> None:
    """Give the flow run its name, and its tags beside those that it has.

    A server that has a new database knows nothing of it; that is no reason to end it.
    """
    known = list(runtime.flow_run.tags or [])
    try:
        client().update_flow_run(flow_run(), name=name, tags=[*dict.fromkeys((*known, TAG, *tags))])
    except httpx.HTTPStatusError as error:
        if error.response.status_code != NOT_FOUND:
            raise


class Relay(logging.Handler):
    """Passes on what worker processes say to the log of the flow run."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.to = get_run_logger()

    def emit(self, record: logging.LogRecord) -> None:
        """Pass on one line."""
        self.to.log(record.levelno, "%s", record.getMessage())


@task(name="block", task_run_name="{job.plan.name}, {block.name}", cache_policy=NO_CACHE)
def compute(job: Job, block: Block) -> list[Part] | State:
    """Wait until a worker has computed a block."""
    try:
        return job.compute(block)
    except TwinError as error:
        return Failed(message=str(error), data=error)


def collect(job: Job, watch: Watch) -> list[Part]:
    """Let all blocks be computed; tell of progress, and stop when somebody cancels.

    Raises:
        TwinError: A block failed.
        Stopped: Somebody cancelled the flow run.
    """
    before = watch.done
    # Prefect's own wait sets an alarm each time, and a late one ends the flow run as if it had taken too long.
    pending = {cast("Task", one).wrapped_future: one for one in [compute.submit(job, block) for block in job.blocks]}
    parts: list[Part] = []
    while pending:
        for future in wait(pending, timeout=PATIENCE).done:
            outcome: Any = pending.pop(future).result(raise_on_failure=False)
            if isinstance(outcome, BaseException):
                raise outcome
            parts += outcome
        watch.note(before + len(parts))
    return parts


def found(request: Request, plan: Plan) -> Result | None:
    """Return the study that is in the store already, unless it is to be computed again."""
    return None if request.force else study.existing(plan, request.open_store())


def play(request: Request, key: str, desk: Desk) -> Result:
    """Do what is asked for: show what is stored, or compute it.

    Args:
        request: What is asked for.
        key: Key of the progress artifact.
        desk: Who else is told of progress.
    """
    plan = request.plan()
    run_id = request.open_store().run_id(plan)
    patiently(lambda: name_run(run_id, plan.name, f"run:{run_id}"))
    known = found(request, plan)
    if known is not None:
        return known
    with ExitStack() as stack:
        pool = None
        if study.is_elsewhere(request.executor):
            pool = stack.enter_context(study.shared(request.executor, request.workers or study.usable_cores(), Relay()))
        job = stack.enter_context(Job(
            plan, request.open_store(), workers=request.workers, in_process=False, log=Relay(), pool=pool,
        ))  # fmt: skip
        parts = collect(job, patiently(lambda: Watch(job.total, key, "Replications done", desk)))
        done = job.finish(parts, flow_run_id=str(flow_run()))
    await_server()
    return done
