"""Waiting by the clock: lives, patience, turns and shifts hold at any time of a run, early or very late."""

from fractions import Fraction
from itertools import pairwise
from math import exp, floor, nextafter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.line.bare import BareLine
from twin.line.calendar import Calendar, Campaign
from twin.line.distribution import Constant, Exponential
from twin.line.line import Line
from twin.line.rules import Load
from twin.records import COLUMNS, Records

NEVER = 1e9
CLOCKS = (1.0, 1e6, 1e7)
MANY = settings(max_examples=300, deadline=None, derandomize=True)


def begun_at(line: BareLine, clock: float) -> Line:
    """Let a line begin when its clock has come to a time."""
    built = line.build()
    built.env.run(until=clock)
    built.begin()
    return built


def column(records: Records | None, table: str, name: str) -> list[float]:
    assert records is not None
    found: list[float] = getattr(records, table).table()[:, COLUMNS[table].index(name)].tolist()
    return found


# -- lives -------------------------------------------------------------------------------------------------------------


def served(rate: float, life: float) -> float:
    """Rate at which M/M/1+D serves, service rate 1: from the density of the wait that an arrival would have."""
    grown = exp((rate - 1.0) * life)
    below = life if rate == 1.0 else (grown - 1.0) / (rate - 1.0)
    return 1.0 - 1.0 / (1.0 + rate * below + rate * grown)


@pytest.mark.parametrize("until", [2e4, 2e5])
@pytest.mark.parametrize(("rate", "known"), [(1.0, 0.696970), (0.8, served(0.8, 1.3))])
def test_patience_of_a_queue_agrees_with_its_formula_however_long_the_run(
    until: float, rate: float, known: float
) -> None:
    """M/M/1 whose lots leave after a wait of 1.3: the rate is exact within noise, early and late in a run."""
    assert served(1.0, 1.3) == pytest.approx(0.696970, abs=1e-6)
    line = BareLine(seed=3)
    line.arrive(Exponential(1.0 / rate))
    line.station("mill", Exponential(1.0), life=1.3)
    run = line.run(until, warm_up=until / 2.0)
    assert run.throughput == pytest.approx(known, abs=4.0 * (known / run.time) ** 0.5)  # as if departures were Poisson


@pytest.mark.parametrize("clock", CLOCKS)
def test_every_lot_that_waits_longer_than_its_life_is_scrapped_at_its_end(clock: float) -> None:
    """Behind a machine that never ends its first lot, each lot is scrapped at its life and nobody stays longer."""
    line = BareLine(records=Records())
    line.arrive(Exponential(5.0))
    line.station("mill", Constant(NEVER), life=10.7)
    inside = begun_at(line, clock)
    inside.run(clock + 2000.0)
    spans = zip(column(inside.records, "lots", "created"), column(inside.records, "lots", "ended"), strict=True)
    lived = [ended - created for created, ended in spans]
    assert len(lived) > 300
    assert lived == pytest.approx([10.7] * len(lived), abs=1e-8)
    assert all(inside.env.now - item.since <= 10.7 for item in inside.buffers["mill"].queue)
    assert column(inside.records, "dispositions", "value") == pytest.approx(lived)


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_lot_that_comes_back_begins_its_life_anew(clock: float) -> None:
    """Two lots that take turns of 6 never wait 10, however long both are here."""
    line = BareLine()
    line.arrive(Exponential(NEVER))
    line.station("mill", Constant(6.0), life=10.0, rework=0.999999)
    inside = begun_at(line, clock)
    for _ in range(2):
        inside.buffers["mill"].admit(inside.new_item("hand", ""))
    inside.run(clock + 500.0)
    assert len(inside.items) == 2


# -- patience ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_load_starts_exactly_when_patience_ends_and_nothing_loops(clock: float) -> None:
    """A load too small starts when its first lot has waited 11.7, or when the machine is free; no instant repeats."""
    line = BareLine(records=Records())
    line.arrive(Exponential(7.3))
    line.station("oven", Constant(3.1), load=Load(8, 8, 11.7))
    inside = begun_at(line, clock)
    events = 0
    while inside.env.now < clock + 5000.0:
        before = inside.env.now
        inside.env.step()
        events = events + 1 if inside.env.now == before else 0
        assert events < 20
    starts: dict[float, float] = {}
    columns = (column(inside.records, "visits", name) for name in ("start", "arrived", "load"))
    for start, came, load in zip(*columns, strict=True):
        if load < 8:
            starts[start] = min(came, starts.get(start, came))
    assert len(starts) > 200
    ends = set(column(inside.records, "visits", "end"))
    waited = [(start, came + 11.7) for start, came in starts.items() if start not in ends]
    assert len(waited) > 100
    for start, due in waited:
        assert start == (due if clock > 1.0 else pytest.approx(due, rel=1e-12))


# -- turns -------------------------------------------------------------------------------------------------------------


@st.composite
def campaigns(draw: st.DrawFn) -> Campaign:
    durations = draw(st.lists(st.floats(0.1, 5.0), min_size=2, max_size=4))
    return Campaign(tuple(zip("abcd", durations, strict=False)), draw(st.one_of(st.just(0.0), st.floats(0.0, 30.0))))


def turn_at(campaign: Campaign, at: float) -> str:
    """Whose turn it is, in exact fractions."""
    period = sum((Fraction(duration) for _, duration in campaign.turns), Fraction(0))
    phase = (Fraction(at) + Fraction(campaign.lead)) % period
    for product, duration in campaign.turns:
        if phase < Fraction(duration):
            return product
        phase -= Fraction(duration)
    raise AssertionError


