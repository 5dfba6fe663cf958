"""Rows of the records: each function writes one kind, or nothing when nothing is recorded."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from twin.line.gate import Verdict
from twin.line.item import Item
from twin.material import Lot

if TYPE_CHECKING:  # the line calls these
    from twin.line.line import Line

_NAN = float("nan")


def area(lot: Lot) -> float:
    """Return the coated area of a roll or of panels. [m^2]"""
    known = lot[6]
    if not known:
        return 0.0
    return lot[4] * known.get("coated_width", 0.0) + lot[5] * known.get("panel_area", 0.0)


def lot(line: "Line", item: Item, fate: str, place: str, ended: float) -> None:
    """Write down a lot at its end, or at the end of the run."""
    records = line.records
    if records is None:
        return
    number, product, material, mass, length, panels, _, _ = one = item.lot
    code, rows = records.names, records.lots
    try:  # all names are known but the first time
        codes = code[product], code[material], code[item.maker], code[fate], code[place]
    except KeyError:
        named = (product, material, item.maker, fate, place)
        codes = tuple(map(records.code, named))  # type: ignore[assignment] # five names, five codes
    rows.data += rows.pack(
        number, item.ordinal, codes[0], codes[1], codes[2], item.created, ended, codes[3], item.grade, codes[4], mass,
        length, panels, area(one), item.money, item.origin, item.born,
    )  # fmt: skip


def parent(line: "Line", older: Item, younger: Item, kind: str) -> None:
    """Write down that one lot was made of another."""
    if line.records is not None:
        mass = min(older.lot.mass, younger.lot.mass)
        line.records.genealogy.extend((older.lot.number, younger.lot.number, line.code(kind), mass, line.env.now))


def sample(line: "Line", taken: Item) -> None:
    """Write down of a sample whose result is here from which lot it was, and when it was taken."""
    if line.records is not None:
        number, kind, parents = taken.lot.number, taken.lot.product, taken.lot.parents
        product, _, stage = kind.rpartition("/")
        code = line.code
        line.records.samples.extend((number, parents[0], code(product), code(stage), taken.created, line.env.now))


def consumption(
    line: "Line", item: Item, station: str, stage: str, kind: str, name: str, amount: float, cost: float
) -> None:
    """Write down what a lot took in or gave off."""
    if line.records is not None:
        code = line.code
        line.records.consumption.extend(
            (
                item.lot.number, code(item.lot.product), code(station), code(stage), code(kind), code(name),
                line.env.now, amount, cost,
            )
        )  # fmt: skip


def measures(
    line: "Line", item: Item, stage: str, truth: Mapping[str, float], seen: Mapping[str, float] | None = None
) -> None:
    """Write down measures: the truth, and what the laboratory saw where it looked; unseen ones are left out then."""
    if line.records is None:
        return
    number, product, stage_code = item.lot.number, line.code(item.lot.product), line.code(stage)
    now, write = line.env.now, line.records.measurements.extend
    for name, value in truth.items():
        if seen is None or name in seen:
            write((number, product, stage_code, line.code(name), now, value, _NAN if seen is None else seen[name]))


def disposition(line: "Line", item: Item, verdict: Verdict, action: str) -> None:
    """Write down one verdict with the value, the limit and what followed."""
    if line.records is None:
        return
    one, code, limit = item.lot, line.code, verdict.limit
    line.records.dispositions.extend(
        (
            one.number, code(one.product), code(verdict.stage), code(limit.id), line.env.now, verdict.value,
            limit.lower, limit.upper, code(action), one.mass, one.length, one.panels, area(one),
        )
    )  # fmt: skip


def loss(line: "Line", item: Item, stage: str, reason: str, value: float, action: str) -> None:
    """Write down that a lot, or part of it, was lost for a reason that is no limit of a measure."""
    if line.records is None:
        return
    one, code = item.lot, line.code
    line.records.dispositions.extend(
        (
            one.number, code(one.product), code(stage), code(reason), line.env.now, value, _NAN, _NAN, code(action),
            one.mass, one.length, one.panels, area(one),
        )
    )  # fmt: skip


def mark(line: "Line", item: Item, stage: str, text: str) -> None:
    """Write down a doubt or a claim that a lot carries from now on."""
    if text in item.marks:
        return
    item.marks = (*item.marks, text)
    if line.records is not None:
        code = line.code
        line.records.marks.extend((item.lot.number, code(item.lot.product), code(stage), code(text), line.env.now))
