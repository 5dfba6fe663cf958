"""Settings: every declared constant has a path, and a plan is changed by paths without touching the old one."""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import ClassVar, Literal

import pytest

from twin.draws import Draws
from twin.errors import ContractError, RunError, TwinError, UsageError, joined, printable
from twin.limit import Limit
from twin.material import Lot
from twin.parameter import param, parameters
from twin.plan import Plan
from twin.plant import Plant
from twin.polymer.solvents import SOLVENTS
from twin.products.product import Product
from twin.scenario import baseline, load
from twin.settings import changed, expanded, find, tree
from twin.stage import Outcome, Visit
from twin.stages.predrying import Predrying
from twin.windows import marks, resolved, set_points, window


@dataclass(frozen=True, kw_only=True)
class Baking:
    """A toy stage."""

    name: ClassVar[str] = "baking"
    measures: ClassVar[Mapping[str, str]] = MappingProxyType({})

    temperature: float = param(450.0, "K", low=300.0, high=600.0, source="T-1", about="Of the oven.", shop="degC")
    loaves: int = param(4, "1", low=1, high=40, source="T-2", about="Loaves at once.")
    flour: Literal["rye", "wheat"] = param("rye", source="T-3", about="Kind of flour.")
    secret: tuple[str, ...] = ("salt",)

    def __post_init__(self) -> None:
        if self.temperature > 500.0 and self.loaves > 10:
            raise ValueError("too many loaves for that heat")

    def run(self, lot: Lot, _visit: Visit, _draws: Draws, /) -> Outcome:
        """Bake nothing."""
        return Outcome(lot, 1.0)


CLAIM = Limit("T", "recipe", "baking", "temperature", 400.0, 500.0, "toy patent, claim 7", "")


def bakery(**settings: object) -> Plan:
    """A plan of two breads, one of them bound by a claim."""
    baking = Baking(**settings)  # type: ignore[arg-type] # a test names any setting
    made = {
        name: Product(name=name, about="", procedure={"baking": baking}, specification=limits)
        for name, limits in (("loaf", (CLAIM,)), ("roll", ()))
    }
    return Plan(name="bakery", question="", products=made, plant=Plant())


def test_every_declared_constant_is_a_setting() -> None:
    """The tree has one path for each declared constant of each stage of each product, of the plant and the study."""
    plan = baseline()
    known = tree(plan)
    for name, product in plan.products.items():
        for stage, held in product.procedure.items():
            for setting in parameters(held):
                assert f"{name}.{stage}.{setting}" in known
    assert known["plant.oven.count"].value == 3
    assert known["study.horizon"].value == 28 * 86400.0


def test_defaults_lie_inside_their_own_range() -> None:
    """No setting of the shipped plan lies outside what its own declaration allows."""
    wrong = [
        one.path
        for one in tree(baseline()).values()
        if one.kind is not str and not one.low <= float(one.value) <= one.high
    ]
    assert wrong == []


def test_texts_are_among_their_choices() -> None:
    """Each text setting of the shipped plan is one of the texts that are allowed for it."""
    assert [one.path for one in tree(baseline()).values() if one.choices and one.value not in one.choices] == []


def test_a_path_without_product_means_all_that_have_the_stage() -> None:
    """``stage.setting`` is that setting of every product with the stage; a full path is itself."""
    plan = bakery()
    assert expanded(plan, tree(plan), "baking.loaves") == ("loaf.baking.loaves", "roll.baking.loaves")
    assert expanded(plan, tree(plan), "roll.baking.loaves") == ("roll.baking.loaves",)
    assert expanded(plan, tree(plan), "roll.baking.loafs") == ()


def test_a_change_leaves_the_old_plan_alone() -> None:
    """A changed plan differs in the changed values alone, says what they were, and the old plan is as it was."""
    old = bakery()
    new = changed(old, {"loaf.baking.temperature": 480.0, "plant.oven.count": 5})
    before, after = tree(old), tree(new)
    assert {path for path in before if before[path].value != after[path].value} == set(new.changes)
    assert new.changes == {"plant.oven.count": (3, 5), "loaf.baking.temperature": (450.0, 480.0)}
    assert old == bakery()
    assert changed(new, {"loaf.baking.temperature": 450.0}).changes == {"plant.oven.count": (3, 5)}


def test_the_same_value_in_other_units_is_no_change() -> None:
    """A value that differs by the last digits of a conversion leaves the plan equal."""
    assert changed(bakery(), {"loaf.baking.temperature": 450.0 * (1.0 + 1e-12)}) == bakery()


def test_what_a_stage_refuses_names_the_setting() -> None:
    """A combination that a stage itself refuses ends as a usage error with a path and the stage's words."""
    with pytest.raises(UsageError, match=r"loaf\.baking\..*too many loaves"):
        changed(bakery(), {"loaf.baking.temperature": 550.0, "loaf.baking.loaves": 11})


