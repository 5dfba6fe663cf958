"""The edges of small rules: what is empty, too large, not a number, or of a kind that is seldom met."""

import json
from math import inf, isnan

import pytest
from matplotlib.figure import Figure

from twin.cli import main
from twin.errors import RunError, UsageError
from twin.export import folder as exported
from twin.layout import columns
from twin.line.calendar import Calendar
from twin.polymer.extraction import counter_current
from twin.polymer.roll import Lap, touched_share
from twin.reports.pictures import embedded, style
from twin.scenario import baseline
from twin.settings import changed
from twin.study import interval
from twin.trace.finding import known_lot
from twin.units import span


def test_replications_without_scatter_differ_exactly():
    """One replication alone says nothing of its scatter."""
    found = interval.apart([1.0, 1.0], [3.0, 3.0])
    assert (found.mean, found.half_width, found.low, found.high) == (2.0, 0.0, 2.0, 2.0)
    assert isnan(interval.apart([1.0], [3.0, 4.0]).half_width)


def test_equal_amounts_wash_in_equal_steps():
    """As much fresh liquor as the polymer holds: each of n stages takes the same (1/(n + 1))."""
    assert counter_current(1.0, 1.0, 3) == pytest.approx([1.0, 0.75, 0.5, 0.25])
    assert counter_current(1.0, 1.0 + 1e-7, 3) == pytest.approx([1.0, 0.75, 0.5, 0.25], abs=1e-6)


def test_laps_without_a_gap_touch_all_over():
    """And laps that do not sag touch nowhere."""
    assert touched_share(Lap(inner=0.0, outer=0.2, gap=0.0, slack=1e-4)) == 1.0
    assert touched_share(Lap(inner=0.0, outer=0.2, gap=1e-5, slack=0.0)) == 0.0


def test_hours_that_are_not_in_order_are_none():
    """A calendar opens and closes in turn, inside its period."""
    for opens in ((), ((5.0, 3.0),), ((-1.0, 3.0),), ((1.0, 30.0),)):
        with pytest.raises(ValueError, match="not in order inside 0 to 24"):
            Calendar(24.0, opens)


def test_what_is_small_wide_or_empty_is_told_in_words():
    """A trace of solvent, a range without ends, a table without rows."""
    assert style.number(0.003, "wt%") == "below 0.01 wt%"
    assert style.number(0.0, "wt%") == "0 wt%"
    assert span(-inf, inf, "m", "mm") == "any value"
    assert columns([]) == ""


def test_a_picture_that_is_too_large_is_named(monkeypatch):
    """A page that carries it would not open."""
    figure = Figure(figsize=(1.0, 1.0))
    assert embedded.markdown([("a", figure)]).startswith("![a](data:image/png;base64,")
    monkeypatch.setattr(embedded, "LARGEST", 10)
    assert embedded.markdown([("a", figure)]) == "(The picture of a is too large for this page.)"


def test_a_run_without_lots_says_so():
    """Nobody is sent to look for a number that no lot has."""
    with pytest.raises(UsageError, match=r"L-0003: here has no lots\. Run it longer"):
        known_lot(3, [], "here")


def test_a_path_that_no_plan_has_is_refused():
    """Also where it is not read from a file."""
    with pytest.raises(UsageError, match=r"plant\.ovne\.count: "):
        changed(baseline(), {"plant.ovne.count": 2})


def test_a_full_disk_and_a_closed_folder_are_told_apart(tmp_path):
    """Whether the system says so, or a library in Rust in its own words."""
    for error in (OSError(28, "No space left"), OSError("Generic error: No space left on device (os error 28)")):
        assert isinstance(exported._refusal(tmp_path, error), RunError)
        assert "the disk is full" in str(exported._refusal(tmp_path, error))
    assert isinstance(exported._refusal(tmp_path, OSError(13, "Permission denied")), UsageError)
    assert "Try again" in str(exported._refusal(tmp_path, OSError(5, "Input/output error")))


def test_a_folder_that_cannot_be_replaced_comes_back(tmp_path):
    """What was exported before stays where it was."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old").touch()
    with pytest.raises(OSError, match="none"):
        exported._swap(tmp_path / "none", tmp_path / "out", tmp_path / "before")
    assert [one.name for one in tmp_path.rglob("*")] == ["out", "old"]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("large.csv", "x" * (2**20 + 1), "larger than 1 MiB"),
        ("uneven.csv", "plant.oven.count,plant.press.count\n2,1\n2\n", "uneven.csv:3: 1 values for 2 paths"),
        ("many.csv", "plant.oven.count\n" + "2\n" * 1001, "1001 points are more than 1000"),
        ("empty.csv", "plant.oven.count\n", "holds no point"),
    ],
)
def test_a_list_of_points_that_is_none_is_refused(name, text, words, tmp_path, capsys):
    """In one line, before anything is computed."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert main(["sweep", "baseline", "--list", str(tmp_path / name)]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x" * (2**20 + 1), "larger than 1 MiB"),
        ('a,b\n"1,2\n', ":2: no CSV: "),
        ("epoxy_phr,peel_kn_per_m\n" + "1,1\n" * 10_001, "rows. Give the measurements of one campaign"),
    ],
)
def test_measurements_that_are_none_are_refused(text, words, tmp_path, capsys):
    """In one line with the file, and its line where there is one."""
    (tmp_path / "x.csv").write_text(text, encoding="utf-8")
    assert main(["fit", "peel", "--data", str(tmp_path / "x.csv")]) == 2
    assert words in capsys.readouterr().err


def test_one_setting_is_told_in_full_and_a_check_as_json(capsys):
    """A single path gets a line for each thing that is known of it."""
    assert main(["describe", "plant.oven.count"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()][:2] == ["path", "value"]
    assert main(["check", "oven-2-down", "--json"]) == 0
    assert "plant.oven.down_for" in {one["path"] for one in json.loads(capsys.readouterr().out)}


def test_a_durability_that_is_none_is_refused(tmp_path, capsys):
    """There are two."""
    assert main(["run", "baseline", "--durability", "maybe", "--store", str(tmp_path / "s")]) == 2
    assert "--durability maybe: use fsync or none." in capsys.readouterr().err
    assert not (tmp_path / "s").exists()
