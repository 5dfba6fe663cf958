"""Many at once: writers that publish, a loop that retires, and readers that look all the time."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from multiprocessing.sharedctypes import RawArray
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd

from twin.bench.faults.check import Outcome
from twin.bench.faults.sample import SMALL, publish_sample
from twin.contract import bare_views
from twin.store import Store, open_snapshot
from twin.store.record import entries
from twin.store.retiring import clear, retire

_WRITERS = 4
_KEEP = 5.0  # s; how long the data of a retired run stay
_RUNS = 6
_RETIRER = "the retirer"
_ENDED = os.WEXITED | os.WNOHANG | os.WNOWAIT  # whether it has ended; it can be asked again
_PAUSE = 0.25  # s; so that readers get their turn on two cores
_ROWS = 40
_SEEN = (*SMALL, "runs")
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


Work = Callable[[Path, int, Callable[[], None]], None]


def crowd(root: Path, polls: int) -> list[Outcome]:
    """Let four writers and a loop of retirement work while two kinds of readers look.

    Args:
        root: An empty store.
        polls: How often each kind of reader looks. [1]
    """
    publish_sample(Store(root, fsync=False), "kept", rows=_ROWS)  # plain tools want at least one file in a folder
    workers = [_forked("a writer", _writes, root, number) for number in range(_WRITERS)]
    workers.append(_forked(_RETIRER, _retires, root, 99))
    looks = {"the snapshot": _snapshot, "a plain join on runs": _plain, "the shipped plain views": _shipped}
    try:
        _wait_for(root)
        return [_polled(partial(look, root), polls, what, workers) for what, look in looks.items()]
    finally:
        for one in workers:
            os.kill(one.child, signal.SIGKILL)
            os.waitpid(one.child, 0)


def _polled(look: Callable[[], list[str]], polls: int, what: str, workers: list[Worker]) -> Outcome:
    bad: list[str] = []
    before = _done(workers)
    for _ in range(polls):
        try:
            bad += look()
        except Exception as error:  # noqa: BLE001 - any error of a reader counts
            bad.append(f"{type(error).__name__}: {error}"[:200])
        dead = [f"{one.name} has died" for one in workers if os.waitid(os.P_PID, one.child, _ENDED)]
        if dead:
            return Outcome(f"{_WRITERS} writers, a retirement loop, {what}", "polled", polls, [*bad, *dead])
    published, retired = _since(before, workers)
    bad += [f"nothing was {word}" for word, count in (("published", published), ("retired", retired)) if not count]
    told = f"{published} published, {retired} retired"
    return Outcome(f"{_WRITERS} writers, a retirement loop, {what}", "polled", polls, bad, told)


def _done(workers: list[Worker]) -> tuple[int, int]:
    """Return how often runs were published, and how often retired. [1]"""
    counts = [(one.name == _RETIRER, one.done()) for one in workers]
    return sum(count for retires, count in counts if not retires), sum(count for retires, count in counts if retires)


def _since(before: tuple[int, int], workers: list[Worker]) -> tuple[int, int]:
    """Return what was done since; a few quick looks may have to wait until anything was. [1]"""
    end = time.monotonic() + _WAIT
    while True:
        now = _done(workers)
        found = now[0] - before[0], now[1] - before[1]
        if all(found) or time.monotonic() > end:
            return found
        time.sleep(_PAUSE)


def _snapshot(root: Path) -> list[str]:
    look = open_snapshot(root)
    found = {name: Counter(look.table(name, columns=["run_id"])["run_id"].to_pylist()) for name in _SEEN}
    wanted = {run: {name: entries(record)[name].rows for name in _SEEN} for run, record in look.records.items()}
    return _doubled(look.runs) + [
        f"{name} of {run}: {found[name][run]} of {rows} rows"
        for run, tables in wanted.items() for name, rows in tables.items() if found[name][run] != rows
    ]  # fmt: skip


def _plain(root: Path) -> list[str]:
    """The documented join: the catalogue first, then each table; a file that vanishes meanwhile is looked for again."""
    while True:
        with suppress(FileNotFoundError):
            runs = pd.read_parquet(root / "tables/runs", columns=["run_id"])["run_id"].astype(str).tolist()
            tables = {name: pd.read_parquet(root / "tables" / name, columns=["run_id"]) for name in SMALL}
            break
    return _judged(runs, {name: Counter(frame["run_id"].astype(str)) for name, frame in tables.items()})


def _shipped(root: Path) -> list[str]:
    """The views that are shipped for a plain DuckDB, read anew."""
    views = bare_views((*SMALL, "runs")).replace("'tables/", f"'{root}/tables/")
    while True:
        with suppress(duckdb.IOException), duckdb.connect() as known:
            known.execute(views)
            found = {name: Counter(_runs_in(known, name)) for name in SMALL}
            return _judged(_runs_in(known, "runs"), found)


def _runs_in(known: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    return [run for (run,) in known.execute(f"SELECT run_id::VARCHAR FROM {name}").fetchall()]  # noqa: S608 - a table of ours


def _judged(runs: list[str], found: dict[str, Counter[str]]) -> list[str]:
    return _doubled(runs) + [
        f"{name} of {run}: {rows[run]} rows" for run in runs for name, rows in found.items() if rows[run] != _ROWS
    ]


def _doubled(runs: Iterable[str]) -> list[str]:
    return [f"runs has {run} {count} times" for run, count in Counter(runs).items() if count > 1]


def _writes(root: Path, number: int, done: Callable[[], None]) -> None:
    draw = random.Random(number)  # noqa: S311 - no secret
    while True:
        if publish_sample(Store(root, fsync=False), f"run-{draw.randrange(_RUNS)}", rows=_ROWS).published:
            done()
        time.sleep(_PAUSE)


def _retires(root: Path, number: int, done: Callable[[], None]) -> None:
    draw = random.Random(number)  # noqa: S311 - no secret
    while True:
        files = Store(root, fsync=False).files
        if retire(files, f"run-{draw.randrange(_RUNS)}", "to make room"):
            done()
        clear(files, _KEEP)
        time.sleep(_PAUSE / 2.0)


def _wait_for(root: Path) -> None:
    while len(open_snapshot(root).runs) < _WRITERS:
        time.sleep(0.05)


def _forked(name: str, work: Work, root: Path, number: int) -> Worker:
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
