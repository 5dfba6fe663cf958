"""Damaged files: single bits flipped anywhere, and files cut short; who serves them, and who names them."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from twin.bench.faults.check import Outcome
from twin.bench.faults.sample import place_of, publish_sample
from twin.errors import TwinError
from twin.query import ask, opened
from twin.store import Store, open_snapshot
from twin.store.files import Files
from twin.store.naming import COMMITS, RETIRED, TABLES_FOLDER
from twin.store.place import files_to_read
from twin.store.retiring import clear, retire, tombstones
from twin.store.verify import verify

_RUN, _GONE = "damaged", "gone"


def flips(root: str | Path, times: int, *, seed: int = 1) -> Outcome:
    """Flip one bit of one file, ask everybody, and flip it back.

    Args:
        root: An empty store.
        times: How often. [1]
        seed: Of the places.
    """
    files, keys = _prepared(root)
    draw, bad = random.Random(seed), []  # noqa: S311 - no secret
    for _ in range(times):
        key = draw.choice(keys)
        data = files.read(key)
        place = draw.randrange(8 * len(data))
        changed = bytearray(data)
        changed[place // 8] ^= 1 << place % 8
        with _instead(files, key, bytes(changed), data):
            bad += [f"bit {place} of {key}: {one}" for one in _asked(root, key)]
    return Outcome(f"a flipped bit in any file, {place_of(root)}", "random file, random bit", times, bad)


def truncations(root: str | Path, percents: range) -> Outcome:
    """Cut each file short at each per cent of its length."""
    files, keys = _prepared(root)
    bad, times = [], 0
    for key in keys:
        data = files.read(key)
        for percent in percents:
            with _instead(files, key, data[: len(data) * percent // 100], data):
                bad += [f"{key} cut at {percent} %: {one}" for one in _asked(root, key)]
            times += 1
    return Outcome(f"a file cut short, {place_of(root)}", f"each file, each {percents.step} %", times, bad)


def _prepared(root: str | Path) -> tuple[Files, list[str]]:
    """Make a store with a run and the tombstone of another; return its files and their keys."""
    store = Store(root, fsync=False)
    publish_sample(store, _GONE)
    retire(store.files, _GONE, "so that there is a tombstone")
    clear(store.files, 0.0)
    publish_sample(store, _RUN, whole=True)
    return store.files, [one.key for folder in (TABLES_FOLDER, COMMITS, RETIRED) for one in store.files.listed(folder)]


@contextmanager
def _instead(files: Files, key: str, changed: bytes, data: bytes) -> Iterator[None]:
    files.write(changed, key)
    try:
        yield
    finally:
        files.write(data, key)


def _asked(root: str | Path, key: str) -> list[str]:
    """Say whether the damage is served as data by a reader of ours, or not named by verification."""
    bad = [] if any(one.key == key for one in verify(files_to_read(root)).problems) else ["verify does not name it"]
    folder, *below = key.split("/")
    if folder == TABLES_FOLDER:
        table = below[0]
        ways: tuple[tuple[str, Callable[[], object]], ...] = (
            ("the store", lambda: Store(root, fsync=False).read(_RUN, table)),
            ("the snapshot", lambda: open_snapshot(root).table(table)),
            ("twin query", lambda: ask(opened(root), f'SELECT count(*) FROM "{table}"')),  # noqa: S608 - our own name
            ("SQL", lambda: open_snapshot(root).duckdb(table).execute(f'SELECT * FROM "{table}"').fetchall()),  # noqa: S608 - our own name
        )
    elif folder == RETIRED:
        ways = (("the tombstones", lambda: _kept(root)),)
    else:
        ways = (
            ("the store", lambda: Store(root, fsync=False).commit(_RUN)),
            ("the snapshot", lambda: _served(root)),
            ("twin query", lambda: opened(root)),
        )
    return bad + [f"{who} serves it" for who, ask in ways if not _refuses(ask)]


def _kept(root: str | Path) -> None:
    if not tombstones(files_to_read(root)):
        raise TwinError("none")


def _served(root: str | Path) -> None:
    look = open_snapshot(root)
    if look.problems or not look.runs:
        raise TwinError(look.problems)


def _refuses(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except (TwinError, OSError, pa.ArrowException, duckdb.Error):
        return True
    return False
