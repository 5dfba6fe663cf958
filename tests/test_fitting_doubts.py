"""What a fit doubts: rows that contradict each other whatever they leave empty, errors that none can tell, flags."""

import json
import sys
from pathlib import Path

import pytest

from twin import cli
from twin.errors import UsageError
from twin.fitting import KINDS, fit, read_set, written
from twin.fitting.law import Prediction, Row
from twin.fitting.table import check_agreement, read_table
from twin.scenario import baseline

PLAN = baseline()
EXAMPLES = Path(__file__).resolve().parents[1] / "datasets" / "reference"
FILM = "temperature_degc,time_h,insoluble_wt_pct\n"
HOLES = "fluence_j_per_cm2,thickness_um,epoxy_phr,depth_per_pulse_um"
DRYER = "zone_1_degc,zone_2_degc,zone_3_degc,speed_m_per_min,dry_thickness_um,solids_wt_pct,residual_solvent_wt_pct\n"
READ = [(kind, one) for kind, law in KINDS.items() for one in law.columns if one.measured]
# A row of each kind in SI units in whose surroundings every cell of its kind counts.
ROWS = {
    "peel": {"epoxy_phr": 20.0, "tmeg_share": 0.3, "apb_share": 0.3, "tetrad_c_share": 0.3, "press_degc": 468.15,
             "press_mpa": 2e4, "press_min": 900.0, "ageing_degc": 423.15, "ageing_h": 1e6},
    "drying": {"zone_1_degc": 373.15, "zone_2_degc": 383.15, "zone_3_degc": 393.15, "zone_4_degc": 403.15,
               "zone_length_m": 3.0, "speed_m_per_min": 0.1, "dry_thickness_um": 2e-5, "solids_wt_pct": 0.15},
    "gel": {"temperature_degc": 543.15, "time_h": 6e4, "vacuum_h": 6e4, "vacuum_degc": 473.15, "web_width_mm": 0.5,
            "residual_solvent_wt_pct": 0.25},
    "drilling": {"fluence_j_per_cm2": 2000.0, "thickness_um": 5e-6, "epoxy_phr": 20.0, "bore_um": 4e-5,
                 "pulses_on_spot": 10.0},
}  # fmt: skip


def prepared(kind):
    law = KINDS[kind]
    return law, law.prepare(PLAN.products[law.product].procedure)


def data(tmp_path, text):
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    return path


def problems(tmp_path, kind, text):
    """What contradicts in a file."""
    law, stage = prepared(kind)
    try:
        check_agreement(read_table(data(tmp_path, text), law), law, stage)
    except UsageError as error:
        return list(error.problems)
    return []


ALIKE = [
    ("peel", "epoxy_phr,press_degc,peel_n_per_cm\n25,200,9\n25,,2\n"),  # the recipe presses at 200 degC
    ("peel", "epoxy_phr,tmeg_share,peel_n_per_cm\n25,0,9\n25,,2\n"),
    ("peel", "epoxy_phr,ageing_h,peel_n_per_cm\n25,500,9\n25,1000,2\n"),  # fresh is not aged
    ("peel", "epoxy_phr,ageing_degc,ageing_h,aged_peel_n_per_cm\n25,150,1000,9\n25,,,2\n"),
    ("drying", DRYER + "100,120,,3,20,15,30\n100,,120,3,20,15,10\n"),  # a zone that is not named is not passed
    ("drying", "zone_length_m," + DRYER + "10,100,120,,3,20,15,30\n,100,120,,3,20,15,10\n"),
    ("gel", "vacuum_h,web_width_mm," + FILM + ",500,250,10,20\n,,250,10,60\n"),  # a piece of film has no width
    ("gel", "vacuum_h,vacuum_degc," + FILM + "16,200,250,10,20\n16,,250,10,60\n"),
    ("drilling", HOLES + ",pulses_on_spot\n0.2,5,25,0.2,40\n0.2,5,25,0.5,\n"),
    ("drilling", HOLES + ",pulses_on_spot\n0.2,5,25,0.2,40\n0.2,5,25,0.5,90\n"),  # incubated fully
    ("drilling", HOLES + "\n0.2,5,25,0.2\n0.2,9,25,0.5\n"),  # the depth of a pulse does not ask how thick the film is
]
DIFFERENT = [
    ("peel", "epoxy_phr,press_degc,peel_n_per_cm\n25,180,9\n25,,2\n"),
    ("peel", "epoxy_phr,ageing_h,aged_peel_n_per_cm\n25,500,9\n25,1000,2\n"),
    ("gel", "vacuum_h," + FILM + ",250,10,20\n16,250,10,60\n"),
    ("drilling", HOLES + ",pulses_on_spot\n0.2,5,25,0.2,4\n0.2,5,25,0.5,\n"),
]


@pytest.mark.parametrize(("kind", "text"), ALIKE)
def test_rows_that_mean_the_same_contradict_each_other(tmp_path, kind, text):
    """An empty cell is what it means, and a cell that the measured column does not ask for is none."""
    told = problems(tmp_path, kind, text)
    assert len(told) == 1
    assert told[0].startswith("mine.csv:3: ")
    assert "contradicts" in told[0]


