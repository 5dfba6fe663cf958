"""A line begins with a table of work in process: every lot in its place, in the books, and worked on."""

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from twin import in_process
from twin.building import build
from twin.errors import UsageError
from twin.line import lots, snapshot
from twin.line.asking import ask
from twin.line.bare import statistics
from twin.line.halting import go_on, halt
from twin.line.laws import check
from twin.line.line import Line
from twin.line.state import BUSY, DOWN
from twin.line.supply import Replenishment
from twin.line.unit import Unit
from twin.plant import DAY, HOUR
from twin.records import Records
from twin.scenario import baseline

Row = dict[str, Any]
ROLL: Row = {"place": "predried rolls", "product": "clad_laminate", "amount": 200.0, "unit": "m", "age": "5 h"}
POWDER: Row = {"place": "powder stock", "product": "adhesive_film", "amount": 40.0, "unit": "kg", "age": "1 d"}
CURED: Row = {**ROLL, "place": "oven-2", "ready_in": "7 h"}
DRYING: Row = {
    "place": "filter-dryer", "product": "adhesive_film", "amount": 150.0, "unit": "kg", "ready_in": "3 h"
}  # fmt: skip
PANELS: Row = {"place": "panels", "product": "clad_laminate", "amount": 400, "unit": "panels"}
ROWS = [ROLL, {**ROLL, "amount": 150.0, "age": "9 h"}, POWDER, CURED, CURED, PANELS]


def new_line() -> Line:
    """The default plant's line, not begun."""
    return build(baseline(), 1, 0, Records())


def begun(table: object) -> Line:
    """The line that has begun with a table."""
    line = new_line()
    in_process.put_in(line, baseline(), table)
    return line


def machine(line: Line, name: str) -> Unit:
    """The machine of a name."""
    return next(unit for unit in line.units() if unit.name == name)


def ordered(line: Line) -> list[str]:
    """Products of the batches that were ordered and are inside."""
    return [item.lot.product for item in line.items.values() if item.maker == "orders"]


def standing(line: Line) -> Counter[tuple[str, str, str]]:
    """How many lots of which product stand in which place, in a buffer by material; samples and orders left out."""
    held = {name: list(buffer.queue) for name, buffer in line.buffers.items()}
    held |= {unit.name: unit.items for unit in line.units()}
    return Counter(
        (name, item.lot.product, item.lot.material if name in line.buffers else "")
        for name, items in held.items() for item in items
        if item.lot.mass > 0.0
    )  # fmt: skip


def test_every_lot_stands_in_its_place_with_its_amount_and_age() -> None:
    """Rolls that waited beyond an oven's patience start at once, the oldest first; an oven at work has its load."""
    line = begun(ROWS)
    mine = [item for item in line.items.values() if item.maker == "in process"]
    assert len(mine) == len(ROWS)
    first, second, _ = line.stations["oven"].units
    assert second.started == pytest.approx(7 * HOUR - second.outs[0][2].duration)
    assert [(item.lot.length, item.since) for item in first.items] == [(150.0, -9 * HOUR), (200.0, -5 * HOUR)]
    assert [(item.lot.length, item.since) for item in second.items] == [(200.0, second.started)] * 2
    assert second.log.state == BUSY
    assert [len(item.lot.properties) > 20 for item in mine] == [True] * len(ROWS)


def test_the_books_close_with_what_was_put_in() -> None:
    """Kilograms, metres and panels of the table are received, and every law is kept while they are worked on."""
    line = begun(ROWS)
    mine = [item.lot for item in line.items.values() if item.maker == "in process"]
    told = {quantity: line.ledger.came[quantity]["in process"] for quantity in ("kg", "m", "panel")}
    assert told == pytest.approx(
        {"kg": sum(lot.mass for lot in mine), "m": sum(lot.length for lot in mine), "panel": 400.0}
    )
    assert told["m"] == pytest.approx(750.0)
    for until in (0.1 * DAY, 7 * HOUR, 2 * DAY, 12 * DAY):
        line.run(until)
        assert [law for law in check(line) if not law.holds] == []
    assert not {lot.number for lot in mine if lot.material != "powder"} & {*line.items}


def test_a_machine_is_ready_when_the_table_says_so() -> None:
    """The oven ends its load after seven hours, to the second, and not before."""
    line = begun(ROWS)
    oven = machine(line, "oven-2")
    load = list(oven.items)
    line.run(7 * HOUR - 1.0)
    assert oven.items == load
    line.run(7 * HOUR + 1.0)
    assert {item.ended for item in load} == {7 * HOUR}
    assert {item.lot.material for item in load} != {"predried_roll"}


def test_what_was_done_before_the_start_stays_done_after_a_stop() -> None:
    """An oven that stands still for an hour is ready an hour later."""
    line = begun(ROWS)
    oven = machine(line, "oven-2")
    load = list(oven.items)
    line.at(3 * HOUR, lambda _: halt(oven, DOWN))
    line.at(4 * HOUR, lambda _: go_on(oven))
    line.run(7 * HOUR)
    assert oven.ready_at == pytest.approx(8 * HOUR, abs=60.0)  # a load that cooled meanwhile is a little later
    line.run(8 * HOUR + 60.0)
    assert {item.lot.material for item in load} == {"cured_roll"}