def test_unknown_paths_have_a_hint() -> None:
    """A path that is unknown is refused with the nearest, a group with its members, a fixed field as such."""
    for path, hint in {
        "loaf.baking.temprature": "Did you mean loaf.baking.temperature",
        "plant.oven.count.x": "one value",
        "baking.secret": "fixes it",
        "loaves": "baking.loaves",
        "": "no such setting",
    }.items():
        with pytest.raises(UsageError, match=hint):
            find(bakery(), path)


def test_patterns_find_settings() -> None:
    """A pattern finds by full path, by short path, and all that lies below a group."""
    plan = bakery()
    assert [one.path for one in find(plan, "*.loaves")] == ["loaf.baking.loaves", "roll.baking.loaves"]
    assert [one.path for one in find(plan, "baking.temperature")] == [
        f"{it}.baking.temperature" for it in plan.products
    ]
    assert {one.path for one in find(plan, "plant.oven")} == {
        one for one in tree(plan) if one.startswith("plant.oven.")
    }


def test_marks_follow_the_window_of_the_product_that_has_it() -> None:
    """A set-point outside its claim marks that product and stage; on the edge, or of another product, it does not."""
    plan = bakery()
    assert marks(changed(plan, {"loaf.baking.temperature": 510.0})) == (("loaf", "baking", "outside claim 7"),)
    assert marks(changed(plan, {"loaf.baking.temperature": 500.0 * (1 + 1e-12)})) == ()
    assert marks(changed(plan, {"roll.baking.temperature": 510.0})) == ()
    assert window(plan.products["loaf"], "baking", "temperature") == "126.85-226.85 degC (claim 7)"


def test_a_window_below_the_boiling_point_follows_the_solvent() -> None:
    """Each zone that is heated, and no idle one, is bound from 130 to 70 K below the boiling point of its solvent."""
    plan = baseline()
    clad = plan.products["clad_laminate"]
    bound = [limit for name, limit, _ in set_points(plan) if name == clad.name and limit.quantity.startswith("zone_")]
    assert [limit.quantity for limit in bound] == ["zone_1", "zone_2"]
    hot = changed(plan, {"clad_laminate.predrying.zone_3": 473.15})
    assert marks(hot) == (("clad_laminate", "predrying", "outside claim 11"),)
    assert marks(changed(hot, {"clad_laminate.predrying.zones": 2.0})) == ()
    for solvent in ("NMP", "DMAc"):
        boils = SOLVENTS[solvent].boiling_point
        dryer = Predrying(solvent=solvent)
        other = replace(clad, procedure={**clad.procedure, "predrying": dryer})
        ends = {
            (one.lower, one.upper) for one in (resolved(other, limit) for limit in clad.specification if limit.basis)
        }
        assert ends == {(boils - 130.0, boils - 70.0)}


def test_the_baseline_lies_inside_every_claim() -> None:
    """The shipped plan has no mark: its recipes lie inside all windows of their patents."""
    assert marks(baseline()) == ()


def test_a_plan_goes_to_worker_processes() -> None:
    """The shipped plan, and a changed one, survive pickling unchanged."""
    plan = changed(baseline(), {"plant.oven.count": 2})
    assert pickle.loads(pickle.dumps(plan)) == plan  # noqa: S301 - our own bytes


def test_errors_have_exit_codes_and_travel() -> None:
    """Each kind of error has its exit code, and a usage error comes home from a worker with its problems."""
    assert [kind.exit_code for kind in (TwinError, RunError, UsageError, ContractError)] == [1, 1, 2, 3]
    home = pickle.loads(pickle.dumps(UsageError("a", "b")))  # noqa: S301 - our own bytes
    assert (str(home), home.problems) == ("a\nb", ("a", "b"))
    assert str(UsageError(*map(str, range(100)))).splitlines()[-1] == "... and 80 problems more."


def test_what_is_echoed_is_harmless() -> None:
    """Text that is echoed has no control characters and no more than its length."""
    assert printable("\x1b[2J\u202e\n") == "\\x1b[2J\\u202e\\n"
    assert len(printable("x" * 1000)) == 60
    assert joined([]) == ""


def test_kelvins_are_either_a_place_or_a_step() -> None:
    """A temperature is written in degC and has a range above 100 K; a difference is not, and has one below."""
    for one in tree(baseline()).values():
        if one.about.unit == "K":
            assert (one.about.shop == "degC") == (one.about.low > 100.0), one.path


def test_the_way_of_washing_is_a_setting() -> None:
    """Counter-current washing can be asked for, a way that there is not is refused with those that there are."""
    setting = tree(load("baseline", ["precipitation.washing=counter-current"]))["adhesive_film.precipitation.washing"]
    assert setting.value == "counter-current"
    assert setting.choices == ("cross-current", "counter-current")
    with pytest.raises(UsageError, match="cross-current, counter-current"):
        load("baseline", ["precipitation.washing=sideways"])
