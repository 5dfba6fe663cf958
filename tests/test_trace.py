"""Laws of the trace: it tells what the tables hold, and its replay is the run."""

import json
import re
from dataclasses import replace

import pytest

from twin import cli, reports, study
from twin import trace as traces
from twin.errors import UsageError
from twin.reports.pictures import save, trace_picture
from twin.sample import FOLDER
from twin.scenario import load
from twin.stage import Profile
from twin.store import Store
from twin.trace.family import family
from twin.trace.finding import known_lot
from twin.trace.gathering import limits
from twin.trace.replaying import Watched, played, replay, replayable

SHORT = ("study.warm_up=1 d", "study.horizon=7 d", "study.replications=2")


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A short run in a store of its own."""
    return study.run(load("baseline", SHORT), tmp_path_factory.mktemp("store"), workers=1)


@pytest.fixture(scope="module")
def store(done):
    """That store."""
    return Store(done.store)


def roll_of(store, run, replication=1):
    """Number of the first cured roll of a replication that has left."""
    rows = store.read(run, "lots").to_pylist()
    return next(
        one["lot"] for one in rows
        if one["replication"] == replication and one["material"] == "cured_roll" and one["fate"] == "shipped"
    )  # fmt: skip


@pytest.fixture(scope="module")
def told(done, store):
    """Facts of a cured roll, and its replay."""
    plan, why_not = replayable(store, done.run_id)
    assert why_not == ""
    found = traces.facts(store, done.run_id, 1, roll_of(store, done.run_id), plan)
    return found, replay(plan, found)


def test_the_plan_of_a_run_comes_back_from_its_tables(done, store):
    """Plan and model version give the same run id, so that the replay is the run's."""
    plan, why_not = replayable(store, done.run_id)
    assert why_not == ""
    assert plan.study == done.plan.study
    assert plan.products == done.plan.products


def test_the_replay_gives_the_measures_of_the_tables(told):
    """Every measure of the lot and its ancestors is the one that the run published, to the last digit."""
    found, again = told
    assert again.same
    assert again.worst == 0.0
    assert {one["stage"] for one in found.measures} >= {"synthesis", "dissolution", "predrying", "winding", "curing"}


def test_a_difference_between_replay_and_tables_is_told(told, done, store):
    """A measure that differs in its fifth digit is no longer the same lot."""
    found, _ = told
    changed = [{**one, "value": one["value"] * 1.00001} for one in found.measures]
    plan, _ = replayable(store, done.run_id)
    again = replay(plan, found._replace(measures=changed))
    assert not again.same
    assert "Doubt: the replay differs" in reports.traced(found, again, "")


def test_a_run_of_other_code_is_not_replayed(store, done, monkeypatch):
    """Where the model version differs the profiles are refused in words, and the facts stay."""
    monkeypatch.setattr("twin.trace.replaying.model_version", lambda: "0123456789abcdef")
    plan, why_not = replayable(store, done.run_id)
    assert "this code is 0123456789abcdef" in why_not
    found = traces.facts(store, done.run_id, 0, 0, plan)
    text = reports.traced(found, None, why_not)
    assert "No profiles: the run was made by model" in text
    assert "synthesis" in text


def test_ancestors_and_descendants_are_each_others(told, done, store):
    """Each ancestor of a lot has that lot among its descendants."""
    found, _ = told
    assert found.family.before()
    for older in found.family.before():
        plan, _ = replayable(store, done.run_id)
        assert found.number in traces.facts(store, done.run_id, 1, older, plan).family.after()


def test_a_family_in_a_diamond_is_told_once():
    """A lot that two ways lead to stands once, where it is nearest."""
    found = family(4, [(1, 2), (1, 3), (2, 4), (3, 4), (1, 4)])
    assert found.ancestors == ((1, 2, 3),)
    assert family(1, [(1, 2), (1, 3), (2, 4), (3, 4)]).descendants == ((2, 3), (4,))


def test_waits_and_times_add_up(told):
    """What a lot waited and took is what lies between its coming and its end."""
    found, _ = told
    for one in found.visits:
        assert one["wait_s"] + one["end_s"] - one["start_s"] == pytest.approx(one["end_s"] - one["arrived_s"])


def test_every_limit_of_a_measured_stage_is_shown(told, done):
    """All property limits of the roll's stages stand in the text, and those of the recipe for what was measured."""
    found, again = told
    shown = {limit.id for one in found.measures for limit in one["limits"]}
    assert shown == expected(done.plan, "clad_laminate", found.measures)
    text = reports.traced(found, again, "")
    assert "claim 9" in text
    assert max(map(len, text.splitlines())) <= 100


