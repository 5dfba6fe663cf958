"""State as data: a line that is cut and started from its file plays the same events as one that is not."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as File
from random import Random
from typing import Any, ClassVar

import pytest

from twin.draws import Draws
from twin.limit import Limit
from twin.line import snapshot
from twin.line.bare import BareLine
from twin.line.buffer import Buffer, Exit
from twin.line.calendar import Calendar, Campaign
from twin.line.crew import Crew
from twin.line.distribution import Constant, Distribution, Erlang, Exponential, Service, Triangular
from twin.line.lab import Desk
from twin.line.line import Line
from twin.line.rules import Changeover, Cut, LabValue, Load, Path, Pool, Sampling
from twin.line.state import BLOCKED, BUSY, CREW_WAIT, DOWN, LAB_WAIT, MAINTENANCE, SETUP
from twin.line.station import Station
from twin.line.stop import Maintenance, Outage, Wear
from twin.line.supply import Arrivals
from twin.material import Lot
from twin.records import COLUMNS, Records
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


CODED = {
    "unit", "station", "stage", "product", "maker", "fate", "place", "buffer", "cause", "material", "kind", "measure",
    "limit", "action", "item", "mark",
}  # fmt: skip


def rows_after(line: Line, table: str, cut: float) -> list[str]:
    """Decoded rows of a table that were written after a time; as text, in which NaN equals itself."""
    assert line.records is not None
    names = {code: name for name, code in line.records.names.items()}
    columns = COLUMNS[table]
    end = next(columns.index(name) for name in ("end", "ended", "at") if name in columns)
    return [
        repr([names[int(v)] if c in CODED and v >= 0 else v for c, v in zip(columns, row, strict=True)])
        for row in getattr(line.records, table).table().tolist()
        if row[end] > cut
    ]


def played(line: Line, until: float) -> Line:
    line.begin()
    line.run(until)
    return line


@pytest.fixture(scope="module")
def uncut() -> Line:
    """The line played in one go."""
    return played(built(), END)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """The written states at all cuts, of one line that plays on between them."""
    line = built()
    line.begin()
    found = []
    for cut in CUTS:
        line.env.run(until=cut)
        found.append(json.dumps(snapshot.state(line), allow_nan=False))
    return found


@pytest.mark.parametrize("number", range(len(CUTS)))
def test_the_second_half_is_the_same_from_the_file_alone(uncut: Line, texts: list[str], number: int) -> None:
    """From the written state the line plays every event of the uncut run, to the last bit."""
    cut, second = CUTS[number], built()
    snapshot.restore(second, json.loads(texts[number]))
    assert second.env.now == cut
    assert json.dumps(snapshot.state(second)) == texts[number]
    second.run(END)
    for table in COLUMNS:
        assert rows_after(second, table, cut) == rows_after(uncut, table, cut)
    for amount in second.ledger.imbalance(second.items.values()).values():
        assert abs(amount) < 1e-9


def hit(data: Mapping[str, Any]) -> set[str]:
    """What was going on at a cut."""
    found = set()
    names = {
        BLOCKED: "blocked", LAB_WAIT: "waits for lab", CREW_WAIT: "waits for crew", SETUP: "set-up", DOWN: "repair",
        MAINTENANCE: "maintenance",
    }  # fmt: skip
    for unit in data["units"].values():
        log = unit["log"]
        found |= {names[log["state"]]} if log["state"] in names else set()
        found |= {"load"} if log["state"] == BUSY and len(unit["items"]) > 1 else set()
        found |= {"folded repair"} if log["pieces"] else set()
        found |= {"stopped"} if unit["interruptions"] and unit["items"] else set()
    for key, part in data["parts"].items():
        found |= {"quarantine"} if key.startswith("quarantine") and part["items"] else set()
    found |= {"repeat"} if any(lot["misses"] for lot in data["lots"]) else set()
    return found


def test_the_cuts_fall_into_everything_that_a_line_does(texts: list[str], uncut: Line) -> None:
    """The 50 cuts are random, and among them they meet every kind of work and wait; every table has rows."""
    met = set.union(*(hit(json.loads(text)) for text in texts))
    assert met == {
        "blocked", "waits for lab", "waits for crew", "set-up", "repair", "maintenance", "load", "folded repair",
        "stopped", "quarantine", "repeat",
    }  # fmt: skip
    assert all(len(rows_after(uncut, table, 0.0)) > 10 for table in COLUMNS)


def test_writing_its_state_changes_nothing(uncut: Line, texts: list[str]) -> None:
    """A line that wrote its state 50 times on the way ends as one that never did."""
    line = built()
    line.begin()
    for cut in CUTS:
        line.env.run(until=cut)
        snapshot.state(line)
    line.run(END)
    assert len(texts) == len(CUTS)
    assert snapshot.state(line) == snapshot.state(uncut)


def small(*, arrivals: bool) -> BareLine:
    """One station whose lots have a product without a name."""
    line = BareLine(seed=1, records=Records())
    if arrivals:
        line.arrive(Exponential(1.0))
    else:
        line.feed()
    line.station("mill", Exponential(0.5), maintenances=[Maintenance("clean", 10.0, Constant(1.0))])
    return line


@pytest.mark.parametrize("arrivals", [True, False], ids=["arrivals", "endless feed"])
def test_a_product_without_a_name_and_an_endless_feed_are_written_too(tmp_path: File, *, arrivals: bool) -> None:
    """The file is strict JSON, which knows no infinity, and states are booked to the same product after it."""

    def refuse(name: str) -> None:
        raise AssertionError(name)

    first = small(arrivals=arrivals).begin()
    first.env.run(until=50.0)
    snapshot.write(first, tmp_path / "state.json")
    json.loads((tmp_path / "state.json").read_text(encoding="utf-8"), parse_constant=refuse)
    first.run(100.0)
    second = small(arrivals=arrivals).build()
    snapshot.read(second, tmp_path / "state.json")
    second.run(100.0)
    for table in COLUMNS:
        assert rows_after(second, table, 50.0) == rows_after(first, table, 50.0)
    assert len(rows_after(second, "states", 50.0)) > 5
