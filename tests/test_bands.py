"""Promises of bands: read as written, left where the mean lies outside, slips are refused."""

from math import inf
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import UsageError
from twin.indicators import CATALOGUE
from twin.plan import Plan
from twin.plant import Plant
from twin.study import Key, Request, Result, Series, one
from twin.study.bands import SCOPES, band, left, refuse_unknown

PLAN = Plan(name="p", question="?", products={}, plant=Plant())


def result(*values: float) -> Result:
    """A study of one number for the line and one for a product."""
    series = {
        Key("released"): Series("m2/d", values),
        Key("released", "product", "clad_laminate"): Series("m2/d", tuple(2.0 * value for value in values)),
    }
    return Result(plan=PLAN, run_id="r", store=Path(), series=series, operations={}, replications=len(values))


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("released 1200..1600 m2/d", 1200.0, 1600.0), ("yield 85..97 %", 0.85, 0.97), ("yield 0.85..", 0.85, inf),
        ("cost ..12.5 USD/m2", -inf, 12.5), ("released[clad_laminate] 1e3..2e3", 1000.0, 2000.0),
    ],
)  # fmt: skip
def test_a_band_is_read_as_written(text, low, high):
    """Ends come in the indicator's own unit; per cent become shares; an open end is no end."""
    found = band(text)
    assert (found.low, found.high) == pytest.approx((low, high))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("released", "write INDICATOR"), ("relesed 1..2", "no indicator relesed"),
        ("released 2..1", "hold nothing back"),
        ("released ..", "hold nothing back"),
        ("released 1..2 kg/d", "its unit is m2/d"), ("released e..2", "write INDICATOR"),
        ("yield 85..97 m2/d", "its unit is %"),
        ("released 1e999..2", "no finite"),
        ("", "write INDICATOR"),
    ],
)  # fmt: skip
def test_slips_of_a_band_are_refused(text, told):
    """One line says what is wrong and how it is written."""
    with pytest.raises(UsageError, match=told):
        band(text)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0.0, 1e6))
def test_a_number_leaves_its_band_exactly_when_its_mean_lies_outside(mean, low, width):
    """Both ends belong to the band; a sure one has its whole interval outside."""
    text = f"released {low:.6f}..{low + width:.6f}"
    one = band(text)
    found = left(result(mean, mean), [one])
    assert bool(found) == (not one.low <= (mean + mean) / 2 <= one.high)
    assert all(item.sure for item in found)


def test_a_band_of_a_product_looks_at_the_product():
    """A subject in brackets is found among products and stations; an unknown one is refused."""
    assert left(result(10.0, 10.0), [band("released[clad_laminate] 19..21")]) == []
    with pytest.raises(UsageError, match="no such number"):
        left(result(1.0), [band("released[nothing] 1..2")])


def test_what_is_refused_before_a_study_is_what_it_has_no_number_for():
    """Of the line, a product, a station, nothing at all: a band passes exactly when the study has its number."""
    plan = Request(scenario="baseline", replications=1, days=2.0, sets=("study.warm_up=1 d",)).plan()
    known = {key for key in one(plan, 0).series if not key.detail}
    for name in CATALOGUE:
        for subject in ("", "clad_laminate", "oven", "laboratory", "nothing"):
            text = f"{name}[{subject}] 0..1e9" if subject else f"{name} 0..1e9"
            scopes = SCOPES if subject else ("line",)
            if name == "given_off" and subject:
                continue  # an item is known when it was given off
            has = any(Key(name, scope, subject) in known for scope in scopes)
            if has:
                refuse_unknown([band(text)], plan)
                continue
            with pytest.raises(UsageError, match=r"^band .*no such number; [^\n]*$"):
                refuse_unknown([band(text)], plan)
