"""Which assumption matters most: throughput, yield and cost at both ends of what is plausible of each.

Every case plays the same replications with the same draws as the baseline (common random numbers), so that the swing
of a case is a mean of paired differences. All are screened with few replications; those that moved most are repeated
with more. Each replication is written down as it is done, so that a ranking that was stopped goes on where it stood.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from math import isfinite, nan, sqrt
from pathlib import Path
from statistics import fmean, variance
from typing import Any, NamedTuple

from twin.errors import RunError, TwinError, UsageError, printable
from twin.plan import Plan
from twin.study.pool import Pool, outcome, usable_cores
from twin.study.replicate import replicate, warm
from twin.study.result import Key

MEASURES: Mapping[str, Key] = {name: Key(name) for name in ("released", "yield", "cost")}
BASELINE = "baseline"
ENDS = ("low", "high")

Values = tuple[float, float, float]


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
        replications: Pairs behind it. [1]
        note: Why there is no swing; empty for none.
    """

    path: str
    swings: Values
    errors: Values
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
        """Largest swing of a row, as a share of the baseline. [1]."""
        pairs = zip(row.swings, self.baseline, strict=True)
        return max((abs(swing / base) for swing, base in pairs if isfinite(swing) and base), default=-1.0)


class Task(NamedTuple):
    """One replication of one case at one end.

    Attributes:
        path: Path of the setting, or ``baseline``.
        end: ``low`` or ``high``; empty for the baseline.
        replication: Number of the replication. [1]
    """

    path: str
    end: str
    replication: int


def measured(plan: Plan, replication: int) -> tuple[float | None, ...] | str:
    """Play one replication and return its measures, or in words why it cannot be played; runs in a worker process."""
    try:
        part = replicate(plan, replication, None)
    except (TwinError, ArithmeticError, ValueError, LookupError, RuntimeError, AssertionError) as error:
        return f"failed: {type(error).__name__}: {printable(error, 120)}"
    if part.broken:
        return f"failed: {printable(part.broken[0], 120)}"
    rows = {Key(*(str(one[name] or "") for name in Key._fields)): one["value"] for one in part.indicators.to_pylist()}
    return tuple(rows.get(key) for key in MEASURES.values())


class Journal:
    """The replications that are done, by task, kept in a file of one line each.

    Attributes:
        done: Measures of each task, or why it failed.
    """

    def __init__(self, path: Path, identity: str) -> None:
        """Open a file and read what it holds.

        Raises:
            UsageError: It belongs to another ranking.
        """
        self._path = path
        self.done: dict[Task, Values | str] = {}
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        if not lines:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"ranking": identity}) + "\n", encoding="utf-8")
            return
        told = [one for one in map(_parsed, lines) if one is not None]
        if not told or told[0] != {"ranking": identity}:
            raise UsageError(
                f"{path}: holds another ranking (other model, plan or seed). Name another: --journal FILE."
            )
        for one in told[1:]:
            found = one["found"]
            self.done[Task(*one["task"])] = found if isinstance(found, str) else _values(found)

    def add(self, task: Task, found: tuple[float | None, ...] | str) -> None:
        """Write down one replication."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"task": list(task), "found": found}) + "\n")
        self.done[task] = found if isinstance(found, str) else _values(found)


def _parsed(line: str) -> dict[str, Any] | None:
    """Read a line; the last one may be cut short."""
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _values(found: Iterable[float | None]) -> Values:
    one, two, three = (nan if value is None else float(value) for value in found)
    return one, two, three


def rank(
    base: Plan, cases: Sequence[Case], journal: Journal, *, screening: int = 2, replications: int = 10,
    most: int = 30, workers: int | None = None, progress: Callable[[int, int], None] | None = None,
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
    return ranked(cases, journal)._replace(runs=len(journal.done) - before)


def _play(
    pool: Pool, base: Plan, cases: Sequence[Case], numbers: range, journal: Journal,
    progress: Callable[[int, int], None] | None,
) -> None:  # fmt: skip
    """Play what is not done yet."""
    asked = [(task, plan) for task, plan in _tasks(base, cases, numbers) if task not in journal.done]
    waiting: dict[Future[tuple[float | None, ...] | str], Task] = {
        pool.submit(measured, plan, task.replication): task for task, plan in asked
    }
    for count, future in enumerate(as_completed(waiting), 1):
        journal.add(waiting[future], outcome(future))
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


def ranked(cases: Sequence[Case], journal: Journal) -> Ranking:
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
    spread = _pooled([found for found in pairs.values() if not isinstance(found, str)])
    found = Ranking((one, two, three), tuple(_swing(case.path, pairs[case.path], spread) for case in cases), 0)
    return found._replace(rows=tuple(sorted(found.rows, key=lambda row: (-found.share(row), row.path))))


def _paired(case: Case, journal: Journal) -> list[Values] | str:
    """Differences of all replications that both ends have; or why there are none."""
    refused = [f"{end}: {plan}" for end, plan in zip(ENDS, case.plans, strict=True) if isinstance(plan, str)]
    if refused:
        return "; ".join(refused)
    found: list[Values] = []
    number = 0
    while (low := journal.done.get(Task(case.path, "low", number))) is not None:
        high = journal.done.get(Task(case.path, "high", number))
        if high is None:
            break
        if isinstance(low, str) or isinstance(high, str):
            return f"low: {low}" if isinstance(low, str) else f"high: {high}"
        one, two, three = (b - a for a, b in zip(low, high, strict=True))
        found.append((one, two, three))
        number += 1
    return found or "not played"


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if isfinite(value)]
    return fmean(known) if known else nan


def _pooled(pairs: Sequence[Sequence[Values]]) -> Values:
    """Standard deviation of one paired difference, of all cases that move at all together."""
    moving = [[column for column in _columns(pairs, at) if any(column)] for at in range(3)]
    one, two, three = (sqrt(fmean(map(variance, columns))) if columns else nan for columns in moving)
    return one, two, three


def _columns(pairs: Sequence[Sequence[Values]], at: int) -> list[list[float]]:
    """Finite differences of one measure, of each case that has two or more."""
    columns = [[values[at] for values in case if isfinite(values[at])] for case in pairs]
    return [column for column in columns if len(column) > 1]


def _swing(path: str, found: list[Values] | str, spread: Values) -> Swing:
    """Swing of one case; of few pairs the error is that of all cases together, of five and more its own."""
    if isinstance(found, str):
        return Swing(path, (nan, nan, nan), (nan, nan, nan), 0, found)
    swings, errors = [], []
    for at in range(3):
        column = [values[at] for values in found if isfinite(values[at])]
        swings.append(_mean(column))
        own = sqrt(variance(column)) if len(column) > 4 else spread[at] if any(column) else 0.0
        errors.append(own / sqrt(len(column)) if column else nan)
    note = "" if all(map(isfinite, swings)) else "a measure is not defined at one end: nothing was shipped"
    return Swing(path, (swings[0], swings[1], swings[2]), (errors[0], errors[1], errors[2]), len(found), note)
