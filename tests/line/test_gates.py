"""What becomes of a lot at a gate, of an operation that is stopped, and of stations that could never work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any, ClassVar, Literal

import pytest
from decoded import rows
from with_laboratory import with_laboratory

from twin.draws import Draws
from twin.limit import Limit
from twin.line.bare import BareLine
from twin.line.distribution import Constant, Exponential
from twin.line.line import Line
from twin.line.rules import Changeover, Cut, LabValue, Load, Path, Pool, Sampling
from twin.line.state import DOWN
from twin.line.station import Station
from twin.line.stop import Maintenance, Outage, Wear
from twin.line.supply import Arrivals
from twin.material import Lot
from twin.records import Records
from twin.stage import Outcome, Visit

NEVER = 1e9


@dataclass(frozen=True)
class Cook:
    """A stage that keeps what it was told; lots whose number is even come out bad at first.

    Attributes:
        time: How long it takes. [s]
        bad: How often an even lot comes out bad. [1]
        coat: Web that it coats. [m]
        seen: The lot's number and the visit, in the order of asking.
    """

    time: float = 1.0
    bad: int = 0
    coat: float = 0.0
    seen: list[tuple[int, Visit]] = field(default_factory=list)
    name: ClassVar[str] = "cook"
    measures: ClassVar[Mapping[str, str]] = {"quality": "1"}

    def run(self, lot: Lot, visit: Visit, _draws: Draws, /) -> Outcome:
        """Take what is left of the time."""
        self.seen.append((lot.number, visit))
        quality = 0.0 if lot.number % 2 == 0 and visit.attempt < self.bad else 1.0
        after = lot.becoming({"coated_width": 0.5}, length=lot.length + self.coat)
        return Outcome(after, self.time - (visit.elapsed or 0.0), {"quality": quality})


# -- repeat ------------------------------------------------------------------------------------------------------------

QUALITY = Limit("Q1", "property", "cook", "quality", 0.5, 2.0, "here", "quality", below=("repeat", "repeat", "scrap"))


def gated(stage: Cook, hold: Literal["", "unit", "stock"], load: Load | None) -> Line:
    """One oven with a gate; with ``hold`` a laboratory looks at each lot, and the lot waits there."""
    line = with_laboratory(0.3)
    line.stations["oven"] = Station(
        line, "oven", {"": [[stage]]}, line.buffers["in"], paths=[Path("out")], load=load,
        limits={("", "cook"): (QUALITY,)},
        samplings=[Sampling("cook", "lab", {"quality": LabValue()}, hold=hold)] if hold else (),
    )  # fmt: skip
    line.arrivals["lots"] = Arrivals(line, "lots", Constant(2.0), "in")
    return line


@pytest.mark.parametrize("load", [None, Load(2, 2, 3.0), Load(1, 3)], ids=["one", "two", "up to three"])
@pytest.mark.parametrize("hold", ["", "unit", "stock"])
@pytest.mark.parametrize("bad", [1, 2, 3])
def test_a_lot_to_be_repeated_is_treated_again_and_no_other(
    hold: Literal["", "unit", "stock"], load: Load | None, bad: int
) -> None:
    """Only lots that missed are treated again, as often as they missed; none is shipped by a verdict of repeat."""
    stage = Cook(bad=bad)
    line = gated(stage, hold, load)
    line.begin()
    line.run(61.0)
    attempts: dict[int, list[int]] = {}
    for number, visit in stage.seen:
        attempts.setdefault(number, []).append(visit.attempt)
    last: dict[float, str] = {}
    for row in rows(line.records, "dispositions"):
        last[row["lot"]] = row["action"]
    fates = {row["lot"]: row["fate"] for row in rows(line.records, "lots")}
    assert "shipped" in fates.values()
    for number, fate in fates.items():
        even = number % 2 == 0
        assert (fate, last[number]) == (("scrapped", "scrap") if even and bad > 2 else ("shipped", "pass"))
        assert attempts[int(number)] == list(range(min(bad, 2) + 1 if even else 1))
    assert len(fates) > 10
    assert not line.stations["oven"].again


def test_the_way_chosen_at_one_station_is_not_taken_at_the_next() -> None:
    """Behind a station that is cleaned each lot passes the next one once, though that has two ways on."""
    line = BareLine(records=Records())
    line.arrive(Constant(2.0))
    line.station("mill", Constant(1.0), maintenances=[Maintenance("clean", 10.0, Constant(0.1))])
    line.station("check", Constant(0.5), scrap=0.5)
    line.run(100.0)
    passed = [(row["station"], row["lot"]) for row in rows(line.line.records, "visits")]
    assert len(passed) > 80
    assert len(set(passed)) == len(passed)


# -- stops -------------------------------------------------------------------------------------------------------------


def test_stops_of_an_operation_add_up() -> None:
    """Work 10, off 3-23, 25-26 and 28-28.5: the stage hears of all work so far, all rests together, their number."""
    stage, times = Cook(10.0), ((3.0, 20.0), (25.0, 1.0), (28.0, 0.5))
    line = BareLine(records=Records())
    line.feed()
    outages = [Outage(f"at {at}", Constant(at), Constant(lasts), times=1) for at, lasts in times]
    line.station("oven", stage, outages=outages)
    line.run(32.0)
    heard = [(visit.elapsed, visit.stopped, visit.stops) for _, visit in stage.seen]
    assert heard == [(None, 0.0, 0), (3.0, 20.0, 1), (5.0, 21.0, 2), (7.0, 21.5, 3), (None, 0.0, 0)]
    assert [row["end"] for row in rows(line.line.records, "visits")] == [31.5]


def test_stops_that_overlap_are_one_rest() -> None:
    """Off from 3 to 8 for one reason and from 5 to 9 for another is one interruption of 6."""
    stage = Cook(10.0)
    line = BareLine()
    line.feed()
    outages = [Outage("a", Constant(3.0), Constant(5.0), times=1), Outage("b", Constant(5.0), Constant(4.0), times=1)]
    line.station("oven", stage, outages=outages)
    line.run(15.0)
    assert [(visit.elapsed, visit.stopped, visit.stops) for _, visit in stage.seen] == [(None, 0.0, 0), (3.0, 6.0, 1)]


@pytest.mark.parametrize("work", [Constant(10.0), Cook(10.0)], ids=["plain", "asks the stage"])
@pytest.mark.parametrize("counter", ["busy", "operations"])
@pytest.mark.parametrize("settles", [1, 97])
def test_repairs_that_are_folded_into_the_work_are_stoppages(work: Constant | Cook, counter: str, settles: int) -> None:
    """Stops by cause add up to the machine's time down, however often the books were settled meanwhile."""
    line = BareLine(seed=4, records=Records())
    line.feed()
    between = Exponential(25.0 if counter == "busy" else 2.5)
    wears = [Wear("tool", between, Exponential(2.0), counter), Wear("belt", Constant(3.0), Constant(0.7), "operations")]
    line.station("mill", work, wears=wears, outages=[Outage("power", Exponential(70.0), Exponential(4.0))])
    inside = line.begin()
    for number in range(settles):
        inside.run(5000.0 * (number + 1) / settles)
    log, end = inside.units()[0].log, inside.env.now
    while log.state == DOWN or log.pieces:  # up to the end of an operation without repairs
        inside.run(end := end + 1.0)
    found = rows(inside.records, "stoppages")
    assert {row["cause"] for row in found} == {"tool", "belt", "power"}
    alone = [row["end"] - row["start"] for row in found if row["cause"] == "belt"]
    assert len(alone) > 50
    assert alone == pytest.approx([0.7] * len(alone))
    assert all(row["start"] == row["repair_start"] for row in found)
    assert sum(row["end"] - row["start"] for row in found) == pytest.approx(log.totals[DOWN], rel=1e-9)


