"""Means and 95 % intervals: Student's t over replications, ratios kept inside [0, 1], pairs under common draws."""

from collections.abc import Sequence
from math import exp, isfinite, log, nan, sqrt
from typing import NamedTuple

from scipy.special import stdtrit

CONFIDENCE = 0.95


class Estimate(NamedTuple):
    """What replications say about one number.

    Attributes:
        mean: Mean over the replications in which it is defined.
        sd: Standard deviation over them; NaN with fewer than two.
        n: Number of replications in which it is defined. [1]
        half_width: Half-width of the 95 % interval by Student's t; NaN with fewer than two.
        low: Lower end of the interval; of a ratio never below 0.
        high: Upper end of the interval; of a ratio never above 1.
    """

    mean: float
    sd: float
    n: int
    half_width: float
    low: float
    high: float


NOTHING = Estimate(nan, nan, 0, nan, nan, nan)


def estimate(values: Sequence[float], *, ratio: bool = False) -> Estimate:
    """Return mean and 95 % interval of independent values; those that are not finite count as undefined.

    The interval of a ratio is symmetric on the scale of the logit (delta method), so that it cannot leave [0, 1];
    far from both ends it is the usual one.

    Args:
        values: One value a replication.
        ratio: Whether the value lies in [0, 1] by its definition.

    >>> estimate([1.0, 2.0, 3.0])[:3]
    (2.0, 1.0, 3)
    >>> round(estimate([0.99, 0.97, 1.0, 0.99], ratio=True).high, 3)
    0.998
    """
    known = [value for value in values if isfinite(value)]
    n = len(known)
    if n == 0:
        return NOTHING
    mean = sum(known) / n
    if n == 1:
        return Estimate(mean, nan, 1, nan, nan, nan)
    sd = sqrt(sum((value - mean) ** 2 for value in known) / (n - 1))
    half = float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2.0)) * sd / sqrt(n)
    low, high = _inside(mean, half) if ratio else (mean - half, mean + half)
    return Estimate(mean, sd, n, half, low, high)


def _inside(mean: float, half: float) -> tuple[float, float]:
    """Lower and upper end of a ratio's interval."""
    if not 0.0 < mean < 1.0:
        return mean, mean  # all values are 0, or all are 1
    centre, reach = log(mean / (1.0 - mean)), half / (mean * (1.0 - mean))
    return min(mean, _expit(centre - reach)), max(mean, _expit(centre + reach))  # also where all digits are noise


def _expit(value: float) -> float:
    return 1.0 / (1.0 + exp(-value)) if value > -700.0 else 0.0


class Difference(NamedTuple):
    """What pairs of replications with common random numbers say about a change.

    Attributes:
        difference: Second minus first, with its interval.
        different: Whether the interval leaves out 0.
        variance_ratio: Variance of the difference of independent runs over that of these pairs: how many times
            fewer replications the pairing needed. NaN when nothing scatters.
    """

    difference: Estimate
    different: bool
    variance_ratio: float


def paired(first: Sequence[float], second: Sequence[float]) -> Difference:
    """Compare two scenarios replication by replication; a pair counts where both values are defined.

    >>> paired([1.0, 2.0, 3.0], [1.5, 2.6, 3.4]).different
    True
    """
    both = [(a, b) for a, b in zip(first, second, strict=True) if isfinite(a) and isfinite(b)]
    change = estimate([b - a for a, b in both])
    apart = estimate([a for a, _ in both]).sd ** 2 + estimate([b for _, b in both]).sd ** 2
    ratio = apart / change.sd**2 if change.n > 1 and change.sd > 0.0 else nan
    different = change.n > 1 and not change.low <= 0.0 <= change.high
    return Difference(change, different, ratio)


def apart(first: Sequence[float], second: Sequence[float]) -> Estimate:
    """Return second minus first of independent runs with its 95 % interval (Welch).

    >>> found = apart([1.0, 2.0, 3.0], [5.0, 7.0])
    >>> found.mean, round(found.half_width, 2)  # error (1/3 + 2/2)^0.5 = 1.155, t 5.176 at 1.684 degrees of freedom
    (4.0, 5.98)
    """
    one, two = estimate(first), estimate(second)
    shares = [found.sd**2 / found.n if found.n > 1 else nan for found in (one, two)]
    error, mean = sqrt(sum(shares)) if isfinite(sum(shares)) else nan, two.mean - one.mean
    if not error > 0.0:
        return Estimate(mean, nan, min(one.n, two.n), 0.0 if error == 0.0 else nan, mean, mean)
    freedom = sum(shares) ** 2 / sum(share**2 / (found.n - 1) for share, found in zip(shares, (one, two), strict=True))
    half = float(stdtrit(freedom, 0.5 + CONFIDENCE / 2.0)) * error
    return Estimate(mean, error, min(one.n, two.n), half, mean - half, mean + half)
