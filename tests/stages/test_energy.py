"""What the stages use: one number by hand for each utility, and what an interruption changes in it."""

from functools import cache

import pytest

from twin.draws import Draws
from twin.material import Lot
from twin.products import PRODUCTS
from twin.stage import Outcome, Stage, Visit
from twin.stages.coating import Coating
from twin.stages.curing import Curing
from twin.stages.dissolution import Dissolution
from twin.stages.imidization import Imidization
from twin.stages.lamination import Lamination
from twin.stages.precipitation import Precipitation
from twin.stages.predrying import Predrying
from twin.stages.synthesis import Synthesis
from twin.stages.winding import Winding

HOUR = 3600.0
BLANKETED = ("synthesis", "imidization", "precipitation", "dissolution")
STAGES = [(product, name) for product, made in PRODUCTS.items() for name in made.procedure]


def ran(stage: Stage, lot: Lot, visit: Visit) -> Outcome:
    return stage.run(lot, visit, Draws(5, source=stage.name, number=1, attempt=visit.attempt))


@cache
def before(product: str, name: str) -> Lot:
    """Give the lot as it comes to a stage: through all that stand before it; panels are what a roll is cut to."""
    lot = Lot(1, product)
    for earlier, stage in PRODUCTS[product].procedure.items():
        lot = lot._replace(panels=240.0) if earlier in {"lamination", "drilling"} else lot
        if earlier == name:
            break
        lot = ran(stage, lot, Visit()).lot
    return lot


def halfway(stage: Stage, lot: Lot, attempt: int, stopped: float = 0.0) -> tuple[Outcome, Outcome]:
    """Run the operation as a whole, and again as one that was stopped after half of it."""
    whole = ran(stage, lot, Visit(attempt=attempt))
    return whole, ran(stage, lot, Visit(attempt=attempt, elapsed=0.5 * whole.duration, stopped=stopped, stops=1))


@pytest.mark.parametrize("attempt", [0, 1])
@pytest.mark.parametrize(("product", "name"), STAGES)
def test_an_interrupted_operation_uses_what_the_whole_uses(product: str, name: str, attempt: int):
    """Half of the time is left, yet electricity, gas, heat and hours are those of both halves; repeats too.

    The oven's solver steps anew from where it stopped, so it is held to 1e-5.
    """
    lot, stage = before(product, name), PRODUCTS[product].procedure[name]
    whole, rest = halfway(stage, ran(stage, lot, Visit()).lot if attempt else lot, attempt)
    assert rest.duration == pytest.approx(0.5 * whole.duration, rel=1e-5)
    assert rest.utilities == pytest.approx(dict(whole.utilities), rel=1e-5)
    assert whole.utilities


@pytest.mark.parametrize("name", BLANKETED)
def test_only_the_blanket_lies_over_a_batch_that_stands(name: str):
    """A stop of 10 h takes 2.8e-3 m3/s x 36000 s = 100.8 m3 of nitrogen more, and no electricity or hour."""
    stage = PRODUCTS["adhesive_film"].procedure[name]
    whole, rest = halfway(stage, before("adhesive_film", name), 0, 10.0 * HOUR)
    for utility in ("electricity_kWh", "operator_h"):
        assert rest.utilities[utility] == pytest.approx(whole.utilities[utility])
    assert rest.utilities["nitrogen_m3"] - whole.utilities["nitrogen_m3"] == pytest.approx(100.8)
