"""Verification: is every file what its record says, does it fit the contract, and do the rows fit together?"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pyarrow as pa

from twin.errors import ContractError, UsageError
from twin.store.content import content, expected, first_line, misfitting, misnamed
from twin.store.files import Files, Found, told
from twin.store.naming import (
    COMMITS,
    EXECUTIONS,
    LAST,
    RETIRED,
    SUFFIX,
    TABLES_FOLDER,
    commit_key,
    execution_of,
    intent_key,
    is_run_id,
    table_key,
)
from twin.store.record import Entry, Record, entries, found_tombstone, is_newer, read_record, read_tombstone
from twin.tables import TABLES

_READERS = 4


class Problem(NamedTuple):
    """One thing that is wrong in a store.

    Attributes:
        run_id: The run that it makes bad; empty where it belongs to none.
        key: The file.
        what: What is wrong with it.
    """

    run_id: str
    key: str
    what: str


class Verified(NamedTuple):
    """What verification found.

    Attributes:
        runs: Runs that were looked at. [1]
        files: Files that were read. [1]
        bytes: How much that was. [byte]
        problems: What is wrong.
        not_read: What a newer version wrote, which may well be good and stays where it is.
    """

    runs: int
    files: int
    bytes: int
    problems: list[Problem]
    not_read: list[Problem]


def verify(files: Files, runs: Iterable[str] | None = None, tell: Callable[[str], None] = lambda _: None) -> Verified:
    """Look at every file of a store, or of some runs.

    Args:
        files: The store's files.
        runs: Ids of the runs; None for everything that stands there.
        tell: Called with the id of each run before it is read.
    """
    with told(files.address):
        present, commits = files.listed(TABLES_FOLDER), files.listed(COMMITS)
        chosen = sorted(_all_runs(present, commits)) if runs is None else list(runs)
        executed = _by_run(one for one in present if execution_of(one.key) is not None)
        problems, looks = [], [_Run(files, run_id, executed.get(run_id, [])) for run_id in chosen]
        for look in looks:
            tell(look.run_id)
            problems += list(look.problems())
        not_read = [one for look in looks for one in look.not_read]
        if runs is None:
            bad, unknown = _beside_runs(files, present, commits, looks)
            problems, not_read = problems + bad, not_read + unknown
    sizes = [size for look in looks for size in look.read]
    return Verified(len(chosen), len(sizes), sum(sizes), problems, not_read)


def _beside_runs(
    files: Files, present: list[Found], commits: list[Found], looks: Iterable["_Run"]
) -> tuple[list[Problem], list[Problem]]:  # fmt: skip
    """Return what is bad among the files that make up no run, and what a newer version may know."""
    known = {key for look in looks for key in look.keys}
    foreign = [one for one in _foreign(present) if one.key not in known]
    newer = any(look.newer for look in looks)
    graves = [(Problem("", key, str(error)), isinstance(error, UsageError)) for key, error in _tombstones(files)]
    bad = [
        *([] if newer else foreign),
        *_strays(files, present, _all_runs(present, commits)),
        *_misnamed(files, commits),
    ]
    unknown = [one._replace(what="a newer version may know it") for one in foreign if newer]
    return bad + [one for one, new in graves if not new], unknown + [one for one, new in graves if new]


def verify_alone(files: Files, run_id: str) -> list[Problem]:
    """Look at a run once more while nobody else may change it."""
    present = [one for one in files.listed(TABLES_FOLDER) if _run_of(one) == run_id]
    executed = [one for one in present if execution_of(one.key) is not None]
    return [*_Run(files, run_id, executed, alone=True).problems(), *_strays(files, present, alone=True)]


def _all_runs(present: Iterable[Found], commits: Iterable[Found]) -> set[str]:
    names = [one.name.removesuffix(".json") for one in commits if one.name.endswith(".json")]
    names += [one.name.removesuffix(SUFFIX) for one in present if one.key.startswith(f"{TABLES_FOLDER}/{LAST}/")]
    return set(filter(is_run_id, names))


def _by_run(present: Iterable[Found]) -> dict[str, list[Found]]:
    """Return the files of each run; those that can belong to none are left out."""
    found: dict[str, list[Found]] = {}
    for one in present:
        run_id = _run_of(one)
        if run_id is not None:
            found.setdefault(run_id, []).append(one)
    return found


class _Run:
    """One run while it is looked at."""

    def __init__(self, files: Files, run_id: str, executed: Iterable[Found], *, alone: bool = False) -> None:
        self.run_id = run_id
        self.read: list[int] = []
        self.not_read: list[Problem] = []
        self.newer = False
        self.keys: set[str] = set()
        self._files = files
        self._executed = executed
        self._alone = alone

    def problems(self) -> list[Problem]:
        """Return what is wrong with the run; nothing where it was retired or published anew while it was read."""
        try:
            record = read_record(self._files, self.run_id)
        except FileNotFoundError:
            there = self._files.exists(table_key(LAST, self.run_id))  # it was not just retired
            return [self._problem(commit_key(self.run_id), "the commit record is missing")] if there else []
        except ContractError as error:
            return [self._problem(commit_key(self.run_id), str(error))]
        except UsageError as error:
            self.newer = True
            self.not_read.append(self._problem(commit_key(self.run_id), str(error)))
            return []
        self.newer = is_newer(record)
        self.keys = {table_key(name, self.run_id) for name in record["tables"]}
        if self._is_going():
            return []
        found = [*self._tables(record), *self._executions(record)]
        return [] if found and self._went(record) else found

    def _is_going(self) -> bool:
        """Say whether somebody is about to take the run away, or to finish it."""
        seen = self._files.exists(table_key(LAST, self.run_id))
        return not seen and _is_changed(self._files, self.run_id, self._alone)

    def _went(self, record: Record) -> bool:
        """Say whether somebody has taken the run away since its record was read, or is about to."""
        if self._is_going():
            return True
        try:
            return bool(read_record(self._files, self.run_id)["attempt"] != record["attempt"])
        except FileNotFoundError:
            return not self._files.exists(table_key(LAST, self.run_id))
        except (ContractError, UsageError):
            return False

    def _problem(self, key: str, what: str) -> Problem:
        return Problem(self.run_id, key, what)

    def _tables(self, record: Record) -> Iterator[Problem]:
        found = entries(record)
        for name in sorted(set(expected(record)) - found.keys()):
            yield self._problem(table_key(name, self.run_id), "the run has no such table")
        with ThreadPoolExecutor(_READERS) as pool:
            read = pool.map(lambda one: self._file(table_key(one.table, self.run_id), one, record), found.values())
            seen = dict(zip(found, read, strict=True))
        for name, one in seen.items():
            if isinstance(one, str):
                yield self._problem(table_key(name, self.run_id), one)
        for wrong in misfitting({name: one for name, one in seen.items() if isinstance(one, pa.Table)}, record):
            yield self._problem(table_key(wrong.table, self.run_id), wrong.what)

    def _file(self, key: str, entry: Entry, record: Record) -> pa.Table | str | None:
        """Return the columns of a good file by which it fits the others, or what is wrong with it."""
        try:
            found = content(self._files.checked(key, entry.size, entry.sha256, anew=True), entry, record)
        except ContractError as error:
            return str(error).partition("damaged or gone ")[2].partition(". Look")[0].strip("()")
        except OSError as error:
            return f"cannot be read: {first_line(error)}"
        if not isinstance(found, str):
            self.read.append(entry.size)
        return found

    def _executions(self, record: Record) -> Iterator[Problem]:
        promised = record.get("execution_file")
        if promised is not None and not self._files.exists(promised):
            yield self._problem(promised, "it is gone")
        seen: set[str] = set()
        for one in sorted(self._executed, key=lambda one: (one.key != promised, one.key)):
            wrong = self._execution(one, record, seen)
            if wrong and (one.key == promised or self._files.exists(one.key)):  # others may go with an earlier attempt
                yield self._problem(one.key, wrong)

    def _execution(self, one: Found, record: Record, seen: set[str]) -> str:
        name = execution_of(one.key)
        if name is None or name.attempt in seen:
            return "the same execution stands there twice"
        seen.add(name.attempt)
        found = self._file(one.key, Entry(EXECUTIONS, 1, one.size, name.sha), record)
        return misnamed(found, name) if isinstance(found, pa.Table) else found or ""


def _is_changed(files: Files, run_id: str, alone: bool) -> bool:  # noqa: FBT001 - of two callers here
    """Say whether somebody else says that he is changing a run."""
    return not alone and files.exists(intent_key(run_id))


def _foreign(present: Iterable[Found]) -> Iterator[Problem]:
    for one in present:
        if _run_of(one) is None:
            yield Problem("", one.key, "it does not belong here: table folders hold finished Parquet files alone")


def _strays(
    files: Files, present: Iterable[Found], runs: Iterable[str] = (), *, alone: bool = False
) -> Iterator[Problem]:  # fmt: skip
    """Yield files in the table folders that belong to no run that is here.

    Args:
        files: The store's files.
        present: What stands in the table folders.
        runs: Runs that are known to be here; the others are looked for.
        alone: Whether nobody else may change a run meanwhile.
    """
    found = _by_run(present)
    for run_id in sorted(found.keys() - set(runs)):
        if files.exists(table_key(LAST, run_id)) or _is_accounted(files, run_id, alone):
            continue
        for one in found[run_id]:
            if files.exists(one.key):
                yield Problem(run_id, one.key, "it belongs to no run that is here: its commit record is missing")


def _run_of(one: Found) -> str | None:
    parts = one.key.split("/")
    if len(parts) != 3 or parts[1] not in TABLES or not one.name.endswith(SUFFIX):
        return None
    if parts[1] == EXECUTIONS:
        name = execution_of(one.key)
        return None if name is None else name.run_id
    run_id = one.name.removesuffix(SUFFIX)
    return run_id if is_run_id(run_id) else None


def _is_accounted(files: Files, run_id: str, alone: bool) -> bool:  # noqa: FBT001 - as above
    if _is_changed(files, run_id, alone) or files.exists(commit_key(run_id)):
        return True
    tombstone = found_tombstone(files, run_id)
    return tombstone is not None and tombstone["cleared_utc"] is None


def _misnamed(files: Files, commits: Iterable[Found]) -> Iterator[Problem]:
    for one in (*commits, *files.listed(RETIRED)):
        if one.name.endswith(".json") and not is_run_id(one.name.removesuffix(".json")):
            yield Problem("", one.key, "it is no record of a run: its name is none that a run can have")


def _tombstones(files: Files) -> Iterator[tuple[str, ContractError | UsageError]]:
    """Yield tombstones that cannot be read; their runs may be here again, and are not bad for that."""
    for one in files.listed(RETIRED):
        run_id = one.name.removesuffix(".json")
        if one.name.endswith(".json") and is_run_id(run_id):
            try:
                read_tombstone(files, run_id)
            except (ContractError, UsageError) as error:
                yield one.key, error
            except FileNotFoundError:
                continue
