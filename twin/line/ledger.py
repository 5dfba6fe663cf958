"""The books of a run: what came in, what went out, what is still inside; they close to 1e-9."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from twin.line.item import Item

QUANTITIES = ("kg", "m", "panel", "USD")
TOLERANCE = 1e-9


@dataclass(slots=True)
class Ledger:
    """Entries in and out by quantity and reason.

    Attributes:
        came: What entered: quantity -> reason -> amount.
        went: What left: quantity -> reason -> amount.
    """

    came: dict[str, dict[str, float]] = field(default_factory=lambda: {quantity: {} for quantity in QUANTITIES})
    went: dict[str, dict[str, float]] = field(default_factory=lambda: {quantity: {} for quantity in QUANTITIES})

    def receive(self, quantity: str, reason: str, amount: float) -> None:
        """Book what came in."""
        book = self.came[quantity]
        book[reason] = book.get(reason, 0.0) + amount

    def issue(self, quantity: str, reason: str, amount: float) -> None:
        """Book what went out."""
        book = self.went[quantity]
        book[reason] = book.get(reason, 0.0) + amount

    def issue_item(self, reason: str, item: Item) -> None:
        """Book a whole lot as gone."""
        lot = item.lot
        if lot.mass:
            self.issue("kg", reason, lot.mass)
        if lot.length:
            self.issue("m", reason, lot.length)
        if lot.panels:
            self.issue("panel", reason, lot.panels)
        if item.money:
            self.issue("USD", reason, item.money)

    def imbalance(self, inside: Iterable[Item]) -> dict[str, float]:
        """Return by quantity what is missing or too much, relative to the throughput of the books. [1]

        >>> books = Ledger()
        >>> books.receive("kg", "DMF", 4.0); books.issue("kg", "vapour DMF", 3.0)
        >>> books.imbalance([])["kg"]
        0.25
        """
        held = dict.fromkeys(QUANTITIES, 0.0)
        for item in inside:
            lot = item.lot
            for quantity, amount in zip(QUANTITIES, (lot.mass, lot.length, lot.panels, item.money), strict=True):
                held[quantity] += amount
        return {quantity: self._missing(quantity, held[quantity]) for quantity in QUANTITIES}

    def _missing(self, quantity: str, held: float) -> float:
        came, went = sum(self.came[quantity].values()), sum(self.went[quantity].values())
        return (came - went - held) / max(1.0, abs(came))

    def state(self) -> dict[str, Any]:
        """Write it down as plain data."""
        return {"came": self.came, "went": self.went}

    def restore(self, data: Mapping[str, Any]) -> None:
        """Read back what ``state`` wrote."""
        self.came, self.went = (
            {quantity: dict(book) for quantity, book in data[side].items()} for side in ("came", "went")
        )
