"""What a run writes down, in the order in which it happens: one flat column store a table, no object a row.

Every value is a float64. Names (of stations, products, measures, ...) are numbers in the order in which they were
first met; ``names`` turns them back. Times are simulated seconds.
"""

from array import array

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
}  # fmt: skip


class Records:
    """The column store of one replication.

    Attributes:
        names: Number of each name.
        states: One of the tables of ``COLUMNS``, flat: row after row; likewise all that follow.
    """

    __slots__ = ("names", *COLUMNS)

    names: dict[str, int]
    states: "array[float]"
    visits: "array[float]"
    lots: "array[float]"
    genealogy: "array[float]"
    measurements: "array[float]"
    dispositions: "array[float]"
    consumption: "array[float]"
    stoppages: "array[float]"
    levels: "array[float]"
    marks: "array[float]"

    def __init__(self) -> None:
        self.names = {}
        for table in COLUMNS:
            setattr(self, table, array("d"))

    def code(self, name: str) -> int:
        """Return the number of a name, giving it the next one when it is new.

        >>> records = Records()
        >>> records.code("oven"), records.code("drill"), records.code("oven")
        (0, 1, 0)
        """
        return self.names.setdefault(name, len(self.names))

    def rows(self, table: str) -> int:
        """Return how many rows a table has. [1]"""
        return len(getattr(self, table)) // len(COLUMNS[table])
