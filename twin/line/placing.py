"""Lots that are there before the line begins: put where they wait, or into the machine that has them."""

from collections.abc import Sequence

from twin.line.asking import ask
from twin.line.edited import APART
from twin.line.item import THERE, Item
from twin.line.line import Line
from twin.line.station import Station
from twin.line.supply import Replenishment
from twin.line.unit import Unit
from twin.material import Lot


def waiting(line: Line, buffer: str, lot: Lot, age: float) -> Item:
    """Put a lot at the end of a queue of a line that has not begun; statistics count its wait from now.

    Args:
        line: The line.
        buffer: Name of the buffer.
        lot: The lot; it is given a number.
        age: How long ago its last operation ended; it has waited here since. [s]
    """
    place = line.buffers[buffer]
    item = _made(line, lot, age)
    place.queue.append(item)
    place.write_level()
    place.limit_others({(other.lot.number, other.since) for other in place.queue if other is not item})
    place.clear_statistics()
    return item


def working(line: Line, unit: Unit, lots: Sequence[Lot], ages: Sequence[float], ready: float) -> list[Item]:
    """Put a load into a machine of a line that has not begun; its operation began before and ends after a time.

    Args:
        line: The line.
        unit: The machine; it is idle.
        lots: The load, all of one product; each lot is given a number.
        ages: How long ago each lot's operation before this one ended; it has waited until this one began. [s]
        ready: When this operation ends, from now. [s]
    """
    items = [_made(line, lot, age) for lot, age in zip(lots, ages, strict=True)]
    unit.station.withdraw(unit)
    unit.items, unit.last = items, items[0].lot.product
    unit.batch += 1
    unit.log.turn_to(unit.last)
    unit.work()
    unit.log.start([])  # no repair is known to fall in what is left
    _begun_before(unit, ready)
    unit.work_time = ready
    unit.wait(ready, unit.on_finish)
    if unit.wear is not None and not unit.wear.folds:
        unit.wear.arm(ready)
    return items


def _begun_before(unit: Unit, ready: float) -> None:
    """Let the operation have begun when it must have to be ready then, and ask anew with what was waited until that."""
    unit.started -= max(0.0, unit.work_time - ready)
    for item in unit.items:
        item.born = item.since = item.ended = min(item.ended, unit.started)
    unit.log.done = max(0.0, ask(unit) - ready)  # a stop leaves what is left of the whole operation


def expected(line: Line, station: Station, item: Item, share: float) -> None:
    """Let whoever replenishes a stock know of a lot that is on its way there.

    Args:
        line: The line.
        station: Where the lot waits or is worked on.
        item: The lot.
        share: How much of a batch it is. [1]
    """
    for supply in line.supplies.values():
        if isinstance(supply, Replenishment) and supply.stock in _after(line, station):
            supply.told[item.lot.number] = share * supply.batches[item.lot.product]


def _after(line: Line, station: Station) -> set[str]:
    """Name the buffers to which lots of a station may come."""
    found: set[str] = set()
    coming = [station]
    while coming:
        new = {path.to for path in coming.pop().paths if path.to in line.buffers} - found
        coming += [line.buffers[name].station for name in new]
        found |= new
    return found


def _made(line: Line, lot: Lot, age: float) -> Item:
    """Make a lot that came from outside the books; it draws what no lot of the line will draw."""
    now = line.env.now
    item = line.new_item(THERE, lot.product, born=now - age)
    number = item.lot.number
    item.lot = lot._replace(number=number, parents=())
    item.ordinal = APART + number
    item.since = item.ended = now - age
    for quantity, amount in (("kg", lot.mass), ("m", lot.length), ("panel", lot.panels)):
        if amount:
            line.ledger.receive(quantity, THERE, amount)
    return item
