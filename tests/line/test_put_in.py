"""Lots that a hand has put in, moved or changed: whose draws they have, and what becomes of the change."""

import json
from typing import Any

import pytest
from full_line import END, built

from twin.errors import UsageError
from twin.line import snapshot
from twin.line.bare import BareLine
from twin.line.distribution import Constant
from twin.line.laws import check
from twin.line.line import Line
from twin.line.rules import Changeover
from twin.line.state import BUSY
from twin.records import Records

Data = dict[str, Any]


def two() -> Line:
    """A mill that is quick and an oven that is slow, with two places between."""
    line = BareLine(seed=1, records=Records())
    line.feed()
    line.station("mill", Constant(1.0))
    line.station("oven", Constant(100.0), places=2)
    return line.build()


def started(line: Line, data: Data) -> Line:
    """A line that goes on from a state."""
    snapshot.restore(line, data)
    return line


def begun(line: Line, until: float) -> Data:
    """The state of a line that has begun and played until a time."""
    line.begin()
    line.env.run(until=until)
    return written(line)


def written(line: Line) -> Data:
    """The state of a line as its file says it."""
    data: Data = json.loads(json.dumps(snapshot.state(line)))
    return data


def put_in(data: Data, queue: list[float], number: float, model: int) -> None:
    """Copy a lot and put it at the end of a queue, or into a machine."""
    copy = json.loads(json.dumps(next(one for one in data["lots"] if one["lot"]["number"] == model)))
    copy["lot"]["number"] = number
    data["lots"].append(copy)
    queue.append(number)


def in_set_up() -> Line:
    """A mill that sets up for its second lot, for ten hours."""
    line = BareLine(seed=1)
    line.arrive(Constant(2.0), product="a")
    line.arrive(Constant(3.0), product="b")
    line.station("mill", Constant(1.0), changeover=Changeover({("a", "b"): Constant(10.0)}))
    return line.build()


def test_draws_stay_with_the_lot_and_new_lots_have_their_own() -> None:
    """A lot that goes back from a machine in set-up keeps its draws; a copy put into that machine draws apart."""
    first = in_set_up()
    data = begun(first, 5.0)
    unit, queue = data["units"]["mill"], data["parts"]["buffer mill"]["queue"]
    (set_up_for,) = unit["items"]
    unit["items"] = []
    queue.insert(0, set_up_for)
    put_in(data, unit["items"], 500, set_up_for)
    line = started(in_set_up(), data)
    ordinals = {number: item.ordinal for number, item in line.items.items()}
    own = ordinals.pop(500)
    assert ordinals == {number: item.ordinal for number, item in first.items.items()}
    assert own not in range(1000)


def test_no_two_lots_that_are_put_in_are_alike() -> None:
    """Nor is one that is put in after another has gone; and no lot gets a number that another has had."""
    ordinals, data = [], begun(two(), 150.0)
    for number in (40, 50):
        queue = data["parts"]["buffer oven"]["queue"]
        put_in(data, queue, number, queue.pop())
        line = started(two(), data)
        ordinals.append(line.items[number].ordinal)
        line.run(data["clock_s"] + 400.0)
        assert number not in line.items
        data = written(line)
    assert len({*ordinals}) == 2
    wrong: list[float] = [40, -1, 7.5, 1 << 60]
    for number in wrong:
        spoilt = json.loads(json.dumps(data))
        queue = spoilt["parts"]["buffer oven"]["queue"]
        put_in(spoilt, queue, number, queue.pop())
        with pytest.raises(UsageError, match=r"no new lot may have the number .*; give it one from \d+"):
            started(two(), spoilt)


def older(data: Data) -> Data:
    """The same state as an earlier release wrote it: no numbers, and a whole lot in all that was to come."""
    del data["numbers"]
    lots = {one["lot"]["number"]: one["lot"] for one in data["lots"]}
    for unit in data["units"].values():
        del unit["ins"]
        for row in unit["outs"]:
            row[2][0] = row[2][0] or json.loads(json.dumps(lots[row[0]]))
    return data


def test_a_state_of_an_earlier_release_goes_on_too(texts: list[str]) -> None:
    """It plays the same, and what is put in draws apart."""
    for text in texts[5::15]:
        line, same = started(built(), older(json.loads(text))), started(built(), json.loads(text))
        for one in (line, same):
            one.run(END)
        assert written(line) == written(same)
    old = older(begun(two(), 150.0))
    queue = old["parts"]["buffer oven"]["queue"]
    put_in(old, queue, 900, queue.pop())
    assert started(two(), old).items[900].ordinal not in range(1000)


