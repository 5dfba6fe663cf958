"""How a machine asks the stages what will become of its load; all that it tells them is a visit."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from twin.line.item import Item
from twin.stage import MACHINE, WEB, Outcome, Visit

if TYPE_CHECKING:  # a unit asks
    from twin.line.unit import Unit

_new = tuple.__new__


def ask(unit: "Unit", elapsed: float | None = None) -> float:
    """Ask the stages what will become of each lot, and return how long the slowest takes. [s]"""
    start, service, items, stops = unit.started, unit.service, unit.items, unit.interruptions
    bound, load, first = unit.station.bound[unit.step], len(items), items[0]
    longest, leader, counted = 0.0, first.ordinal, _counted(unit) if unit.counters else unit.uncounted
    outs: list[tuple[Item, str, Outcome]] = []
    for item in items:
        lot = item.lot
        for stage, draws in bound.get(lot[1]) or unit.station.bind(unit.step, lot[1]):
            draws.number = item.ordinal
            name = stage.name
            draws.attempt = attempt = item.attempt(name) if item.attempts else 0
            leading = first.attempt(name) if first.attempts else 0
            visit = _new(
                Visit,
                (
                    start,
                    start - item.ended,
                    load,
                    attempt,
                    service,
                    elapsed,
                    unit.stopped,
                    stops,
                    leader,
                    leading,
                    counted,
                ),
            )
            outcome = stage.run(lot, visit, draws)
            outs.append((item, name, outcome))
            lot, time = outcome[0], outcome[1]
            if time > longest:  # noqa: PLR1730 - max() costs twice as much in the busiest loop
                longest = time
    unit.outs = outs
    return longest


def _counted(unit: "Unit") -> Mapping[str, float]:
    """Return what the unit has counted towards its maintenances, the web it has coated, and which of its kind it is."""
    counters, product = unit.counters, unit.items[0].lot.product
    found = {work.counter: counters.get(work.name, 0.0) for work in unit.station.maintenances}
    found[WEB] = counters.get(f"{WEB} {product}", 0.0)
    found[MACHINE] = unit.number - 1.0
    return found
