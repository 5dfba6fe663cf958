"""What may become of a lot outside an operation: scrapped, expired, cut, split, sampled; the books stay closed."""

from typing import TYPE_CHECKING

from twin.line import writing
from twin.line.item import Item
from twin.line.rules import Cut
from twin.material import Lot, portion

if TYPE_CHECKING:  # the line owns its lots
    from twin.line.buffer import Buffer
    from twin.line.line import Line


def scrap(line: "Line", item: Item, place: str) -> None:
    """Scrap a whole lot."""
    line.ledger.issue_item("scrapped", item)
    line.end(item, "scrapped", place)


def expired(line: "Line", item: Item, buffer: "Buffer", waited: float) -> None:
    """Scrap a lot that has waited in a buffer for its whole life. Waited in s."""
    writing.loss(line, item, buffer.name, f"expired {buffer.name}", waited, "scrap")
    scrap(line, item, buffer.name)


def shrink(line: "Line", item: Item, share: float, reason: str) -> None:
    """Take a share of a lot away and book it as gone."""
    lot, ledger = item.lot, line.ledger
    rest = portion(lot, 1.0 - share)
    for quantity, before, after in (
        ("kg", lot.mass, rest.mass), ("m", lot.length, rest.length), ("panel", lot.panels, rest.panels),
    ):  # fmt: skip
        if before != after:
            ledger.issue(quantity, reason, before - after)
    money = item.money * share
    ledger.issue("USD", reason, money)
    item.money -= money
    item.lot = rest


def cut_off(line: "Line", item: Item, length: float) -> None:
    """Cut web off a roll. Length in m."""
    if item.lot.length > 0.0 and length > 0.0:
        shrink(line, item, min(1.0, length / item.lot.length), "scrapped")


def take_sample(line: "Line", item: Item, mass: float, length: float) -> None:
    """Take a sample from a lot: some of its web, or else some of its mass. Mass in kg, length in m."""
    lot = item.lot
    share = min(1.0, length / lot.length if lot.length > 0.0 else mass / lot.mass if lot.mass > 0.0 else 0.0)
    if share > 0.0:
        amount = lot.length * share if lot.length > 0.0 else lot.mass * share
        writing.consumption(line, item, "lab", "sampling", "sample", "sample", amount, 0.0)
        shrink(line, item, share, "sample")


def split_off(line: "Line", item: Item, share: float, maker: str) -> Item:
    """Split a share off a lot as a lot of its own; the rest keeps the name."""
    part = line.new_item(f"{maker} part", item.lot.product, born=item.born)
    part.lot = portion(item.lot, share)._replace(number=part.lot.number, parents=(item.lot.number,))
    part.money = item.money * share
    part.grade, part.marks, part.ended = item.grade, item.marks, item.ended
    writing.parent(line, item, part, "split")
    item.lot = portion(item.lot, 1.0 - share)
    item.money -= part.money
    return part


def into_panels(line: "Line", item: Item, panels: float, cut: Cut) -> Lot:
    """Cut a roll into panels; the web that is left over is booked as trim."""
    lot = item.lot
    used = panels * cut.panel_area / (lot.length * lot.properties["coated_width"])
    shrink(line, item, max(0.0, 1.0 - used), "panel trim")
    line.ledger.issue("m", "cut into panels", item.lot.length)
    line.ledger.receive("panel", "cut from rolls", panels)
    item.lot = item.lot.becoming({"panel_area": cut.panel_area}, length=0.0, panels=item.lot.panels + panels)
    return item.lot


def send_sample(line: "Line", item: Item, holder: str, stage: str, to: str) -> None:
    """Send a sample of a lot to the laboratory; the holder of the lot hears of the result."""
    number = line.number
    line.number = number + 1
    lot = Lot(number, f"{item.lot.product}/{stage}", "sample", parents=(item.lot.number,))
    sample = Item(lot, item.ordinal, holder, line.env.now, line.env.now)
    sample.attempts = {"": before} if (before := item.attempt(stage)) else None  # another sample draws anew
    line.items[number] = sample
    line.buffers[to].admit(sample)
