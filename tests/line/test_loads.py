"""Machines that take loads, held to Markov chains that are cut off far out and solved here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from twin.draws import Draws
from twin.line import snapshot
from twin.line.bare import BareLine, Statistics
from twin.line.distribution import Constant, Exponential, Lognormal
from twin.line.rules import Load
from twin.line.stop import Outage
from twin.material import Lot
from twin.stage import Outcome, Visit

REPLICATIONS = 20
LENGTH = 8000.0
LONGEST_QUEUE = 120
RULES = (Load(3, 5), Load(4, 4), Load(1, 6))  # a minimum load, a full load, a greedy start


@dataclass(frozen=True)
class Programme:
    """An oven programme: one exponential time for the whole load, told apart from others by its start."""

    mean: float
    name: ClassVar[str] = "programme"
    measures: ClassVar[Mapping[str, str]] = {}

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Take the time that belongs to the start of the load."""
        own = Draws(draws.seed, draws.replication, draws.source, number=int(visit.start * 1e9))
        return Outcome(lot, own.exponential("time", self.mean))


def solved(rule: Load, rate: float, service: float, *, slowest: bool) -> dict[str, float]:
    """The chain of (lots that wait, lots of the load that still run): its stationary averages.

    With ``slowest`` every lot has an exponential time of its own and the load ends with the slowest; otherwise the
    load has one exponential time, and it counts as one lot that still runs.
    """
    most = rule.maximum if slowest else 1
    size = (LONGEST_QUEUE + 1) * (most + 1)
    rates = np.zeros((size, size))

    def state(waiting: int, running: int) -> int:
        return waiting * (most + 1) + running

    def started(waiting: int) -> int:
        load = min(waiting, rule.maximum) if waiting >= rule.minimum else 0
        return state(waiting - load, (load if slowest else 1) if load else 0)

    for waiting in range(LONGEST_QUEUE + 1):
        for running in range(most + 1):
            here = state(waiting, running)
            if not running and waiting >= rule.minimum:  # never met; it must only not hold probability
                rates[here, started(waiting)] = 1.0
                continue
            if waiting < LONGEST_QUEUE:
                rates[here, started(waiting + 1) if running == 0 else state(waiting + 1, running)] += rate
            if running:
                there = started(waiting) if running == 1 else state(waiting, running - 1)
                rates[here, there] += running / service
    stationary = _stationary(rates).reshape(LONGEST_QUEUE + 1, most + 1)
    queue = float(np.arange(LONGEST_QUEUE + 1) @ stationary.sum(axis=1))
    return {"wait": queue / rate, "busy": 1.0 - float(stationary[:, 0].sum())}


def _stationary(rates: NDArray[np.float64]) -> NDArray[np.float64]:
    generator = rates - np.diag(rates.sum(axis=1))
    system = np.vstack([generator.T[1:], np.ones(len(rates))])
    answer: NDArray[np.float64] = np.linalg.solve(system, np.append(np.zeros(len(rates) - 1), 1.0))
    return answer


def played(rule: Load, rate: float, service: float, replication: int, *, slowest: bool) -> Statistics:
    line = BareLine(seed=5, replication=replication)
    line.arrive(Exponential(1.0 / rate))
    line.station("oven", Exponential(service) if slowest else Programme(service), load=rule)
    return line.run(LENGTH, warm_up=500.0)


@pytest.mark.parametrize("rule", RULES, ids=["minimum", "full", "greedy"])
@pytest.mark.parametrize("slowest", [False, True], ids=["one time a load", "slowest lot"])
@pytest.mark.parametrize("lightness", [1.0, 50.0], ids=["usual load", "2 % of it"])
def test_bulk_service_agrees_with_its_markov_chain(rule: Load, lightness: float, *, slowest: bool) -> None:
    """M/M[a,b]/1: wait and busy share are those of the chain, whether the load or each lot has its time.

    At light loads nearly all of the wait is for the load to come together, and a greedy start hardly waits at all.
    """
    rate, service = 1.0, (1.2 if slowest else 2.4) / lightness
    known = solved(rule, rate, service, slowest=slowest)
    runs = [played(rule, rate, service, number, slowest=slowest) for number in range(REPLICATIONS)]
    ovens = [run.stations["oven"] for run in runs]
    for name, values in (("wait", [one.wait for one in ovens]), ("busy", [one.shares["busy"] for one in ovens])):
        error = float(np.std(values, ddof=1)) / REPLICATIONS**0.5
        assert abs(float(np.mean(values)) - known[name]) <= 4.5 * error, name
        assert float(np.mean(values)) == pytest.approx(known[name], rel=0.04 if known[name] > 0.01 else 0.1)


