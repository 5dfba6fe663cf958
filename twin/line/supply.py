"""Where lots come from: whenever a machine asks, when a stock runs low, or when they arrive."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from simpy.events import Event

from twin.draws import Draws
from twin.line.distribution import Distribution
from twin.line.item import Item

if TYPE_CHECKING:  # a supply belongs to the line
    from twin.line.line import Line


class Supply(Protocol):
    """Whoever makes a new lot when a machine asks for one."""

    key: str
    ask_again: Callable[[], None]

    def make(self) -> Item | None:
        """Make a lot, or say that there is none to be made now."""
        ...

    def state(self) -> dict[str, Any]:
        """Write it down as plain data."""
        ...

    def restore(self, data: Mapping[str, Any]) -> None:
        """Read back what ``state`` wrote."""
        ...


class Endless:
    """Raw material that never runs out; with cards, only as many lots as there are cards are inside at once.

    Attributes:
        product: Product of each lot.
        cards: Carriers of a closed loop; infinite for an open line. [1]
    """

    def __init__(self, line: "Line", name: str, product: str = "", cards: float = float("inf")) -> None:
        self.line = line
        self.name = name
        self.key = f"supply {name}"
        self.product = product
        self.cards = cards
        self.ask_again: Callable[[], None] = _nobody

    def make(self) -> Item | None:
        """Make a lot if a card is free."""
        if self.cards <= 0:
            return None
        self.cards -= 1
        return self.line.new_item(self.name, self.product)

    def card_back(self) -> None:
        """Take a card back from a lot that left, and ask the machine again."""
        self.cards += 1
        self.ask_again()

    def state(self) -> dict[str, Any]:
        """Write it down as plain data."""
        return {"cards": None if self.cards == float("inf") else self.cards}

    def restore(self, data: Mapping[str, Any]) -> None:
        """Read back what ``state`` wrote."""
        self.cards = float("inf") if data["cards"] is None else data["cards"]


class Replenishment:
    """Makes the product whose stock is lowest against its target, and nothing while all stocks are full.

    The stock position is what lies in the stock and what is on its way to it, by its expected amount; it is counted
    anew each time, so that a batch that fails is missed at once.

    Attributes:
        targets: Stock position from which no further batch is started, by product. [kg]
        batches: Expected amount of one batch, by product. [kg]
        stock: Buffer in which the stock lies.
        told: Expected amount of lots that are on their way and were not made here, by number of the lot. [kg]
    """

    def __init__(
        self, line: "Line", name: str, targets: Mapping[str, float], batches: Mapping[str, float], stock: str
    ) -> None:
        self.line = line
        self.name = name
        self.key = f"supply {name}"
        self.targets = targets
        self.batches = batches
        self.stock = stock
        self.told: dict[int, float] = {}
        self.ask_again: Callable[[], None] = _nobody

    def positions(self) -> dict[str, float]:
        """Count the stock and what is on its way, by product. [kg]"""
        stocked = {item.lot.number: item for item in self.line.buffers[self.stock].queue}
        found = dict.fromkeys(self.targets, 0.0)
        for item in stocked.values():
            found[item.lot.product] = found.get(item.lot.product, 0.0) + item.lot.mass
        for number, item in self.line.items.items():
            if number in stocked:
                continue
            if item.maker == self.name:
                found[item.lot.product] += self.batches[item.lot.product]
            elif number in self.told:
                found[item.lot.product] += self.told[number]
        return found

    def make(self) -> Item | None:
        """Start a batch of the product with the smallest cover, if any is below its target."""
        found = self.positions()
        low = [product for product, target in self.targets.items() if found[product] < target]
        if not low:
            return None
        return self.line.new_item(self.name, min(low, key=lambda name: found[name] / self.targets[name]))

    def state(self) -> dict[str, Any]:
        """Write it down as plain data: only what it was told, since it counts anew."""
        return {"told": [[number, amount] for number, amount in self.told.items() if number in self.line.items]}

    def restore(self, data: Mapping[str, Any]) -> None:
        """Read back what ``state`` wrote; an earlier release wrote nothing."""
        self.told = dict(data.get("told", ()))


class Arrivals:
    """Lots that come from outside by themselves; one that finds no room is lost.

    Attributes:
        between: Time between two arrivals. [s]
        product: Product of each lot.
        priority: Small goes first. [1]
        came: How many have come. [1]
        lost: How many found no room. [1]
    """

    def __init__(
        self, line: "Line", name: str, between: Distribution, to: str, product: str = "", priority: int = 0
    ) -> None:
        self.line = line
        self.name = name
        self.key = f"arrivals {name}"
        self.between = between
        self.to = to
        self.product = product
        self.priority = priority
        self.came = 0
        self.lost = 0
        self.draws = Draws(line.seed, line.replication, f"arrivals/{name}")

    def begin(self) -> None:
        """Put the next arrival on the agenda."""
        self.line.after(self.between.draw(self.draws.at(self.came), "between"), self.arrive)

    def arrive(self, _event: Event) -> None:
        """Let one lot in, or lose it."""
        self.came += 1
        self.begin()
        line = self.line
        item = line.new_item(self.name, self.product, self.priority)
        if not line.buffers[self.to].offer(item):
            self.lost += 1
            line.left(item, "lost")

    def state(self) -> dict[str, Any]:
        """Write it down as plain data."""
        return {"came": self.came, "lost": self.lost}

    def restore(self, data: Mapping[str, Any]) -> None:
        """Read back what ``state`` wrote."""
        self.came, self.lost = data["came"], data["lost"]


def _nobody() -> None:
    """Answer for a supply that no machine asks yet."""
