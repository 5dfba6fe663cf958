"""A line with everything that has a state, and instants at which it is cut."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar

from twin.draws import Draws
from twin.limit import Limit
from twin.line.buffer import Buffer, Exit
from twin.line.calendar import Calendar, Campaign
from twin.line.crew import Crew
from twin.line.distribution import Constant, Distribution, Erlang, Exponential, Service, Triangular
from twin.line.lab import Desk
from twin.line.line import Line
from twin.line.rules import Changeover, Cut, LabValue, Load, Path, Pool, Sampling
from twin.line.station import Station
from twin.line.stop import Maintenance, Outage, Wear
from twin.line.supply import Arrivals
from twin.material import Lot
from twin.records import Records
from twin.stage import Outcome, Visit

END = 400.0
CUTS = sorted(uniform(0.0, END) for uniform in [Random(5).uniform] * 50)
FOREVER = float("inf")
MEND = Exponential(2.0)


@dataclass(frozen=True)
class Brew:
    """A stage with mass, web, money and a measure that it misses now and then, less often the second time."""

    time: Distribution
    feed: float = 0.0
    coat: float = 0.0
    name: ClassVar[str] = "brew"
    measures: ClassVar[Mapping[str, str]] = {"quality": "1"}

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Take in resin, give off vapour, coat web and scrap a part of it."""
        feed = self.feed * draws.uniform("feed", 0.8, 1.2)
        after = lot.becoming({"coated_width": 0.5}, mass=lot.mass + 0.9 * feed, length=lot.length + 0.9 * self.coat)
        duration = max(0.0, self.time.draw(draws, "time") + 0.1 * visit.stopped - (visit.elapsed or 0.0))
        return Outcome(
            after, duration, {"quality": draws.uniform("quality") + 0.1 * visit.attempt}, feeds={"resin": feed},
            losses={"vapour": 0.1 * feed}, scrap={"start-up": 0.1 * self.coat}, utilities={"heat_kWh": duration},
            flags=("stopped",) if visit.stops else (),
        )  # fmt: skip


def gate(action: tuple[Any, ...]) -> dict[tuple[str, str], tuple[Limit, ...]]:
    limit = Limit("Q1", "property", "brew", "quality", 0.25, 2.0, "here", "quality", below=action)
    return {(product, "brew"): (limit,) for product in "ab"}


def built() -> Line:
    """A line with everything that has a state; its first half only takes time, its second half makes something."""
    line = Line(seed=3, records=Records(), prices={"resin": 7.0, "heat_kWh": 0.2})
    line.exits["out"], line.exits["desk"] = Exit(line, "out", "shipped"), Desk(line, "desk")
    for name, places in (("first", FOREVER), ("second", 2), ("oven", 5), ("last", 1), ("mix", 3), ("lab", FOREVER)):
        line.buffers[name] = Buffer(line, name, places, ranked=name == "first")
    for name, life in (("coat", None), ("cure", 9.0), ("saw", 7.0)):
        line.buffers[name] = Buffer(line, name, FOREVER, life=dict.fromkeys("ab", life) if life else None)
    line.crews["menders"] = Crew(line, "menders", 1)
    line.crews["people"] = Crew(line, "people", 2, Calendar(24.0, ((2.0, 22.0),)))
    add_services(line)
    add_makers(line)
    for number, product in enumerate("ab"):
        line.arrivals[product] = Arrivals(line, product, Exponential(2.6), "first", product, priority=number)
    return line


def add_services(line: Line) -> None:
    """Wear, crews, shifts, set-ups, loads, blocking, priorities."""
    setups = {(a, b): Constant(0.5) if a == "a" else Erlang(0.5, 3) for a in "ab" for b in "ab" if a != b}
    line.stations["mill"] = Station(
        line, "mill", {"": [[Service(Exponential(1.0))]]}, line.buffers["first"], paths=[Path("second")], servers=2,
        changeover=Changeover(setups, "people", 1), wears=[Wear("tool", Exponential(20.0), MEND, crew="menders")],
    )  # fmt: skip
    line.stations["press"] = Station(
        line, "press", {"": [[Service(Triangular(0.2, 0.5, 1.0))]]}, line.buffers["second"], paths=[Path("oven")],
        wears=[Wear("belt", Exponential(15.0), MEND)], outages=[Outage("power", Exponential(40.0), MEND)],
    )  # fmt: skip
    line.stations["oven"] = Station(
        line, "oven", {"": [[Service(Constant(4.0))]]}, line.buffers["oven"], paths=[Path("last")], servers=2,
        load=Load(4, 5, 3.0), maintenances=[Maintenance("clean", 30.0, Constant(1.0))],
        outages=[Outage("seal", Exponential(60.0), MEND, crew="menders")],
    )  # fmt: skip
    line.stations["drill"] = Station(
        line, "drill", {"": [[Service(Exponential(0.7))]]}, line.buffers["last"],
        paths=[Path("first", chance=0.1, again=True), Path("mix")], calendar=Calendar(24.0, ((0.0, 20.0),)),
    )  # fmt: skip
    line.stations["lab"] = Station(
        line, "lab", {"": [[Service(Triangular(0.2, 0.4, 1.5))]]}, line.buffers["lab"], paths=[Path("desk")], servers=2
    )


def add_makers(line: Line) -> None:
    """Samples of both kinds, gates, a pool, a campaign, cuts of both kinds, lives."""
    sees = {"quality": LabValue(0.02)}
    line.stations["mix"] = Station(
        line, "mix", {"": [[Brew(Exponential(0.6), feed=3.0)]]}, line.buffers["mix"], paths=[Path("coat")], servers=2,
        limits=gate(("repeat", "downgrade")), samplings=[Sampling("brew", "lab", sees, mass=0.1)],
        outages=[Outage("leak", Exponential(12.0), MEND, crew="menders")],
    )  # fmt: skip
    line.stations["coat"] = Station(
        line, "coat", {"": [[Brew(Triangular(0.5, 1.0, 2.0), coat=20.0)]]}, line.buffers["coat"],
        paths=[Path("cure", product="a", cut=Cut("mass", 3.0)), Path("cure")], pool=Pool(dict.fromkeys("ab", 7.5)),
        campaign=Campaign((("a", 13.7), ("b", 9.1)), lead=2.5), wears=[Wear("web break", Exponential(6.0), MEND)],
        maintenances=[Maintenance("wipe", 10.0, Constant(0.5), "heat_kWh"), Maintenance("die", 31.0, MEND, "calendar")],
    )  # fmt: skip
    line.stations["cure"] = Station(
        line, "cure", {"": [[Brew(Exponential(3.0))]]}, line.buffers["cure"], load=Load(2, 3, 4.0),
        paths=[Path("saw", cut=Cut("panels", 4.0, panel_area=1.0, material="panel"))],
        limits=gate(("repeat", "scrap")), samplings=[Sampling("brew", "lab", sees, length=0.1, hold="stock")],
    )  # fmt: skip
    line.stations["saw"] = Station(
        line, "saw", {"": [[Service(Exponential(0.9))]]}, line.buffers["saw"], paths=[Path("out")]
    )
