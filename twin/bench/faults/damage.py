"""Damaged files: single bits flipped anywhere, and files cut short; who serves them, and who names them."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from twin.bench.faults.check import Outcome
from twin.bench.faults.sample import publish_sample
from twin.errors import TwinError
from twin.query import ask, opened
from twin.store import Store, open_snapshot
from twin.store.naming import RETIRED, TABLES_FOLDER
from twin.store.place import files_to_read
from twin.store.verify import verify

_RUN = "damaged"


def flips(root: Path, times: int, *, seed: int = 1) -> Outcome:
    """Flip one bit of one file, ask everybody, and flip it back.

    Args:
        root: An empty store.
        times: How often. [1]
        seed: Of the places.
    """
    files = _prepared(root)
    draw, bad = random.Random(seed), []  # noqa: S311 - no secret
    for _ in range(times):
        path = draw.choice(files)
        data = path.read_bytes()
        place = draw.randrange(8 * len(data))
        changed = bytearray(data)
        changed[place // 8] ^= 1 << place % 8
        with _instead(path, bytes(changed), data):
            bad += [f"bit {place} of {path.name}: {one}" for one in _asked(root, path)]
    return Outcome("a flipped bit in any file", "random file, random bit", times, bad)


def truncations(root: Path, percents: range) -> Outcome:
    """Cut each file short at each per cent of its length."""
    files = _prepared(root)
    bad, times = [], 0
    for path in files:
        data = path.read_bytes()
        for percent in percents:
            with _instead(path, data[: len(data) * percent // 100], data):
                bad += [f"{path.name} cut at {percent} %: {one}" for one in _asked(root, path)]
            times += 1
    return Outcome("a file cut short", "each file, each per cent", times, bad)


def _prepared(root: Path) -> list[Path]:
    publish_sample(Store(root, fsync=False), _RUN, whole=True)
    return sorted(
        path for path in root.rglob("*") if path.suffix in (".parquet", ".json") and RETIRED not in path.parts
    )


@contextmanager
def _instead(path: Path, changed: bytes, data: bytes) -> Iterator[None]:
    path.write_bytes(changed)
    try:
        yield
    finally:
        path.write_bytes(data)


def _asked(root: Path, path: Path) -> list[str]:
    """Say whether the damage is served as data by a reader of ours, or not named by verification."""
    key = path.relative_to(root).as_posix()
    bad = [] if any(one.key == key for one in verify(files_to_read(root)).problems) else ["verify does not name it"]
    if path.parent.parent.name == TABLES_FOLDER:
        table = path.parent.name
        ways: tuple[tuple[str, Callable[[], object]], ...] = (
            ("the store", lambda: Store(root, fsync=False).read(_RUN, table)),
            ("the snapshot", lambda: open_snapshot(root).table(table)),
            ("twin query", lambda: ask(opened(root), f'SELECT count(*) FROM "{table}"')),  # noqa: S608 - our own name
            ("SQL", lambda: open_snapshot(root).duckdb(table).execute(f'SELECT * FROM "{table}"').fetchall()),  # noqa: S608 - our own name
        )
    else:
        ways = (
            ("the store", lambda: Store(root, fsync=False).commit(_RUN)),
            ("the snapshot", lambda: _served(root)),
            ("twin query", lambda: opened(root)),
        )
    return bad + [f"{who} serves it" for who, ask in ways if not _refuses(ask)]


def _served(root: Path) -> None:
    look = open_snapshot(root)
    if look.problems or not look.runs:
        raise TwinError(look.problems)


def _refuses(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except (TwinError, OSError, pa.ArrowException, duckdb.Error):
        return True
    return False
