"""Doubts of lots: each kind is counted in the table of checks, told on the first screen, and breaks no law."""

from pathlib import Path

import pytest

from twin.indicators import checks, failed
from twin.indicators.flags import KINDS, Flag, flags
from twin.indicators.verdicts import from_table, of_replication, verdict_table
from twin.records import Records
from twin.reports import comparison, plain, swept
from twin.reports.headline import strays, unclean
from twin.reports.screen import screen
from twin.scenario import load
from twin.store import Store, run_context
from twin.study import Key, Result, Series, compare, one, run
from twin.tables import to_arrow

PLAN = load("baseline")
MARKS = [
    (1, "extrapolated: cure"),
    (2, "extrapolated: cure"),
    (2, "extrapolated: peel"),
    (2, "outside claim 11"),
    (3, "not converged: predrying"),
    (4, "non-gelling formula"),
]
COUNTED = [
    Flag("extrapolation", "cure", 2, 0, "curing"),
    Flag("extrapolation", "peel", 1, 0, "curing"),
    Flag("convergence", "predrying", 1, 0, "curing"),
    Flag("claims", "claim 11", 1, 0, "curing"),
    Flag("other doubts", "non-gelling formula", 1, 0, "curing"),
]
WET = ["clad_laminate.precipitation.methanol_ratio=2", "study.replications=1", "study.horizon=3 d", "study.warm_up=1 d"]
SUBJECT = ("extrapolation", "too little methanol")


def written(marks):
    """Return the tables of a replication of which only the marks are known."""
    records = Records()
    for lot, mark in marks:
        records.marks.extend((lot, records.code("clad_laminate"), records.code("curing"), records.code(mark), 0.0))
    records.states.extend((records.code("oven"), records.code("idle"), 0.0, 10.0, records.code("")))
    return to_arrow(records, PLAN, 0, run_context(PLAN))


def visited(marks, treated):
    """Return such tables where that many lots went through the oven."""
    records = Records()
    for lot in range(treated):
        names = (records.code(name) for name in ("oven", "oven", "curing"))
        records.visits.extend((lot, *names, 0, 1, 0.0, 1.0, 2.0, *[0.0] * 8))
    return {**written(marks), "visits": to_arrow(records, PLAN, 0, run_context(PLAN))["visits"]}


def told(marks):
    return [verdict for verdict in of_replication(written(marks), 0) if verdict.check in KINDS]


def test_each_doubt_is_counted_by_lots():
    """A lot with two marks of one kind counts once in each mark, and once in the kind."""
    tables = written(MARKS)
    found = list(flags(tables["marks"], tables["visits"]))
    assert [flag for flag in found if flag.subject] == COUNTED
    assert [flag.lots for flag in found if not flag.subject] == [2, 1, 1, 1]


def test_doubts_are_verdicts_that_fail():
    """Each doubt is a row that does not pass; as rows of the table they come back as they were."""
    found = told(MARKS)
    assert [(row.check, row.subject, row.value) for row in found] == [flag[:3] for flag in COUNTED]
    assert not any(row.passed for row in found)
    assert from_table(verdict_table(found, run_context(PLAN))) == found


def test_a_clean_replication_says_so():
    """Without marks each kind has its row, which passes with no lots."""
    found = told([])
    assert [(row.check, row.subject, row.value, row.passed) for row in found] == [(kind, "", 0, True) for kind in KINDS]


def test_doubts_are_sentences_that_an_engineer_reads():
    """How many lots of how many, and of what: no figure without its unit, no name of a class alone."""
    assert Flag("extrapolation", "winding, soft stack", 11, 55, "winding").told == (
        "11 of 55 lots (20 %) in winding: soft stack asked outside the data or the tests behind it."
    )
    assert Flag("other doubts", "above speed cap: predrying", 22, 40, "predrying").told == (
        "22 of 40 lots (55 %) in predrying: web faster than the air of the dryer allows (measure speed_cap)."
    )
    assert Flag("claims", "A02 zone 1 (claim 11)", 3, 9).told == (
        "3 of 9 lots (33.3 %): made outside A02 zone 1 (claim 11)."
    )


def test_a_doubt_breaks_no_law():
    """However many marks there are, nothing is refused for them."""
    broken = [failed(checks((), 0, run_context(PLAN), written(marks))) for marks in (MARKS, [])]
    assert broken[0] == broken[1]


@pytest.mark.parametrize(("treated", "passed"), [(19, False), (20, True)])
def test_single_lots_outside_a_domain_are_no_doubt_of_the_run(treated, passed):
    """One lot in twenty may leave a model's domain; a solver that gave up once is told always."""
    tables = visited([(1, "extrapolated: cure"), (1, "not converged: cure")], treated)
    found = {row.check: row.passed for row in of_replication(tables, 0) if row.subject}
    assert found == {"extrapolation": passed, "convergence": False}


