"""The builder of bare lines: what it refuses, and what its statistics mean."""

from collections.abc import Callable
from math import inf, nan
from typing import NamedTuple

import pytest

from twin.draws import Draws
from twin.errors import UsageError
from twin.line.bare import BareLine
from twin.line.distribution import Constant, Erlang, Exponential, Geometric, Lognormal, Triangular, Uniform
from twin.line.rules import Load
from twin.records import Records


def mills(places: float = 4.0) -> BareLine:
    line = BareLine(seed=3)
    line.arrive(Exponential(1.3))
    line.station("mill", Exponential(1.0), places=places)
    line.station("drill", Exponential(1.0), places=places, servers=2)
    return line


def test_a_name_is_given_once() -> None:
    """Two stations of one name are refused."""
    with pytest.raises(ValueError, match="station mill: there is one"):
        mills().station("mill", Constant(1.0))


@pytest.mark.parametrize(("rework", "scrap"), [(1.0, 0.0), (-0.1, 0.0), (0.5, 0.6)])
def test_shares_leave_something_that_goes_on(rework: float, scrap: float) -> None:
    """Rework and scrap that are no shares, or more than all, are refused."""
    with pytest.raises(ValueError, match="leave no share"):
        BareLine().station("mill", Constant(1.0), rework=rework, scrap=scrap)


def test_a_load_fits_its_buffer() -> None:
    """A buffer that never holds the smallest load would stop the line, and is refused."""
    with pytest.raises(ValueError, match="never hold"):
        BareLine().station("oven", Constant(1.0), places=3, load=Load(4, 6))


def test_two_sources_have_two_products() -> None:
    """Lots of two sources and one product would draw the same numbers; that is refused."""
    with pytest.raises(ValueError, match="a product of its own"):
        mills().arrive(Constant(1.0))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Constant, (-1.0,)), (Constant, (nan,)), (Constant, (inf,)), (Exponential, (-5.0,)), (Exponential, (inf,)),
        (Erlang, (-1.0, 2)), (Erlang, (1.0, 0)), (Erlang, (1.0, nan)), (Uniform, (5.0, 1.0)), (Uniform, (-1.0, 1.0)),
        (Uniform, (0.0, nan)), (Uniform, (0.0, inf)), (Triangular, (0.0, 3.0, 2.0)), (Triangular, (2.0, 1.0, 3.0)),
        (Triangular, (-1.0, 0.0, 1.0)), (Triangular, (0.0, nan, 1.0)), (Lognormal, (-1.0, 0.5)),
        (Lognormal, (1.0, -0.5)), (Lognormal, (1.0, nan)), (Geometric, (0.0,)), (Geometric, (1.1,)),
        (Geometric, (nan,)), (Geometric, (0.5, -1.0)),
    ],
)  # fmt: skip
def test_times_that_cannot_be_are_refused(kind: type, values: tuple[float, ...]) -> None:
    """Negative or infinite times, bounds the wrong way round, impossible chances, NaN: one line says what to give."""
    with pytest.raises(UsageError, match=rf"^{kind.__name__}\(.*\) is no distribution of times: give [^\n]*$"):
        kind(*values)


def test_the_ends_of_what_can_be_are_taken() -> None:
    """A time of 0, bounds that are one, no scatter, a chance of 1: times that are always the same."""
    line = BareLine()
    for one in (Constant(2.0), Uniform(2.0, 2.0), Triangular(2.0, 2.0, 2.0), Lognormal(2.0, 0.0), Geometric(1.0, 2.0)):
        line.station(repr(one), one)
    line.station("free", Constant(0.0))
    line.arrive(Constant(50.0))
    assert line.run(1000.0).sojourn == pytest.approx(10.0)


@pytest.mark.parametrize("between", [Constant(0.0), Exponential(0.0), Uniform(0.0, 0.0)])
def test_arrivals_without_time_between_them_are_refused(between: Constant | Exponential | Uniform) -> None:
    """Lots that come all at once would never end; the message names what never ends by design."""
    with pytest.raises(UsageError, match=r"^arrive: .* mean above 0, or use feed\(\)$"):
        BareLine().arrive(between)


@pytest.mark.parametrize("supply", [BareLine.feed, lambda line: line.arrive(Constant(1.0)), lambda _: None])
def test_a_line_without_stations_is_refused(supply: Callable[[BareLine], None]) -> None:
    """Nothing can be built, begun or run before there is a station."""
    for use in (BareLine.build, BareLine.begin, lambda line: line.run(10.0)):
        line = BareLine()
        supply(line)
        with pytest.raises(UsageError, match=r"^this line has no station; add one with station\("):
            use(line)


@pytest.mark.parametrize("name", ["done", "cut", "pooled"])
def test_a_way_out_may_have_any_name(name: str) -> None:
    """A lot that leaves is counted and gives its card back, also where the name is that of what divides lots."""
    line = BareLine()
    line.feed(cards=2)
    line.station("mill", Constant(1.0), to=name)
    assert line.run(100.5).gone == {name: 100}


