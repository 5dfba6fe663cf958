"""Parquet files: how a table is encoded, and how the parts of many replications become one file with flat memory."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from twin.tables import TABLES, Table

ROWS = 131_072  # rows that are gathered before they are written
LEVEL = 3


def write_part(table: pa.Table, path: Path) -> None:
    """Write one table of one replication; it appears under its name only when it is whole."""
    beside = path.with_name(f"{path.name}.new")
    with pa.OSFile(str(beside), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    beside.replace(path)


def read_part(path: Path) -> pa.Table:
    """Read a part; its bytes stay on disk until they are used."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def join_parts(name: str, parts: Sequence[Path], target: Path) -> int:
    """Write the parts, one after the other, into one file; return its rows. [1]

    Args:
        name: Name of the table.
        parts: Files of its parts, in the order of replications.
        target: File to write.
    """
    spec = TABLES[name]
    chosen = parts[:1] if spec.per == "run" else parts
    schema = read_part(chosen[0]).schema
    with _writer(spec, schema, target) as writer:
        return sum(_append(writer, batch) for batch in _gathered(chosen))


def write_file(name: str, table: pa.Table, target: Path) -> int:
    """Write a table that a run has once into its file; return its rows. [1]"""
    with _writer(TABLES[name], table.schema, target) as writer:
        return _append(writer, table)


def _append(writer: pq.ParquetWriter, table: pa.Table) -> int:
    writer.write_table(table.combine_chunks(), row_group_size=max(1, len(table)))
    return len(table)


def _gathered(parts: Sequence[Path]) -> Iterator[pa.Table]:
    waiting: list[pa.Table] = []
    for path in parts:
        waiting.append(read_part(path))
        if sum(map(len, waiting)) >= ROWS:
            yield pa.concat_tables(waiting).unify_dictionaries()
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting).unify_dictionaries()


def _writer(spec: Table, schema: pa.Schema, target: Path) -> pq.ParquetWriter:
    kept = [column.name for column in spec.columns if column.kind == "name"]
    return pq.ParquetWriter(
        target,
        schema,
        compression="zstd",
        compression_level=LEVEL,
        use_dictionary=kept,
        write_page_checksum=True,
        data_page_version="1.0",
        version="2.6",
    )
