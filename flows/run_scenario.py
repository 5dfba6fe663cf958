"""The flow `run_scenario`: one scenario, its replications in blocks over worker processes that the flow owns.

One flow, and one thread task a block that waits for the pool: a flow or task a replication would cost more than the
replications themselves (a subflow 1.2 s, a task about 0.1 s of CPU).
"""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from prefect import flow, get_client, runtime, task
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture, wait
from prefect.states import Cancelled, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from twin import reports, study
from twin.errors import TwinError
from twin.study import Block, Job, Part, Request, Result

KEY = "run-scenario"
PATIENCE = 2.0  # s; how long a cancelled run goes on at most before it hears of it


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
    """Progress of one flow run, and whether somebody cancelled it."""

    total: int
    desk: Desk
    artifact: UUID = field(init=False)
    done: int = 0

    def __post_init__(self) -> None:
        """Show that nothing is done yet."""
        made = create_progress_artifact(0.0, key=f"{KEY}-progress", description="Replications done")
        self.artifact = cast("UUID", made)  # outside of a coroutine Prefect returns no coroutine

    def note(self, done: int) -> None:
        """Tell how many replications are done.

        Raises:
            Stopped: Somebody cancelled the flow run.
        """
        if done > self.done:
            update_progress_artifact(self.artifact, 100.0 * done / self.total)
            if self.desk.progress is not None:
                self.desk.progress(done, self.total)
        self.done = done
        self.look()

    @staticmethod
    def look() -> None:
        """Ask the server whether the flow run was cancelled; no worker would tell a flow that has none."""
        run = runtime.flow_run.id
        with get_client(sync_client=True) as client:
            state = client.read_flow_run(UUID(run)).state
        if state is not None and (state.is_cancelling() or state.is_cancelled()):
            raise Stopped


@task(name="block", task_run_name="replications {block.first} to {block.last}", cache_policy=NO_CACHE)
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
    pending: set[PrefectFuture[Any]] = {compute.submit(job, block) for block in job.blocks}
    parts: list[Part] = []
    while pending:
        waited = wait(list(pending), timeout=PATIENCE)
        done = waited.done & pending
        for future in done:
            outcome = future.result(raise_on_failure=False)
            if isinstance(outcome, BaseException):
                raise outcome
            parts += outcome
        pending -= done
        watch.note(len(parts))
    return parts


def play(request: Request, desk: Desk) -> Result:
    """Do what is asked for: show what is stored, or compute it."""
    plan, store = request.plan(), request.open_store()
    known = None if request.force else study.existing(plan, store)
    if known is not None:
        return known
    with Job(plan, store, workers=request.workers, in_process=False) as job:
        parts = collect(job, Watch(job.total, desk))
        return job.finish(parts, flow_run_id=str(runtime.flow_run.id))


def publish(result: Result) -> None:
    """Leave the answer beside the flow run: a table of indicators, and a page to read."""
    create_table_artifact(reports.indicator_rows(result), key=f"{KEY}-indicators", description=reports.title(result))
    create_markdown_artifact(reports.page(result), key=f"{KEY}-result", description=reports.title(result))


@flow(
    name="run_scenario",
    flow_run_name="{scenario}",
    task_runner=ThreadPoolTaskRunner(max_workers=study.MOST_BLOCKS),  # type: ignore[arg-type] # a runner of threads
    persist_result=False,
)
def run_scenario(
    scenario: str,
    sets: list[str] | None = None,
    replications: int | None = None,
    seed: int | None = None,
    days: float | None = None,
    store: str | None = None,
    workers: int | None = None,
    force: bool = False,  # noqa: FBT001, FBT002 - a box to tick in the form of the flow
    encoding: str | None = None,
    durability: str | None = None,
) -> State | str:
    """Simulate a scenario, write its tables to the store, and show what it brings.

    Args:
        scenario: Name of a shipped scenario, or the path of a scenario file on the worker's machine.
        sets: Changes, each like `predrying.temperature=120 degC`.
        replications: Independent repetitions; empty for the scenario's number.
        seed: Root of all random numbers; empty for the scenario's.
        days: Measured time in days, after the warm-up; empty for the scenario's.
        store: Folder of the store; empty for datasets/store of the project.
        workers: Worker processes; empty for one a core.
        force: Compute again what is stored, and compare.
        encoding: standard, or compact for logs in single precision; empty for standard.
        durability: fsync, or none where a power cut may cost the run; empty for fsync.

    Returns:
        Id of the run in the store.
    """
    request = Request(
        scenario=scenario, sets=tuple(sets or ()), replications=replications, seed=seed, days=days, store=store,
        workers=workers, force=force, encoding=encoding, durability=durability,
    )  # fmt: skip
    desk = DESK.get() or Desk()
    try:
        desk.result = play(request, desk)
    except TwinError as error:
        desk.error = error
        return Failed(message=str(error))
    except Stopped:
        return Cancelled(message="cancelled; nothing was published.")
    publish(desk.result)
    return desk.result.run_id