def test_maintenance_that_is_interrupted_is_written_from_its_start() -> None:
    """Maintenance of 4 from 5 on, power off from 6 to 16: it lasted from 5 to 19."""
    line = BareLine(records=Records())
    line.feed()
    power = Outage("power", Constant(6.0), Constant(10.0), times=1)
    line.station("mill", Constant(1.0), maintenances=[Maintenance("clean", 5.0, Constant(4.0))], outages=[power])
    line.run(20.0)
    found = [(row["cause"], row["start"], row["end"]) for row in rows(line.line.records, "stoppages")]
    assert found == [("power", 6.0, 16.0), ("clean", 5.0, 19.0)]


@pytest.mark.parametrize("crew", [None, "people"])
@pytest.mark.parametrize(("counter", "every"), [("calendar", 5.0), ("busy", 8.0)])
@pytest.mark.parametrize("gap", [4.0, 43.0])
def test_maintenance_that_falls_due_at_work_comes_before_the_next_lot(
    counter: str, every: float, gap: float, crew: str | None
) -> None:
    """Due while the machine works until 8, it is done from 8 to 10, whether the next lot waits or comes much later."""
    line = BareLine(records=Records())
    line.crew("people", 1)
    line.arrive(Exponential(NEVER))
    cleaning = Maintenance("clean", every, Constant(2.0), counter, crew)
    line.station("mill", Constant(8.0), maintenances=[cleaning])
    inside = line.begin()
    inside.buffers["mill"].offer(inside.new_item("hand", ""))
    inside.env.run(until=gap)
    inside.buffers["mill"].offer(inside.new_item("hand", ""))
    inside.env.run(until=gap + 30.0)
    first = rows(inside.records, "stoppages")[0]
    assert (first["cause"], first["start"], first["end"]) == ("clean", 8.0, 10.0)
    starts = [row["start"] for row in rows(inside.records, "visits")]
    assert starts == [0.0, max(10.0, gap)]


