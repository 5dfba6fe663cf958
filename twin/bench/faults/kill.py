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

from twin.bench.faults.check import Outcome, unreadable, unsound
from twin.bench.faults.sample import publish_sample
from twin.store import Store
from twin.store.retiring import clear, retire

_RUNS = 4
_LONG = 60.0  # s
_Change = Callable[[str | Path, str], None]


def kills(root: str | Path, times: int, *, seed: int = 1, look_every: int = 20) -> Outcome:
    """Kill processes that change a store, and look after each whether it is sound.

    Args:
        root: An empty store.
        times: How many are killed. [1]
        seed: Of the moments.
        look_every: After how many kills plain tools read all folders. [1]
    """
    moments, bad, finished = random.Random(seed), [], 0  # noqa: S311 - no secret
    usual = _usual(root)
    for number in range(times):
        run_id = f"run-{moments.randrange(_RUNS)}"
        change = _retiring if Store(root, fsync=False).has(run_id) else _publishing
        done = killed(partial(change, root, run_id), moments.uniform(0.0, 1.2 * usual[change]))
        finished += done
        store = Store(root, fsync=False)
        clear(store.files, 0.0)
        bad += unsound(store)
        if done and store.has(run_id) != (change is _publishing):
            bad.append(f"kill {number}: what was done is lost")
        if isinstance(root, Path) and number % look_every == 0:
            bad += unreadable(root)
    told = f"{finished} were done before"
    return Outcome("process killed while it publishes or retires", "kill -9, random moment", times, bad, told)


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
