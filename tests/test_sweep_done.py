"""Promises of a sweep that is done: what is stored stays, one failure is one failure, and the page says what is new."""

import os
import shutil
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from twin import study
from twin.cli import main
from twin.errors import RunError
from twin.indicators.verdicts import Verdict
from twin.reports import swept, swept_page
from twin.study import Key, Request, Series
from twin.study.interval import Estimate
from twin.study.since import Moved, Since
from twin.study.sweep import axis, grid, requests, sweep
from twin.study.sweep_since import Step, SweepSince, sweep_since

SHORT = ("study.warm_up=12 h", "study.horizon=1 d", "study.replications=2")


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A small sweep of two ovens and four, with one point that fails, made twice on one store."""
    store = str(tmp_path_factory.mktemp("store"))
    request = Request(scenario="baseline", sets=SHORT, store=store)

    def once(asked: Request) -> study.Result:
        if "plant.oven.count=9" in asked.sets:
            raise RunError("a worker process was killed")
        return study.run(asked.plan(), asked.folder(), workers=1)

    points = grid([axis("plant.oven.count=2,9,4")])
    return sweep(request, points, once), sweep(request, points, once), requests(request, points)


def test_a_sweep_goes_on_where_it_stopped(done):
    """What is in the store is found, not computed again, and is the same."""
    first, second, _ = done
    assert first.base.computed
    assert [point.result.computed for point in first.points if point.result] == [True, True]
    assert not second.base.computed
    assert [point.result.computed for point in second.points if point.result] == [False, False]
    assert swept.plain(first) == swept.plain(second)


def test_one_failing_point_takes_no_other_along(done):
    """The point that fails says why; the others are there and paired with the scenario itself."""
    first, _, asked = done
    assert [point.error for point in first.points] == ["", "a worker process was killed", ""]
    assert asked[1].sets[-1] == "plant.oven.count=9"
    change = first.change(first.points[2], Key("wip_lots"))
    assert change is not None
    assert change.difference.n == 2
    assert "killed" in swept.screen(first)


def test_the_page_of_a_sweep_names_the_best_point_and_each_run(done):
    """The headline says which point releases most, with intervals; table and page name the run of each point."""
    first, _, _ = done
    best = max((one for one in first.points if one.result), key=lambda one: one.result.estimate(*Key("released")).mean)
    told = swept.headline(first)
    assert f"plant.oven.count = {best.settings['plant.oven.count']}:" in told
    assert "3 points (1 failed)" in told
    assert told.count(" ±") == 2
    runs = [first.base.run_id, *(one.result.run_id if one.result else "-" for one in first.points)]
    assert [row["run"] for row in swept.rows(first)] == runs
    page = swept_page.page(first)
    assert page.startswith(f"# {told}\n")
    assert all(f"| {run} |" in page for run in runs)
    assert "Runs with that of the scenario itself: 3 computed now, 0 in the store before." in page
    assert "- as it is: only 2 replications: intervals are wide." in page
    assert page.count("intervals are wide") == 1  # what holds of all is told once


def test_a_sweep_of_which_all_is_stored_says_so(done):
    """Nothing is new: in the title, and on the page with who computed it; each point is the same run as before."""
    first, second, _ = done
    store = study.open_store(first.base.store)
    same = sweep_since(store, second, swept.rows(first))
    page = swept_page.page(second, same, earlier="/v2/before", made="[an earlier flow run](/v2/maker)")
    assert (same.steps, same.same, same.added) == ((), 3, 0)
    assert page.startswith("# nothing new: sweep of baseline, 3 points (1 failed)")
    assert "0 computed now, 3 in the store before. The scenario itself was computed by [an earlier flow run]" in page
    assert "Since [the sweep before](/v2/before): no run that both have has changed. Points: 3 the same run." in page
    assert "The table of [the sweep before](/v2/before) is no longer there." in swept_page.page(
        second, earlier="/v2/before"
    )


def test_points_that_are_other_runs_than_before_are_compared(done):
    """What the sweep before had at the same settings says what has changed and moved; what it lacks is new."""
    first, second, _ = done
    rows = swept.rows(first)
    rows[1]["run"] = rows[3]["run"]  # as if there had been four ovens where there are two now
    found = sweep_since(study.open_store(first.base.store), second, rows[1:])
    page = swept_page.page(second, found)
    assert [(step.point.name, step.since.before) for step in found.steps] == [("plant.oven.count = 2", rows[3]["run"])]
    assert (found.same, found.added) == (1, 1)
    model = found.steps[0].since.models[0]
    assert f"Since the sweep before: changed `plant.oven.count` 4 → 2; the model is the same, `{model}`. " in page


def test_a_run_that_cannot_be_read_is_not_new(done, tmp_path):
    """A damaged file of the sweep before is its own count; a run that is not there is new, and none is listed."""
    first, second, _ = done
    copy = tmp_path / "store"
    shutil.copytree(first.base.store, copy)
    rows = swept.rows(first)
    for row, run in zip(rows, (rows[3]["run"], "baseline-0123456789ab", "", rows[0]["run"]), strict=True):
        row["run"] = run
    table = copy / "tables" / "runs" / f"{rows[0]['run']}.parquet"
    table.write_bytes(table.read_bytes()[:-1])
    store = study.open_store(copy)
    store.runs = lambda: pytest.fail("all runs were looked up")
    found = sweep_since(store, second, rows)
    assert (found.steps, found.same, found.added, found.unread) == ((), 0, 1, 2)
    assert swept_page.news(second, found).endswith(
        "Since the sweep before: no run that both have and that can be read has changed. Points: 1 new, 2 of which a "
        "run cannot be read (twin verify names the file)."
    )


def test_a_point_has_moved_where_a_number_of_the_table_has(done):
    """Beyond noise, and one that the table shows: then it is listed with the change; else it is counted."""
    _, second, _ = done
    change = Estimate(-5.0, 0.1, 2, 0.2, -5.2, -4.8)
    for key, real, told in (
        (
            Key("released"),
            True,
            "Points: 1 moved, 2 new.\n\n- plant.oven.count = 2: released 12.0 → 7.00 m2/d (-5.00 ±0.20).",
        ),
        (Key("released"), False, "Points: 1 another run (no number of the table beyond noise), 2 new.\n\n|"),
        (Key("wip_lots"), True, "Points: 1 another run (no number of the table beyond noise), 2 new.\n\n|"),
    ):
        found = Since(before="a", after="b", inputs={}, models=("old", "new"), pairs=True,
                      numbers=(Moved(key, "m2/d", 12.0, 7.0, change, real=real),))  # fmt: skip
        text = swept_page.news(second, SweepSince((Step(second.points[0], found),), 0, 2), earlier="/v2/x")
        head = "Since [the sweep before](/v2/x): changed no input; the model is `new`, was `old`. "
        assert f"{text}\n\n|".partition(head)[2].startswith(told)


def test_a_point_that_is_not_clean_is_marked_and_not_the_best(done):
    """Of two points the one whose checks are clean is named, though the other releases more; each has its mark."""
    first, _, _ = done
    low, _, high = first.points
    if low.result.estimate("released").mean > high.result.estimate("released").mean:
        low, high = high, low
    bad = Verdict("extrapolation", "", 9.0, 1.0, passed=False, about="x: y")
    clean, doubted = (replace(low.result, verdicts=()), replace(high.result, verdicts=(bad,)))
    raised = {Key("released"): Series("m2/d", tuple(one + 1.0 for one in clean.series[Key("released")].values))}
    doubted = replace(doubted, series={**doubted.series, **raised})
    some = replace(first, base=replace(first.base, verdicts=()), points=(
        low._replace(result=clean), high._replace(result=doubted)))  # fmt: skip
    told, page = swept.headline(some), swept_page.page(some)
    assert f"most is released with {low.name}: " in told
    assert told.endswith("; more with 1 whose checks are not clean")
    assert [row["checks"] for row in swept.rows(some)] == ["clean", "clean", "1 not clean"]
    assert f"- {high.name}: extrapolation: 9.00 (at most 1); y." in page
    assert [len(one["not_clean"]) for one in swept.plain(some)["points"]] == [0, 1]
    alone = replace(some, points=(high._replace(result=doubted),))
    assert swept.headline(alone).endswith("; its checks are not clean")


def test_a_point_that_cannot_be_fails_alone_on_the_command_line_too(capsys, monkeypatch, done, tmp_path):
    """A slip in one value is told first; the other points are studied, table and picture are there; exit code 1."""
    monkeypatch.setattr(
        study, "run", lambda plan, *_, **__: next(one for one in done[0].results if one.plan.plant == plan.plant)
    )
    monkeypatch.setattr(study, "shared", lambda *_: nullcontext())
    monkeypatch.chdir(tmp_path)
    over = ["sweep", "baseline", "--over", "plant.oven.count=2,bad", "--store", str(done[0].base.store)]
    sets = [word for one in SHORT for word in ("--set", one)]
    assert main([*over, *sets]) == 1
    out, err = capsys.readouterr()
    assert "warning: this point will fail: plant.oven.count = bad: " in err
    assert "error: 1 of 2 points failed, the first: --set: plant.oven.count = bad" in err
    assert "common random numbers" in out
    assert [file.name for file in tmp_path.iterdir()] == ["sweep-baseline.png"]
    assert main([*over, *sets, "--json"]) == 1
    assert len(list(tmp_path.iterdir())) == 1
    assert main([*over, *sets, "--png", "x.gif"]) == 2


def test_a_picture_that_nobody_asked_for_decides_nothing(capsys, monkeypatch, done, tmp_path):
    """Where it cannot be written: a warning; an error where it was asked for, after that of points that failed."""
    monkeypatch.setattr(
        study, "run", lambda plan, *_, **__: next(one for one in done[0].results if one.plan.plant == plan.plant)
    )
    monkeypatch.setattr(study, "shared", lambda *_: nullcontext())
    monkeypatch.setattr(Path, "write_bytes", lambda *_: (_ for _ in ()).throw(OSError(30, "Read-only file system")))
    monkeypatch.chdir(tmp_path)
    sets = [word for one in SHORT for word in ("--set", one)]
    whole = ["sweep", "baseline", "--store", str(done[0].base.store), *sets, "--over", "plant.oven.count=2"]
    why = "no picture can be written there (Read-only file system)."
    assert main(whole) == 0
    out, err = capsys.readouterr()
    assert "common random numbers" in out
    assert f"warning: sweep-baseline.png: {why}" in err
    assert main([*whole, "--png", "x.png"]) == 1
    assert f"error: x.png: {why}" in capsys.readouterr().err
    assert main([*whole[:-1], "plant.oven.count=2,bad", "--png", "x.png"]) == 1
    err = capsys.readouterr().err
    assert f"warning: x.png: {why}" in err
    assert "error: 1 of 2 points failed" in err


def test_a_picture_where_nobody_may_write_is_refused_before(capsys, monkeypatch):
    """Nothing is computed for a picture that has no place."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert main(["sweep", "baseline", "--over", "plant.oven.count=2", "--png", "x.png"]) == 2
    assert "error: --png x.png: it cannot be written there." in capsys.readouterr().err
