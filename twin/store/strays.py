"""Files that make up no run: what they are called, which run they would belong to, and what is wrong with them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pyarrow as pa

from twin.errors import ContractError, TwinError
from twin.store.content import Wrong, cut_short
from twin.store.files import Files, Found, is_of_reading
from twin.store.naming import (
    EXECUTIONS,
    LAST,
    SUFFIX,
    commit_key,
    execution_of,
    intent_key,
    is_run_id,
    table_key,
)
from twin.store.record import found_tombstone
from twin.tables import TABLES


class Problem(NamedTuple):
    """One thing that is wrong in a store.

    Attributes:
        run_id: The run that it makes bad; empty where it belongs to none.
        key: The file.
        what: What is wrong with it.
        unread: Whether this machine could not read it just now, which proves nothing: it stays where it is.
    """

    run_id: str
    key: str
    what: str
    unread: bool = False


def gathered(more: Iterable[Problem], run_id: str, key: str) -> list[Problem]:
    """Return what is found until a step fails, and that it failed: what is proven stays told.

    Args:
        more: What finds it, step by step.
        run_id: The run that is looked at; empty where it is none.
        key: What is being read.
    """
    found: list[Problem] = []
    try:
        found.extend(more)
    except (OSError, MemoryError, TwinError, pa.ArrowException) as error:
        found.append(Problem(run_id, key, *ended_by(error)))
    return found


def ended_by(error: Exception) -> Wrong:
    """Return what is wrong where a look ended with an error: a promise that is broken, or what this machine lacks."""
    if isinstance(error, ContractError):
        return Wrong(reason(error) or str(error))
    return cut_short(error, unread=not isinstance(error, pa.ArrowException) or is_of_reading(error))


def reason(error: ContractError) -> str:
    """Return why a file is damaged or gone, without the rest of the line that says so."""
    return str(error).partition("damaged or gone ")[2].partition(". Look")[0].strip("()")


def is_changed(files: Files, run_id: str, *, alone: bool) -> bool:
    """Say whether somebody else says that he is changing a run."""
    return not alone and files.exists(intent_key(run_id))


def by_run(present: Iterable[Found]) -> dict[str, list[Found]]:
    """Return the files of each run; those that can belong to none are left out."""
    found: dict[str, list[Found]] = {}
    for one in present:
        run_id = run_of(one)
        if run_id is not None:
            found.setdefault(run_id, []).append(one)
    return found


def run_of(one: Found) -> str | None:
    """Return the run to which a file of the table folders would belong; None where it can belong to none."""
    parts = one.key.split("/")
    if len(parts) != 3 or parts[1] not in TABLES or not one.name.endswith(SUFFIX):
        return None
    if parts[1] == EXECUTIONS:
        name = execution_of(one.key)
        return None if name is None else name.run_id
    run_id = one.name.removesuffix(SUFFIX)
    return run_id if is_run_id(run_id) else None


def foreign(present: Iterable[Found]) -> Iterator[Problem]:
    """Yield files in the table folders that no run can have."""
    for one in present:
        if run_of(one) is None:
            yield Problem("", one.key, "it does not belong here: table folders hold finished Parquet files alone")


def strays(
    files: Files, present: Iterable[Found], runs: Iterable[str] = (), *, alone: bool = False
) -> Iterator[Problem]:  # fmt: skip
    """Yield files in the table folders that belong to no run that is here.

    Args:
        files: The store's files.
        present: What stands in the table folders.
        runs: Runs that are known to be here; the others are looked for.
        alone: Whether nobody else may change a run meanwhile.
    """
    found = by_run(present)
    for run_id in sorted(found.keys() - set(runs)):
        yield from gathered(_strays_of(files, run_id, found[run_id], alone=alone), run_id, commit_key(run_id))


def _strays_of(files: Files, run_id: str, found: Iterable[Found], *, alone: bool) -> Iterator[Problem]:
    if files.exists(table_key(LAST, run_id)) or _is_accounted(files, run_id, alone=alone):
        return
    for one in found:
        if files.exists(one.key):
            yield Problem(run_id, one.key, "it belongs to no run that is here: its commit record is missing")


def nameless(records: Iterable[Found]) -> Iterator[Problem]:
    """Yield records that belong to no run by their names."""
    for one in records:
        if one.name.endswith(".json") and not is_run_id(one.name.removesuffix(".json")):
            yield Problem("", one.key, "it is no record of a run: its name is none that a run can have")


def _is_accounted(files: Files, run_id: str, *, alone: bool) -> bool:
    try:
        if is_changed(files, run_id, alone=alone) or files.exists(commit_key(run_id)):
            return True
        tombstone = found_tombstone(files, run_id)
    except (OSError, MemoryError):
        return True  # what cannot be read is told as such, and may well answer for it
    return tombstone is not None and tombstone["cleared_utc"] is None
