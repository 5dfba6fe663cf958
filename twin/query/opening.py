"""A DuckDB connection that knows one view a table over the finished runs of a store, the shipped views, and no more."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import fs

from twin.errors import ContractError, RunError
from twin.query.views import views
from twin.store import open_snapshot
from twin.tables import TABLES, schema

MEMORY = 1024  # MiB
_LOCKS = (
    "SET python_enable_replacements = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET TimeZone = 'UTC'",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


class _Checked(ds.FileSystemDataset):  # type: ignore[misc] # DuckDB scans nothing but what is of a class of Arrow
    """A table whose files are compared with their records whenever a scan of it begins."""

    def __init__(self, columns: pa.Schema, checked: Callable[[], ds.Dataset]) -> None:
        super().__init__([], columns, ds.ParquetFileFormat(), fs.LocalFileSystem())
        self._checked = checked

    def scanner(self, **options: Any) -> ds.Scanner:  # noqa: ANN401 - as DuckDB asks
        """Return what reads the rows."""
        return self._checked().scanner(**options)


def opened(
    store: str | Path, runs: Sequence[str] = (), *, memory: int = MEMORY, tell: Callable[[str], None] | None = None
) -> duckdb.DuckDBPyConnection:
    """Return a connection to the finished runs of a store: a view for each table and each shipped view.

    It reads the tables through Arrow, after the files of a table were compared with their commit records, and may open
    no file itself, load nothing and change no setting.

    Args:
        store: Folder of the store, or its address in a bucket.
        runs: Ids of the runs to see; none for all.
        memory: The most memory that a query may take. [MiB]
        tell: Told of each run that is left out since its record cannot be read; None to refuse then.

    Raises:
        UsageError: There is no store, or no such run.
        ContractError: The commit record of a run is damaged, or a newer version wrote it.
        RunError: This machine cannot read the commit record of a run.
    """
    look = open_snapshot(store)
    seen = [look.known(run) for run in runs] or None
    for problem in look.problems if not runs else ():
        if tell is None:
            raise (ContractError if look.bad or look.newer else RunError)(problem)
        tell(problem)
    connection = duckdb.connect(":memory:", config={"memory_limit": f"{memory}MiB", "temp_directory": ""})
    for name in TABLES:
        columns = _plain(name)
        connection.register(name, _Checked(columns, partial(look.dataset, name, seen, columns)))
    for view in views():
        connection.execute(view.sql)
    for lock in _LOCKS:
        connection.execute(lock)
    return connection


def _plain(name: str) -> pa.Schema:
    """Columns of a table with names as text; what an older contract does not have is missing then."""
    kinds = {field.name: field.type for field in schema(TABLES[name])}
    return pa.schema(
        [(column, kind.value_type if pa.types.is_dictionary(kind) else kind) for column, kind in kinds.items()]
    )
