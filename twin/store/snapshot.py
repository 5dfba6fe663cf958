"""Reading: one consistent snapshot of a store, each of whose files is checked when it is first opened.

A tool that knows nothing of this reads the table folders itself. Every file there is whole, and a join with ``runs`` on
``run_id`` hides a run that is just being published or retired, as long as ``runs`` is read first::

    runs = pd.read_parquet("store/tables/runs")
    visits = pd.read_parquet("store/tables/visits").merge(runs[["run_id"]], on="run_id")
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.fs as pafs

from twin.errors import ContractError, RunError, TwinError, UsageError, joined
from twin.store.files import Files, first_line, told, unreadable
from twin.store.naming import (
    COMMITS,
    EXECUTIONS,
    LAST,
    RUN_ID,
    SUFFIX,
    TABLES_FOLDER,
    commit_key,
    execution_of,
    hidden_key,
    intent_key,
    no_run,
    table_key,
    tombstone_key,
)
from twin.store.place import address, files_to_read
from twin.store.record import NewerError, Record, entries, read_record
from twin.tables import TABLES, schema

_READERS = 4
_FORMAT = pads.ParquetFileFormat(
    default_fragment_scan_options=pads.ParquetFragmentScanOptions(page_checksum_verification=True)
)


class Snapshot:
    """The runs that were finished when the store was opened; later changes do not show.

    Attributes:
        address: Where the store is.
        records: Commit record of each run, by id.
        bad: Runs that are not shown since their record is damaged or gone, or their row, with the reason in one line.
        unread: Runs that are not shown since this machine could not read their record just now, with what it said.
        newer: Runs that are not shown since a newer version wrote them, with the reason in one line.
    """

    def __init__(self, files: Files) -> None:
        self.address = files.address
        self.records: dict[str, Record] = {}
        self.bad: dict[str, str] = {}
        self.unread: dict[str, str] = {}
        self.newer: dict[str, str] = {}
        self._files = files
        self._sizes: dict[str, int] = {}
        self._look()

    @property
    def runs(self) -> list[str]:
        """Ids of the runs, by name."""
        return sorted(self.records)

    @property
    def problems(self) -> list[str]:
        """Why runs are left out: what is bad or newer each in one line, all that is unread in one."""
        unread = [self._told_unread(sorted(self.unread))] if self.unread else []
        return [*self.bad.values(), *self.newer.values(), *unread]

    def files(self, table: str, runs: Iterable[str] | None = None) -> list[Path]:
        """Return the files of a table, each with the content that was published, for any reader of Parquet.

        When a run is retired, its file of ``runs`` goes at once, and the others after a while.

        Args:
            table: Name of the table.
            runs: Ids of the runs; None for all.

        Raises:
            UsageError: There is no such table or run, or it was retired and its data are gone.
            ContractError: A file is damaged or gone.
        """
        wanted = self._wanted(table, runs)
        with told(self.address), ThreadPoolExecutor(_READERS) as pool:
            return list(pool.map(lambda one: self._checked(*one), wanted))

    def dataset(
        self, table: str, runs: Iterable[str] | None = None, columns: pa.Schema | None = None
    ) -> pads.Dataset:  # fmt: skip
        """Return a table as a pyarrow dataset.

        Args:
            table: Name of the table.
            runs: Ids of the runs; None for all.
            columns: Names and types that it shows; None for those of the contract.
        """
        named = None if runs is None else list(runs)
        while table == LAST:  # read at once: its file moves when its run is retired, perhaps just now
            with suppress(FileNotFoundError):
                return pads.dataset(_scanned(table, self.files(table, named), columns).to_table())
        return _scanned(table, self.files(table, named), columns)

    def table(
        self, name: str, runs: Iterable[str] | None = None, columns: Sequence[str] | None = None
    ) -> pa.Table:  # fmt: skip
        """Return a table in memory."""
        try:
            return self.dataset(name, runs).to_table(columns=columns).unify_dictionaries()
        except (OSError, pa.ArrowException) as error:
            raise unreadable(self.address, f"{TABLES_FOLDER}/{name}", error) from error

    def pandas(
        self, name: str, runs: Iterable[str] | None = None, columns: Sequence[str] | None = None
    ) -> pd.DataFrame:  # fmt: skip
        """Return a table as a data frame of pandas."""
        frame: pd.DataFrame = self.table(name, runs, columns).to_pandas()
        return frame

    def duckdb(self, *tables: str) -> "duckdb.DuckDBPyConnection":
        """Return a connection of DuckDB with a view for each table: those that are named, or all."""
        connection = duckdb.connect()
        same = len({record["contract_version"] for record in self.records.values()}) < 2
        for name in tables or TABLES:
            paths = [] if name == LAST else self.files(name)
            if paths:
                listed = ", ".join(_quoted(path) for path in paths)
                options = f"hive_partitioning = false, union_by_name = {'false' if same else 'true'}"
                view = f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet([{listed}], {options})'  # noqa: S608 - our own names
                connection.execute(view)
            else:
                connection.register(name, self.table(name))  # runs, or a table without rows
        return connection

    def _look(self) -> None:
        """See what is finished: the catalogue first, whose rows come last and go first, then each record once."""
        with told(self.address):
            seen = [one.name.removesuffix(SUFFIX) for one in self._files.listed(f"{TABLES_FOLDER}/{LAST}")]
            for run_id in filter(RUN_ID.fullmatch, seen):
                self._look_at(run_id, self._record)
            committed = {one.name.removesuffix(".json") for one in self._files.listed(COMMITS)}
            for run_id in filter(RUN_ID.fullmatch, sorted(committed.difference(seen))):
                self._look_at(run_id, self._rowless)
            self._executions()

    def _look_at(self, run_id: str, look: Callable[[str], dict[str, Record]]) -> None:
        try:
            self.records |= look(run_id)
        except NewerError as error:
            self.newer[run_id] = str(error)
        except ContractError as error:
            self.bad[run_id] = str(error)
        except (OSError, MemoryError, TwinError) as error:
            self.unread[run_id] = first_line(error)

    def _record(self, run_id: str) -> dict[str, Record]:
        """Return the record of a run by its id; none where the run has gone meanwhile."""
        try:
            return {run_id: read_record(self._files, run_id)}
        except FileNotFoundError:
            if not self._files.exists(table_key(LAST, run_id)):
                return {}
        raise ContractError(self._left_out(run_id, "no commit record"))

    def _rowless(self, run_id: str) -> dict[str, Record]:
        """Tell of a run whose row a hand took away, and nothing of one at which somebody is: he may begin meanwhile."""
        exists = self._files.exists
        for _ in range(2):
            if exists(intent_key(run_id)) or exists(table_key(LAST, run_id)) or not exists(commit_key(run_id)):
                return {}
        raise ContractError(self._left_out(run_id, f"no row in {LAST}"))

    def _left_out(self, run_id: str, why: str) -> str:
        return f"run {run_id} has {why}, so it is left out: twin verify {run_id} --store {self.address}"

    def _told_unread(self, runs: Sequence[str]) -> str:
        return (
            f"store {self.address}: the commit records of {len(runs)} runs cannot be read on this machine "
            f"({self.unread[runs[0]]}), so these are left out, and may be good: {joined(runs, 5)}. "
            "See to what it says, then open the store again."
        )

    def _executions(self) -> None:
        promised = [record.get("execution_file") for record in self.records.values()]
        self._sizes = {key: 0 for key in promised if key is not None}  # one that is gone is asked for all the same
        for one in self._files.listed(f"{TABLES_FOLDER}/{EXECUTIONS}"):
            name = execution_of(one.key)
            if name is not None and name.run_id in self.records:
                self._sizes[one.key] = one.size

    def _wanted(self, table: str, runs: Iterable[str] | None) -> list[tuple[str, int, str]]:
        """List the files of a table: key, size and hash of each."""
        if table not in TABLES:
            raise UsageError(f"no table {table}. There are: {', '.join(TABLES)}.")
        chosen = self.runs if runs is None else [self.known(one) for one in dict.fromkeys(runs)]
        if table == EXECUTIONS:
            named = [(key, size, execution_of(key)) for key, size in self._sizes.items()]
            return [(key, size, name.sha) for key, size, name in named if name is not None and name.run_id in chosen]
        found = [(run, entries(self.records[run]).get(table)) for run in chosen]
        return [(table_key(table, run), one.size, one.sha256) for run, one in found if one is not None]

    def _checked(self, key: str, size: int, sha256: str) -> Path:
        try:
            return self._files.checked(key, size, sha256)
        except ContractError:
            name = execution_of(key)
            run_id = key.rpartition("/")[2].removesuffix(SUFFIX) if name is None else name.run_id
            if self._files.exists(key) or not self._files.exists(tombstone_key(run_id)):
                return self._files.checked(key, size, sha256)  # published once more just now, or damaged
            if key == table_key(LAST, run_id) and self._files.exists(hidden_key(run_id)):
                return self._files.checked(hidden_key(run_id), size, sha256)
            raise UsageError(f"run {run_id} was retired since this snapshot was taken. Open the store again.") from None

    def known(self, run_id: str) -> str:
        """Return the id of a run.

        Raises:
            UsageError: It is not here, or is left out since a newer version wrote it.
            ContractError: It is left out since it is bad.
            RunError: It is left out since its record is unread.
        """
        if run_id in self.records:
            return run_id
        if run_id in self.unread:
            raise RunError(self._told_unread([run_id]))
        if run_id in self.newer:
            raise UsageError(self.newer[run_id])
        if run_id in self.bad:
            raise ContractError(self.bad[run_id])
        raise no_run(self.address, run_id, self.records)


def open_snapshot(root: str | Path) -> Snapshot:
    """Open a store for reading: one consistent snapshot of its finished runs. Nothing is written.

    Args:
        root: Its folder, or ``s3://bucket/prefix``.

    Raises:
        UsageError: There is no store, or a folder of it is a link that leads out.
    """
    with told(address(root)):
        files = files_to_read(root)
        there = files.is_there()
    if not there:
        what = "it is a file" if Path(root).is_file() else "no store is there"
        raise UsageError(f"store {address(root)}: {what}. Name another with --store, or make one: twin run baseline.")
    return Snapshot(files)


def _scanned(table: str, paths: Iterable[Path], columns: pa.Schema | None) -> pads.Dataset:
    place = pafs.LocalFileSystem()
    fragments = [_FORMAT.make_fragment(str(path), place) for path in paths]
    return pads.FileSystemDataset(fragments, columns or schema(TABLES[table]), _FORMAT, place)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
