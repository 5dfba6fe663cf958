"""People whom several machines need: operators, repair crews, analysts."""

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from simpy.events import Event

from twin.line.calendar import Calendar

if TYPE_CHECKING:  # the line builds its crews
    from twin.line.line import Line


class Caller(Protocol):
    """Whoever asks for people and waits for them."""

    key: str

    def crew_came(self) -> None:
        """Go on, now that they have come."""
        ...


class Crew:
    """A number of people, called in the order of priority and of asking.

    Attributes:
        name: Name in tables.
        size: People on shift. [1]
        free: People without work; below 0 while a shift that has ended finishes its work. [1]
        calls: Calls that wait: (caller, how many, priority).
    """

    def __init__(self, line: "Line", name: str, size: int, calendar: Calendar | None = None) -> None:
        self.line = line
        self.name = name
        self.key = f"crew {name}"
        self.full_size = size
        self.calendar = calendar
        self.size = size if calendar is None or calendar.is_open(0.0) else 0
        self.free = self.size
        self.calls: deque[tuple[Caller, int, int]] = deque()

    def begin(self) -> None:
        """Put the first change of shift on the agenda."""
        if self.calendar is not None:
            self.line.at(self.calendar.next_change(self.line.env.now), self.change_shift)

    def change_shift(self, _event: Event) -> None:
        """Come to work or go home; who is at work finishes it."""
        now = self.line.env.now
        size = self.full_size if self.calendar is None or self.calendar.is_open(now) else 0
        self.free += size - self.size
        self.size = size
        self.begin()
        self._answer()

    def ask(self, caller: Caller, people: int, priority: int = 0) -> bool:
        """Take the people when they are free and nobody of its priority waits before; otherwise queue the call."""
        if self.free >= people and (not self.calls or priority < self.calls[0][2]):
            self.free -= people
            return True
        place = len(self.calls)
        while place and self.calls[place - 1][2] > priority:
            place -= 1
        self.calls.insert(place, (caller, people, priority))
        return False

    def give_back(self, people: int) -> None:
        """Return people and answer who waits."""
        self.free += people
        self._answer()

    def _answer(self) -> None:
        while self.calls and self.free >= self.calls[0][1]:
            caller, people, _ = self.calls.popleft()
            self.free -= people
            caller.crew_came()

    def state(self) -> dict[str, Any]:
        """Write it down as plain data."""
        calls = [[caller.key, people, priority] for caller, people, priority in self.calls]
        return {"size": self.size, "free": self.free, "calls": calls}

    def restore(self, data: Mapping[str, Any]) -> None:
        """Read back what ``state`` wrote."""
        self.size, self.free = data["size"], data["free"]
        self.calls = deque((self.line.component(key), people, rank) for key, people, rank in data["calls"])
