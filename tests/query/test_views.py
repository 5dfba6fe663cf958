"""Each shipped view against an independent computation in pandas, on a real small run."""

import shlex
import subprocess
import sys
from itertools import pairwise

import duckdb
import numpy as np
import pandas as pd
import pytest

from twin.dictionary import PAGE
from twin.query import opened, views
from twin.query.views import FOLDER
from twin.scenario import load

RUN = ["run_id", "replication"]
START, END = 7 * 86400.0, 16 * 86400.0


def inside(found, column):
    """Return the rows of the measured time."""
    return found[(found[column] > START) & (found[column] <= END)]


def clipped(states):
    """Return the states with their time inside the window."""
    time = np.minimum(states.end_s, END) - np.maximum(states.start_s, START)
    return states.assign(time=time.clip(lower=0.0))


def test_every_view_has_a_question_and_answers_it(frame):
    """The head names each column that the view has; a real run gives rows."""
    for view in views():
        assert view.question.endswith("?"), view.name
        found = frame(view.name)
        assert len(found), view.name
        head = "\n".join(line for line in view.sql.splitlines() if line.startswith("--"))
        assert f"-- {view.name}:" in head
        if view.name not in {"windows", "coated_rolls"}:
            assert all(column in head for column in found.columns), (view.name, list(found.columns))


def test_bottleneck_by_hour(frame):
    """Shares of each hour add up to 1; busy time agrees with the states; one bottleneck an hour, none is held more.

    In the hours in which the laboratory limits, none works more; elsewhere waiting for it holds a station too.
    """
    found, states = frame("bottleneck_by_hour"), clipped(frame("states"))
    parts = found[["busy", "set_up", "blocked", "starved", "waiting", "down", "off_shift"]].sum(axis=1)
    assert np.allclose(parts, 1.0, atol=1e-9)
    assert set(found.hour) == set(range(9 * 24))
    machines = states.groupby([*RUN, "station"], observed=True).unit.nunique()
    busy = states[states.state == "busy"].groupby([*RUN, "station"], observed=True).time.sum()
    again = found.groupby([*RUN, "station"]).busy.sum() * 3600
    for key, hours in again.items():
        assert hours * machines[key] == pytest.approx(busy.get(key, 0.0), rel=1e-9)
    assert (found.groupby([*RUN, "hour"]).is_bottleneck.sum() == 1).all()
    assert set(found.station) == set(states.station)
    in_lab = found.station == "laboratory"
    for column, mine in (("workload", in_lab), ("held", ~in_lab)):
        most = found.groupby([*RUN, "hour"])[column].max()
        chosen = found[found.is_bottleneck & mine].set_index([*RUN, "hour"])[column]
        assert len(chosen)
        assert np.allclose(chosen, most.loc[chosen.index])
    assert (found.held >= found.workload).sum() == found.workload.notna().sum()
    assert (found.held > found.workload + 0.1).any()


def test_yield_loss(frame):
    """It is the losses by verdict of the indicators, with stage, limit and source beside each."""
    found, told = frame("yield_loss"), frame("indicators")
    mine = found.groupby([*RUN, "product", "reason"]).area_m2.sum()
    lost = told[(told.indicator == "lost") & (told.scope == "product") & (told.numerator > 0)]
    theirs = lost.groupby([*RUN, "subject", "detail"], observed=True).numerator.sum()
    assert mine.to_dict() == pytest.approx(theirs.to_dict(), rel=1e-9)
    limits = frame("dispositions")
    for row in found[found.reason != "other"].itertuples():
        same = limits[(limits["limit"] == row.limit) & (limits.stage == row.stage)]
        assert row.source in set(same.source)
        assert row.reason.startswith((f"{row.stage} {row.limit}", row.limit))


def test_oee_waterfall(frame):
    """Each step follows from the one before, and the last over the planned time is the OEE of the indicators."""
    found, told = frame("oee_waterfall"), frame("indicators")
    oee = told[told.indicator == "oee"].set_index([*RUN, "subject"]).value
    for key, steps in found.groupby([*RUN, "station"]):
        hours = steps.groupby("step").hours.sum()
        assert hours[1] + hours.get(2, 0.0) == pytest.approx(hours[3])
        assert hours[3] + hours.get(4, 0.0) == pytest.approx(hours[5])
        assert hours[5] + hours[6] + hours[7] == pytest.approx(hours[8])
        assert steps.share[steps.step == 8].item() == pytest.approx(oee[key], rel=1e-9)


