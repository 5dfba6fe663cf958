"""A CSV of measurements as rows in SI units; what is wrong in it is said line by line, all at once."""

import csv
import io
import stat
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from itertools import combinations
from math import isfinite
from pathlib import Path
from typing import NamedTuple

from twin.errors import UsageError, joined, nearest, printable
from twin.fitting.law import Column, Law
from twin.units import convert

MOST_BYTES = 1 << 20
MOST_ROWS = 5000
FREE = ("date", "sample", "note")  # columns that any file may have; date is YYYY-MM-DD
GUIDE = "docs/how-to/fit-to-your-data.md names the columns"


class Line(NamedTuple):
    """One row of data.

    Attributes:
        number: Its line in the file.
        values: What stands in it, in SI units, by column; nothing for an empty cell.
        day: Its date; empty for none.
    """

    number: int
    values: Mapping[str, float]
    day: str = ""


class Table(NamedTuple):
    """A data file.

    Attributes:
        name: Name of the file.
        sha256: Hash of its bytes.
        lines: Its rows.
    """

    name: str
    sha256: str
    lines: tuple[Line, ...]

    @property
    def day(self) -> str:
        """Latest date in it; empty for none."""
        return max((line.day for line in self.lines), default="")


def read_table(path: Path, law: Law) -> Table:
    """Read a data file.

    Raises:
        UsageError: It cannot be read, or holds what cannot be fitted; each problem in a line.
    """
    label = printable(path.name)
    content = _content(path, label)
    heads, rows = _split(content, label)
    _check_heads(heads, law, label)
    problems: list[str] = []
    lines = [_line(number, dict(zip(heads, cells, strict=True)), law, label, problems) for number, cells in rows]
    if problems:
        raise UsageError(*problems)
    if len(lines) < 2:
        told = "no row" if not lines else "one row"
        raise UsageError(f"{label}: {told} of data: a value and its error need at least two. Add measurements.")
    return Table(path.name, sha256(content).hexdigest(), tuple(lines))


def _content(path: Path, label: str) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UsageError(f"{label}: is no regular file. Give a CSV file: --data FILE.")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise UsageError(f"{label}: there is no such file. Give a CSV file; {GUIDE}.") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{label}: cannot be read: {printable(getattr(error, 'strerror', None) or error)}.") from None
    if len(content) > MOST_BYTES:
        raise UsageError(f"{label}: larger than 1 MiB. Leave out what is no measurement of this kind.")
    return content


def _split(content: bytes, label: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Heads and rows; empty lines and those that begin with # are comments."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{label}: is not UTF-8. Save it as CSV in UTF-8.") from None
    found: list[tuple[int, list[str]]] = []
    for number, told in enumerate(text.splitlines(), 1):
        if told.strip(" ,\t") and not told.lstrip().startswith("#"):
            try:
                cells = next(csv.reader(io.StringIO(told), strict=True))
            except csv.Error as error:
                raise UsageError(f"{label}:{number}: no CSV: {printable(error)}. Correct that line.") from None
            found.append((number, [cell.strip() for cell in cells]))
    if not found:
        raise UsageError(f"{label}: is empty. Its first line holds the names of the columns; {GUIDE}.")
    heads = found[0][1]
    for number, cells in found[1:]:
        if len(cells) != len(heads):
            raise UsageError(f"{label}:{number}: {len(cells)} cells, but {len(heads)} columns. Correct that line.")
    if len(found) > MOST_ROWS + 1:
        raise UsageError(f"{label}: more than {MOST_ROWS} rows. Give the measurements of one campaign.")
    return heads, found[1:]


def _check_heads(heads: Sequence[str], law: Law, label: str) -> None:
    known = [*(one.name for one in law.columns), *FREE]
    problems = [
        f"{label}:1: column {printable(name) or '(empty)'}: unknown to twin fit {law.kind}."
        f"{nearest(name, known) or f' Known: {joined(known, 20)}.'}"
        for name in heads
        if name not in known
    ]
    problems += [f"{label}:1: column {name} stands twice. Keep one." for name in known if heads.count(name) > 1]
    lacking = [one.name for one in law.columns if one.required and one.name not in heads]
    if lacking:
        problems.append(f"{label}:1: without the column {joined(lacking)}, which twin fit {law.kind} needs; {GUIDE}.")
    if law.needs and not set(law.needs) & set(heads):
        problems.append(f"{label}:1: without a measured column: {' or '.join(law.needs)} is needed; {GUIDE}.")
    if problems:
        raise UsageError(*problems)


def _line(number: int, cells: Mapping[str, str], law: Law, label: str, problems: list[str]) -> Line:
    values: dict[str, float] = {}
    for column in law.columns:
        told = cells.get(column.name, "")
        problem = _cell(column, told, values)
        if problem:
            problems.append(f"{label}:{number}: {column.name} = {printable(told) or '(empty)'}: {problem}")
    told = cells.get("date", "")
    if told and not _is_day(told):
        problems.append(f"{label}:{number}: date = {printable(told)}: no date. Write it like 2026-11-22.")
    if law.needs and not any(cells.get(name) for name in law.needs):
        problems.append(f"{label}:{number}: nothing is measured: {' or '.join(law.needs)} is needed.")
    return Line(number, values, told)


def _cell(column: Column, told: str, values: dict[str, float]) -> str:
    """Put a cell's value into SI units; return what is wrong with it."""
    if not told:
        return f"a number in {column.unit} is needed." if column.required else ""
    try:
        value = float(told)
    except ValueError:
        comma = " Decimals stand behind a point." if "," in told else ""
        return f"no number.{comma} Write a number in {column.unit}, without its unit."
    if not isfinite(value):
        return f"no finite number. Write a number in {column.unit}."
    if not column.low <= value <= column.high:
        side = f"below {column.low:g}, the least" if value < column.low else f"above {column.high:g}, the most"
        return f"{side} that this column takes. Use {column.low:g}-{column.high:g} {column.unit}."
    values[column.name] = convert(value, column.unit, column.si)
    return ""


def _is_day(told: str) -> bool:
    try:
        return len(told) == 10 and bool(date.fromisoformat(told))
    except ValueError:
        return False


def check_agreement(table: Table, law: Law, prepared: object) -> None:
    """See that rows that were set alike were not measured too far apart to be two measurements of one thing.

    Args:
        table: The rows.
        law: Kind of fit.
        prepared: Stage without its scatter, which says what an empty cell means.

    Raises:
        UsageError: Some contradict each other; each of them in a line.
    """
    told = [line for column in law.measured() for line in _contradictions(table, law, prepared, column)]
    if told:
        raise UsageError(*told)


def _contradictions(table: Table, law: Law, prepared: object, column: Column) -> Iterator[str]:
    """Name the first pair that contradicts each other in each group of rows that were set alike for a column."""
    alike: dict[tuple[tuple[str, float], ...], list[Line]] = {}
    for line in table.lines:
        if column.name in line.values:
            alike.setdefault(law.set_so(prepared, line.values, column), []).append(line)
    for same in alike.values():
        for one, other in combinations(same, 2):
            first, second = (convert(x.values[column.name], column.si, column.unit) for x in (one, other))
            if abs(first - second) > column.apart * (1.0 + 1e-9):
                yield (
                    f"{printable(table.name)}:{other.number}: {column.name} = {second:g} contradicts {first:g} in line "
                    f"{one.number}, set alike: more than {column.apart:g} {column.unit} apart. "
                    "Correct one, take it out, or add the column in which they differ."
                )
                break
