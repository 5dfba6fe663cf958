"""Work in process as a table: which lots wait where and which machines hold some, as a plant's own list says it.

One row is one lot. Columns: ``place`` (a buffer, or a machine), ``product``, ``amount`` and its ``unit`` (kg, m or
panels); perhaps ``material``, ``age`` (since the last operation, "5 h"), ``ready_in`` (of a machine, "3 h"), and any
property of the lot in SI units. A property that is left empty is what the recipe gives, without scatter.
"""

from collections.abc import Iterable, Mapping, Sequence
from csv import DictReader
from csv import Error as CsvError
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from twin.draws import Draws
from twin.errors import UsageError, joined, nearest, printable
from twin.laboratory import LAB
from twin.line import placing, snapshot
from twin.line.line import Line
from twin.line.station import Station
from twin.line.unit import Unit
from twin.maps.nominal import Walk, unscattered
from twin.material import Lot, is_extensive, portion
from twin.plan import Plan
from twin.plant import HOUR
from twin.stage import Visit
from twin.units import UnitsError, convert, to_si

NEEDED = ("place", "product", "amount", "unit")
MORE = ("material", "age", "ready_in")
UNITS = {"mass": "kg", "length": "m", "panels": "panel"}
EMPTY = frozenset({"", "None", "nan", "<NA>"})  # how csv, Arrow and pandas show a cell with nothing in it
Row = Mapping[str, Any]


class _Entry(NamedTuple):
    """One row, understood: the lot, its share of what the recipe brings, its age and when it is ready, both in s."""

    place: str
    lot: Lot
    share: float
    age: float
    ready: float


def start(line: Line, plan: Plan, path: Path) -> None:
    """Start a line from a file: a written state, or a ``.csv`` table of work in process.

    Args:
        line: The line, built by the plan and not begun.
        plan: The plan.
        path: The file.

    Raises:
        UsageError: The file cannot be read, or the line could not be in this state.
    """
    if path.suffix.lower() != ".csv":
        snapshot.read(line, path)
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = DictReader(file, restkey="a cell without a column", strict=True)
            rows: list[Row] = list(reader)
    except (OSError, ValueError, CsvError) as error:
        raise UsageError(f"{path.name}: cannot be read ({printable(error)}); name a table in UTF-8.") from None
    _put_in(line, plan, rows, reader.fieldnames or (), path.name)


def put_in(line: Line, plan: Plan, table: object, name: str = "table") -> None:
    """Begin a line with the lots of a table in their places.

    Args:
        line: The line, built by the plan and not begun.
        plan: The plan.
        table: Rows as mappings, an Arrow table, or a pandas frame; one row is one lot.
        name: What messages call it.

    Raises:
        UsageError: A column is missing or unknown, a place does not exist or is full, or a lot cannot be there.
    """
    rows = _rows(table)
    _put_in(line, plan, rows, _columns(table, rows), name)


def _put_in(line: Line, plan: Plan, rows: list[Row], columns: Sequence[str], name: str) -> None:
    _refuse_columns(rows, columns, name)
    problems: list[str] = []
    entries: list[_Entry] = []
    models: dict[tuple[str, str], Lot] = {}
    for number, row in enumerate(rows, start=1):
        try:
            entries.append(_entry(line, plan, row, models))
        except (UsageError, UnitsError) as error:
            problems.append(f"{name}, row {number}: {error}")
    problems = problems or list(_impossible(line, entries, name))
    if problems:
        raise UsageError(*problems)
    try:
        _placed(line, entries)
        line.begin()
    except (LookupError, TypeError, ValueError, ArithmeticError) as error:  # whatever a property may say
        why = f"{type(error).__name__}: {error}"
        raise UsageError(f"{name}: no line can be there ({why}); look at the properties of its lots.") from error


