"""What stops a machine, on lines so small that every time can be told beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pytest

from twin.draws import Draws
from twin.line.bare import BareLine, Statistics
from twin.line.calendar import Calendar
from twin.line.distribution import Constant, Distribution, Exponential
from twin.line.rules import Changeover, Load, Path
from twin.line.state import BUSY, DOWN, REPAIR_WAIT
from twin.line.stop import Maintenance, Outage, Wear
from twin.material import Lot
from twin.records import Records
from twin.stage import Outcome, Visit


@dataclass(frozen=True)
class Slow:
    """A stage that is told how far an interrupted operation got."""

    time: float
    name: ClassVar[str] = "slow"
    measures: ClassVar[Mapping[str, str]] = {}

    def run(self, lot: Lot, visit: Visit, _draws: Draws, /) -> Outcome:
        """Take what is left of the time."""
        return Outcome(lot, self.time - (visit.elapsed or 0.0))


NEVER = 1e9


def once(at: float, lasts: float, crew: str | None = None) -> Outage:
    return Outage("power", Constant(at), Constant(lasts), crew=crew, times=1)


def one_lot(line: BareLine) -> dict[str, float]:
    """Let one lot come at time 1, and return when it was done and how the first machine spent its time."""
    line.arrive(Constant(1.0))
    inside = line.begin()
    arrivals = next(iter(inside.arrivals.values()))
    arrivals.between = Constant(NEVER)  # the one at 1 is on the agenda already
    line.run(100.0)
    assert inside.records is not None
    totals = next(iter(inside.stations.values())).units[0].log.totals
    end = float(inside.records.visits.table()[0][8])
    return {"end": end, "busy": totals[BUSY], "down": totals[DOWN], "waiting": totals[REPAIR_WAIT]}


@pytest.mark.parametrize("work", [Constant(10.0), Slow(10.0)], ids=["plain", "asks the stage"])
def test_an_outage_during_a_folded_repair_loses_no_time(work: Distribution | Slow) -> None:
    """Work 10, wear after 4 and 8 of work mended in 1, power off from 8 to 10: done at 1 + 10 + 2 + 2."""
    line = BareLine(records=Records())
    line.station("mill", work, wears=[Wear("tool", Constant(4.0), Constant(1.0))], outages=[once(8.0, 2.0)])
    assert one_lot(line) == pytest.approx({"end": 15.0, "busy": 10.0, "down": 4.0, "waiting": 0.0})


def test_wear_by_operations_calls_its_crew_as_one_starts() -> None:
    """The second of two operations starts with a repair of 3 that waits for nobody, so it ends 3 later."""
    line = BareLine(records=Records())
    line.crew("menders", 1)
    line.feed()
    line.station("mill", Constant(2.0), wears=[Wear("belt", Constant(2.0), Constant(3.0), "operations", "menders")])
    line.run(14.5)
    records = line.line.records
    assert records is not None
    assert [row[8] for row in records.visits.table()] == [2.0, 7.0, 9.0, 14.0]


def test_a_repair_goes_before_a_call_for_more_people() -> None:
    """A set-up that waits for two of two people does not keep the one free person from a repair."""
    line = BareLine()
    line.crew("people", 2)
    line.arrive(Constant(1.0), product="a")
    line.station("press", Constant(50.0), crew=("people", 1), outages=[once(5.0, 1.0, "people")])
    line.station("mill", Constant(1.0), changeover=Changeover({("", "b"): Constant(1.0)}, "people", 2))
    line.arrive(Constant(2.0), product="b", to="mill")
    line.run(20.0)
    assert line.line.stations["press"].units[0].log.totals[DOWN] == pytest.approx(1.0)


def test_a_plain_station_is_maintained_by_its_seconds_of_work() -> None:
    """Maintenance of 1 after each 10 of work takes one eleventh of the time of a machine that never waits."""
    line = BareLine()
    line.feed()
    line.station("mill", Constant(2.0), maintenances=[Maintenance("clean", 10.0, Constant(1.0))])
    assert line.run(1100.0).stations["mill"].shares["maintenance"] == pytest.approx(1.0 / 11.0, rel=0.01)


def test_a_lot_that_comes_back_draws_its_fate_anew() -> None:
    """Lots that pass a station again are scrapped there with the same chance as at first."""
    line = BareLine(seed=2)
    line.feed()
    line.station("mill", Constant(1.0), scrap=0.4)
    line.station("check", Constant(0.1), paths=[Path("mill", chance=0.5, again=True)])
    gone = line.run(20000.0).gone
    passes = gone["scrapped"] / 0.4  # of each 10 passes through the mill 4 are scrapped
    assert gone["scrapped"] + gone["done"] == pytest.approx(passes * (0.4 + 0.6 * 0.5), rel=0.03)


def share(run: Statistics, state: str) -> float:
    return run.stations["mill"].shares[state]


def test_a_shift_finishes_what_runs_and_starts_nothing() -> None:
    """Open 8 of 24, service 3: the machine works 9 a day, and 15 are off shift."""
    line = BareLine()
    line.feed()
    line.station("mill", Constant(3.0), calendar=Calendar(24.0, ((0.0, 8.0),)))
    run = line.run(240.0)
    assert share(run, "busy") == pytest.approx(9.0 / 24.0)
    assert share(run, "off shift") == pytest.approx(15.0 / 24.0)


def test_a_machine_after_its_shift_blocks_a_station_without_places() -> None:
    """A buffer of no places lets a lot in when the shift opens, and not before."""
    line = BareLine(records=Records())
    line.feed()
    line.station("press", Constant(1.0))
    line.station("mill", Constant(1.0), places=0, calendar=Calendar(24.0, ((12.0, 24.0),)))
    line.run(15.5)
    records = line.line.records
    assert records is not None
    mill = records.names["mill"]
    assert [row[7] for row in records.visits.table() if row[1] == mill] == [12.0, 13.0, 14.0]


def test_patience_without_end_leaves_no_events() -> None:
    """A load that never comes together puts nothing on the agenda but the arrivals."""
    line = BareLine()
    line.arrive(Exponential(1.0))
    line.station("oven", Constant(1.0), load=Load(1000, 1000))
    line.run(200.0)
    assert len(line.line.env._queue) <= 2  # the next arrival, and the end of the run


def test_who_operates_a_machine_mends_it() -> None:
    """One operator who is also the only mender does not wait for himself."""
    line = BareLine()
    line.crew("people", 1)
    line.feed()
    line.station("mill", Constant(10.0), crew=("people", 1), outages=[once(15.0, 2.0, "people")])
    run = line.run(32.5)
    assert run.gone["done"] == 3
    assert run.stations["mill"].shares["down"] == pytest.approx(2.0 / 32.5)
    assert run.stations["mill"].shares["waiting for repair"] == 0.0


def test_a_machine_that_two_stops_hold_is_down_while_either_is_mended() -> None:
    """A: struck at 10, its mender busy until 100. B: struck at 20, mended by itself in 5. Down 5, then from 100 on."""
    line = BareLine()
    line.crew("mender", 1)
    line.arrive(Constant(1.0))
    line.station("other", Constant(0.1), outages=[Outage("H", Constant(5.0), Constant(95.0), "mender", times=1)])
    two = [Outage("A", Constant(10.0), Constant(10.0), "mender", times=1), once(20.0, 5.0)]
    line.station("mill", Constant(0.1), outages=two)
    line.run(120.0)
    totals = line.line.stations["mill"].units[0].log.totals
    assert (totals[DOWN], totals[REPAIR_WAIT]) == pytest.approx((15.0, 85.0))


def test_a_repair_goes_on_while_a_second_stop_waits_for_its_mender() -> None:
    """B, mended by itself from 10 to 40, is not waited for because A, struck at 20, waits for its mender until 100."""
    line = BareLine()
    line.crew("mender", 1)
    line.arrive(Constant(1.0))
    line.station("other", Constant(0.1), outages=[Outage("H", Constant(5.0), Constant(95.0), "mender", times=1)])
    two = [once(10.0, 30.0), Outage("A", Constant(20.0), Constant(10.0), "mender", times=1)]
    line.station("mill", Constant(0.1), outages=two)
    line.run(120.0)
    totals = line.line.stations["mill"].units[0].log.totals
    assert (totals[DOWN], totals[REPAIR_WAIT]) == pytest.approx((40.0, 60.0))
