"""Whether tables keep their contract: types, missing values, keys, references; looked at before a run is published."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from twin.tables.column import ARROW, Table
from twin.tables.context import TABLES

Marks = NDArray[np.uint64]
Known = dict[str, dict[tuple[str, ...], Marks]]  # marks of tables by their columns
_MISSING = b"missing "
_NOTHING = int.from_bytes(_MISSING, "little")


class Reference(NamedTuple):
    """Columns whose values stand in another table of the same run.

    Attributes:
        table: Table that refers.
        columns: Its columns.
        targets: Tables that are referred to, each with its columns in the same order: the value stands in one of them.
    """

    table: str
    columns: tuple[str, ...]
    targets: tuple[tuple[str, tuple[str, ...]], ...]


_LOT = ("run_id", "replication", "lot")
_LOTS = ("lots", _LOT)
_SAMPLES = ("samples", ("run_id", "replication", "sample"))
_EQUIPMENT = ("equipment", ("run_id", "unit"))
REFERENCES = (
    *(Reference(name, ("run_id",), (("runs", ("run_id",)),)) for name in TABLES if name != "runs"),
    *(Reference(name, _LOT, (_LOTS,)) for name in ("samples", "measurements", "dispositions", "marks", "consumption")),
    *(Reference("genealogy", ("run_id", "replication", name), (_LOTS,)) for name in ("parent", "child")),
    Reference("lots", ("run_id", "replication", "origin"), (_LOTS,)),
    Reference("visits", _LOT, (_LOTS, _SAMPLES)),
    *(Reference(name, ("run_id", "unit"), (_EQUIPMENT,)) for name in ("states", "stoppages", "visits")),
)


class Misfit(NamedTuple):
    """Rows that do not fit together.

    Attributes:
        table: Their table.
        what: What is wrong with them.
    """

    table: str
    what: str


def broken(tables: Mapping[str, pa.Table]) -> list[str]:
    """List in words what does not keep the contract; empty when all does.

    Args:
        tables: Tables of one replication, or those that a run has once, by name. A reference to a table that is not
            among them is not looked at.
    """
    found = [line for name, table in tables.items() for line in _of_table(TABLES[name], table)]
    return found or [f"{one.table}: {one.what}" for one in misfits(tables)]


def misplaced(tables: Mapping[str, pa.Table], run_id: str, replication: int) -> list[str]:
    """List in words the tables of a replication that hold rows of another one, or of another run.

    Keys that name a row within its replication name it in the whole run then, and every row has its row of ``runs``.

    Args:
        tables: Tables of one replication, by name.
        run_id: Its run.
        replication: Its number. [1]
    """
    whose = {"run_id": run_id, "replication": replication}
    return [
        f"{name}: its {column} is not {own} everywhere"
        for name, table in tables.items()
        for column, own in whose.items()
        if column in table.column_names and table[column].unique().to_pylist() not in ([own], [])
    ]


def _of_table(spec: Table, table: pa.Table) -> Iterator[str]:
    names = [column.name for column in spec.columns]
    if table.column_names != names:
        odd = sorted({*names} ^ {*table.column_names}) or ["their order"]
        yield f"{spec.name}: columns differ from the contract: {', '.join(odd)}"
        return
    for column, values in zip(spec.columns, table.columns, strict=True):
        if values.type != ARROW[column.kind]:
            yield f"{spec.name}.{column.name}: is {values.type}, not {ARROW[column.kind]}"
        elif values.null_count and not column.optional:
            yield f"{spec.name}.{column.name}: {values.null_count} values are missing"
        elif column.kind == "number" and pc.any(pc.is_nan(values)).as_py():
            yield f"{spec.name}.{column.name}: holds NaN"


def fitting(name: str) -> list[str]:
    """Return the columns of a table by which ``misfits`` are found: its key, and what refers or is referred to."""
    named = [one.columns for one in REFERENCES if one.table == name]
    named += [key for one in REFERENCES for target, key in one.targets if target == name]
    return sorted({*TABLES[name].key, *(column for columns in named for column in columns)})


def misfits(tables: Mapping[str, pa.Table]) -> Iterator[Misfit]:
    """Yield rows that repeat a key or refer to nothing; a column that an older contract lacks is not looked at."""
    known: Known = {name: {} for name in tables}
    for name, table in tables.items():
        key = TABLES[name].key
        twice = doubled(table, key, known[name]) if {*key} <= {*table.column_names} else 0
        if twice:
            yield Misfit(name, f"{twice} rows repeat the key {', '.join(key)}")
    for one in REFERENCES:
        lost = _lost(one, tables, known)
        if lost:
            where = " or ".join(name for name, _ in one.targets)
            yield Misfit(one.table, f"{lost} rows refer by {', '.join(one.columns)} to no row of {where}")


def doubled(table: pa.Table, key: Sequence[str], known: dict[tuple[str, ...], Marks] | None = None) -> int:
    """Count the rows whose key another row before has already. [1]

    >>> doubled(pa.table({"a": ["x", "x", "y", "x"], "b": [1.0, 2.0, 1.0, 1.0]}), ("a", "b"))
    1
    """
    found = marks(table, key, {} if known is None else known)
    several = np.sort(found)
    again = several[1:][several[1:] == several[:-1]]
    if not len(again):
        return 0
    rows = table.select(key).filter(pa.array(np.isin(found, again))).to_pylist()  # equal keys, not marks by chance
    return len(rows) - len({tuple(row.values()) for row in rows})


def _lost(one: Reference, tables: Mapping[str, pa.Table], known: Known) -> int:
    """Count the rows that refer to nothing; none where a table that they may refer to is not here. [1]"""
    if not {one.table, *(name for name, _ in one.targets)} <= tables.keys():
        return 0
    there = np.sort(np.concatenate([marks(tables[name], key, known[name]) for name, key in one.targets]))
    found = marks(tables[one.table], one.columns, known[one.table])
    first = np.append(True, found[1:] != found[:-1])[: len(found)]  # rows of one lot often follow one another
    places = np.searchsorted(there, found[first])
    lost = np.append(there, np.uint64(0))[places] != found[first]
    lost |= places == len(there)
    return int(lost[np.cumsum(first) - 1].sum()) if lost.any() else 0


def marks(table: pa.Table, columns: Sequence[str], known: dict[tuple[str, ...], Marks]) -> Marks:
    """Return a number for each row: equal ones for rows that are equal in the columns, else as good as never.

    Args:
        table: The rows.
        columns: Names of columns.
        known: What was found of this table before, by its columns.
    """
    found = np.zeros(len(table), dtype=np.uint64)
    for count, name in enumerate(columns, 1):
        before = known.get(tuple(columns[:count]))
        if before is None:
            bits = [_bits(chunk) for chunk in table[name].chunks]
            before = _mixed(found ^ (bits[0] if len(bits) == 1 else np.concatenate([found[:0], *bits])))
            known[tuple(columns[:count])] = before
        found = before
    return found


def _bits(column: pa.Array) -> Marks:
    """Return a number for each value: its bits, or those of a hash of a text."""
    if pa.types.is_string(column.type):
        column = column.dictionary_encode()
    if pa.types.is_dictionary(column.type):
        texts = [sha256(text.encode()).digest()[:8] for text in column.dictionary.to_pylist()]
        codes = column.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
        numbers: Marks = np.frombuffer(b"".join([*texts, _MISSING]), dtype=np.uint64)[codes]
        return numbers
    if pa.types.is_floating(column.type):
        floats: NDArray[np.float64] = column.fill_null(np.nan).to_numpy(zero_copy_only=False) + 0.0  # -0.0 is 0.0
        return floats.view(np.uint64)
    whole: NDArray[np.int64] = column.cast(pa.int64()).fill_null(_NOTHING).to_numpy(zero_copy_only=False)
    return whole.view(np.uint64)


def _mixed(found: Marks) -> Marks:
    """Spread every bit over all, in place: the finalizer of splitmix64."""
    found ^= found >> np.uint64(30)
    found *= np.uint64(0xBF58476D1CE4E5B9)
    found ^= found >> np.uint64(27)
    found *= np.uint64(0x94D049BB133111EB)
    found ^= found >> np.uint64(31)
    found += np.uint64(0x9E3779B97F4A7C15)
    return found
