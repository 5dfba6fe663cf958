"""Laws of parameter sets: what a scenario takes from one, what counts before it, and which are refused."""

import ast
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from twin import cli
from twin.errors import UsageError
from twin.fitting import fit, read_set, written
from twin.fitting.kinds import KINDS
from twin.fitting.parameter_set import checksum
from twin.scenario import baseline, load
from twin.settings import tree
from twin.store.version import run_id
from twin.tables import RunContext, run_tables

PLAN = baseline()
FILM = "temperature_degc,time_h,insoluble_wt_pct\n"
FILMS = FILM + "230,40,52\n245,15,53\n260,7,56\n280,2.2,53\n280,3.5,70\n"


def data(folder, text, name="mine.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def fitted(folder, text=FILMS):
    return fit("gel", data(folder, text), PLAN, "model")


@pytest.fixture
def stored(tmp_path):
    """A parameter set beside a scenario that names it."""
    path = data(tmp_path, written(fitted(tmp_path).content), "gel.fit.json")
    data(tmp_path, 'fits = ["gel.fit.json"]\n', "plant-b.toml")
    return path


def test_a_scenario_takes_what_was_fitted(stored):
    """The fitted values stand in the plan, as changes, with the hash of their data as evidence: another run."""
    plan, known = load(stored.with_name("plant-b.toml")), read_set(stored)
    for path, (value, _) in known.values.items():
        assert tree(plan)[path].value == pytest.approx(value, rel=1e-14)
        assert plan.changes[path][0] == tree(PLAN)[path].value
    assert run_id(plan) != run_id(load("baseline"))
    context = RunContext(run_id="x", scenario="x", scenario_hash="x", model_version="x", seed=1)
    table = run_tables(plan, context)["parameters"]
    assert isinstance(table, pa.Table)
    evidence = {row["path"]: row["evidence"] for row in table.to_pylist()}
    data_hash = json.loads(stored.read_text())["data"]["sha256"]
    assert evidence["clad_laminate.curing.crosslink_rate"] == f"fitted: gel.fit.json, data sha256:{data_hash}"
    assert evidence["clad_laminate.curing.load_time"] == "estimate"


def test_what_the_user_says_counts_before_a_fit(stored):
    """A value in the file or a --set counts before a parameter set, and is then no fitted one."""
    path = "clad_laminate.curing.crosslink_rate"
    plan = load("baseline", [f"{path}=2e-5 1/s"], fits=[stored])
    assert tree(plan)[path].value == 2e-5
    assert list(plan.fits) == ["clad_laminate.curing.crosslink_energy"]
    scenario = stored.with_name("plant-b.toml")
    scenario.write_text(scenario.read_text() + '[curing]\ncrosslink_rate = "2e-5 1/s"\n')
    assert tree(load(scenario))[path].value == 2e-5


def test_a_fit_to_the_same_values_is_still_another_run(stored):
    """A run whose constants were fitted says so in its tables, so it has an id of its own."""
    plain = load("baseline", [f"{path}={value!r} {unit}" for path, (value, unit) in read_set(stored).values.items()])
    assert run_id(load("baseline", fits=[stored])) != run_id(plain)


def test_the_same_data_give_the_same_file(tmp_path):
    """A set holds nothing of the clock or of the folder: byte for byte the same, and dated by its data."""
    text = "date," + FILM + "2026-11-02,230,40,52\n2026-11-05,260,7,56\n,280,2.2,53\n,280,3.5,70\n"
    one, two = (written(fitted(tmp_path, text=text).content) for _ in range(2))
    assert one == two
    assert json.loads(one)["data"]["date"] == "2026-11-05"


def test_another_file_is_not_written_over(tmp_path, capsys):
    """The same set may stand there already; another one is refused."""
    path = data(tmp_path, FILMS)
    assert [cli.main(["fit", "gel", "--data", str(path)]) for _ in range(2)] == [0, 0]
    data(tmp_path, FILMS + "255,12,74\n")
    assert cli.main(["fit", "gel", "--data", str(path)]) == 2
    assert "another file stands there" in capsys.readouterr().err


def edited(path, change, *, sealed=True):
    """Change what a set holds; sealed gives it the right checksum again."""
    content = json.loads(path.read_text())
    change(content)
    if sealed:
        content["checksum"] = checksum(content)
    path.write_text(json.dumps(content))


def put(*keys: str | int, value: object):
    def change(content: Any) -> None:  # noqa: ANN401 - JSON
        for key in keys[:-1]:
            content = content[key]
        content[keys[-1]] = value

    return change


SPOILT = [
    (put("parameters", 0, "value", value=1e-4), False, "was edited after it was fitted"),
    (put("residuals", "degrees_of_freedom", value=99), False, "was edited after it was fitted"),
    (put("version", value=2), True, "format version 2; this filmtwin reads 1"),
    (put("law_version", value="0" * 12), True, "fitted with another version of the equations of gel (000000000000;"),
    (put("format", value="other"), True, "no parameter set as twin fit writes it"),
    (put("kind", value="glue"), True, "no parameter set as twin fit writes it"),
    (put("parameters", 0, "value", value="fast"), True, "no parameter set as twin fit writes it"),
    (put("data", value=None), True, "no parameter set as twin fit writes it"),
    (put("parameters", 0, "value", value=7.0), True, "above 1 1/s, the most that machine or physics allow"),
    (put("parameters", 0, "value", value=-7.0), True, "below 0 1/s, the least that machine or physics allow"),
    (put("parameters", 0, "path", value="clad_laminate.curing.speed"), True, "no such setting"),
    (put("parameters", 0, "unit", value="Pa"), True, "cannot become"),
]


@pytest.mark.parametrize(("change", "sealed", "what"), SPOILT)
def test_a_spoilt_set_is_refused(stored, capsys, change, sealed, what):
    """Edited by hand, of another version, or out of range: exit code 2, one line that names scenario and set."""
    edited(stored, change, sealed=sealed)
    assert cli.main(["check", str(stored.with_name("plant-b.toml"))]) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: plant-b.toml:1: gel.fit.json")
    assert told.count("\n") == 1
    assert what in told


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('fits = ["no-such.json"]', "plant-b.toml:1: no-such.json: there is no such parameter set"),
        ('fits = "../gel.fit.json"', "plant-b.toml:1: fits = ../gel.fit.json: names of parameter sets beside"),
        ("fits = [3]", "names of parameter sets beside this file"),
        ('fits = ["gel.fit.json", "gel.fit.json"]', "and so does plant-b.toml:1: gel.fit.json. Name one"),
        ('fits = ["mine.json"]', "mine.json: no parameter set as twin fit writes it"),
    ],
)
def test_a_scenario_that_names_no_set_is_refused(stored, text, what):
    """A missing, a foreign or a doubled set is no silent default."""
    data(stored.parent, FILMS, "mine.json")
    scenario = data(stored.parent, text + "\n", "plant-b.toml")
    with pytest.raises(UsageError) as told:
        load(scenario)
    assert what in str(told.value)
    assert len(told.value.problems) == 1