def expected(plan, product, measures):
    """Ids of the limits that bind what was measured, and of all that decide in the stages that measured."""
    measured, stages = {(one["stage"], one["measure"]) for one in measures}, {one["stage"] for one in measures}
    return {
        one.id
        for one in plan.products[product].specification
        if (one.kind == "property" and one.stage in stages)
        or (one.kind == "recipe" and (one.stage, one.quantity) in measured)
    }


@pytest.mark.parametrize(
    ("stage", "measure", "limit"),
    [
        ("precipitation", "glass_transition", "B05 Tg"),
        ("dissolution", "solvent_share_cyclic_ether", "B07 cyclic ether"),
        ("dissolution", "epoxy_phr", "B08 epoxy"),
        ("dissolution", "solids", "B09 solids"),
        ("coating", "dry_thickness", "B01 thickness"),
    ],
)
def test_a_measure_is_shown_against_the_limit_of_its_recipe(stage, measure, limit):
    """What the patent bounds and the stage measures stands with its limit, though that only marks the lot."""
    plan = load("baseline")
    assert measure in plan.products["adhesive_film"].procedure[stage].measures
    assert limit in {one.id for one in limits(plan, "adhesive_film", stage, measure)}


def showing(stage, number=5):
    """A stage of the plan that also shows a profile."""

    class Showing(Watched):
        def profiles(self, lot, visit, draws, /):  # noqa: ANN202, ARG002 - as the protocol
            """Return the lot's number and one of its draws, by which the test knows them."""
            values = (float(lot.number), draws.uniform("x"), *[0.0] * number)
            return (Profile("residual solvent", "kg/kg", "way", "m", tuple(map(float, range(len(values)))), values),)

    return Showing(stage, frozenset(), {})


def test_profiles_are_asked_of_the_lot_as_it_was(told, done, store):
    """A stage is asked with the lot, the visit and the draws of its operation, and its profile is shown."""
    found, _ = told
    plan, _ = replayable(store, done.run_id)
    made = plan.products["clad_laminate"]
    showing_one = {**made.procedure, "predrying": showing(made.procedure["predrying"])}
    traced = replace(plan, products={**plan.products, made.name: replace(made, procedure=showing_one)})
    again = replay(traced, found)
    profile = next(one for stage, one in again.profiles if stage == "predrying")
    assert profile.values[0] == float(found.number)
    seen = played(plan, 1, [found.number], found.visits[-1]["end_s"])
    assert profile.values[1] == seen[found.number, "predrying", 0].draws.uniform("x")
    assert again.same
    assert "residual solvent" in reports.traced(found, again, "")
    assert again.without == ("synthesis", "dissolution", "coating")


def test_the_picture_of_a_trace_has_one_plot_a_profile(told, tmp_path):
    """Three profiles are three plots, with the limits of the measure that one ends in."""
    found, again = told
    profile = Profile("residual solvent", "kg/kg", "way through the dryer", "m", (0.0, 1.0), (0.8, 0.2))
    drawn = trace_picture(found, again._replace(profiles=(("predrying", profile),) * 3))
    plots = [axes for axes in drawn.axes if axes.lines]
    assert len(plots) == 3
    assert len(plots[0].lines) == 3  # the profile, 10 and 40 wt%
    save(drawn, tmp_path / "trace.png")
    assert 5_000 < (tmp_path / "trace.png").stat().st_size < 120_000


def test_the_text_shows_the_extreme_of_each_profile(told):
    """Seven columns are few: the least clearance, which decides whether laps touch, is one of them."""
    found, again = told
    values = (30.0, 29.0, 8.47, 28.0, 27.0, 26.0, 25.0, 24.0, 23.0, 40.0, 22.0, 21.0, 22.5)
    points = tuple(float(place) for place in range(13))
    profile = Profile("clearance", "um", "radius", "cm", points, values)
    text = reports.traced(found, again._replace(profiles=(("winding", profile),)), "")
    name, *shown, unit = [one for one in text.splitlines() if one.startswith("  clearance")][-1].split()
    assert (name, unit, len(shown)) == ("clearance", "um", 7)
    assert {"8.47", "40.0"} <= set(shown)


