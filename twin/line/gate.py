"""The gate after an operation: measures against limits, and what follows from a miss."""

from collections.abc import Mapping
from typing import NamedTuple

from twin.limit import Action, Limit
from twin.line.item import Item

Limits = Mapping[tuple[str, str], tuple[Limit, ...]]


class Verdict(NamedTuple):
    """What a gate says about one measure of one lot.

    Attributes:
        stage: Stage that was judged.
        limit: The limit.
        value: What was compared: the laboratory's value where there is one.
        action: What follows; ``pass`` when the limit is kept.
    """

    stage: str
    limit: Limit
    value: float
    action: Action | str


def verdicts(item: Item, limits: Limits) -> list[Verdict]:
    """Compare all measures that wait with the limits of the lot's product."""
    found = []
    for stage, measures in item.results or ():
        for limit in limits.get((item.lot.product, stage), ()):
            if limit.quantity not in measures:  # a recipe limit of a setting, or a step that was not reached
                continue
            value = measures[limit.quantity]
            found.append(Verdict(stage, limit, value, _action(item, limit, value)))
    return found


def _action(item: Item, limit: Limit, value: float) -> Action | str:
    if limit.accepts(value):
        return "pass"
    if limit.kind == "recipe":
        return "mark"
    actions = limit.below if value < limit.lower else limit.above
    before = item.misses.get(limit.id, 0) if item.misses else 0
    return actions[min(before, len(actions) - 1)]


def deciding(found: list[Verdict]) -> list[Verdict]:
    """Return the misses that decide: what can be mended is mended first, then scrapped, then cut or downgraded."""
    missed = [verdict for verdict in found if verdict.action not in {"pass", "mark"}]
    repeats = [verdict for verdict in missed if verdict.action == "repeat"]
    scraps = [verdict for verdict in missed if verdict.action == "scrap"]
    return repeats or scraps[:1] or missed
