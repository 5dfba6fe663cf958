"""What one roll of a product needs of each station, told by the stages themselves: a few lots, no events."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor

from twin.draws import Draws
from twin.laboratory import SAMPLINGS, analysis_time
from twin.line.line import Line
from twin.line.station import Station
from twin.material import Lot, portion
from twin.plan import Plan
from twin.plant import DAY, HOUR
from twin.stage import Visit

TRIED = 6  # lots of each product from which the means are taken
LABORATORY = "laboratory"
VESSELS, WEB, PANELS = ("reactor", "filter-dryer"), ("coater", "oven"), ("press", "laser")


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What one roll needs on average.

    Attributes:
        hours: Machine hours by station, analyst hours of the laboratory; those of press and laser for a whole roll made
            into panels. [h]
        area: Coated area of the roll. [m^2]
    """

    hours: Mapping[str, float]
    area: float


def need(plan: Plan, line: Line, product: str) -> Need:
    """Walk a few lots of a product through its stages and return the mean needs of a roll."""
    walks = [_walk(plan, line, product, number) for number in range(TRIED)]
    names = walks[0].hours.keys()
    hours = {name: sum(walk.hours[name] for walk in walks) / TRIED for name in names}
    return Need(hours=hours, area=sum(walk.area for walk in walks) / TRIED)


def available(plan: Plan, station: Station) -> float:
    """Return the hours of a day in which one machine of a station can work. [h/d]"""
    lost = 0.0
    for outage in station.outages:
        if outage.times > 1:
            lost += outage.repair.mean / (outage.between.mean + outage.repair.mean)
        else:
            lost += outage.repair.mean / (plan.study.horizon * len(station.units))
    for work in station.maintenances:
        if work.counter in {"calendar", "busy"}:
            lost += work.duration.mean / (work.every + work.duration.mean)
    for wear in station.wears:
        lost += wear.repair.mean / (wear.between.mean + wear.repair.mean)
    return 24.0 * _open(plan, station) * max(0.01, 1.0 - lost)


def _open(plan: Plan, station: Station) -> float:
    """Return the share of a day in which it works: what runs when it closes, half done on average, is finished. [1]"""
    if station.calendar is None:
        return 1.0
    times = [_analysis(plan, kind.rpartition("/")[2]) for kind in station.procedures]  # only the laboratory closes
    late = 0.5 * sum(time * time for time in times) / max(1e-9, sum(times))
    return min(1.0, station.calendar.share_open() + late / DAY)


def _walk(plan: Plan, line: Line, product: str, number: int) -> Need:
    making, hours = plan.plant.making(product), {}
    batch = Lot(number, product)
    for name in VESSELS:
        hours[name], batch = _visit(plan, line.stations[name], batch)
    varnish = portion(batch, making.varnish_powder / batch.mass)
    batches = making.varnish_powder / batch.mass
    hours["varnish tank"], varnish = _visit(plan, line.stations["varnish tank"], varnish)
    rolls = max(1, round(varnish.mass / making.charge))
    hours = {name: spent / rolls * (batches if name in VESSELS else 1.0) for name, spent in hours.items()}
    roll = portion(varnish, 1.0 / rolls)
    area = 0.0
    for name in WEB:
        if _passes(line, name, product):
            hours[name], roll = _visit(plan, line.stations[name], roll)
        area = area or roll.length * roll.properties["coated_width"]
    visits = dict.fromkeys(VESSELS, batches / rolls) | {"varnish tank": 1.0 / rolls} | dict.fromkeys(WEB, 1.0)
    hours[LABORATORY] = sum(
        share * _analyses(plan, line.stations[name], product)
        for name, share in visits.items() if _passes(line, name, product)
    )  # fmt: skip
    return Need(hours=hours | _panels(plan, line, roll), area=area)


def _analyses(plan: Plan, station: Station, product: str) -> float:
    """Return the hours that an analyst spends on the samples of one lot of a station. [h]"""
    has = {stage.name for operation in station.procedures[product] for stage in operation}
    return sum(_analysis(plan, one.stage) for one in SAMPLINGS.get(station.name, ()) if one.stage in has) / HOUR


def _analysis(plan: Plan, stage: str) -> float:
    """Return the mean time of one analysis after a stage. [s]"""
    return analysis_time(stage, plan.plant.people.lab_delay).mean


def _panels(plan: Plan, line: Line, roll: Lot) -> dict[str, float]:
    """Return the hours of press and laser for a roll that is cut into panels. [h]"""
    stocks = plan.plant.stocks
    panels = floor(roll.length * roll.properties["coated_width"] / stocks.panel_area)
    sublots = max(panels / stocks.sublot, 1e-9)
    lot = portion(roll, 1.0 / sublots).becoming(
        {"panel_area": stocks.panel_area}, length=0.0, panels=float(stocks.sublot), material="panels"
    )
    hours = {}
    for name in PANELS:
        if _passes(line, name, roll.product):
            spent, lot = _visit(plan, line.stations[name], lot)
            hours[name] = spent * sublots
    return hours


def _passes(line: Line, name: str, product: str) -> bool:
    return name in line.stations and product in line.stations[name].procedures


def _visit(plan: Plan, station: Station, lot: Lot) -> tuple[float, Lot]:
    """Return the hours that a machine is held by one lot, and the lot as it leaves. [h]"""
    load, seconds = station.load.maximum if station.load else 1, 0.0
    used: Counter[str] = Counter()
    for operation in station.procedures[lot.product]:
        longest = 0.0
        for stage in operation:
            outcome = stage.run(lot, Visit(load=load), Draws(0, 0, f"capacity/{stage.name}", lot.number))
            longest, lot = max(longest, outcome.duration), outcome.lot
            used.update(outcome.utilities)
            seconds += _wait_for_lab(plan, station, stage.name)
        seconds += longest
    same = (lot.product, lot.product)
    if station.changeover is not None and same in station.changeover.times:
        seconds += station.changeover.times[same].mean
    return (seconds + _maintenance(station, used, load)) / load / HOUR, lot


def _maintenance(station: Station, used: Mapping[str, float], load: int) -> float:
    """Return the time of planned work that a load brings about by what each of its lots uses, as of a trap. [s]"""
    due = [work for work in station.maintenances if used.get(work.counter, 0.0) > 0.0]
    return sum(work.duration.mean / ceil(work.every / (load * used[work.counter])) for work in due)


def _wait_for_lab(plan: Plan, station: Station, stage: str) -> float:
    """Return how long a machine is held on average until the laboratory has answered. [s]"""
    people = plan.plant.people
    for sampling in SAMPLINGS.get(station.name, ()):
        if sampling.stage == stage and sampling.hold == "unit":
            closed = DAY - (people.lab_close - people.lab_open)
            return _analysis(plan, stage) + 0.5 * closed * closed / DAY
    return 0.0
