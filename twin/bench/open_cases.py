"""Exact cases of open lines: queues, losses, priorities, rework and scrap."""

from twin.bench.exact import Build, Case, Exact, Reading, inside, sojourn, throughput
from twin.line.bare import SCRAPPED, BareLine, Statistics
from twin.line.distribution import Constant, Distribution, Erlang, Exponential, Lognormal, Uniform
from twin.line.rules import Path


def _wait(run: Statistics) -> float:
    return next(iter(run.stations.values())).wait


def _delayed(run: Statistics) -> float:
    return next(iter(run.stations.values())).delayed


def _queue(rate: float, service: Distribution, servers: int = 1, between: Distribution | None = None) -> Build:
    def build(line: BareLine) -> None:
        line.arrive(between or Exponential(1.0 / rate))
        line.station("server", service, servers=servers)

    return build


def _queue_cases() -> list[Case]:
    cases = []
    for name, build, wait, delayed, length in (
        ("14 M/M/1", _queue(0.8, Exponential(1.0)), 4.0, 0.8, 340000.0),
        ("14 M/M/2", _queue(1.6, Exponential(1.0), 2), 1.777778, 0.711111, 180000.0),
        ("14 M/M/3", _queue(2.4, Exponential(1.0), 3), 1.078652, 0.647191, 130000.0),
        ("15 M/D/1", _queue(0.8, Constant(1.0)), 2.0, 0.8, 140000.0),
        ("15 M/E2/1", _queue(0.8, Erlang(1.0, 2)), 3.0, 0.8, 300000.0),
        ("15 M/U/1", _queue(0.8, Uniform(0.5, 1.5)), 2.0 + 1.0 / 6.0, 0.8, 170000.0),
        ("15 M/LN/1", _queue(0.7, Lognormal(1.0, 2.0)), 3.5, 0.7, 430000.0),
        ("16 D/M/1", _queue(0.8, Exponential(1.0), 1, Constant(1.25)), 1.692731, 0.628630, 260000.0),
    ):
        told = {"wait": Exact(wait, _wait, wide=True), "delayed": Exact(delayed, _delayed)}
        cases.append(Case(name, build, length, told, name == "15 M/D/1"))
    return cases


def _open_line(rate: float, entry: float, places: float, stations: int) -> Build:
    def build(line: BareLine) -> None:
        line.arrive(Exponential(1.0 / rate))
        for index in range(stations):
            line.station(f"station {index + 1}", Exponential(1.0), places=places if index else entry)

    return build


def _priorities(line: BareLine) -> None:
    for product, rate, priority in (("high", 0.3, 0), ("low", 0.4, 1)):
        line.arrive(Exponential(1.0 / rate), product=product, priority=priority)
    line.station("server", Exponential(1.0), ranked=True, paths=[Path("high", product="high")], to="low")


def _rework(line: BareLine) -> None:
    line.arrive(Exponential(1.0 / 0.6))
    line.station("server", Exponential(1.0), rework=0.25)


def _scrap(line: BareLine) -> None:
    line.arrive(Exponential(1.0 / 0.8))
    for name, good in (("first", 0.95), ("second", 0.9), ("third", 0.98)):
        line.station(name, Exponential(1.0), scrap=1.0 - good)


def _good_share(run: Statistics) -> float:
    return 0.8 * run.gone["done"] / (run.gone["done"] + run.gone[SCRAPPED])


def _wait_of(product: str) -> Reading:
    return lambda run: run.sojourns[product] - 1.0


def open_cases() -> list[Case]:
    """Return these cases."""
    loss = {"throughput": Exact(0.577773, throughput), "inside": Exact(3.817839, inside)}
    loss["sojourn"] = Exact(6.607857, sojourn)
    lost = {rate: Exact(value, lambda run: run.lost) for rate, value in ((0.8, 0.088819), (1.0, 1 / 6))}
    ranks = {product: Exact(wait, _wait_of(product), wide=True) for product, wait in (("high", 1.0), ("low", 10 / 3))}
    good = {"good rate": Exact(0.670320, throughput), "inside": Exact(9.331224, inside)}
    good["good share"] = Exact(0.670320, _good_share)
    return [
        *_queue_cases(),
        Case("9 open line with loss", _open_line(0.6, 4, 4, 3), 65000.0, loss, is_fast=True),
        Case("17 M/M/1/5, load 0.8", _open_line(0.8, 4, 0, 1), 400000.0,
             {"lost": lost[0.8], "inside": Exact(1.868332, inside)}),
        Case("17 M/M/1/5, load 1", _open_line(1.0, 4, 0, 1), 130000.0,
             {"lost": lost[1.0], "inside": Exact(2.5, inside)}, is_fast=True),
        Case("19 two priorities", _priorities, 350000.0, ranks, is_fast=True),
        Case("20 rework loop", _rework, 1050000.0, {"inside": Exact(4.0, inside), "sojourn": Exact(20 / 3, sojourn)}),
        Case("21 scrap tandem", _scrap, 290000.0, good),
    ]  # fmt: skip
