"""What is repeated is a pass of its own for every stage in it, and what is cut twice is lost in no book."""

import pytest
from decoded import rows
from random_plants import Toy

from twin.limit import Limit
from twin.line.bare import BareLine
from twin.line.distribution import Constant, Exponential
from twin.line.laws import check
from twin.line.rules import Cut, Path
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
