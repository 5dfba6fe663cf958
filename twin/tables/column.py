"""How a table is described: its columns with type, unit and meaning; the Arrow schema follows from that."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import pyarrow as pa

FIRST = "1.0.0"  # the contract that all others add to
Kind = Literal["name", "text", "number", "integer", "count", "time", "flag"]
Per = Literal["replication", "run", "execution"]

ARROW: Mapping[Kind, pa.DataType] = {
    "name": pa.dictionary(pa.int32(), pa.string()),
    "text": pa.string(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "count": pa.int32(),
    "time": pa.timestamp("us", tz="UTC"),
    "flag": pa.bool_(),
}


class Column(NamedTuple):
    """One column of one table.

    Attributes:
        name: Name, with the unit at its end where it has one.
        kind: What it holds: a name that repeats, free text, a number, a calendar time, ...
        about: What it means, in one sentence.
        unit: Unit of its values; empty where there is none or where a column ``unit`` says it.
        source: Column of the records that it is made of; empty where it is made otherwise.
        optional: Whether a value may be missing (null).
        since: Version of the contract that has it first; it is missing in files of older ones.
    """

    name: str
    kind: Kind
    about: str
    unit: str = ""
    source: str = ""
    optional: bool = False
    since: str = FIRST


class Table(NamedTuple):
    """One table.

    Attributes:
        name: Name of the table and of its folder.
        about: What it holds, in one sentence.
        grain: What one row is.
        key: Columns that name a row.
        columns: All columns, in order.
        per: Whether rows belong to a replication, to the whole run, or to one execution of it.
        order: Column by which the rows of a replication, or of a run, are sorted; empty for the key.
        since: Version of the contract that has it first; runs of older ones have no such table.
    """

    name: str
    about: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    per: Per = "replication"
    order: str = ""
    since: str = FIRST

    def first(self, column: Column) -> str:
        """Return the version of the contract from which on the column is there."""
        return self.since if self.since != FIRST else column.since

    @property
    def sorting(self) -> tuple[str, ...]:
        """Columns by which the rows of a file are sorted; those of one replication stand together.

        >>> Table("t", "", "", ("run_id", "replication", "unit"), (), order="at_s").sorting
        ('replication', 'at_s')
        """
        key = tuple(name for name in self.key if name != "run_id")
        return (*(("replication",) if self.per == "replication" else ()), self.order) if self.order else key

    def column(self, name: str) -> Column:
        """Return the column of a name."""
        return next(column for column in self.columns if column.name == name)


def whose(per: Per) -> tuple[Column, ...]:
    """Return the columns with which every row says where it belongs."""
    run = (
        Column("run_id", "name", "Run that the row belongs to; joins every table with runs."),
        Column("scenario", "name", "Name of the scenario."),
    )
    if per != "replication":
        return run
    return (*run, Column("replication", "count", "Number of the replication, from 0.", "1"))


def schema(table: Table, facts: Mapping[str, str] | None = None) -> pa.Schema:
    """Return the Arrow schema of a table: units and descriptions in its fields, facts as key-values of the file.

    >>> schema(Table("t", "", "", (), (Column("mass_kg", "number", "Mass.", "kg"),))).field("mass_kg").metadata[b"unit"]
    b'kg'
    """
    fields = [
        pa.field(
            column.name,
            ARROW[column.kind],
            nullable=column.optional,
            metadata={"unit": column.unit, "description": column.about},
        )
        for column in table.columns
    ]
    known = {"twin.table": table.name, "twin.grain": table.grain, **(facts or {})}
    return pa.schema(fields, metadata=known)
