"""Verification: is every file what its record says, does it fit the contract, and do the rows fit together?"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from twin.errors import ContractError, UsageError, printable
from twin.store.files import Files, Found, told
from twin.store.naming import (
    COMMITS,
    EXECUTIONS,
    LAST,
    RUN_ID,
    SUFFIX,
    TABLES_FOLDER,
    commit_key,
    execution_file,
    intent_key,
    table_key,
    tombstone_key,
)
from twin.store.record import Entry, Record, entries, found_record, read_record
from twin.tables import CONTRACT_VERSION, TABLES, schema
from twin.tables.keeping import fitting, misfits

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
    """

    runs: int
    files: int
    bytes: int
    problems: list[Problem]


def verify(files: Files, runs: Iterable[str] | None = None, tell: Callable[[str], None] = lambda _: None) -> Verified:
    """Look at every file of a store, or of some runs.

    Args:
        files: The store's files.
        runs: Ids of the runs; None for everything that stands there.
        tell: Called with the id of each run before it is read.
    """
    with told(files.address):
        present = files.listed(TABLES_FOLDER)
        chosen = sorted(set(_all_runs(files, present))) if runs is None else list(runs)
        problems, count, size = [], 0, 0
        for run_id in chosen:
            tell(run_id)
            look = _Run(files, run_id, present)
            problems += list(look.problems())
            count, size = count + len(look.read), size + sum(look.read)
        if runs is None:
            problems += list(_strays(files, present))
    return Verified(len(chosen), count, size, problems)


def _all_runs(files: Files, present: Iterable[Found]) -> Iterator[str]:
    for one in files.listed(COMMITS):
        yield one.name.removesuffix(".json")
    for one in present:
        if one.key.startswith(f"{TABLES_FOLDER}/{LAST}/") and one.name.endswith(SUFFIX):
            yield one.name.removesuffix(SUFFIX)


