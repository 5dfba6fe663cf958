"""Scenarios: what a file says is what the plan holds, and what is shipped can be run."""

import re
import tomllib
from pathlib import Path

import pytest

from twin.describe import changes, describe, init_text, recipe, scenario_names
from twin.errors import UsageError
from twin.plan import Plan
from twin.scenario import SCENARIOS, baseline, load
from twin.settings import tree
from twin.simulate import simulate
from twin.store import run_context
from twin.tables import to_arrow

DIFFERS = {  # what each shipped scenario changes, in SI units
    "baseline": {},
    "clad-only": {"plant.adhesive_film.campaign": 0.0, "plant.adhesive_film.powder_target": 0.0},
    "film-only": {"plant.clad_laminate.campaign": 0.0, "plant.clad_laminate.powder_target": 0.0},
    "no-spacer-tape": {"clad_laminate.winding.spacer_tape": 0.0},
    "one-more-laser": {"plant.laser.count": 3},
    "oven-2-down": {"plant.oven.down_unit": 2, "plant.oven.down_for": 72 * 3600.0},
    "predry-hot": {"clad_laminate.predrying.zone_1": 383.15, "clad_laminate.predrying.zone_2": 413.15},
    "slow-lab": {"plant.people.lab_delay": 3.0},
    "solid-tape": {"clad_laminate.winding.tape_permeability": 1e-14},
    "thick-film": {
        "adhesive_film.coating.dry_thickness": 15e-6, "adhesive_film.coating.gap": 150e-6,
        "plant.adhesive_film.charge": 20.0,
    },
    "viscosity-1300": {"adhesive_film.synthesis.end_viscosity": 130.0},
}  # fmt: skip
NAMES = tuple(DIFFERS)


def written(folder: Path, text: str, name: str = "plant-b.toml") -> Path:
    """A scenario file with that text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def values(plan: Plan, *paths: str) -> list[object]:
    """Values of a plan at paths, in SI units."""
    known = tree(plan)
    return [known[path].value for path in paths]


def test_all_scenarios_are_shipped_with_their_question() -> None:
    """The shipped scenarios are these, the baseline first, and each asks a question."""
    rows = scenario_names()
    assert rows[0].name == "baseline"
    assert sorted(row.name for row in rows) == sorted(NAMES)
    assert all(row.question.endswith("?") for row in rows)


@pytest.mark.parametrize("name", NAMES)
def test_shipped_scenarios_load(name: str) -> None:
    """Each shipped scenario loads, fits on a screen, and changes what its question says and nothing else."""
    plan = load(name)
    assert plan.name == name
    assert {path: value for path, (_, value) in plan.changes.items()} == pytest.approx(DIFFERS[name])
    text = (SCENARIOS / f"{name}.toml").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 25
    assert tomllib.loads(text)["question"] == plan.question


@pytest.mark.parametrize("name", NAMES)
def test_shipped_scenarios_are_played(name: str) -> None:
    """Some days of each keep every law, also where a product and its stations are left out."""
    plan = load(name, ("study.warm_up=1 d", "study.horizon=6 d"))
    balances = simulate(plan, 1, 0).balances
    assert [one for one in balances if abs(one.residual) > one.tolerance] == []


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("predry-hot", ("clad_laminate", "predrying", "outside claim 11")),
        ("no-spacer-tape", ("clad_laminate", "winding", "outside claim 14")),
    ],
)
def test_lots_of_a_run_outside_a_claim_carry_its_mark(name: str, mark: tuple[str, str, str]) -> None:
    """In the table of marks each roll of the product that went through the stage has that mark, and no other lot."""
    plan = load(name, ("study.warm_up=1 d", "study.horizon=6 d"))
    tables = to_arrow(simulate(plan, 1, 0).records, plan, 0, run_context(plan))
    rows = [one for one in tables["marks"].to_pylist() if one["mark"].startswith("outside")]
    assert {(one["product"], one["stage"], one["mark"]) for one in rows} == {mark}
    product = {one["lot"]: one["product"] for one in tables["lots"].to_pylist()}
    passed = {one["lot"] for one in tables["visits"].to_pylist() if one["stage"] == mark[1]}
    marked = [one["lot"] for one in rows]
    assert sorted(marked) == sorted(lot for lot in passed if product[lot] == mark[0])
    assert len(marked) > 10


def test_each_line_of_a_shipped_scenario_differs_from_the_baseline() -> None:
    """A shipped scenario shows only what differs: each value that it gives is a change (or says when it begins)."""
    for name in NAMES:
        told = re.findall(r"(?m)^(\w+) = ", (SCENARIOS / f"{name}.toml").read_text(encoding="utf-8"))
        moved = {path.rpartition(".")[2] for path in load(name).changes}
        assert set(told) - moved <= {"question", "down_from"}, name


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("predry-hot", ("clad_laminate", "predrying", "outside claim 11")),
        ("thick-film", ("adhesive_film", "coating", "outside claim 1")),
        ("no-spacer-tape", ("clad_laminate", "winding", "outside claim 14")),
    ],
)
def test_what_leaves_a_claim_is_marked_and_warned_of(name: str, mark: tuple[str, str, str]) -> None:
    """A scenario that leaves a claim's window loads with one warning that names file, line, and claim, and a mark."""
    heard: list[str] = []
    plan = load(name, warn=heard.append)
    assert plan.marks == (mark,)
    assert len(heard) == 1
    assert re.match(rf"{name}\.toml:\d+: .* its lots carry that mark\.$", heard[0])
    assert mark[2].removeprefix("outside ") in heard[0]


