"""What must hold between the rows of one run: keys are unique, and what a row names is there."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import duckdb

from twin.tables import TABLES


class Reference(NamedTuple):
    """Columns of a table whose values stand in another one.

    Attributes:
        table: The table that names something.
        columns: By what it names it.
        target: The table in which that must stand.
        keys: Under which columns, in the same order.
        where: For which rows.
    """

    table: str
    columns: tuple[str, ...]
    target: str
    keys: tuple[str, ...]
    where: str = "true"


def _lot(table: str, column: str = "lot", where: str = "true") -> Reference:
    return Reference(table, ("replication", column), "lots", ("replication", "lot"), where)


REPEATED = frozenset({"buffer_levels"})  # a buffer may change several times at one instant
REFERENCES = (
    _lot("visits", where="station <> 'laboratory'"),  # samples have numbers of their own
    _lot("measurements"), _lot("dispositions"), _lot("consumption"), _lot("marks"),
    _lot("genealogy", "parent"), _lot("genealogy", "child"),
    Reference("states", ("unit",), "equipment", ("unit",)),
    Reference("stoppages", ("unit",), "equipment", ("unit",)),
)  # fmt: skip


def broken(run_id: str, paths: Mapping[str, Path]) -> Iterator[tuple[str, str]]:
    """Yield each table that breaks a rule, and which rule.

    Args:
        run_id: The run whose tables they are.
        paths: Its files by table; each is known to fit the contract.
    """
    with duckdb.connect() as ask:
        for name, path in paths.items():
            ask.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM read_parquet('{_escaped(path)}')")  # noqa: S608 - our own path
        for name in paths:
            if ask.execute(f'SELECT count(*) FROM "{name}" WHERE run_id <> ?', [run_id]).fetchone() != (0,):  # noqa: S608 - names of our own tables
                yield name, "rows of another run"
            if name not in REPEATED and ask.execute(_doubled(name)).fetchone() != (0,):
                yield name, f"its key {', '.join(TABLES[name].key)} is not unique"
        for one in REFERENCES:
            if one.table in paths and one.target in paths:
                (missing,) = ask.execute(_missing(one)).fetchone() or (0,)
                if missing:
                    yield one.table, f"{missing} rows name a {one.columns[-1]} that is not in {one.target}"


def _doubled(name: str) -> str:
    key = ", ".join(f'"{column}"' for column in TABLES[name].key)
    return f'SELECT count(*) FROM (SELECT 1 FROM "{name}" GROUP BY {key} HAVING count(*) > 1)'  # noqa: S608 - names of our own columns


def _missing(one: Reference) -> str:
    pairs = zip(one.columns, one.keys, strict=True)
    on = " AND ".join(f'f."{column}" = t."{key}"' for column, key in pairs)
    return f'SELECT count(*) FROM "{one.table}" f ANTI JOIN "{one.target}" t ON {on} WHERE {one.where}'  # noqa: S608 - as above


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")
