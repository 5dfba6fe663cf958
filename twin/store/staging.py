"""A run on its way into the store: parts of replications beside the tables, then everything at once."""

import json
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from twin.errors import RunError
from twin.store import owner
from twin.store.files import FOLDER_MODE, Files, fresh, told
from twin.store.hashing import sha256_of
from twin.store.intents import OTHER, begun, intent
from twin.store.local import remove_all
from twin.store.naming import EXECUTIONS, LAST, attempt_name, execution_key
from twin.store.parquet import join_parts, write_file
from twin.store.parts import Part, parts_in, write_parts
from twin.store.publishing import Prepared, is_published, publish, settle
from twin.store.record import Entry, record_of
from twin.tables import TABLES

SINGLE = "single"  # file that says that the only replication is written as it will stand, and in which encoding
CODEC = "zstd"  # of files that are carried from one machine to another


class Published(NamedTuple):
    """What came of publishing.

    Attributes:
        run_id: Id of the run.
        published: Whether it was published now; False when it stood there already.
        tables: Rows of each table of it. [1]
    """

    run_id: str
    published: bool
    tables: Mapping[str, int]


def stage_part(folder: str | Path, replication: int, tables: Mapping[str, pa.Table]) -> None:
    """Put the tables of one replication beside the store; any process may, in any order.

    Args:
        folder: Staging folder of the run.
        replication: Number of the replication. [1]
        tables: Its tables by name.

    Raises:
        RunError: The disk is full, or the folder is gone.
    """
    place = Path(folder)
    with told(place.parent.parent):
        single = place / SINGLE
        if single.is_file():
            encoding = single.read_text(encoding="ascii")
            for name, table in tables.items():
                write_file(name, table, place / f"{name}.parquet", encoding)
            return
        write_parts(place, replication, tables)


