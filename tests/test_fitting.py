"""Laws of fitting: known values come back, intervals cover as often as they say, what cannot be told is said."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from twin import cli
from twin.errors import UsageError
from twin.fitting import KINDS, fit, synthetic
from twin.fitting.fit import solved
from twin.fitting.solve import Array, Unknown, solve
from twin.fitting.table import read_table
from twin.scenario import baseline
from twin.settings import tree

EXAMPLES = Path(__file__).resolve().parents[1] / "datasets" / "reference"
PLAN = baseline()
FILM = "temperature_degc,time_h,insoluble_wt_pct\n"
FILMS = FILM + "230,40,52\n245,15,53\n260,7,56\n280,2.2,53\n280,3.5,70\n"
HOLES = "fluence_j_per_cm2,thickness_um,epoxy_phr,depth_per_pulse_um,exit_diameter_um,pulses_on_spot\n"


def truth(kind, *, wider=False):
    """Settings behind the synthetic data of a kind: what was changed, else the baseline."""
    law, changed = KINDS[kind], synthetic.WIDER_TRUTH if wider else synthetic.TRUTH
    known = {name: tree(PLAN)[f"{law.product}.{law.stage}.{name}"].value for name in law.settings}
    return known | dict(changed[kind])


def trial(kind, seed, noise=1.0, *, wider=False):
    law, rows = KINDS[kind], synthetic.wider(kind) if wider else None
    known = (synthetic.WIDER_TRUTH if wider else synthetic.TRUTH)[kind]
    made = synthetic.lines(law, PLAN, known, np.random.default_rng(seed), noise, rows)
    return solved(law, PLAN, law.product, made)


def coverage(kind, trials, *, wider=False):
    """Share of trials in which the interval holds the truth, by setting, of those that were told each time."""
    known, inside = truth(kind, wider=wider), {}
    for seed in range(trials):
        found = trial(kind, seed, wider=wider)
        for name, (low, high) in found.intervals.items():
            inside.setdefault(name, []).append(low <= known[name] <= high)
    return {name: sum(hits) / len(hits) for name, hits in inside.items() if len(hits) == trials}


def data(tmp_path, text, name="mine.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def fitted(tmp_path, kind="gel", text=FILMS):
    return fit(kind, data(tmp_path, text), PLAN, "model")


# known parameters come back


@pytest.mark.parametrize(("kind", "tolerance"), [("gel", 1e-5), ("peel", 1e-5), ("drilling", 1e-5), ("drying", 0.02)])
def test_exact_data_give_the_settings_behind_them(kind, tolerance):
    """From data without noise the settings come back; the dryer's own tolerance is 0.2 % of the solvent."""
    known, found = truth(kind), trial(kind, 1, noise=0.0)
    told = set(known) - set(found.held)
    assert told
    assert all(found.values[name] == pytest.approx(known[name], rel=tolerance) for name in told)


def test_intervals_cover_as_often_as_they_say():
    """Of 200 campaigns, the interval of 90 % holds the truth in 85 to 95 %; here for the cheapest kind."""
    shares = coverage("gel", 200)
    assert set(shares) == set(KINDS["gel"].settings)
    assert all(0.85 <= share <= 0.95 for share in shares.values()), shares


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "told"), [("peel", 5), ("drilling", 3), ("drying", 2)])
def test_intervals_cover_as_often_as_they_say_everywhere(kind, told):
    """The same of every other kind, for each setting that its data tell."""
    shares = coverage(kind, 200)
    assert len(shares) == told
    assert all(0.85 <= share <= 0.95 for share in shares.values()), shares


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(synthetic.WIDER_TRUTH))
def test_intervals_cover_the_last_setting_too(kind):
    """Of campaigns that are made to tell plasticising or incubation, every setting is told, and covered as often."""
    shares = coverage(kind, 200, wider=True)
    assert set(shares) == set(KINDS[kind].settings)
    assert all(0.85 <= share <= 0.95 for share in shares.values()), shares


@pytest.mark.parametrize(("kind", "last"), [("drying", "plasticising"), ("drilling", "incubation")])
def test_a_wider_campaign_tells_the_setting_that_an_everyday_one_leaves(kind, last):
    """The everyday design holds it and says why; the wider one tells all, within four standard errors of the truth."""
    assert last in trial(kind, 1).held
    found, known = trial(kind, 1, wider=True), truth(kind, wider=True)
    assert found.held == {}
    assert all(abs(found.values[name] - known[name]) < 4.0 * error for name, error in found.errors.items())
    assert abs(known[last] - truth(kind)[last]) > 3.0 * found.errors[last]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_example_is_synthetic_and_gives_its_truth(kind):
    """Each shipped example calls itself synthetic, and its fit lies within four standard errors of its truth."""
    path = EXAMPLES / f"example_{kind}.csv"
    assert path.read_text(encoding="utf-8").startswith("# synthetic, no measurements")
    found, known = fit(kind, path, PLAN, "model").solution, truth(kind)
    assert all(abs(found.values[name] - known[name]) < 4.0 * error for name, error in found.errors.items())
    assert len(found.errors) >= len(KINDS[kind].settings) - 1


