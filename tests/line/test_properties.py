"""Laws that hold in every line, tried on random small plants with everything that can happen to a lot."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Any, ClassVar

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from twin.draws import Draws
from twin.line import laws
from twin.line.bare import BareLine
from twin.line.calendar import Calendar
from twin.line.distribution import Constant, Distribution, Erlang, Exponential, Uniform
from twin.line.line import Line
from twin.line.rules import Changeover, Cut, Load, Path, Pool
from twin.line.stop import Maintenance, Outage, Wear
from twin.material import Lot
from twin.records import COLUMNS, Records
from twin.stage import Outcome, Visit

END = 120.0
PRODUCTS = ("a", "b")
PLANTS = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


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


def table(records: Records, name: str) -> dict[str, NDArray[np.float64]]:
    rows = np.array(getattr(records, name).table(), dtype=float).reshape(-1, len(COLUMNS[name]))
    return dict(zip(COLUMNS[name], rows.T, strict=True))


# -- the laws ----------------------------------------------------------------------------------------------------------


def check_books(line: Line) -> None:
    for quantity, missing in line.ledger.imbalance(line.items.values()).items():
        assert abs(missing) < 1e-9, quantity


def check_times(line: Line) -> None:
    for unit in line.units():
        assert abs(sum(unit.log.totals) - line.env.now) < 1e-9 * line.env.now
    assert abs(line.inside_area - line.time_inside()) <= 1e-9 * max(1.0, line.inside_area)


def check_nobody_waits_in_vain(line: Line) -> None:
    for buffer in line.buffers.values():
        station = buffer.station
        if buffer.blocked:
            assert len(buffer.queue) >= buffer.places
            assert buffer.queue or not station.free
        if station.free and not station.picks:
            assert not buffer.queue
    for crew in line.crews.values():
        assert not crew.calls or crew.free < crew.calls[0][1]


def check_states(records: Records) -> None:
    rows = table(records, "states")
    for unit in np.unique(rows["unit"]):
        mine = rows["unit"] == unit
        start, end = rows["start"][mine], rows["end"][mine]
        assert start[0] == 0.0
        assert end[-1] == END
        assert (start[1:] == end[:-1]).all()
        assert (end > start).all()


def check_clock(records: Records) -> None:
    for name, column in (
        ("visits", "end"), ("lots", "ended"), ("levels", "at"), ("genealogy", "at"), ("dispositions", "at"),
        ("consumption", "at"),
    ):  # fmt: skip
        assert (np.diff(table(records, name)[column]) >= 0.0).all(), name
    visits = table(records, "visits")
    assert (visits["arrived"] <= visits["start"]).all()
    assert (visits["start"] <= visits["end"]).all()
    stops = table(records, "stoppages")
    assert (stops["start"] <= stops["end"]).all()


def check_capacity(line: Line, records: Records) -> None:
    levels, visits = table(records, "levels"), table(records, "visits")
    for name, buffer in line.buffers.items():
        held = levels["level"][levels["buffer"] == records.names[name]]
        if not any(path.again for path in buffer.station.paths):
            assert (held <= buffer.places).all(), name
        load = buffer.station.load
        mine = visits["station"] == records.names[name]
        assert (visits["load"][mine] <= (load.maximum if load else 1)).all()
    for unit in np.unique(visits["unit"]):
        mine = visits["unit"] == unit
        spans = sorted(set(zip(visits["start"][mine], visits["end"][mine], strict=True)))
        assert all(before[1] <= after[0] for before, after in pairwise(spans))


def check_lots(line: Line, records: Records) -> None:
    ended = [int(number) for number in table(records, "lots")["lot"]]
    assert sorted([*ended, *line.items]) == list(range(line.number))


@PLANTS
@given(plants())
def test_every_law_holds_in_random_plants(plant: Plant) -> None:
    """Books close, states add up, nobody is lost, doubled, or waits in vain; the clock and the places are kept."""
    records = Records()
    line = plant.built(records).begin()
    for moment in (0.3 * END, 0.31 * END, 0.77 * END, END):
        line.run(moment)
        check_books(line)
        check_times(line)
        check_nobody_waits_in_vain(line)
        assert all(law.holds for law in laws.check(line))
        assert line.inside == len(line.items)
    check_states(records)
    check_clock(records)
    check_capacity(line, records)
    check_lots(line, records)


@PLANTS
@given(plants())
def test_the_same_seed_writes_the_same_bytes(plant: Plant) -> None:
    """Two runs of one plant and seed write the same records to the last byte; one that writes none plays the same."""
    both, results = [], [plant.built().run(END)]
    for _ in range(2):
        records = Records()
        results.append(plant.built(records).run(END))
        both.append((records.names, [bytes(getattr(records, name).data) for name in COLUMNS]))
    assert both[0] == both[1]
    assert repr(results[0]) == repr(results[1]) == repr(results[2])


def services(stations: Mapping[str, Distribution], places: float) -> dict[tuple[str, int], float]:
    """Service time of each lot at each station."""
    records = Records()
    line = BareLine(seed=4, records=records)
    line.arrive(Exponential(2.0))
    for name, time in stations.items():
        line.station(name, time, places=places)
    line.run(END)
    names = {code: name for name, code in records.names.items()}
    rows = table(records, "visits")
    spans = zip(rows["station"], rows["lot"], rows["end"] - rows["start"], strict=True)
    return {(names[int(station)], int(lot)): round(span, 9) for station, lot, span in spans}


@PLANTS
@given(st.lists(times(), min_size=1, max_size=4), times(), st.integers(0, 4), st.sampled_from([0, 1, inf]))
def test_one_station_more_changes_no_other_draw(
    old: list[Distribution], new: Distribution, at: int, places: float
) -> None:
    """Each lot takes the same time at each old station, wherever a new one is put in."""
    before = {f"station {number}": time for number, time in enumerate(old)}
    entries = list(before.items())
    entries.insert(min(at, len(entries)), ("new", new))
    first, second = services(before, places), services(dict(entries), places)
    both = first.keys() & second.keys()
    assert both
    assert {key: first[key] for key in both} == {key: second[key] for key in both}
