"""How a machine asks the stages what will become of its load; all that it tells them is a visit."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from twin.line.distribution import Service
from twin.stage import MACHINE, NOTHING, WEB, Outcome, Stage, Visit

if TYPE_CHECKING:  # a unit asks
    from twin.line.unit import Unit

_new = tuple.__new__


def only_takes_time(procedures: Mapping[str, Sequence[Sequence[Stage]]]) -> bool:
    """Say whether every product is one operation of one stage that takes a time and changes nothing."""
    return all(
        len(procedure) == 1 == len(procedure[0]) and isinstance(procedure[0][0], Service)
        for procedure in procedures.values()
    )


def ask(unit: "Unit", elapsed: float | None = None) -> float:
    """Ask the stages what will become of each lot, and return how long the slowest takes. [s]"""
    start, service, items, stops = unit.started, unit.service, unit.items, unit.interruptions
    bound, load, first = unit.station.bound[unit.step], len(items), items[0]
    longest, leader, counted = 0.0, first.ordinal, _counted(unit)
    outs: list[list[Outcome]] = []
    for item in items:
        lot = item.lot
        rows = []
        for stage, draws in bound.get(lot[1]) or unit.station.bind(unit.step, lot[1]):
            draws.number = item.ordinal
            draws.attempt = attempt = item.attempt(stage.name) if item.attempts else 0
            leading = first.attempt(stage.name) if first.attempts else 0
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
            rows.append(outcome)
            lot = outcome[0]
            if outcome[1] > longest:  # noqa: PLR1730 - max() costs twice as much in the busiest loop
                longest = outcome[1]
        outs.append(rows)
    unit.outs = outs
    return longest


def _counted(unit: "Unit") -> Mapping[str, float]:
    """Return what the unit has counted towards its maintenances, the web it has coated, and which of its kind it is."""
    counters, product = unit.counters, unit.items[0].lot.product
    found = {work.counter: counters.get(work.name, 0.0) for work in unit.station.maintenances}
    found[WEB] = counters.get(f"{WEB} {product}", 0.0)
    found[MACHINE] = unit.number - 1.0
    return found


def ask_time(unit: "Unit") -> float:
    """Ask stages that change nothing how long the slowest lot takes, and keep nothing else of the answer. [s]"""
    start, items = unit.started, unit.items
    bound, load, longest = unit.station.bound[0], len(items), 0.0
    for item in items:
        lot = item.lot
        stage, draws = (bound.get(lot[1]) or unit.station.bind(0, lot[1]))[0]
        draws.number = item.ordinal
        draws.attempt = attempt = item.attempt(stage.name) if item.attempts else 0
        visit = _new(Visit, (start, start - item.ended, load, attempt, unit.service, None, 0.0, 0, -1, 0, NOTHING))
        time = stage.run(lot, visit, draws)[1]
        if time > longest:  # noqa: PLR1730 - max() costs twice as much in the busiest loop
            longest = time
    return longest
