"""Tridiagonal systems of equations: what each cell of a row owes to itself and to its two neighbours."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Row = NDArray[np.float64]


@njit(cache=True)
def solve_rows(lower: Row, diagonal: Row, upper: Row, right: Row) -> None:
    """Solve a tridiagonal system in place: ``right`` becomes the answer, ``diagonal`` is used up.

    Thomas's algorithm, that is Gauss's without pivots (Thomas 1949). Shape of each row: (cells,).

    Args:
        lower: Below the diagonal, in any unit; its first is not used.
        diagonal: On the diagonal, in any unit, the same as that of ``lower``.
        upper: Above the diagonal, in any unit, the same; its last is not used.
        right: Right-hand side, in any unit.

    >>> answer = np.array([4.0, 7.0])  # 2 x + y = 4, x + 3 y = 7
    >>> solve_rows(np.array([0.0, 1.0]), np.array([2.0, 3.0]), np.array([1.0, 0.0]), answer)
    >>> answer
    array([1., 2.])
    """
    size = right.size
    for i in range(1, size):
        factor = lower[i] / diagonal[i - 1]
        diagonal[i] -= factor * upper[i - 1]
        right[i] -= factor * right[i - 1]
    right[size - 1] /= diagonal[size - 1]
    for i in range(size - 2, -1, -1):
        right[i] = (right[i] - upper[i] * right[i + 1]) / diagonal[i]
