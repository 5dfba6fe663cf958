"""Whether tables keep their contract: types, missing values, keys, references; looked at before a run is published."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from twin.tables.column import ARROW, Table
from twin.tables.context import TABLES


class Reference(NamedTuple):
    """Columns whose values stand in another table of the same run.

    Attributes:
        table: Table that refers.
        columns: Its columns.
        target: Table that is referred to.
        key: Columns there, in the same order.
    """

    table: str
    columns: tuple[str, ...]
    target: str
    key: tuple[str, ...]


_LOT = ("run_id", "replication", "lot")
REFERENCES = (
    *(Reference(name, ("run_id",), "runs", ("run_id",)) for name in TABLES if name != "runs"),
    *(Reference(name, _LOT, "lots", _LOT) for name in ("measurements", "dispositions", "marks")),
    Reference("genealogy", ("run_id", "replication", "parent"), "lots", _LOT),
    Reference("genealogy", ("run_id", "replication", "child"), "lots", _LOT),
    Reference("lots", ("run_id", "replication", "origin"), "lots", _LOT),
    *(Reference(name, ("run_id", "unit"), "equipment", ("run_id", "unit")) for name in ("states", "stoppages")),
    Reference("visits", ("run_id", "unit"), "equipment", ("run_id", "unit")),
)
"""``visits`` and ``consumption`` may name lots that ``lots`` does not hold: samples in the laboratory."""


def broken(tables: Mapping[str, pa.Table]) -> list[str]:
    """List in words what does not keep the contract; empty when all does.

    Args:
        tables: Tables of one replication, or those that a run has once, by name. A reference to a table that is not
            among them is not looked at.
    """
    found = [line for name, table in tables.items() for line in _of_table(TABLES[name], table)]
    return found or [line for one in REFERENCES for line in _dangling(one, tables)]


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
    twice = doubled(table, spec.key)
    if twice:
        yield f"{spec.name}: {twice} rows repeat the key {', '.join(spec.key)}"


def doubled(table: pa.Table, key: Sequence[str]) -> int:
    """Count the rows whose key another row before has already. [1]

    >>> doubled(pa.table({"a": ["x", "x", "y", "x"], "b": [1.0, 2.0, 1.0, 1.0]}), ("a", "b"))
    1
    """
    if not len(table):
        return 0
    codes = _numbered([[table[name]] for name in key])[0]
    return len(codes) - len(np.unique(codes))


def _dangling(one: Reference, tables: Mapping[str, pa.Table]) -> Iterator[str]:
    if one.table not in tables or one.target not in tables or not len(tables[one.table]):
        return
    source, target = tables[one.table], tables[one.target]
    pairs = [[source[mine], target[theirs]] for mine, theirs in zip(one.columns, one.key, strict=True)]
    codes, known = _numbered(pairs)
    lost = int((~np.isin(codes, known)).sum())
    if lost:
        yield f"{one.table}: {lost} rows refer by {', '.join(one.columns)} to no row of {one.target}"


Numbers = NDArray[np.int64]


def _numbered(columns: Sequence[Sequence[pa.ChunkedArray]]) -> list[Numbers]:
    """Return one number a row for each table, equal where all columns are; columns hold one array a table."""
    lengths = [len(array) for array in columns[0]]
    total = np.zeros(sum(lengths), dtype=np.int64)
    for arrays in columns:
        codes, size = _codes(arrays)
        total = total * size + codes
        total = np.unique(total, return_inverse=True)[1].astype(np.int64)  # small again, so that nothing overflows
    return list(np.split(total, np.cumsum(lengths)[:-1]))


def _codes(arrays: Sequence[pa.ChunkedArray]) -> tuple[Numbers, int]:
    plain = [array.cast(array.type.value_type) if pa.types.is_dictionary(array.type) else array for array in arrays]
    whole = pa.chunked_array([chunk for array in plain for chunk in array.chunks], plain[0].type)
    coded = whole.combine_chunks().dictionary_encode()
    indices = coded.indices.fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False)
    return indices.astype(np.int64), len(coded.dictionary) + 1
