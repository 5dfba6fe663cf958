"""An answer as a table on the screen, CSV, JSON or Parquet; no value of it can act on a terminal or a spreadsheet."""

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
_FOREVER = {
    sign * most: "infinity" if sign > 0 else "-infinity" for most in (2**63 - 1, 2**31 - 1) for sign in (1, -1)
}  # as DuckDB holds times and dates without end


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
    return printable(_text(value), _WIDTH) or "''"


def _csv(table: pa.Table) -> bytes:
    lines = (",".join(map(_cell, row)) for row in (table.column_names, *_rows(table)))
    return "".join(f"{line}\n" for line in lines).encode()


def _cell(value: object) -> str:
    """Return a number as it is, anything else in quotes: where ; or a tab separates cells, a bare text may end one."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    return '"' + quoted(_text(value)).replace('"', '""') + '"'


def _json(table: pa.Table) -> bytes:
    rows = [dict(zip(table.column_names, map(_value, row), strict=True)) for row in _rows(table)]
    return f"{json.dumps(rows, indent=1, allow_nan=False)}\n".encode()


def _value(value: Any) -> Any:  # noqa: ANN401 - any value of an answer
    """Return a value as JSON holds it, with all that is in it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, dict):
        return {str(name): _value(one) for name, one in value.items()}
    if isinstance(value, list | tuple) and not isinstance(value, pa.MonthDayNano):
        return [_value(one) for one in value]
    return _text(value)


def _text(value: Any) -> str:  # noqa: ANN401 - as above
    """Return a value as text, with all that is in it; none of it is how Python would write it."""
    if isinstance(value, pa.MonthDayNano):
        return _span(value)
    if isinstance(value, dict | list | tuple):
        return json.dumps(_value(value), ensure_ascii=False)
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _span(value: Any) -> str:  # noqa: ANN401 - Arrow's own type, which has no stubs
    """Return a difference of times as text; months and days have no fixed length, so they are not added up.

    >>> _span(pa.MonthDayNano([1, 15, -61_892_740_783_000])), _span(pa.MonthDayNano([0, 0, 0]))
    ('1 month 15 days -17:11:32.740783', '00:00:00')
    """
    counts = ((value.months, "month"), (value.days, "day"))
    parts = [f"{count} {unit}{'' if abs(count) == 1 else 's'}" for count, unit in counts if count]
    seconds, micros = divmod(abs(value.nanoseconds) // 1000, 1_000_000)
    if micros or seconds or not parts:
        sign, more = "-" if value.nanoseconds < 0 else "", f".{micros:06}".rstrip("0") if micros else ""
        parts.append(f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{more}")
    return " ".join(parts)


def _parquet(table: pa.Table) -> bytes:
    for place, field in enumerate(table.schema):
        if not _is_storable(field):
            texts = [None if one is None else _text(one) for one in _plain(table.column(place))]
            table = table.set_column(place, field.name, pa.array(texts, pa.string()))
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    return bytes(sink.getvalue())


def _is_storable(field: pa.Field) -> bool:
    """Say whether Parquet has such a type; differences of times and unions it has not."""
    try:
        pq.write_table(pa.schema([field]).empty_table(), pa.BufferOutputStream())
    except pa.ArrowNotImplementedError:
        return False
    return True


def _rows(table: pa.Table) -> list[tuple[Any, ...]]:
    if not table.num_columns or not len(table):
        return []
    return list(zip(*(map(_number, _plain(column)) for column in table.columns), strict=True))


def _plain(column: pa.ChunkedArray) -> list[Any]:
    """Return a column as plain values; times that Python's calendar does not hold as text."""
    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):
        return [_held(one) for one in column]


def _held(one: pa.Scalar) -> Any:  # noqa: ANN401 - any value of an answer
    if not one.is_valid:
        return None
    if isinstance(one, pa.StructScalar):
        return {name: _held(part) for name, part in one.items()}
    if isinstance(one, pa.UnionScalar):
        return _held(one.value)
    if isinstance(one, pa.ListScalar):
        return [_held(part) for part in one.values]
    try:
        return one.as_py()
    except (OverflowError, ValueError):
        return _FOREVER.get(one.value) or one.cast(pa.string()).as_py()


def _number(value: Any) -> Any:  # noqa: ANN401 - any value of an answer
    """Return sums of whole numbers and literals, which come as decimals, as plain numbers."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


FORMATS: Mapping[str, Callable[[pa.Table], bytes]] = {"table": _screen, "csv": _csv, "json": _json, "parquet": _parquet}