def test_lead_times(frame):
    """Mean, median and ninth decile of what shipped in the window."""
    lots = inside(frame("lots"), "ended_s")
    shipped = lots[lots.fate == "shipped"].assign(lead=lambda one: (one.ended_s - one.born_s) / 86400)
    by = shipped.groupby([*RUN, "product", "material"], observed=True).lead
    found = frame("lead_times").set_index([*RUN, "product", "material"])
    assert found.mean_d.to_dict() == pytest.approx(by.mean().to_dict())
    assert found.p90_d.to_dict() == pytest.approx(by.quantile(0.9).to_dict())
    assert found.median_d.to_dict() == pytest.approx(by.median().to_dict())
    assert found.lots.to_dict() == by.count().to_dict()


def climbed(edges, lot):
    """Return the ancestors of a lot with their generation, by walking up."""
    found, here, generation = {}, {lot}, 0
    while here:
        generation += 1
        here = {parent for parent, child in edges if child in here}
        for one in here:
            found.setdefault(one, generation)
    return found


def test_genealogy_up_and_down(frame):
    """Ancestors by walking the edges; descendants are the same pairs seen from above."""
    edges = frame("genealogy").query("replication == 0")[["parent", "child"]].to_numpy().tolist()
    up, down = (frame(name).query("replication == 0") for name in ("ancestors", "descendants"))
    children = sorted({child for _, child in edges})
    for lot in children[:: max(1, len(children) // 25)]:
        mine = up[up.lot == lot]
        assert dict(zip(mine.ancestor, mine.generation, strict=True)) == climbed(edges, lot)
    pairs = set(zip(up.lot, up.ancestor, up.generation, strict=True))
    assert pairs == set(zip(down.descendant, down.lot, down.generation, strict=True))
    assert up.generation.max() >= 3


def test_batch_effects(frame):
    """The areas of the descendants of each batch, by what became of them."""
    found, down = frame("batch_effects"), frame("descendants")
    areas = down.groupby([*RUN, "lot"]).apply(
        lambda one: pd.Series(
            {
                "shipped_m2": one.area_m2[(one.fate == "shipped") & (one.grade == 0)].sum(),
                "lost_m2": one.area_m2[~one.fate.isin(["shipped", "inside", "cut", "pooled"])].sum(),
                "inside_m2": one.area_m2[one.fate == "inside"].sum(),
            }
        ),
        include_groups=False,
    )
    lots = frame("lots").query("length_m == 0 and panels == 0")
    assert len(found) == len(lots)  # those too of which nothing was made
    assert (found.descendants == 0).any()
    for row in found.itertuples():
        key = (row.run_id, row.replication, row.lot)
        expected = areas.loc[key] if key in areas.index else (0.0, 0.0, 0.0)
        assert (row.shipped_m2, row.lost_m2, row.inside_m2) == pytest.approx(tuple(expected))
    costly = frame("dispositions").query("action in ['scrap', 'cut', 'downgrade'] and replication == 0")
    one = costly.iloc[0]
    batches = set(frame("ancestors").query("replication == 0 and lot == @one.lot").ancestor)
    told = found[(found.replication == 0) & found.lot.isin(batches)]
    assert len(told)
    assert told.reasons.str.contains(one.limit, regex=False).all()


def test_solvent_ledger(frame):
    """Fed, recovered and lost add up to those of the indicators and of the plain log."""
    found, used = frame("solvent_ledger"), inside(frame("consumption"), "at_s")
    fed = used[used.kind == "feed"].groupby([*RUN, "product", "item"], observed=True).amount.sum()
    for row in found[found.solvent != "liquors"].itertuples():
        assert row.fed_kg == pytest.approx(fed.get((row.run_id, row.replication, row.product, row.solvent), 0.0))
    told = frame("indicators").query("scope == 'line'").set_index(["indicator", "replication"]).numerator
    for replication, mine in found.groupby("replication"):
        assert mine.recovered_kg.sum() == pytest.approx(told["solvent_recovered", replication])
        assert mine.vapour_kg.sum() + mine.liquor_kg.sum() == pytest.approx(told["solvent_lost", replication])
    assert {"NMP", "methanol", "DMF", "1,3-dioxolane"} <= set(found.solvent)
    rest = found.fed_kg - found.recovered_kg - found.vapour_kg
    assert found.not_accounted_kg.to_numpy() == pytest.approx(rest.where(found.solvent != "liquors"), nan_ok=True)
    assert (found.solvent == "liquors").any()


def test_cost_by_step(frame):
    """All steps together cost what the indicators say, and take their energy."""
    found = frame("cost_by_step")
    told = frame("indicators").query("scope == 'product'").set_index(["indicator", "replication", "subject"])
    for (replication, product), mine in found.groupby(["replication", "product"]):
        assert mine.cost_usd.sum() == pytest.approx(told.numerator["cost", replication, product])
        assert mine.energy_kwh.sum() == pytest.approx(told.numerator["energy", replication, product])
        if told.denominator["cost", replication, product] > 0:
            assert mine.cost_usd_per_m2.sum() == pytest.approx(told.value["cost", replication, product])


def test_wait_before_cure(frame):
    """Each cured roll: the oven's start less the end of winding, and the solvent that predrying left in it."""
    found, visits = frame("wait_before_cure"), frame("visits")
    wound = visits[visits.stage == "winding"].groupby([*RUN, "lot"]).end_s.max()
    cured = visits[visits.stage == "curing"].groupby([*RUN, "lot"]).start_s.min()
    keys = list(found[[*RUN, "lot"]].itertuples(index=False, name=None))
    assert sorted(keys) == sorted(cured.index)
    assert found.wait_h.to_numpy() == pytest.approx(((cured - wound) / 3600).loc[keys].to_numpy())
    assert (found.wait_h >= 0).all()
    solvent = frame("measurements").query("measure == 'residual_solvent' and stage == 'predrying'")
    last = solvent.sort_values("at_s").groupby([*RUN, "lot"]).value.last()
    assert found.residual_solvent_predried.to_numpy() == pytest.approx(last.loc[keys].to_numpy())
    assert (found.residual_solvent_cured < found.residual_solvent_predried).all()


def test_worst_replication(frame, real):
    """Least area and yield, most cost and time; the seed and the number repeat it."""
    found = frame("worst_replication").set_index("indicator")
    told = frame("indicators").query("scope == 'line' and detail == ''")
    for name, row in found.iterrows():
        values = told[told.indicator == name].value
        assert row.value == (values.min() if name in {"released", "yield"} else values.max())
        assert row["mean"] == pytest.approx(values.mean())
        words = shlex.split(row["repeat"])
        assert words[:3] + words[-6:] == [
            "twin", "run", "baseline", "--seed", "1", "--days", "9", "--only", str(row.replication),
        ]  # fmt: skip
        sets = [one for before, one in pairwise(words) if before == "--set"]
        same = load("baseline", [*sets, "study.horizon=9 d", "study.replications=2"])
        assert same.changes == real.plan.changes


def test_the_command_that_repeats_a_replication_is_quoted_for_a_shell():
    """A text that ends the quotes and names another command stays one word."""
    nasty = "x'; touch pwned; '"
    known = duckdb.connect()
    rows = {
        "parameters": {"run_id": "r", "path": "study.start", "value": np.nan, "value_text": nasty, "value_unit": "",
                       "changed": True},
        "indicators": {"run_id": "r", "indicator": "released", "scope": "line", "detail": "", "value_unit": "m2/d",
                       "replication": 0, "value": 1.0},
        "runs": {"run_id": "r", "seed": 1, "horizon_s": 864000.0},
    }  # fmt: skip
    for name, row in rows.items():
        known.register(name, pd.DataFrame([row]))
    known.execute(next(view.sql for view in views() if view.name == "worst_replication"))
    ((repeat,),) = known.execute("SELECT repeat FROM worst_replication").fetchall()
    assert f"study.start={nasty}" in shlex.split(repeat)


def test_spc_and_capability_of_a_real_run(frame):
    """Charts hold what the laboratory reported in the window; capability counts the verdicts."""
    found, told = frame("spc"), inside(frame("measurements"), "at_s")
    assert len(found) == told.lab_value.notna().sum()
    judged = inside(frame("dispositions"), "at_s").groupby([*RUN, "product", "stage", "limit"], observed=True).value
    means = judged.mean()
    for row in frame("capability").itertuples():
        key = (row.run_id, row.replication, row.product, row.stage, row.limit)
        assert row.mean == pytest.approx(means[key])
        assert not row.cpk_low > row.cpk_high
        assert not row.ppk_low > row.ppk_high


def test_one_run_can_be_seen_alone(real):
    """Views over a chosen run hold its rows alone."""
    found = opened(real.store, [real.run_id]).sql("SELECT DISTINCT run_id FROM yield_loss").fetchall
    assert found() == [(real.run_id,)]


def test_a_plain_duckdb_reads_the_same(real, frame):
    """tables.sql and the views, by the lines that datasets/README.md shows, each file once, without our code."""
    shown = PAGE.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    for old, new in (('"../views"', repr(str(FOLDER))), ("execute(file", "execute((read.append(file), file)[1]")):
        shown = shown.replace(old, new)
    total_and_rows = (
        "(SELECT round(sum(value), 6) FROM indicators_recomputed)", "(SELECT count(*) FROM oee_waterfall)",
    )  # fmt: skip
    code = "\n".join([
        "read = []", shown, "assert len(read) == len(set(read)) > 10",
        f"print(*duckdb.execute('SELECT {', '.join(total_and_rows)}').fetchone())",
    ])  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], cwd=real.store, capture_output=True, text=True, check=True)
    total, rows = done.stdout.split()[-2:]
    assert float(total) == pytest.approx(frame("indicators").value.sum(), rel=1e-9)
    assert int(rows) == len(frame("oee_waterfall"))
    assert duckdb.__version__