def _rows(table: Any) -> list[Row]:  # noqa: ANN401 - Arrow, pandas, or plain rows
    if hasattr(table, "to_pylist"):
        return list(table.to_pylist())
    return list(table.to_dict("records") if hasattr(table, "to_dict") else table)


def _columns(table: Any, rows: list[Row]) -> Sequence[str]:  # noqa: ANN401 - Arrow, pandas, or plain rows
    if hasattr(table, "to_pylist"):
        return list(table.schema.names)
    return list(table.columns if hasattr(table, "to_dict") else rows[0] if rows else ())


def _refuse_columns(rows: list[Row], columns: Sequence[str], name: str) -> None:
    missing = [column for column in NEEDED if column not in columns]
    if missing and columns:
        raise UsageError(f"{name}: no column {joined(missing)}; a row needs {joined(NEEDED)}.")
    if not rows:
        raise UsageError(f"{name}: no rows; write one for each lot, with {joined(NEEDED)}.")


def _entry(line: Line, plan: Plan, row: Row, models: dict[tuple[str, str], Lot]) -> _Entry:
    told = {str(key): value for key, value in row.items() if str(value) not in EMPTY}
    place, product = str(told.get("place", "")), str(told.get("product", ""))
    _refuse_place(line, place)
    if (place, product) not in models:
        models[place, product] = _model(line, plan, place, product)
    model = models[place, product]
    material = str(told.get("material", model.material))
    if material != model.material:
        raise UsageError(f"{place} holds no {printable(material)}; of {product} there is {model.material}.")
    share = _share(model, place, told)
    lot = portion(model, share).becoming(_properties(model, told))
    lot = lot._replace(panels=round(lot.panels, 9))  # a share of them is whole but for rounding
    busy = place not in line.buffers
    if busy != ("ready_in" in told):
        raise UsageError(f"{place}: ready_in is {'missing; when is this machine ready?' if busy else 'for a machine.'}")
    return _Entry(place, lot, share, _time(told, "age"), _time(told, "ready_in"))


def _machines(line: Line) -> dict[str, Unit]:
    """List the machines that a lot may be in: all but the laboratory's and the first, whose lots have no amount yet."""
    return {
        unit.name: unit for unit in line.units()
        if unit.station.inbound.name != LAB and unit.station.inbound.supply is None
    }  # fmt: skip


def _station(line: Line, place: str) -> Station:
    return line.buffers[place].station if place in line.buffers else _machines(line)[place].station


def _refuse_place(line: Line, place: str) -> None:
    known = [name for name, buffer in line.buffers.items() if name != LAB and buffer.supply is None]
    known += _machines(line)
    if place not in known:
        close = nearest(place, known)
        raise UsageError(f"there is no place {printable(place)!r}.{close or f' There are {joined(known, 30)}.'}")


def _model(line: Line, plan: Plan, place: str, product: str) -> Lot:
    """Return the lot that the recipe brings to a place, without scatter."""
    station = _station(line, place)
    if product not in station.procedures:
        known = [name for name in station.procedures if name]
        raise UsageError(
            f"no {printable(product)!r} comes to {place}.{nearest(product, known) or f' {joined(known)} do.'}"
        )
    coming = station.procedures[product][0][0].name
    walk = Walk(plan, product)
    recipe = walk.recipe()
    lot = Lot(0, product)
    before = list(recipe)[: list(recipe).index(coming)]
    for _, outcome in walk.through(recipe, lot, before):
        lot = outcome.lot
    return walk.divided(lot, coming)


def _share(model: Lot, place: str, told: Row) -> float:
    """Return the amount that a row tells as a share of the lot that the recipe brings there. [1]"""
    amount, unit = _number(told, "amount"), str(told.get("unit", ""))
    if amount <= 0.0:
        raise UsageError(f"amount = {amount:g}; use a number above 0.")
    for name, wanted in UNITS.items():
        whole = getattr(model, name)
        try:
            value = convert(amount, unit, wanted)
        except UnitsError:
            continue
        if whole <= 0.0:
            break
        if name == "panels" and value != round(value):
            raise UsageError(f"amount = {amount:g} {unit}; panels are whole.")
        return float(value / whole)
    known = [unit for name, unit in UNITS.items() if getattr(model, name) > 0.0]
    raise UsageError(f"unit {printable(unit)!r} measures no {model.material} in {place}; use {' or '.join(known)}.")


