"""In which order rows stand in a file: by what a table says, so that readers may rely on it."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ranks = NDArray[np.int64] | NDArray[np.float64]


def in_order(table: pa.Table, columns: Sequence[str]) -> pa.Table:
    """Return a table with its rows in order; those that are equal in all the columns stay as they stood.

    >>> in_order(pa.table({"a": ["b", "a", "b"], "b": [2, 9, 1]}), ("a", "b")).to_pydict()
    {'a': ['a', 'b', 'b'], 'b': [9, 1, 2]}
    """
    keys = [_ranks(table[name]) for name in columns]
    return table if _is_sorted(keys) else table.take(pa.array(np.lexsort(keys[::-1])))


def is_in_order(table: pa.Table, columns: Sequence[str]) -> bool:
    """Say whether the rows of a table stand in the order of those columns."""
    return _is_sorted([_ranks(table[name]) for name in columns])


def _is_sorted(keys: Sequence[Ranks]) -> bool:
    tied = None  # whether two rows that follow one another are equal so far
    for key in keys:
        down, same = key[1:] < key[:-1], key[1:] == key[:-1]
        if (down if tied is None else down & tied).any():
            return False
        tied = same if tied is None else same & tied
    return True


def _ranks(column: pa.ChunkedArray) -> Ranks:
    """Return numbers that sort as the values do."""
    flat = column.combine_chunks()
    if pa.types.is_string(flat.type):
        flat = flat.dictionary_encode()
    if not pa.types.is_dictionary(flat.type):
        plain: Ranks = flat.to_numpy(zero_copy_only=False)
        return plain
    texts = flat.dictionary.to_pylist()
    ranks = np.empty(len(texts) + 1, dtype=np.int64)
    ranks[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts))
    ranks[-1] = len(texts)  # what is missing stands last
    found: Ranks = ranks[flat.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)]
    return found
