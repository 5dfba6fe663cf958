"""The line: everything in it by name, the clock, the books, and what is written down."""

import gc
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from simpy.events import Event, Timeout

from twin.line import writing
from twin.line.buffer import Buffer, Exit, Place, Return
from twin.line.clock import Clock
from twin.line.crew import Crew
from twin.line.item import THERE, Item
from twin.line.lab import Desk
from twin.line.ledger import Ledger
from twin.line.station import Station
from twin.line.supply import Arrivals, Endless, Replenishment
from twin.line.unit import Unit
from twin.material import Lot
from twin.records import Records


class Component(Protocol):
    """A part of the line that has a key, and events that name one of its methods."""

    key: str


class Line:
    """A line of stations on one clock.

    Attributes:
        env: SimPy's environment: clock and agenda.
        seed: Root seed. [1]
        replication: Number of the replication. [1]
        records: What is written down; None to write nothing.
        items: All lots inside, by number.
        ledger: The books.
        claims: Marks for all lots of a product at a stage: its set-point lies outside a patent's window.
        prices: Price by name of material or utility. [USD/kg] or [USD] per unit in the name
        inside: Number of lots inside. [1]
    """

    def __init__(
        self, *, seed: int = 1, replication: int = 0, records: Records | None = None,
        prices: Mapping[str, float] | None = None,
    ) -> None:  # fmt: skip
        self.env = Clock()
        self.seed = seed
        self.replication = replication
        self.records = records
        self.prices = dict(prices or {})
        self.items: dict[int, Item] = {}
        self.ledger = Ledger()
        self.stations: dict[str, Station] = {}
        self.buffers: dict[str, Buffer] = {}
        self.exits: dict[str, Exit | Desk | Return] = {}
        self.crews: dict[str, Crew] = {}
        self.arrivals: dict[str, Arrivals] = {}
        self.supplies: dict[str, Endless | Replenishment] = {}
        self.counts: dict[str, int] = {}
        self.number = 0
        self.inside = 0
        self.inside_area = 0.0
        self.inside_since = 0.0
        self.time_of_gone = 0.0
        self.gone: dict[str, int] = {}
        self.gone_time: dict[str, float] = {}
        self.statistics_from = 0.0
        self.claims: dict[tuple[str, str], list[str]] = {}
        self._codes: dict[str, int] = {}
        self._components: dict[str, Any] = {}

    # -- clock --------------------------------------------------------------------------------------------------------

    def after(self, delay: float, action: Callable[[Event], None], value: object = None) -> Event:
        """Put an event on the agenda. Delay in s."""
        event = Timeout(self.env, delay, value)
        event.callbacks.append(action)
        return event

    def at(self, time: float, action: Callable[[Event], None]) -> Event:
        """Put an event on the agenda at a time. [s]"""
        return self.after(max(0.0, time - self.env.now), action)

    # -- parts --------------------------------------------------------------------------------------------------------

    def code(self, name: str) -> int:
        """Return the number of a name in the records."""
        names = self._codes if self.records is None else self.records.names
        return names.setdefault(name, len(names))

    def place(self, name: str) -> Place:
        """Return the buffer or exit of a name."""
        return self.buffers.get(name) or self.exits[name]

    def component(self, key: str) -> Any:  # noqa: ANN401 - any part of the line
        """Return the part of a key."""
        if not self._components:
            self._components = {part.key: part for part in self.parts()}
        return self._components[key]

    def parts(self) -> list[Any]:
        """List every part that has events or state, in a fixed order."""
        parts: list[Any] = [*self.crews.values(), *self.supplies.values(), *self.arrivals.values()]
        parts += self.buffers.values()
        for station in self.stations.values():
            parts += [station, station.quarantine, *station.units]
            for unit in station.units:
                parts += unit.stoppers()
        return parts

    def units(self) -> list[Unit]:
        """List all machines."""
        return [unit for station in self.stations.values() for unit in station.units]

    # -- running ------------------------------------------------------------------------------------------------------

    def connect(self) -> None:
        """Let the parts know each other, once all are there.

        Raises:
            ValueError: Two machines have one name, or a station could never work.
        """
        for name, times in Counter(unit.name for unit in self.units()).items():
            if times > 1:
                raise ValueError(f"{times} machines are called {name!r}; give their stations other names")
        for station in self.stations.values():
            station.connect()

    def begin(self) -> None:
        """Put the first events on the agenda."""
        self.connect()
        for crew in self.crews.values():
            crew.begin()
        for arrivals in self.arrivals.values():
            arrivals.begin()
        for station in self.stations.values():
            station.begin_life()

    def run(self, until: float) -> None:
        """Play until a time, and settle the books of all states there. [s]"""
        if until > self.env.now:
            collecting = gc.isenabled()
            gc.disable()  # nothing in a line refers to itself in a circle: counting references frees all of it
            try:
                self.env.run(until=until)
            finally:
                if collecting:
                    gc.enable()
        self.settle()

    def settle(self) -> None:
        """Book everything up to now."""
        for unit in self.units():
            unit.log.settle()
        self._count(0)

    def clear_statistics(self) -> None:
        """Start the statistics anew: what was before is warm-up."""
        self.settle()
        for unit in self.units():
            unit.log.totals = [0.0] * len(unit.log.totals)
        for buffer in self.buffers.values():
            buffer.clear_statistics()
        now = self.env.now
        self.statistics_from = now
        self.inside_area = self.time_of_gone = 0.0
        self.gone, self.gone_time = {}, {}

    # -- lots ---------------------------------------------------------------------------------------------------------

    def _count(self, change: int) -> None:
        now = self.env.now
        self.inside_area += self.inside * (now - self.inside_since)
        self.inside_since = now
        self.inside += change

    def new_item(self, maker: str, product: str, priority: int = 0, born: float | None = None) -> Item:
        """Make a lot; it counts as inside from now."""
        now = self.env.now
        number = self.number
        self.number = number + 1
        key = f"{maker}/{product}" if product else maker
        counts = self.counts
        ordinal = counts.get(key, 0)
        counts[key] = ordinal + 1
        item = Item(Lot(number, product), ordinal, maker, now, now if born is None else born, priority)
        self.items[number] = item
        self._count(1)
        return item

    def left(self, item: Item, fate: str) -> None:
        """Let a lot leave the line."""
        self.ledger.issue_item(fate, item)
        self.end(item, fate, fate)

    def stock_taken(self) -> None:
        """Let whoever replenishes a stock look at it again."""
        for supply in self.supplies.values():
            if isinstance(supply, Replenishment):
                supply.ask_again()

    def end(self, item: Item, fate: str, place: str, *, goes_on: bool = False) -> None:
        """Take a lot off the list of those inside; one that goes on in others, cut or pooled, has not left."""
        now = self.env.now
        if not goes_on:
            self.gone[fate] = self.gone.get(fate, 0) + 1
            self.gone_time[fate] = self.gone_time.get(fate, 0.0) + now - item.born
        del self.items[item.lot.number]
        self._count(-1)
        self.time_of_gone += now - max(item.created, self.statistics_from)
        if self.records is not None:
            writing.lot(self, item, fate, place, now)
        supply = self.supplies.get(item.maker)
        if isinstance(supply, Replenishment):
            supply.ask_again()
        elif item.maker == THERE:  # it may have been on its way to a stock
            self.stock_taken()
        elif supply is not None and not goes_on:
            supply.card_back()

    def time_inside(self) -> float:
        """Return the summed times inside of all lots since the statistics began. [s]"""
        now, start = self.env.now, self.statistics_from
        return self.time_of_gone + sum(now - max(item.created, start) for item in self._counted())

    def _counted(self) -> list[Item]:
        return [item for item in self.items.values() if item.lot.material != "sample"]

    def mean_inside(self) -> float:
        """Return the time average of the number of lots inside. [1]"""
        self._count(0)
        return self.inside_area / (self.env.now - self.statistics_from)

    def write_stoppage(self, unit: Unit, cause: str, start: float, repair_start: float) -> None:
        """Write down one stop that ends now."""
        if self.records is not None:
            self.records.stoppages.extend((unit.log.code, self.code(cause), start, repair_start, self.env.now))
