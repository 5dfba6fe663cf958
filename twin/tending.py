"""Looking after a store: what was left half done is settled, files are verified, old runs go, lineage is made up."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from twin import lineage
from twin.errors import TwinError
from twin.store import Store, open_snapshot
from twin.store.files import first_line, told
from twin.store.quarantine import quarantine as move
from twin.store.retiring import clear, outdated, retire
from twin.store.strays import Problem
from twin.store.verify import verify

REASON = "retention"
_DAY = 86400.0  # s


class Tended(NamedTuple):
    """What was done to a store.

    Attributes:
        store: The store.
        runs: Runs that were verified. [1]
        files: Files that were read and are whole. [1]
        size: How much that was. [byte]
        bad: What is proven to be wrong: file and why.
        unread: What this machine could not read just now, which may be good: file and why.
        newer: What a newer version wrote, which was not looked at: file and why.
        failed: What could not be done after the store was verified, each in one line.
        moved: Files that were moved to quarantine.
        settled: Changes of killed processes that were finished or taken back. [1]
        retired: Runs that retention took out of sight.
        cleared: Runs whose data were removed.
        made_up: Runs whose lineage was missing.
    """

    store: str
    runs: int
    files: int
    size: int
    bad: tuple[tuple[str, str], ...]
    unread: tuple[tuple[str, str], ...]
    newer: tuple[tuple[str, str], ...]
    failed: tuple[str, ...]
    moved: tuple[str, ...]
    settled: int
    retired: tuple[str, ...]
    cleared: tuple[str, ...]
    made_up: tuple[str, ...]


def tend(
    folder: Path, *, older: float | None = None, most: int | None = None, quarantine: bool = False,
    note: Callable[[str], None] = lambda _run: None,
) -> Tended:  # fmt: skip
    """Look after a store.

    Args:
        folder: Where it is.
        older: Age from which a run goes; None for no such rule. [d]
        most: How many runs stay; None for no such rule. [1]
        quarantine: Whether what is bad is moved out of the tables.
        note: Called with each run before it is verified.

    Raises:
        UsageError: There is no store, or a rule makes no sense.
    """
    records = open_snapshot(folder).records.items()  # says in words when there is no store
    store = Store(folder)
    gone = outdated(records, older=None if older is None else older * _DAY, most=most)
    with told(store.files.address):
        retired = tuple(one for one in gone if retire(store.files, one, REASON))
        cleared = tuple(clear(store.files))
    found = verify(store.files, None, note)
    failed: list[str] = []
    moved = tuple(move(store.files, found.problems, failed.append)) if quarantine else ()
    made_up = _made_up(store, failed)
    bad, unread, newer = (_pairs(some) for some in (found.bad, found.unread, found.newer))
    return Tended(
        str(folder), found.runs, found.files, found.bytes, bad, unread, newer, tuple(failed), moved, store.settled,
        retired, cleared, made_up,
    )  # fmt: skip


def _pairs(problems: Iterable[Problem]) -> tuple[tuple[str, str], ...]:
    return tuple((one.key, one.what) for one in problems)


def _made_up(store: Store, failed: list[str]) -> tuple[str, ...]:
    """Make up what lineage is missing; what cannot be done is told, and takes back nothing that verification found."""
    try:
        return tuple(one for one in lineage.missing(store) if lineage.leave(store, one))
    except (OSError, MemoryError, TwinError) as error:
        failed.append(f"lineage is NOT made up: {first_line(error)}")
        return ()