def test_limits_stand_in_the_plots_that_they_bind(told):
    """The dryer's mean has the lines of 10 and 40 wt%, the core in the oven that of 5 wt%."""
    found, again = told
    drawn = trace_picture(found, again)
    lines = {axes.get_title(loc="left"): [one.get_text() for one in axes.texts] for axes in drawn.axes}
    assert lines["predrying: residual solvent, mean"] == ["10 wt%", "40 wt%"]
    assert lines["curing: residual solvent at the core"] == ["5 wt%"]


def test_a_number_that_is_no_lot_is_that_of_a_sample(done, store):
    """Lots and samples share one count: a gap among the lots says so, with how many lots there are."""
    rows = [one["lot"] for one in store.read(done.run_id, "lots").to_pylist() if one["replication"] == 0]
    gap = next(number for number in range(max(rows)) if number not in rows)
    with pytest.raises(UsageError, match=f"went to a sample.* It has {len(rows)} lots between L-0000"):
        known_lot(gap, rows, "here")
    with pytest.raises(UsageError, match="no such lot"):
        known_lot(max(rows) + 1, rows, "here")


def test_the_lot_of_the_readme_is_in_the_sample(capsys):
    """The command that the README shows works on the store that is shipped: its lot is one of the baseline's."""
    text = (FOLDER.parents[1] / "README.md").read_text(encoding="utf-8")
    lots = re.findall(r"twin trace (L-\d+)", text)
    assert lots
    for lot in lots:
        assert cli.main(["trace", lot, "--run", "baseline", "--store", str(FOLDER)]) == 0
        assert f"L-{int(lot[2:]):04d}" in capsys.readouterr().out


def test_no_word_is_cut_off(told):
    """However long a line is: the source of each limit, and what followed a missed one, stand there to the end."""
    found, again = told
    words = " ".join(reports.traced(found, again, "").split())
    held = [(one, limit) for one in found.measures for limit in one["limits"]]
    assert held
    for one, limit in held:
        assert (limit.source.partition(", ")[2] or limit.source) in words
        assert limit.accepts(one["value"]) or f"scatter of {limit.cause})" in words or f"{limit.about})" in words
    assert max(map(len, reports.traced(found, again, "").splitlines())) < 130


def test_json_is_strict_and_whole(told):
    """Facts, limits and profiles are plain data without NaN."""
    found, again = told
    whole = json.loads(reports.traced(found, again, "", json=True), parse_constant=lambda _: pytest.fail("NaN"))
    assert whole["lot"]["lot"] == found.number
    assert whole["replay"] == {"agrees": True, "worst": 0.0}


def test_a_scenario_means_its_latest_run(store, done):
    """A scenario's name and no name at all mean the latest run."""
    assert traces.run_named(store, "baseline") == traces.run_named(store, "") == done.run_id


def test_the_picture_is_written_where_a_stage_shows_profiles(done, store, tmp_path, capsys, monkeypatch):
    """A roll has some; what has none, or was run by other code, is told without one."""
    words = ["trace", str(roll_of(store, done.run_id)), "--replication", "1", "--store", str(done.store)]
    assert cli.main([*words, "--png", str(tmp_path / "x.png")]) == 0
    assert "x.png written" in capsys.readouterr().err
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
    monkeypatch.setattr("twin.trace.replaying.model_version", lambda: "0123456789abcdef")
    shipped = ["trace", "0", "--run", "baseline", "--store", str(FOLDER), "--png", str(tmp_path / "y.png")]
    assert cli.main(shipped) == 0
    assert "no picture: " in capsys.readouterr().err
    assert not (tmp_path / "y.png").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["L-99999"], "Did you mean L-"),
        (["seven"], "Write L-0412 or 412"),
        (["0", "--replication", "2"], "replications 0 to 1"),
        (["0", "--run", "basline"], "Did you mean baseline"),
        (["0", "--png", "x.bmp"], ".png, .svg, .pdf"),
    ],
)
def test_what_is_not_there_is_refused_in_one_line(given, said, done, capsys):
    """Exit code 2 and one line with what might have been meant."""
    assert cli.main(["trace", *given, "--store", str(done.store)]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert said in lines[0]


def test_a_store_that_is_not_there_is_not_made(tmp_path, capsys):
    """A trace in a folder that does not exist makes none."""
    assert cli.main(["trace", "0", "--store", str(tmp_path / "none")]) == 2
    assert not (tmp_path / "none").exists()
    assert "no such folder" in capsys.readouterr().err
    with pytest.raises(UsageError, match="no run yet"):
        traces.run_named(Store(tmp_path / "empty"), "")
