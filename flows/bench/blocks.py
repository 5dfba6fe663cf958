"""`python -m flows.bench.blocks [--blocks N]`: what an empty block costs, by worker processes and by Dask here."""

import argparse
import os
import sys
import time
from importlib.metadata import version
from typing import NamedTuple

from flows.bench import processes
from twin import study
from twin.layout import columns
from twin.plan import Plan
from twin.study import Request

BLOCKS = 200
EXECUTORS = {"processes": "worker processes", "dask": "Dask on this machine"}


class Cost(NamedTuple):
    """What the blocks of one executor cost.

    Attributes:
        first: Until the first answer. [s]
        cpu: CPU a block, of both sides. [s]
        wall: Time a block. [s]
    """

    first: float
    cpu: float
    wall: float


def nothing(plan: Plan) -> int:
    """Compute an empty block."""
    return len(plan.name)


def measure(executor: str, blocks: int) -> Cost:
    """Have one worker compute empty blocks with the plan as argument.

    Args:
        executor: Where they are computed.
        blocks: How many. [1]
    """
    plan, begun = Request(scenario="baseline").plan(), time.monotonic()
    with study.shared(executor, 1) as pool:
        pool.submit(nothing, plan).result()
        first = time.monotonic() - begun
        pids = processes.tree(os.getpid())
        used, then = processes.cpu(pids), time.monotonic()
        for answer in [pool.submit(nothing, plan) for _ in range(blocks)]:
            answer.result()
        return Cost(first, (processes.cpu(pids) - used) / blocks, (time.monotonic() - then) / blocks)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=BLOCKS, help="empty blocks of each executor")
    blocks = parser.parse_args().blocks
    found = [measure(executor, blocks) for executor in EXECUTORS]
    rows = [
        ("until the first answer", *(f"{one.first:.1f} s" for one in found)),
        ("CPU a block, both sides", *(f"{1000.0 * one.cpu:.1f} ms" for one in found)),
        ("wall time a block", *(f"{1000.0 * one.wall:.1f} ms" for one in found)),
    ]
    sys.stdout.write(columns(rows, ("", *EXECUTORS.values())) + "\n")
    with_ = f"distributed {version('distributed')}, {blocks} blocks, {os.cpu_count()} cores"
    sys.stdout.write(f"{with_}, load {os.getloadavg()[0]:.1f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
