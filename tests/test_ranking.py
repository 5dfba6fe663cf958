"""Laws of the ranking: what is in doubt, what a swing is, what is refused, and that a stopped ranking goes on."""

import csv
import io
import math
from dataclasses import replace

import pytest

from twin import cli, ranked
from twin.errors import RunError, UsageError
from twin.plausible import doubt
from twin.scenario import baseline
from twin.settings import Setting, tree
from twin.study import journal as journals
from twin.study import ranking
from twin.study.journal import Journal, Task
from twin.study.ranking import Case

PLAN = baseline()
KNOWN = tree(PLAN)


def setting(path, about="", value=None, kind=float):
    one = KNOWN[path]
    return Setting(path, replace(one.about, about=about), one.value if value is None else value, kind)


# what is in doubt


@pytest.mark.parametrize(
    ("path", "about", "low", "high"),
    [
        ("clad_laminate.synthesis.rate_activation", "Its activation energy; 30-55 kJ/mol.", 30e3, 55e3),
        ("clad_laminate.synthesis.rate_activation", "Its activation energy; 30-55.", 30e3, 55e3),
        ("clad_laminate.synthesis.rate", "At 25 degC; 3e-5 to 5e-4.", 3e-5, 5e-4),
        ("clad_laminate.drilling.jump_time", "Mirrors jump; 1-3 ms.", 1e-3, 3e-3),
        ("clad_laminate.drilling.jump_time", "Mirrors jump; 1-3.", 1e-3, 3e-3),
        ("clad_laminate.precipitation.transfer_loss", "Fines; 1-5 %.", 0.01, 0.05),
        ("clad_laminate.imidization.closing", "Ring closure; x/3.", 2.2e-10 / 3.0, 6.6e-10),
    ],
)
def test_a_stated_range_is_read_in_the_units_of_its_words(path, about, low, high):
    """A range in the words counts in the unit behind it, the shop's, SI, or thousands of it."""
    found = doubt(setting(path, about))
    assert found.basis == "stated"
    assert (found.low, found.high) == pytest.approx((low, high))


@pytest.mark.parametrize("about", ["Good at 5-6 um.", "Claims 9-16.", "JP 2003-027014.", "2 % in 500 h.", "To 2e-3."])
def test_numbers_that_do_not_hold_the_value_are_no_range(about):
    """What is read as a range holds the value; else the rule counts."""
    found = doubt(setting("clad_laminate.drilling.fluence", about))
    assert found.basis.startswith("rule")
    assert (found.low, found.high) == pytest.approx((1900.0 / 1.3, 1900.0 * 1.3))


def test_the_rules():
    """Scatter by two, a temperature by 5 K, a count by one, an assay by what it lacks; a choice has no doubt."""
    ends = {
        path: doubt(setting(path, kind=KNOWN[path].kind))
        for path in (
            "clad_laminate.coating.speed_sd", "clad_laminate.synthesis.coolant_temperature", "plant.oven.count",
            "clad_laminate.synthesis.diamine_assay", "clad_laminate.predrying.zones", "plant.oven.down_unit",
            "study.horizon", "study.start", "clad_laminate.winding.taper",
        )
    }  # fmt: skip
    assert [one is None for one in ends.values()] == [False] * 4 + [True] * 5
    sd, cold, count, assay = list(ends.values())[:4]
    assert (sd.low, sd.high) == pytest.approx((0.0015, 0.006))
    assert cold.high - cold.low == pytest.approx(10.0)
    assert (count.low, count.high) == (2.0, 4.0)
    assert (1.0 - assay.low, 1.0 - assay.high) == pytest.approx((0.0052, 0.004 / 1.3))


def test_every_doubt_holds_its_value_inside_the_machine():
    """Of each assumption: low end <= value <= high end, and both inside what physics and machine allow."""
    found = [
        (one, off) for group in ranked.assumed(PLAN) for one, off in zip(group.settings, group.doubts, strict=True)
    ]
    assert sum(off is not None for _, off in found) > 300
    for one, off in found:
        if off is not None:
            assert one.low <= off.low <= float(one.value) * (1.0 + 1e-9)
            assert float(one.value) * (1.0 - 1e-9) <= off.high <= one.high
            assert off.low < off.high