def _properties(model: Lot, told: Row) -> dict[str, float]:
    own = [name for name in told if name not in {*NEEDED, *MORE}]
    for name in own:
        if name not in model.properties:
            close = nearest(name, [*model.properties, *MORE])
            raise UsageError(f"{printable(name)} is no property of {model.material}.{close}")
        if is_extensive(name):
            raise UsageError(f"{name} grows with the amount, which says it; leave it out.")
    return {name: _number(told, name) for name in own}


def _number(told: Row, name: str) -> float:
    try:
        value = float(told[name])
    except (KeyError, ValueError, TypeError):
        value = float("nan")
    if not isfinite(value):
        raise UsageError(f"{name} = {printable(told.get(name, 'nothing'))}; use a number.")
    return value


def _time(told: Row, name: str) -> float:
    """Return a time that a row tells, 0 where it tells none. [s]"""
    value = to_si(str(told[name]), "s", "5 h") if name in told else 0.0
    if value < 0.0:
        raise UsageError(f"{name} = {printable(told[name])}; use 0 h or more.")
    return value


def _loads(entries: Iterable[_Entry]) -> dict[str, list[_Entry]]:
    found: dict[str, list[_Entry]] = {}
    for entry in entries:
        found.setdefault(entry.place, []).append(entry)
    return found


def _impossible(line: Line, entries: list[_Entry], name: str) -> Iterable[str]:
    """Say, one line a place, which hold more than they can, and which loads are none."""
    for place, held in _loads(entries).items():
        most = line.buffers[place].places if place in line.buffers else _most(line, place)
        if place not in line.buffers and len({(one.lot.product, one.ready) for one in held}) > 1:
            yield (
                f"{name}: {place} holds one load of {most:g} lot{'s' * (most > 1)} at most; "
                "let its lots have one product and one ready_in."
            )
        elif len(held) > most:
            yield f"{name}: {len(held)} lot{'s' * (len(held) > 1)} in {place}, which holds {most:g}; leave some out."
        elif held[0].ready > 0.0 and held[0].ready > (whole := _operation(_station(line, place), held)):
            told = f"{name}: {place}: ready_in = {held[0].ready / HOUR:.5g} h"
            yield f"{told}; the whole operation takes {whole / HOUR:.5g} h by the recipe; use no more."


def _most(line: Line, machine: str) -> float:
    load = _station(line, machine).load
    return load.maximum if load else 1


def _operation(station: Station, held: Sequence[_Entry]) -> float:
    """Return how long a load is in a machine by the recipe, without scatter. [s]"""
    visit, longest = Visit(load=len(held)), 0.0
    for lot in (one.lot for one in held):
        for stage in station.procedures[lot.product][0]:
            lot, duration, *_ = unscattered(stage).run(lot, visit, Draws(0, 0, f"map/{stage.name}"))  # noqa: PLW2901
            longest = max(longest, duration)
    return longest


def _placed(line: Line, entries: list[_Entry]) -> None:
    """Put the lots in their places, those that came first before the others."""
    for place, held in _loads(entries).items():
        held.sort(key=lambda one: -one.age)
        lots, ages = [one.lot for one in held], [one.age for one in held]
        if place in line.buffers:
            items = [placing.waiting(line, place, lot, age) for lot, age in zip(lots, ages, strict=True)]
        else:
            items = placing.working(line, _machines(line)[place], lots, ages, held[0].ready)
        for one, item in zip(held, items, strict=True):
            placing.expected(line, _station(line, place), item, one.share)
