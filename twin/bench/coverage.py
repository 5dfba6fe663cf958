"""How often a 95 % interval from ten replications holds the truth, on lines whose truth is known.

``python -m twin.bench.coverage [SEEDS]`` prints the count for each line. Of 400 intervals 380 should hold it; fewer
than 366 or more than 394 happen by chance once in some hundred times, and mean that the intervals are wrong.
"""

import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import NamedTuple

from scipy.stats import t as student

from twin.line.bare import BareLine, Statistics
from twin.line.distribution import Exponential

SEEDS = 400
REPLICATIONS = 10
SERVICES = 5000.0
DELETED = 500.0
FEWEST, MOST = 366, 394
WORKERS = 2


class Known(NamedTuple):
    """A line with one exact answer.

    Attributes:
        build: Puts the line together.
        rate: Its throughput, which turns services into time. [1/s]
        exact: The answer.
        read: How it is read off a run.
    """

    build: Callable[[BareLine], None]
    rate: float
    exact: float
    read: Callable[[Statistics], float]


def _one_server(line: BareLine) -> None:
    line.arrive(Exponential(2.0))
    line.station("server", Exponential(1.0))


def _two_servers(line: BareLine) -> None:
    line.arrive(Exponential(1.0))
    line.station("server", Exponential(1.0), servers=2)


def _two_stations(line: BareLine) -> None:
    line.feed()
    line.station("first", Exponential(1.0))
    line.station("second", Exponential(1.0), places=2)


def _wait(run: Statistics) -> float:
    return run.stations["server"].wait


LINES = {
    "M/M/1, load 0.5": Known(_one_server, 0.5, 1.0, _wait),
    "M/M/2, load 0.5": Known(_two_servers, 1.0, 1.0 / 3.0, _wait),
    "two stations, 2 places": Known(_two_stations, 0.8, 0.8, lambda run: run.throughput),
}


def holds(name: str, seed: int) -> bool:
    """Say whether the interval of one seed holds the exact answer."""
    known = LINES[name]
    values = []
    for replication in range(REPLICATIONS):
        line = BareLine(seed=seed, replication=replication)
        known.build(line)
        warm_up = DELETED / known.rate
        values.append(known.read(line.run(warm_up + SERVICES / known.rate, warm_up=warm_up)))
    mean = sum(values) / REPLICATIONS
    variance = sum((value - mean) ** 2 for value in values) / (REPLICATIONS - 1)
    half_width = float(student.ppf(0.975, REPLICATIONS - 1)) * (variance / REPLICATIONS) ** 0.5
    return bool(abs(mean - known.exact) <= half_width)


def covered(name: str, seeds: int = SEEDS) -> int:
    """Return how many of the intervals of seeds 0, 1, 2, ... hold the exact answer. [1]"""
    with ProcessPoolExecutor(WORKERS) as executor:
        return sum(executor.map(partial(holds, name), range(seeds), chunksize=5))


def main() -> int:
    """Print how many intervals hold the truth; return 1 if too few or too many of all 400 do."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    wrong = 0
    for name in LINES:
        count = covered(name, seeds)
        sys.stdout.write(f"{name:24} {count:4} of {seeds} intervals hold the truth ({100.0 * count / seeds:.1f} %)\n")
        sys.stdout.flush()
        wrong += seeds == SEEDS and not FEWEST <= count <= MOST
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
