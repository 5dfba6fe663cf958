"""Control charts and capability on series that are made by hand."""

from itertools import pairwise
from math import sqrt

import duckdb
import numpy as np
import pandas as pd
import pytest

from twin.query import views

SQL = {view.name: view.sql for view in views()}
WINDOW = pd.DataFrame({"run_id": ["r"], "replication": [0], "start_s": [0.0], "end_s": [1e6]})


def chart(values):
    """Return the chart of a series: one lot an hour."""
    measurements = pd.DataFrame(
        {"run_id": "r", "replication": 0, "product": "p", "stage": "s", "measure": "m", "value_unit": "1",
         "lot": range(len(values)), "at_s": [3600.0 * (one + 1) for one in range(len(values))], "lab_value": values}
    )  # fmt: skip
    known = duckdb.connect()
    known.register("measurements", measurements)
    known.register("windows", WINDOW)
    known.execute(SQL["spc"])
    return known.execute("FROM spc").df()


def points(found, rule):
    """Return the points at which a rule is broken."""
    return found.point[found[rule]].tolist()


def wave(length):
    """Return a series around 0 that alternates, with a mean moving range of 1.128: sigma is 1, no rule is broken."""
    return [0.564 if place % 2 else -0.564 for place in range(length)]


def test_sigma_is_the_mean_moving_range_over_d2():
    """1, 3, 2, 6: moving ranges 2, 1, 4, so sigma = 7 / 3 / 1.128."""
    found = chart([1.0, 3.0, 2.0, 6.0])
    assert found.center.tolist() == [3.0] * 4
    assert found.sigma.tolist() == pytest.approx([7 / 3 / 1.128] * 4)
    assert found.upper_control[0] == pytest.approx(3 + 7 / 1.128)
    assert found.lower_control[0] == pytest.approx(3 - 7 / 1.128)


def test_a_quiet_series_breaks_no_rule():
    """Alternating values within one sigma; and a constant series, whose sigma is nothing."""
    for values in (wave(40), [5.0] * 20):
        found = chart(values)
        assert not found[["rule_1", "rule_2", "rule_3", "rule_4"]].to_numpy().any()


def z_scores(values):
    """Return the distances from the center in sigmas."""
    center = sum(values) / len(values)
    sigma = sum(abs(b - a) for a, b in pairwise(values)) / (len(values) - 1) / 1.128
    return [(value - center) / sigma for value in values]


def plain_rules(z):
    """Return the points that break each rule, counted without SQL."""
    broken = {f"rule_{rule}": set() for rule in (1, 2, 3, 4)}
    for place, here in enumerate(z):
        for sign in (1, -1):
            own = [sign * one for one in z[: place + 1]]
            if own[-1] > 3:
                broken["rule_1"].add(place + 1)
            if own[-1] > 2 and sum(one > 2 for one in own[-3:]) >= 2:
                broken["rule_2"].add(place + 1)
            if own[-1] > 1 and sum(one > 1 for one in own[-5:]) >= 4:
                broken["rule_3"].add(place + 1)
            if here and len(own) >= 8 and all(one > 0 for one in own[-8:]):
                broken["rule_4"].add(place + 1)
    return {rule: sorted(places) for rule, places in broken.items()}


SPIKE = [*wave(30), 4.0, *wave(30)]
PAIR = [*wave(40), 2.5, 0.2, 2.6, *wave(40)]
FOUR = [*wave(60), 1.6, 1.5, 0.3, 1.6, 1.5, *wave(60)]
RUN = [*wave(60), *([0.3, 0.5] * 4), *wave(60)]
LOW = [-one for one in FOUR]


@pytest.mark.parametrize(
    ("values", "rule", "expected"),
    [
        (SPIKE, "rule_1", 31),
        (PAIR, "rule_2", 43),
        (FOUR, "rule_3", 65),
        (LOW, "rule_3", 65),
        (RUN, "rule_4", 68),
    ],
)
def test_each_rule_sees_its_pattern_where_it_ends(values, rule, expected):
    """A spike, two of three far out, four of five out, eight on one side: named at the point that completes them."""
    found = chart(values)
    assert expected in points(found, rule)
    for name, places in plain_rules(z_scores(values)).items():
        assert points(found, name) == places, name


def rated(values):
    """Return the capability of a series between 2 and 9: one lot a second."""
    told = pd.DataFrame(
        {"run_id": "r", "replication": 0, "product": "p", "stage": "s", "limit": "A", "quantity": "q",
         "value_unit": "m", "source": "claim", "lower": 2.0, "upper": 9.0, "lot": range(len(values)),
         "at_s": [1.0 + one for one in range(len(values))], "value": values}
    )  # fmt: skip
    known = duckdb.connect()
    known.register("dispositions", told)
    known.register("windows", WINDOW)
    known.execute(SQL["capability"])
    return known.execute("FROM capability").df().iloc[0]


def test_cpk_and_ppk_and_their_intervals_are_those_of_the_formulas():
    """10 values around 5 within 2 and 9: the nearer limit counts; sigma is 2 / 1.128 within, sqrt(10 / 9) over all."""
    found = rated([4.0, 6.0] * 5)
    for name, sigma, freedom in (("cpk", 2 / 1.128, 0.605 * 9), ("ppk", sqrt(10 / 9), 9)):
        index = 3 / (3 * sigma)
        half = 1.96 * sqrt(1 / 90 + index**2 / (2 * freedom))
        told = [found[one] for one in (name, f"{name}_low", f"{name}_high")]
        assert told == pytest.approx([index, index - half, index + half])
    assert found.n == 10


def test_a_series_that_drifts_is_capable_within_but_not_over_all():
    """Steps of a tenth from 3 to 8: Cpk sees the steps alone, Ppk the way that the mean goes."""
    found = rated([3.0 + one / 10 for one in range(51)])
    assert found.cpk > 9.0
    assert found.ppk < 0.8


def test_the_mean_moving_range_has_the_freedom_that_the_interval_gives_it():
    """Over many normal series of 30, sigma from the moving range scatters as 0.605 (n - 1) degrees of freedom say."""
    values = np.random.default_rng(1).normal(size=(20_000, 30))
    sigma = np.abs(np.diff(values, axis=1)).mean(axis=1) / 1.128
    assert sigma.var() == pytest.approx(1 / (2 * 0.605 * 29), rel=0.05)
