"""Exact cases of closed lines: a fixed number of cards, and machines that share their menders."""

from collections.abc import Sequence

from twin.bench.exact import Build, Case, Exact, Reading, flow
from twin.line.bare import BareLine, Statistics
from twin.line.distribution import Constant, Exponential
from twin.line.stop import Outage


def _loop(cards: int, means: Sequence[float]) -> Build:
    def build(line: BareLine) -> None:
        line.feed(cards=cards)
        for index, mean in enumerate(means):
            line.station(f"station {index + 1}", Exponential(mean))

    return build


def _at(number: int, cards: int) -> Reading:
    """Return how to read the mean number at a station; free cards wait at the first one."""

    def read(run: Statistics) -> float:
        station = run.stations[f"station {number}"]
        waiting = cards - run.inside if number == 1 else station.queue
        return waiting + station.shares["busy"]

    return read


def _menders(machines: int, menders: int, failure: float, repair: float) -> Build:
    def build(line: BareLine) -> None:
        line.crew("menders", menders)
        outage = Outage("failure", Exponential(1.0 / failure), Exponential(1.0 / repair), crew="menders")
        line.station("machines", Constant(1.0), servers=machines, outages=[outage])

    return build


def _unattended(machines: int) -> Reading:
    return lambda run: machines * run.stations["machines"].shares["waiting for repair"]


def closed_cases() -> list[Case]:
    """Return these cases."""
    uneven = (1.0, 0.8, 1.25, 0.5)
    levels = {f"at {i + 1}": Exact(v, _at(i + 1, 6)) for i, v in enumerate((1.65974, 1.07469, 2.75973, 0.50585))}
    cases = [
        Case("22 loop of 4, 8 cards", _loop(8, [1.0] * 4), 8000.0, flow(8 / 11), is_fast=True),
        Case("22 loop of 8, 12 cards", _loop(12, [1.0] * 8), 4000.0, flow(12 / 19)),
        Case("22 uneven loop, 6 cards", _loop(6, uneven), 60000.0, {**flow(0.691397), **levels}),
    ]
    for machines, menders, failure, repair, up, waiting in (
        (6, 1, 0.1, 1.0, 5.154851, 0.329664),
        (10, 2, 0.05, 0.4, 8.654666, 0.263501),
    ):
        known = {"up": Exact(up, lambda run: run.stations["machines"].up)}
        known["unattended"] = Exact(waiting, _unattended(machines))
        name, build = f"26 {machines} machines, {menders} menders", _menders(machines, menders, failure, repair)
        cases.append(Case(name, build, 180000.0 if menders == 1 else 500000.0, known, is_fast=menders == 1))
    return cases
