"""`python -m flows.bench.study_cpu ASKED`: the CPU of one study, plain, as a flow, or as a flow on Dask, as JSON.

Everything is imported, and the cluster is started, before the clock. Worker processes read this file too, so nothing of
Prefect is imported above.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from flows.bench import processes
from twin.study import Request

WORKERS = 2
SETTLE = 6.0  # s that the server has for the events which are still on their way
Play = Callable[[], object]


@dataclass
class Clock:
    """CPU of this process with all below it, and of the server, each less what is reported apart.

    Attributes:
        server: Process number of the server; 0 for none.
        apart: CPU of what is reported apart. [s]
    """

    server: int
    apart: float = 0.0
    _begun: tuple[float, float, float, float] = field(default=(0.0, 0.0, 0.0, 0.0))

    def start(self) -> None:
        """Begin to count."""
        self._begun = self.read()

    def read(self) -> tuple[float, float, float, float]:
        """Return wall time, CPU of this process, of those below it, and of the server. [s]"""
        mine = os.getpid()
        own = time.process_time()
        return time.monotonic(), own, processes.cpu(processes.tree(mine)) - own, processes.cpu([self.server])

    def used(self) -> tuple[float, ...]:
        """Return what has passed since the start. [s]"""
        return tuple(after - before for after, before in zip(self.read(), self._begun, strict=True))

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Report what is done inside apart."""
        before = self.read()
        yield
        self.apart += sum(after - earlier for after, earlier in zip(self.read()[1:], before[1:], strict=True))


def main(asked: dict[str, Any]) -> dict[str, float]:
    """Return what a study costs. [s]

    Args:
        asked: Mode (plain, flow or dask), store, replications, days, process number of the server.
    """
    from twin.study.replicate import warm  # noqa: PLC0415 - worker processes import what they need

    warm()
    clock = Clock(int(asked["server"]))
    with ExitStack() as stack:
        executor = stack.enter_context(_cluster()) if asked["mode"] == "dask" else None
        request = Request(
            scenario="baseline", sets=("study.warm_up=0 d",), seed=7, days=asked["days"], workers=WORKERS,
            replications=asked["replications"], store=asked["store"], executor=executor,
        )  # fmt: skip
        play = _plain(request) if asked["mode"] == "plain" else _flow(request, clock)
        clock.start()
        play()
        wall, own, below, server = clock.used()
    if clock.server:
        time.sleep(SETTLE)
        wall, server = clock.used()[0], clock.used()[3]
    return {"wall": wall, "own": own, "below": below, "server": server, "apart": clock.apart, "pool": pool_start()}


def _plain(request: Request) -> Play:
    from twin import study  # noqa: PLC0415 - as above

    store, plan = request.open_store(), request.plan()
    return lambda: study.run(plan, store, workers=WORKERS)


def _flow(request: Request, clock: Clock) -> Play:
    module = import_module("flows.run_scenario")
    leave = module.leave

    def apart(*arguments: Any, **options: Any) -> str:  # noqa: ANN401 - as the call's
        with clock.aside():
            return str(leave(*arguments, **options))

    vars(module)["leave"] = apart
    told = request.told()

    def play(**less: object) -> object:
        return module.run_scenario(**{**told, "sets": list(told["sets"]), **less}, return_state=True).result()

    play(replications=2, days=0.1)  # Prefect imports much of itself, and connects, when a flow first needs it
    time.sleep(SETTLE)
    clock.apart = 0.0
    return play


@contextmanager
def _cluster() -> Iterator[str]:
    """Provide a Dask cluster that is there already when a study begins, its workers warm."""
    from twin.study.dask_pool import DaskPool, distributed  # noqa: PLC0415 - its library is an extra

    with distributed.LocalCluster(
        n_workers=WORKERS, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as cluster, DaskPool(cluster.scheduler_address, WORKERS):  # fmt: skip
        yield f"dask:{cluster.scheduler_address}"


def pool_start() -> float:
    """Return the CPU of starting worker processes, which is no cost of orchestration. [s]"""
    from twin.study.pool import Pool  # noqa: PLC0415 - as above
    from twin.study.replicate import warm  # noqa: PLC0415 - as above

    clock = Clock(0)
    clock.start()
    with Pool(WORKERS, warm) as pool:
        for one in [pool.submit(time.sleep, 1.0) for _ in range(WORKERS)]:
            one.result()
    return sum(clock.used()[1:3])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))) + "\n")
