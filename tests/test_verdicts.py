"""Laws of the verdicts: what MSER-5 cuts, what is offered against what can be done, what a reader is told."""

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from twin import reports
from twin.explain import offered_load
from twin.indicators.verdicts import (
    OFFERED,
    UNFINISHED,
    WARM_UP,
    Progress,
    Verdict,
    cycle,
    from_table,
    of_replication,
    progress,
    verdict_table,
)
from twin.scenario import load
from twin.study import Key, Result, Series
from twin.study.verdicts import all_verdicts
from twin.study.warm_up import CYCLE, batched, judged, mser
from twin.tables import RunContext, from_rows

CONTEXT = RunContext(run_id="r", scenario="s", scenario_hash="h", model_version="m", seed=1)


def oracle(means):
    """MSER as it is defined: the least variance of the rest over its number, for cuts up to half."""
    rests = [np.array(means[cut:]) for cut in range(len(means) // 2 + 1)]
    return int(np.argmin([rest.var() / len(rest) for rest in rests]))


def test_mser_is_its_definition():
    """On 200 series with a ramp the cut is that of the definition, and in the first half."""
    source = random.Random(5)
    for _ in range(200):
        size, ramp = source.randint(4, 60), source.randint(0, 20)
        series = [min(1.0, (n + 1) / (ramp + 1)) * 10.0 + source.gauss(0.0, 1.0) for n in range(size)]
        assert mser(series) == oracle(series) <= size // 2


def test_mser_finds_the_end_of_a_step():
    """A series that is 0 for ten values and then constant is cut exactly there; a constant one nowhere."""
    assert mser([0.0] * 10 + [1.0] * 30) == 10
    assert mser([3.0] * 40) == 0


def test_only_cuts_in_the_first_half_count():
    """A rise at three quarters of the series is never the cut, though all before it would leave a constant."""
    series = [0.0] * 30 + [1.0] * 10
    assert mser(series) <= 20
    assert min(range(40), key=lambda cut: (np.var(series[cut:]) / (40 - cut), cut)) == 30


def test_batches_are_means_counted_from_the_end():
    """Seven values make one batch of five: the last five."""
    assert batched([99.0, 99.0, 1.0, 2.0, 3.0, 4.0, 5.0]) == [3.0]


def cumulated(rate, cycles):
    """What has come out at each of 25 moments a cycle, at a rate that depends on the moment."""
    return [float(sum(rate(n) for n in range(moment))) for moment in range(cycles * CYCLE + 1)]


def test_the_beat_of_campaigns_is_no_trend():
    """A line that releases in the first half of each cycle alone needs no warm-up."""
    found = judged(cumulated(lambda n: n % CYCLE < 12, 8), 1.0, 0.0)
    assert found is not None
    assert found.needed == 0.0


@pytest.mark.parametrize(("warm_up", "enough"), [(0.0, False), (2.0 * CYCLE, True)])
def test_a_warm_up_that_is_too_short_is_told(warm_up, enough):
    """A line that releases nothing for two cycles needs about two cycles."""
    found = judged(cumulated(lambda n: n >= 2 * CYCLE, 12), 1.0, warm_up)
    assert found is not None
    assert found.cut == pytest.approx(2.0 * CYCLE, abs=5.0)
    assert (found.needed <= warm_up) is enough


def test_noise_alone_seldom_asks_for_a_warm_up():
    """Of 100 lines in their steady state, fewer than one in ten is told that its warm-up is too short."""
    source = np.random.default_rng(3)
    told = 0
    for _ in range(100):
        found = judged(np.concatenate(([0.0], source.poisson(4.0, 12 * CYCLE).cumsum())).tolist(), 1.0, CYCLE)
        told += found is not None and found.needed > CYCLE
    assert told < 10


def test_a_short_run_is_not_judged():
    """Less than two cycles tell nothing."""
    assert judged(cumulated(lambda _: 1.0, 1), 1.0, 0.0) is None


def test_fewer_ovens_are_offered_more_than_they_can_do():
    """The load of the ovens is inverse to their number, that of the coater does not change."""
    three, one = (offered_load(load("baseline", [f"plant.oven.count={n}"])) for n in (3, 1))
    assert one["oven"] == pytest.approx(3.0 * three["oven"], rel=1e-9)
    assert one["oven"] > 1.0 > three["oven"]
    assert one["coater"] == pytest.approx(three["coater"], rel=1e-12)


def test_only_the_highest_load_is_what_limits():
    """At 6 m/min several stations cannot follow; the one with the highest load is said to limit, and no other."""
    plan = load("baseline", ["clad_laminate.coating.speed=6 m/min"])
    found = [one for one in all_verdicts(plan, ()) if one.check == OFFERED and not one.passed]
    assert len(found) > 1
    named = [one.subject for one in found if "it is what limits" in one.about]
    assert named == [max(found, key=lambda one: one.value).subject]
    assert all("another limits more" in one.about for one in found if one.subject not in named)


def lots(rows):
    """A table of lots: created, ended [s], fate."""
    filled = [
        {"lot": n, "ordinal": n, "product": "clad_laminate", "material": "m", "maker": "m", "created_s": one[0],
         "ended_s": one[1], "born_s": one[0], "fate": one[2], "grade": 0, "place": "p", "mass_kg": 1.0,
         "length_m": 0.0, "panels": 0.0, "area_m2": 2.0, "cost_usd": 0.0, "origin": n}
        for n, one in enumerate(rows)
    ]  # fmt: skip
    return {
        "lots": from_rows("lots", filled, CONTEXT),
        "marks": from_rows("marks", [], CONTEXT),
        "visits": from_rows("visits", [], CONTEXT),
    }


def test_lots_that_live_on_in_others_are_not_counted():
    """Of two shipped, one inside and three that were cut, a third is unfinished, which is too many."""
    tables = lots([(0, 9, "shipped"), (0, 9, "shipped"), (0, 9, "inside"), *[(0, 1, "cut")] * 3])
    found = next(one for one in of_replication(tables, 4) if one.check == UNFINISHED)
    assert (found.check, found.replication) == (UNFINISHED, 4)
    assert found.value == pytest.approx(1.0 / 3.0)
    assert not found.passed


def test_progress_integrates_what_came_out_and_what_was_inside():
    """At the end all shipped area is counted, and the time inside is the sum of the lots' own."""
    plan = load("baseline", ["study.warm_up=0 d", "study.horizon=28 d"])
    day = 86400.0
    found = progress(lots([(0, 10 * day, "shipped"), (5 * day, 28 * day, "inside")]), plan)
    assert found.series["released"][-1] == 2.0
    assert found.series["wip_lots"][-1] == pytest.approx(33.0 * day)
    assert len(found.series["released"]) == 51
    assert found.series["released"][0] == found.series["wip_lots"][0] == 0.0


@pytest.mark.parametrize(("days", "passed"), [(0, False), (56, True)])
def test_a_warm_up_that_is_too_short_is_a_verdict_that_fails(days, passed):
    """A line that releases nothing for two cycles of 14 days fails without a warm-up, and not with one of four."""

    class Part:
        verdicts = ()
        progress = Progress(14.0 / CYCLE * 86400.0, {"released": cumulated(lambda n: n >= 2 * CYCLE, 12)})

    (found,) = (one for one in all_verdicts(load("baseline", [f"study.warm_up={days} d"]), [Part()])
                if one.check == WARM_UP)  # fmt: skip
    assert (found.subject, found.passed, found.tolerance) == ("released", passed, float(days))
    assert found.value == pytest.approx(28.0, abs=3.0)


def test_a_cycle_is_all_campaigns_and_the_rest_between_them():
    """Where the products take turns a cycle is their sum; where one is made alone, a day."""
    plan = load("baseline")
    turns = [plan.plant.making(name).campaign for name in plan.products]
    assert cycle(plan) == pytest.approx(sum(turns) + plan.plant.stocks.campaign_rest)
    assert cycle(plan) == pytest.approx(14.0 * 86400.0)
    alone = dict(list(plan.products.items())[:1])
    assert cycle(replace(plan, products=alone)) == 86400.0


def result(verdicts):
    """A study with these verdicts."""
    return Result(
        plan=load("baseline"), run_id="baseline-1", store=Path("store"), operations={}, replications=10,
        series={Key("released"): Series("m2/d", (1.0,) * 10)}, verdicts=verdicts,
    )  # fmt: skip


def test_a_clean_run_is_called_clean():
    """A verdict that passes is not shown."""
    assert "checks     clean" in reports.shown(result((Verdict(OFFERED, "oven", 0.9, 1.0, passed=True, about="a: b"),)))


def test_what_is_not_clean_stands_on_the_screen():
    """The worst value, where, how often, and what follows; no word of clean."""
    some = [Verdict(UNFINISHED, "", 0.3 + 0.01 * n, 0.25, passed=False, about="x: y", replication=n) for n in range(3)]
    told = reports.shown(result((Verdict(OFFERED, "oven", 1.3, 1.0, passed=False, about="a: b"), *some)))
    assert "checks     offered load oven: 1.30 (at most 1); b" in told
    assert "unfinished lots: 0.320 in 3 of 10 (at most 0.25); y" in told
    assert "clean" not in told


def test_what_cannot_be_told_is_a_note():
    """A warm-up that cannot be judged is said so, and does not make the run unclean."""
    told = reports.shown(result((Verdict(WARM_UP, "released", None, 14.0, passed=True, about="too short"),)))
    assert "note       warm-up not judged: too short" in told
    assert "checks     clean" in told


def test_verdicts_survive_the_table():
    """What is written into the table checks is read back; laws beside it are left out."""
    given = [
        Verdict(OFFERED, "oven", 1.3, 1.0, passed=False, about="a: b"),
        Verdict(WARM_UP, "released", None, 14.0, passed=True, about="c", replication=2),
    ]
    law = {"check": "lots are single", "subject": "", "value": 0.0, "tolerance": 0.0, "passed": True, "about": ""}
    table = pa.concat_tables([verdict_table(given, CONTEXT), from_rows("checks", [law], CONTEXT)])
    assert from_table(table) == given


def test_all_verdicts_hold_one_of_each_station_and_series():
    """Stations, both series, and what the replications said themselves."""

    class Part:
        verdicts = (Verdict(UNFINISHED, "", 0.1, 0.25, passed=True, about="x", replication=0),)
        progress = Progress(86400.0, {"released": (0.0, 1.0), "wip_lots": (0.0, 1.0)})

    plan = load("baseline")
    found = all_verdicts(replace(plan, study=replace(plan.study, replications=1)), [Part()])
    assert [one.subject for one in found if one.check == OFFERED] == [
        "reactor", "filter-dryer", "varnish tank", "coater", "oven", "press", "laser", "laboratory",
    ]  # fmt: skip
    assert [one.subject for one in found if one.check == WARM_UP] == ["released", "wip_lots"]
    assert sum(one.check == UNFINISHED for one in found) == 1
