"""`python -m twin.bench.faults`: inject every fault into a store of its own, and print what came of it."""

import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from twin.bench.faults.check import Outcome
from twin.bench.faults.plays import PLAYS, play
from twin.errors import printable
from twin.layout import columns


def everything(folder: Path, share: float) -> Iterator[Outcome]:
    """Inject all faults, two kinds at a time.

    Args:
        folder: An empty folder.
        share: Share of the full numbers. [1]
    """
    with ProcessPoolExecutor(2, get_context("spawn"), max_tasks_per_child=1) as pool:
        for future in as_completed([pool.submit(play, name, folder, share) for name in PLAYS]):
            yield from future.result()


def main(arguments: list[str]) -> int:
    """Run with an optional share of the full numbers; 1 when something was not survived."""
    share = float(arguments[0]) if arguments else 1.0
    rows, wrong, begun = [], [], time.monotonic()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        for one in everything(Path(folder), share):
            verdict = f"{len(one.bad)} BAD" if one.bad else "survived" if one.times else "not tried"
            rows.append((one.fault, one.how, str(one.times), f"{verdict} {one.told and f'({one.told})'}".strip()))
            wrong += [f"{one.fault}: {printable(text, 300)}" for text in one.bad[:5]]
            sys.stderr.write(f"{time.monotonic() - begun:6.0f} s  {one.fault} [{one.how}]: {verdict}\n")
    sys.stdout.write(columns(rows, ("fault", "how injected", "times", "result")) + "\n")
    sys.stdout.write("".join(f"BAD {text}\n" for text in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
