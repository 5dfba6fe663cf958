"""Places where lots wait: finite, first come first served or by priority, with a shelf life."""

from bisect import insort
from collections import deque
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Protocol

from simpy.events import Event

from twin.line import lots
from twin.line.item import Item

if TYPE_CHECKING:  # a buffer belongs to the line and feeds a station
    from twin.line.line import Line
    from twin.line.station import Station
    from twin.line.supply import Supply

_INF = float("inf")


class Holder(Protocol):
    """Whoever holds a lot that cannot move on yet."""

    key: str

    def moved(self, item: Item) -> None:
        """Learn that the lot has gone."""
        ...


class Ranked:
    """A waiting line by priority, first come first served among equals; behaves like a deque."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, Item]] = []
        self._count = 0

    def append(self, item: Item) -> None:
        """Add a lot behind all of its priority."""
        self._count += 1
        insort(self._entries, (-item.priority, -self._count, item))

    def popleft(self) -> Item:
        """Take the lot whose turn it is."""
        return self._entries.pop()[2]

    def remove(self, item: Item) -> None:
        """Take a given lot out."""
        self._entries = [entry for entry in self._entries if entry[2] is not item]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Item]:
        return (entry[2] for entry in reversed(self._entries))


class Place(Protocol):
    """Where a lot can go: a buffer, or a way out."""

    name: str
    blocked: deque[tuple[Holder, Item]]

    def offer(self, item: Item) -> bool:
        """Take the lot in if there is room."""
        ...


class Buffer:
    """The places before a station.

    Attributes:
        name: Name in tables.
        places: How many lots may wait here; those in the machine do not count. [1]
        queue: The lots that wait.
        blocked: Who would like to put a lot here and cannot, in the order of asking.
        pullers: Stations that start a batch when this buffer runs low.
        life: How long a lot may wait, by product; who waits longer is scrapped, and sooner whose own property
            ``<name>_life`` says so, counted from the end of its last operation. [s]
        supply: Who makes a new lot when none waits; None for most buffers.
        waited: Time that lots have waited here since the statistics began, without those that still wait. [s]
        taken: Lots that went from here into a machine since then. [1]
        delayed: Those of them that had to wait. [1]
    """

    __slots__ = (
        "blocked", "code", "delayed", "key", "life", "line", "name", "places", "pullers", "queue", "ranked", "rows",
        "station", "supply", "taken", "waited",
    )  # fmt: skip

    def __init__(
        self,
        line: "Line",
        name: str,
        places: float,
        *,
        ranked: bool = False,
        life: Mapping[str, float] | None = None,
        supply: "Supply | None" = None,
    ) -> None:
        self.line = line
        self.name = name
        self.key = f"buffer {name}"
        self.code = line.code(name)
        self.places = places
        self.rows = None if line.records is None else line.records.levels
        self.ranked = ranked
        self.queue: deque[Item] | Ranked = Ranked() if ranked else deque()
        self.blocked: deque[tuple[Holder, Item]] = deque()
        self.pullers: list[Station] = []
        self.life = life
        self.supply = supply
        self.waited = 0.0
        self.taken = self.delayed = 0
        self.station: Station

    def offer(self, item: Item) -> bool:
        """Take the lot in when there is room, or when a machine that waits can take it at once."""
        queue, station = self.queue, self.station
        if station.free and not queue and not station.picks:
            item.since = self.line.env.now
            self.taken += 1
            station.hand_over(item)
            return True
        if len(queue) >= self.places and (queue or not station.free):
            return False
        self.admit(item)
        return True

    def admit(self, item: Item) -> None:
        """Take the lot in at the end, whatever the room: for what is worked on again there always is some."""
        queue, rows = self.queue, self.rows
        item.since = now = self.line.env.now
        queue.append(item)
        if rows is not None:
            rows.data += rows.pack(self.code, now, len(queue))
        if self.life is not None:
            self._limit(item)
        if self.station.free:
            self.station.dispatch()

    def limit_others(self, limited: AbstractSet[tuple[int, float]]) -> None:
        """Put the end of the life of lots on the agenda that were put here by hand.

        Args:
            limited: Number of each lot for which it stands there, and since when that one is here. [s]
        """
        if self.life is not None:
            for item in self.queue:
                if (item.lot.number, item.since) not in limited:
                    self._limit(item)

    def _limit(self, item: Item) -> None:
        """Let a lot wait for no longer than its life, less what it has waited."""
        life: Mapping[str, float] = self.life or {}
        waited = self.line.env.now - item.since
        left = min(life.get(item.lot.product, _INF) - waited, self._own(item))
        if left < _INF:
            self.line.after(max(0.0, left), self.expire, [item.lot.number, item.since])

    def _own(self, item: Item) -> float:
        """What is left of the life that a lot says it has here. [s]"""
        life = item.lot.properties.get(f"{self.name}_life")
        return _INF if life is None else max(0.0, life - (self.line.env.now - item.ended))

    def take_first(self) -> Item:
        """Take out the first lot."""
        queue, rows, now = self.queue, self.rows, self.line.env.now
        item = queue.popleft()
        waited = now - item.since
        self.waited += waited
        self.taken += 1
        self.delayed += waited > 0.0
        if rows is not None:
            rows.data += rows.pack(self.code, now, len(queue))
        return item

    def take_out(self, item: Item) -> None:
        """Take out a lot that need not be the first."""
        self.queue.remove(item)
        waited = self.line.env.now - item.since
        self.waited += waited
        self.taken += 1
        self.delayed += waited > 0.0

    def waiting(self) -> float:
        """Return the time that those who wait have waited so far, summed. [s]"""
        now = self.line.env.now
        return sum(now - item.since for item in self.queue)

    def clear_statistics(self) -> None:
        """Start the count of waits anew; what was waited up to now is not counted when its lot is taken."""
        self.waited = -self.waiting()
        self.taken = self.delayed = 0

    def write_level(self) -> None:
        """Write down how many wait now."""
        rows = self.rows
        if rows is not None:
            rows.data += rows.pack(self.code, self.line.env.now, len(self.queue))

    def vacated(self) -> None:
        """Let in who is blocked, now that a place may be free."""
        while self.blocked and (len(self.queue) < self.places or (not self.queue and self.station.free)):
            holder, item = self.blocked.popleft()
            self.offer(item)
            holder.moved(item)
        for station in self.pullers:
            if station.free:
                station.dispatch()

    def expire(self, event: Event) -> None:
        """Scrap the lot of that number if it is here since then: it has waited for its whole life."""
        number, since = event.value  # type: ignore[misc] # set when it was put on the agenda
        for item in self.queue:
            if item.lot.number == number and item.since == since:  # it has not left in between
                self.queue.remove(item)
                self.waited += self.line.env.now - since
                self.write_level()
                lots.expired(self.line, item, self, self.line.env.now - since)
                self.vacated()
                return

    def state(self) -> dict[str, Any]:
        """Write it down as plain data."""
        return {
            "queue": [item.lot.number for item in self.queue],
            "blocked": [[holder.key, item.lot.number] for holder, item in self.blocked],
            "waited": self.waited,
            "taken": self.taken,
            "delayed": self.delayed,
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Read back what ``state`` wrote."""
        self.queue = Ranked() if self.ranked else deque()
        for number in data["queue"]:
            self.queue.append(self.line.items[number])
        self.blocked = deque((self.line.component(key), self.line.items[number]) for key, number in data["blocked"])
        self.waited, self.taken, self.delayed = data["waited"], data["taken"], data.get("delayed", 0)


class Exit:
    """Where finished lots leave the line.

    Attributes:
        name: Name in tables, such as ``shipped``.
        fate: What has become of a lot that leaves here.
    """

    __slots__ = ("blocked", "fate", "line", "name")

    def __init__(self, line: "Line", name: str, fate: str) -> None:
        self.line = line
        self.name = name
        self.fate = fate
        self.blocked: deque[tuple[Holder, Item]] = deque()

    def offer(self, item: Item) -> bool:
        """Take any lot: the world outside has room."""
        self.line.left(item, self.fate)
        return True


class Return:
    """The way back to a buffer for lots that are worked on again.

    It finds room whatever the places: a lot that its own station blocked would never leave it.

    Attributes:
        name: Name in tables.
        to: Name of the buffer.
    """

    __slots__ = ("blocked", "line", "name", "to")

    def __init__(self, line: "Line", name: str, to: str) -> None:
        self.line = line
        self.name = name
        self.to = to
        self.blocked: deque[tuple[Holder, Item]] = deque()

    def offer(self, item: Item) -> bool:
        """Take the lot back."""
        self.line.buffers[self.to].admit(item)
        return True
