"""What is drawn of a run: where the machines' time went, work in process, losses, and quality against limits.

Numbers come from the study and its tables in the store; nothing here draws.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from twin.store import Store
from twin.study.interval import Estimate
from twin.study.result import Key, Result

Floats = NDArray[np.float64]
POINTS = 241  # moments at which work in process is counted
BANDED = 10  # replications from which a band leaves out a tenth on each side; fewer show all of them
SHARES = (1.0, 25.0, 50.0, 75.0, 99.0)  # percentiles of a measure
FEW = 5  # values that a spread needs
TOTAL = "all lots"


class Course(NamedTuple):
    """One number over time.

    Attributes:
        name: What it is about.
        mean: Mean over the replications. Shape: (POINTS,). [1]
        low: Lower edge of the band over the replications. Shape: (POINTS,). [1]
        high: Upper edge of it. Shape: (POINTS,). [1]
    """

    name: str
    mean: Floats
    low: Floats
    high: Floats


class Wip(NamedTuple):
    """Lots inside the line over time.

    Attributes:
        times: Moments since the start of the simulation. Shape: (POINTS,). [s]
        courses: All lots, then those of each product.
        replications: Replications that were counted. [1]
    """

    times: Floats
    courses: tuple[Course, ...]
    replications: int


class Loss(NamedTuple):
    """Yield that was lost to one limit.

    Attributes:
        product: Product.
        reason: Stage, limit and side.
        share: Share of the judged area, with its interval. [1]
    """

    product: str
    reason: str
    share: Estimate


class Quality(NamedTuple):
    """One measure against its limit.

    Attributes:
        product: Product.
        limit: Id and name of the limit.
        unit: Unit of all values here.
        lower: Smallest value that passes; minus infinity where there is none.
        upper: Largest value that passes; infinity where there is none.
        source: Whose limit it is.
        judged: Values that were judged. [1]
        missed: Share of them that missed it. [1]
        sd: Their standard deviation.
        shares: Their percentiles, as ``SHARES`` says.
    """

    product: str
    limit: str
    unit: str
    lower: float
    upper: float
    source: str
    judged: int
    missed: float
    sd: float
    shares: tuple[float, ...]


def states(result: Result) -> dict[str, dict[str, float]]:
    """Return the mean share of time in each state: station -> state -> share. [1]"""
    found: dict[str, dict[str, float]] = {}
    for key in result.keys("time_share", "station"):
        found.setdefault(key.subject, {})[key.detail] = result.estimate(*key).mean
    return found


def losses(result: Result) -> list[Loss]:
    """List what each product loses to which limit, the largest first; what is nothing is left out."""
    keys = [key for key in result.keys("lost_share", "product") if key.detail]
    found = [Loss(key.subject, key.detail, result.estimate(*Key(*key))) for key in keys]
    return sorted((one for one in found if one.share.mean > 0.0), key=lambda one: (one.product, -one.share.mean))


def wip(result: Result, store: Store) -> Wip:
    """Return how many lots are inside the line over time, with bands over the replications."""
    study = result.plan.study
    lots = store.read(result.run_id, "lots").select(["replication", "product", "created_s", "ended_s"])
    number = np.asarray(lots["replication"].to_numpy(), dtype=np.int64)
    spans = np.stack([np.asarray(lots[name].to_numpy(), dtype=np.float64) for name in ("created_s", "ended_s")])
    product = np.array([one or "" for one in lots["product"].to_pylist()])
    times = np.linspace(0.0, study.warm_up + study.horizon, POINTS)
    chosen = {TOTAL: np.ones(len(number), dtype=bool)}
    chosen |= {name: product == name for name in sorted(set(product.tolist())) if name}
    courses = []
    for name, mine in chosen.items():
        counts = _inside(times, number[mine], spans[:, mine], result.replications)
        courses.append(_banded(name, counts))
    return Wip(times, tuple(courses), result.replications)


def _inside(times: Floats, number: NDArray[np.int64], spans: Floats, replications: int) -> Floats:
    """Count the lots inside at each moment. Shape: (replications, moments). [1]"""
    counts = np.zeros((replications, len(times)))
    for replication in range(replications):
        created, ended = (np.sort(one[number == replication]) for one in spans)
        counts[replication] = np.searchsorted(created, times, "right") - np.searchsorted(ended, times, "left")
    return counts


def _banded(name: str, counts: Floats) -> Course:
    ends = (10.0, 90.0) if len(counts) >= BANDED else (0.0, 100.0)
    low, high = np.percentile(counts, ends, axis=0)
    return Course(name, counts.mean(axis=0), low, high)


def quality(result: Result, store: Store) -> list[Quality]:
    """List the measures that were judged by a limit and that spread, in the order of the process."""
    table = store.read(result.run_id, "dispositions").select(
        ["product", "limit", "value", "lower", "upper", "value_unit", "source"]
    )
    grouped = table.group_by(["product", "limit", "lower", "upper", "value_unit", "source"], use_threads=False)
    rows = grouped.aggregate([("value", "list")]).to_pylist()
    return list(_spreading([one for one in rows if one["product"] and (one["lower"], one["upper"]) != (None, None)]))


def _spreading(rows: Sequence[Mapping[str, Any]]) -> Iterator[Quality]:
    for one in rows:
        values = np.array([value for value in one["value_list"] if value is not None], dtype=np.float64)
        values = values[np.isfinite(values)]
        sd = float(values.std()) if len(values) >= FEW else 0.0
        classes = one["value_unit"] == "1" and bool((values == np.round(values)).all())
        if classes or sd <= 1e-9 * float(np.abs(values).max(initial=0.0)):
            continue  # a class, or a number of the recipe: nothing to draw
        lower = float(one["lower"] or -inf)  # nothing that is judged can be below 0, so 0 is no limit
        upper = inf if one["upper"] is None else float(one["upper"])
        missed = float(((values < lower) | (values > upper)).mean())
        shares = tuple(float(value) for value in np.percentile(values, SHARES))
        yield Quality(
            one["product"], one["limit"], one["value_unit"], lower, upper, one["source"], len(values), missed, sd,
            shares,
        )  # fmt: skip


def order(store: Store, run_id: str) -> list[str]:
    """List the stations of a run in the order of the process."""
    rows: pa.Table = store.read(run_id, "equipment")
    placed = dict(zip(rows["station"].to_pylist(), rows["position"].to_pylist(), strict=True))
    return sorted(placed, key=lambda name: (placed[name], name))
