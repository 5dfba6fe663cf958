"""Where the line's time goes: ``python -m twin.bench.line_profile`` prints the share of each function of the benchmark.

The profiler slows every call of a Python function down, so shares of small functions are upper bounds.
"""

import cProfile
import pstats
from pathlib import Path
from typing import NamedTuple

from twin.bench.line_speed import benchmark_line
from twin.bench.plain_simpy import ARRIVAL_RATE, STATIONS

ROOT = Path(__file__).parents[2]


class Spent(NamedTuple):
    """Time spent in one function.

    Attributes:
        where: File and function.
        calls: How often it was called for one operation of one part. [1]
        share: Its own share of the run, callees apart. [1]
    """

    where: str
    calls: float
    share: float


def profiled(parts: int = 10_000, *, records: bool = True) -> list[Spent]:
    """Profile the benchmark line; the dearest function first.

    Args:
        parts: Parts that enter. [1]
        records: Whether all records are written.
    """
    line = benchmark_line(1, records=records)
    line.begin()
    with cProfile.Profile() as profile:
        line.run(parts / ARRIVAL_RATE)
    stats = pstats.Stats(profile)
    rows: dict[tuple[str, int, str], tuple[int, int, float, float, object]] = stats.stats  # type: ignore[attr-defined] # stubs leave it out
    total = sum(row[2] for row in rows.values())
    operations = line.gone["done"] * STATIONS
    found = [Spent(_named(*who), row[1] / operations, row[2] / total) for who, row in rows.items()]
    return sorted(found, key=lambda one: -one.share)


def _named(file: str, line: int, function: str) -> str:
    path = Path(file)
    known = path.relative_to(ROOT) if path.is_relative_to(ROOT / "twin") else Path(path.name)
    return f"{known}:{line} {function}" if line else function


def main() -> None:
    """Print the profile without and with records."""
    for records in (False, True):
        print(f"{'with' if records else 'without'} records: share, calls an operation, function")  # noqa: T201 - its output
        for one in profiled(records=records)[:18]:
            print(f"  {one.share:6.1%} {one.calls:7.2f}  {one.where}")  # noqa: T201 - as above


if __name__ == "__main__":
    main()
