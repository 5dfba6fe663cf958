"""The benchmark line as a textbook writes it in SimPy: a process for each server, a Store for each buffer."""

from collections.abc import Generator
from random import Random

from simpy import Environment, Store
from simpy.events import Event

ARRIVAL_RATE = 0.55
STATIONS = 8
DOUBLED = frozenset({3, 6})
FAILING = frozenset({2, 5})
PLACES = 4

Process = Generator[Event, object, None]


class PlainLine:
    """Eight stations in SimPy alone: arrivals 0.55, mean service 1 (2 where there are two servers), buffers of 4.

    Attributes:
        mean_sojourn: Mean time from arrival to exit. [s]
    """

    def __init__(self, parts: int, seed: int, *, failures: bool = False) -> None:
        self.env = Environment()
        self.random = Random(seed)  # noqa: S311 - a simulation needs no secrets
        self.parts = parts
        self.failures = failures
        self.left = 0
        self.total = 0.0
        first = [Store(self.env)]
        self.stores = first + [Store(self.env, PLACES) for _ in range(STATIONS - 1)]
        self.done = self.env.event()
        self.env.process(self._arrive())
        for station in range(1, STATIONS + 1):
            for _ in range(2 if station in DOUBLED else 1):
                self.env.process(self._serve(station))

    @property
    def mean_sojourn(self) -> float:
        """Mean time from arrival to exit. [s]"""
        return self.total / self.left

    def run(self) -> None:
        """Play until all parts have left."""
        self.env.run(until=self.done)

    def _arrive(self) -> Process:
        for _ in range(self.parts):
            yield self.env.timeout(self.random.expovariate(ARRIVAL_RATE))
            yield self.stores[0].put(self.env.now)

    def _serve(self, station: int) -> Process:
        mean = 2.0 if station in DOUBLED else 1.0
        fails = self.failures and station in FAILING
        left = self.random.expovariate(1.0 / 50.0)
        while True:
            part = yield self.stores[station - 1].get()
            work = self.random.expovariate(1.0 / mean)
            time = work
            while fails and left < work:
                work -= left
                time += self.random.expovariate(1.0 / 5.0)
                left = self.random.expovariate(1.0 / 50.0)
            left -= work
            yield self.env.timeout(time)
            if station < STATIONS:
                yield self.stores[station].put(part)
            else:
                self._leave(part)  # type: ignore[arg-type] # a part is its time of arrival

    def _leave(self, part: float) -> None:
        self.left += 1
        self.total += self.env.now - part
        if self.left == self.parts:
            self.done.succeed()
