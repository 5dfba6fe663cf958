"""An answer as a table on the screen, CSV, JSON or Parquet; no value of it can act on a terminal or a spreadsheet."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from twin.errors import printable
from twin.layout import columns
from twin.safe import quoted

_WIDTH = 60


def told(table: pa.Table, form: str) -> bytes:
    """Return an answer as bytes.

    Args:
        table: The answer.
        form: One of ``FORMATS``.
    """
    return FORMATS[form](table)


def _screen(table: pa.Table) -> bytes:
    heads = tuple(printable(name, _WIDTH) for name in table.column_names)
    rows = [tuple(_shown(value) for value in row) for row in _rows(table)]
    return f"{columns(rows, heads)}\n".encode()


def _shown(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return printable(value, _WIDTH) or "''"


def _csv(table: pa.Table) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([quoted(name) for name in table.column_names])
    writer.writerows([[_cell(value) for value in row] for row in _rows(table)])
    return out.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, bool | int | float) or value is None:
        return value
    return value.isoformat() if isinstance(value, datetime) else quoted(str(value))


def _json(table: pa.Table) -> bytes:
    rows = [dict(zip(table.column_names, map(_value, row), strict=True)) for row in _rows(table)]
    return f"{json.dumps(rows, indent=1, default=str)}\n".encode()


def _value(value: Any) -> Any:  # noqa: ANN401 - any value of an answer
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value.isoformat() if isinstance(value, datetime) else value


def _parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    return bytes(sink.getvalue())


def _rows(table: pa.Table) -> list[tuple[Any, ...]]:
    if not table.num_columns or not len(table):
        return []
    return list(zip(*(map(_number, column.to_pylist()) for column in table.columns), strict=True))


def _number(value: Any) -> Any:  # noqa: ANN401 - any value of an answer
    """Return sums of whole numbers and literals, which come as decimals, as plain numbers."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


FORMATS: Mapping[str, Callable[[pa.Table], bytes]] = {"table": _screen, "csv": _csv, "json": _json, "parquet": _parquet}
