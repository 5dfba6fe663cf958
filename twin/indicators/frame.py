"""Columns of Arrow tables as numpy arrays, and the rows that indicators become."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from twin.indicators.catalogue import CATALOGUE

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Mask = NDArray[np.bool_]
DAY = 86400.0  # s
LINE = ""


class Frame:
    """A table, column by column.

    Attributes:
        rows: Number of rows. [1]
    """

    def __init__(self, table: pa.Table) -> None:
        self._table = table
        self.rows: int = len(table)
        self._named: dict[str, tuple[Codes, list[str]]] = {}

    def floats(self, name: str) -> Floats:
        """Return a column of numbers; missing ones are NaN. Shape: (rows,)."""
        return np.asarray(self._table[name].to_numpy(), dtype=np.float64)

    def integers(self, name: str) -> Codes:
        """Return a column of whole numbers. Shape: (rows,)."""
        return np.asarray(self._table[name].to_numpy(), dtype=np.int64)

    def names(self, name: str) -> tuple[Codes, list[str]]:
        """Return a column of names as numbers and what they stand for; missing ones are -1. Shape: (rows,)."""
        if name not in self._named:
            column = self._table[name].combine_chunks()
            if not pa.types.is_dictionary(column.type):
                column = column.dictionary_encode()
            if isinstance(column, pa.ChunkedArray):
                column = column.unify_dictionaries().combine_chunks()
            codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
            self._named[name] = codes, column.dictionary.to_pylist()
        return self._named[name]

    def where(self, name: str, *values: str) -> Mask:
        """Say in which rows a name is one of these. Shape: (rows,)."""
        codes, names = self.names(name)
        return np.isin(codes, [place for place, one in enumerate(names) if one in values])

    def take(self, chosen: Mask) -> "Frame":
        """Return the chosen rows."""
        return Frame(self._table.filter(pa.array(chosen)))


class Window:
    """The measured time.

    Attributes:
        start: When it begins. [s]
        end: When it ends. [s]
    """

    def __init__(self, start: float, end: float) -> None:
        self.start = start
        self.end = end

    @property
    def seconds(self) -> float:
        """Its length. [s]"""
        return self.end - self.start

    @property
    def days(self) -> float:
        """Its length in days."""
        return self.seconds / DAY

    def holds(self, times: Floats) -> Mask:
        """Say which times lie in it, its end included. Shape: (rows,)."""
        return np.asarray((times > self.start) & (times <= self.end))

    def overlap(self, starts: Floats, ends: Floats) -> Floats:
        """Return how much of each interval lies in it. Shape: (rows,). [s]"""
        return np.asarray(np.maximum(0.0, np.minimum(ends, self.end) - np.maximum(starts, self.start)))


class Run:
    """The tables of one replication and its window.

    Attributes:
        window: The measured time.
        tables: Tables by name.
    """

    def __init__(self, tables: Mapping[str, pa.Table], window: Window) -> None:
        self.window = window
        self.tables = {name: Frame(table) for name, table in tables.items()}

    def __getitem__(self, name: str) -> Frame:
        return self.tables[name]

    @cached_property
    def lots(self) -> int:
        """One more than the largest number of a lot in any table. [1]"""
        most = [-1]
        for name in ("lots", "visits", "dispositions", "consumption"):
            frame = self.tables[name]
            most.append(int(frame.integers("lot").max()) if frame.rows else -1)
        return max(most) + 1

    @cached_property
    def products(self) -> list[str]:
        """Products of lots, by name."""
        codes, names = self["lots"].names("product")
        return sorted(names[code] for code in np.unique(codes[codes >= 0]).tolist() if names[code])

    def by_lot(self, frame: Frame, values: Any, missing: float = np.nan) -> Floats:  # noqa: ANN401 - numbers of any type
        """Return a value for each lot by its number; of several rows the last. Shape: (lots,)."""
        found = np.full(self.lots, missing)
        found[frame.integers("lot")] = values
        return found

    @cached_property
    def good(self) -> Mask:
        """Which rows of lots left as first grade in the window. Shape: (rows,)."""
        lots = self["lots"]
        first = lots.where("fate", "shipped") & (lots.integers("grade") == 0)
        return np.asarray(first & self.window.holds(lots.floats("ended_s")))

    def good_area(self, product: str = LINE) -> float:
        """Return the first-grade area that left in the window. [m^2]"""
        lots = self["lots"]
        return float(lots.floats("area_m2")[self.good & of(lots, product)].sum())


def of(frame: Frame, product: str) -> Mask:
    """Say which rows belong to a product; all do to the line. Shape: (rows,)."""
    return frame.where("product", product) if product else np.ones(frame.rows, dtype=bool)


Row = dict[str, Any]


def row(
    indicator: str, scope: str, subject: str, numerator: float, denominator: float, detail: str = "",
    value: float | None = None,
) -> Row:  # fmt: skip
    """Return one indicator as a row: the quotient, or the value where it is none; a ratio never leaves [0, 1]."""
    known = CATALOGUE[indicator]
    if value is None and denominator > 0.0:
        value = numerator / denominator
    if value is not None:
        value = min(max(0.0, value), known.upper)
    return {
        "indicator": indicator, "scope": scope, "subject": subject, "detail": detail, "value": value,
        "value_unit": known.unit, "numerator": numerator, "denominator": denominator, "definition": known.definition,
        "standard": known.standard or None, "numerator_unit": known.units[0], "denominator_unit": known.units[1],
    }  # fmt: skip


def scopes(run: Run) -> Sequence[tuple[str, str]]:
    """List the line and each product: scope and subject."""
    return [("line", LINE), *(("product", product) for product in run.products)]
