"""Verification: is every file what its record says, does it fit the contract, and do the rows fit together?

It reads all that a reader reads: the tables, the commit records, and what is kept of retired runs. What is staged or in
quarantine is no part of the store, and neither is ``lineage``, which is made of the rest and can be made again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple

import pyarrow as pa

from twin.errors import ContractError, TwinError
from twin.store.buried import buried, verify_buried
from twin.store.content import Wrong, content, expected, misfitting, misnamed
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
    is_run_id,
    table_key,
)
from twin.store.record import Entry, NewerError, Record, entries, is_newer, read_record
from twin.store.strays import (
    Problem,
    by_run,
    ended_by,
    foreign,
    gathered,
    is_changed,
    nameless,
    run_of,
    strays,
)

_READERS = 4


class Verified(NamedTuple):
    """What verification found.

    Attributes:
        runs: Runs that were looked at; retired ones do not count. [1]
        files: Files that were read. [1]
        bytes: How much that was. [byte]
        problems: What is bad, and what is unread.
        newer: What a newer version wrote, which was not looked at, may well be good and stays where it is.
    """

    runs: int
    files: int
    bytes: int
    problems: list[Problem]
    newer: list[Problem]

    @property
    def bad(self) -> list[Problem]:
        """What is proven to be wrong."""
        return [one for one in self.problems if not one.unread]

    @property
    def unread(self) -> list[Problem]:
        """What this machine could not read just now, which proves nothing: it stays where it is."""
        return [one for one in self.problems if one.unread]


def verify(files: Files, runs: Iterable[str] | None = None, tell: Callable[[str], None] = lambda _: None) -> Verified:
    """Look at every file of a store, or of some runs.

    Args:
        files: The store's files.
        runs: Ids of the runs; None for everything that stands there.
        tell: Called with the id of each run before it is read.

    Raises:
        RunError: The store cannot be listed; whatever fails later is told beside what was found.
        UsageError: The store is not accessible.
    """
    with told(files.address):
        present, commits = files.listed(TABLES_FOLDER), files.listed(COMMITS)
    chosen = sorted(_all_runs(present, commits)) if runs is None else list(runs)
    executed = by_run(one for one in present if execution_of(one.key) is not None)
    problems, looks = [], [_Run(files, run_id, executed.get(run_id, [])) for run_id in chosen]
    for look in looks:
        tell(look.run_id)
        problems += look.problems()
    newer = [one for look in looks for one in look.newer]
    sizes = [size for look in looks for size in look.read]
    if runs is None:
        odd, unknown = _foreign(present, looks)
        newer += unknown
        problems += [*odd, *gathered(strays(files, present, chosen), "", TABLES_FOLDER), *nameless(commits)]
        problems += gathered(_retired(files, executed, newer, sizes), "", RETIRED)
    return Verified(len(chosen), len(sizes), sum(sizes), problems, newer)


def _foreign(present: list[Found], looks: Iterable["_Run"]) -> tuple[list[Problem], list[Problem]]:
    """Return what is bad among the files that no run can have, and what a newer version may know."""
    known = {key for look in looks for key in look.keys}
    odd = [one for one in foreign(present) if one.key not in known]
    if not any(look.is_newer for look in looks):
        return odd, []
    return [], [one._replace(what="a newer version may know it") for one in odd]


def _retired(
    files: Files, executed: Mapping[str, Iterable[Found]], newer: list[Problem], sizes: list[int]
) -> Iterator[Problem]:  # fmt: skip
    """Yield what is wrong with what is kept of retired runs.

    Args:
        files: The store's files.
        executed: Files of ``executions`` by run.
        newer: Takes what a newer version wrote.
        sizes: Takes the sizes of the files that are whole. [byte]
    """
    retired = files.listed(RETIRED)
    yield from nameless(retired)
    found = buried(files, retired, executed)
    newer += found.newer
    sizes += found.read
    yield from found.problems


def verify_alone(files: Files, run_id: str) -> list[Problem]:
    """Look at a run once more while nobody else may change it."""
    present = [one for one in files.listed(TABLES_FOLDER) if run_of(one) == run_id]
    executed = [one for one in present if execution_of(one.key) is not None]
    return [*_Run(files, run_id, executed, alone=True).problems(), *strays(files, present, alone=True)]


def _all_runs(present: Iterable[Found], commits: Iterable[Found]) -> set[str]:
    names = [one.name.removesuffix(".json") for one in commits if one.name.endswith(".json")]
    names += [one.name.removesuffix(SUFFIX) for one in present if one.key.startswith(f"{TABLES_FOLDER}/{LAST}/")]
    return set(filter(is_run_id, names))


class _Run:
    """One run while it is looked at."""

    def __init__(self, files: Files, run_id: str, executed: Iterable[Found], *, alone: bool = False) -> None:
        self.run_id = run_id
        self.read: list[int] = []
        self.newer: list[Problem] = []
        self.is_newer = False
        self.keys: set[str] = set()
        self._files = files
        self._executed = executed
        self._alone = alone

    def problems(self) -> list[Problem]:
        """Return what is wrong with the run; nothing where it was retired or published anew while it was read."""
        return self._gathered(self._problems())

    def _gathered(self, more: Iterable[Problem]) -> list[Problem]:
        return gathered(more, self.run_id, commit_key(self.run_id))

    def _problems(self) -> Iterator[Problem]:
        try:
            record = read_record(self._files, self.run_id)
        except FileNotFoundError:
            if self._files.exists(table_key(LAST, self.run_id)):  # it was not just retired
                yield self._problem(commit_key(self.run_id), Wrong("the commit record is missing"))
            else:
                yield from self._buried()
        except NewerError as error:
            self.is_newer = True
            self.newer.append(self._problem(commit_key(self.run_id), Wrong(str(error))))
        else:
            yield from self._of(record)

    def _of(self, record: Record) -> list[Problem]:
        self.is_newer = is_newer(record)
        self.keys = {table_key(name, self.run_id) for name in record["tables"]}
        if self._is_going():
            return []
        found = [*self._gathered(self._tables(record)), *self._gathered(self._executions(record))]
        return [] if found and self._went(record) else found

    def _buried(self) -> list[Problem]:
        """Return what is wrong with what is left of it where it was retired."""
        with suppress(FileNotFoundError, ContractError, NewerError):
            return verify_buried(self._files, self.run_id, self._executed, self.read, alone=self._alone)
        return []

    def _is_going(self) -> bool:
        """Say whether somebody is about to take the run away, or to finish it."""
        seen = self._files.exists(table_key(LAST, self.run_id))
        return not seen and is_changed(self._files, self.run_id, alone=self._alone)

    def _went(self, record: Record) -> bool:
        """Say whether somebody has taken the run away since its record was read, or is about to.

        Where nobody can say so, what was found stands.
        """
        try:
            return self._is_going() or self._is_another(record)
        except (OSError, MemoryError, TwinError):
            return False

    def _is_another(self, record: Record) -> bool:
        try:
            return bool(read_record(self._files, self.run_id)["attempt"] != record["attempt"])
        except FileNotFoundError:
            return not self._files.exists(table_key(LAST, self.run_id))

    def _problem(self, key: str, wrong: Wrong) -> Problem:
        return Problem(self.run_id, key, *wrong)

    def _tables(self, record: Record) -> Iterator[Problem]:
        found = entries(record)
        for name in sorted(set(expected(record)) - found.keys()):
            yield self._problem(table_key(name, self.run_id), Wrong("the run has no such table"))
        with ThreadPoolExecutor(_READERS) as pool:
            read = pool.map(lambda one: self._file(table_key(one.table, self.run_id), one, record), found.values())
            seen = dict(zip(found, read, strict=True))
        for name, one in seen.items():
            if isinstance(one, Wrong):
                yield self._problem(table_key(name, self.run_id), one)
        for wrong in misfitting({name: one for name, one in seen.items() if isinstance(one, pa.Table)}, record):
            yield self._problem(table_key(wrong.table, self.run_id), Wrong(wrong.what))

    def _file(self, key: str, entry: Entry, record: Record) -> pa.Table | Wrong | None:
        """Return the columns of a good file by which it fits the others, or what is wrong with it."""
        try:
            with self._files.anew(key, entry.size, entry.sha256) as path:
                found = content(path, entry, record)
        except (OSError, MemoryError, TwinError) as error:
            return ended_by(error)
        if not isinstance(found, Wrong):
            self.read.append(entry.size)
        return found

    def _executions(self, record: Record) -> Iterator[Problem]:
        promised = record.get("execution_file")
        if promised is not None and not self._files.exists(promised):
            yield self._problem(promised, Wrong("it is gone"))
        seen: set[str] = set()
        for one in sorted(self._executed, key=lambda one: (one.key != promised, one.key)):
            wrong = self._execution(one, record, seen)
            if wrong is None or not wrong.what:
                continue
            if one.key == promised or self._files.exists(one.key):  # others may go with an earlier attempt
                yield self._problem(one.key, wrong)

    def _execution(self, one: Found, record: Record, seen: set[str]) -> Wrong | None:
        name = execution_of(one.key)
        if name is None or name.attempt in seen:
            return Wrong("the same execution stands there twice")
        seen.add(name.attempt)
        found = self._file(one.key, Entry(EXECUTIONS, 1, one.size, name.sha), record)
        return Wrong(misnamed(found, name)) if isinstance(found, pa.Table) else found
