"""Leave-one-out: each row of Table 1 predicted from the others, beside what their plain mean would have said."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Literal, NamedTuple, TypeVar

from twin.validation.refit import fit
from twin.validation.table_1 import Row, rows

SAME_VARNISH = frozenset({"Example 1", "Comparative 1"})  # one varnish, coated 5 um and 15 um: left out together
CANNOT = "cannot be predicted from the others"
NO_SKILL = "no skill"
SKILL = "better than the mean"
Value = TypeVar("Value", float, str)


class Left(NamedTuple):
    """One quantity of one row, predicted without it.

    Attributes:
        row: Name of the row.
        quantity: ``soluble``, ``laser``, ``peel`` or ``aged``.
        observed: What was measured; peel strengths in N/m.
        predicted: What the others say by the twin's model; None where they cannot.
        error: How far that is off: newtons a metre, or 1 for the wrong class; None likewise.
        mean: What the plain mean of the other rows says, or the class that most of them have.
        mean_error: How far that is off.
        near_error: How far the mean of the others with epoxy is off, a harder match; None where that is not asked.
        verdict: One of the three above.
        by: ``refit`` of the twin's own model to the other rows, or a ``rule`` that stands in this module.
    """

    row: str
    quantity: str
    observed: float | str
    predicted: float | str | None
    error: float | None
    mean: float | str
    mean_error: float
    near_error: float | None
    verdict: str
    by: Literal["refit", "rule"] = "rule"


@cache
def left_out() -> tuple[Left, ...]:
    """Leave out each row in turn."""
    return (*_solubility(), *_laser(), *_strengths())


def without(row: Row, among: Iterable[Row]) -> list[Row]:
    """Return the other rows: Example 1 and Comparative 1 go together.

    Args:
        row: The row that is left out. [1]
        among: All rows. [1]
    """
    gone = SAME_VARNISH if row.name in SAME_VARNISH else {row.name}
    return [other for other in among if other.name not in gone]


def is_single(row: Row, others: Sequence[Row], *parts: str) -> bool:
    """Say whether a row has a part, such as its epoxy, that none of the others has.

    Args:
        row: The row. [1]
        others: The others. [1]
        parts: Names of what may be single. [1]
    """
    return any(getattr(row, part) not in {getattr(other, part) for other in others} for part in parts)


def _strengths() -> list[Left]:
    """Peel and aged peel of the measured polyimide rows."""
    known = [row for row in rows() if row.is_polyimide and row.peel is not None and row.aged is not None]
    found = []
    for row in known:
        others = without(row, known)
        single = is_single(row, others, "dianhydride", "diamine", "epoxy")
        refitted = fit(others)
        for quantity, says in (("peel", refitted.peel), ("aged", refitted.aged)):
            observed = getattr(row, quantity)
            mean, near = (_mean(quantity, some) for some in (others, [one for one in others if one.epoxy]))
            left = _left(row, quantity, observed, None if single else says(row), mean, _distance)
            found.append(left._replace(near_error=_distance(near, observed), by="refit"))
    return found


def _mean(quantity: str, some: Sequence[Row]) -> float:
    return sum(float(getattr(one, quantity)) for one in some) / len(some)


def _solubility() -> list[Left]:
    """A resin dissolves if both of its monomers are seen in others that do; each resin counts once."""
    known = [row for row in rows() if row.is_polyimide]
    found = []
    for row in known:
        others = [one for one in known if (one.dianhydride, one.diamine) != (row.dianhydride, row.diamine)]
        good = [one for one in others if one.soluble]
        single = is_single(row, others, "dianhydride", "diamine")
        says = "no" if is_single(row, good, "dianhydride", "diamine") else "yes"
        most = _most([_yes(one) for one in others])
        found.append(_left(row, "soluble", _yes(row), None if single else says, most, _differs))
    return found


def _laser() -> list[Left]:
    """A film drills as others of its thermoplastic and thickness do; one alone of its kind makes the rule."""
    known = [row for row in rows() if row.laser is not None]
    found = []
    for row in known:
        others = without(row, known)
        alike = [str(one.laser) for one in others if _kind(one) == _kind(row)]
        says, most = _most(alike) if alike else None, _most([str(one.laser) for one in others])
        found.append(_left(row, "laser", str(row.laser), says, most, _differs))
    return found


def _kind(row: Row) -> tuple[str, float]:
    return row.thermoplastic, row.thickness


def _yes(row: Row) -> str:
    return "yes" if row.soluble else "no"


def _most(values: Sequence[str]) -> str:
    return max(sorted(set(values)), key=values.count)


def _distance(one: float, other: float) -> float:
    return abs(one - other)


def _differs(one: str, other: str) -> float:
    return float(one != other)


def _left(
    row: Row, quantity: str, observed: Value, predicted: Value | None, mean: Value,
    off: Callable[[Value, Value], float],
) -> Left:  # fmt: skip
    mean_error = off(mean, observed)
    error = None if predicted is None else off(predicted, observed)
    verdict = CANNOT if error is None else SKILL if error < mean_error else NO_SKILL
    return Left(row.name, quantity, observed, predicted, error, mean, mean_error, None, verdict)


def largest(quantity: str) -> tuple[float, float]:
    """Largest error of the rows that the others can predict: of the twin's model, of their mean. [N/m], [N/m]

    Args:
        quantity: ``peel`` or ``aged``. [1]
    """
    told = [one for one in left_out() if one.quantity == quantity and one.error is not None]
    return max(one.error or 0.0 for one in told), max(one.mean_error for one in told)
