"""Random small plants with everything that can happen to a lot."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, ClassVar

from hypothesis import strategies as st

from twin.draws import Draws
from twin.limit import Limit
from twin.line.bare import BareLine
from twin.line.calendar import Calendar, Campaign
from twin.line.distribution import Constant, Distribution, Erlang, Exponential, Triangular, Uniform
from twin.line.lab import Desk
from twin.line.rules import Changeover, Cut, LabValue, Load, Path, Pool, Sampling
from twin.line.stop import Maintenance, Outage, Wear
from twin.material import Lot
from twin.records import Records
from twin.stage import Outcome, Visit

PRODUCTS = ("a", "b")
LAB = "lab"
SEES = {"quality": LabValue(0.05)}


@dataclass(frozen=True)
class Toy:
    """A stage with mass, web, money and measures: it takes in a feed, loses a share, coats web and scraps some of it.

    Each pass is a little better than the one before; ``touched`` is web at the end of the roll that may be cut off.
    """

    time: Distribution
    feed: float
    loss: float
    coat: float
    name: str = "brew"
    measures: ClassVar[Mapping[str, str]] = {"quality": "1", "touched": "m"}

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Do all of that; an interrupted operation goes on where it stopped."""
        feed = self.feed * draws.uniform("feed", 0.5, 1.5)
        lost = self.loss * (lot.mass + feed)
        duration = max(0.0, self.time.draw(draws, "time") - (visit.elapsed or 0.0))
        after = lot.becoming({"coated_width": 0.5}, mass=lot.mass + feed - lost, length=lot.length + 0.9 * self.coat)
        found = {
            "quality": draws.uniform("quality") + 0.1 * visit.attempt,
            "touched": draws.uniform("touched", -1.0, 1.3) * after.length,
        }
        return Outcome(
            after, duration, found, feeds={"resin": feed}, losses={"vapour": lost}, scrap={"start-up": 0.1 * self.coat},
            utilities={"electricity_kWh": duration},
        )  # fmt: skip


@dataclass(frozen=True)
class Post:
    """One station of a random plant."""

    work: Any
    options: dict[str, Any]


@dataclass(frozen=True)
class Plant:
    """A random plant: sources, stations, and a laboratory with so many analysts."""

    seed: int
    analysts: int
    cards: float | None
    posts: tuple[Post, ...]

    def built(self, records: Records | None = None) -> BareLine:
        """Put it together."""
        line = BareLine(seed=self.seed, records=records)
        line.line.prices.update({"resin": 7.0, "electricity_kWh": 0.2})
        line.crew("menders", 1)
        line.crew("people", 2, Calendar(24.0, ((3.0, 23.0),)))
        line.line.exits["desk"] = Desk(line.line, "desk")
        day = Calendar(24.0, ((1.0, 20.0),))
        line.station(LAB, Triangular(0.2, 0.4, 1.5), servers=self.analysts, calendar=day, to="desk")
        if self.cards is None:
            for product in PRODUCTS:
                line.arrive(Exponential(3.0), product=product, priority=PRODUCTS.index(product), to="station 0")
        else:
            line.feed(cards=self.cards, product="a", to="station 0")
        for number, post in enumerate(self.posts):
            line.station(f"station {number}", post.work, **post.options)
        return line


def times() -> st.SearchStrategy[Distribution]:
    mean = st.floats(0.3, 2.5)
    return st.one_of(
        mean.map(Constant), mean.map(Exponential), mean.map(lambda m: Erlang(m, 3)), mean.map(lambda m: Uniform(0.0, m))
    )


def toys(name: str) -> st.SearchStrategy[Toy]:
    shares, webs = st.floats(0.0, 0.3), st.sampled_from([0.0, 20.0])
    return st.builds(Toy, times(), st.floats(0.0, 5.0), shares, webs, st.just(name))


def works() -> st.SearchStrategy[Any]:
    """A time, a stage, two stages that overlap, or two operations one after the other."""
    pair = st.tuples(toys("brew"), toys("bake"))
    return st.one_of(
        times(), toys("brew"), toys("bake"), pair.map(lambda two: (two,)), pair.map(lambda two: ((two[0],), (two[1],)))
    )


def crews() -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, "menders", "people"])


def wears() -> st.SearchStrategy[list[Wear]]:
    busy = st.builds(Wear, st.just("tool"), st.just(Exponential(15.0)), times(), st.just("busy"), crews())
    counted = st.builds(Wear, st.just("belt"), st.just(Constant(7.0)), times(), st.just("operations"), crews())
    return st.lists(st.one_of(busy, counted), max_size=2, unique_by=lambda wear: wear.name)


def stops() -> st.SearchStrategy[dict[str, Any]]:
    """What takes a machine's time: outages, shifts, operators, maintenance, set-ups."""
    outage = st.tuples(times(), crews()).map(lambda two: Outage("power", Exponential(25.0), *two))
    cleaned = st.builds(
        Maintenance, st.just("clean"), st.just(30.0), st.just(Constant(0.5)), st.sampled_from(["busy", "calendar"]),
        st.sampled_from([None, "people"]),
    )  # fmt: skip
    return st.fixed_dictionaries(
        {},
        optional={
            "outages": st.tuples(outage),
            "calendar": st.just(Calendar(24.0, ((2.0, 10.0), (12.0, 24.0)))),
            "crew": st.just(("people", 1)),
            "maintenances": st.tuples(cleaned),
            "changeover": changeovers(),
            "wears": wears(),
        },
    )


