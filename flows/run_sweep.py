"""The flow `run_sweep`: one scenario at many settings; what is in the store is not computed again."""

from prefect import flow, get_run_logger, runtime
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows import running
from flows.parameters import Executor, Replications, Scenario, Settings, Workers
from flows.work import DESK, Desk, Relay, Stopped, Watch, collect, found, look, name_run, patiently
from twin import study
from twin.errors import TwinError
from twin.reports import pictures, swept
from twin.study import Request, Result
from twin.study import sweep as sweeping

KEY = "run-sweep"


@flow(
    name="run_sweep",
    flow_run_name="sweep of {scenario}",
    task_runner=ThreadPoolTaskRunner(max_workers=study.MOST_BLOCKS),  # type: ignore[arg-type] # a runner of threads
    timeout_seconds=48 * 3600.0,
    persist_result=False,
)
def run_sweep(
    over: list[str],
    scenario: Scenario = "baseline",
    sets: Settings = None,
    replications: Replications = None,
    seed: int | None = None,
    days: float | None = None,
    store: str | None = None,
    workers: Workers = None,
    executor: Executor = None,
) -> State | int:
    """Study a scenario at many settings, each paired with the scenario itself.

    Args:
        over: What is varied, each like `predrying.zone_1=95:130:5 degC` or `plant.oven.count=3,4`; every combination.
        scenario: Name of a shipped scenario, or the path of a scenario file on the worker's machine.
        sets: Changes of every point.
        replications: Independent repetitions; empty for the scenario's number.
        seed: Root of all random numbers; empty for the scenario's.
        days: Measured time in days, after the warm-up; empty for the scenario's.
        store: Folder of the store; empty for datasets/store of the project.
        workers: Worker processes; empty for one a core.
        executor: `processes`, `dask`, or `dask:ADDRESS` of a scheduler; empty for processes.

    Returns:
        Number of points that failed.
    """
    request = Request(
        scenario=scenario, sets=tuple(sets or ()), replications=replications, seed=seed, days=days, store=store,
        workers=workers, executor=executor,
    )  # fmt: skip
    desk = DESK.get() or Desk()
    try:
        points = sweeping.grid([sweeping.axis(one) for one in over])
        with running.present(str(runtime.flow_run.id)):
            done = _swept(request, points, desk)
    except TwinError as error:
        desk.error = error
        return Failed(message=str(error))
    except Stopped:
        return Cancelled(message="cancelled; the points that were finished are in the store.")
    rows, about = swept.rows(done), swept.title(done)
    page = swept.page(done, pictures.markdown([("points", pictures.sweep_picture(done))]))
    patiently(lambda: create_table_artifact(rows, key=f"{KEY}-points", description=about))
    patiently(lambda: create_markdown_artifact(page, key=f"{KEY}-result", description=about))
    failed = [point.error for point in done.points if point.result is None]
    if len(failed) == len(done.points):
        return Failed(message=f"every point failed; the first: {failed[0]}")
    return len(failed)


def _swept(request: Request, points: list[dict[str, str]], desk: Desk) -> sweeping.Sweep:
    count = request.workers or study.usable_cores()
    total = (len(points) + 1) * int(request.plan().study.replications)
    estimate = sweeping.seconds(request, len(points), count)
    get_run_logger().info("%d points: about %.0f s where none is stored", len(points), estimate)
    name_run(f"sweep of {request.scenario}, {len(points)} points", request.scenario)
    watch = Watch(total, KEY, "Replications done", desk)
    with study.shared(request.executor, count, Relay()) as pool:

        def one(asked: Request) -> Result:
            look()
            plan = asked.plan()
            known = found(asked, plan)
            if known is not None:
                watch.note(watch.done + int(plan.study.replications))
                return known
            with study.Job(plan, asked.open_store(), pool=pool) as job:
                return job.finish(collect(job, watch))

        return sweeping.sweep(request, points, one, _note)


def _note(number: int, point: sweeping.Point) -> None:
    how = f"failed: {point.error}" if point.result is None else "computed" if point.result.computed else "stored"
    get_run_logger().info("point %d, %s: %s", number, dict(point.settings), how)
