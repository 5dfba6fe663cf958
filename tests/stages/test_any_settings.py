"""Whatever a user sets within the ranges: the chemistry stages give finite numbers, and no mass is lost or made."""

from dataclasses import replace
from math import isfinite
from random import Random
from typing import Any, get_args, get_type_hints

import pytest

from twin.draws import Draws
from twin.material import Lot
from twin.parameter import parameters
from twin.products import PRODUCTS
from twin.stage import Outcome, Visit

STAGES = ("synthesis", "imidization", "precipitation", "dissolution")


def numbers(end: Outcome) -> list[float]:
    tables = (end.measures, end.feeds, end.losses, end.utilities, end.lot.properties)
    return [end.duration, end.lot.mass, *(value for table in tables for value in table.values())]


def set_at_random(random: Random, stage: object) -> object:
    """Return the stage with up to four settings at an end of their range or anywhere in it."""
    changes: dict[str, Any] = {}
    known, kinds = parameters(stage), get_type_hints(type(stage))
    for name in random.sample(list(known), random.choice([0, 1, 2, 4])):
        if get_args(kinds[name]):
            changes[name] = random.choice(get_args(kinds[name]))
            continue
        low, high = known[name].low, known[name].high
        top = high if isfinite(high) else 1e6 * max(abs(getattr(stage, name)), 1e-300)
        changes[name] = random.choice([low, top, random.uniform(low, top)])
    pair = ("coolant_temperature", "temperature")
    if pair[0] in known:  # what synthesis refuses
        cold, warm = (changes.get(name, getattr(stage, name)) for name in pair)
        changes = changes if cold < warm else {name: value for name, value in changes.items() if name not in pair}
    return replace(stage, **changes)  # type: ignore[type-var] # any dataclass


@pytest.mark.parametrize("product", list(PRODUCTS))
def test_finite_and_balanced(product):
    """Through all four stages, fresh and repeated, whatever is set, each number is finite and each mass is booked."""
    random = Random(product)
    for number in range(300):
        lot = Lot(number)
        for name in STAGES:
            stage = set_at_random(random, PRODUCTS[product].procedure[name])
            for attempt in range(random.choice([1, 1, 2])):
                visit = Visit(waited=random.choice([0.0, 1e5, 5e6]), stopped=random.choice([0.0, 1e5]), attempt=attempt)
                end = stage.run(lot, visit, Draws(5, source=name, number=number, attempt=attempt))
                assert all(isfinite(value) for value in numbers(end)), stage
                brought = lot.mass + sum(end.feeds.values())
                assert end.lot.mass + sum(end.losses.values()) == pytest.approx(brought, rel=1e-9), stage
                assert min(*end.losses.values(), *end.feeds.values(), end.lot.mass, 0.0) >= -1e-9 * brought, stage
                lot = end.lot
