"""Intervals: they hold the truth as often as they say."""

import pytest

from twin.bench import coverage
from twin.bench.coverage import FEWEST, LINES, MOST, SEEDS, covered, holds, main


@pytest.mark.slow
@pytest.mark.parametrize("name", list(LINES))
def test_the_intervals_cover_at_their_level(name: str) -> None:
    """Of 400 intervals at 95 %, 366 to 394 hold the exact answer."""
    assert FEWEST <= covered(name) <= MOST


def test_few_intervals_miss() -> None:
    """Of 5 intervals at 95 %, at least 3 hold the exact answer: one set of 900 does not."""
    assert sum(holds("two stations, 2 places", seed) for seed in range(5)) >= 3


@pytest.mark.parametrize("name", list(LINES))
def test_an_interval_is_held_to_the_exact_answer(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """One that holds it over a thousand services holds no answer that is twice as large."""
    monkeypatch.setattr(coverage, "SERVICES", 1000.0)
    seed = next(seed for seed in range(5) if holds(name, seed))
    monkeypatch.setitem(LINES, name, LINES[name]._replace(exact=2.0 * LINES[name].exact))
    assert not holds(name, seed)


def test_what_is_covered_is_counted_over_the_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """On two workers as in this process."""
    monkeypatch.setattr(coverage, "SERVICES", 200.0)
    name = "two stations, 2 places"
    assert covered(name, 3) == sum(holds(name, seed) for seed in range(3))


@pytest.mark.parametrize(("count", "code"), [(FEWEST - 1, 1), (FEWEST, 0), (MOST, 0), (MOST + 1, 1)])
def test_too_many_are_as_wrong_as_too_few(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], count: int, code: int
) -> None:
    """Of all 400; of fewer seeds the counts are printed and judged by nobody."""
    asked = []
    monkeypatch.setattr(coverage, "covered", lambda _, seeds: asked.append(seeds) or count)
    monkeypatch.setattr("sys.argv", ["coverage"])
    assert main() == code
    told = capsys.readouterr().out.splitlines()
    assert [f"{count} of {SEEDS} intervals hold the truth" in line for line in told] == [True] * len(LINES)
    monkeypatch.setattr("sys.argv", ["coverage", "20"])
    assert main() == 0
    assert set(asked) == {SEEDS, 20}
