"""The flow `compare_scenarios`: two scenarios under common random numbers."""

from prefect import flow, runtime
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows import running
from flows.parameters import Days, Folder, Replications, Scenario, Seed, Settings, Workers
from flows.permitted import permitted
from flows.work import DESK, Desk, Stopped, afterwards, name_run, play
from twin import reports, study
from twin.errors import TwinError
from twin.study import Comparison, Request

KEY = "compare-scenarios"


@flow(
    name="compare_scenarios",
    flow_run_name="{first} and {second}",
    task_runner=ThreadPoolTaskRunner(max_workers=study.MOST_BLOCKS),  # type: ignore[arg-type] # a runner of threads
    timeout_seconds=24 * 3600.0,
    persist_result=False,
)
def compare_scenarios(
    first: Scenario = "baseline",
    second: Scenario = "oven-2-down",
    sets: Settings = None,
    replications: Replications = None,
    seed: Seed = None,
    days: Days = None,
    store: Folder = None,
    workers: Workers = None,
) -> State:
    """Compare two scenarios: each number in both, the difference with its interval, and whether it is one.

    Args:
        first: Name of a shipped scenario, or the path of a scenario file below `datasets` of the project.
        second: The other one.
        sets: Changes of both, each like `predrying.temperature=120 degC`.
        replications: Independent repetitions of each; empty for the scenarios' number.
        seed: Root of all random numbers, 0 to 9223372036854775807; empty for the scenarios'.
        days: Measured time in days, after the warm-up, 1/24 to 3660; empty for the scenarios'.
        store: Folder of the store; empty for datasets/store of the project.
        workers: Worker processes; empty for one a core.

    Returns:
        A state whose data are the ids of both runs in the store.
    """
    desk = DESK.get() or Desk()
    asked = [
        Request(
            scenario=one, sets=tuple(sets or ()), replications=replications, seed=seed, days=days, store=store,
            workers=workers,
        )
        for one in (first, second)
    ]  # fmt: skip
    try:
        study.refuse_unpaired(*(permitted(one).plan() for one in asked))  # before either is computed
        with running.present(str(runtime.flow_run.id)):
            results = [play(one, f"{KEY}-{number}", desk) for number, one in enumerate(asked, 1)]
            found = study.compare(*results)
            told = afterwards(lambda: _leave(found), "both runs are published")
    except TwinError as error:
        desk.error = error
        return Failed(message=str(error))
    except Stopped:
        return Cancelled(message="cancelled; what was finished is in the store.")
    return Completed(message=told, data=[one.run_id for one in results])


def _leave(found: Comparison) -> str:
    """Leave the answer beside the flow run, and return its headline."""
    names, told = (found.first.plan.name, found.second.plan.name), reports.comparison_headline(found)
    name_run(" and ".join(names), *names, *(f"run:{one.run_id}" for one in (found.first, found.second)))
    create_markdown_artifact(reports.comparison_page(found), key=f"{KEY}-result", description=told)
    return told
