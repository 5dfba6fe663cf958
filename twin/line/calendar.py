"""Patterns in time that repeat: shifts and campaigns."""

from dataclasses import dataclass


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

    def is_open(self, at: float) -> bool:
        """Say whether it is open at a time.

        >>> day = Calendar(86400.0, ((21600.0, 50400.0),))
        >>> day.is_open(86400.0 + 30000.0), day.is_open(0.0), day.next_change(0.0)
        (True, False, 21600.0)
        """
        phase = at % self.period
        return any(start <= phase < end for start, end in self.opens)

    def next_change(self, at: float) -> float:
        """Return the first time after ``at`` at which it opens or closes. [s]"""
        cycle = at // self.period * self.period
        edges = sorted({edge % self.period for interval in self.opens for edge in interval})
        times = [cycle + offset + edge for offset in (0.0, self.period) for edge in edges]
        return min(time for time in times if time > at)

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

    def active(self, at: float) -> str:
        """Return the product whose turn it is.

        >>> turns = Campaign((("clad", 3.0), ("film", 1.0)))
        >>> [turns.active(at) for at in (0.0, 2.9, 3.0, 4.0)]
        ['clad', 'clad', 'film', 'clad']
        """
        phase = (at + self.lead) % self.period
        for product, duration in self.turns:
            if phase < duration:
                return product
            phase -= duration
        return self.turns[0][0]

    def next_change(self, at: float) -> float:
        """Return the first time after ``at`` at which the turn goes over. [s]"""
        shifted = at + self.lead
        start = shifted // self.period * self.period
        edge = start
        for _ in range(2):
            for _, duration in self.turns:
                edge += duration
                if edge - self.lead > at:
                    return edge - self.lead
        return edge + self.period - self.lead
