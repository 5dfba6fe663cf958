"""One exact check of the physics: what the simulation's own functions must answer, and how near."""

from collections.abc import Callable
from math import isfinite
from typing import NamedTuple

CLOSED = 1e-5  # relative, of closed forms that are known to six digits


class PhysicsCheck(NamedTuple):
    """One check.

    Attributes:
        id: Its number: ``P`` of the chemistry, ``F`` of the film, a letter behind it where one number has parts.
        what: What is checked, in a few words with the unit.
        expected: What is known exactly, or of a much finer solution.
        compute: Asks the functions that the simulation calls.
        tolerance: Largest relative error that passes. [1]
        absolute: Largest error that passes beside it, in the unit of the values. [1]
    """

    id: str
    what: str
    expected: tuple[float, ...]
    compute: Callable[[], tuple[float, ...]]
    tolerance: float = CLOSED
    absolute: float = 0.0


class CheckVerdict(NamedTuple):
    """What came of a check.

    Attributes:
        id: Its number.
        what: What was checked.
        expected: What was expected.
        found: What the simulation says.
        error: Largest error over what is allowed: 1 is just allowed. [1]
        passed: Whether all values are near enough.
    """

    id: str
    what: str
    expected: tuple[float, ...]
    found: tuple[float, ...]
    error: float
    passed: bool


def judged(check: PhysicsCheck) -> CheckVerdict:
    """Evaluate a check.

    Args:
        check: The check. [1]

    >>> judged(PhysicsCheck("P0", "half", (0.5,), lambda: (0.5,))).passed
    True
    >>> judged(PhysicsCheck("P0", "half", (0.5,), lambda: (0.6,), tolerance=0.1)).error
    2.0
    """
    found = tuple(float(value) for value in check.compute())
    parts = [
        _off(value, known, max(check.tolerance * abs(known), check.absolute))
        for value, known in zip(found, check.expected, strict=True)
    ]
    error = round(max(parts), 9)
    return CheckVerdict(check.id, check.what, check.expected, found, error, error <= 1.0)


def _off(value: float, known: float, allowed: float) -> float:
    if not isfinite(value) or allowed <= 0.0:
        return 0.0 if value == known else float("inf")
    return abs(value - known) / allowed
