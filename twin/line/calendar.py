"""Patterns in time that repeat: shifts and campaigns."""

from dataclasses import dataclass
from math import floor


@dataclass(frozen=True, slots=True)
class Calendar:
    """Open intervals that repeat with a period.

    Attributes:
        period: Length of one cycle. [s]
        opens: Intervals (start, end) inside one cycle, in order, apart from each other. [s]
    """

    period: float
    opens: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        edges = [edge for interval in self.opens for edge in interval]
        if not edges or edges != sorted(edges) or edges[0] < 0.0 or edges[-1] > self.period:
            raise ValueError(f"calendar intervals {self.opens} are not in order inside 0 to {self.period} s")

    def _edges(self, at: float) -> list[tuple[float, bool]]:
        """List times near ``at`` at which it closes (False) or opens (True), in order."""
        cycle = floor(at / self.period)
        edges = []
        for turn in (cycle - 1, cycle, cycle + 1):
            for start, end in self.opens:
                edges += [(turn * self.period + start, True), (turn * self.period + end, False)]
        return sorted(edges)

    def is_open(self, at: float) -> bool:
        """Say whether it is open at a time.

        >>> day = Calendar(86400.0, ((21600.0, 50400.0),))
        >>> day.is_open(86400.0 + 30000.0), day.is_open(0.0), day.next_change(0.0)
        (True, False, 21600.0)
        """
        cycle = floor(at / self.period)
        return any(
            turn * self.period + start <= at < turn * self.period + end
            for turn in (cycle - 1, cycle, cycle + 1)
            for start, end in self.opens
        )

    def next_change(self, at: float) -> float:
        """Return the first time after ``at`` at which it opens or closes. [s]"""
        return next(time for time, _ in self._edges(at) if time > at)

    def share_open(self) -> float:
        """Return the share of time in which it is open. [1]"""
        return sum(end - start for start, end in self.opens) / self.period


@dataclass(frozen=True, slots=True)
class Campaign:
    """Products in turns, each for its time, over and over.

    Attributes:
        turns: Pairs (product, duration). [s]
        lead: How much earlier than the calendar this station changes over. [s]
    """

    turns: tuple[tuple[str, float], ...]
    lead: float = 0.0

    @property
    def period(self) -> float:
        """Length of one cycle. [s]"""
        return sum(duration for _, duration in self.turns)

    def _edges(self, at: float) -> list[tuple[float, str]]:
        """List the ends of turns near ``at``, each with the product whose turn it ends, in order."""
        cycle = floor((at + self.lead) / self.period)
        edges = []
        for turn in (cycle - 1, cycle, cycle + 1):
            spent = 0.0
            for product, duration in self.turns:
                spent += duration
                edges.append((turn * self.period + spent - self.lead, product))
        return edges

    def active(self, at: float) -> str:
        """Return the product whose turn it is.

        >>> turns = Campaign((("clad", 3.0), ("film", 1.0)))
        >>> [turns.active(at) for at in (0.0, 2.9, 3.0, 4.0)]
        ['clad', 'clad', 'film', 'clad']
        """
        return next(product for end, product in self._edges(at) if end > at)

    def next_change(self, at: float) -> float:
        """Return the first time after ``at`` at which the turn goes over. [s]"""
        return next(end for end, _ in self._edges(at) if end > at)