@pytest.mark.parametrize("number", range(1, 50, 6))
def test_a_change_of_a_lot_at_work_takes_effect_or_is_refused(texts: list[str], number: int) -> None:
    """Where the machine only takes time it does, where a stage changes the lot it cannot; no law breaks."""
    for name, unit in json.loads(texts[number])["units"].items():
        for held in unit["items"]:
            data = json.loads(texts[number])
            lot = next(one["lot"] for one in data["lots"] if one["lot"]["number"] == held)
            lot["mass"] += 5.0
            lot["properties"]["hand"] = 1.0
            refusal = None
            if lot["material"] == "sample":
                refusal = f"lot {held}: mass = 5.0; a sample has none"
            elif held in [one["number"] for one in unit["ins"]]:
                refusal = f"lot {held} is at work in unit {name}, .*; change only a lot"
            if refusal:
                with pytest.raises(UsageError, match=refusal):
                    started(built(), data)
                continue
            line = started(built(), data)
            line.run(data["clock_s"] + 20.0)
            assert [law for law in check(line) if not law.holds] == []
            assert held not in line.items or line.items[held].lot.properties["hand"] == 1.0


def test_a_lot_in_a_busy_mill_can_be_made_another() -> None:
    """Mass, product and properties that a hand gave it while the mill works are those with which it leaves."""

    def one() -> Line:
        line = BareLine(seed=1, records=Records())
        line.arrive(Constant(10.0), product="a")
        line.station("mill", Constant(5.0))
        return line.build()

    data = begun(one(), 12.0)
    assert data["units"]["mill"]["log"]["state"] == BUSY
    data["lots"][0]["lot"].update(mass=5.0, product="b", properties={"x": 1.0})
    line = started(one(), data)
    item = next(iter(line.items.values()))
    line.run(16.0)
    assert item.lot[1:4] == ("b", "", 5.0)
    assert item.lot.properties == {"x": 1.0}
    assert line.ledger.went["kg"] == {"done": 5.0}
    assert [law for law in check(line) if not law.holds] == []


def test_a_lot_where_nothing_is_done_with_it_is_refused() -> None:
    """It would wait for ever, or end the run later; the message names lot, place and product."""

    def routes() -> Line:
        line = BareLine(seed=1)
        line.arrive(Constant(2.0), product="a")
        line.station("mill", Constant(9.0), to="done")
        line.station("press", {"b": Constant(1.0)})
        return line.build()

    data = begun(routes(), 15.0)
    moved = data["parts"]["buffer mill"]["queue"].pop()
    data["parts"]["buffer press"]["queue"].append(moved)
    with pytest.raises(UsageError, match=rf"lot {moved} waits in press, where nothing is done with 'a'; put it"):
        started(routes(), data)


def test_more_lots_than_places_are_refused_but_for_those_the_line_put_there() -> None:
    """Two places hold two; a third by hand is one too many, and a fourth where rework has filled three already."""
    data = begun(two(), 50.0)
    queue = data["parts"]["buffer oven"]["queue"]
    assert len(queue) == 2
    put_in(data, queue, data["line"]["number"], queue[0])
    with pytest.raises(UsageError, match="oven: 3 lots wait in 2 places; take some out"):
        started(two(), data)
    data["queues"]["buffer oven"].append(queue[-1])
    assert len(started(two(), data).buffers["oven"].queue) == 3


def test_a_lot_told_to_have_waited_longer_expires_by_that() -> None:
    """With a life of 50, one that came at 20 expires at 70; told that it came at 5, at 55."""

    def slow() -> Line:
        line = BareLine(seed=1, records=Records())
        line.arrive(Constant(10.0))
        line.station("oven", Constant(1000.0), life=50.0)
        return line.build()

    data = begun(slow(), 45.0)
    waits = data["parts"]["buffer oven"]["queue"][0]
    next(one for one in data["lots"] if one["lot"]["number"] == waits)["since"] -= 15.0
    line = started(slow(), data)
    line.run(54.9)
    assert waits in line.items
    line.run(55.1)
    assert waits not in line.items
