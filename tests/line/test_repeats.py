"""What is repeated is a pass of its own for every stage in it, and what is cut twice is lost in no book."""

from typing import Literal

import pytest
from decoded import rows
from random_plants import Toy
from with_laboratory import with_laboratory

from twin.limit import Limit
from twin.line.bare import BareLine
from twin.line.distribution import Constant, Exponential, Service
from twin.line.laws import check
from twin.line.rules import Changeover, Cut, LabValue, Path, Sampling
from twin.line.state import SETUP
from twin.line.station import Procedure, Station
from twin.line.supply import Arrivals
from twin.records import Records

BREW, BAKE = (Toy(Exponential(1.0), 2.0, 0.1, 20.0, name) for name in ("brew", "bake"))
GATE = Limit("Q", "property", "bake", "quality", 0.5, 9.0, "here", "quality", below=("repeat", "scrap"))


@pytest.mark.parametrize("requeues", [False, True])
@pytest.mark.parametrize("work", [((BREW, BAKE),), ((BREW,), (BAKE,))], ids=["overlapping", "one after the other"])
def test_a_repeated_pass_is_counted_for_every_stage_in_it(work: tuple[tuple[Toy, ...], ...], requeues: bool) -> None:  # noqa: FBT001 - as pytest tells it
    """The stage that was judged good is passed once more too, and draws anew; alone in a machine only the last is."""
    line = BareLine(seed=1, records=Records())
    line.arrive(Constant(10.0))
    line.station("kettle", work, limits={("", "bake"): (GATE,)}, requeues=requeues)
    line.run(2000.0)
    passed: dict[str, list[tuple[float, float]]] = {"brew": [], "bake": []}
    for row in rows(line.line.records, "visits"):
        passed[row["stage"]].append((row["lot"], row["attempt"]))
    alone = len(work) == 2 and not requeues
    assert {attempt for _, attempt in passed["bake"]} == {0.0, 1.0}
    assert {attempt for _, attempt in passed["brew"]} == ({0.0} if alone else {0.0, 1.0})
    assert all(len(found) == len(set(found)) for found in passed.values())


def test_panels_that_are_coated_and_cut_again_are_all_in_the_books() -> None:
    """Those that were there stay, those that are new come in, and the ledger closes."""
    line = BareLine(seed=1)
    line.arrive(Constant(10.0))
    for name in ("first", "second"):
        line.station(name, BREW, paths=[Path("", cut=Cut("panels", 4, panel_area=1.0, material="panel"))])
    line.run(500.0)
    assert line.line.ledger.went["panel"]["done"] > 0.0
    assert [law for law in check(line.line) if not law.holds] == []


@pytest.mark.parametrize("hold", ["unit", "stock"])
def test_another_sample_of_a_lot_draws_its_analysis_anew(hold: Literal["unit", "stock"]) -> None:
    """Times of the laboratory differ among the samples of one lot, as they do among lots."""
    line = with_laboratory(1.0)
    analysis: Procedure = [[Service(Exponential(5.0))]]
    line.stations["lab"] = Station(line, "lab", {"": analysis}, line.buffers["lab"], paths=[Path("desk")])
    often = GATE._replace(below=("repeat", "repeat", "repeat", "scrap"), lower=1.0)
    line.stations["oven"] = Station(
        line, "oven", {"": [[BAKE]]}, line.buffers["in"], paths=[Path("out")], limits={("", "bake"): (often,)},
        samplings=[Sampling("bake", "lab", {"quality": LabValue()}, hold=hold)],
    )  # fmt: skip
    line.arrivals["lots"] = Arrivals(line, "lots", Constant(200.0), "in")
    line.begin()
    line.run(2000.0)
    looked = [row for row in rows(line.records, "visits") if row["station"] == "lab"]
    times = [row["end"] - row["start"] for row in looked]
    assert len(times) > 20
    assert len({round(time, 6) for time in times}) == len(times)


def test_a_lot_that_comes_again_draws_its_set_up_anew() -> None:
    """Exponential set-ups between lots that come back: no two are alike."""
    line = BareLine(records=Records())
    line.arrive(Constant(100.0))
    set_up = Changeover({("", ""): Exponential(5.0)})
    line.station("mill", Constant(1.0), rework=0.6, changeover=set_up)
    line.run(3000.0)
    times = [row["end"] - row["start"] for row in rows(line.line.records, "states") if row["state"] == SETUP]
    assert len(times) > 40
    assert len({round(time, 9) for time in times}) == len(times)


def test_a_lot_without_web_of_which_some_is_to_be_cut_off_is_scrapped_in_the_books() -> None:
    """There is no web to cut: the whole lot goes, and the ledger closes."""
    line = BareLine(seed=1)
    line.arrive(Constant(10.0))
    mass_only = Toy(Exponential(1.0), 2.0, 0.1, 0.0, "brew")
    line.station("kettle", mass_only, limits={("", "brew"): (GATE._replace(stage="brew", above=("cut",), upper=0.1),)})
    line.run(500.0)
    assert line.line.ledger.went["kg"]["scrapped"] > 0.0
    assert [law for law in check(line.line) if not law.holds] == []