# -- cuts and lines that cannot be -------------------------------------------------------------------------------------


def test_a_roll_too_short_for_a_panel_is_accounted_for() -> None:
    """A roll of 0.5 m, of which no panel can be cut, is scrapped with the reason and its length."""
    line = BareLine(records=Records())
    line.arrive(Constant(4.0))
    line.station("coater", Cook(coat=0.5), paths=[Path("", cut=Cut("panels", 4.0, panel_area=1.0))])
    line.run(21.5)
    found = [(row["limit"], row["value"], row["action"]) for row in rows(line.line.records, "dispositions")]
    assert found == [("too short for a panel", 0.5, "scrap")] * 5
    assert [row["fate"] for row in rows(line.line.records, "lots")] == ["scrapped"] * 5


SET_UP = Changeover({("", ""): Constant(1.0)}, "people", 3)
ONE, NOTHING = Constant(1.0), Constant(0.0)


@pytest.mark.parametrize(
    ("rules", "cards", "told"),
    [
        ({"servers": 0}, inf, "no machine"),
        ({"crew": ("ghosts", 1)}, inf, r"no crew 'ghosts'; there are: people"),
        ({"crew": ("people", 3)}, inf, "needs 3 of crew 'people', which has 2"),
        ({"changeover": SET_UP}, inf, "needs 3 of crew 'people'"),
        ({"wears": [Wear("tool", ONE, ONE, crew="ghosts")]}, inf, "no crew 'ghosts'"),
        ({"outages": [Outage("power", ONE, ONE, "ghosts")]}, inf, "no crew 'ghosts'"),
        ({"maintenances": [Maintenance("clean", 1.0, ONE, crew="ghosts")]}, inf, "no crew 'ghosts'"),
        ({"load": Load(5, 2)}, inf, "load of 5 to 2"),
        ({"load": Load(0, 2)}, inf, "load of 0 to 2"),
        ({"paths": [Path("", cut=Cut("mass", 1.0))]}, 3.0, "card"),
        ({"pool": Pool({"": 1.0})}, 3.0, "card"),
        ({"pool": Pool({"": 0.0})}, inf, "pool of nothing"),
        ({"wears": [Wear("tool", NOTHING, ONE)]}, inf, "tool comes without end"),
        ({"outages": [Outage("power", NOTHING, NOTHING)]}, inf, "power comes without end"),
        ({"maintenances": [Maintenance("clean", 0.0, ONE)]}, inf, "clean comes without end"),
        ({"wears": [Wear("x", ONE, ONE)], "outages": [Outage("x", ONE, ONE)]}, inf, "2 stops are called 'x'"),
        ({"outages": [Outage("x", ONE, ONE), Outage("x", ONE, ONE, unit=1)]}, inf, "2 stops are called 'x'"),
        ({"maintenances": [Maintenance("x", 1.0, ONE), Maintenance("x", 2.0, ONE)]}, inf, "2 stops are called 'x'"),
    ],
)
def test_a_station_that_could_never_work_is_refused_by_name(rules: dict[str, Any], cards: float, told: str) -> None:
    """No machine, nobody to call, loads that cannot be, cards that would be lost, stops without end: an error."""
    line = BareLine()
    line.crew("people", 2)
    line.feed(cards=cards)
    line.station("store", Constant(0.1))
    line.station("mill", ONE, **rules)
    with pytest.raises(ValueError, match=rf"station mill: .*{told}"):
        line.begin()