TWIN = Path(cli.__file__).resolve().parents[1]
# Imported by a fitted stage or by the fit, but not on the way to the numbers that are fitted.
BESIDE = {
    "drying": {
        "polymer/cure.py": "conversion of an adhesive film, which a clad laminate has none of",
        "polymer/kinetics.py": "of the conversion alone",
        "polymer/exhaust.py": "air and its heat, after the film is dry",
        "polymer/field.py": "how many lanes there are; a fit's web has one",
        "polymer/roll.py": "kilograms of what is left, from its share",
    },
    "gel": {"polymer/cylinder.py": "one measure of the warming across the laps"},
    "peel": {"polymer/times.py": "how long the stage takes"},
    "drilling": {},
}


def polymer_of(file: str) -> set[str]:
    """Files of the polymer package that one imports, itself or by way of another of them."""
    found: set[str] = set()
    waiting = [file]
    while waiting:
        for one in ast.walk(ast.parse((TWIN / waiting.pop()).read_text(encoding="utf-8"))):
            if isinstance(one, ast.ImportFrom) and (one.module or "").startswith("twin.polymer"):
                names = (
                    [f"{one.module}.{name.name}" for name in one.names]
                    if one.module == "twin.polymer"
                    else [one.module]
                )
                new = {"/".join(name.split(".")[1:]) + ".py" for name in names} - found
                found |= new
                waiting += new
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_the_version_of_a_fit_covers_its_equations(kind):
    """Each file of the polymer package behind a fit is in its version, or stands beside it for a reason."""
    law = KINDS[kind]
    reached = polymer_of(f"stages/{law.stage}.py") | polymer_of(f"fitting/{kind}.py")
    assert reached >= set(BESIDE[kind])
    assert {one for one in law.sources if one.startswith("polymer/")} == reached - set(BESIDE[kind])
