"""Two studies side by side, replication by replication, under common random numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

from twin.building import build
from twin.errors import UsageError
from twin.line.streams import streams
from twin.plan import Plan
from twin.settings import tree
from twin.study.interval import Difference, Estimate, paired
from twin.study.result import Key, Result

PAIRED = ("study.seed", "study.replications", "study.horizon", "study.warm_up")  # what both of a pair have alike


@dataclass(frozen=True, slots=True)
class Pair:
    """One number in both studies.

    Attributes:
        unit: Its unit.
        first: Mean and interval in the first.
        second: Mean and interval in the second.
        change: Second minus first, with its interval.
    """

    unit: str
    first: Estimate
    second: Estimate
    change: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two studies compared.

    Attributes:
        first: The first study.
        second: The second study.
        pairs: Every number that both have.
        streams: Station -> (first, second): numbers of operations, where they differ; up to the smaller of both the
            k-th lot drew the same random numbers, whatever else changed.
        alone: Streams of random numbers that only the first has, and that only the second has.
    """

    first: Result
    second: Result
    pairs: Mapping[Key, Pair]
    streams: Mapping[str, tuple[int, int]]
    alone: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


def compare(first: Result, second: Result) -> Comparison:
    """Compare two studies of the same seed and number of replications.

    Raises:
        UsageError: They do not pair.
    """
    refuse_unpaired(first.plan, second.plan)
    pairs = {key: _pair(key, first, second) for key in first.series if key in second.series}
    counts = {
        station: (first.operations.get(station, 0), second.operations.get(station, 0))
        for station in dict.fromkeys((*first.operations, *second.operations))
        if first.operations.get(station, 0) != second.operations.get(station, 0)
    }
    mine, theirs = _streams(first.plan), _streams(second.plan)
    alone = tuple(sorted(mine - theirs)), tuple(sorted(theirs - mine))
    return Comparison(first=first, second=second, pairs=pairs, streams=counts, alone=alone)


def refuse_unpaired(first: Plan, second: Plan) -> None:
    """Refuse two plans whose replications do not pair; asked before they are computed it costs nothing.

    Args:
        first: The first plan.
        second: The second plan.

    Raises:
        UsageError: They do not pair.
    """
    one, two = tree(first), tree(second)
    for path in PAIRED:
        if one[path].value != two[path].value:
            raise UsageError(
                f"{first.name} and {second.name} do not pair: {path} is {one[path].written()} and "
                f"{two[path].written()}. Give both the same, for instance with --set {path}=VALUE."
            )


def _streams(plan: Plan) -> frozenset[str]:
    return streams(build(plan, plan.study.seed, 0, None))


def _pair(key: Key, first: Result, second: Result) -> Pair:
    one, two = first.series[key], second.series[key]
    return Pair(one.unit, one.estimate(), two.estimate(), paired(one.values, two.values))
