"""Lines whose answer is known exactly, and how near the twin's own stations come to it.

``python -m twin.bench.cases`` plays them all, ``--fast`` a few for a twentieth of the time; ``--write`` keeps what all
of them found for `twin validate`. Blocking is after service and ``places`` are those between stations; the answers come
from closed forms and from Markov chains solved numerically. Time is in units of one mean service.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial

from twin.bench.closed_cases import closed_cases
from twin.bench.exact import REPLICATIONS, Case, Verdict, replicate, verdicts
from twin.bench.open_cases import open_cases
from twin.bench.saturated_cases import saturated_cases, slotted_cases, uneven_cases
from twin.validation.exact_cases import FILE, write
from twin.validation.played_code import line_code

WORKERS = 2
CASES: dict[str, Case] = {
    case.name: case for case in (*saturated_cases(), *uneven_cases(), *slotted_cases(), *open_cases(), *closed_cases())
}


def sample(name: str, replication: int, *, fast: bool = False) -> list[float]:
    """Play one replication of a case by its name: what a worker process is asked to do."""
    return replicate(CASES[name], replication, fast=fast)


def trial(name: str, executor: Executor | None = None, *, fast: bool = False) -> list[Verdict]:
    """Play a case and compare it with what is known.

    Args:
        name: Name of the case.
        executor: Who plays the replications; this process when None.
        fast: Whether to play a twentieth of the time, held to t alone.
    """
    play = partial(sample, name, fast=fast)
    runs: Callable[..., Iterable[list[float]]] = map if executor is None else executor.map
    return verdicts(CASES[name], runs(play, range(REPLICATIONS)), fast=fast)


def rows(*, fast: bool) -> Iterator[Verdict]:
    """Play the cases, all or a few, on two workers."""
    with ProcessPoolExecutor(WORKERS) as executor:
        for case in CASES.values():
            if case.is_fast or not fast:
                yield from trial(case.name, executor, fast=fast)


def main() -> int:
    """Print the table, and keep it if asked; return 1 if a case fails."""
    fast, kept = "--fast" in sys.argv[1:], "--write" in sys.argv[1:]
    if fast and kept:
        sys.stderr.write("error: --write keeps the long run of all cases. Leave out --fast.\n")
        return 2
    found, code = [], line_code()
    sys.stdout.write(
        f"{'case':34} {'quantity':14} {'exact':>10} {'simulated':>10} {'+- %':>6} {'error %':>8} {'t':>6}\n"
    )
    for row in rows(fast=fast):
        error = 100.0 * (row.mean / row.exact - 1.0)
        numbers = f"{row.exact:10.6f} {row.mean:10.6f} {100.0 * row.half_width:6.3f} {error:8.3f} {row.t:6.2f}"
        sys.stdout.write(f"{row.case:34} {row.quantity:14} {numbers}{'' if row.passes else '  FAILS'}\n")
        sys.stdout.flush()
        found.append(row)
    if kept:
        write(found, datetime.now(UTC).date().isoformat(), code)
        sys.stderr.write(f"{FILE} written.\n")
    return 1 if any(not row.passes for row in found) else 0


if __name__ == "__main__":
    sys.exit(main())