class _Run:
    """One run while it is looked at."""

    def __init__(self, files: Files, run_id: str, present: Iterable[Found]) -> None:
        self.run_id = run_id
        self.read: list[int] = []
        self._files = files
        self._present = present

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong with the run."""
        try:
            record = read_record(self._files, self.run_id)
        except FileNotFoundError:
            if self._files.exists(table_key(LAST, self.run_id)):  # it was not just retired
                yield self._problem(commit_key(self.run_id), "the commit record is missing")
            return
        except (ContractError, UsageError) as error:
            yield self._problem(commit_key(self.run_id), str(error))
            return
        if self._files.exists(table_key(LAST, self.run_id)) or not self._files.exists(intent_key(self.run_id)):
            yield from self._tables(record)
            yield from self._executions(record)

    def _problem(self, key: str, what: str) -> Problem:
        return Problem(self.run_id, key, what)

    def _tables(self, record: Record) -> Iterator[Problem]:
        found = entries(record)
        for name in sorted(set(_expected(record)) - found.keys()):
            yield self._problem(table_key(name, self.run_id), "the run has no such table")
        with ThreadPoolExecutor(_READERS) as pool:
            read = pool.map(lambda one: self._file(table_key(one.table, self.run_id), one, record), found.values())
            seen = dict(zip(found, read, strict=True))
        whole = {name: content for name, content in seen.items() if not isinstance(content, str)}
        for name in found.keys() - whole.keys():
            yield self._problem(table_key(name, self.run_id), str(seen[name]))
        for name, table in whole.items():
            if table["run_id"].unique().to_pylist() not in ([self.run_id], []):
                yield self._problem(table_key(name, self.run_id), "rows of another run")
        for one in misfits(whole):
            yield self._problem(table_key(one.table, self.run_id), one.what)

    def _file(self, key: str, entry: Entry, record: Record) -> pa.Table | str:
        """Return the columns of a good file by which it fits the others, or what is wrong with it."""
        try:
            content = _content(self._files.checked(key, entry.size, entry.sha256, anew=True), entry, record)
        except ContractError as error:
            return str(error).partition("damaged or gone ")[2].partition(". Look")[0].strip("()")
        except (OSError, pa.ArrowException, MemoryError, ValueError) as error:
            return f"cannot be read: {_first_line(error)}"
        if not isinstance(content, str):
            self.read.append(entry.size)
        return content

    def _executions(self, record: Record) -> Iterator[Problem]:
        names = {one.key: execution_file(one.name) for one in self._present}
        mine = {key: name for key, name in names.items() if name is not None and name.run_id == self.run_id}
        promised = record.get("execution_file")
        if promised is not None and not self._files.exists(str(promised)):
            yield self._problem(str(promised), "it is gone")
        sizes = {one.key: one.size for one in self._present}
        for key, name in mine.items():
            entry = Entry(EXECUTIONS, 1, sizes[key], name.sha)
            content = self._file(key, entry, record)
            if isinstance(content, str):
                yield self._problem(key, content)


def _expected(record: Record) -> list[str]:
    if record["contract_version"] != CONTRACT_VERSION:
        return []
    return [name for name, table in TABLES.items() if table.per != "execution"]


def _content(path: Path, entry: Entry, record: Record) -> pa.Table | str:
    """Read a whole file; return its columns by which it fits the others, or what is wrong with it."""
    if entry.table not in TABLES:
        return "the contract knows no such table"
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        if file.metadata.num_rows != entry.rows:
            return f"{file.metadata.num_rows} rows instead of {entry.rows}"
        wrong = _off_contract(file.schema_arrow, entry.table, record)
        if wrong:
            return wrong
        kept = [name for name in fitting(entry.table) if name in file.schema_arrow.names]
        groups = [file.read_row_group(group).select(kept) for group in range(file.num_row_groups)]  # all pages, by sum
        return pa.concat_tables([file.schema_arrow.empty_table().select(kept), *groups])


def _off_contract(found: pa.Schema, table: str, record: Record) -> str:
    facts: dict[bytes, bytes] = found.metadata or {}
    for name, value in (("run_id", record["run_id"]), ("contract_version", record["contract_version"])):
        if facts.get(f"twin.{name}".encode()) != str(value).encode():
            return f"its {name} is not {value}"
    known = schema(TABLES[table])
    same = record["contract_version"] == CONTRACT_VERSION
    if same and found.names != known.names:
        return f"its columns are {', '.join(map(printable, found.names))}"
    for field in known:
        place = found.get_field_index(field.name)
        if place < 0 and not field.nullable:
            return f"column {field.name} is missing"
        if place >= 0 and (found.field(place).type != field.type or found.field(place).nullable > field.nullable):
            return f"column {field.name} is {found.field(place).type}, not {field.type}"
    return ""


def _strays(files: Files, present: Iterable[Found]) -> Iterator[Problem]:
    """Yield files in the table folders that belong to no run."""
    for one in present:
        run_id = _run_of(one)
        if run_id is None:
            yield Problem("", one.key, "it does not belong here: table folders hold finished Parquet files alone")
        elif not files.exists(table_key(LAST, run_id)) and not _is_accounted(files, run_id) and files.exists(one.key):
            yield Problem(run_id, one.key, "it belongs to no run that is here: its commit record is missing")


def _run_of(one: Found) -> str | None:
    parts = one.key.split("/")
    if len(parts) != 3 or parts[1] not in TABLES or not one.name.endswith(SUFFIX):
        return None
    if parts[1] == EXECUTIONS:
        name = execution_file(one.name)
        return None if name is None else name.run_id
    run_id = one.name.removesuffix(SUFFIX)
    return run_id if RUN_ID.fullmatch(run_id) else None


def _is_accounted(files: Files, run_id: str) -> bool:
    if files.exists(intent_key(run_id)) or files.exists(commit_key(run_id)):
        return True
    tombstone: dict[str, Any] | None = found_record(files, run_id, tombstone_key(run_id))
    return tombstone is not None and tombstone.get("cleared_utc") is None


def _first_line(error: BaseException) -> str:
    return printable(str(error).split("\n", 1)[0] or type(error).__name__, 120)