def test_each_lot_of_a_load_has_waited_for_its_own_time_until_the_work_began() -> None:
    """An oven begins 39 h before the start: lots of 60, 41 and 5 h have waited for 21, 2 and 0 h."""
    line = begun([{**CURED, "age": age} for age in ("41 h", "5 h", "60 h")])
    oven = machine(line, "oven-2")
    done = oven.outs[0][2].duration - 7 * HOUR
    assert (oven.started, oven.log.done) == pytest.approx((-done, done))
    waits = [oven.started - item.ended for item in oven.items]
    assert waits == pytest.approx([60 * HOUR - done, 41 * HOUR - done, 0.0], abs=1.0)  # it depends a little on them
    begun_with = [outcome.measures["start_temperature"] for _, _, outcome in oven.outs]
    ask(oven)  # what is settled is what the stage says of these waits
    assert begun_with == [outcome.measures["start_temperature"] for _, _, outcome in oven.outs]


def test_waiting_before_the_start_is_in_no_statistics() -> None:
    """Lots that told of hours of waiting and are taken at once have waited for nothing since time 0."""
    line = begun([ROLL, {**ROLL, "age": "9 h"}, {**POWDER, "age": "3 d"}])
    line.run(HOUR)
    found = statistics(line).stations
    assert found["oven"].wait == 0.0
    assert 0.0 <= found["varnish tank"].queue <= 1.0


@pytest.mark.parametrize("share", [1.0, 0.25])
def test_a_batch_on_its_way_to_the_stock_is_not_ordered_again(share: float) -> None:
    """It counts by its share of a batch until it is in the stock, and what is behind the stock not at all."""
    recipe = in_process._model(new_line(), baseline(), "filter-dryer", "adhesive_film").mass
    line = begun([ROLL, {**DRYING, "amount": recipe * share}])
    supply = line.supplies["orders"]
    assert isinstance(supply, Replenishment)
    told, batch = [item.lot.number for item in line.items.values() if item.maker == "in process"], 31.5
    assert supply.batches["adhesive_film"] == batch
    here = supply.positions()["adhesive_film"] - batch * ordered(line).count("adhesive_film")
    assert here == pytest.approx(share * batch)
    assert set(supply.told) < set(told)
    drying = machine(line, "filter-dryer").items[0]
    line.run(2 * DAY)
    assert drying.lot.material == "powder"


def test_a_batch_on_its_way_that_fails_is_ordered_again() -> None:
    """When the told batch is scrapped, the reactor looks at the stock at once."""
    line = begun([DRYING, {**POWDER, "product": "clad_laminate", "amount": 200.0}])
    assert ordered(line) == []
    drying = machine(line, "filter-dryer")
    item = drying.items[0]
    drying.items, drying.due = [], None
    lots.scrap(line, item, "filter-dryer")
    assert ordered(line) == ["adhesive_film"]


def test_panels_stay_whole() -> None:
    """A share of the recipe's panels is as many panels as the row tells, to the last digit."""
    told = [7, 14, 28, 29, 55, 56, 57, 58, 109, 110]
    line = begun([{**PANELS, "amount": count} for count in told])
    assert sorted(item.lot.panels for item in line.items.values() if item.maker == "in process") == told


def test_what_is_in_stock_is_not_ordered_again() -> None:
    """The first order is for the product of which the table tells nothing."""
    for product, other in (("adhesive_film", "clad_laminate"), ("clad_laminate", "adhesive_film")):
        line = begun([{**POWDER, "product": product, "amount": 15.0}])
        assert ordered(line) == [other]


def test_a_table_of_a_state_gives_as_many_lots_in_each_place() -> None:
    """All lots of the plant in its eighth day, told as rows, stand where they stood, with their amounts."""
    line = new_line()
    line.begin()
    line.run(8.3 * DAY)
    rows, places = [], {**{name: one.queue for name, one in line.buffers.items()}}
    places |= {unit.name: unit.items for unit in line.units()}
    refused = {"reactor", "laboratory-1", "laboratory-2", "laboratory samples"}
    for place, items in places.items():
        for item in items:
            unit, amount = next(
                pair for pair in (("panels", item.lot.panels), ("m", item.lot.length), ("kg", item.lot.mass))
                if pair[1] > 0.0 or pair[0] == "kg"
            )  # fmt: skip
            row = {"place": place, "product": item.lot.product, "amount": amount, "unit": unit}
            rows += [] if place in refused else [{**row, "ready_in": None if place in line.buffers else "1 h"}]
    assert len(rows) > 6
    again = begun(rows)
    assert standing(again) == Counter({key: n for key, n in standing(line).items() if key[0] not in refused})


def test_the_state_with_the_table_in_it_can_be_written() -> None:
    """It plays on from its file as it plays on by itself."""
    first, second = begun([*ROWS, DRYING]), new_line()
    snapshot.restore(second, snapshot.state(first))
    for line in (first, second):
        line.run(2 * DAY)
    assert snapshot.state(first) == snapshot.state(second)


