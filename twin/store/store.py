"""The store: a folder of tables that any tool can read, in which a run appears at once or not at all."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from twin.errors import ContractError, UsageError
from twin.plan import Plan
from twin.store import owner
from twin.store.files import Files, damaged, told, unreadable
from twin.store.naming import COMMITS, EXECUTIONS, RUN_ID, asked_run_id, execution_of, no_run, table_key
from twin.store.parquet import ENCODINGS, STANDARD
from twin.store.place import files_at
from twin.store.publishing import is_published
from twin.store.record import Entry, Record, entries, found_record, read_record
from twin.store.retiring import executions
from twin.store.staging import Staging
from twin.store.sweeping import sweep
from twin.store.version import run_id
from twin.tables import TABLES, schema


class Store:
    """A store of finished runs.

    Attributes:
        root: Its folder, or its address in a bucket.
        files: Its files.
        encoding: How new runs are encoded.
        settled: Changes by killed processes that were settled at its opening. [1]
    """

    def __init__(
        self, root: str | Path, *, fsync: bool = True, encoding: str = STANDARD, files: Files | None = None
    ) -> None:
        """Open a store, make it if need be, and settle what killed processes left behind.

        Args:
            root: Its folder, or ``s3://bucket/prefix``.
            fsync: Whether published files survive a power cut; off for throw-away stores.
            encoding: ``standard``, or ``compact`` for logs to 7 digits and 1 ms.
            files: Its files, where they are not the usual ones.

        Raises:
            UsageError: It cannot be written, is a file, or has links that lead out of it.
        """
        if encoding not in ENCODINGS:
            raise UsageError(f"encoding {encoding!r}: use one of {', '.join(ENCODINGS)}.")
        self.root = Path(root)
        self.encoding = encoding
        with told(root):
            self.files = files or files_at(root, fsync=fsync)
            self.settled = sweep(self.files)

    def run_id(self, plan: Plan) -> str:
        """Return the id under which the plan's run stands here."""
        return run_id(plan)

    def has(self, run: str) -> bool:
        """Say whether a run is finished here."""
        with told(self.files.address):
            return is_published(self.files, asked_run_id(run))

    def runs(self) -> list[str]:
        """List the finished runs, by name."""
        with told(self.files.address):
            return sorted(name for name in self._committed() if is_published(self.files, name))

    def _committed(self) -> list[str]:
        """List the runs that have a commit record, by one look at its folder."""
        names = [one.name.removesuffix(".json") for one in self.files.listed(COMMITS)]
        return list(filter(RUN_ID.fullmatch, names))

    def begin(self, run: str, *, single: bool = False) -> Staging:
        """Open a place beside the tables in which a run is prepared, encoded as it stands here already.

        Args:
            run: Id of the run.
            single: Whether it has one replication, whose tables can then be written as they will stand.
        """
        with told(self.files.address):
            known = found_record(self.files, asked_run_id(run))
        encoding = self.encoding if known is None else known["encoding"]
        return Staging(self.files, run, owner.attempt(), encoding, single=single)

    def commit(self, run: str) -> dict[str, Any]:
        """Return the commit record of a run.

        Raises:
            UsageError: There is no such run, or a newer version wrote it.
            ContractError: The record is damaged or was edited.
        """
        with told(self.files.address):
            if is_published(self.files, asked_run_id(run)):
                with suppress(FileNotFoundError):  # it is being retired
                    return read_record(self.files, run)
            known = set(self._committed())
        raise no_run(self.files.address, run, known - {run})

    def read(self, run: str, table: str) -> pa.Table:
        """Return one table of a finished run; its hash and its checksums are verified.

        Raises:
            UsageError: There is no such run or table.
            ContractError: The file is damaged or gone.
        """
        if table not in TABLES:
            raise UsageError(f"no table {table}. There are: {', '.join(TABLES)}.")
        record = self.commit(run)
        if table == EXECUTIONS:
            return self._executions(record)
        entry = entries(record).get(table)
        if entry is None:
            raise UsageError(f"store {self.files.address}: run {run} has no table {table}.")
        return self._table(table_key(table, run), entry.size, entry.sha256)

    def _executions(self, record: Record) -> pa.Table:
        with told(self.files.address):
            keys, promised = executions(self.files, record["run_id"]), record.get("execution_file")
        if promised is not None and promised not in keys:
            raise damaged(self.files.address, promised, "it is gone")
        none = schema(TABLES[EXECUTIONS]).empty_table()
        return pa.concat_tables([self._execution(key) for key in keys] or [none]).unify_dictionaries()

    def _execution(self, key: str) -> pa.Table:
        name = execution_of(key)
        assert name is not None, "executions() returns nothing else"  # noqa: S101 - a slip in our code
        size = next(one.size for one in self.files.listed(key.rpartition("/")[0]) if one.key == key)
        return self._table(key, size, name.sha)

    def _table(self, key: str, size: int, sha256: str) -> pa.Table:
        with told(self.files.address):
            path = self.files.checked(key, size, sha256)
        try:
            return pq.ParquetFile(path, page_checksum_verification=True).read()
        except (OSError, pa.ArrowException) as error:
            raise unreadable(self.files.address, key, error) from error

    def differences(self, run: str, again: list[Entry]) -> list[str]:
        """List the tables of a finished run whose bytes differ from files that were computed again.

        The stored files are read: a damaged one differs, whatever its record says.
        """
        known = entries(self.commit(run))
        found = {entry.table: entry for entry in again}
        with told(self.files.address):
            return sorted(
                name for name in {*known, *found}
                if name not in known or name not in found or known[name].sha256 != found[name].sha256
                or not self._is_intact(run, known[name])
            )  # fmt: skip

    def _is_intact(self, run: str, entry: Entry) -> bool:
        with suppress(ContractError), self.files.anew(table_key(entry.table, run), entry.size, entry.sha256):
            return True
        return False