# what a swing is


def book(tmp_path, rows, name="one.jsonl"):
    """A journal that holds measures by task."""
    found = Journal(tmp_path / name, "identity")
    for (path, end, number), told in rows.items():
        found.add(Task(path, end, number), told)
    return found


def level(value):
    return (value, 0.9, 20.0)


def simple(path="a"):
    return Case(path, (PLAN, PLAN))


def test_a_swing_is_the_mean_of_paired_differences(tmp_path):
    """High less low end, replication by replication: what both ends share of the noise falls out."""
    rows = {("baseline", "", n): level(100.0 + noise) for n, noise in enumerate((5.0, -7.0, 2.0))}
    rows |= {("a", "low", n): level(90.0 + noise) for n, noise in enumerate((5.0, -7.0, 2.0))}
    rows |= {("a", "high", n): level(130.0 + noise) for n, noise in enumerate((5.0, -7.0, 2.0))}
    row = ranking.ranked([simple()], book(tmp_path, rows)).rows[0]
    assert (row.swings[0], row.lows[0], row.highs[0]) == (40.0, -10.0, 30.0)
    assert (row.errors[0], row.swings[1], row.replications) == (0.0, 0.0, 3)


def test_an_error_is_its_own_from_five_pairs_on(tmp_path):
    """Of differences 1 to 5 the standard error is sqrt(2.5 / 5); of two alike pairs it is the usual one of all."""
    rows = {("baseline", "", n): level(100.0) for n in range(5)}
    rows |= {
        ("a", end, n): level(100.0 + n + 1.0 if end == "high" else 100.0) for n in range(5) for end in ("low", "high")
    }
    rows |= {("b", end, n): level(101.0 if end == "high" else 100.0) for n in range(2) for end in ("low", "high")}
    rows |= {("c", end, n): level(100.0) for n in range(2) for end in ("low", "high")}
    found = {
        row.path: row for row in ranking.ranked([simple("b"), simple("a"), simple("c")], book(tmp_path, rows)).rows
    }
    assert found["a"].errors[0] == pytest.approx(math.sqrt(2.5 / 5.0))
    usual = (math.sqrt(2.5) + 0.0) / 2.0  # the median of those that move
    assert found["b"].errors[0] == pytest.approx(usual / math.sqrt(2.0))
    assert (found["c"].swings[0], found["c"].errors[0]) == (0.0, 0.0)


def test_two_bad_ends_rank_above_a_small_swing(tmp_path):
    """What fails at both ends has no swing and matters most: the largest change counts, also against the baseline."""
    rows = {("baseline", "", 0): level(100.0), ("a", "low", 0): level(0.0), ("a", "high", 0): level(0.0)}
    rows |= {("b", "low", 0): level(90.0), ("b", "high", 0): level(110.0)}
    found = ranking.ranked([simple("b"), simple("a")], book(tmp_path, rows))
    assert [(row.path, row.swings[0]) for row in found.rows] == [("a", 0.0), ("b", 20.0)]
    assert [found.share(row) for row in found.rows] == [1.0, pytest.approx(0.2)]


def test_a_refused_or_failed_end_is_reported(tmp_path):
    """What cannot be played stands in the ranking with its reason, at its end."""
    rows = {("baseline", "", 0): level(100.0), ("b", "low", 0): level(90.0), ("b", "high", 0): "failed: KeyError: x"}
    rows |= {("c", "low", 0): level(90.0), ("c", "high", 0): (0.0, None, None)}
    cases = [Case("a", ("refused: too small", PLAN)), simple("b"), simple("c"), simple("d")]
    found = {row.path: row for row in ranking.ranked(cases, book(tmp_path, rows)).rows}
    assert found["a"].note == "low: refused: too small"
    assert found["b"].note == "high: failed: KeyError: x"
    assert "not defined at one end" in found["c"].note
    assert found["c"].swings[0] == -90.0
    assert found["d"].note == "not played"
    named = [ranked.Assumed(path, (KNOWN["plant.oven.count"],), (None,)) for path in "abcde"]
    text = ranked.as_csv(ranking.ranked(cases, book(tmp_path, rows, "two.jsonl")), named, 14.0, "2026-11-22", "model")
    notes = {row["path"]: row["note"] for row in csv.DictReader(io.StringIO(text))}
    assert notes["a"] == "low: refused: too small"
    assert notes["e"].startswith("not ranked")


