"""Many at once: writers that publish, a loop that retires, and readers that look all the time."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pandas as pd

from twin.bench.faults.check import Outcome
from twin.bench.faults.sample import SMALL, publish_sample
from twin.store import Store, open_snapshot
from twin.store.record import entries
from twin.store.retiring import clear, retire

_WRITERS = 4
_KEEP = 5.0  # s; how long the data of a retired run stay
_RUNS = 6
_PAUSE = 0.25  # s; so that readers get their turn on two cores
_ROWS = 40


def crowd(root: Path, polls: int) -> list[Outcome]:
    """Let four writers and a loop of retirement work while two kinds of readers look.

    Args:
        root: An empty store.
        polls: How often each kind of reader looks. [1]
    """
    publish_sample(Store(root, fsync=False), "kept", rows=_ROWS)  # plain tools want at least one file in a folder
    workers = [_forked(partial(_writes, root, number)) for number in range(_WRITERS)] + [
        _forked(partial(_retires, root))
    ]
    try:
        _wait_for(root)
        return [_polled(root, polls, _snapshot, "the snapshot"), _polled(root, polls, _plain, "a plain join on runs")]
    finally:
        for child in workers:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _polled(root: Path, polls: int, look: Callable[[Path], list[str]], what: str) -> Outcome:
    bad: list[str] = []
    for _ in range(polls):
        try:
            bad += look(root)
        except Exception as error:  # noqa: BLE001 - any error of a reader counts
            bad.append(f"{type(error).__name__}: {error}"[:200])
    return Outcome(f"{_WRITERS} writers, a retirement loop, {what}", "polled", polls, bad)


def _snapshot(root: Path) -> list[str]:
    look = open_snapshot(root)
    found = {name: Counter(look.table(name, columns=["run_id"])["run_id"].to_pylist()) for name in SMALL}
    wanted = {run: {name: entries(record)[name].rows for name in SMALL} for run, record in look.records.items()}
    return [
        f"{name} of {run}: {found[name][run]} of {rows} rows"
        for run, tables in wanted.items() for name, rows in tables.items() if found[name][run] != rows
    ]  # fmt: skip


def _plain(root: Path) -> list[str]:
    """The documented join: the catalogue first, then each table; a file that vanishes meanwhile is looked for again."""
    while True:
        with suppress(FileNotFoundError):
            runs = pd.read_parquet(root / "tables/runs", columns=["run_id"])["run_id"].astype(str)
            tables = {name: pd.read_parquet(root / "tables" / name, columns=["run_id"]) for name in SMALL}
            break
    found = {name: Counter(frame["run_id"].astype(str)) for name, frame in tables.items()}
    return [
        f"{name} of {run}: {found[name][run]} rows" for run in runs for name in SMALL if found[name][run] != _ROWS
    ]  # fmt: skip


def _writes(root: Path, number: int) -> None:
    draw = random.Random(number)  # noqa: S311 - no secret
    while True:
        publish_sample(Store(root, fsync=False), f"run-{draw.randrange(_RUNS)}", rows=_ROWS)
        time.sleep(_PAUSE)


def _retires(root: Path) -> None:
    draw = random.Random(99)  # noqa: S311 - no secret
    while True:
        files = Store(root, fsync=False).files
        retire(files, f"run-{draw.randrange(_RUNS)}", "to make room")
        clear(files, _KEEP)
        time.sleep(_PAUSE / 2.0)


def _wait_for(root: Path) -> None:
    while len(open_snapshot(root).runs) < _WRITERS:
        time.sleep(0.05)


def _forked(work: Callable[[], None]) -> int:
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(1)
    return child