def test_a_roll_tells_less_than_a_piece_of_film(tmp_path):
    """The core of a roll is heated late: the same insoluble content after the same step means a faster reaction."""
    rows = "vacuum_h," + FILM + "{0},250,20,50\n{0},260,20,80\n{0},270,10,75\n"
    slow = fitted(tmp_path, text=rows.format("")).solution.values["crosslink_rate"]
    fast = fitted(tmp_path, text=rows.format("16")).solution.values["crosslink_rate"]
    assert fast > slow


# what the data cannot tell


def test_one_temperature_tells_no_activation_energy(tmp_path):
    """Films that were all at the reference temperature tell the rate; the energy is held, with the reason."""
    text = FILM + "250,6,25\n250,8,45\n250,12,68\n250,15,74\n"
    found = fitted(tmp_path, text=text)
    assert found.solution.held == {"crosslink_energy": "no measurement depends on it"}
    held = found.content["parameters"][1]
    assert (held["status"], held["value"]) == ("held", 120e3)
    assert "standard_error" not in held


def test_one_other_temperature_leaves_one_of_both(tmp_path):
    """At another single temperature rate and energy are one to the data: the second is held, the first is told."""
    found = fitted(tmp_path, text=FILM + "270,2,42\n270,3,62\n270,4,73\n270,4,71\n")
    assert found.solution.held == {"crosslink_energy": "the data tell only a combination of it and others"}
    assert set(found.solution.errors) == {"crosslink_rate"}


def test_fresh_peel_alone_tells_no_ageing(tmp_path):
    """Without aged laminates the ageing is held, and the curve is told."""
    rows = "".join(f"{epoxy},{peel}\n" for epoxy, peel in ((0, 1.0), (10, 6.2), (20, 8.8), (30, 9.1), (45, 7.9)))
    found = fitted(tmp_path, "peel", "epoxy_phr,peel_n_per_cm\n" + rows).solution
    assert set(found.held) == {"ageing_rate", "ageing_activation"}


def test_incubation_is_told_by_different_numbers_of_pulses(tmp_path):
    """Holes of few and of many pulses tell incubation apart from the threshold; of many alone they do not."""
    drill, law = truth("drilling"), KINDS["drilling"]
    stage = law.prepare(PLAN.products["adhesive_film"].procedure)
    rows = []
    for fluence in (0.15, 0.2, 0.3, 0.4):
        for epoxy, pulses in ((0, 1), (25, 5), (50, 40), (0, 40)):
            set_so = {"fluence_j_per_cm2": fluence * 1e4, "thickness_um": 5e-6, "epoxy_phr": float(epoxy)}
            told = law.predict(stage, {**set_so, "pulses_on_spot": float(pulses)}).values
            cells = (fluence, 5, epoxy, told["depth_per_pulse_um"] * 1e6, told["exit_diameter_um"] * 1e6, pulses)
            rows.append(",".join(f"{cell:.4g}" for cell in cells) + "\n")
    found = fitted(tmp_path, "drilling", HOLES + "".join(rows)).solution
    assert found.held == {}
    assert found.values["incubation"] == pytest.approx(drill["incubation"], abs=0.005)
    assert trial("drilling", 1).held["incubation"].startswith("its correlation with first_threshold is -0.99")


def noisy(names, model, x, sd, seed=1):
    """Fit of settings that are all 1 to a model of x with noise."""
    unknowns = [Unknown(name, 1.0, 1e-6, 1e6, linear=False) for name in names]
    noise = sd * np.random.default_rng(seed).standard_normal(len(x))
    return solve(unknowns, lambda values: model(values, x), model([1.0] * len(names), x) + noise, np.zeros(len(x), int))


def test_too_wide_an_interval_is_no_answer():
    """A setting that noise drowns is held with the width of its interval; with less noise it is told."""
    x = np.linspace(0.0, 1.0, 8)

    def line(values: Sequence[float], x: Array) -> Array:
        return 10.0 * values[0] + values[1] * x

    assert noisy(("offset", "slope"), line, x, 0.05).held == {}
    assert noisy(("offset", "slope"), line, x, 1.5).held["slope"].startswith("its interval of 90 % is a factor of 42")


def test_fewer_measurements_than_settings_hold_the_last(tmp_path):
    """Two measurements tell one setting and its error: the first of the list."""
    found = fitted(tmp_path, text=FILM + "250,8,44\n250,12,66\n").solution
    assert (list(found.errors), found.freedom) == (["crosslink_rate"], 1)
    assert found.held["crosslink_energy"] == "2 measurements tell no more than 1 settings"


def test_what_is_pushed_to_its_end_is_held(tmp_path):
    """Films that no rate explains push it to the end of its range; then nothing is told, and that is an error."""
    text = FILM + "250,0.01,99\n250,0.02,99.5\n250,0.01,99.2\n"
    with pytest.raises(UsageError, match="tell none of the settings of gel") as told:
        fitted(tmp_path, text=text)
    assert "crosslink_rate: the data push it to the end of its range" in str(told.value)


