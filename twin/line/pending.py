"""What the running operation of a machine will have done to its lots, as plain data."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from twin.line.item import Item
from twin.material import Lot
from twin.stage import Outcome

if TYPE_CHECKING:  # a unit works
    from twin.line.unit import Unit


def written(unit: "Unit") -> list[list[Any]]:
    """Write down what the stages said; where one leaves the lot that came to it as it is, null stands for the lot."""
    came: dict[int, Lot] = {}
    rows = []
    for item, stage, outcome in unit.outs:
        number, lot = item.lot.number, outcome.lot
        after = None if lot is came.get(number, item.lot) else _lot_data(lot)
        came[number] = lot
        amounts = [dict(part) for part in outcome[2:7]]
        rows.append([number, stage, [after, outcome.duration, *amounts, list(outcome.flags)]])
    return rows


def settled(unit: "Unit") -> list[dict[str, Any]]:
    """Write down the lots that the running operation changes, as they came: what they will be is settled."""
    changed = {item.lot.number: item.lot for item, _, outcome in unit.outs if outcome.lot is not item.lot}
    return [_lot_data(lot) for lot in changed.values()]


def read(unit: "Unit", rows: Sequence[Any]) -> list[tuple[Item, str, Outcome]]:
    """Read back what ``written`` wrote, for a unit of a line that has its lots again."""
    came: dict[int, Lot] = {}
    outs = []
    for number, stage, (after, duration, *amounts, flags) in rows:
        item = unit.line.items[number]
        came[number] = lot = came.get(number, item.lot) if after is None else _lot(after)
        outs.append((item, stage, Outcome._make([lot, duration, *amounts, tuple(flags)])))
    return outs


def _lot_data(lot: Lot) -> dict[str, Any]:
    return {**lot._asdict(), "properties": dict(lot.properties)}


def _lot(data: dict[str, Any]) -> Lot:
    return Lot(**{**data, "parents": tuple(data["parents"])})
