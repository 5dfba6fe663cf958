"""The flow `run_sweep`: one scenario at many settings; what is in the store is not computed again."""

from prefect import flow, get_run_logger, runtime
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows import previous, running
from flows.parameters import (
    Days,
    Executor,
    Folder,
    Over,
    Points,
    Replications,
    Scenario,
    Seed,
    Settings,
    Workers,
)
from flows.permitted import permitted
from flows.work import (
    DESK,
    Desk,
    Relay,
    Stopped,
    Watch,
    afterwards,
    collect,
    flow_run,
    found,
    look,
    name_run,
    patiently,
)
from twin import study
from twin.errors import TwinError
from twin.reports import pictures, swept, swept_page
from twin.study import Request, Result
from twin.study import sweep as sweeping
from twin.study.sweep_since import sweep_since

KEY = "run-sweep"
MOST_TAGS = 50  # of the runs of a sweep; the page names all of them


@flow(
    name="run_sweep",
    flow_run_name="sweep of {scenario}",
    task_runner=ThreadPoolTaskRunner(max_workers=study.MOST_BLOCKS),  # type: ignore[arg-type] # a runner of threads
    timeout_seconds=48 * 3600.0,
    persist_result=False,
)
def run_sweep(
    over: Over = None,
    points: Points = None,
    scenario: Scenario = "baseline",
    sets: Settings = None,
    replications: Replications = None,
    seed: Seed = None,
    days: Days = None,
    store: Folder = None,
    workers: Workers = None,
    executor: Executor = None,
) -> State:
    """Study a scenario at many settings, each paired with the scenario itself.

    Args:
        over: What is varied, each like `predrying.zone_1=95:130:5 degC` or `plant.oven.count=3,4`; every combination.
        points: A list in its place, each point like `{"plant.oven.count": "3", "predrying.zone_1": "95 degC"}`.
        scenario: Name of a shipped scenario, or the path of a scenario file below `datasets` of the project.
        sets: Changes of every point.
        replications: Independent repetitions; empty for the scenario's number.
        seed: Root of all random numbers, 0 to 9223372036854775807; empty for the scenario's.
        days: Measured time in days, after the warm-up, 1/24 to 3660; empty for the scenario's.
        store: Folder of the store; empty for datasets/store of the project.
        workers: Worker processes; empty for one a core.
        executor: `processes`, `dask`, or `dask:ADDRESS` of a scheduler; empty for processes.

    Returns:
        A state whose data is the number of points that failed.
    """
    request = Request(
        scenario=scenario, sets=tuple(sets or ()), replications=replications, seed=seed, days=days, store=store,
        workers=workers, executor=executor,
    )  # fmt: skip
    desk = DESK.get() or Desk()
    try:
        wanted = sweeping.wanted(over, points)
        with running.present(str(runtime.flow_run.id)):
            done = _swept(permitted(request), wanted, desk)
            told = afterwards(lambda: _leave(done), "what was computed is in the store")
    except TwinError as error:
        desk.error = error
        return Failed(message=str(error))
    except Stopped:
        return Cancelled(message="cancelled; the points that were finished are in the store.")
    failed = [point.error for point in done.points if point.result is None]
    if len(failed) == len(done.points):
        return Failed(message=f"every point failed; the first: {failed[0]}")
    return Completed(message=told, data=len(failed))


def _leave(done: sweeping.Sweep) -> str:
    """Leave the answer beside the flow run, and return its headline."""
    told, store, earlier = swept.headline(done), study.open_store(done.base.store), previous.before()
    rows = previous.table(earlier, f"{KEY}-points")
    page = swept_page.page(
        done, sweep_since(store, done, rows) if rows else None, earlier=previous.page_of(earlier),
        made=previous.maker(store, done.base), picture=pictures.markdown([("points", pictures.sweep_picture(done))]),
    )  # fmt: skip
    runs = dict.fromkeys(one.run_id for one in done.results)
    _name(done.request, len(done.points), *(f"{previous.RUN}{one}" for one in list(runs)[:MOST_TAGS]))
    create_table_artifact(swept.rows(done), key=f"{KEY}-points", description=told)
    create_markdown_artifact(page, key=f"{KEY}-result", description=told)
    return told


def _name(request: Request, points: int, *tags: str) -> None:
    name_run(f"sweep of {request.scenario}, {points} points", request.scenario, *tags)


def _swept(request: Request, points: list[dict[str, str]], desk: Desk) -> sweeping.Sweep:
    bad = sweeping.refuse_hopeless(request, points)
    for why in bad:
        get_run_logger().warning("this point will fail: %s", why)
    count, possible = request.workers or study.usable_cores(), len(points) - len(bad)
    total = (possible + 1) * int(request.plan().study.replications)
    estimate = sweeping.seconds(request, possible, count)
    get_run_logger().info("%d points: about %.0f s where none is stored", len(points), estimate)
    patiently(lambda: _name(request, len(points)))
    watch = patiently(lambda: Watch(total, KEY, "Replications done", desk))
    with study.shared(request.executor, count, Relay()) as pool:

        def one(asked: Request) -> Result:
            look()
            plan = asked.plan()
            known = found(asked, plan)
            if known is not None:
                watch.note(watch.done + int(plan.study.replications))
                return known
            with study.Job(plan, asked.open_store(), pool=pool) as job:
                return job.finish(collect(job, watch), flow_run_id=str(flow_run()))

        return sweeping.sweep(request, points, one, _note)


def _note(number: int, point: sweeping.Point) -> None:
    how = f"failed: {point.error}" if point.result is None else "computed" if point.result.computed else "stored"
    get_run_logger().info("point %d, %s: %s", number, dict(point.settings), how)