def test_the_baseline_needs_no_folder(tmp_path: Path) -> None:
    """Without a folder of scenarios there is the baseline, equal to the shipped one, and nothing else."""
    assert load("baseline", scenarios_dir=tmp_path / "none") == load("baseline")
    assert [row.name for row in scenario_names(tmp_path / "none")] == ["baseline"]
    with pytest.raises(UsageError, match="Shipped: baseline"):
        load("oven-2-down", scenarios_dir=tmp_path / "none")


def test_a_file_is_read_as_it_is_meant(tmp_path: Path) -> None:
    """Tables, dotted keys and inline tables give the same settings, in SI units."""
    text = """
question = "What if?"
plant.oven.count = 4
adhesive_film.coating = { dry_thickness = "6 um", speed = "1.5 m/min" }
[study]
start = 2027-03-01T00:00:00Z
horizon = "14 d"
[clad_laminate.curing]
vacuum_temperature = "210 degC"
"""
    plan = load(written(tmp_path, text))
    assert (plan.name, plan.question) == ("plant-b", "What if?")
    wanted = {
        "plant.oven.count": 4,
        "adhesive_film.coating.dry_thickness": 6e-6,
        "adhesive_film.coating.speed": 0.025,
        "study.start": "2027-03-01T00:00:00+00:00",
        "study.horizon": 14 * 86400.0,
        "clad_laminate.curing.vacuum_temperature": 483.15,
    }
    assert dict(zip(wanted, values(plan, *wanted), strict=True)) == wanted
    assert set(plan.changes) == set(wanted)


def test_the_nearest_value_counts(tmp_path: Path) -> None:
    """A --set goes before the file, the file before its base, and within one of them the full path before the short."""
    written(tmp_path, '[coating]\nspeed = "1 m/min"\n[plant.oven]\ncount = 7\n', "first.toml")
    file = written(
        tmp_path,
        'base = "first"\n[coating]\nspeed = "4 m/min"\n[adhesive_film.coating]\nspeed = "5 m/min"\n',
        "next.toml",
    )
    speeds = [f"{name}.coating.speed" for name in ("clad_laminate", "adhesive_film")]
    plan = load(file, scenarios_dir=tmp_path)
    assert values(plan, *speeds, "plant.oven.count") == pytest.approx([4 / 60, 5 / 60, 7])
    assert values(load(file, ["coating.speed=2 m/min"], scenarios_dir=tmp_path), *speeds) == pytest.approx(
        [2 / 60, 2 / 60]
    )


@pytest.mark.parametrize(
    ("option", "path", "value"),
    [
        ("plant.oven.count=2", "plant.oven.count", 2),
        ("study.horizon=7.5 d", "study.horizon", 7.5 * 86400),
        ('study.horizon="7.5 d"', "study.horizon", 7.5 * 86400),
        ("study.start=2026-02-02T00:00:00+01:00", "study.start", "2026-02-02T00:00:00+01:00"),
        ("plant.people.lab_delay = 50 %", "plant.people.lab_delay", 0.5),
        ("predrying.heat_transfer=40 W/m^2/K", "clad_laminate.predrying.heat_transfer", 40.0),
    ],
)
def test_options(option: str, path: str, value: object) -> None:
    """A --set takes what a file takes, with or without the quotes that a shell takes away."""
    assert values(load("baseline", [option]), path) == [value]


def test_the_commented_scenario_changes_nothing(tmp_path: Path) -> None:
    """The scenario to start from loads as the baseline, also with every setting in it uncommented as it stands."""
    text = init_text(baseline())
    assert load(written(tmp_path, text)).changes == {}
    bare = re.sub(r"(?m)^# (?=\[|[a-z_0-9]+ = )", "", text)
    assert len(re.findall(r"(?m)^\w+ = ", bare)) > 60
    assert load(written(tmp_path, bare)).changes == {}