def test_consistency_refuses_an_end_in_words():
    """A panel of another area than the stock's is no plan: the case holds the message instead of a plan."""
    (case,) = ranked.cases(PLAN, ranked.assumed(PLAN, "lamination.panel_area"))
    assert all(isinstance(end, str) and end.startswith("refused: ") for end in case.plans)


def test_ends_move_all_products_and_nothing_else():
    """One assumption moves in all products together, each within its own doubt; all else stays."""
    (case,) = ranked.cases(PLAN, ranked.assumed(PLAN, "predrying.dry_diffusivity"))
    low = case.plans[0]
    assert {path: pair[1] for path, pair in low.changes.items()} == {
        "clad_laminate.predrying.dry_diffusivity": pytest.approx(1e-16),
        "adhesive_film.predrying.dry_diffusivity": pytest.approx(2e-14),
    }


def test_the_baseline_must_work(tmp_path):
    """Without a baseline there is nothing to compare with."""
    with pytest.raises(RunError, match="the baseline of the ranking failed: x"):
        ranking.ranked([simple()], book(tmp_path, {("baseline", "", 0): "failed: x"}))


# goes on where it was stopped


def test_a_journal_cut_short_goes_on(tmp_path):
    """What was written is known again; a last line that was cut short is done again."""
    book(tmp_path, {("a", "low", 0): level(1.0), ("a", "high", 0): "failed: x"})
    path = tmp_path / "one.jsonl"
    path.write_text(path.read_text() + '{"task": ["a", "lo')
    found = Journal(path, "identity")
    assert found.done == {Task("a", "low", 0): level(1.0), Task("a", "high", 0): "failed: x"}
    found.add(Task("b", "low", 0), level(2.0))
    assert Task("b", "low", 0) in Journal(path, "identity").done


def test_a_journal_of_another_ranking_is_refused(tmp_path):
    """Numbers of another model, plan or seed are not mixed in."""
    book(tmp_path, {})
    with pytest.raises(UsageError, match="holds another ranking"):
        Journal(tmp_path / "one.jsonl", "other")


def test_what_fails_is_told_and_not_raised(monkeypatch):
    """A replication that crashes is a finding about its assumption."""

    def crash(*_: object, **__: object) -> None:
        raise ZeroDivisionError("no time")

    monkeypatch.setattr(journals, "replicate", crash)
    assert journals.measured(PLAN, 0) == "failed: ZeroDivisionError: no time"


@pytest.mark.slow
def test_a_ranking_by_command_is_resumed(tmp_path, capsys):
    """Simulated once; asked for again, nothing is simulated and the same file is written."""
    short = ["--set", "study.warm_up=5 d", "--days", "3", "--workers", "2", "--screening", "2", "--replications", "3"]
    asked = ["assumptions", "--rank", "coating.startup*", *short, "--most", "1", "--journal", str(tmp_path / "j.jsonl")]
    files = []
    for name in ("one.csv", "two.csv"):
        assert cli.main([*asked, "--out", str(tmp_path / name)]) == 0
        files.append((tmp_path / name).read_text())
    told = capsys.readouterr().err
    assert "9 replications simulated" in told
    assert "\n0 replications simulated" in told
    assert files[0] == files[1]
    (row,) = csv.DictReader(io.StringIO(files[0]))
    assert (row["path"], row["ids"], row["replications"]) == ("coating.startup_scrap", "A-49", "3")
    assert float(row["throughput_swing_m2_per_d"]) < 0.0