def changeovers() -> st.SearchStrategy[Changeover]:
    """Set-ups between products, and perhaps before each lot and at the start, with or without people."""
    changes = {("a", "b"): Constant(0.4), ("b", "a"): Erlang(0.2, 3)}
    each = {("", "a"): Constant(1.0), ("a", "a"): Uniform(0.0, 0.2), ("b", "b"): Constant(0.1)}
    who = st.sampled_from([None, "people"])
    return st.tuples(st.sampled_from([changes, {**changes, **each}]), who).map(lambda two: Changeover(*two))


def campaigns() -> st.SearchStrategy[Campaign]:
    turns = st.sampled_from([(("a", 13.7), ("b", 9.1)), (("b", 5.0), ("a", 20.0), ("", 3.0)), (("a", 30.0),)])
    return st.builds(Campaign, turns, st.sampled_from([0.0, 2.5]))


def ways() -> st.SearchStrategy[dict[str, Any]]:
    """What becomes of a lot: rework, scrap."""
    shares = st.sampled_from([(0.0, 0.0), (0.0, 0.0), (0.3, 0.0), (0.0, 0.2), (0.2, 0.1)])
    return shares.map(lambda pair: {"rework": pair[0], "scrap": pair[1]})


def gates(stages: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Limits that lots miss now and then, with whatever follows; samples that hold the machine, or the lot in stock."""
    low = st.sampled_from([
        ("repeat", "scrap"), ("repeat", "repeat", "downgrade"), ("repeat",), ("scrap",), ("downgrade", "repeat"),
    ])  # fmt: skip
    high = st.sampled_from([("cut",), ("repeat", "cut"), ("downgrade",), ("scrap",)])
    judged = st.lists(st.tuples(st.sampled_from(stages), low, high), max_size=2, unique_by=lambda one: one[0])
    looked = st.lists(st.builds(
        Sampling, st.sampled_from(stages), st.just(LAB), st.just(SEES), st.sampled_from([0.0, 0.05]),
        st.sampled_from([0.0, 0.3]), st.sampled_from(["unit", "stock"]),
    ), max_size=2, unique_by=lambda one: one.stage)  # fmt: skip
    return st.fixed_dictionaries({"limits": judged.map(_limits), "samplings": looked, "requeues": st.booleans()})


def _limits(judged: list[tuple[str, tuple[Any, ...], tuple[Any, ...]]]) -> dict[tuple[str, str], tuple[Limit, ...]]:
    return {
        (product, stage): (
            Limit(f"{stage} Q", "property", stage, "quality", 0.2, 9.0, "here", "quality", below=low),
            Limit(f"{stage} T", "property", stage, "touched", -inf, 1.0, "here", "touched", above=high),
        )
        for stage, low, high in judged
        for product in PRODUCTS
    }


@st.composite
def posts(draw: st.DrawFn, *, first: bool, closed: bool) -> Post:
    """One station: its work and its rules."""
    work = draw(works())
    given = draw(options(first=first, closed=closed))
    stages = tuple(stage.name for stage in _toys(work))
    if stages and draw(st.booleans()):
        gate = draw(gates(stages))
        last = {stage.name for stage in work[-1]} if isinstance(work, tuple) else {*stages}
        gate["samplings"] = [one if one.stage in last else one._replace(hold="unit") for one in gate["samplings"]]
        given |= gate
    return Post(work, given)


def _toys(work: object) -> list[Toy]:
    if isinstance(work, tuple):
        return [stage for operation in work for stage in operation]
    return [work] if isinstance(work, Toy) else []


@st.composite
def options(draw: st.DrawFn, *, first: bool, closed: bool) -> dict[str, Any]:
    """The rules of one station; an endless supply feeds single lots, and a card comes back from whole lots only."""
    given = {"servers": draw(st.integers(1, 3)), "ranked": draw(st.booleans()), **draw(stops()), **draw(ways())}
    given["places"] = inf if first and not closed else draw(st.sampled_from([0, 1, 2, 4, inf]))
    rule = "none" if first and closed else draw(st.sampled_from(["none", "none", "load", "pool"]))
    if rule == "load":
        least, most = draw(st.sampled_from([(1, 3), (2, 2), (2, 4)]))
        given["load"] = Load(least, most, draw(st.sampled_from([4.0, inf])))
        given["places"] = max(given["places"], 4)
    elif rule == "pool" and not closed:
        given["pool"], given["places"] = Pool(dict.fromkeys(PRODUCTS, 6.0)), inf
    if not (first and closed) and draw(st.integers(0, 3)) == 0:
        given["campaign"] = draw(campaigns())
        given["places"] = max(given["places"], 1)
    if not first and draw(st.booleans()):
        given["life"] = 15.0
    if not closed and draw(st.integers(0, 3)) == 0:
        cut = draw(st.sampled_from([Cut("mass", 2.0), Cut("panels", 4, panel_area=1.0, material="panel")]))
        given["paths"] = [Path("", product="a", cut=cut)]
    return given


@st.composite
def plants(draw: st.DrawFn) -> Plant:
    closed = draw(st.booleans())
    count = draw(st.integers(1, 5))
    cards = float(draw(st.integers(1, 6))) if closed else None
    found = tuple(draw(posts(first=number == 0, closed=closed)) for number in range(count))
    return Plant(draw(st.integers(0, 10**6)), draw(st.integers(1, 2)), cards, found)
