"""Parquet files: how a table is encoded, and how the parts of many replications become one file with flat memory.

Floats stay PLAIN under zstd: on the plant's own tables that is a sixth smaller than BYTE_STREAM_SPLIT, since times and
amounts come back exactly in the next row, and every tool reads it.

Compact logs are rounded after everything was computed from them: times to a tick, other numbers to single precision,
money never. What is computed from them again agrees to ``TOLERANCE``; unrounded they would take a third more.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from twin.store.files import fresh
from twin.store.parts import Part
from twin.tables import TABLES, Table
from twin.tables.logs import LOGS
from twin.tables.ordering import in_order

ROWS = 131_072  # rows of a row group
STANDARD, COMPACT = "standard", "compact"
ENCODINGS = (STANDARD, COMPACT)
TOLERANCE = 1e-6  # how far an indicator from compact logs may be off, of its value or of what it is a part of
_LEVEL = {STANDARD: 3, COMPACT: 15}
_COUNTED = ("sequence", "sample", "ordinal")  # columns that count on: next to nothing where differences are stored
_TICKS = 1024.0  # 1/s; simulated times of compact logs, an exact binary fraction
_MICROS = 1000  # us; calendar times of compact logs
_DROPPED = 29  # bits of a double that a single precision number does not have
_ROUNDED = frozenset(table.name for table in LOGS)


def join_parts(name: str, parts: Sequence[Part], target: Path, encoding: str = STANDARD) -> int:
    """Write the parts, one after the other, into one file, a row group at a time; return its rows. [1]

    Args:
        name: Name of the table.
        parts: Its parts, in the order of replications.
        target: File to write.
        encoding: ``standard``, or ``compact`` for rounded logs.
    """
    spec = TABLES[name]
    chosen = parts[:1] if spec.per == "run" else parts
    with _sink(target) as sink, _writer(spec, chosen[0].schema(), sink, encoding) as writer:
        return sum(_append(writer, _encoded(name, group, encoding)) for group in _groups(chosen))


def write_file(name: str, table: pa.Table, target: Path, encoding: str = STANDARD) -> int:
    """Write a table that is here whole into its file, which appears under its name only then; return its rows. [1]"""
    beside, spec = target.with_name(f"{target.name}.new"), TABLES[name]
    with _sink(beside) as sink, _writer(spec, table.schema, sink, encoding) as writer:
        rows = _append(writer, _encoded(name, in_order(table, spec.sorting), encoding))
    beside.replace(target)
    return rows


def _append(writer: pq.ParquetWriter, table: pa.Table) -> int:
    writer.write_table(table.combine_chunks(), row_group_size=ROWS)
    return len(table)


def _groups(parts: Sequence[Part]) -> Iterator[pa.Table]:
    """Yield row groups of equal size, whatever the sizes of the parts."""
    waiting: list[pa.Table] = []
    rows = 0
    for part in parts:
        waiting.append(part.read())
        rows += len(waiting[-1])
        while rows >= ROWS:
            whole = pa.concat_tables(waiting).unify_dictionaries()
            yield whole.slice(0, ROWS)
            waiting, rows = [whole.slice(ROWS)], rows - ROWS
    yield waiting[0] if len(waiting) == 1 else pa.concat_tables(waiting).unify_dictionaries()


def _sink(path: Path) -> pa.NativeFile:
    return pa.OSFile(str(fresh(path)), "wb")


def _writer(spec: Table, schema: pa.Schema, target: pa.NativeFile, encoding: str) -> pq.ParquetWriter:
    kept = [column.name for column in spec.columns if column.kind == "name"]
    counted = [name for name in schema.names if name in _COUNTED] if encoding == COMPACT else []
    return pq.ParquetWriter(
        target,
        schema,
        compression="zstd",
        compression_level=_LEVEL[encoding],
        use_dictionary=kept,
        column_encoding=dict.fromkeys(counted, "DELTA_BINARY_PACKED") or None,
        write_page_checksum=True,
        data_page_version="1.0",
        version="2.6",
        sorting_columns=sorting(spec, schema),
    )


def sorting(spec: Table, schema: pa.Schema) -> list[pq.SortingColumn] | None:
    """Name what the rows of a file are sorted by, so that readers may rely on it."""
    return [pq.SortingColumn(schema.get_field_index(name)) for name in spec.sorting] or None


# -- compact ----------------------------------------------------------------------------------------------------------


def _encoded(name: str, table: pa.Table, encoding: str) -> pa.Table:
    if encoding == STANDARD or name not in _ROUNDED:
        return table
    for place, column in enumerate(TABLES[name].columns):
        how = None if column.unit == "USD" else _ROUND.get("seconds" if column.unit == "s" else column.kind)
        if how is not None:
            table = table.set_column(place, table.schema.field(place), _rounded(table.column(place), how))
    return table


def _rounded(column: pa.ChunkedArray, how: Callable[[np.ndarray], np.ndarray]) -> pa.Array:
    flat = column.combine_chunks()
    number = flat if pa.types.is_floating(flat.type) else flat.cast(pa.int64())
    missing = flat.is_null().to_numpy(zero_copy_only=False)
    return pa.array(how(number.fill_null(0).to_numpy(zero_copy_only=False)), mask=missing).cast(flat.type)


def _to_ticks(seconds: np.ndarray) -> np.ndarray:
    return np.rint(seconds * _TICKS) / _TICKS


def _to_millis(micros: np.ndarray) -> np.ndarray:
    return np.rint(micros / _MICROS).astype(np.int64) * _MICROS


def to_single(values: np.ndarray) -> np.ndarray:
    """Round doubles to the 24 significant bits of single precision; they stay doubles, of any size.

    >>> float(to_single(np.array([0.1]))[0]), float(to_single(np.array([1e300]))[0]) > 0.99e300
    (0.10000000149011612, True)
    """
    bits = np.ascontiguousarray(values, dtype=np.float64).view(np.uint64)
    half, kept = np.uint64(1 << (_DROPPED - 1)), ~np.uint64((1 << _DROPPED) - 1)
    rounded: np.ndarray = ((bits + half) & kept).view(np.float64)
    return np.where(np.isfinite(values), rounded, values)


_ROUND: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "seconds": _to_ticks, "time": _to_millis, "number": to_single,
}  # fmt: skip
