"""Laws of `twin bench`: each limit belongs to a mark that is measured, and the same marks come as lines and as JSON."""

import json
import os
import sys

import pytest

from twin.bench import marks, store_marks
from twin.bench.line_speed import EXACT_SOJOURN, EXACT_SOJOURN_WITH_FAILURES, LineSpeed
from twin.bench.marks import LIMITS
from twin.bench.store_marks import StoreMarks
from twin.bench.year import Year
from twin.cli import main

STORE = StoreMarks(1.7, 1.2, 1.3, 9.0, 0.4, 0.5, 200.0, 0.1, 0.2)
ORCHESTRATION = {"overhead_cpu_1000_replications", "parallel_efficiency_2_workers"}  # measured by flows.bench


@pytest.fixture
def measured(monkeypatch):
    """What is measured, without measuring; the list of what was asked."""
    asked = []

    def sojourn(parts: int, runs: int, *, failures: bool) -> float:
        asked.append((parts, runs))
        return 1.01 * EXACT_SOJOURN if not failures else 0.9 * EXACT_SOJOURN_WITH_FAILURES

    monkeypatch.setattr(marks, "mean_sojourn", sojourn)
    monkeypatch.setattr(marks, "line_speed", lambda *_, **__: LineSpeed(2.0, 1.5, 4e4))
    monkeypatch.setattr(marks, "year", lambda rounds: Year(9.0 * rounds, 1e5, 0.3, 1.0))
    monkeypatch.setattr(marks, "peak_mb", lambda replications: 100.0 + replications)
    monkeypatch.setattr(marks, "demo_s", lambda: 70.0)
    monkeypatch.setattr(store_marks, "store_marks", lambda **_: STORE)
    return asked


def test_each_limit_belongs_to_a_mark_that_is_measured(measured):
    """A renamed mark would be printed without a verdict, and nobody would miss it."""
    whole, quick = marks.marks(), marks.marks(quick=True)
    assert whole.keys() - quick.keys() == {"peak_mb", "peak_mb_4", "peak_mb_growth", "demo_s"}
    assert whole.keys() | STORE._asdict().keys() | ORCHESTRATION >= LIMITS.keys()
    assert measured[0] > measured[-1]
    assert whole["year_cpu_s"] == 3 * quick["year_cpu_s"]  # three rounds, one where it is to be quick


def test_memory_is_flat_if_ten_replications_take_what_four_do(measured, monkeypatch):
    """At most 15 % more: a study that kept its replications would take more with each."""
    assert marks.marks()["peak_mb_growth"] == pytest.approx(110.0 / 104.0)
    monkeypatch.setattr(marks, "peak_mb", lambda replications: 100.0 + 6.0 * replications)
    assert marks.verdict("peak_mb_growth", marks.marks()["peak_mb_growth"]).startswith("MISSED")
    assert measured


def test_an_error_is_a_share_of_the_exact_answer(measured):
    """Whether it is too long or too short."""
    found = marks.marks(quick=True)
    assert measured
    assert found["sojourn_error"] == pytest.approx(0.01)
    assert found["sojourn_with_failures_error"] == pytest.approx(0.1)
    assert found["mean_sojourn"] == pytest.approx(1.01 * EXACT_SOJOURN)


@pytest.mark.parametrize("what", ["line", "store"])
def test_lines_and_json_tell_the_same_marks(measured, capsys, what):
    """Data on stdout, what is being measured on stderr; a mark beyond its limit is told and ends nothing."""
    assert main(["bench", what, "--quick", "--json"]) == 0
    found = capsys.readouterr()
    told = json.loads(found.out)
    assert ("measuring the line" in found.err) == (what == "line") == bool(measured)
    assert main(["bench", what, "--quick"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert list(lines) == list(told)
    assert "MISSED, <=" in lines["sojourn_with_failures_error" if what == "line" else "commit_nosync_vs_naive"]
    assert lines["parts_per_cpu_s" if what == "line" else "verify_mb_per_s"].split()[2:] == []


def test_orchestration_is_measured_by_a_program_that_knows_prefect(monkeypatch):
    """It takes the place of this one, and is told what was asked."""
    asked = []

    def taken(program: str, arguments: list[str]) -> None:
        asked.append((program, arguments))
        raise SystemExit(0)  # nothing of this program goes on

    monkeypatch.setattr(os, "execv", taken)
    with pytest.raises(SystemExit):
        main(["bench", "orchestration", "--json"])
    ((program, arguments),) = asked
    assert program == arguments[0] == sys.executable
    assert arguments[1:3] == ["-m", "flows.bench.orchestration"]
    assert json.loads(arguments[3]) == {"json": True, "quick": False}
