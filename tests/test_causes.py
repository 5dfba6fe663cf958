"""Each loss of a run goes with its cause: without that scatter it is gone, and the other losses stay as they were."""

from collections import defaultdict

import numpy as np
import pytest

from twin.limit import Limit
from twin.plan import Plan
from twin.products import PRODUCTS
from twin.scenario import baseline, load
from twin.settings import tree
from twin.study.replicate import replicate

REPLICATIONS = 8
WINDOW = ("study.warm_up=7 d", "study.horizon=28 d")  # two cycles of the coater
NOISE = 3.0  # paired standard errors

Reason = tuple[str, str]  # product, and the words of the loss
Shares = dict[Reason, list[float]]  # of the area that was judged, in each replication


def lost(plan: Plan) -> Shares:
    """Shares that are lost, by product and reason."""
    found: Shares = defaultdict(lambda: [0.0] * REPLICATIONS)
    for number in range(REPLICATIONS):
        for row in replicate(plan, number, None).indicators.to_pylist():
            if row["indicator"] == "lost_share" and row["scope"] == "product":
                found[row["subject"], row["detail"]][number] = row["numerator"] / row["denominator"]
    return found


def limit_of(reason: Reason) -> Limit | None:
    """The limit that such a loss misses; None where it is none of a measure."""
    product, words = reason
    told = [limit for limit in PRODUCTS[product].specification if words.startswith(f"{limit.stage} {limit.id} too ")]
    return told[0] if told else None


def by_cause(before: Shares) -> dict[str, set[Reason]]:
    """The losses of a run by the path of the scatter that they name."""
    found = defaultdict(set)
    for reason, shares in before.items():
        limit = limit_of(reason)
        if limit is not None and limit.cause and max(shares) > 0.0:
            found[f"{reason[0]}.{limit.cause}"].add(reason)
    return found


def without(path: str) -> Shares:
    """The same replications with one scatter set to 0, as a user sets it."""
    return lost(load("baseline", (*WINDOW, f"{path}={tree(baseline())[path].written(0.0)}")))


def caused_by(path: str, reason: Reason) -> bool:
    """Whether a loss names that scatter."""
    limit = limit_of(reason)
    return limit is not None and f"{reason[0]}.{limit.cause}" == path


@pytest.mark.slow
def test_each_loss_of_a_run_goes_with_its_cause() -> None:
    """Without the scatter that it names a loss is 0; no other moves beyond its paired noise."""
    before = lost(load("baseline", WINDOW))
    causes = by_cause(before)
    assert len(causes) >= 4
    lasting, moves = {}, {}
    for path in causes:
        after = without(path)
        for reason in {*before, *after}:
            if caused_by(path, reason):
                lasting |= {(path, reason): after[reason]} if max(after[reason]) > 0.0 else {}
            else:
                moves[path, reason] = np.subtract(after[reason], before[reason])
    assert lasting == {}
    far = NOISE / REPLICATIONS**0.5
    moved = {name: one.tolist() for name, one in moves.items() if abs(one.mean()) > far * one.std(ddof=1) + 1e-12}
    assert moved == {}