def test_a_load_that_is_not_full_starts_when_the_first_has_waited_long_enough() -> None:
    """With patience 3 and nobody else coming, a lot that came at 0 starts at 3."""
    line = BareLine()
    line.arrive(Exponential(1e9))
    line.station("oven", Programme(1.0), load=Load(4, 4, patience=3.0))
    inside = line.begin()
    inside.buffers["oven"].admit(inside.new_item("hand", ""))
    inside.env.run(until=2.999)
    assert not inside.stations["oven"].units[0].items
    inside.env.run(until=3.001)
    assert len(inside.stations["oven"].units[0].items) == 1


@dataclass(frozen=True)
class Shared:
    """A stage whose time is drawn by the first lot of its load, and that keeps what it was told."""

    seen: list[tuple[int, float, Visit, float]] = field(default_factory=list)
    name: ClassVar[str] = "shared"
    measures: ClassVar[Mapping[str, str]] = {}

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Take the time that belongs to the load."""
        time = draws.of(visit.leader, visit.leader_attempt).uniform("time", 0.5, 1.5)
        self.seen.append((draws.number, visit.start, visit, time))
        return Outcome(lot, time)


def test_all_lots_of_a_load_are_told_its_first() -> None:
    """Lots that start together have one leader, the first of them in line, and so one draw; loads differ."""
    stage, line = Shared(), BareLine(seed=3)
    line.arrive(Exponential(0.4))
    line.station("oven", stage, load=Load(3, 3))
    line.run(until=60.0)
    loads: dict[float, list[tuple[int, Visit, float]]] = {}
    for number, start, visit, time in stage.seen:
        loads.setdefault(start, []).append((number, visit, time))
    assert len(loads) > 20
    for lots in loads.values():
        assert [visit.leader for _, visit, _ in lots] == [lots[0][0]] * 3
        assert {visit.leader_attempt for _, visit, _ in lots} == {0}
        assert len({time for _, _, time in lots}) == 1
    assert len({lots[0][2] for lots in loads.values()}) == len(loads)


@pytest.mark.parametrize("products", [2, 4])
def test_however_many_products_wait_one_look_is_on_the_agenda(products: int) -> None:
    """Each product waits for a load of its own; the station looks again when the first of them has waited enough."""
    line = BareLine()
    for number in range(products):
        line.arrive(Constant(10.0 + 0.1 * number), product=f"p{number}")
    line.station("oven", Constant(1.0), servers=20, load=Load(50, 50, patience=100.0))
    inside = line.begin()
    inside.run(1000.0)
    waking = [entry for entry in snapshot.state(inside)["agenda"] if entry["what"] == "wake"]
    assert 1 <= len(waking) <= 2  # one that is due, and one that was told of a sooner time
    assert all(1000.0 - item.since <= 100.0 for item in inside.buffers["oven"].queue)
    assert inside.gone["done"] > 60 * products


def test_a_look_that_rounding_brings_early_is_not_the_last() -> None:
    """A stop lets a lot wait whose end of patience SimPy reaches a hair early; with this seed it did, at hour 20.

    The wait is that of a station which looks once too often and no more than that.
    """
    hour = 3600.0
    line = BareLine(seed=21)
    line.arrive(Exponential(9.0 * hour))
    stop = Outage("stopped", Constant(0.5 * hour), Lognormal(5.0 * hour, 0.3), times=1)
    line.station("oven", Constant(8.0 * hour), load=Load(3, 4, patience=12.0 * hour), outages=[stop])
    wait = line.run(until=24.0 * 365.0 * hour).stations["oven"].wait
    assert wait == pytest.approx(6.4703 * hour, rel=1e-4)