def test_a_held_setting_is_named_on_the_screen(tmp_path, capsys):
    """The command goes on with what is told, and warns of what is held."""
    path = data(tmp_path, FILM + "250,6,25\n250,8,45\n250,12,68\n250,15,74\n")
    assert cli.main(["fit", "gel", "--data", str(path)]) == 0
    told = capsys.readouterr().err
    assert "warning: mine.csv: the data do not tell clad_laminate.curing.crosslink_energy (no measurement" in told
    assert "held at 120000 J/mol" in told


# bad data: one clear line each


BAD = [
    ("", ":", "is empty"),
    ("temperature_degc,time_h\n250,4\n", ":1: without the column insoluble_wt_pct", "names the columns"),
    ("times_h," + FILM + "1,250,4,40\n", ":1: column times_h: unknown to twin fit gel", "Did you mean time_h"),
    ("time_h," + FILM + "1,2,3,4\n", ":1: column time_h stands twice", "Keep one"),
    (FILM + "250,four,40\n250,8,60\n", ":2: time_h = four: no number", "in h, without its unit"),
    (FILM + '250,"4,5",40\n250,8,60\n', ":2: time_h = 4,5: no number", "Decimals stand behind a point"),
    (FILM + "250,4 h,40\n250,8,60\n", ":2: time_h = 4 h: no number", "without its unit"),
    (FILM + "250,,40\n250,8,60\n", ":2: time_h = (empty)", "a number in h is needed"),
    (FILM + "250,-4,40\n250,8,60\n", ":2: time_h = -4: below 0.01, the least", "Use 0.01-300 h"),
    (FILM + "250,4,-40\n250,8,60\n", ":2: insoluble_wt_pct = -40: below 0", "Use 0-100 wt%"),
    (FILM + "250,4,140\n250,8,60\n", ":2: insoluble_wt_pct = 140: above 100", "Use 0-100 wt%"),
    (FILM + "250,nan,40\n250,8,60\n", ":2: time_h = nan", "no finite number"),
    (FILM + "250,4\n", ":2: 2 cells, but 3 columns", "Correct that line"),
    (FILM, ": no row of data", "at least two"),
    (FILM + "250,4,40\n", ": one row of data", "at least two"),
    (FILM + "250,4,20\n260,4,60\n250,4,70\n", ":4: insoluble_wt_pct = 70 contradicts 20 in line 2", "20 wt% apart"),
    ("date," + FILM + "22.11.2026,250,4,40\n,250,8,60\n", ":2: date = 22.11.2026", "like 2026-11-22"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "where", "what"), BAD)
def test_bad_data_are_refused_in_one_line(tmp_path, capsys, text, where, what):
    """Exit code 2, one line with file, line, value and what to do; no parameter set is written."""
    path = data(tmp_path, text)
    assert cli.main(["fit", "gel", "--data", str(path)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("error: mine.csv")
    assert told.err.count("\n") == 1
    assert where in told.err
    assert what in told.err
    assert list(tmp_path.iterdir()) == [path]


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    """Two bad cells are two lines."""
    with pytest.raises(UsageError) as told:
        read_table(data(tmp_path, FILM + "250,-4,40\n250,8,x\n"), KINDS["gel"])
    assert len(told.value.problems) == 2


def test_a_row_without_any_measurement_is_refused(tmp_path):
    """Of columns of which one is enough, each row has one."""
    with pytest.raises(UsageError, match=r"mine.csv:3: nothing is measured: peel_n_per_cm or aged_peel_n_per_cm"):
        read_table(data(tmp_path, "epoxy_phr,peel_n_per_cm\n10,6\n20,\n"), KINDS["peel"])


def test_a_roll_that_stays_wet_has_no_insoluble_content(tmp_path):
    """What the model cannot predict is refused with its line, not left out."""
    with pytest.raises(UsageError, match=r"line 2: vacuum_h = 0\.5: by the model this roll is still too wet"):
        fitted(tmp_path, text="vacuum_h," + FILM + "0.5,250,20,50\n16,260,20,80\n")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["fit", "gel", "--data", "no-such.csv"], "there is no such file"),
        (["fit", "gel", "--data", "."], "is no regular file"),
        (["fit", "glue", "--data", "x.csv"], "'glue' is not one of"),
        (["fit", "gel", "--data", "x.csv", "--out", "x.toml"], "ends in .json"),
        (["fit", "gel", "--data", "x.csv", "--product", "adhesive_film"], "needs a product with curing: clad_laminate"),
    ],
)
def test_what_cannot_be_asked_is_refused(capsys, arguments, what):
    """Exit code 2 and one line."""
    assert cli.main(arguments) == 2
    assert what in capsys.readouterr().err


def test_the_guide_names_every_column():
    """docs/how-to/fit-to-your-data.md has each column of each kind, with its unit."""
    guide = (EXAMPLES.parents[1] / "docs" / "how-to" / "fit-to-your-data.md").read_text(encoding="utf-8")
    assert [one.name for law in KINDS.values() for one in law.columns if f"| `{one.name}` |" not in guide] == []
