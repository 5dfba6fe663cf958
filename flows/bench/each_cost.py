"""`python -m flows.bench.each_cost SERVER`: CPU of a task, an artifact, a progress update, a log line, as JSON.

SERVER is the process number of the server, whose CPU is read beside our own, less what it uses when idle.
"""

import json
import sys
import time
from collections.abc import Callable

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.task_runners import ThreadPoolTaskRunner

from flows.bench import processes
from flows.work import look

SETTLE = 6.0  # s that both sides have for the events which are still on their way
Costs = dict[str, tuple[float, float]]


@task(cache_policy=NO_CACHE)
def nothing(number: int) -> int:
    """Return its number."""
    return number


def each(times: int, server: int, rate: float, work: Callable[[], object]) -> tuple[float, float]:
    """Return the CPU here and on the server of one of many. [ms]

    Args:
        times: How many the work does. [1]
        server: Process number of the server.
        rate: CPU that an idle server uses. [s/s]
        work: Does them all.
    """
    begun, own, theirs = time.monotonic(), time.process_time(), processes.cpu([server])
    work()
    time.sleep(SETTLE)  # threads of ours are sending meanwhile
    mine = time.process_time() - own
    served = processes.cpu([server]) - theirs - rate * (time.monotonic() - begun)
    return 1000.0 * mine / times, 1000.0 * max(served, 0.0) / times


@flow(task_runner=ThreadPoolTaskRunner(max_workers=8), persist_result=False)  # type: ignore[arg-type] # a runner of threads
def costs(server: int, times: int = 100) -> Costs:
    """Measure what a flow does often."""
    before = processes.cpu([server])
    time.sleep(2.0 * SETTLE)
    rate = (processes.cpu([server]) - before) / (2.0 * SETTLE)
    log, progress, page = get_run_logger(), create_progress_artifact(0.0), "x" * 20_000

    def tasks() -> None:
        for one in nothing.map(range(times)):
            one.result()

    def looks() -> None:
        for _ in range(times):
            look()

    def logs() -> None:
        for number in range(times):
            log.info("line %d", number)

    works: dict[str, Callable[[], object]] = {
        "task": tasks,
        "artifact of 20 kB": lambda: [create_markdown_artifact(page, key="page") for _ in range(times)],
        "progress update": lambda: [update_progress_artifact(progress, 1.0) for _ in range(times)],  # type: ignore[arg-type] # outside of a coroutine it is an id
        "look for a cancel": looks,
        "log line": logs,
    }
    return {name: each(times, server, rate, work) for name, work in works.items()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(costs(int(sys.argv[1]))) + "\n")
