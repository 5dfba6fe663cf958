"""Lots that are there before the line begins: put where they wait, or into the machine that has them."""

from collections.abc import Sequence

from twin.line.edited import APART
from twin.line.item import Item
from twin.line.line import Line
from twin.line.unit import Unit
from twin.material import Lot

THERE = "in process"  # maker of these lots, and the reason by which the books receive them


def waiting(line: Line, buffer: str, lot: Lot, age: float) -> Item:
    """Put a lot at the end of a queue of a line that has not begun.

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
    return item


def working(line: Line, unit: Unit, lots: Sequence[Lot], age: float, ready: float) -> list[Item]:
    """Put a load into a machine of a line that has not begun; its operation ends after a time.

    Args:
        line: The line.
        unit: The machine; it is idle.
        lots: The load, all of one product; each lot is given a number.
        age: How long ago the operation before this one ended. [s]
        ready: When this operation ends, from now. [s]
    """
    items = [_made(line, lot, age) for lot in lots]
    unit.station.withdraw(unit)
    unit.items, unit.last = items, items[0].lot.product
    unit.batch += 1
    unit.log.turn_to(unit.last)
    unit.work()
    unit.log.start([])  # no repair is known to fall in what is left
    unit.work_time = ready
    unit.wait(ready, unit.on_finish)
    if unit.wear is not None and not unit.wear.folds:
        unit.wear.arm(ready)
    return items


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
