"""The laboratory sees a measurement, not the truth: how large its error is, what it decides, what is written down."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import ClassVar, Literal

import pytest
from decoded import rows
from with_laboratory import with_laboratory

from twin.draws import Draws
from twin.limit import Limit
from twin.line import lots
from twin.line.distribution import Constant
from twin.line.lab import lab_value
from twin.line.line import Line
from twin.line.rules import LabValue, Path, Sampling
from twin.line.station import Station
from twin.line.supply import Arrivals
from twin.material import Lot
from twin.stage import Outcome, Visit

LOTS = 1000
LIMIT = 0.5
SEEN = LabValue(sd=0.02, relative_sd=0.06)  # 0.05 at the limit


@dataclass(frozen=True)
class Bake:
    """A stage whose strength lies on either side of the limit, and whose colour nobody measures."""

    name: ClassVar[str] = "bake"
    measures: ClassVar[Mapping[str, str]] = {"strength": "1", "colour": "1"}

    def run(self, lot: Lot, _visit: Visit, draws: Draws, /) -> Outcome:
        """Draw both."""
        return Outcome(lot, 1.0, {"strength": draws.uniform("strength", 0.4, 0.6), "colour": draws.uniform("colour")})


def within(values: list[float], mean: float, sd: float) -> bool:
    """Whether mean and standard deviation are those of a normal sample, each to 4 of its standard errors."""
    size = len(values)
    far = abs(fmean(values) - mean) <= 4.0 * sd / size**0.5
    return far and abs(stdev(values) - sd) <= 4.0 * sd / (2.0 * size) ** 0.5


@pytest.mark.parametrize(
    ("seen", "sd"),
    [(LabValue(sd=0.1), 0.1), (LabValue(relative_sd=0.03), 0.09), (LabValue(sd=0.1, relative_sd=0.03), 0.19)],
)
@pytest.mark.parametrize("value", [3.0, -3.0])
def test_the_error_is_as_large_as_the_rule_says(seen: LabValue, sd: float, value: float) -> None:
    """Over many lots it has no bias, and its standard deviation is the fixed part and the share of the value."""
    draws = Draws(1, source="lab/oven")
    assert within([lab_value(value, seen, "x", draws.at(number)) for number in range(4000)], value, sd)


def test_a_result_is_rounded_after_the_error() -> None:
    """A coarse scale shows whole steps alone, several of them, and their mean is the truth."""
    draws = Draws(1, source="lab/oven")
    told = [lab_value(3.02, LabValue(sd=0.1, resolution=0.05), "x", draws.at(number)) for number in range(4000)]
    assert all(one == pytest.approx(round(one / 0.05) * 0.05) for one in told)
    assert len({round(one / 0.05) for one in told}) > 8
    assert within(told, 3.02, (0.1**2 + 0.05**2 / 12.0) ** 0.5)


def sampled(hold: Literal["unit", "stock"]) -> Line:
    """An oven behind which the laboratory looks at each lot; what seems too weak to it is scrapped."""
    line = with_laboratory(0.3)
    line.stations["oven"] = Station(
        line, "oven", {"": [[Bake()]]}, line.buffers["in"], paths=[Path("out")],
        limits={("", "bake"): (Limit("S1", "property", "bake", "strength", LIMIT, 2.0, "here", "strength"),)},
        samplings=[Sampling("bake", "lab", {"strength": SEEN}, hold=hold)],
    )  # fmt: skip
    line.arrivals["lots"] = Arrivals(line, "lots", Constant(2.0), "in")
    line.begin()
    line.run(2.0 * LOTS + 1.5)
    return line


@pytest.mark.parametrize("hold", ["unit", "stock"])
def test_truth_and_result_are_written_and_the_result_decides(hold: Literal["unit", "stock"]) -> None:
    """The verdict is that on the result, wrong ones both ways among them; the table keeps the truth beside it."""
    records = sampled(hold).records
    found = {row["lot"]: row for row in rows(records, "measurements") if row["measure"] == "strength"}
    colours = [row for row in rows(records, "measurements") if row["measure"] == "colour"]
    told = {row["lot"]: row for row in rows(records, "dispositions")}
    fates = {row["lot"]: row["fate"] for row in rows(records, "lots")}
    assert len(found) == len(colours) == len(told) == len(fates) == LOTS
    wrong = set()
    for lot, row in found.items():
        truth, seen = row["value"], row["lab_value"]
        assert 0.4 < truth < 0.6
        assert told[lot]["value"] == seen
        assert (told[lot]["action"], fates[lot]) == (("pass", "shipped") if seen >= LIMIT else ("scrap", "scrapped"))
        wrong |= {fates[lot]} if (truth >= LIMIT) != (seen >= LIMIT) else set()
    assert wrong == {"shipped", "scrapped"}
    errors = [(row["lab_value"] - row["value"]) / (0.02 + 0.06 * row["value"]) for row in found.values()]
    assert within(errors, 0.0, 1.0)
    assert all(row["lab_value"] != row["lab_value"] for row in colours)


def test_a_sample_is_never_more_than_its_lot() -> None:
    """Half a metre is left of a roll of which a metre is asked: half a metre is written and booked."""
    line = with_laboratory(1.0)
    roll = line.new_item("hand", "")
    roll.lot = roll.lot._replace(length=0.5)
    line.ledger.receive("m", "hand", 0.5)
    lots.take_sample(line, roll, 0.0, 1.0)
    assert [row["amount"] for row in rows(line.records, "consumption")] == [0.5] == [line.ledger.went["m"]["sample"]]
