"""Laws of the line's speed: both lines that are compared play the same, and a ratio is what it says."""

from statistics import mean, stdev

import pytest

from twin.bench import line_profile, line_speed
from twin.bench.line_speed import EXACT_SOJOURN, EXACT_SOJOURN_WITH_FAILURES, benchmark_line, mean_sojourn
from twin.bench.plain_simpy import ARRIVAL_RATE, PlainLine

PARTS, RUNS = 1500, 6


def _plain(seed: int, *, failures: bool) -> float:
    line = PlainLine(PARTS, seed, failures=failures)
    line.run()
    assert line.left == PARTS
    return line.mean_sojourn


def _own(seed: int, *, failures: bool) -> float:
    line = benchmark_line(seed, failures=failures)
    line.begin()
    line.run(PARTS / ARRIVAL_RATE)
    return line.gone_time["done"] / line.gone["done"]


@pytest.mark.parametrize("failures", [False, True])
def test_the_plain_line_and_the_twins_own_play_the_same(failures: bool) -> None:  # noqa: FBT001 - a parameter
    """Their mean sojourn times agree within four standard errors, else their speeds could not be compared."""
    plain, own = ([play(seed, failures=failures) for seed in range(RUNS)] for play in (_plain, _own))
    error = ((stdev(plain) ** 2 + stdev(own) ** 2) / RUNS) ** 0.5
    assert abs(mean(plain) - mean(own)) < 4.0 * error
    assert error < 0.1 * mean(plain)


def test_failures_make_parts_stay_longer() -> None:
    """And a few thousand parts come within a fifth of what millions of parts gave."""
    usual, failing = (mean_sojourn(PARTS, 2, failures=failures) for failures in (False, True))
    assert usual == pytest.approx(EXACT_SOJOURN, rel=0.2)
    assert failing == pytest.approx(EXACT_SOJOURN_WITH_FAILURES, rel=0.2)
    assert usual < failing


def test_a_line_that_takes_half_the_time_is_twice_as_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain SimPy is timed before and after the twin's own, and its mean counts; the median round is told."""
    plain = iter([1.0, 3.0, 2.0, 2.0, 8.0, 8.0])
    monkeypatch.setattr(line_speed, "_plain_seconds", lambda *_: next(plain))
    monkeypatch.setattr(line_speed, "_twin_seconds", lambda *_, records: 1.6 if records else 1.0)
    assert line_speed.line_speed(1, rounds=3) == (2.0, 1.25, 1.0)


def test_the_speed_of_a_few_parts_is_a_speed() -> None:
    """Some hundred parts give numbers that are finite and above nothing, with and without records."""
    found = line_speed.line_speed(300, rounds=1)
    assert all(0.0 < one < float("inf") for one in found)
    assert found.parts_per_cpu_s > 100.0


def test_the_profile_tells_where_all_the_time_went(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Shares add up to one, the dearest function comes first, and the twin's own are named by their files."""
    found = {records: line_profile.profiled(200, records=records) for records in (False, True)}
    for spent in found.values():
        assert sum(one.share for one in spent) == pytest.approx(1.0)
        assert [one.share for one in spent] == sorted((one.share for one in spent), reverse=True)
        assert any(one.where.startswith("twin/line/station.py:") for one in spent)
    writes = {records: any("records.py" in one.where for one in spent) for records, spent in found.items()}
    assert writes == {False: False, True: True}
    monkeypatch.setattr(line_profile, "profiled", lambda *, records: found[records])
    line_profile.main()
    told = capsys.readouterr().out.splitlines()
    assert [one.partition(" ")[0] for one in told if "share, calls" in one] == ["without", "with"]
    assert len(told) == 2 * (1 + 18)
