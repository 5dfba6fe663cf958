"""CSV: one file a table, all runs below each other; texts in quotes, missing values as nothing between two commas."""

from collections.abc import Sequence
from pathlib import Path

from pyarrow import csv

from twin.export.source import Source, plain_schema, plain_tables
from twin.safe import safe_texts
from twin.tables import TABLES


def write(source: Source, runs: Sequence[str], tables: Sequence[str], folder: Path) -> dict[str, int]:
    """Write ``<table>.csv`` for each table; return the rows of each. [1]

    Numbers keep all their digits, times are in UTC with microseconds.
    """
    return {name: _one(source, runs, name, folder / f"{name}.csv") for name in tables}


def _one(source: Source, runs: Sequence[str], name: str, path: Path) -> int:
    rows = 0
    with csv.CSVWriter(path, plain_schema(TABLES[name])) as writer:
        for table in plain_tables(source, runs, name):
            writer.write_table(safe_texts(table))
            rows += len(table)
    return rows
