"""Everything a study or a comparison found, as plain data for JSON."""

from math import isfinite
from typing import Any

from twin.reports.headline import doubts, unclean
from twin.store.place import written as written_place
from twin.study import Comparison, Estimate, Result


def number(value: float) -> float | None:
    """Return a number, or nothing where it is not defined: JSON knows no NaN."""
    return value if isfinite(value) else None


def estimated(found: Estimate) -> dict[str, Any]:
    """Return an estimate with the names of its parts."""
    return {name: number(value) for name, value in found._asdict().items()}


def study(result: Result) -> dict[str, Any]:
    """Return all numbers of a study."""
    plan = result.plan
    return {
        "scenario": plan.name,
        "question": plan.question,
        "run_id": result.run_id or None,
        "store": written_place(result.store) if result.run_id else None,
        "seed": plan.study.seed,
        "replications": result.replications,
        "warm_up_s": plan.study.warm_up,
        "horizon_s": plan.study.horizon,
        "computed": result.computed,
        "changes": {path: list(values) for path, values in plan.changes.items()},
        "operations": dict(result.operations),
        "doubts": doubts(result),
        "verdicts": [one._asdict() for one in result.verdicts],
        "indicators": [
            {
                **key._asdict(),
                "unit": series.unit,
                **estimated(series.estimate()),
                "values": [number(value) for value in series.values],
            }
            for key, series in result.series.items()
        ],
    }


def _doubted(result: Result) -> list[str]:
    return [*doubts(result), *unclean(result)]


def comparison(found: Comparison) -> dict[str, Any]:
    """Return all numbers of a comparison."""
    return {
        "first": found.first.plan.name,
        "second": found.second.plan.name,
        "runs": [found.first.run_id, found.second.run_id],
        "seed": found.first.plan.study.seed,
        "replications": found.first.replications,
        "doubts": {"first": _doubted(found.first), "second": _doubted(found.second)},
        "streams_of_one_only": {"first": list(found.alone[0]), "second": list(found.alone[1])},
        "streams_that_differ": {station: list(counts) for station, counts in found.streams.items()},
        "indicators": [
            {
                **key._asdict(),
                "unit": pair.unit,
                "first": estimated(pair.first),
                "second": estimated(pair.second),
                "difference": estimated(pair.change.difference),
                "different": pair.change.different,
                "variance_ratio": number(pair.change.variance_ratio),
            }
            for key, pair in found.pairs.items()
        ],
    }
