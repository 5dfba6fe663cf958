"""Arrow columns from plain values: names as dictionaries, times as timestamps, missing values as nulls."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from twin.tables.column import ARROW, Column
from twin.tables.context import TABLES, RunContext

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]


def repeated(text: str, rows: int) -> pa.Array:
    """Return a name that stands in every row."""
    indices = pa.array(np.zeros(rows, dtype=np.int32))
    return pa.DictionaryArray.from_arrays(indices, pa.array([text] if rows else [], pa.string()))


def named(codes: Codes, names: Sequence[str]) -> pa.Array:
    """Return names by their numbers; negative ones are missing. Only names that occur are kept, in their own order.

    >>> named(np.array([2, -1, 0, 2]), ["b", "x", "a"]).to_pylist()
    ['a', None, 'b', 'a']
    """
    used = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(names)))
    texts = sorted({names[code] for code in used.tolist()})
    number = {text: place for place, text in enumerate(texts)}
    places = np.full(len(names) + 1, -1, dtype=np.int32)
    for code in used.tolist():
        places[code] = number[names[code]]
    indices = places[np.where(codes >= 0, codes, len(names))]
    return pa.DictionaryArray.from_arrays(pa.array(indices, mask=indices < 0), pa.array(texts, pa.string()))


def timestamps(seconds: Numbers, zero: int) -> pa.Array:
    """Return calendar times from simulated seconds [s] and the calendar time of second 0 [us]."""
    missing = np.isnan(seconds)
    micros = np.rint(np.where(missing, 0.0, seconds) * 1e6).astype(np.int64) + zero
    return pa.array(micros, mask=missing).cast(ARROW["time"])


def numbers(column: Column, values: Numbers) -> pa.Array:
    """Return numbers in the type of the column; what is not finite is missing where that is allowed."""
    if column.kind == "number":
        return pa.array(values, mask=~np.isfinite(values) if column.optional else None)
    return pa.array(values.astype(np.int64)).cast(ARROW[column.kind])


def from_rows(name: str, rows: Sequence[Mapping[str, Any]], context: RunContext, replication: int = 0) -> pa.Table:
    """Make a table of the contract from a few rows; the columns that say whose they are come by themselves.

    Args:
        name: Name of the table.
        rows: Column to value; what a row leaves out is missing.
        context: Whose rows they are.
        replication: Number of the replication, where the table has that column. [1]
    """
    whose: dict[str, Any] = {"run_id": context.run_id, "scenario": context.scenario, "replication": replication}
    arrays = [_column(column, [{**whose, **row}.get(column.name) for row in rows]) for column in TABLES[name].columns]
    return pa.Table.from_arrays(arrays, schema=context.schema(name))


def _column(column: Column, values: list[Any]) -> pa.Array:
    if column.kind == "name":
        texts = sorted({value for value in values if value is not None})
        number = {text: place for place, text in enumerate(texts)}
        codes = np.array([-1 if value is None else number[value] for value in values], dtype=np.int64)
        return named(codes, texts)
    if column.kind == "number":
        found = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
        return numbers(column, found)
    return pa.array(values, type=ARROW[column.kind])
