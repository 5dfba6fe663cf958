"""How fast the line plays events: the benchmark line through the plant's own parts against plain SimPy, in CPU time."""

from statistics import median
from time import process_time
from typing import NamedTuple

from twin.bench.plain_simpy import ARRIVAL_RATE, DOUBLED, FAILING, PLACES, STATIONS, PlainLine
from twin.line.buffer import Buffer, Exit
from twin.line.distribution import Exponential, Service
from twin.line.line import Line
from twin.line.rules import Path
from twin.line.station import Station
from twin.line.stop import Wear
from twin.line.supply import Arrivals
from twin.records import Records

EXACT_SOJOURN = 19.26  # s, from 6 million simulated parts
EXACT_SOJOURN_WITH_FAILURES = 23.5


class LineSpeed(NamedTuple):
    """Medians over interleaved rounds.

    Attributes:
        line_vs_simpy_store: Parts per CPU second, as a multiple of plain SimPy with a Store for each buffer. [1]
        line_with_records_vs_simpy_store: The same with all records written. [1]
        parts_per_cpu_s: Parts per CPU second without records. [1/s]
    """

    line_vs_simpy_store: float
    line_with_records_vs_simpy_store: float
    parts_per_cpu_s: float


def benchmark_line(seed: int, *, records: bool = False, failures: bool = False) -> Line:
    """Build the line of eight stations from the plant's own parts."""
    line = Line(seed=seed, records=Records() if records else None)
    line.exits["out"] = Exit(line, "out", "done")
    for number in range(1, STATIONS + 1):
        double, name = number in DOUBLED, f"station {number}"
        buffer = Buffer(line, name, PLACES if number > 1 else float("inf"))
        line.buffers[name] = buffer
        wears = [Wear("failure", Exponential(50.0), Exponential(5.0))] if failures and number in FAILING else []
        line.stations[name] = Station(
            line, name, {"": [[Service(Exponential(2.0 if double else 1.0))]]}, buffer,
            paths=[Path(f"station {number + 1}" if number < STATIONS else "out")], servers=2 if double else 1,
            wears=wears,
        )  # fmt: skip
    line.arrivals["parts"] = Arrivals(line, "parts", Exponential(1.0 / ARRIVAL_RATE), "station 1")
    return line


def _twin_seconds(parts: int, seed: int, *, records: bool) -> float:
    line = benchmark_line(seed, records=records)
    line.begin()
    start = process_time()
    line.run(parts / ARRIVAL_RATE)
    return (process_time() - start) / line.gone["done"]


def _plain_seconds(parts: int, seed: int) -> float:
    line = PlainLine(parts, seed)
    start = process_time()
    line.run()
    return (process_time() - start) / parts


def line_speed(parts: int = 40_000, rounds: int = 3) -> LineSpeed:
    """Measure the speed of the line against plain SimPy.

    Args:
        parts: Parts in each run. [1]
        rounds: Interleaved rounds; the ratios of each round are taken together. [1]
    """
    _twin_seconds(500, 0, records=True)
    ratios, recorded, rates = [], [], []
    for seed in range(1, rounds + 1):
        plain = _plain_seconds(parts, seed)
        bare = _twin_seconds(parts, seed, records=False)
        written = _twin_seconds(parts, seed, records=True)
        again = _plain_seconds(parts, seed)
        reference = 0.5 * (plain + again)
        ratios.append(reference / bare)
        recorded.append(reference / written)
        rates.append(1.0 / bare)
    return LineSpeed(median(ratios), median(recorded), median(rates))


def mean_sojourn(parts: int, runs: int, *, failures: bool) -> float:
    """Return the mean time from arrival to exit over several runs, the first tenth of each left out. [s]"""
    total = count = 0.0
    for seed in range(runs):
        line = benchmark_line(seed, failures=failures)
        line.begin()
        line.run(0.1 * parts / ARRIVAL_RATE)
        line.clear_statistics()
        line.run(1.1 * parts / ARRIVAL_RATE)
        total += line.gone_time["done"]
        count += line.gone["done"]
    return total / count
