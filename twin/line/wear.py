"""Failures that come with use: folded into the service time where that is exact, events where a crew must come."""

from math import inf
from typing import TYPE_CHECKING

from simpy.events import Event

from twin.line.statelog import Piece
from twin.line.stop import Stopper, Wear

if TYPE_CHECKING:  # wear belongs to a unit
    from twin.line.unit import Unit


class WearClock:
    """How much use each wear of a machine still allows.

    A repair that needs nobody else only delays the work, so it is folded into its duration: no event, and exact. If
    any wear needs a crew, all of that machine's wears are events.

    Attributes:
        left: Use until each strikes. [s] or [1]
        folds: Whether they are folded.
        due: The strike on the agenda; None when there is none.
    """

    __slots__ = ("due", "folds", "left", "stoppers", "unit")

    def __init__(self, unit: "Unit", wears: tuple[Wear, ...]) -> None:
        self.unit = unit
        self.stoppers = [Stopper(unit, wear) for wear in wears]
        self.folds = all(wear.crew is None for wear in wears)
        self.left = [stopper.between() for stopper in self.stoppers]
        self.due: Event | None = None

    def fold(self, work: float) -> tuple[float, list[Piece]]:
        """Return the time of the operation with its repairs, and where they fall in it. [s]"""
        strikes = [strike for index in range(len(self.left)) for strike in self._strikes(index, work)]
        if not strikes:
            return work, []
        strikes.sort()
        pieces: list[Piece] = []
        delay = 0.0
        for at, repair, cause in strikes:
            pieces.append((at + delay, repair, cause))
            delay += repair
        return work + delay, pieces

    def _strikes(self, index: int, work: float) -> list[Piece]:
        stopper, strikes, at = self.stoppers[index], [], 0.0
        if stopper.counter == "operations":
            self.left[index] -= 1.0
            if self.left[index] <= 0.0:
                strikes.append((0.0, stopper.repair(), stopper.cause.name))
                stopper.count += 1
                self.left[index] = stopper.between()
            return strikes
        while at + self.left[index] < work:
            at += self.left[index]
            strikes.append((at, stopper.repair(), stopper.cause.name))
            stopper.count += 1
            self.left[index] = stopper.between()
        self.left[index] -= work - at
        return strikes

    def arm(self, remaining: float) -> None:
        """Put the wear that strikes first on the agenda, if it strikes before the work is done."""
        index = min(range(len(self.left)), key=self._strikes_in)
        self.due = None
        delay = self._strikes_in(index)
        if delay < remaining:
            self.due = self.unit.line.after(delay, self.unit.worn, index)

    def _strikes_in(self, index: int) -> float:
        left = self.left[index]
        if self.stoppers[index].counter == "operations":
            return inf if left > 0.0 else 0.0
        return max(0.0, left)  # rounding may leave it a little below 0

    def count_operation(self) -> None:
        """Count one operation, at its start, where operations are what wears."""
        for index, stopper in enumerate(self.stoppers):
            if stopper.counter == "operations":
                self.left[index] -= 1.0

    def use(self, work: float) -> None:
        """Count seconds of work where they are what wears. [s]"""
        self.due = None
        for index, stopper in enumerate(self.stoppers):
            if stopper.counter != "operations":
                self.left[index] -= work

    def renew(self, stopper: Stopper) -> None:
        """Start the count of a wear that was repaired."""
        self.left[self.stoppers.index(stopper)] = stopper.between()
