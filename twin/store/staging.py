"""A run on its way into the store: parts of replications beside the tables, then everything at once."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from twin.errors import RunError
from twin.store import owner
from twin.store.files import LocalFiles, told
from twin.store.naming import Places
from twin.store.parquet import join_parts, read_part, write_file, write_part
from twin.tables import TABLES

PARTS, FINISHED, MANIFEST = "parts", "finished", "manifest.json"
LAST = "runs"


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


class Entry(NamedTuple):
    """One finished file of a run.

    Attributes:
        table: Name of the table.
        rows: Rows in it. [1]
        size: Its length. [byte]
        sha256: Its hash.
    """

    table: str
    rows: int
    size: int
    sha256: str


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
        for name, table in tables.items():
            parts = place / PARTS / name
            parts.mkdir(exist_ok=True)  # its parent is gone once the attempt was abandoned
            write_part(table, parts / f"{replication:08d}.arrow")


class Staging:
    """One attempt to compute and publish a run.

    Attributes:
        run_id: Id of the run.
        path: Folder of the attempt, for ``stage_part``.
    """

    def __init__(self, files: LocalFiles, places: Places, run_id: str, attempt: str) -> None:
        self.run_id = run_id
        self.attempt = attempt
        self.path = places.stage(run_id, attempt)
        self._files = files
        self._places = places
        with told(files.root):
            files.folder(self.path / PARTS)
            files.write(self.path / owner.FILE, owner.card())

    def add(self, replication: int, tables: Mapping[str, pa.Table]) -> None:
        """Put the tables of one replication beside the store."""
        stage_part(self.path, replication, tables)

    def parts(self, table: str) -> Iterable[pa.Table]:
        """Yield the parts of a table in the order of replications."""
        return (read_part(path) for path in sorted((self.path / PARTS / table).glob("*.arrow")))

    def finish(self, run_tables: Mapping[str, pa.Table]) -> list[Entry]:
        """Join the parts and write the run's own tables: every file of the run as it will stand there.

        Args:
            run_tables: Tables that a run has once, by name; ``runs`` among them.
        """
        with told(self._files.root):
            finished = self._files.folder(self.path / FINISHED)
            parts = self._parts()
            rows = {name: join_parts(name, paths, finished / f"{name}.parquet") for name, paths in parts.items()}
            for name, table in run_tables.items():
                rows[name] = write_file(name, table, finished / f"{name}.parquet")
            for name in rows:
                self._files.settle(finished / f"{name}.parquet")
            self._files.settle(finished)
            return [self._entry(finished / f"{name}.parquet", rows[name]) for name in sorted(rows)]

    def _parts(self) -> dict[str, list[Path]]:
        parts = {one.name: sorted(one.glob("*.arrow")) for one in sorted((self.path / PARTS).iterdir())}
        logs = {name: paths for name, paths in parts.items() if TABLES[name].per == "replication"}
        if len({tuple(path.name for path in paths) for paths in logs.values()}) > 1:
            raise RunError(f"run {self.run_id}: some tables lack replications; nothing was published. Run it again.")
        return parts

    def _entry(self, path: Path, rows: int) -> Entry:
        return Entry(path.stem, rows, path.stat().st_size, self._files.digest(path))

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
            raise RunError(f"store {self._files.root}: run {self.run_id} has no row for its catalogue. This is a bug.")
        entries = self.finish(run_tables)
        record = commit_record(self.run_id, self.attempt, entries, execution)
        rows = {entry.table: entry.rows for entry in entries}
        with told(self._files.root), self._files.alone(self._places.lock):
            done = self._publish(entries, record, execution_row)
        self.abandon()
        return Published(self.run_id, done, rows)

    def _publish(self, entries: list[Entry], record: bytes, execution_row: pa.Table | None) -> bool:
        commit = self._places.commit(self.run_id)
        if commit.exists():
            return False
        self._files.write(self.path / MANIFEST, record)
        names = [entry.table for entry in entries if entry.table != LAST]
        try:
            for name in names:
                self._put(name)
            self._files.create(self.path / MANIFEST, commit)
            if execution_row is not None:
                self._put_execution(execution_row)
            self._put(LAST)
        except BaseException:
            if not self._places.table(LAST, self.run_id).exists():
                self._files.remove(commit)
                retract(self._files, self._places, self.run_id, names)
                self._files.remove(self._execution())
            raise
        return True

    def _execution(self) -> Path:
        return self._places.table("executions", f"{self.run_id}.{self.attempt}")

    def _put(self, name: str) -> None:
        prepared = self.path / FINISHED / f"{name}.parquet"
        self._files.publish(prepared, self._places.table(name, self.run_id))

    def publish_execution(self, row: pa.Table) -> None:
        """Publish nothing but a row of ``executions``: the run stood there already, and was computed again."""
        with told(self._files.root), self._files.alone(self._places.lock):
            self._files.folder(self.path / FINISHED)
            self._put_execution(row)

    def _put_execution(self, row: pa.Table) -> None:
        prepared = self.path / FINISHED / "executions.parquet"
        write_file("executions", row, prepared)
        self._files.settle(prepared)
        self._files.publish(prepared, self._execution())

    def abandon(self) -> None:
        """Take away what was prepared; what is published stays."""
        self._files.remove(self.path)


def commit_record(run_id: str, attempt: str, entries: list[Entry], execution: Mapping[str, Any]) -> bytes:
    """Return the commit record of a run as JSON."""
    record = {
        "run_id": run_id,
        "attempt": attempt,
        "tables": {
            entry.table: {
                "path": f"tables/{entry.table}/{run_id}.parquet",
                "rows": entry.rows,
                "bytes": entry.size,
                "sha256": entry.sha256,
            }
            for entry in entries
        },
        "execution": dict(execution),
    }
    return (json.dumps(record, indent=1, default=str) + "\n").encode()


def retract(files: LocalFiles, places: Places, run_id: str, names: Iterable[str]) -> None:
    """Take back files of a run that has no commit record; hold the lock when calling."""
    if not places.commit(run_id).exists():
        for name in names:
            files.remove(places.table(name, run_id))
