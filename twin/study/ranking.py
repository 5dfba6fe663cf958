"""Which assumption matters most: throughput, yield and cost at both ends of what is plausible of each.

Every case plays the same replications with the same draws as the baseline (common random numbers), so that the swing
of a case is a mean of paired differences. All are screened with few replications; those that moved most are repeated
with more. Each replication is written down as it is done, so that a ranking that was stopped goes on where it stood.
Prices move nothing but money, which is linear in them: their swing follows from what the baseline consumed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from math import isfinite, nan, sqrt
from statistics import fmean, median, variance
from typing import NamedTuple

from twin.errors import RunError
from twin.plan import Plan
from twin.prices import Price
from twin.study.journal import BASELINE, ENDS, Found, Journal, Task, Values, measured, values
from twin.study.pool import Pool, outcome, usable_cores
from twin.study.replicate import warm

ENOUGH = 5  # pairs whose scatter is trusted

Pairs = list[tuple[Values, Values]]
UNKNOWN: Values = (nan, nan, nan)
BOOKED = "exact: amounts that the baseline consumed, times the price"


class Case(NamedTuple):
    """One assumption at both of its ends.

    Attributes:
        path: Path of the setting, without its product where it has one.
        plans: Plan at each end; a text where the end was refused.
    """

    path: str
    plans: tuple[Plan | str, Plan | str]


class Swing(NamedTuple):
    """What one assumption does to throughput, yield and cost.

    Attributes:
        path: Path of the setting.
        swings: High end less low end of each measure; NaN where an end was refused.
        errors: Standard error of each.
        lows: Low end less baseline. Where both ends lie on one side of it, the swing hides what an end does.
        highs: High end less baseline.
        replications: Pairs behind it. [1]
        note: Why there is no swing, or that it is not simulated; else empty.
    """

    path: str
    swings: Values
    errors: Values
    lows: Values
    highs: Values
    replications: int
    note: str = ""


class Ranking(NamedTuple):
    """All assumptions, the one that moves most first.

    Attributes:
        baseline: Mean of each measure without any change.
        rows: Each assumption.
        runs: Replications that were simulated. [1]
    """

    baseline: Values
    rows: tuple[Swing, ...]
    runs: int

    def share(self, row: Swing) -> float:
        """Largest change of any measure between low end, baseline and high end, as a share of the baseline. [1]."""
        pairs = [pair for found in (row.swings, row.lows, row.highs) for pair in zip(found, self.baseline, strict=True)]
        return max((abs(change / base) for change, base in pairs if isfinite(change) and base), default=-1.0)


def rank(
    base: Plan, cases: Sequence[Case], journal: Journal, *, screening: int = 2, replications: int = 10,
    most: int = 30, workers: int | None = None, progress: Callable[[int, int], None] | None = None,
    prices: Mapping[str, Price] | None = None,
) -> Ranking:  # fmt: skip
    """Rank assumptions by what they move.

    Args:
        base: The plan that they belong to.
        cases: Each assumption at both ends.
        journal: What is done already.
        screening: Replications of all. [1]
        replications: Replications of those that moved most. [1]
        most: How many those are. [1]
        workers: Worker processes; None for one a core. [1]
        progress: Called with the numbers of replications that are done and that there are.
        prices: Those that are ranked too, by name.

    Raises:
        RunError: The baseline itself failed, or a worker was killed.
    """
    before = len(journal.done)
    with Pool(workers or usable_cores(), warm) as pool:
        _play(pool, base, cases, range(screening), journal, progress)
        first = ranked(cases, journal)
        chosen = {row.path for row in first.rows[:most] if first.share(row) > 0.0}
        again = [case for case in cases if case.path in chosen]
        _play(pool, base, again, range(screening, replications), journal, progress)
    return ranked(cases, journal, prices)._replace(runs=len(journal.done) - before)


def _play(
    pool: Pool, base: Plan, cases: Sequence[Case], numbers: range, journal: Journal,
    progress: Callable[[int, int], None] | None,
) -> None:  # fmt: skip
    """Play what is not done yet."""
    asked = [(task, plan) for task, plan in _tasks(base, cases, numbers) if task not in journal.done]
    waiting: dict[Future[Found | str], Task] = {
        pool.submit(measured, plan, task.replication): task for task, plan in asked
    }
    for count, future in enumerate(as_completed(waiting), 1):
        found = outcome(future)
        journal.add(waiting[future], *((found,) if isinstance(found, str) else found))
        if progress is not None:
            progress(count, len(asked))


def _tasks(base: Plan, cases: Sequence[Case], numbers: range) -> Iterator[tuple[Task, Plan]]:
    for number in numbers:
        yield Task(BASELINE, "", number), base
        for case in cases:
            if not any(isinstance(plan, str) for plan in case.plans):
                for end, plan in zip(ENDS, case.plans, strict=True):
                    assert isinstance(plan, Plan)  # noqa: S101 - asked for above
                    yield Task(case.path, end, number), plan


def ranked(cases: Sequence[Case], journal: Journal, prices: Mapping[str, Price] | None = None) -> Ranking:
    """Bring together what a journal holds.

    Raises:
        RunError: The baseline itself failed.
    """
    base = [found for task, found in journal.done.items() if task.path == BASELINE]
    failed = next((one for one in base if isinstance(one, str)), None)
    if failed is not None:
        raise RunError(f"the baseline of the ranking {failed}. Repair that first: twin run baseline.")
    known = [one for one in base if not isinstance(one, str)]
    one, two, three = (_mean([values[at] for values in known]) for at in range(3))
    pairs = {case.path: _paired(case, journal) for case in cases}
    usual = _usual([found for found in pairs.values() if not isinstance(found, str)])
    rows = [_swing(case.path, pairs[case.path], usual) for case in cases]
    found = Ranking((one, two, three), (*rows, *_priced(prices or {}, list(journal.consumed.values()))), 0)
    return found._replace(rows=tuple(sorted(found.rows, key=lambda row: (-found.share(row), row.path))))


def _paired(case: Case, journal: Journal) -> Pairs | str:
    """Both ends less the baseline, of all replications that both have; or why there are none."""
    refused = [f"{end}: {plan}" for end, plan in zip(ENDS, case.plans, strict=True) if isinstance(plan, str)]
    if refused:
        return "; ".join(refused)
    found: Pairs = []
    while True:
        number = len(found)
        tasks = (Task(BASELINE, "", number), Task(case.path, "low", number), Task(case.path, "high", number))
        base, low, high = (journal.done.get(task) for task in tasks)
        if base is None or low is None or high is None:
            return found or "not played"
        for end, told in zip(("baseline", *ENDS), (base, low, high), strict=True):
            if isinstance(told, str):
                return f"{end}: {told}"
        found.append((_less(low, base), _less(high, base)))


def _less(one: Values | str, other: Values | str) -> Values:
    first, second, third = (a - b for a, b in zip(values(one), values(other), strict=True))
    return first, second, third


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if isfinite(value)]
    return fmean(known) if known else nan


def _usual(pairs: Sequence[Pairs]) -> Values:
    """Standard deviation of one paired difference, the median of all cases that move at all."""
    found = []
    for at in range(3):
        columns = [_column(case, at) for case in pairs]
        moving = [sqrt(variance(column)) for column in columns if len(column) > 1 and any(column)]
        found.append(median(moving) if moving else 0.0)
    return found[0], found[1], found[2]


def _column(case: Pairs, at: int) -> list[float]:
    """High end less low end of one measure, where both are defined."""
    return [high[at] - low[at] for low, high in case if isfinite(high[at] - low[at])]


def _swing(path: str, found: Pairs | str, usual: Values) -> Swing:
    """Swing of one case; its error is its own, but of few pairs at least the usual one."""
    if isinstance(found, str):
        return Swing(path, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, 0, found)
    columns = [_column(found, at) for at in range(3)]
    swings = values(_mean(column) for column in columns)
    errors = values(_error(column, spread) for column, spread in zip(columns, usual, strict=True))
    lows, highs = (values(_mean([pair[end][at] for pair in found]) for at in range(3)) for end in (0, 1))
    note = "" if all(map(isfinite, swings)) else "a measure is not defined at one end: nothing was shipped"
    return Swing(path, swings, errors, lows, highs, len(found), note)


def _priced(prices: Mapping[str, Price], consumed: Sequence[Mapping[str, float]]) -> Iterator[Swing]:
    """Swing of each price of what the baseline consumed; its scatter is its own, however few the replications."""
    for name, price in prices.items():
        column = [amounts.get(name, 0.0) for amounts in consumed]
        if any(column):
            used = fmean(column)
            swing, low, high = (used * (to - since) for since, to in (
                (price.low, price.high), (price.value, price.low), (price.value, price.high),
            ))  # fmt: skip
            error = _error(column, nan) * (price.high - price.low)
            yield Swing(
                f"price.{name}", (0.0, 0.0, swing), (0.0, 0.0, error), (0.0, 0.0, low), (0.0, 0.0, high), len(column),
                BOOKED,
            )  # fmt: skip


def _error(column: Sequence[float], usual: float) -> float:
    if not column:
        return nan
    own = sqrt(variance(column)) if len(column) > 1 else usual
    return (own if len(column) >= ENOUGH or not any(column) else max(own, usual)) / sqrt(len(column))
