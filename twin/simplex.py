"""Linear programmes of a few unknowns, solved without a library that takes longer to load than they do to solve."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
EPSILON = 1e-9


def most(gain: Floats, rows: Floats, limits: Floats) -> Floats:
    """Return the x >= 0 with the largest gain @ x among those with rows @ x <= limits.

    The simplex method on a full table; by Bland's rule it never goes in a circle.

    Args:
        gain: What one of each unknown brings. Shape: (unknowns,).
        rows: What one of each unknown takes. Shape: (limits, unknowns).
        limits: What there is, none below 0. Shape: (limits,).

    Raises:
        ValueError: A limit is below 0, or nothing limits the gain.

    >>> most(np.array([3.0, 2.0]), np.array([[1.0, 1.0], [2.0, 1.0]]), np.array([4.0, 6.0])).tolist()
    [2.0, 2.0]
    """
    if (limits < 0.0).any():
        raise ValueError("a limit is below 0")
    count, size = rows.shape
    scale = np.maximum(np.abs(rows).max(axis=1, initial=0.0), 1e-300)  # rows of very different size become alike
    table = np.hstack([rows / scale[:, None], np.eye(count), (limits / scale)[:, None]])
    price = np.concatenate([-gain / max(1e-300, float(np.abs(gain).max())), np.zeros(count + 1)])
    basis = np.arange(size, size + count)
    while (entering := np.flatnonzero(price[:-1] < -EPSILON)).size:
        column = int(entering[0])
        usable = np.flatnonzero(table[:, column] > EPSILON)
        if not usable.size:
            raise ValueError("nothing limits the gain")
        ratio = table[usable, -1] / table[usable, column]
        tied = usable[ratio <= ratio.min() + EPSILON * (1.0 + abs(float(ratio.min())))]
        _pivot(table, price, int(tied[basis[tied].argmin()]), column)
        basis[tied[basis[tied].argmin()]] = column
    found = np.zeros(size + count)
    found[basis] = table[:, -1]
    return found[:size]


def _pivot(table: Floats, price: Floats, row: int, column: int) -> None:
    """Let a column enter the basis in place of that of a row."""
    table[row] /= table[row, column]
    others = np.arange(len(table)) != row
    table[others] -= np.outer(table[others, column], table[row])
    price -= price[column] * table[row]