def test_csv_arrow_pandas_and_rows_say_the_same(tmp_path: Path) -> None:
    """Empty cells are read as nothing told, however the table shows them."""
    rows = [{"ready_in": None, "age": None, **row} for row in ROWS]
    frame = pd.DataFrame(rows)
    frame.to_csv(tmp_path / "lots.csv", index=False)
    from_file = new_line()
    in_process.start(from_file, baseline(), tmp_path / "lots.csv")
    states = [snapshot.state(begun(table)) for table in (rows, frame, pa.Table.from_pylist(rows))]
    assert states[1:] == states[:1] * 2
    assert snapshot.state(from_file) == states[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"place": "predryed rolls"}, "row 1: there is no place 'predryed rolls'. Did you mean predried rolls"),
        ({"place": "reactor"}, "there is no place 'reactor'"),
        ({"place": "oven-1"}, "oven-1: ready_in is missing"),
        ({"ready_in": "3 h"}, "predried rolls: ready_in is for a machine"),
        ({"amount": -5.0}, "amount = -5; use a number above 0"),
        ({"amount": "many"}, "amount = many; use a number"),
        ({"amount": float("inf")}, "amount = inf; use a number"),
        ({"unit": "panels"}, "'panels' measures no predried_roll in predried rolls; use kg or m"),
        ({"unit": "h"}, "use kg or m"),
        ({"product": "clad_laminat"}, "no 'clad_laminat' comes to predried rolls. Did you mean clad_laminate"),
        ({"material": "powder"}, "predried rolls holds no powder; of clad_laminate there is predried_roll"),
        ({"age": "-2 h"}, "age = -2 h; use 0 h or more"),
        ({"age": "5"}, "the unit is missing"),
        ({"tickness": 1.0}, "tickness is no property of predried_roll"),
        ({"polymer_mass": 1.0}, "polymer_mass grows with the amount"),
        ({**PANELS, "amount": 400.5}, "panels are whole"),
    ],
)
def test_a_row_that_cannot_be_is_refused_in_one_line(change: Row, words: str) -> None:
    """The message names the row, and nothing was put in."""
    line = new_line()
    with pytest.raises(UsageError, match=words) as caught:
        in_process.put_in(line, baseline(), [{**ROLL, **change}])
    assert len(str(caught.value).splitlines()) == 1
    assert not line.items


@pytest.mark.parametrize("value", [{"molar_mass_w": -1.0}, {"grain_radius": 0.0}])
def test_a_property_that_no_stage_can_work_with_is_refused(value: Row) -> None:
    """The machine that waits takes the lot at once, and what it says of it is told with the table's name."""
    row = {"place": "powder stock", "product": "clad_laminate", "amount": 60.0, "unit": "kg", **value}
    with pytest.raises(UsageError, match=r"^table: no line can be there \(.*look at the properties") as caught:
        in_process.put_in(new_line(), baseline(), [row] * 3)
    assert len(str(caught.value).splitlines()) == 1


def test_a_table_that_cannot_be_is_refused(tmp_path: Path) -> None:
    """A missing column, no rows, a place that is full, a load that is none, a file that is no text; in one line."""
    short = [{name: value for name, value in ROLL.items() if name != "unit"}]
    for table, words in (
        (short, "no column unit; a row needs place, product, amount, unit"),
        ([], "table: no rows; write one for each lot"),
        (pd.DataFrame(columns=[*ROLL]), "table: no rows"),
        (pa.Table.from_pylist([ROLL]).slice(1), "table: no rows"),
        (pd.DataFrame(columns=["place"]), "no column product, amount, unit"),
        ([ROLL] * 25, "25 lots in predried rolls, which holds 24"),
        ([CURED, {**CURED, "ready_in": "8 h"}], "oven-2 holds one load of 4 lots at most"),
        ([CURED] * 5, "5 lots in oven-2, which holds 4"),
        ([*[CURED] * 4, {**CURED, "ready_in": "8 h"}], "oven-2 holds one load of 4 lots at most"),
        ([DRYING] * 2, "2 lots in filter-dryer, which holds 1"),
        ([DRYING, {**DRYING, "product": "clad_laminate"}], "filter-dryer holds one load of 1 lot at most"),
        ([{**CURED, "ready_in": "47 h"}], "oven-2: ready_in = 47 h; the whole operation takes 45.995 h by the recipe"),
    ):
        line = new_line()
        with pytest.raises(UsageError, match=words) as caught:
            in_process.put_in(line, baseline(), table)
        assert len(str(caught.value).splitlines()) == 1
        assert not line.items
    (tmp_path / "lots.csv").write_bytes(b"\xff\xfe\x00")
    for name in ("lots.csv", "none.csv"):
        with pytest.raises(UsageError, match=f"{name}: cannot be read"):
            in_process.start(new_line(), baseline(), tmp_path / name)
    for text, words in (("place,product,amount,unit\n", "no rows"), ("place,unit\n", "no column product, amount")):
        (tmp_path / "lots.csv").write_text(text)
        with pytest.raises(UsageError, match=f"lots.csv: {words}"):
            in_process.start(new_line(), baseline(), tmp_path / "lots.csv")
