"""Doubts of lots: each kind is counted in the table of checks, told on the first screen, and breaks no law."""

from pathlib import Path

import pytest

from twin.indicators import checks, failed, flagged, in_words
from twin.indicators.flags import KINDS
from twin.records import Records
from twin.reports import plain
from twin.reports.screen import screen
from twin.scenario import load
from twin.store import run_context
from twin.study import one, run
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
WET = ["clad_laminate.precipitation.methanol_ratio=2", "study.replications=1", "study.horizon=3 d", "study.warm_up=1 d"]


def checked(marks):
    """Return the checks of a replication of which only the marks are known."""
    records = Records()
    for lot, mark in marks:
        records.marks.extend((lot, records.code("clad_laminate"), records.code("curing"), records.code(mark), 0.0))
    records.states.extend((records.code("oven"), records.code("idle"), 0.0, 10.0, records.code("")))
    context = run_context(PLAN)
    return checks((), 0, context, to_arrow(records, PLAN, 0, context))


def counted(table):
    return {(row["check"], row["subject"]): row["value"] for row in table.to_pylist() if row["check"] in KINDS}


def test_each_kind_and_each_mark_is_counted_by_lots():
    """A lot with two marks of one kind counts once in the kind and once in each mark."""
    assert counted(checked(MARKS)) == {
        ("extrapolated", ""): 2, ("extrapolated", "cure"): 2, ("extrapolated", "peel"): 1,
        ("not converged", ""): 1, ("not converged", "predrying"): 1,
        ("outside", ""): 1, ("outside", "claim 11"): 1,
        ("doubt", ""): 1, ("doubt", "non-gelling formula"): 1,
    }  # fmt: skip


def test_a_clean_replication_says_so():
    """Without marks each kind stands there once, passed, with no lots."""
    table = checked([])
    assert counted(table) == {(kind, ""): 0 for kind in KINDS}
    assert all(row["passed"] for row in table.to_pylist() if row["check"] in KINDS)
    assert flagged([table]) == {}


def test_a_doubt_breaks_no_law():
    """Marks do not pass as checks, and still nothing is refused for them."""
    table = checked(MARKS)
    assert not any(row["passed"] for row in table.to_pylist() if row["check"] in KINDS)
    assert failed(table) == failed(checked([]))


def test_replications_add_up():
    """The lots of all replications are counted together, by mark."""
    found = flagged([checked(MARKS), checked(MARKS[:1])])
    assert found["extrapolated cure"] == 3
    assert found["doubt non-gelling formula"] == 1
    assert in_words(found) == (
        "lots with doubts | extrapolated cure: 3, extrapolated peel: 1, non-gelling formula: 1, "
        "not converged predrying: 1, outside claim 11: 1"
    )
    assert in_words({}) == ""


@pytest.fixture(scope="module")
def wet():
    """One replication of a line that precipitates in too little methanol."""
    return one(load("baseline", WET), 0)


def test_a_run_outside_the_tested_domain_says_so_on_its_screen(wet):
    """The line `checks` names the doubt and its lots instead of `clean`, and JSON holds it too."""
    lots = wet.flagged["extrapolated too little methanol"]
    assert lots > 0
    told = next(line for line in screen(wet).splitlines() if line.startswith("checks"))
    assert told == f"checks     lots with doubts | extrapolated too little methanol: {lots}"
    assert plain.study(wet)["flagged"] == wet.flagged


def test_a_stored_run_remembers_its_doubts(wet, tmp_path: Path):
    """Computed, and found in the store again, a run tells the same doubts."""
    plan = load("baseline", WET)
    computed, stored = run(plan, tmp_path, workers=1), run(plan, tmp_path, workers=1)
    assert not stored.computed
    assert computed.flagged == stored.flagged == wet.flagged
