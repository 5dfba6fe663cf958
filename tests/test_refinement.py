"""The promise about the solvers: grids and steps twice as fine move no number of the baseline."""

import ast
import itertools
import re
from math import inf, nan
from pathlib import Path
from types import SimpleNamespace

import pytest

import twin
from twin.bench import refinement
from twin.bench.refinement import Change, changes, compared
from twin.maps.nominal import Walk
from twin.material import Lot
from twin.parameter import parameters
from twin.plan import Plan
from twin.plant import DAY
from twin.scenario import baseline
from twin.settings import changed, tree

GRIDS = {  # stage -> grids and steps of its solvers, which its refinement makes finer
    "imidization": ("programme.STEPS",),
    "predrying": ("drying.NODES", "drying.TOLERANCE"),
    "winding": ("roll.SHELLS",),
    "curing": ("roll_inside.CELLS", "roll_cure.STEP", "oven_step.REST_STEPS"),
}
NO_GRID = {  # called like one, and none that could be finer
    "drying.FIRST_STEP",  # the steps after it find their own length
    "drying.SMALLEST_STEP",  # where the solution is given up
    "field.SECTIONS",  # each has a draw of its own
    "winding.SECTIONS",  # likewise
    "kinetics.SURVIVORS",  # points of a quadrature that is within 1e-5 whatever it is asked
}


@pytest.mark.slow
def test_twice_as_fine_moves_no_indicator() -> None:
    """Each indicator of the baseline moves by less than 0.1 %, or a tenth of the half-width of its interval."""
    found = changes(baseline())
    assert len(found) > 200
    assert [one for one in found if not one.small] == []


def study(**numbers: tuple[float, float]) -> SimpleNamespace:
    """A study whose numbers have this mean and half-width."""
    series = {}
    for name, (mean, half) in numbers.items():
        estimate = SimpleNamespace(mean=mean, low=mean - half, high=mean + half)
        series[name, ""] = SimpleNamespace(estimate=lambda estimate=estimate: estimate, values=(mean, 1.0))
    return SimpleNamespace(series=series)


def test_a_change_is_told_of_the_number_and_of_its_noise() -> None:
    """A change from nothing is without bounds; of noise that nobody knows it is no share."""
    usual = study(a=(10.0, 2.0), b=(0.0, 0.0), c=(5.0, 0.0), f=(3.0, inf))
    fine = study(a=(10.5, 2.0), b=(1.0, 0.0), c=(5.0, 0.0), f=(6.0, inf))
    found = {(one.name[0], one.relative, one.of_noise) for one in compared(usual, fine)}  # type: ignore[arg-type] # a stand-in
    assert found == {("a", 0.05, 0.25), ("b", inf, inf), ("c", 0.0, 0.0), ("f", 1.0, inf)}


def test_a_number_that_is_lost_is_no_small_change() -> None:
    """What one study alone has, or has in other replications, breaks the promise; what none defines is no number."""
    usual, fine = study(a=(1.0, 1.0), b=(nan, 1.0), c=(2.0, 1.0)), study(b=(2.0, 1.0), c=(nan, 1.0), d=(1.0, 1.0))
    found = compared(usual, fine)  # type: ignore[arg-type] # a stand-in
    assert [(one.name[0], one.small) for one in found] == [("a", False), ("b", False), ("c", False), ("d", False)]
    nowhere = SimpleNamespace(series={("a", ""): SimpleNamespace(values=(nan, nan))})
    assert compared(nowhere, nowhere) == []  # type: ignore[arg-type] # a stand-in


def test_no_grid_and_no_step_is_forgotten() -> None:
    """Each constant of the physics that is called after a grid or a step is refined with a stage, or told why not."""
    called = re.compile(r"(\w+_)?(NODES|CELLS|SHELLS|STEPS?|TOLERANCES?|SECTIONS|POINTS|SURVIVORS)")
    found = {
        f"{path.stem}.{target.id}"
        for folder in ("polymer", "stages")
        for path in (Path(twin.__file__).parent / folder).glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        for target in ([*node.targets] if isinstance(node, ast.Assign) else [getattr(node, "target", None)])
        if isinstance(target, ast.Name) and called.fullmatch(target.id)
    }
    assert found == {*itertools.chain(*GRIDS.values()), *NO_GRID}
    for product in baseline().products.values():
        finer = {name for name, stage in product.procedure.items() if "refinement" in parameters(stage)}
        assert finer == {name for name in GRIDS if name in product.procedure}


def test_each_refinement_refines() -> None:
    """A stage twice as fine answers a little otherwise, from the same lot: its setting reaches the solver."""
    plan = changed(baseline(), {"clad_laminate.imidization.hold_time": 60.0})  # isoimide is left that can differ
    walk, fine = (Walk(one, "clad_laminate") for one in (plan, refinement.finer(plan)))
    usual, stages = walk.recipe(), fine.recipe()
    lot = Lot(0, "clad_laminate")
    for name, done in walk.through(usual, lot, list(usual)):
        if name in GRIDS:
            ((_, again),) = fine.through(stages, lot, [name])
            assert again.measures != done.measures, name
            for measure, value in done.measures.items():
                assert again.measures[measure] == pytest.approx(value, rel=0.02, abs=1e-4), (name, measure)
        lot = done.lot


def test_only_grids_and_steps_become_finer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two plans are run: what differs between them are the refinements, each twice what it was; the seed stays."""
    plans = []

    def run(plan: Plan, *_: object, **__: object) -> SimpleNamespace:
        plans.append(plan)
        return study(a=(float(len(plans)), 1.0))

    monkeypatch.setattr(refinement, "run", run)
    assert changes(baseline()) == [Change("a", 1.0, 1.0)]
    usual, fine = (tree(plan) for plan in plans)
    finer = {path for path in usual if path.endswith(refinement.SETTING)}
    assert len(finer) == 7
    assert fine.keys() == usual.keys()
    for path, one in usual.items():
        assert fine[path].value == (2.0 * one.value if path in finer else one.value)


@pytest.mark.parametrize(
    ("relative", "of_noise", "small"), [(0.0009, 9.0, True), (-0.5, -0.09, True), (-0.002, 0.2, False)]
)
def test_a_change_that_is_not_small_ends_with_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], relative: float, of_noise: float, small: bool  # noqa: FBT001 - a parameter
) -> None:  # fmt: skip
    """Small against the number or against its noise is enough, up or down; what does not move is counted alone."""
    asked = []
    found = [Change("output", relative, of_noise), Change("lots", 0.0, 0.0)]
    monkeypatch.setattr(refinement, "changes", lambda plan: asked.append(plan.study) or found)
    assert refinement.main(3.0, 2) == int(not small)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["output", "2" if small else "1"]
    assert lines[0].endswith("ok" if small else "MOVES")
    assert (asked[0].horizon, asked[0].replications) == (3.0 * DAY, 2)