class Staging:
    """One attempt to compute and publish a run.

    Attributes:
        run_id: Id of the run.
        attempt: Which attempt.
        encoding: How its files are encoded.
        path: Folder of the attempt, for ``stage_part``.
    """

    def __init__(self, files: Files, run_id: str, attempt: str, encoding: str, *, single: bool = False) -> None:
        self.run_id = run_id
        self.attempt = attempt
        self.encoding = encoding
        self.path = (files.workspace / attempt_name(run_id, attempt)).absolute()  # workers may be anywhere
        self._files = files
        self._single = single
        self._rows: dict[str, int] = {}  # of what this process wrote as it will stand
        with told(files.address):
            beside = files.workspace / owner.scrap()
            beside.mkdir(mode=FOLDER_MODE)
            fresh(beside / owner.FILE).write_text(json.dumps(owner.card()), encoding="utf-8")
            if single:
                fresh(beside / SINGLE).write_text(encoding, encoding="ascii")
            beside.rename(self.path)

    def add(self, replication: int, tables: Mapping[str, pa.Table]) -> None:
        """Put the tables of one replication beside the store."""
        stage_part(self.path, replication, tables)
        if self._single:
            self._rows |= {name: len(table) for name, table in tables.items()}

    @property
    def single(self) -> str:
        """Encoding of a run of one replication, whose tables are written as they will stand; else empty."""
        return self.encoding if self._single else ""

    def take(self, files: Mapping[str, bytes]) -> None:
        """Put here what a worker staged that does not see this folder.

        Args:
            files: Content of each file by name, packed.
        """
        with told(self._files.address):
            for name, data in files.items():
                beside = fresh(self.path / f"{name}.new")
                beside.write_bytes(pa.input_stream(pa.py_buffer(data), compression=CODEC).read())
                beside.replace(self.path / name)

    def part(self, table: str, replication: int) -> pa.Table | None:
        """Return what was put there of one table and replication; None for nothing."""
        if self._single:
            whole = self._finished(table)
            return pq.ParquetFile(whole).read() if whole.exists() else None
        part = parts_in(self.path).get(replication, {}).get(table)
        return None if part is None else part.read()

    def finish(self, run_tables: Mapping[str, pa.Table]) -> list[Entry]:
        """Join the parts and write the run's own tables: every file of the run as it will stand there.

        Args:
            run_tables: Tables that a run has once, by name; ``runs`` among them.
        """
        with told(self._files.address):
            rows = {one.stem: self._rows_of(one) for one in self.path.glob("*.parquet")} if self._single else {}
            for name, parts in self._parts().items():
                rows[name] = join_parts(name, parts, self._finished(name), self.encoding)
            for name, table in run_tables.items():
                rows[name] = write_file(name, table, self._finished(name), self.encoding)
            return [self._entry(name, rows[name]) for name in sorted(rows)]

    def _rows_of(self, path: Path) -> int:
        known = self._rows.get(path.stem)
        return int(pq.read_metadata(path).num_rows) if known is None else known

    def _finished(self, name: str) -> Path:
        return self.path / f"{name}.parquet"

    def _parts(self) -> dict[str, list[Part]]:
        """Return the parts of each table in the order of replications."""
        found = list(parts_in(self.path).values())
        logs = {frozenset(name for name in part if TABLES[name].per == "replication") for part in found}
        if len(logs) > 1:
            raise RunError(f"run {self.run_id}: some tables lack replications; nothing was published. Run it again.")
        names = {name for part in found for name in part}
        return {name: [part[name] for part in found if name in part] for name in sorted(names)}

    def _entry(self, name: str, rows: int) -> Entry:
        path = self._finished(name)
        return Entry(name, rows, path.stat().st_size, sha256_of(path))

    def publish(
        self, run_tables: Mapping[str, pa.Table], execution: Mapping[str, Any], execution_row: pa.Table | None = None
    ) -> Published:
        """Publish the run at once; when it stands there already, nothing changes.

        Args:
            run_tables: Tables that the run has once, by name; ``runs`` among them.
            execution: What is no function of plan, seed and code; stands in the commit record alone.
            execution_row: Row of the table ``executions``.

        Raises:
            RunError: The disk is full, or the replications are not all here; nothing was published.
        """
        if LAST not in run_tables:
            raise RunError(f"store {self._files.address}: run {self.run_id} has no row for its catalogue. A bug.")
        try:
            done, rows = self._published(run_tables, execution, execution_row)
        finally:
            self.abandon()  # also after a failure: a run whose publisher was told so is never finished later
        return Published(self.run_id, done, rows)

    def _published(
        self, run_tables: Mapping[str, pa.Table], execution: Mapping[str, Any], execution_row: pa.Table | None
    ) -> tuple[bool, dict[str, int]]:
        entries = self.finish(run_tables)
        with told(self._files.address):
            row = None if execution_row is None else self._execution(execution_row)
            paths = [self._finished(entry.table) for entry in entries]
            self._files.settle_files([*paths, *([] if row is None else [self._finished(EXECUTIONS)])])
            record = record_of(
                self.run_id, self.attempt, entries, encoding=self.encoding, execution=execution, execution_file=row,
                facts=run_tables[LAST].to_pylist()[0],
            )  # fmt: skip
            prepared = Prepared(self.run_id, self.attempt, self.path, entries, record, row)
            return publish(self._files, prepared), {entry.table: entry.rows for entry in entries}

    def publish_execution(self, row: pa.Table) -> None:
        """Publish nothing but a row of ``executions``: the run stood there already, and was computed again."""
        with told(self._files.address):
            key = self._execution(row)
            self._files.settle_files([self._finished(EXECUTIONS)])
            said = intent(begun(OTHER, self.run_id, self.attempt))
            with self._files.alone(self.run_id, said, partial(settle, self._files)):
                if is_published(self._files, self.run_id):  # it may have been retired meanwhile
                    self._files.put(self._finished(EXECUTIONS), key)
                    self._files.settle([key.rpartition("/")[0]])

    def _execution(self, row: pa.Table) -> str:
        path = self._finished(EXECUTIONS)
        write_file(EXECUTIONS, row, path)
        return execution_key(self.run_id, self.attempt, sha256_of(path))

    def abandon(self) -> None:
        """Take away what was prepared; what is published stays."""
        beside = self.path.with_name(owner.scrap())
        with suppress(OSError):  # without its card nobody would know whose a half-removed folder is
            self.path.rename(beside)
        remove_all(beside)