def test_machines_have_names_of_their_own() -> None:
    """Two mills are mill-1 and mill-2; a station of that name would be one with them in state and tables."""
    line = BareLine()
    line.feed()
    line.station("mill", Constant(1.0), servers=2)
    line.station("mill-1", Constant(1.0))
    with pytest.raises(ValueError, match="2 machines are called 'mill-1'"):
        line.begin()


def test_an_endless_supply_feeds_no_loads() -> None:
    """A saturated oven is refused, not silently starved."""
    line = BareLine()
    line.feed()
    line.station("oven", Constant(1.0), load=Load(2, 2))
    with pytest.raises(ValueError, match="without loads"):
        line.begin()


def test_little_holds_for_the_line_and_each_buffer() -> None:
    """Numbers are rates times times, for the line and for each buffer; shares add up to 1."""
    run = mills().run(20000.0, warm_up=200.0)
    assert run.inside == pytest.approx(run.throughput * run.sojourn, rel=0.003)
    for station in run.stations.values():
        assert station.queue == pytest.approx(run.throughput * station.wait, rel=0.003)
        assert sum(station.shares.values()) == pytest.approx(1.0, abs=1e-9)


def test_the_warm_up_counts_for_nothing() -> None:
    """What happened before the warm-up was over is in no statistic."""
    run = mills().run(300.0, warm_up=200.0)
    assert run.time == pytest.approx(100.0)
    assert sum(run.stations["mill"].shares.values()) == pytest.approx(1.0, abs=1e-9)
    assert sum(run.gone.values()) < 120


def test_waits_count_from_the_warm_up_on() -> None:
    """What is waited up to the warm-up and after it is all that is waited: a mean wait has none of the former."""
    early, late, whole = mills().run(200.0), mills().run(300.0, warm_up=200.0), mills().run(300.0)

    def taken(name: str) -> int:
        """Lots that were taken after the warm-up."""
        first, both = early.stations[name], whole.stations[name]
        return round(both.queue * 300.0 / both.wait) - round(first.queue * 200.0 / first.wait)

    for name, station in late.stations.items():
        waited = whole.stations[name].queue * 300.0 - early.stations[name].queue * 200.0
        assert waited > 0.0
        assert station.queue * 100.0 == pytest.approx(waited, rel=1e-9)
        assert station.wait * taken(name) == pytest.approx(waited, rel=1e-9)


def test_a_run_may_go_on() -> None:
    """Two runs one after the other are one run."""
    line, whole = mills(), mills()
    line.run(150.0)
    assert repr(line.run(400.0)) == repr(whole.run(400.0))


def test_who_waits_too_long_is_scrapped() -> None:
    """With a life of 2 in the buffer no lot waits longer, and some are scrapped."""
    records = Records()
    line = BareLine(records=records)
    line.arrive(Exponential(1.0))
    line.station("mill", Exponential(1.2), life=2.0)
    line.run(500.0)
    visits = records.visits.table()
    assert (visits[:, 7] - visits[:, 6]).max() <= 2.0
    assert records.names["scrapped"] in records.lots.table()[:, 7]


def test_small_numbers_go_first() -> None:
    """With priorities the waiting lot of the smaller number is taken before those that came earlier."""
    records = Records()
    line = BareLine(records=records)
    for product, priority in (("usual", 2), ("urgent", 1)):
        line.arrive(Exponential(2.1), product=product, priority=priority)
    line.station("mill", Constant(1.0), ranked=True, to="out")
    inside = line.begin()
    line.run(300.0)
    products = {number: name for name, number in records.names.items()}
    lots = records.lots.table()
    product_of = {int(row[0]): products[int(row[2])] for row in lots}
    starts = [(row[6], row[7], product_of[int(row[0])]) for row in records.visits.table()]
    for _, start, product in starts:
        if product == "usual":
            assert not [1 for came, began, other in starts if other == "urgent" and came < start < began]
    assert inside.gone["out"] == len(lots)


def test_replications_differ_and_seeds_repeat() -> None:
    """The same seed and replication give the same run; another replication gives another."""

    def played(replication: int) -> str:
        line = BareLine(seed=1, replication=replication)
        line.arrive(Exponential(1.0))
        line.station("mill", Exponential(0.5))
        return repr(line.run(200.0))

    assert played(0) == played(0)
    assert played(0) != played(1)


class Twice(NamedTuple):
    """A distribution of one's own that is a tuple too, and a sequence by that."""

    time: float

    @property
    def mean(self) -> float:
        """Its mean. [s]"""
        return 2.0 * self.time

    def draw(self, draws: Draws, purpose: str) -> float:
        """Return what it always is. [s]"""
        assert draws
        assert purpose
        return self.mean


def test_a_named_tuple_may_be_a_time() -> None:
    """It is taken for the distribution that it is, not for operations one after the other."""
    line = BareLine()
    line.feed()
    line.station("mill", Twice(3.0))
    assert line.run(until=600.0).throughput == pytest.approx(1 / 6.0, rel=0.02)
