"""Random small plants with everything that can happen to a lot."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, ClassVar

from hypothesis import strategies as st

from twin.draws import Draws
from twin.line.bare import BareLine
from twin.line.calendar import Calendar
from twin.line.distribution import Constant, Distribution, Erlang, Exponential, Uniform
from twin.line.rules import Changeover, Cut, Load, Path, Pool
from twin.line.stop import Maintenance, Outage, Wear
from twin.material import Lot
from twin.records import Records
from twin.stage import Outcome, Visit

PRODUCTS = ("a", "b")


@dataclass(frozen=True)
class Toy:
    """A stage with mass, web and money: it takes in a feed, loses a share, coats some web and scraps a part of it."""

    time: Distribution
    feed: float
    loss: float
    coat: float
    name: ClassVar[str] = "toy"
    measures: ClassVar[Mapping[str, str]] = {}

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Do all of that; an interrupted operation goes on where it stopped."""
        feed = self.feed * draws.uniform("feed", 0.5, 1.5)
        lost = self.loss * (lot.mass + feed)
        duration = max(0.0, self.time.draw(draws, "time") - (visit.elapsed or 0.0))
        after = lot.becoming({"coated_width": 0.5}, mass=lot.mass + feed - lost, length=lot.length + 0.9 * self.coat)
        return Outcome(
            after, duration, feeds={"resin": feed}, losses={"vapour": lost}, scrap={"start-up": 0.1 * self.coat},
            utilities={"electricity_kWh": duration},
        )  # fmt: skip


@dataclass(frozen=True)
class Post:
    """One station of a random plant."""

    work: Any
    options: dict[str, Any]


@dataclass(frozen=True)
class Plant:
    """A random plant: sources and stations."""

    seed: int
    cards: float | None
    posts: tuple[Post, ...]

    def built(self, records: Records | None = None) -> BareLine:
        """Put it together."""
        line = BareLine(seed=self.seed, records=records)
        line.line.prices.update({"resin": 7.0, "electricity_kWh": 0.2})
        line.crew("menders", 1)
        line.crew("people", 2, Calendar(24.0, ((3.0, 23.0),)))
        if self.cards is None:
            for product in PRODUCTS:
                line.arrive(Exponential(3.0), product=product, priority=PRODUCTS.index(product))
        else:
            line.feed(cards=self.cards, product="a")
        for number, post in enumerate(self.posts):
            line.station(f"station {number}", post.work, **post.options)
        return line


def times() -> st.SearchStrategy[Distribution]:
    mean = st.floats(0.3, 2.5)
    return st.one_of(
        mean.map(Constant), mean.map(Exponential), mean.map(lambda m: Erlang(m, 3)), mean.map(lambda m: Uniform(0.0, m))
    )


def works() -> st.SearchStrategy[Any]:
    shares = st.floats(0.0, 0.3)
    return st.one_of(times(), st.builds(Toy, times(), st.floats(0.0, 5.0), shares, st.sampled_from([0.0, 20.0])))


def crews() -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, "menders", "people"])


def wears() -> st.SearchStrategy[list[Wear]]:
    busy = st.builds(Wear, st.just("tool"), st.just(Exponential(15.0)), times(), st.just("busy"), crews())
    counted = st.builds(Wear, st.just("belt"), st.just(Constant(7.0)), times(), st.just("operations"), crews())
    return st.lists(st.one_of(busy, counted), max_size=2, unique_by=lambda wear: wear.name)


def stops() -> st.SearchStrategy[dict[str, Any]]:
    """What takes a machine's time: outages, shifts, operators, maintenance, set-ups."""
    outage = st.builds(Outage, st.just("power"), st.just(Exponential(25.0)), times(), crews())
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
            "changeover": st.just(Changeover({("a", "b"): Constant(0.4), ("b", "a"): Constant(0.2)}, "people", 1)),
            "wears": wears(),
        },
    )


def ways() -> st.SearchStrategy[dict[str, Any]]:
    """What becomes of a lot: rework, scrap, expiry."""
    shares = st.sampled_from([(0.0, 0.0), (0.3, 0.0), (0.0, 0.2), (0.2, 0.1)])
    return shares.map(lambda pair: {"rework": pair[0], "scrap": pair[1]})


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
    posts = tuple(Post(draw(works()), draw(options(first=number == 0, closed=closed))) for number in range(count))
    return Plant(draw(st.integers(0, 10**6)), float(draw(st.integers(1, 6))) if closed else None, posts)
