"""Kill -9 at random moments: a warm process forks children that publish or retire, and kills them."""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from select import select
from statistics import median

from twin.bench.faults.check import Outcome, attempts, in_quarantine, lost, unreadable, unsound
from twin.bench.faults.sample import place_of, publish_sample
from twin.store import Store
from twin.store.retiring import clear, retire

_RUNS = 4
_LONG = 60.0  # s
_Change = Callable[[str | Path, str], None]


def kills(root: str | Path, times: int, *, seed: int = 1) -> Outcome:
    """Kill processes that change a store, and look after each whether it is sound and nothing is lost.

    Args:
        root: An empty store.
        times: How many are killed. [1]
        seed: Of the moments.
    """
    moments, bad, finished = random.Random(seed), list[str](), 0  # noqa: S311 - no secret
    usual, there = _usual(root), dict[str, str]()
    for number in range(times):
        run_id = f"run-{moments.randrange(_RUNS)}"
        change = _retiring if run_id in there else _publishing
        done = killed(partial(change, root, run_id), moments.uniform(0.0, 1.2 * usual[change]))
        finished += done
        store = Store(root, fsync=False)
        found = lost(store, there, run_id, done=done)
        clear(store.files, 0.0)
        found += [*unsound(store), *in_quarantine(store), *(unreadable(root) if isinstance(root, Path) else [])]
        bad += [f"kill {number}, {run_id}: {one}" for one in found]
        there = attempts(store)
    fault = f"process killed while it publishes or retires, {place_of(root)}"
    return Outcome(fault, "kill -9, random moment", times, bad, f"{finished} were done before")


def killed(work: Callable[[], None], after: float) -> bool:
    """Do something in a process of its own and kill that; say whether it had said that it was done.

    Args:
        work: What to do.
        after: When to kill. [s]
    """
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        with suppress(BaseException):
            work()
            os.write(writes, b"1")
        os.kill(os.getpid(), signal.SIGKILL)
    os.close(writes)
    select([reads], [], [], after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    said = os.read(reads, 1)
    os.close(reads)
    return said == b"1"


def _usual(root: str | Path) -> dict[_Change, float]:
    """Return how long each change takes in a process of its own. [s]"""
    times: dict[_Change, list[float]] = {_publishing: [], _retiring: []}
    for _ in range(3):
        for change, found in times.items():
            begun = time.monotonic()
            killed(partial(change, root, "timed"), _LONG)
            found.append(time.monotonic() - begun)
    return {change: median(found) for change, found in times.items()}


def _publishing(root: str | Path, run_id: str) -> None:
    publish_sample(Store(root, fsync=False), run_id)


def _retiring(root: str | Path, run_id: str) -> None:
    files = Store(root, fsync=False).files
    retire(files, run_id, "killed")
    clear(files, 0.0)
