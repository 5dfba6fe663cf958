"""Damaged files: single bits flipped anywhere, and files cut short; who serves them, and who names them."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from twin.bench.faults.check import Outcome
from twin.bench.faults.sample import place_of, publish_sample
from twin.errors import TwinError
from twin.query import ask, opened
from twin.store import Snapshot, Store, open_snapshot
from twin.store.files import Files
from twin.store.naming import COMMITS, LAST, RETIRED, SUFFIX, TABLES_FOLDER
from twin.store.place import files_to_read
from twin.store.retiring import clear, retire, tombstones
from twin.store.verify import verify

_FOLDERS = (TABLES_FOLDER, COMMITS, RETIRED)
_RUN, _LEFT, _GONE = "damaged", "left", "gone"
_Way = tuple[str, Callable[[], object]]


class _Prepared(NamedTuple):
    """A store that is about to be damaged.

    Attributes:
        files: Its files.
        keys: All that may be damaged.
        before: A snapshot from before a run of it was retired, which goes on reading that run.
    """

    files: Files
    keys: list[str]
    before: Snapshot


def flips(root: str | Path, times: int, *, seed: int = 1) -> Outcome:
    """Flip one bit of one file, ask everybody, and flip it back.

    Args:
        root: An empty store.
        times: How often. [1]
        seed: Of the places.
    """
    made = _prepared(root)
    draw, bad = random.Random(seed), []  # noqa: S311 - no secret
    for _ in range(times):
        key = draw.choice(made.keys)
        data = made.files.read(key)
        place = draw.randrange(8 * len(data))
        changed = bytearray(data)
        changed[place // 8] ^= 1 << place % 8
        with _instead(made.files, key, bytes(changed), data):
            bad += [f"bit {place} of {key}: {one}" for one in _asked(root, key, made.before)]
    return Outcome(f"a flipped bit in any file, {place_of(root)}", _how("random file, random bit"), times, bad)


def truncations(root: str | Path, percents: range) -> Outcome:
    """Cut each file short at each per cent of its length."""
    made = _prepared(root)
    bad, times = [], 0
    for key in made.keys:
        data = made.files.read(key)
        for percent in percents:
            with _instead(made.files, key, data[: len(data) * percent // 100], data):
                bad += [f"{key} cut at {percent} %: {one}" for one in _asked(root, key, made.before)]
            times += 1
    return Outcome(f"a file cut short, {place_of(root)}", _how(f"each file, each {percents.step} %"), times, bad)


def _how(text: str) -> str:
    return f"{text}; {', '.join(_FOLDERS)}"


def _prepared(root: str | Path) -> _Prepared:
    """Make a store with a run, one that was just retired, and one that was retired and cleared."""
    store = Store(root, fsync=False)
    publish_sample(store, _GONE)
    retire(store.files, _GONE, "so that there is a tombstone")
    clear(store.files, 0.0)
    publish_sample(store, _LEFT)
    publish_sample(store, _RUN, whole=True)
    before = open_snapshot(root)
    retire(store.files, _LEFT, "so that there are data which nobody lists")
    return _Prepared(store.files, [one.key for name in _FOLDERS for one in store.files.listed(name)], before)


@contextmanager
def _instead(files: Files, key: str, changed: bytes, data: bytes) -> Iterator[None]:
    files.write(changed, key)
    try:
        yield
    finally:
        files.write(data, key)


def _asked(root: str | Path, key: str, before: Snapshot) -> list[str]:
    """Say whether the damage is served as data by a reader of ours, or not named by verification."""
    bad = [] if any(one.key == key for one in verify(files_to_read(root)).problems) else ["verify does not name it"]
    return bad + [f"{who} serves it" for who, ask in _ways(root, key, before) if not _refuses(ask)]


def _ways(root: str | Path, key: str, before: Snapshot) -> tuple[_Way, ...]:
    """Return who could serve the damage of a file."""
    folder, name = key.partition("/")[0], key.rpartition("/")[2]
    if name.startswith(f"{_LEFT}.") and name.endswith(SUFFIX):
        return (("a snapshot from before", lambda: before.table(_table(key), [_LEFT])),)
    if folder == TABLES_FOLDER:
        table = _table(key)
        return (
            ("the store", lambda: Store(root, fsync=False).read(_RUN, table)),
            ("the snapshot", lambda: open_snapshot(root).table(table)),
            ("twin query", lambda: ask(opened(root), f'SELECT count(*) FROM "{table}"')),  # noqa: S608 - our own name
            ("SQL", lambda: open_snapshot(root).duckdb(table).execute(f'SELECT * FROM "{table}"').fetchall()),  # noqa: S608 - our own name
        )
    if folder == RETIRED:
        return (("the tombstones", lambda: _kept(root, name.removesuffix(".json"))),)
    return (
        ("the store", lambda: Store(root, fsync=False).commit(_RUN)),
        ("the snapshot", lambda: _served(root)),
        ("twin query", lambda: opened(root)),
    )


def _table(key: str) -> str:
    """Return the table of a file; among the tombstones lie rows of the catalogue."""
    return key.split("/")[1] if key.startswith(f"{TABLES_FOLDER}/") else LAST


def _kept(root: str | Path, run_id: str) -> None:
    if run_id not in dict(tombstones(files_to_read(root))):
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
