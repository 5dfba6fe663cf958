"""Several stages in one machine: overlapping in one operation as on a web, or one after the other as in a vessel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import pytest
from decoded import rows
from with_laboratory import with_laboratory

from twin.draws import Draws
from twin.line.distribution import Constant
from twin.line.rules import Path, Sampling
from twin.line.state import BUSY, LAB_WAIT
from twin.line.station import Station
from twin.line.stop import Maintenance
from twin.line.supply import Arrivals
from twin.material import Lot
from twin.stage import MACHINE, Outcome, Visit


@dataclass(frozen=True)
class Step:
    """A stage that adds a kilogram."""

    name: str
    time: float
    measures: ClassVar[Mapping[str, str]] = {"level": "1"}

    def run(self, lot: Lot, _visit: Visit, _draws: Draws, /) -> Outcome:
        """Add it."""
        return Outcome(lot.becoming(mass=lot.mass + 1.0), self.time, {"level": 1.0}, feeds={"resin": 1.0})


def worked(procedure: Sequence[Sequence[Step]], samplings: Sequence[Sampling] = ()) -> list[list[dict[str, Any]]]:
    """Visits of each lot that two machines have finished, of more lots than they can do; machines never rest."""
    line = with_laboratory(0.5)
    line.stations["machine"] = Station(
        line, "machine", {"": procedure}, line.buffers["in"], paths=[Path("out")], servers=2, samplings=samplings
    )
    line.arrivals["lots"] = Arrivals(line, "lots", Constant(1.0), "in")
    line.begin()
    line.run(100.0)
    assert len(line.records.genealogy if line.records else ()) == 0
    ended = [row["lot"] for row in rows(line.records, "lots")]
    visits = [row for row in rows(line.records, "visits") if row["station"] == "machine"]
    states = [row for row in rows(line.records, "states") if row["unit"] != "lab" and row["start"] >= 2.0]
    assert {row["state"] for row in states} <= {BUSY, LAB_WAIT}
    return [[row for row in visits if row["lot"] == lot] for lot in ended]


def test_stages_of_a_web_are_one_pass() -> None:
    """They have one machine, one start and one end, which is that of the slowest; each takes what the last one made."""
    found = worked([[Step("coat", 1.0), Step("dry", 3.0), Step("wind", 2.0)]])
    assert len(found) > 50
    for visits in found:
        assert [row["stage"] for row in visits] == ["coat", "dry", "wind"]
        assert len({(row["unit"], row["arrived"], row["start"], row["end"]) for row in visits}) == 1
        assert visits[0]["end"] - visits[0]["start"] == 3.0
        assert [(row["mass_in"], row["mass_out"]) for row in visits] == [(0.0, 1.0), (1.0, 2.0), (2.0, 3.0)]
    assert {visits[0]["unit"] for visits in found} == {"machine-1", "machine-2"}


@pytest.mark.parametrize("sampled", [False, True])
def test_a_vessel_holds_its_batch_over_two_operations(*, sampled: bool) -> None:
    """The second one begins there as the first ends, or its result has come; no other batch comes between."""
    samplings = [Sampling("make", "lab", {}, hold="unit")] if sampled else []
    found = worked([[Step("make", 2.0)], [Step("convert", 3.0)]], samplings)
    assert len(found) > 30
    for make, convert in found:
        assert (make["stage"], convert["stage"]) == ("make", "convert")
        assert (make["unit"], make["arrived"]) == (convert["unit"], convert["arrived"])
        waited = convert["start"] - make["end"]
        assert waited >= 0.5 if sampled else waited == 0.0
        assert (make["end"] - make["start"], convert["end"] - convert["start"]) == (2.0, 3.0)
        assert (make["mass_out"], convert["mass_in"], convert["mass_out"]) == (1.0, 1.0, 2.0)
    for unit in ("machine-1", "machine-2"):
        mine = [visits for visits in found if visits[0]["unit"] == unit]
        assert len(mine) > 10
        assert all(before[1]["end"] <= after[0]["start"] for before, after in pairwise(mine))


@dataclass(frozen=True)
class Counting:
    """A stage that takes as long as the machine's counters say, and counts heat."""

    name: ClassVar[str] = "count"
    measures: ClassVar[Mapping[str, str]] = {}

    def run(self, lot: Lot, visit: Visit, _draws: Draws, /) -> Outcome:
        """Read all that a machine counts."""
        counted = visit.counted
        return Outcome(lot, 1.0 + counted["busy"] + counted["heat_kWh"] + counted[MACHINE], utilities={"heat_kWh": 2.0})


def test_a_stage_is_told_every_counter_from_the_first_load_on() -> None:
    """Those of all maintenances, before anything was counted too."""
    line = with_laboratory(0.5)
    works = [Maintenance("wipe", 100.0, Constant(1.0)), Maintenance("burn", 100.0, Constant(1.0), "heat_kWh")]
    line.stations["machine"] = Station(
        line, "machine", {"": [[Counting()]]}, line.buffers["in"], paths=[Path("out")], maintenances=works
    )
    line.arrivals["lots"] = Arrivals(line, "lots", Constant(1.0), "in")
    line.begin()
    line.run(30.0)
    visits = rows(line.records, "visits")
    assert [row["end"] - row["start"] for row in visits] == [1.0, 1.0 + 1.0 + 2.0, 1.0 + 5.0 + 4.0]
