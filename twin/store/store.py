"""The store: a folder of tables that any tool can read, in which a run appears at once or not at all."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from twin.errors import ContractError, UsageError
from twin.plan import Plan
from twin.store.files import LocalFiles, told
from twin.store.naming import Places, checked_run_id
from twin.store.staging import Entry, Staging
from twin.store.sweeping import sweep
from twin.store.version import run_id
from twin.tables import TABLES


class Store:
    """A store of finished runs.

    Attributes:
        root: Its folder.
        places: Where things stand in it.
    """

    def __init__(self, root: str | Path, *, fsync: bool = True) -> None:
        """Open a store, make it if need be, and settle what killed processes left behind.

        Args:
            root: Its folder.
            fsync: Whether published files survive a power cut; off for throw-away stores.

        Raises:
            UsageError: It cannot be written, is a file, or has links that lead out of it.
        """
        self.root = Path(root)
        self.places = Places(self.root)
        self._files = LocalFiles(self.root, fsync=fsync)
        with told(self.root):
            for folder in (self.root, self.places.tables, self.places.commits, self.places.staging):
                self._files.folder(folder)
            sweep(self._files, self.places)

    def run_id(self, plan: Plan) -> str:
        """Return the id under which the plan's run stands here."""
        return run_id(plan)

    def has(self, run: str) -> bool:
        """Say whether a run is finished here."""
        return self.places.commit(_checked(run)).is_file()

    def runs(self) -> list[str]:
        """List the finished runs, by name."""
        return sorted(path.stem for path in self.places.commits.glob("[!.]*.json"))

    def begin(self, run: str) -> Staging:
        """Open a place beside the tables in which a run is prepared."""
        attempt = f"{os.getpid():x}-{time.time_ns():x}"
        return Staging(self._files, self.places, _checked(run), attempt)

    def commit(self, run: str) -> dict[str, Any]:
        """Return the commit record of a run.

        Raises:
            UsageError: There is no such run.
        """
        try:
            found: dict[str, Any] = json.loads(self.places.commit(_checked(run)).read_bytes())
        except FileNotFoundError:
            raise UsageError(f"store {self.root}: no run {run}. Known are: {self._known()}.") from None
        return found

    def read(self, run: str, table: str) -> pa.Table:
        """Return one table of a finished run; its checksums are verified.

        Raises:
            UsageError: There is no such run or table.
            ContractError: The file is damaged or gone.
        """
        if table not in TABLES:
            raise UsageError(f"no table {table}. There are: {', '.join(TABLES)}.")
        self.commit(run)
        path = self.places.table(table, run)
        if table == "executions":
            return _read_all(sorted(path.parent.glob(f"{run}.*.parquet")))
        return _read_all([path])

    def differences(self, run: str, entries: list[Entry]) -> list[str]:
        """List the tables of a finished run whose bytes differ from files that were computed again."""
        known = self.commit(run)["tables"]
        again = {entry.table: entry.sha256 for entry in entries}
        return sorted(name for name in {*known, *again} if known.get(name, {}).get("sha256") != again.get(name))

    def _known(self) -> str:
        return ", ".join(self.runs()[:5]) or "none yet"


def _checked(run: str) -> str:
    try:
        return checked_run_id(run)
    except ValueError as error:
        raise UsageError(f"run id {run!r}: {error}.") from None


def _read_all(paths: list[Path]) -> pa.Table:
    try:
        parts = [pq.ParquetFile(path, page_checksum_verification=True).read() for path in paths]
    except (OSError, pa.ArrowInvalid) as error:
        raise ContractError(f"{paths[0]}: damaged or gone ({str(error).splitlines()[0]}).") from error
    return pa.concat_tables(parts).unify_dictionaries()
