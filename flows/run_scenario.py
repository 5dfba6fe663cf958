"""The flow `run_scenario`: one scenario, its replications in blocks over worker processes that the flow owns."""

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows import running
from flows.answer import leave
from flows.parameters import (
    Bands,
    Days,
    Executor,
    Fits,
    Folder,
    Replications,
    Scenario,
    Seed,
    SeedRule,
    Settings,
    Word,
    Workers,
    seed_of,
)
from flows.permitted import permitted
from flows.work import DESK, Desk, Stopped, afterwards, patiently, play
from twin import study
from twin.errors import TwinError
from twin.study import Request
from twin.study.bands import band, refuse_unknown

KEY = "run-scenario"
LONGEST = 12 * 3600.0  # s; a study that takes longer hangs, or wants more machines


@flow(
    name="run_scenario",
    flow_run_name="{scenario}",
    task_runner=ThreadPoolTaskRunner(max_workers=study.MOST_BLOCKS),  # type: ignore[arg-type] # a runner of threads
    timeout_seconds=LONGEST,
    persist_result=False,
)
def run_scenario(
    scenario: Scenario = "baseline",
    sets: Settings = None,
    replications: Replications = None,
    seed: Seed = None,
    seed_rule: SeedRule = "fixed",
    days: Days = None,
    store: Folder = None,
    workers: Workers = None,
    force: bool = False,  # noqa: FBT001, FBT002 - a box to tick in the form of the flow
    fits: Fits = None,
    encoding: Word = None,
    durability: Word = None,
    bands: Bands = None,
    executor: Executor = None,
) -> State:
    """Simulate a scenario, write its tables to the store, and show what it brings.

    Args:
        scenario: Name of a shipped scenario, or the path of a scenario file below `datasets` of the project.
        sets: Changes, each like `predrying.temperature=120 degC`.
        replications: Independent repetitions; empty for the scenario's number.
        seed: Root of all random numbers, 0 to 9223372036854775807; empty for the scenario's.
        seed_rule: `fixed` for the seed above, `by date` for the day on which the run was due, as 20261122, in the time
            zone of the deployment's schedule; UTC without one.
        days: Measured time in days, after the warm-up, 1/24 to 3660; empty for the scenario's.
        store: Folder of the store; empty for datasets/store of the project.
        workers: Worker processes; empty for one a core.
        force: Compute again what is stored, and compare.
        encoding: standard, or compact for logs to 7 digits with times to 1 ms (money stays exact); empty for standard.
        durability: fsync, or none where a power cut may cost the run; empty for fsync.
        fits: Parameter sets that `twin fit` wrote, as paths below `datasets` of the project.
        bands: Where numbers are expected, each like `yield 85..97 %`; one that leaves its band emits an event.
        executor: `processes`, `dask`, or `dask:ADDRESS` of a scheduler; empty for processes.

    Returns:
        A state whose data is the id of the run in the store.
    """
    desk = DESK.get() or Desk()
    try:
        request = Request(
            scenario=scenario, sets=tuple(sets or ()), replications=replications,
            seed=patiently(lambda: seed_of(seed, seed_rule)), days=days, store=store, workers=workers, force=force,
            fits=tuple(fits or ()), encoding=encoding, durability=durability, executor=executor,
        )  # fmt: skip
        patiently(lambda: permitted(request))
        if bands:
            refuse_unknown([band(one) for one in bands], request.plan())  # before anything is computed
        with running.present(str(runtime.flow_run.id)):
            desk.result = done = play(request, KEY, desk)
            told = afterwards(lambda: leave(done, KEY, bands or ()), f"run {done.run_id} is published")
    except TwinError as error:
        desk.error = error
        return Failed(message=str(error))
    except Stopped:
        return Cancelled(message="cancelled; nothing was published.")
    return Completed(message=told, data=desk.result.run_id)
