"""What the line does with a lot that is downgraded or cut: its grade, what goes on, what is booked as gone."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import ClassVar, Literal

import pytest
from decoded import rows

from twin.draws import Draws
from twin.limit import Limit
from twin.line.buffer import Buffer, Exit
from twin.line.distribution import Constant
from twin.line.line import Line
from twin.line.rules import Cut, Path
from twin.line.station import Station
from twin.line.supply import Arrivals
from twin.material import Lot
from twin.records import Records
from twin.stage import Outcome, Visit


@dataclass(frozen=True)
class Wind:
    """A stage that makes 20 m of web, 0.5 m wide, of 4 kg of varnish; a part of it has touched.

    Attributes:
        touched: How much. [m]
    """

    touched: float
    name: ClassVar[str] = "wind"
    measures: ClassVar[Mapping[str, str]] = {"touched": "m"}

    def run(self, lot: Lot, _visit: Visit, _draws: Draws, /) -> Outcome:
        """Make the web."""
        after = lot.becoming({"coated_width": 0.5}, mass=lot.mass + 4.0, length=lot.length + 20.0)
        return Outcome(after, 1.0, {"touched": self.touched}, feeds={"varnish": 4.0})


def wound(touched: float, action: Literal["cut", "downgrade"], way: Path) -> Line:
    """A winder with a gate at 1 m, after ten lots."""
    line = Line(seed=1, records=Records(), prices={"varnish": 7.0})
    line.exits["out"] = Exit(line, "out", "shipped")
    line.buffers["in"] = Buffer(line, "in", inf)
    limit = Limit("T1", "property", "wind", "touched", 0.0, 1.0, "here", "touched", above=(action,))
    line.stations["winder"] = Station(
        line, "winder", {"": [[Wind(touched)]]}, line.buffers["in"], paths=[way], limits={("", "wind"): (limit,)}
    )
    line.arrivals["lots"] = Arrivals(line, "lots", Constant(2.0), "in")
    line.begin()
    line.run(21.5)
    return line


@pytest.mark.parametrize("touched", [1.0, 4.0])
@pytest.mark.parametrize("cut", [None, Cut("panels", 8.0, panel_area=1.0)], ids=["whole", "in panels"])
def test_a_downgraded_lot_goes_on_as_second_grade(touched: float, cut: Cut | None) -> None:
    """It is shipped whole, it and all that is cut from it as grade 1, and nothing of it is booked as scrap."""
    line = wound(touched, "downgrade", Path("out", cut=cut))
    shipped = [row for row in rows(line.records, "lots") if row["fate"] == "shipped"]
    assert {row["grade"] for row in shipped} == {float(touched > 1.0)}
    assert sum(row["length"] * 0.5 for row in shipped) == pytest.approx(0.0 if cut else 100.0)
    assert sum(row["area"] for row in shipped) == pytest.approx(100.0)
    told = rows(line.records, "dispositions")
    assert [(row["action"], row["value"], row["area"]) for row in told] == [
        ("downgrade" if touched > 1.0 else "pass", touched, 10.0)
    ] * 10
    assert "scrapped" not in line.ledger.went["m"]
    assert max(map(abs, line.ledger.imbalance(line.items.values()).values())) < 1e-9


@pytest.mark.parametrize("touched", [1.0, 4.0, 20.9])
def test_what_touched_is_cut_off_and_the_rest_goes_on(touched: float) -> None:
    """What lies beyond the limit goes as scrap with its mass, area and money; the rest is shipped as first grade."""
    line = wound(touched, "cut", Path("out"))
    left = 1.0 - (touched - 1.0) / 20.0
    assert [
        (row["fate"], row["grade"], *(round(row[name] / left, 9) for name in ("mass", "length", "area", "cost")))
        for row in rows(line.records, "lots")
    ] == [("shipped", 0.0, 4.0, 20.0, 10.0, 28.0)] * 10
    told = {(row["action"], row["value"], row["length"], row["area"]) for row in rows(line.records, "dispositions")}
    assert told == {("cut" if touched > 1.0 else "pass", touched, 20.0, 10.0)}
    for quantity, each in (("kg", 4.0), ("m", 20.0), ("USD", 28.0)):
        gone = line.ledger.went[quantity].get("scrapped", 0.0)
        assert gone == pytest.approx(10.0 * (1.0 - left) * each, abs=1e-9)
        assert line.ledger.went[quantity]["shipped"] == pytest.approx(10.0 * left * each)
    assert max(map(abs, line.ledger.imbalance(line.items.values()).values())) < 1e-9


@pytest.mark.parametrize("touched", [21.0, 30.0])
def test_a_lot_of_which_nothing_is_left_is_scrapped(touched: float) -> None:
    """Where all of it touched, nothing is shipped, and all of it is booked as scrap."""
    line = wound(touched, "cut", Path("out"))
    assert [(row["fate"], row["length"], row["mass"]) for row in rows(line.records, "lots")] == [
        ("scrapped", 0.0, 0.0)
    ] * 10
    assert line.gone.get("shipped", 0) == 0
    assert {quantity: line.ledger.went[quantity]["scrapped"] for quantity in ("kg", "m", "USD")} == pytest.approx(
        {"kg": 40.0, "m": 200.0, "USD": 280.0}
    )
