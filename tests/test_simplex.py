"""Small linear programmes: the same optimum as a library finds, and what has none is refused."""

import numpy as np
import pytest
from scipy.optimize import linprog

from twin.simplex import most


@pytest.mark.parametrize("seed", range(40))
def test_the_optimum_is_that_of_the_library(seed: int) -> None:
    """Random programmes of 1 to 8 unknowns, some limits 0 and some equal, so that corners meet."""
    source = np.random.default_rng(seed)
    size, count = int(source.integers(1, 9)), int(source.integers(1, 20))
    rows = np.vstack([source.integers(-2, 5, (count, size)) * source.uniform(0.01, 100.0), np.ones((1, size))])
    limits = np.append(source.integers(0, 4, count), 50.0).astype(float)
    gain = source.integers(-1, 5, size).astype(float)
    found = most(gain, rows, limits)
    assert (found >= -1e-9).all()
    assert (rows @ found <= limits + 1e-9 * np.abs(rows).max(axis=1)).all()
    assert gain @ found == pytest.approx(-linprog(-gain, A_ub=rows, b_ub=limits).fun, rel=1e-9, abs=1e-9)


def test_what_has_no_optimum_is_refused() -> None:
    """Nothing that limits the gain, and less than nothing to be had."""
    with pytest.raises(ValueError, match="nothing limits"):
        most(np.array([1.0]), np.array([[-1.0]]), np.array([1.0]))
    with pytest.raises(ValueError, match="below 0"):
        most(np.array([1.0]), np.array([[1.0]]), np.array([-1.0]))
