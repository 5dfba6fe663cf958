"""Capacity before any run: what the machines allow, what limits it, and what one machine more would bring.

A linear programme finds the most square metres that can be released: rolls that are shipped, and panels from the share
of rolls that is drilled here. Waiting, blocking and the size of stocks are left out; the simulation knows those.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.building import build, each, products
from twin.capacity import LABORATORY, PANELS, Need, available, need
from twin.line.station import Station
from twin.plan import Plan
from twin.simplex import most

# station -> the part of the plant and the setting of it that says how many machines, or analysts, there are
PARTS = {
    "reactor": ("reactor", "count"), "filter-dryer": ("filter_dryer", "count"),
    "varnish tank": ("varnish_tank", "count"), "coater": ("coater", "count"), "oven": ("oven", "count"),
    "press": ("press", "count"), "laser": ("laser", "count"), LABORATORY: ("people", "analysts"),
}  # fmt: skip
TIE = 0.6  # a second station whose relief brings this share of the first one's is named too
NEAR = 0.1  # and so is one that allows this little more: waiting and blocking, left out here, decide then


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What one station can do.

    Attributes:
        station: Its name.
        count: Machines; in the laboratory, analysts. [1]
        hours: Machine hours for one roll, by product, set-up and waiting for results included. [h]
        available: Hours of a day in which one machine is neither down nor in maintenance, nor closed. [h/d]
        capacity: Area of the products that pass it which it can take in a day, in their mix; counted in film coated, of
            vessels and varnish in what becomes film. [m^2/d]
        demand: What the line's best rate brings it, in the same area. [m^2/d]
        load: Share of its hours that this takes, demand over capacity. [1]
        allowed: Area coated of all products that it alone would allow the line, in the products' mix. [m^2/d]
        relief: What one machine more would add to the line's best rate. [m^2/d]
    """

    station: str
    count: int
    hours: Mapping[str, float]
    available: float
    capacity: float
    demand: float
    load: float
    allowed: float
    relief: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What limits a line, and by how much.

    Attributes:
        rate: Most that the machines allow, by product. [m^2/d]
        stations: What each station can do, in the order of the process.
        bottlenecks: The station whose relief brings most; a second one when it is nearly a tie, in relief or in what
            each allows.
        margin: How much more the next station allows than the first, relative. [1]
    """

    rate: Mapping[str, float]
    stations: tuple[Capacity, ...]
    bottlenecks: tuple[str, ...]
    margin: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """The linear programme of a plan: needs, machines, turns."""

    plan: Plan
    names: Sequence[str]
    needs: Mapping[str, Need]
    stations: Sequence[Station]
    turns: Mapping[str, float]
    in_house: Mapping[str, float]

    def hours(self, station: Station, product: str) -> float:
        """Machine hours for a square metre that passes the station. [h/m^2]"""
        one = self.needs[product]
        return one.hours.get(station.name, 0.0) / one.area

    def offered(self, station: Station, more: str = "") -> float:
        """Machine hours of a day, with one machine more at a named station. [h/d]"""
        return (len(station.units) + (station.name == more)) * available(self.plan, station)


def explain(plan: Plan) -> Explanation:
    """Work out what limits the line of a plan."""
    problem = _problem(plan)
    coated, drilled, released = _most(problem)
    return _conclusion(coated, [_capacity(problem, station, coated, drilled, released) for station in problem.stations])


def offered_load(plan: Plan) -> dict[str, float]:
    """Return the load of each station if the coater, which sets the pace, never waited for another. [1]

    Machine or analyst hours that its rolls and panels need, over those that there are: above 1 a station behind the
    coater is offered more than it can take, and one before it cannot keep up.
    """
    problem = _problem(plan)
    pace = [station for station in problem.stations if station.name == "coater"]
    coated = _most(replace(problem, stations=pace))[0]
    return {one.name: _needed(problem, one, coated) / problem.offered(one) for one in problem.stations}


def _problem(plan: Plan) -> _Problem:
    line, names = build(plan, 0, 0, None), products(plan)
    turns = each(plan, "campaign")
    cycle = sum(turns.values()) + plan.plant.stocks.campaign_rest
    return _Problem(
        plan=plan, names=names, needs={name: need(plan, line, name) for name in names},
        stations=[line.stations[name] for name in PARTS if name in line.stations],
        turns={name: turn / cycle for name, turn in turns.items()}, in_house=each(plan, "in_house"),
    )  # fmt: skip


def _passing(problem: _Problem, station: Station, coated: Mapping[str, float]) -> dict[str, float]:
    """Area of a day that is coated of each product and has to pass a station. [m^2/d]"""
    share = problem.in_house if station.name in PANELS else dict.fromkeys(problem.names, 1.0)
    return {name: share[name] * coated[name] for name in problem.names if problem.hours(station, name) > 0.0}


def _needed(problem: _Problem, station: Station, coated: Mapping[str, float]) -> float:
    """Machine hours of a day that all that is coated needs of a station. [h/d]"""
    return sum(problem.hours(station, name) * area for name, area in _passing(problem, station, coated).items())


def relieved(plan: Plan, station: str) -> Plan:
    """Return the plan with one machine more at a station, or one analyst more in the laboratory."""
    part, setting = PARTS[station]
    before = getattr(plan.plant, part)
    more = replace(before, **{setting: getattr(before, setting) + 1})
    return replace(plan, plant=replace(plan.plant, **{part: more}))


def _capacity(
    problem: _Problem, station: Station, coated: Mapping[str, float], drilled: Mapping[str, float], released: float
) -> Capacity:
    needed, done = _needed(problem, station, coated), drilled if station.name in PANELS else coated
    load = sum(problem.hours(station, name) * done[name] for name in problem.names) / problem.offered(station)
    times = problem.offered(station) / needed if needed else float("inf")  # what is brought that it could take
    passing = sum(_passing(problem, station, coated).values())
    return Capacity(
        station=station.name, count=len(station.units),
        hours={name: problem.needs[name].hours.get(station.name, 0.0) for name in problem.names},
        available=available(problem.plan, station), capacity=times * passing if needed else float("inf"),
        demand=load * times * passing if needed else 0.0, load=load, allowed=times * sum(coated.values()),
        relief=_most(problem, station.name)[2] - released,
    )  # fmt: skip


def _conclusion(rate: Mapping[str, float], found: list[Capacity]) -> Explanation:
    first, second = sorted(found, key=lambda one: (-one.relief, one.allowed))[:2]
    rolls = [one for one in found if one.station not in PANELS]  # what cannot be drilled here leaves as it is
    tight = sorted(found if first.station in PANELS else rolls, key=lambda one: one.allowed)[:2]
    margin = tight[1].allowed / tight[0].allowed - 1.0
    if 0.0 < TIE * first.relief <= second.relief:
        named: tuple[str, ...] = (first.station, second.station)
    elif margin <= NEAR and first in tight:
        named = (first.station, tight[1].station if first is tight[0] else tight[0].station)
    else:
        named = (first.station,)
    return Explanation(rate=rate, stations=tuple(found), bottlenecks=named, margin=margin)


def _most(problem: _Problem, more: str = "") -> tuple[dict[str, float], dict[str, float], float]:
    """Return the areas coated and drilled by product at the best rate, and the area released in all. [m^2/d]

    The unknowns are the area coated and the area drilled of each product; drilled is at most the share made in house.
    """
    names, size = problem.names, len(problem.names)
    rows, limits = [], []
    for number, name in enumerate(names):
        rows.append(
            [-problem.in_house[name] * (n == number) for n in range(size)] + [1.0 * (n == number) for n in range(size)]
        )
        limits.append(0.0)
    for station in problem.stations:
        hours, offered = [problem.hours(station, name) for name in names], problem.offered(station, more)
        if station.campaign is not None:
            for number, name in enumerate(names):  # only in the product's own turn
                rows.append([hour * (n == number) for n, hour in enumerate(hours)] + [0.0] * size)
                limits.append(offered * problem.turns[name])
        else:
            none = [0.0] * size
            rows.append(none + hours if station.name in PANELS else hours + none)
            limits.append(offered)
    gain = [1.0 - problem.in_house[name] for name in names] + [1.0] * size
    found = most(np.array(gain), np.array(rows), np.array(limits))
    coated, drilled = (dict(zip(names, map(float, part), strict=True)) for part in (found[:size], found[size:]))
    return coated, drilled, float(np.array(gain) @ found)
