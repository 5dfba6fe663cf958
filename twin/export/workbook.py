"""XLSX: one workbook with one sheet a table; the names of columns, their units, then the rows."""

from collections.abc import Callable, Sequence
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any

import pyarrow as pa

from twin.errors import UsageError
from twin.export.source import Source, plain_schema, plain_tables
from twin.safe import visible
from twin.tables import TABLES

FILE = "tables.xlsx"
MOST_ROWS = 1_048_576  # of a sheet; Excel specifications and limits
LONGEST = 32_767  # characters of a cell; the same page
HEADS = 2  # rows: names of columns, units
_EXACT = 2**53  # whole numbers beyond are not exact in a cell
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

Cell = Callable[[int, int, Any], object]


def ready() -> None:
    """Say whether the extra is installed.

    Raises:
        UsageError: It is not.
    """
    try:
        import xlsxwriter  # noqa: F401, PLC0415 - an extra that few need
    except ImportError:
        raise UsageError(
            "--format xlsx needs xlsxwriter: in the checkout .venv/bin/pip install -e '.[xlsx]'."
        ) from None


def write(source: Source, runs: Sequence[str], tables: Sequence[str], folder: Path) -> dict[str, int]:
    """Write ``tables.xlsx``; return the rows of each table. [1]

    Times are in UTC, to the millisecond that a cell can hold; the columns in simulated seconds are exact.

    Raises:
        UsageError: A table has more rows, or a text more characters, than a sheet takes.
    """
    import xlsxwriter  # noqa: PLC0415 - an extra that few need

    rows = {name: sum(len(table) for table in plain_tables(source, runs, name)) for name in tables}
    _refuse_long(rows)
    book = xlsxwriter.Workbook(str(folder / FILE), {**_OPTIONS, "tmpdir": str(folder.parent)})
    for name in tables:
        _sheet(book, name, source, runs)
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise error.args[0] from error
    return rows


def _refuse_long(rows: dict[str, int]) -> None:
    long = {name: count for name, count in rows.items() if count > MOST_ROWS - HEADS}
    if long:
        told = "; ".join(f"{name} has {count:,} rows" for name, count in long.items())
        raise UsageError(
            f"--format xlsx: {told}, and a sheet takes {MOST_ROWS - HEADS:,}. "
            "Name fewer runs or --tables, or take --format csv or delta."
        )


def _sheet(book: Any, name: str, source: Source, runs: Sequence[str]) -> None:  # noqa: ANN401 - xlsxwriter has no types
    sheet = book.add_worksheet(name)
    bold, grey = book.add_format({"bold": True}), book.add_format({"italic": True, "font_color": "#666666"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})
    fields = list(plain_schema(TABLES[name]))
    for place, field in enumerate(fields):
        sheet.set_column(place, place, max(10, len(field.name) + 2, 24 if pa.types.is_timestamp(field.type) else 0))
        sheet.write_string(0, place, field.name, bold)
        sheet.write_comment(0, place, field.metadata[b"description"].decode())
    for place, field in enumerate(fields):
        sheet.write_string(1, place, field.metadata[b"unit"].decode(), grey)
    sheet.freeze_panes(HEADS, 0)
    writers = [_writer(sheet, field.type, moment) for field in fields]
    row = HEADS
    for table in plain_tables(source, runs, name):
        for batch in table.to_batches(max_chunksize=10_000):
            for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                _row(row, values, writers, name)
                row += 1


def _row(row: int, values: Sequence[Any], writers: Sequence[Cell], table: str) -> None:
    for place, (value, put) in enumerate(zip(values, writers, strict=True)):
        if value is None:
            continue
        if isinstance(value, str) and len(value) > LONGEST:
            raise UsageError(
                f"--format xlsx: {table}, row {row + 1}: a text of {len(value):,} characters, and a cell takes "
                f"{LONGEST:,}. Leave the table out with --tables, or take --format csv or delta."
            )
        put(row, place, value)


def _writer(sheet: Any, kind: pa.DataType, moment: object) -> Cell:  # noqa: ANN401 - xlsxwriter has no types
    """Return what writes a cell of a type; a text stays a text, whatever it begins with."""

    def text(row: int, place: int, value: Any) -> object:  # noqa: ANN401 - a cell
        return sheet.write_string(row, place, visible(str(value)))

    def number(row: int, place: int, value: Any) -> object:  # noqa: ANN401 - a cell
        exact = isfinite(value) and (isinstance(value, float) or abs(value) <= _EXACT)
        return sheet.write_number(row, place, value) if exact else text(row, place, value)

    def time(row: int, place: int, value: datetime) -> object:
        return sheet.write_datetime(row, place, value.replace(tzinfo=None), moment)

    if pa.types.is_timestamp(kind):
        return time
    if pa.types.is_boolean(kind):
        return sheet.write_boolean  # type: ignore[no-any-return]  # xlsxwriter has no types
    return text if pa.types.is_string(kind) else number
