"""Was the warm-up long enough? MSER-5 on sums over a whole campaign cycle, so that its beat is no trend.

MSER-5: K. P. White, Simulation 69 (1997) 323; White, Cobb and Spratt, Proc. 2000 Winter Simulation Conf., 755. Only
cuts in the first half count: beyond it few values are left, and the statistic falls by chance.
"""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import NamedTuple

BATCH = 5
CYCLE = 25  # observations of one campaign cycle, so that five batches make one
FEWEST = 4  # batches below which nothing can be told
LIKELY = 2.0  # standard errors by which two means may differ


class Judgement(NamedTuple):
    """What MSER-5 says of one series.

    Attributes:
        cut: Time that should be left out. [s]
        needed: Warm-up that the series asks for: the cut, or 0 where leaving out less changes no mean. [s]
    """

    cut: float
    needed: float


def batched(series: Sequence[float], size: int = BATCH) -> list[float]:
    """Return means of batches, counted from the end; what is left over at the beginning is dropped.

    >>> batched([9.0, 1.0, 3.0, 5.0, 7.0], size=2)
    [2.0, 6.0]
    """
    count = len(series) // size
    first = len(series) - count * size
    return [sum(series[at : at + size]) / size for at in range(first, len(series), size)]


def mser(means: Sequence[float]) -> int:
    """Return how many values at the beginning to leave out: the least squared standard error of the mean of the rest.

    By hand, of 0, 4, 4, 6: all give 19/16 = 1.19, without the first 2.67/9 = 0.30, without two 2/4 = 0.5:

    >>> mser([0.0, 4.0, 4.0, 6.0])
    1
    """
    best, least = 0, float("inf")
    for cut in range(len(means) // 2 + 1):
        rest = means[cut:]
        if not rest:
            break
        mean = sum(rest) / len(rest)
        error = sum((value - mean) ** 2 for value in rest) / len(rest) ** 2
        if error < least * (1.0 - 1e-12):
            best, least = cut, error
    return best


def judged(cumulative: Sequence[float], step: float, warm_up: float) -> Judgement | None:
    """Judge the warm-up by what came out up to each moment; None where the run is too short to tell.

    Args:
        cumulative: What came out until 0, one step, two steps, ..., the end; 25 steps make a campaign cycle.
        step: Time between two of them. [s]
        warm_up: Time that is left out. [s]

    A line that makes nothing for a cycle and then 1 each step needs that cycle:

    >>> judged([0.0] * 26 + [float(n) for n in range(1, 75)], step=1.0, warm_up=25.0)
    Judgement(cut=25.0, needed=25.0)
    """
    sums = [late - early for early, late in zip(cumulative, cumulative[CYCLE:], strict=False)]
    means = batched(sums)
    if len(means) < FEWEST:
        return None
    cut = mser(means)
    first = (len(sums) - len(means) * BATCH) * step
    left_out = first + cut * BATCH * step if cut else 0.0
    kept = means[min(max(0, ceil((warm_up - first) / (BATCH * step) - 1e-9)), len(means) - 1) :]
    alike = abs(_mean(kept) - _mean(means[cut:])) <= LIKELY * _error(means[cut:])
    return Judgement(left_out, 0.0 if alike and left_out > warm_up else left_out)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _error(means: Sequence[float]) -> float:
    """Standard error of the mean of batches that share a cycle with their neighbours: only each fifth is new."""
    apart = max(1.0, len(means) * BATCH / CYCLE)
    mean = _mean(means)
    return sqrt(sum((one - mean) ** 2 for one in means) / max(1, len(means) - 1) / apart)
