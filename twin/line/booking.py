"""What is written down after an operation: the lot as it is now, the books, the measures, the verdicts."""

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from twin.line import lots, writing
from twin.line.gate import Verdict, deciding, verdicts
from twin.line.item import Item
from twin.line.lab import lab_results
from twin.line.rules import Sampling
from twin.records import Rows
from twin.stage import NOTHING, WEB, Outcome

if TYPE_CHECKING:  # a station has a unit do the work
    from twin.line.station import Station
    from twin.line.unit import Unit


_ONLY_TIME = (*[NOTHING] * 5, ())  # what an outcome holds behind its duration when the lot only took time


def book(station: "Station", unit: "Unit") -> None:
    """Let each lot become what the stages said of it; write visits, consumption, measures."""
    ended, load, visits, claims = unit.ready_at, len(unit.items), station.visits, station.line.claims
    for work in station.maintenances:
        if work.counter == "busy":
            unit.counters[work.name] = unit.counters.get(work.name, 0.0) + unit.work_time
    for item, stage, outcome in unit.outs:
        if visits is not None:
            _write_visit(station, unit, item, stage, outcome, load)
        if outcome[0] is not item.lot or outcome[2:] != _ONLY_TIME or claims:
            _book_outcome(station, unit, item, stage, outcome)
        item.ended = ended


def _write_visit(station: "Station", unit: "Unit", item: Item, stage: str, outcome: Outcome, load: int) -> None:
    rows: Rows = station.visits  # type: ignore[assignment] # only where they are written down
    before, after = item.lot, outcome[0]
    attempt = item.attempt(stage) if item.attempts else 0
    came = writing.area(before) if before[6] else 0.0
    went = came if after is before else writing.area(after)
    rows.data += rows.pack(
        before[0], station.code, unit.log.code, station.line.code(stage), attempt, load, item.since, unit.started,
        unit.ready_at, before[3], after[3], before[4], after[4], before[5], after[5], came, went,
    )  # fmt: skip


def _book_outcome(station: "Station", unit: "Unit", item: Item, stage: str, outcome: Outcome) -> None:
    lot, _, measures, feeds, losses, scrap, utilities, flags = outcome
    line = station.line
    if lot is not item.lot or feeds or losses or scrap or utilities:
        _book_flows(station, unit, item, stage, outcome)
    for work in station.maintenances:
        if work.counter in utilities:
            unit.counters[work.name] = unit.counters.get(work.name, 0.0) + utilities[work.counter]
    if flags or line.claims:
        for mark in (*flags, *line.claims.get((item.lot.product, stage), ())):
            writing.mark(line, item, stage, mark)
    if measures:
        seen = next((sampling.sees for sampling in station.samplings if sampling.stage == stage), {})
        writing.measures(line, item, stage, {name: v for name, v in measures.items() if name not in seen})
        if station.gated:
            item.results = [*(item.results or ()), (stage, measures)]
    item.lot = lot


def _book_flows(station: "Station", unit: "Unit", item: Item, stage: str, outcome: Outcome) -> None:
    """Book what came in and what went off in the ledger, and write it down."""
    line, ledger = station.line, station.line.ledger
    for kind, entries in (("feed", outcome.feeds), ("utility", outcome.utilities)):
        for name, amount in entries.items():
            cost = amount * line.prices.get(name, 0.0)
            item.money += cost
            if kind == "feed":
                ledger.receive("kg", name, amount)
            ledger.receive("USD", name, cost)
            writing.consumption(line, item, station.name, stage, kind, name, amount, cost)
    for quantity, kind, entries in (("kg", "loss", outcome.losses), ("m", "scrap", outcome.scrap)):
        for name, amount in entries.items():
            ledger.issue(quantity, name, amount)
            writing.consumption(line, item, station.name, stage, kind, name, amount, 0.0)
    coated = outcome.lot.length + sum(outcome.scrap.values()) - item.lot.length
    if coated > 0.0:
        ledger.receive("m", "coated", coated)
        counter = f"{WEB} {item.lot.product}"
        unit.counters[counter] = unit.counters.get(counter, 0.0) + coated


def sampled(station: "Station", unit: "Unit") -> bool:
    """Take the samples that the rules ask for; say whether the machine waits for them."""
    waits = False
    staying = []
    for item in unit.items:
        sampling = _sampling(station, item)
        if sampling is None:
            staying.append(item)
            continue
        _send_sample(station, unit, item, sampling)
        if sampling.hold == "unit":
            waits = True
            staying.append(item)
    unit.items = staying
    return waits


def _sampling(station: "Station", item: Item) -> Sampling | None:
    stages = {stage for stage, _ in item.results or ()}
    return next((sampling for sampling in station.samplings if sampling.stage in stages), None)


def _send_sample(station: "Station", unit: "Unit", item: Item, sampling: Sampling) -> None:
    line = station.line
    lots.take_sample(line, item, sampling.mass, sampling.length)
    station.awaited.add(item.lot.number)
    holder = unit.key
    if sampling.hold == "stock":
        holder = station.quarantine.key
        station.quarantine.items[item.lot.number] = item
    draws = station.lab_draws.at(item.ordinal, item.attempt(sampling.stage))
    truth = dict(next(measures for stage, measures in item.results or () if stage == sampling.stage))
    writing.measures(line, item, sampling.stage, truth, lab_results(item, sampling, draws))
    lots.send_sample(line, item, holder, sampling.stage, sampling.to)


def judge(station: "Station", item: Item) -> bool:
    """Judge a lot by its measures; say whether it goes on from here."""
    line = station.line
    found = verdicts(item, station.limits)
    item.results = None
    chosen = deciding(found)
    for verdict in found:
        action = verdict.action if verdict in chosen or verdict.action in {"pass", "mark"} else "noted"
        if action == "mark":
            writing.mark(line, item, verdict.stage, f"outside {verdict.limit.id} ({verdict.limit.source})")
        writing.disposition(line, item, verdict, action)
    for verdict in chosen:
        item.missed(verdict.limit.id)
    return _follow(station, item, chosen)


def _follow(station: "Station", item: Item, chosen: list[Verdict]) -> bool:
    line = station.line
    for verdict in chosen:
        if verdict.action == "scrap":
            lots.scrap(line, item, station.name)
            return False
        if verdict.action == "downgrade":
            item.grade = 1
        elif verdict.action == "cut":
            lots.cut_off(line, item, verdict.value - verdict.limit.upper)
            if item.lot.length <= 0.0:
                lots.scrap(line, item, station.name)
                return False
    if any(verdict.action == "repeat" for verdict in chosen):
        leaves = station.requeues or station.leaves_for_rework
        for stage in _undone(station, item, {verdict.stage for verdict in chosen}, leaves=leaves):
            item.again(stage)
        if leaves:
            station.inbound.admit(item)
            return False
        station.again.add(item.lot.number)
    return True


def _undone(station: "Station", item: Item, missed: AbstractSet[str], *, leaves: bool) -> list[str]:
    """List the stages that it passes once more: all of the operation, and of those before if it leaves the machine."""
    names = [[stage.name for stage in operation] for operation in station.procedure(item.lot.product)]
    step = next(number for number, operation in enumerate(names) if not missed.isdisjoint(operation))
    return list(dict.fromkeys(name for operation in names[0 if leaves else step : step + 1] for name in operation))
