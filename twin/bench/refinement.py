"""What the grids and time steps of the solvers still do to the indicators: the baseline as it is, and twice as fine."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from math import inf, isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from twin.plan import Plan
from twin.plant import DAY
from twin.scenario import baseline
from twin.settings import changed, tree
from twin.study import Key, Result, Series, run

SETTING = ".refinement"  # of each stage that solves something on a grid or in steps
LOST = "not in the same replications of both"
LARGEST = 0.001  # relative change that is none ...
OF_NOISE = 0.1  # ... and share of the half-width of the interval that is none


class Change(NamedTuple):
    """What a finer solution does to one number.

    Attributes:
        name: Its name.
        relative: Change over the number itself. [1]
        of_noise: Change over the half-width of its interval. [1]
    """

    name: str
    relative: float
    of_noise: float

    @property
    def small(self) -> bool:
        """Whether it keeps the promise: less than 0.1 % or a tenth of the half-width."""
        return abs(self.relative) < LARGEST or abs(self.of_noise) < OF_NOISE


def finer(plan: Plan, factor: float = 2.0) -> Plan:
    """Return the plan with grids and steps that many times as fine.

    >>> list(finer(baseline()).changes)[0].endswith(".refinement")
    True
    """
    return changed(plan, {path: factor for path in tree(plan) if path.endswith(SETTING)})


def changes(plan: Plan, workers: int | None = None) -> list[Change]:
    """Run a plan as it is and twice as fine, with the same seed, and compare each number of the line."""
    with TemporaryDirectory() as folder:
        usual, fine = (run(one, Path(folder), workers=workers) for one in (plan, finer(plan)))
    return compared(usual, fine)


def compared(usual: Result, fine: Result) -> list[Change]:
    """Compare each number of two studies; one that a replication of only one of them has moves without bounds."""
    keys = dict.fromkeys((*usual.series, *fine.series))
    return [change for key in keys for change in _compared(key, usual.series.get(key), fine.series.get(key))]


def _compared(key: Key, usual: Series | None, fine: Series | None) -> Iterator[Change]:
    """Yield the change of one number, nothing of one that is nowhere defined."""
    name = " ".join(part for part in key if part)
    have = _defined(usual), _defined(fine)
    if any(map(any, have)) and have[0] != have[1]:
        yield Change(f"{name}: {LOST}", inf, inf)
    elif usual and fine and any(have[0]):
        one, other = usual.estimate(), fine.estimate()
        moved = other.mean - one.mean
        yield Change(name, _ratio(moved, one.mean), _ratio(moved, 0.5 * (one.high - one.low)))


def _defined(series: Series | None) -> list[bool]:
    return [isfinite(value) for value in series.values] if series else []


def _ratio(moved: float, whole: float) -> float:
    return 0.0 if moved == 0.0 else moved / whole if whole and isfinite(whole) else inf


def main(days: float, replications: int) -> int:
    """Print each number that moves at all, and how many keep the promise; return 1 if one does not."""
    plan = baseline()
    found = changes(replace(plan, study=replace(plan.study, horizon=days * DAY, replications=replications)))
    for one in found:
        if one.relative:
            told = "ok" if one.small else "MOVES"
            sys.stdout.write(f"{one.name:70} {100 * one.relative:+10.4f} %  {one.of_noise:+8.3f} half-widths  {told}\n")
    kept = sum(one.small for one in found)
    sys.stdout.write(f"{kept} of {len(found)} indicators move by less than 0.1 % or a tenth of their half-width\n")
    return int(kept < len(found))


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 28.0, int(sys.argv[2]) if len(sys.argv) > 2 else 10))
