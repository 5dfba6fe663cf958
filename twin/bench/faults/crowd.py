"""Many at once: writers that publish, a loop that retires, and readers that look all the time."""

import os
import random
import signal
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.sharedctypes import RawArray
from pathlib import Path
from typing import NamedTuple

from twin.bench.faults.check import Outcome
from twin.bench.faults.faces import FACES, ROWS, Face, looked
from twin.bench.faults.sample import place_of, publish_sample
from twin.store import Snapshot, Store
from twin.store.place import files_to_read
from twin.store.retiring import clear, retire

_WRITERS = 4
_KEEP = {"local disk": 5.0, "S3": 30.0}  # s; how long the data of a retired run stay: a look ends long before
_RUNS = 6
_RETIRER = "the retirer"
_ENDED = os.WEXITED | os.WNOHANG | os.WNOWAIT  # whether it has ended; it can be asked again
_PAUSE = 0.25  # s; so that readers get their turn on two cores
_WAIT = 30.0  # s; how long a crowd that does nothing is waited for


class Worker(NamedTuple):
    """A process of the crowd.

    Attributes:
        name: What it is.
        child: Its number.
        done: Returns how often it has published or retired. [1]
    """

    name: str
    child: int
    done: Callable[[], int]


Work = Callable[[str | Path, int, Callable[[], None]], None]


def crowd(root: str | Path, polls: int) -> list[Outcome]:
    """Let four writers and a loop of retirement work while readers of all kinds look.

    Args:
        root: An empty store; in a bucket nobody reads folders, so our own readers look alone.
        polls: How often a kind of reader looks. [1]
    """
    publish_sample(Store(root, fsync=False), "kept", rows=ROWS)  # plain tools want at least one file in a folder
    workers = [_forked("a writer", _writes, root, number) for number in range(_WRITERS)]
    workers.append(_forked(_RETIRER, _retires, root, 99))
    try:
        _wait_for(root, workers)
        return [_polled(one, root, polls, workers) for one in FACES if isinstance(root, Path) or not one.plain]
    finally:
        for one in workers:
            os.kill(one.child, signal.SIGKILL)
            os.waitpid(one.child, 0)


def _polled(face: Face, root: str | Path, polls: int, workers: list[Worker]) -> Outcome:
    bad, again = list[str](), 0
    times, before = max(1, round(polls * face.share)), _done(workers)
    outcome = partial(Outcome, f"{_WRITERS} writers, a retirement loop, {face.what}, {place_of(root)}", "polled", times)
    for _ in range(times):
        try:
            found, more = looked(face, root)
            bad, again = [*bad, *found], again + more
        except Exception as error:  # noqa: BLE001 - any error of a reader counts
            bad.append(f"{type(error).__name__}: {error}"[:200])
        if _dead(workers):
            return outcome([*bad, *_dead(workers)])
    published, retired = _since(before, workers)
    bad += _dead(workers)
    bad += [f"nothing was {word}" for word, count in (("published", published), ("retired", retired)) if not count]
    told = f"{published} published, {retired} retired"
    return outcome(bad, told + (f", {again} times read again" if face.plain else ""))


def _done(workers: list[Worker]) -> tuple[int, int]:
    """Return how often runs were published, and how often retired. [1]"""
    counts = [(one.name == _RETIRER, one.done()) for one in workers]
    return sum(count for retires, count in counts if not retires), sum(count for retires, count in counts if retires)


def _dead(workers: list[Worker]) -> list[str]:
    """Tell which of them have died; each works until it is killed."""
    return [f"{one.name} has died" for one in workers if os.waitid(os.P_PID, one.child, _ENDED)]


def _since(before: tuple[int, int], workers: list[Worker]) -> tuple[int, int]:
    """Return what was done since; a few quick looks may have to wait until anything was. [1]"""
    end = time.monotonic() + _WAIT
    while True:
        now = _done(workers)
        found = now[0] - before[0], now[1] - before[1]
        if all(found) or _dead(workers) or time.monotonic() > end:
            return found
        time.sleep(_PAUSE)


def _writes(root: str | Path, number: int, done: Callable[[], None]) -> None:
    draw = random.Random(number)  # noqa: S311 - no secret
    while True:
        if publish_sample(Store(root, fsync=False), f"run-{draw.randrange(_RUNS)}", rows=ROWS).published:
            done()
        time.sleep(_PAUSE)


def _retires(root: str | Path, number: int, done: Callable[[], None]) -> None:
    draw = random.Random(number)  # noqa: S311 - no secret
    while True:
        files = Store(root, fsync=False).files
        if retire(files, f"run-{draw.randrange(_RUNS)}", "to make room"):
            done()
        clear(files, _KEEP[place_of(root)])
        time.sleep(_PAUSE / 2.0)


def _wait_for(root: str | Path, workers: list[Worker]) -> None:
    """Wait until there is something to look at; who looks then tells whether the others live and do anything."""
    end = time.monotonic() + _WAIT
    while len(Snapshot(files_to_read(root)).runs) < _WRITERS and not _dead(workers) and time.monotonic() < end:
        time.sleep(0.05)


def _forked(name: str, work: Work, root: str | Path, number: int) -> Worker:
    count = RawArray("Q", 1)  # in memory that both processes see

    def done() -> None:
        count[0] += 1

    child = os.fork()
    if not child:
        try:
            work(root, number, done)
        finally:
            os._exit(1)
    return Worker(name, child, lambda: int(count[0]))
