"""What stops a machine: wear, outages by the calendar, planned maintenance; and the people who mend it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from simpy.events import Event

from twin.draws import Draws
from twin.line.distribution import Distribution
from twin.line.halting import go_on, halt
from twin.line.state import DOWN, REPAIR_WAIT

if TYPE_CHECKING:  # a stop belongs to a unit
    from twin.line.unit import Unit


class Wear(NamedTuple):
    """A failure that comes with use.

    Attributes:
        name: Cause in tables.
        between: Use between two failures: seconds of work, or operations. [s] or [1]
        repair: Time to repair. [s]
        counter: ``busy`` counts seconds of work, ``operations`` counts operations; then it strikes as one starts.
        crew: Who must come to repair; None when the machine's own people do.
    """

    name: str
    between: Distribution
    repair: Distribution
    counter: str = "busy"
    crew: str | None = None


class Outage(NamedTuple):
    """A failure or a planned stop that comes with time, whatever the machine does.

    Attributes:
        name: Cause in tables.
        between: Time from the end of a repair to the next failure. [s]
        repair: Time to repair. [s]
        crew: Who must come to repair.
        unit: Number of the only unit that it strikes, from 1; 0 strikes each by itself. [1]
        times: How often it strikes at most. [1]
    """

    name: str
    between: Distribution
    repair: Distribution
    crew: str | None = None
    unit: int = 0
    times: float = float("inf")


class Maintenance(NamedTuple):
    """Planned work that waits until the machine is between two lots.

    Attributes:
        name: Name in tables.
        every: Amount of the counter after which it is due.
        duration: Time it takes. [s]
        counter: ``busy`` for seconds of work, ``calendar`` for time, or the name of a utility that a stage reports.
        crew: Who must come.
    """

    name: str
    every: float
    duration: Distribution
    counter: str = "busy"
    crew: str | None = None


class Stopper:
    """One cause of stops at one unit: it strikes, calls the crew, repairs, and waits to strike again.

    Attributes:
        cause: The wear or outage that it plays.
        count: How often it has struck. [1]
        struck: When it struck last. [s]
        mending: When the repair began; NaN while there is none. [s]
        at_hand: Whether who operates the machine also repairs it, so that nobody is called.
    """

    __slots__ = ("at_hand", "cause", "count", "counter", "draws", "key", "mending", "struck", "unit")

    def __init__(self, unit: "Unit", cause: Wear | Outage) -> None:
        self.unit = unit
        self.cause = cause
        self.counter = cause.counter if isinstance(cause, Wear) else "calendar"
        self.key = f"stop {unit.name}/{cause.name}"
        line = unit.line
        self.draws = Draws(line.seed, line.replication, f"stop/{unit.name}/{cause.name}")
        self.count = 0
        self.struck = 0.0
        self.mending = float("nan")
        self.at_hand = False

    def between(self) -> float:
        """Draw the time or use until it strikes next."""
        return self.cause.between.draw(self.draws.at(self.count), "between")

    def repair(self) -> float:
        """Draw the time to repair. [s]"""
        return self.cause.repair.draw(self.draws.at(self.count), "repair")

    def begin(self) -> None:
        """Put the next strike of a calendar outage on the agenda."""
        if isinstance(self.cause, Outage) and self.count < self.cause.times:
            self.unit.line.after(self.between(), self.strike)

    def strike(self, _event: Event) -> None:
        """Stop the unit and call who repairs it."""
        line = self.unit.line
        self.struck = line.env.now
        self.mending = float("nan")
        crew = self.cause.crew
        self.at_hand = crew is None or self.unit.has(crew)
        halt(self.unit, DOWN if self.at_hand else _stopped(self.unit))
        if crew is None or self.at_hand or line.crews[crew].ask(self, 1, priority=-1):
            self.crew_came()

    def crew_came(self) -> None:
        """Begin the repair."""
        line = self.unit.line
        self.mending = line.env.now
        self.unit.log.enter(DOWN)
        line.after(self.repair(), self.repaired)

    def repaired(self, _event: Event) -> None:
        """Let the unit go on and wait to strike again."""
        line = self.unit.line
        self.count += 1
        line.write_stoppage(self.unit, self.cause.name, self.struck, self.mending)
        self.mending = float("nan")
        if self.cause.crew is not None and not self.at_hand:
            line.crews[self.cause.crew].give_back(1)
        if isinstance(self.cause, Outage):
            self.begin()
        elif self.unit.wear is not None:
            self.unit.wear.renew(self)
        go_on(self.unit)
        if self.unit.halts:
            self.unit.log.enter(_stopped(self.unit))

    def state(self) -> dict[str, Any]:
        """Write it down as plain data."""
        mending = None if self.mending != self.mending else self.mending
        return {"count": self.count, "struck": self.struck, "mending": mending, "at_hand": self.at_hand}

    def restore(self, data: Mapping[str, Any]) -> None:
        """Read back what ``state`` wrote."""
        self.count, self.struck = data["count"], data["struck"]
        self.mending = float("nan") if data["mending"] is None else data["mending"]
        self.at_hand = data["at_hand"]


def _stopped(unit: "Unit") -> int:
    """Return the state of a machine that is stopped: down while anybody repairs it, else it waits for that."""
    return DOWN if any(one.mending == one.mending for one in unit.stoppers()) else REPAIR_WAIT  # NaN equals nothing