def test_recipe_cards_are_in_shop_units() -> None:
    """A recipe card holds the patent's figures in shop units, and what follows from them."""
    film = {(line.stage, line.quantity): line.value for line in recipe(baseline(), "adhesive_film")}
    assert film["synthesis", "end_viscosity"] == "1500 poise"
    assert film["dissolution", "epoxy_ratio"] == "25 phr"
    assert film["coating", "wet_thickness"] == "28.6027 um"
    assert film["coating", "dry_load"] == "6.5 g/m^2"
    assert film["dissolution", "solids"] == "20.6226 wt%"
    assert film["winding", "tension"].endswith(" N/m")
    assert film["predrying", "dryer_time"] == "20 min"
    clad = {(line.stage, line.quantity): line for line in recipe(baseline(), "clad_laminate")}
    assert clad["curing", "chamber_pressure"].value.endswith(" Pa")
    assert clad["predrying", "zone_1"].window == "74.2-134.2 degC (claim 11)"
    assert {one.quantity: one.value for one in clad.values() if "viscosity" in one.quantity} == {
        "end_viscosity": "120 poise",
        "viscosity_reference": "5 Pa*s",
    }
    assert clad["synthesis", "viscosity_reference"].value == "120 poise"
    with pytest.raises(UsageError, match="Did you mean clad_laminate"):
        recipe(baseline(), "clad-laminate")


def test_no_card_tells_another_product_s_figures() -> None:
    """What a commented scenario says of a setting holds for each product, and no range ends far beyond any use."""
    notes = re.findall(r"(?m)  # (.*)$", init_text(baseline()))
    assert [one for one in notes for word in ("1500 poise", " g on ", "113.01", "55 %") if word in one] == []
    assert [one for one in notes if re.search(r"Range [^;]*e\+\d+ (?:min|h|d)\b", one)] == []


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("adhesive_film.dissolution.epoxy_ratio=0.6", "epoxy_phr = 60 phr: outside 1-50 phr (adhesive film, paragraph"),
        ("clad_laminate.coating.coated_width=500 mm", "border_beside_tape = -20 mm: outside 0 mm or more"),
        ("clad_laminate.winding.tape_width=11 mm", "border_beside_tape = -2 mm: outside 0 mm or more"),
        ("adhesive_film.coating.speed=1 m/min", "dryer_time = 40 min: other than 20 min"),
    ],
)
def test_a_warning_names_what_follows_from_a_setting_in_its_own_unit(told: str, says: str) -> None:
    """Where a limit binds what follows from a setting, the warning names the setting, then that figure and its unit."""
    heard: list[str] = []
    load("baseline", [told], warn=heard.append)
    assert len(heard) == 1
    assert heard[0].startswith(f"--set: {told.partition('=')[0]} = ")
    assert says in heard[0]


def test_a_hot_zone_leaves_claim_11() -> None:
    """Any zone of the laminate's dryer that is heated beyond claim 11 is warned of, as one that is idle is not."""
    heard: list[str] = []
    load("baseline", ["clad_laminate.predrying.zone_3=200 degC"], warn=heard.append)
    assert len(heard) == 1
    assert "zone_3 = 200 degC: outside 74.2-134.2 degC (clad laminate, claim 11)" in heard[0]
    load("baseline", ["clad_laminate.predrying.zone_2=idle"], warn=heard.append)
    assert len(heard) == 1


def test_a_setting_is_described() -> None:
    """A description has path, default, shop unit, machine range, claim window and source."""
    (row,) = describe(baseline(), "clad_laminate.predrying.zone_1")
    assert (row.unit, row.range, row.window) == ("degC", "idle or 25-250 degC", "74.2-134.2 degC (claim 11)")
    assert row.value.endswith(" degC")
    assert row.source
    assert len(describe(baseline())) == len(tree(baseline()))


def test_changes_are_shown_against_the_baseline() -> None:
    """The changes of a scenario are shown with the baseline's value, its own, and the claim window."""
    rows = {row.path: row for row in changes(load("thick-film"))}
    assert rows["adhesive_film.coating.dry_thickness"][1:] == ("5 um", "15 um", "0-10 um (claim 1)")


def test_the_readme_shows_what_is_really_said() -> None:
    """The refusal and the warning in the README are those of the program, line ends apart."""
    shown = " ".join((SCENARIOS.parents[1] / "README.md").read_text(encoding="utf-8").split())
    heard: list[str] = []
    with pytest.raises(UsageError) as caught:
        load("baseline", ["predrying.zone_1=310 degC"], warn=heard.append)
    load("baseline", ["predrying.zone_1=210 degC"], warn=heard.append)
    assert f"error: {str(caught.value).splitlines()[0]}" in shown
    assert f"warning: {heard[-1]}" in shown or f"warning: {heard[0]}" in shown