@MANY
@given(campaigns(), st.one_of(st.floats(0.0, 50.0), st.floats(1e6, 1e7)))
def test_a_turn_lasts_until_the_next_change_and_no_longer(campaign: Campaign, at: float) -> None:
    """Until ``next_change`` the same product is active, from that instant on it is the next one; fractions agree."""
    order = [product for product, _ in campaign.turns]
    for _ in range(2 * len(order)):
        change, active = campaign.next_change(at), campaign.active(at)
        assert change > at
        assert campaign.active(max(at, nextafter(change, -1.0))) == active
        assert campaign.active(change) == order[(order.index(active) + 1) % len(order)]
        if change - at > 1e-6:
            assert turn_at(campaign, 0.5 * (at + change)) == active
        at = change


def expected_start(campaign: Campaign, product: str, arrived: float) -> float:
    """When a lot that nobody waits before is treated: at once, or as its product's next turn begins."""
    if turn_at(campaign, arrived) == product:
        return arrived
    order = [one for one, _ in campaign.turns]
    offset = sum(duration for _, duration in campaign.turns[: order.index(product)])
    cycle = floor((arrived + campaign.lead - offset) / campaign.period)
    return (cycle + 1) * campaign.period + offset - campaign.lead


@settings(max_examples=60, deadline=None, derandomize=True)
@given(campaigns())
def test_no_turn_is_missed_in_a_run(campaign: Campaign) -> None:
    """Each lot is treated as its product's turn begins, and as many are done as had a turn."""
    line = BareLine(records=Records())
    products = [product for product, _ in campaign.turns]
    for number, product in enumerate(products):
        line.arrive(Constant(7.77 + 0.013 * number), product=product)
    line.station("mill", Constant(1e-6), campaign=campaign)
    inside = line.begin()
    inside.run(400.0)
    records = inside.records
    assert records is not None
    made = dict(zip(column(records, "lots", "lot"), column(records, "lots", "product"), strict=True))
    done = dict.fromkeys(products, 0)
    names = {code: name for name, code in records.names.items()}
    visits = zip(*(column(records, "visits", name) for name in ("lot", "arrived", "start")), strict=True)
    for lot, arrived, start in visits:
        product = names[int(made[lot])]
        assert start == pytest.approx(expected_start(campaign, product, arrived), abs=1e-4)
        done[product] += 1
    for number, product in enumerate(products):
        came = [(7.77 + 0.013 * number) * (count + 1) for count in range(51)]
        assert done[product] == sum(expected_start(campaign, product, at) < 400.0 - 1e-3 for at in came)


# -- shifts ------------------------------------------------------------------------------------------------------------


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    edges = draw(st.lists(st.floats(0.01, 0.99), min_size=2, max_size=6, unique_by=lambda edge: round(edge, 3)))
    edges = sorted(edges)[: len(edges) // 2 * 2]
    period = draw(st.floats(0.3, 1e5))
    ends = draw(st.sampled_from([(), (0.0,), (1.0,)]))  # a shift from the first instant, or to the last
    edges = edges[1:] if 0.0 in ends else edges[:-1] if ends else edges
    times = sorted([*(edge * period for edge in edges), *(end * period for end in ends)])
    return Calendar(period, tuple(zip(times[::2], times[1::2], strict=True)))


@MANY
@given(calendars(), st.one_of(st.floats(0.0, 100.0), st.floats(1e5, 1e7)))
def test_a_shift_lasts_until_the_next_change_and_no_longer(calendar: Calendar, at: float) -> None:
    """Until ``next_change`` nothing changes, and at it everything does."""
    at *= calendar.period / 100.0
    for _ in range(2 * len(calendar.opens) + 1):
        change, is_open = calendar.next_change(at), calendar.is_open(at)
        assert change > at
        assert calendar.is_open(max(at, nextafter(change, -1.0))) == is_open
        assert calendar.is_open(change) != is_open
        at = change


@MANY
@given(st.floats(0.3, 1e5), st.floats(0.1, 0.45), st.floats(0.55, 0.9), st.integers(0, 10**4))
def test_a_shift_over_the_end_of_a_cycle_goes_on(period: float, end: float, start: float, cycle: int) -> None:
    """Open to the end of one cycle and from the start of the next is open all through the turn of the cycle."""
    night = Calendar(period, ((0.0, end * period), (start * period, period)))
    for share in (start + 0.05, 1.0 + 0.5 * end):
        assert night.is_open((cycle + share) * period)
    assert not night.is_open((cycle + 0.5) * period)


def test_every_change_of_shift_is_played() -> None:
    """A machine that never waits for lots works its open share, whatever odd period the calendar has."""
    for period, close in ((0.7, 0.31), (1.1, 0.77), (86400.0 / 7.0, 5000.1)):
        line = BareLine()
        line.feed()
        line.station("mill", Constant(period / 500.0), calendar=Calendar(period, ((0.1 * period, close),)))
        run = line.run(100.0 * period)
        share = close / period - 0.1
        assert run.stations["mill"].shares["busy"] == pytest.approx(share, abs=3e-3)


def test_edges_follow_each_other_at_late_clocks() -> None:
    """From one change to the next the clock goes on by the lengths of the turns, also after a year in seconds."""
    campaign = Campaign((("a", 3.7 * 86400.0), ("b", 2.3 * 86400.0)), lead=20 * 3600.0)
    edges = [3e7]
    for _ in range(9):
        edges.append(campaign.next_change(edges[-1]))
    spans = [round((late - early) / 86400.0, 6) for early, late in pairwise(edges[1:])]
    assert set(spans[::2]) | set(spans[1::2]) == {3.7, 2.3}
    assert all(first != second for first, second in pairwise(spans))
