"""Laws of means, intervals and pairs."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from twin.study.interval import estimate, paired

shares = st.lists(st.floats(0.0, 1.0), min_size=2, max_size=30)


@given(shares)
def test_a_ratio_and_its_interval_stay_between_0_and_1(values):
    """Whatever ratios replications bring, 0 <= low <= mean <= high <= 1."""
    found = estimate(values, ratio=True)
    assert 0.0 <= found.low <= found.mean + 1e-12
    assert found.mean - 1e-12 <= found.high <= 1.0


def test_far_from_its_ends_a_ratio_has_the_usual_interval():
    """The interval of a ratio near one half differs from Student's by less than a hundredth of its width."""
    values = [0.50, 0.52, 0.48, 0.51, 0.49]
    found, usual = estimate(values, ratio=True), estimate(values)
    assert abs(found.low - usual.low) < 0.01 * usual.half_width
    assert abs(found.high - usual.high) < 0.01 * usual.half_width


def test_the_interval_is_student_s():
    """For 1, 2, 3 the half-width is 4.302652730 x 1 / sqrt(3) (t of two degrees of freedom, from a table)."""
    assert math.isclose(estimate([1.0, 2.0, 3.0]).half_width, 4.302652730 / math.sqrt(3.0), rel_tol=1e-9)


def test_an_interval_covers_its_mean_as_often_as_it_says():
    """95 % intervals of 10 normal values cover the mean in 95 % of 2,000 trials, within four standard errors."""
    trials = np.random.default_rng(5).normal(3.0, 2.0, (2000, 10))
    covered = sum(found.low <= 3.0 <= found.high for found in map(estimate, trials.tolist()))
    assert abs(covered / 2000 - 0.95) < 4.0 * math.sqrt(0.95 * 0.05 / 2000)


def test_the_interval_of_a_ratio_covers_too():
    """Intervals of 10 ratios near 0.95 cover their mean in 93 to 97 % of 2,000 trials."""
    trials = np.random.default_rng(6).beta(190.0, 10.0, (2000, 10))
    covered = sum(one.low <= 0.95 <= one.high for one in (estimate(row, ratio=True) for row in trials.tolist()))
    assert 0.93 <= covered / 2000 <= 0.97


def test_undefined_values_count_for_nothing():
    """NaN is left out of mean and n; with nothing left there is no estimate, with one value no interval."""
    assert estimate([1.0, math.nan, 3.0])[:3] == (2.0, math.sqrt(2.0), 2)
    assert estimate([math.nan]).n == 0
    assert math.isnan(estimate([4.0]).half_width)


def test_pairing_finds_what_common_noise_hides():
    """A shift of a tenth under common noise of 1 is found, and the variance ratio says what the pairing bought."""
    rng = np.random.default_rng(7)
    noise = rng.normal(0.0, 1.0, 20)
    change = paired((10.0 + noise).tolist(), (10.1 + noise + rng.normal(0.0, 0.05, 20)).tolist())
    assert change.different
    assert change.variance_ratio > 100.0


def test_independent_runs_gain_nothing_from_pairing():
    """Of independent values the variance ratio is near 1, and equal means are called equal about 95 % of the time."""
    rng = np.random.default_rng(8)
    found = [paired(*rng.normal(0.0, 1.0, (2, 15)).tolist()) for _ in range(1000)]
    assert 0.8 < float(np.median([one.variance_ratio for one in found])) < 1.25
    assert abs(sum(not one.different for one in found) / 1000 - 0.95) < 4.0 * math.sqrt(0.95 * 0.05 / 1000)


def test_what_does_not_scatter_is_no_difference():
    """Two equal constants differ by 0 and are not called different."""
    change = paired([2.0, 2.0, 2.0], [2.0, 2.0, 2.0])
    assert change.difference.mean == 0.0
    assert not change.different
