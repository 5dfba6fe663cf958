"""Failures that come with use: folded into the service time where that is exact, events where a crew must come."""

from typing import TYPE_CHECKING

from simpy.events import Event

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

    def fold(self, work: float) -> tuple[float, list[tuple[float, float]]]:
        """Return the time of the operation with its repairs, and where they fall in it. [s]"""
        strikes = [strike for index in range(len(self.left)) for strike in self._strikes(index, work)]
        if not strikes:
            return work, []
        strikes.sort()
        pieces, delay = [], 0.0
        for at, repair in strikes:
            pieces.append((at + delay, repair))
            delay += repair
        return work + delay, pieces

    def _strikes(self, index: int, work: float) -> list[tuple[float, float]]:
        stopper, strikes, at = self.stoppers[index], [], 0.0
        if stopper.counter == "operations":
            self.left[index] -= 1.0
            if self.left[index] <= 0.0:
                strikes.append((0.0, stopper.repair()))
                stopper.count += 1
                self.left[index] = stopper.between()
            return strikes
        while at + self.left[index] < work:
            at += self.left[index]
            strikes.append((at, stopper.repair()))
            stopper.count += 1
            self.left[index] = stopper.between()
        self.left[index] -= work - at
        return strikes

    def arm(self, remaining: float) -> None:
        """Put the wear that strikes first on the agenda, if it strikes before the work is done."""
        index = min(range(len(self.left)), key=self.left.__getitem__)
        self.due = None
        if self.left[index] < remaining:
            self.due = self.unit.line.after(self.left[index], self.unit.worn, index)

    def use(self, work: float) -> None:
        """Count use. [s]"""
        self.due = None
        self.left = [left - work for left in self.left]

    def renew(self, stopper: Stopper) -> None:
        """Start the count of a wear that was repaired."""
        self.left[self.stoppers.index(stopper)] = stopper.between()
