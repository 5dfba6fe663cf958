"""Intervals: they hold the truth as often as they say."""

import pytest

from twin.bench.coverage import FEWEST, LINES, MOST, covered, holds


@pytest.mark.slow
@pytest.mark.parametrize("name", list(LINES))
def test_the_intervals_cover_at_their_level(name: str) -> None:
    """Of 400 intervals at 95 %, 366 to 394 hold the exact answer."""
    assert FEWEST <= covered(name) <= MOST


def test_few_intervals_miss() -> None:
    """Of 5 intervals at 95 %, at least 3 hold the exact answer: one set of 900 does not."""
    assert sum(holds("two stations, 2 places", seed) for seed in range(5)) >= 3
