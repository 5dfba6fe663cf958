"""Delta: one Delta table a table, as Spark, Databricks, Fabric and others read it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from twin.errors import UsageError
from twin.export.source import Source, plain_schema, plain_tables
from twin.tables import TABLES


def ready() -> None:
    """Say whether the extra is installed.

    Raises:
        UsageError: It is not.
    """
    try:
        import deltalake  # noqa: F401, PLC0415 - an extra that few need
    except ImportError:
        raise UsageError(
            "--format delta needs deltalake: in the checkout .venv/bin/pip install -e '.[delta]'."
        ) from None


def write(source: Source, runs: Sequence[str], tables: Sequence[str], folder: Path) -> dict[str, int]:
    """Write a Delta table for each table, in one version that holds all runs; return the rows of each. [1]"""
    return {name: _one(source, runs, name, folder / name) for name in tables}


def _one(source: Source, runs: Sequence[str], name: str, path: Path) -> int:
    from deltalake import write_deltalake  # noqa: PLC0415 - an extra that few need
    from deltalake.exceptions import DeltaError  # noqa: PLC0415 - as above

    rows = 0

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        for table in plain_tables(source, runs, name):
            rows += len(table)
            yield from table.to_batches()

    reader = pa.RecordBatchReader.from_batches(plain_schema(TABLES[name]), batches())
    try:
        write_deltalake(str(path), reader, mode="error", name=name, description=TABLES[name].about)
    except DeltaError as error:
        raise OSError(str(error)) from error
    return rows
