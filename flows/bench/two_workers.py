"""`python -m flows.bench.two_workers ASKED`: how much faster two workers of a flow are than one, as JSON.

The same blocks are computed as tasks of a flow, by one worker and by two that have started already. Beside it stands
what the machine itself gives two processes that share nothing, since two of its cores may be one core's two threads.
"""

import json
import sys
import tempfile
import time
from typing import Any

from twin.study import Request

TURNS = 4_000_000


def spin(turns: int) -> int:
    """Count; runs in a worker process."""
    total = 0
    for one in range(turns):
        total += one & 1
    return total


def measured(request: Request, workers: int) -> tuple[float, float]:
    """Return the wall time of counting once a worker, and of a study's blocks as tasks of a flow. [s]"""
    from prefect import flow  # noqa: PLC0415 - worker processes read this file too
    from prefect.task_runners import ThreadPoolTaskRunner  # noqa: PLC0415 - as above

    from flows.work import Desk, Watch, collect  # noqa: PLC0415 - as above
    from twin import study  # noqa: PLC0415 - as above

    @flow(name="two_workers", task_runner=ThreadPoolTaskRunner(max_workers=study.MOST_BLOCKS), persist_result=False)  # type: ignore[arg-type] # a runner of threads
    def blocks() -> float:
        with study.Job(request.plan(), request.open_store(), pool=pool) as job:
            begun = time.monotonic()
            collect(job, Watch(job.total, "two-workers", "Replications done", Desk()))
            return time.monotonic() - begun

    with study.shared(None, workers) as pool:
        for one in [pool.submit(time.sleep, 1.0) for _ in range(workers)]:  # they all start
            one.result()
        begun = time.monotonic()
        for counted in [pool.submit(spin, TURNS) for _ in range(workers)]:
            counted.result()
        return time.monotonic() - begun, blocks()


def main(asked: dict[str, Any]) -> dict[str, float]:
    """Return the efficiency of two workers, that of the machine, and their ratio. [1]"""
    with tempfile.TemporaryDirectory(prefix="two-workers-") as folder:
        request = Request(
            scenario="baseline", sets=("study.warm_up=0 d",), seed=7, days=asked["days"],
            replications=asked["replications"], store=folder,
        )  # fmt: skip
        (spin_1, one), (spin_2, two) = measured(request, 1), measured(request, 2)
    machine = spin_1 / spin_2  # as much work for each of the two
    found = one / (2.0 * two)
    return {
        "parallel_efficiency_2_workers": found, "two_cores_of_this_machine": machine,
        "parallel_efficiency_of_what_there_is": found / machine,
    }  # fmt: skip


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))) + "\n")
