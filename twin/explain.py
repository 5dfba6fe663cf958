"""Capacity before any run: how long each station needs for a roll, what the line can make, and what limits it.

The stages themselves say how long they take: each is run for a few lots, without events. A linear programme then
finds the most square metres that the machines allow, and what one machine more at each station would add. Waiting,
blocking and the length of stocks are left out; the simulation knows those.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor

import numpy as np
from scipy.optimize import linprog

from twin.building import build, each, products
from twin.draws import Draws
from twin.laboratory import SAMPLINGS, TIMES
from twin.line.line import Line
from twin.line.station import Station
from twin.material import Lot, portion
from twin.plan import Plan
from twin.plant import DAY, HOUR
from twin.stage import Visit

TRIED = 6  # lots per product from which the mean durations are taken
PARTS = {
    "reactor": "reactor", "filter-dryer": "filter_dryer", "varnish tank": "varnish_tank", "coater": "coater",
    "oven": "oven", "press": "press", "laser": "laser",
}  # fmt: skip
TIE = 0.6  # a second station whose relief brings this share of the first one's is named too


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What one station can do.

    Attributes:
        station: Its name.
        count: Machines. [1]
        hours: Machine hours for one roll, by product, set-up and waiting for results included. [h]
        available: Machine hours of a day in which it is neither down nor in maintenance nor off shift. [h/d]
        capacity: Square metres a day that it alone would allow, in the products' mix. [m^2/d]
        load: Share of its hours that the line's best rate takes. [1]
        relief: What one machine more would add to the line's best rate. [m^2/d]
    """

    station: str
    count: int
    hours: Mapping[str, float]
    available: float
    capacity: float
    load: float
    relief: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What limits a line, and by how much.

    Attributes:
        rate: Most that the machines allow, by product. [m^2/d]
        stations: What each station can do, in the order of the process.
        bottlenecks: The station whose relief brings most; a second one when it is nearly a tie.
        margin: How far the capacity of the next station lies above that of the first, relative. [1]
    """

    rate: Mapping[str, float]
    stations: tuple[Capacity, ...]
    bottlenecks: tuple[str, ...]
    margin: float


def explain(plan: Plan) -> Explanation:
    """Work out what limits the line of a plan."""
    line = build(plan, 0, 0, None)
    names = products(plan)
    walks = {name: _walk(plan, line, name) for name in names}
    stations = [line.stations[name] for name in PARTS if name in line.stations]
    hours = {s.name: {p: walks[p].hours.get(s.name, 0.0) for p in names} for s in stations}
    counts = {s.name: len(s.units) for s in stations}
    best = _most(plan, names, walks, hours, counts, stations)
    total = sum(best.values())
    found = []
    for station in stations:
        more = counts | {station.name: counts[station.name] + 1}
        relief = sum(_most(plan, names, walks, hours, more, stations).values()) - total
        needed = sum(hours[station.name][p] * best[p] / walks[p].area for p in names)
        offered = counts[station.name] * _available(plan, station)
        found.append(
            Capacity(
                station=station.name, count=counts[station.name], hours=hours[station.name],
                available=_available(plan, station), capacity=total * offered / needed if needed else float("inf"),
                load=needed / offered, relief=relief,
            )
        )  # fmt: skip
    return _conclusion(best, found)


def _conclusion(best: Mapping[str, float], found: list[Capacity]) -> Explanation:
    ranked = sorted(found, key=lambda one: (-one.relief, one.capacity))
    first, second = ranked[0], ranked[1]
    tie = second.relief >= TIE * first.relief and first.relief > 0.0
    capacities = sorted(one.capacity for one in found)
    return Explanation(
        rate=dict(best), stations=tuple(found),
        bottlenecks=(first.station, second.station) if tie else (first.station,),
        margin=capacities[1] / capacities[0] - 1.0,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """What one roll of a product needs: machine hours by station, and its area. [h], [m^2]"""

    hours: Mapping[str, float]
    area: float


def _most(
    plan: Plan, names: Sequence[str], walks: Mapping[str, _Walk], hours: Mapping[str, Mapping[str, float]],
    counts: Mapping[str, int], stations: Sequence[Station],
) -> dict[str, float]:  # fmt: skip
    """Return the most that the machines allow, by product. [m^2/d]"""
    rows, limits = [], []
    turns = _turns(plan)
    for station in stations:
        offered = counts[station.name] * _available(plan, station)
        needs = [hours[station.name][p] / walks[p].area for p in names]
        if station.campaign is None:
            rows.append(needs)
            limits.append(offered)
            continue
        for number, product in enumerate(names):  # a station with turns has its hours only in the product's turn
            rows.append([need if n == number else 0.0 for n, need in enumerate(needs)])
            limits.append(offered * turns[product])
    solved = linprog([-1.0] * len(names), A_ub=np.array(rows), b_ub=np.array(limits))
    return {name: float(rate) for name, rate in zip(names, solved.x, strict=True)}


def _turns(plan: Plan) -> dict[str, float]:
    """Return the share of time that each product has on the coater. [1]"""
    turns = each(plan, "campaign")
    cycle = sum(turns.values()) + plan.plant.stocks.campaign_rest
    return {name: turn / cycle for name, turn in turns.items()}


def _available(plan: Plan, station: Station) -> float:
    """Return the hours of a day in which one machine can work. [h/d]"""
    lost = sum(o.repair.mean / (o.between.mean + o.repair.mean) for o in station.outages if o.times > 1)
    lost += sum(
        outage.repair.mean / (plan.study.horizon * len(station.units))
        for outage in station.outages
        if outage.times == 1
    )
    for work in station.maintenances:
        if work.counter in {"calendar", "busy"}:
            lost += work.duration.mean / (work.every + work.duration.mean)
    for wear in station.wears:
        lost += wear.repair.mean / (wear.between.mean + wear.repair.mean)
    return 24.0 * max(0.01, 1.0 - lost)


def _walk(plan: Plan, line: Line, product: str) -> _Walk:
    """Walk a few lots through the stages and return the hours that a roll needs of each station."""
    spent: dict[str, float] = {}
    area = 0.0
    for number in range(TRIED):
        area += _walk_once(plan, line, product, number, spent) / TRIED
    return _Walk(hours={name: seconds / TRIED / HOUR for name, seconds in spent.items()}, area=area)


def _walk_once(plan: Plan, line: Line, product: str, number: int, spent: dict[str, float]) -> float:
    """Add the machine seconds of one roll, its share of batches included; return the area of the roll. [m^2]"""
    lot = Lot(number, product)
    share, area = 1.0, 0.0  # share of the running lot that belongs to one roll
    stocks, making = plan.plant.stocks, plan.plant.making(product)
    for name in PARTS:
        station = line.stations.get(name)
        if station is None or product not in station.procedures:
            continue
        if name == "varnish tank":
            wanted = station.pool.masses[product] if station.pool else lot.mass
            share *= lot.mass / wanted  # shares are of the batch; turn them to shares of the varnish below
            batch_to_varnish = wanted / lot.mass
            lot = portion(lot, batch_to_varnish)
            for before in ("reactor", "filter-dryer"):
                spent[f"{before}/{number}"] = spent.pop(f"{before}/{number}", 0.0) * batch_to_varnish
            share = 1.0
        if name in {"press", "laser"} and lot.panels == 0.0:
            panels = floor(lot.length * lot.properties["coated_width"] / stocks.panel_area)
            sublots = panels / stocks.sublot
            lot = portion(lot, 1.0 / max(sublots, 1e-9)).becoming(
                {"panel_area": stocks.panel_area}, length=0.0, panels=float(stocks.sublot), material="panels"
            )
            share = making.in_house * sublots
        seconds, lot = _visit(plan, station, lot, number)
        spent[f"{name}/{number}"] = spent.get(f"{name}/{number}", 0.0) + seconds * share
        if name == "varnish tank":
            rolls = max(1, round(lot.mass / making.charge))
            for before in ("reactor", "filter-dryer", "varnish tank"):
                spent[f"{before}/{number}"] /= rolls
            lot = portion(lot, 1.0 / rolls)
        if name == "coater":
            area = lot.length * lot.properties["coated_width"]
    for key in [key for key in spent if key.endswith(f"/{number}")]:
        name = key.split("/")[0]
        spent[name] = spent.get(name, 0.0) + spent.pop(key)
    return area


def _visit(plan: Plan, station: Station, lot: Lot, number: int) -> tuple[float, Lot]:
    """Return the seconds that a station is held by one lot, and the lot as it leaves. [s]"""
    seconds = 0.0
    product = lot.product
    load = station.load.maximum if station.load else 1
    for operation in station.procedures[product]:
        longest = 0.0
        for stage in operation:
            outcome = stage.run(lot, Visit(load=load), Draws(0, 0, f"explain/{stage.name}", number))
            longest, lot = max(longest, outcome.duration), outcome.lot
            seconds += _lab_wait(plan, station, stage.name)
        seconds += longest
    if station.changeover is not None:
        seconds += _mean_setup(plan, station, product)
    if station.maintenances:
        trap = [work for work in station.maintenances if work.counter.endswith("_kg")]
        seconds += sum(work.duration.mean for work in trap)  # at most once a load
    return seconds / load, lot


def _mean_setup(plan: Plan, station: Station, product: str) -> float:
    times = station.changeover.times if station.changeover else {}
    same = times.get((product, product))
    del plan
    return same.mean if same is not None else 0.0


def _lab_wait(plan: Plan, station: Station, stage: str) -> float:
    """Return how long a machine is held on average until the laboratory has answered. [s]"""
    people = plan.plant.people
    for sampling in SAMPLINGS.get(station.name, ()):
        if sampling.stage == stage and sampling.hold == "unit":
            closed = DAY - (people.lab_close - people.lab_open)
            return sum(TIMES[stage]) / 3.0 * HOUR * people.lab_delay + 0.5 * closed * closed / DAY
    return 0.0


def relieved(plan: Plan, station: str) -> Plan:
    """Return the plan with one machine more at a station."""
    part = PARTS[station]
    machine = getattr(plan.plant, part)
    return replace(plan, plant=replace(plan.plant, **{part: replace(machine, count=machine.count + 1)}))