@pytest.mark.parametrize(("kind", "text"), DIFFERENT)
def test_rows_that_differ_in_what_counts_do_not(tmp_path, kind, text):
    """Another press, another time in hot air, a roll beside a film, fewer pulses: two measurements of two things."""
    assert problems(tmp_path, kind, text) == []


@pytest.mark.parametrize(("kind", "measured"), READ, ids=lambda one: getattr(one, "name", one))
def test_a_column_reads_what_its_law_reads(kind, measured):
    """Each cell by a tenth of it more: the prediction moves if the column says that it reads it, else by no digit."""
    law, stage = prepared(kind)
    usual = law.predict(stage, ROWS[kind]).values[measured.name]
    cells = {one.name for one in law.columns if not one.measured}
    assert set(ROWS[kind]) == cells
    for name in cells:
        factor = 1.01 if name.endswith("degc") else 1.1
        moved = law.predict(stage, {**ROWS[kind], name: ROWS[kind][name] * factor}).values[measured.name] != usual
        assert moved == (name in (measured.reads or cells)), name


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_an_empty_cell_means_is_what_is_predicted(kind):
    """A row with all that its empty cells mean written out is predicted as the row itself, to the last digit."""
    law, stage = prepared(kind)
    required = {one.name for one in law.columns if one.required} | ({"vacuum_h"} if kind == "gel" else set())
    row = {name: value for name, value in ROWS[kind].items() if name in required}
    assert law.predict(stage, law.meant(stage, row)) == law.predict(stage, row)
    assert law.meant(stage, law.meant(stage, row)) == law.meant(stage, row)


SILENT = [
    ("gel", FILM + "250,8,44\n250,8,44\n", "do not scatter"),
    ("gel", FILM + "230,40,52\n230,40,52\n260,7,56\n260,7,56\n", "do not scatter"),
    ("peel", "epoxy_phr,peel_n_per_cm,aged_peel_n_per_cm\n25,9,\n25,,7\n25,,6.5\n25,,7.2\n", "no more rows than"),
]


@pytest.mark.parametrize(("kind", "text", "why"), SILENT)
def test_rows_without_scatter_tell_no_error(tmp_path, capsys, kind, text, why):
    """Identical rows, or as many settings as rows: the value is found, and no interval of zero width stands by it."""
    path = data(tmp_path, text)
    found = fit(kind, path, PLAN, "model")
    assert why in found.solution.silent
    assert (found.solution.errors, found.solution.intervals) == ({}, {})
    fitted = [one for one in found.content["parameters"] if one["status"] == "fitted"]
    assert fitted
    assert all(one["no_error"] == found.solution.silent and "low_90" not in one for one in fitted)
    assert cli.main(["fit", kind, "--data", str(path)]) == 0
    said = capsys.readouterr()
    assert "warning: mine.csv: no error of the fitted values can be told" in said.err
    assert "cannot be told" in said.out


def test_a_set_without_errors_is_taken_by_a_scenario(tmp_path):
    """What is found without an error is a fitted value all the same."""
    path = tmp_path / "mine.fit.json"
    path.write_text(written(fit("gel", data(tmp_path, SILENT[0][1]), PLAN, "model").content))
    assert list(read_set(path).values) == ["clad_laminate.curing.crosslink_rate"]


def test_rows_outside_the_tested_domain_are_counted(tmp_path, capsys):
    """Laminates pressed at 240 degC are beyond the cure's domain: one warning, and their lines stand in the set."""
    rows = "25,200,9,7\n25,200,9.4,7.3\n25,240,9.2,7.1\n15,240,8.1,6.2\n"
    path = data(tmp_path, "epoxy_phr,press_degc,peel_n_per_cm,aged_peel_n_per_cm\n" + rows)
    assert cli.main(["fit", "peel", "--data", str(path)]) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if "tested domain" in line]
    assert len(told) == 1
    assert "2 of 4 rows lie outside" in told[0]
    assert "extrapolated: cure" in told[0]
    stored = json.loads(path.with_name("mine.fit.json").read_text())
    assert stored["extrapolated"]["extrapolated: cure"] == [4, 5]


def test_rows_inside_it_raise_no_doubt():
    """The shipped example of gel is told without one."""
    assert fit("gel", EXAMPLES / "example_gel.csv", PLAN, "model").content["extrapolated"] == {}


def test_a_row_that_did_not_converge_is_an_error(tmp_path, monkeypatch):
    """Numbers that a stage did not reach are fitted to nothing: the row is named, and no set is written."""
    law = KINDS["gel"]

    def predict(stage: object, row: Row) -> Prediction:
        flags = ("not converged: curing",) if row["time_h"] == 15 * 3600.0 else ()
        return law.predict(stage, row)._replace(flags=flags)

    monkeypatch.setattr(sys.modules["twin.fitting.fit"], "KINDS", {"gel": law._replace(predict=predict)})
    path = data(tmp_path, FILM + "230,40,52\n245,15,53\n260,7,56\n")
    with pytest.raises(UsageError, match=r"mine.csv:3: not converged: curing\. Check its cells"):
        fit("gel", path, PLAN, "model")
