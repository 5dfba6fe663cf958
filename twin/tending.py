"""Looking after a store: what was left half done is settled, files are verified, old runs go, lineage is made up."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from twin import lineage
from twin.errors import UsageError
from twin.store import Store

REASON = "retention"


class Tended(NamedTuple):
    """What was done to a store.

    Attributes:
        store: The store.
        runs: Runs that were verified. [1]
        files: Files that were read and are whole. [1]
        size: How much that was. [byte]
        problems: What is bad: file and why.
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
    problems: tuple[tuple[str, str], ...]
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
    if older is not None and not older > 0.0:
        raise UsageError(f"older: {older:g} d would take every run. Use more than 0 d, or leave it empty.")
    snapshot = _part("snapshot").open_snapshot(folder)  # says in words when there is none
    store: Any = Store(folder)
    retiring = _part("retiring")
    age = None if older is None else timedelta(days=older)
    records: Mapping[str, Any] = snapshot.records
    gone = [] if age is None and most is None else retiring.outdated(records.items(), older=age, most=most)
    retired = tuple(one for one in gone if retiring.retire(store.files, one, REASON))
    cleared = tuple(retiring.clear(store.files))
    found = _part("verify").verify(store.files, None, note)
    moved = tuple(_part("quarantine").quarantine(store.files, found.problems)) if quarantine else ()
    made_up = tuple(one for one in lineage.missing(store) if lineage.leave(store, one))
    return Tended(
        str(folder), found.runs, found.files, found.bytes, tuple((one.key, one.what) for one in found.problems), moved,
        store.settled, retired, cleared, made_up,
    )  # fmt: skip


def _part(name: str) -> Any:  # noqa: ANN401 - a module
    """Return a part of the store when its turn comes; nothing else needs them all at once."""
    return import_module(f"twin.store.{name}")
