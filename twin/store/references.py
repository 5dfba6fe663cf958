"""What must hold between the rows of one run: keys are unique, and what a row names is there."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from twin.tables import TABLES


class Reference(NamedTuple):
    """Columns of a table whose values stand in another one.

    Attributes:
        table: The table that names something.
        columns: By what it names it.
        targets: The tables in one of which that must stand, each with its columns, in the same order.
    """

    table: str
    columns: tuple[str, ...]
    targets: tuple[tuple[str, tuple[str, ...]], ...]


_LOTS = ("lots", ("replication", "lot"))
_SAMPLES = ("samples", ("replication", "sample"))
_EQUIPMENT = ("equipment", ("unit",))


def _lot(table: str, column: str = "lot", *more: tuple[str, tuple[str, ...]]) -> Reference:
    return Reference(table, ("replication", column), (_LOTS, *more))


_UNIQUE_SINCE = {"buffer_levels": 1}  # minor version; before, several changes at one instant had a row each
REFERENCES = (
    _lot("visits", "lot", _SAMPLES), _lot("samples"), _lot("measurements"), _lot("dispositions"),
    _lot("consumption"), _lot("marks"), _lot("genealogy", "parent"), _lot("genealogy", "child"),
    Reference("states", ("unit",), (_EQUIPMENT,)),
    Reference("stoppages", ("unit",), (_EQUIPMENT,)),
)  # fmt: skip


def needed(name: str) -> list[str]:
    """Return the columns of a table that the rules are about."""
    named = [one.columns for one in REFERENCES if one.table == name]
    named += [keys for one in REFERENCES for target, keys in one.targets if target == name]
    return sorted({"run_id", *TABLES[name].key, *(column for columns in named for column in columns)})


def broken(run_id: str, tables: Mapping[str, pa.Table], contract: str) -> Iterator[tuple[str, str]]:
    """Yield each table that breaks a rule, and which rule.

    Args:
        run_id: The run whose tables they are.
        tables: Their columns that are ``needed``, by table.
        contract: Version of the contract that they were written by.
    """
    minor = int(contract.split(".")[1])
    for name, table in tables.items():
        if table["run_id"].unique().to_pylist() not in ([run_id], []):
            yield name, "rows of another run"
        if minor >= _UNIQUE_SINCE.get(name, 0) and _is_doubled(table.select(TABLES[name].key)):
            yield name, f"its key {', '.join(TABLES[name].key)} is not unique"
    for one in REFERENCES:
        if one.table in tables and all(name in tables for name, _ in one.targets):
            known = np.concatenate([_marks(tables[name], keys) for name, keys in one.targets])
            there = np.isin(_marks(tables[one.table], one.columns), known)
            if not there.all():
                where = " or ".join(name for name, _ in one.targets)
                yield one.table, f"{(~there).sum()} rows name a {one.columns[-1]} that is not in {where}"


def _is_doubled(table: pa.Table) -> bool:
    marks = np.sort(_marks(table, table.column_names))
    if not (marks[1:] == marks[:-1]).any():
        return False
    rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    return len(set(rows)) < len(rows)  # and no two marks that are equal by chance


def _marks(table: pa.Table, columns: Sequence[str]) -> NDArray[np.uint64]:
    """Return a number for each row, equal for equal values in the columns."""
    marks = np.zeros(table.num_rows, dtype=np.uint64)
    for name in columns:
        marks = _mixed(marks ^ _bits(table[name].combine_chunks()))
    return marks


def _bits(column: pa.Array) -> NDArray[np.uint64]:
    """Return a number for each value: its bits, or those of a hash of a text; 0 for a missing one."""
    kind = column.type
    if pa.types.is_string(kind):
        column = column.dictionary_encode()
    if pa.types.is_dictionary(column.type):
        known = [sha256(text.encode()).digest()[:8] for text in column.dictionary.to_pylist()]
        numbers = np.frombuffer(b"".join([*known, bytes(8)]), dtype=np.uint64)
        places: NDArray[np.int64] = column.indices.fill_null(len(known)).to_numpy().astype(np.int64)
        return numbers[places]
    if pa.types.is_floating(kind):
        floats: NDArray[np.float64] = column.cast(pa.float64()).fill_null(np.nan).to_numpy()
        return floats.view(np.uint64)
    found: NDArray[np.int64] = column.cast(pa.int64()).fill_null(0).to_numpy()
    return found.view(np.uint64)


def _mixed(marks: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread every bit over all (the finalizer of splitmix64)."""
    marks = (marks ^ (marks >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    marks = (marks ^ (marks >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (marks ^ (marks >> np.uint64(31))) + np.uint64(0x9E3779B97F4A7C15)
