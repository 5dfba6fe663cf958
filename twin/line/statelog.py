"""The book of one machine's states: at every instant it is in exactly one, and they add up to the horizon."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from twin.line.state import BUSY, DOWN, IDLE, STATES

if TYPE_CHECKING:  # a log belongs to a unit of the line
    from twin.line.line import Line


Piece = tuple[float, float, str]


class StateLog:
    """State of one machine now, and the time spent in each.

    Attributes:
        state: Number of its state now.
        since: When that began. [s]
        totals: Time spent in each state. Shape: (states,). [s]
        product: Number of the product's name that goes with the time; -1 before the first one.
        product_name: That name, which may be empty; None before the first one.
        pieces: Repairs folded into the running operation: (time into it, length, cause). [s]
        done: How far the operation was when it was last resumed. [s]
        resumed: When that was. [s]
    """

    __slots__ = (
        "code",
        "done",
        "line",
        "pieces",
        "product",
        "product_name",
        "resumed",
        "rows",
        "since",
        "state",
        "totals",
    )

    def __init__(self, line: "Line", name: str) -> None:
        self.line = line
        self.code = line.code(name)
        self.rows = None if line.records is None else line.records.states
        self.state = IDLE
        self.since = line.env.now
        self.totals = [0.0] * len(STATES)
        self.product = -1
        self.product_name: str | None = None
        self.pieces: list[Piece] = []
        self.done = 0.0
        self.resumed = 0.0

    def enter(self, state: int) -> None:
        """Go over into a state."""
        before = self.state
        if state == before:
            return
        if self.pieces:
            self.settle()
        else:
            now = self.line.env.now
            since = self.since
            if now > since:
                self.totals[before] += now - since
                rows = self.rows
                if rows is not None:
                    rows.data += rows.pack(self.code, before, since, now, self.product)
            self.since = now
        self.state = state

    def turn_to(self, product: str) -> None:
        """Book to another product from now on."""
        self.settle()
        self.product, self.product_name = self.line.code(product), product

    def settle(self) -> None:
        """Book the running state up to now."""
        now = self.line.env.now
        if now > self.since:
            if self.pieces and self.state == BUSY:
                self._book_pieces(now)
            else:
                self._book(self.state, self.since, now)
        self.since = now

    def start(self, pieces: list[Piece]) -> None:
        """Start an operation with the repairs that fall into it."""
        if pieces or self.pieces:
            self.settle()
        self.pieces = pieces
        self.done = 0.0
        self.resumed = self.line.env.now

    def suspend(self) -> None:
        """Note how far the operation is; book before calling."""
        self.done += self.line.env.now - self.resumed

    def progress(self) -> tuple[float, float]:
        """Return how long the halted operation was worked on, and the folded repairs still to come. [s]"""
        worked, repairs = self.done, 0.0
        for at, repair, _ in self.pieces:
            past = min(max(self.done - at, 0.0), repair)
            worked -= past
            repairs += repair - past
        return worked, repairs

    def _book(self, state: int, start: float, end: float) -> None:
        self.totals[state] += end - start
        if self.rows is not None:
            self.rows.extend((self.code, state, start, end, self.product))

    def _book_pieces(self, now: float) -> None:
        offset, clock = self.done + (self.since - self.resumed), self.since
        for at, repair, cause in self.pieces:
            for state, until in ((BUSY, at), (DOWN, at + repair)):
                over = self.resumed + until - self.done
                end = min(now, over)
                if until > offset and end > clock:
                    self._book(state, clock, end)
                    if state == DOWN and end == over and self.line.records is not None:
                        start = end - repair
                        self.line.records.stoppages.extend((self.code, self.line.code(cause), start, start, end))
                    clock, offset = end, until
        if now > clock:
            self._book(BUSY, clock, now)

    def state_data(self) -> dict[str, Any]:
        """Write it down as plain data."""
        names = ("state", "since", "totals", "pieces", "done", "resumed", "product_name")
        return {name: getattr(self, name) for name in names}

    def restore(self, data: Mapping[str, Any]) -> None:
        """Read back what ``state_data`` wrote."""
        for name, value in data.items():
            setattr(self, name, value)
        if self.product_name is not None:
            self.product = self.line.code(self.product_name)
        self.totals = list(data["totals"])
        self.pieces = [(at, repair, cause) for at, repair, cause in data["pieces"]]
