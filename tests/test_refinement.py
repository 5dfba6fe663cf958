"""The promise about the solvers: grids and steps twice as fine move no number of the baseline."""

from math import inf, nan
from types import SimpleNamespace

import pytest

from twin.bench import refinement
from twin.bench.refinement import Change, changes, compared
from twin.plan import Plan
from twin.plant import DAY
from twin.scenario import baseline
from twin.settings import tree


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
        series[name, ""] = SimpleNamespace(estimate=lambda estimate=estimate: estimate)
    return SimpleNamespace(series=series)


def test_a_change_is_told_of_the_number_and_of_its_noise() -> None:
    """What only one study has, or what is no number, is left out; a change from nothing is without bounds."""
    usual = study(a=(10.0, 2.0), b=(0.0, 0.0), c=(5.0, 0.0), d=(nan, 1.0), e=(1.0, 1.0), f=(3.0, inf))
    fine = study(a=(10.5, 2.0), b=(1.0, 0.0), c=(5.0, 0.0), d=(1.0, 1.0), f=(6.0, inf))
    found = {(one.name[0], one.relative, one.of_noise) for one in compared(usual, fine)}  # type: ignore[arg-type] # a stand-in
    assert found == {("a", 0.05, 0.25), ("b", inf, inf), ("c", 0.0, 0.0), ("f", 1.0, inf)}


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
    assert len(finer) >= 5
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