def seen(treated, marks):
    """A study of two replications of which one lot each left a domain, or none, among that many."""
    return of(row for number in (0, 1) for row in of_replication(visited(marks, treated), number))


def of(rows):
    """A study of two replications with these verdicts."""
    return Result(
        plan=PLAN, run_id="baseline-1", store=Path("store"), operations={}, replications=2,
        series={Key("released"): Series("m2/d", (1.0, 1.0))}, verdicts=tuple(rows),
    )  # fmt: skip


def test_one_lot_outside_a_domain_is_told_on_each_screen():
    """Too few for a verdict, a lot beyond a domain has its line all the same, with stage, share and what was left."""
    few, none = seen(100, [(1, "extrapolated: curing, foil")]), seen(100, [])
    sentence = "1 of 100 lots (1 %) in curing: foil asked outside the data or the tests behind it"
    line = f"lots beyond a domain in 2 of 2 replications, at worst {sentence}"
    assert all(row.passed for row in few.verdicts)
    assert f"note {line}" in " ".join(screen(few).split())
    assert max(map(len, screen(few).splitlines())) <= 130
    assert "checks     passed, but lots are beyond a domain (note)" in screen(few)
    assert plain.study(few)["doubts"][0] == line
    compared = compare(few, none)
    assert comparison.screen(compared).splitlines()[-2] == f"checks     baseline: {line}"
    assert plain.comparison(compared)["doubts"]["first"][0] == line
    assert [swept._checked(one) for one in (few, none)] == ["lots beyond a domain", "clean"]
    assert "beyond a domain" not in screen(none)
    assert "checks     clean" in screen(none)


@pytest.mark.parametrize(
    ("lots", "among", "share"),
    [(40, 40, "100"), (249, 250, "99.6"), (15, 45, "33.3"), (1, 5, "20"), (1, 3000, "0.0333")],
)
def test_a_share_of_lots_is_told_without_powers_of_ten(lots, among, share):
    """Three digits tell all lots from all but one of a few hundred."""
    told = Flag("claims", "claim 13", lots, among, "curing").told
    assert told == f"{lots} of {among} lots ({share} %) in curing: made outside claim 13."


@pytest.mark.parametrize(("few", "much"), [((300, 3), (40, 2)), ((300, 20), (40, 3))])
def test_the_worst_replication_is_that_of_the_largest_share(few, much):
    """Two of 40 lots beyond a domain are worse than three of 300; and where both fail, three of 40 than 20 of 300."""
    rows = []
    for number, (treated, strayed) in enumerate((few, much)):
        tables = visited([(lot, "extrapolated: curing, foil") for lot in range(strayed)], treated)
        rows += of_replication(tables, number)
    told = [*strays(of(rows)), *unclean(of(rows))]
    assert len(told) == 1
    assert f"at worst {much[1]} of {much[0]} lots" in told[0]


def test_no_domain_is_left_out_of_a_short_screen():
    """Each domain that single lots left stands in one line, which comes before all other notes."""
    marks = [(lot, f"extrapolated: curing, {name}") for lot, name in enumerate(("foil", "gap", "heaters", "face"))]
    told = " ".join(screen(seen(100, marks)).split())
    note = told.partition(" note ")[2].partition(" note ")[0]
    assert all(f"in curing: {name}" in note for name in ("foil", "gap", "heaters", "face"))


@pytest.fixture(scope="module")
def wet():
    """One replication of a line that precipitates in too little methanol."""
    return one(load("baseline", WET), 0)


def lots(result):
    return {(row.check, row.subject): row.value for row in result.verdicts if not row.passed}[SUBJECT]


def test_a_run_outside_the_tested_domain_says_so_on_its_screen(wet):
    """The first screen names the doubt and its lots instead of `clean`, and JSON holds it too."""
    assert lots(wet) > 0
    among = {one.subject: one.about for one in wet.verdicts}["too little methanol"].split()[2]
    share = f"{float(format(100.0 * lots(wet) / float(among), '.2e')):g} %"  # three digits, no power of ten
    sentence = f"{lots(wet):.0f} of {among} lots ({share}) in precipitation: too little methanol asked outside the data"
    assert f"extrapolation in 1 of 1 replications; {sentence} or the tests behind it." in screen(wet)
    assert "clean" not in screen(wet)
    assert SUBJECT in [(row["check"], row["subject"]) for row in plain.study(wet)["verdicts"]]


def test_a_stored_run_remembers_its_doubts(wet, tmp_path: Path):
    """In the table `checks` of a published run the doubt stands with its lots, and is told again from there."""
    plan = load("baseline", WET)
    computed, stored = run(plan, tmp_path, workers=1), run(plan, tmp_path, workers=1)
    assert not stored.computed
    assert lots(computed) == lots(stored) == lots(wet)
    rows = Store(tmp_path).read(stored.run_id, "checks").to_pylist()
    assert (*SUBJECT, lots(wet), False) in [(row["check"], row["subject"], row["value"], row["passed"]) for row in rows]
