"""Where an export reads: the finished runs of a store, each table with the columns of the contract and plain types."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from twin.errors import UsageError, nearest, printable
from twin.store.snapshot import open_snapshot
from twin.tables import TABLES, Table, schema


class Source(NamedTuple):
    """What an export needs of a store, and nothing more.

    Attributes:
        address: Where the store is.
        runs: Ids of its finished runs, by name.
        read: Returns one table of one run, its checksums verified.
        known: Returns the id of a run, and refuses one that is not among them with the reason.
    """

    address: str
    runs: Sequence[str]
    read: Callable[[str, str], pa.Table]
    known: Callable[[str], str]


def opened(root: Path, tell: Callable[[str], None] | None = None) -> Source:
    """Open a store for reading; the one place that knows how.

    Args:
        root: Its folder.
        tell: Told of runs that are left out since their records are bad, newer or unread; None to say nothing.

    Raises:
        UsageError: There is no store.
    """
    found = open_snapshot(root)
    if tell is not None:
        for problem in found.problems:
            tell(problem)
    return Source(found.address, found.runs, lambda run, table: found.table(table, [run]), found.known)


def chosen_runs(source: Source, wanted: Sequence[str]) -> list[str]:
    """Return the runs that were asked for, each once; all where none is named.

    Raises:
        UsageError: One of them is not there, or none is.
        ContractError: One is bad, or a newer version wrote it.
        RunError: One is unread.
    """
    if not wanted and not source.runs:
        raise UsageError(f"store {printable(source.address)}: no finished run. Make one: twin run baseline.")
    return [source.known(one) for one in dict.fromkeys(wanted)] or list(source.runs)


def chosen_tables(wanted: str | None) -> list[str]:
    """Return the tables that were asked for as a list with commas; all where nothing is named.

    Raises:
        UsageError: There is no such table.

    >>> chosen_tables("lots, visits")
    ['lots', 'visits']
    """
    if wanted is None:
        return list(TABLES)
    names = [one.strip() for one in wanted.split(",") if one.strip()]
    unknown = [one for one in names if one not in TABLES]
    if unknown or not names:
        told = unknown or [wanted]
        raise UsageError(
            *(
                f"--tables: no table {printable(one)}.{nearest(one, TABLES)} There are: {', '.join(TABLES)}."
                for one in told
            )
        )
    return list(dict.fromkeys(names))


def plain_schema(table: Table) -> pa.Schema:
    """Return the schema of a table with names as text and with units and descriptions in its fields."""
    return pa.schema([_plain_field(field) for field in schema(table)])


def _plain_field(field: pa.Field) -> pa.Field:
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    return pa.field(field.name, kind, metadata=field.metadata)


def plain_tables(source: Source, runs: Sequence[str], name: str) -> Iterator[pa.Table]:
    """Yield a table run by run; a column that an older run does not have is missing in all its rows."""
    wanted = plain_schema(TABLES[name])
    for run in runs:
        found = source.read(run, name)
        columns = [
            found[field.name].cast(field.type) if field.name in found.column_names else pa.nulls(len(found), field.type)
            for field in wanted
        ]
        yield pa.Table.from_arrays(columns, schema=wanted)
