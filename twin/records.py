"""What a run writes down, in the order in which it happens: one flat column store a table, no object a row.

Every value is a float64. Names (of stations, products, measures, ...) are numbers in the order in which they were
first met; ``names`` turns them back. Times are simulated seconds.
"""

from collections.abc import Iterator, Sequence
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

COLUMNS: dict[str, tuple[str, ...]] = {
    "states": ("unit", "state", "start", "end", "product"),
    "visits": (
        "lot", "station", "unit", "stage", "attempt", "load", "arrived", "start", "end",
        "mass_in", "mass_out", "length_in", "length_out", "panels_in", "panels_out", "area_in", "area_out",
    ),
    "lots": (
        "lot", "ordinal", "product", "material", "maker", "created", "ended", "fate", "grade", "place",
        "mass", "length", "panels", "area", "cost", "origin", "born",
    ),
    "genealogy": ("parent", "child", "kind", "mass", "at"),
    "measurements": ("lot", "product", "stage", "measure", "at", "value", "lab_value"),
    "dispositions": (
        "lot", "product", "stage", "limit", "at", "value", "lower", "upper", "action",
        "mass", "length", "panels", "area",
    ),
    "consumption": ("lot", "product", "station", "stage", "kind", "item", "at", "amount", "cost"),
    "stoppages": ("unit", "cause", "start", "repair_start", "end"),
    "levels": ("buffer", "at", "level"),
    "marks": ("lot", "product", "stage", "mark", "at"),
    "samples": ("sample", "lot", "product", "stage", "taken", "at"),
}  # fmt: skip


class Rows:
    """One table: rows of float64, packed one behind the other, which is the fastest way to write them in Python.

    Attributes:
        data: The packed rows.
        pack: Packs one row; the busiest places call ``rows.data += rows.pack(...)`` themselves.
        width: Number of columns. [1]
    """

    __slots__ = ("data", "pack", "width")

    def __init__(self, width: int) -> None:
        self.data = bytearray()
        self.pack = Struct(f"{width}d").pack
        self.width = width

    def extend(self, row: Sequence[float]) -> None:
        """Add one row.

        >>> rows = Rows(2)
        >>> rows.extend((1.0, 2.0)); rows.extend((3.0, 4.0))
        >>> rows.table().tolist(), len(rows)
        ([[1.0, 2.0], [3.0, 4.0]], 4)
        """
        self.data += self.pack(*row)

    def table(self) -> NDArray[np.float64]:
        """Return a copy of the table. Shape: (rows, columns)."""
        return np.frombuffer(bytes(self.data)).reshape(-1, self.width)

    def __len__(self) -> int:
        return len(self.data) // 8

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - an index or a slice of the flat values
        values = np.frombuffer(bytes(self.data))[place]
        return values.tolist()

    def __iter__(self) -> Iterator[float]:
        return iter(np.frombuffer(bytes(self.data)).tolist())

    def __array__(self, dtype: object = None, copy: bool | None = None) -> NDArray[np.float64]:  # noqa: FBT001 - numpy's protocol
        return np.array(np.frombuffer(bytes(self.data)), dtype=dtype)  # type: ignore[call-overload, no-any-return] # numpy checks it


class Records:
    """The column store of one replication.

    Attributes:
        names: Number of each name.
        states: One of the tables of ``COLUMNS``; likewise all that follow.
    """

    __slots__ = ("names", *COLUMNS)

    names: dict[str, int]
    states: Rows
    visits: Rows
    lots: Rows
    genealogy: Rows
    measurements: Rows
    dispositions: Rows
    consumption: Rows
    stoppages: Rows
    levels: Rows
    marks: Rows
    samples: Rows

    def __init__(self) -> None:
        self.names = {}
        for table, columns in COLUMNS.items():
            setattr(self, table, Rows(len(columns)))

    def code(self, name: str) -> int:
        """Return the number of a name, giving it the next one when it is new.

        >>> records = Records()
        >>> records.code("oven"), records.code("drill"), records.code("oven")
        (0, 1, 0)
        """
        return self.names.setdefault(name, len(self.names))

    def rows(self, table: str) -> int:
        """Return how many rows a table has. [1]"""
        rows: Rows = getattr(self, table)
        return len(rows) // rows.width
