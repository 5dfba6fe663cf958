"""Laws of the replay: it is the run to the last digit, it ends in the run's measures, and a difference is told."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from twin import reports, study
from twin import trace as traces
from twin.draws import Draws
from twin.material import Lot
from twin.scenario import load
from twin.stage import Outcome, Visit
from twin.store import Store
from twin.trace.replaying import SAME, replay, replayable

SHORT = ("study.warm_up=1 d", "study.horizon=6 d", "study.replications=2")
ENDS = {
    ("predrying", "residual solvent, mean"): ("residual_solvent", lambda values: values[-1]),
    ("winding", "roll pressure"): ("core_pressure", lambda values: values[0]),
    ("winding", "clearance"): ("clearance", min),
    ("curing", "core temperature"): ("core_temperature", max),
    ("curing", "pressure in the gap at the core"): ("gap_pressure", max),
}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A short run, with its plan as its tables have it, and the facts of a roll that left it."""
    made = study.run(load("baseline", SHORT), tmp_path_factory.mktemp("store"), workers=1)
    store = Store(made.store)
    plan, why_not = replayable(store, made.run_id)
    assert why_not == ""
    roll = next(
        (one["replication"], one["lot"]) for one in store.read(made.run_id, "lots").to_pylist()
        if one["material"] == "cured_roll" and one["fate"] == "shipped"
    )  # fmt: skip
    return plan, traces.facts(store, made.run_id, *roll, plan)


@dataclass(frozen=True)
class Other:
    """A stage of other code: it answers as the stage that it stands for, but for one measure."""

    stage: Any
    measure: str
    factor: float | None  # by which the measure is off; None leaves it out

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a setting of the stage
        """Return whatever the stage has."""
        return getattr(object.__getattribute__(self, "stage"), name)

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Answer otherwise."""
        outcome = self.stage.run(lot, visit, draws)
        measures = dict(outcome.measures)
        value = measures.pop(self.measure)
        return outcome._replace(
            measures=measures if self.factor is None else {**measures, self.measure: value * self.factor}
        )


def of_other_code(plan, product, stage, measure, factor):
    """The plan with one stage of other code."""
    made = plan.products[product]
    procedure = {**made.procedure, stage: Other(made.procedure[stage], measure, factor)}
    return replace(plan, products={**plan.products, product: replace(made, procedure=procedure)})


def test_a_replay_is_the_run(done):
    """With the same code no measure differs, and the screen says that it was played again alike."""
    plan, found = done
    again = replay(plan, found)
    assert again.worst == 0.0
    assert "Played again: every measure is that of the tables." in reports.traced(found, again, "")


@pytest.mark.parametrize(
    ("factor", "worst", "percent"),
    [(1.001, 0.001 / 1.001, "0.100"), (1.0 + 1e-7, 1e-7, "1.0e-05"), (None, 1.0, "100")],
)
def test_a_replay_by_other_code_differs(done, factor, worst, percent):
    """One measure off by a thousandth, by a ten millionth, or missing: the worst is told as it is, and doubted."""
    plan, found = done
    again = replay(of_other_code(plan, "clad_laminate", "curing", "tear_strength", factor), found)
    assert again.worst == pytest.approx(worst, rel=1e-3)
    assert again.worst > SAME
    assert not again.same
    told = f"differs from the tables by {percent} % of a measure at worst"
    assert told in reports.traced(found, again, "")


def test_another_setting_is_another_lot(done):
    """A dryer that is 5 K hotter gives a drier roll: the replay is not that of the tables."""
    plan, found = done
    made = plan.products["clad_laminate"]
    dryer = made.procedure["predrying"]
    hotter = replace(dryer, zone_1=dryer.zone_1 + 5.0)
    changed = replace(made, procedure={**made.procedure, "predrying": hotter})
    assert not replay(replace(plan, products={**plan.products, made.name: changed}), found).same


def test_profiles_end_in_the_measures_of_the_tables(done):
    """Dryer, roll and oven: each profile has units on both sides, and its end or extreme is a published measure."""
    plan, found = done
    shown = {(stage, one.name): one for stage, one in replay(plan, found).profiles}
    told = {(one["stage"], one["measure"]): one for one in found.measures}
    for key, (measure, end) in ENDS.items():
        profile, row = shown[key], told[key[0], measure]
        assert profile.unit == row["value_unit"]
        assert profile.along_unit in {"m", "s"}
        assert list(profile.points) == sorted(profile.points)
        assert end(profile.values) == pytest.approx(row["value"], rel=2e-3), key
