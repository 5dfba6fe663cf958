"""Random numbers have an address: who else drew, and when, changes none of them."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.draws import Draws
from twin.line.bare import BareLine
from twin.line.distribution import (
    Constant,
    Distribution,
    Erlang,
    Exponential,
    Geometric,
    Lognormal,
    Triangular,
    Uniform,
)
from twin.line.rules import Changeover

ALL: tuple[Distribution, ...] = (
    Constant(2.0), Exponential(1.0), Uniform(0.5, 0.6), Triangular(3.0, 3.1, 3.2), Lognormal(1.0, 0.5),
    Geometric(0.3), Erlang(1.0, 2), Erlang(1.0, 3), Erlang(1.0, 50),
)  # fmt: skip
PURPOSE = "set-up"


def drawn(source: Draws, one: Distribution, count: int = 40) -> list[float]:
    return [one.draw(source.at(number), PURPOSE) for number in range(count)]


@pytest.mark.parametrize("first", ALL, ids=repr)
def test_distributions_at_one_purpose_do_not_share_samples(first: Distribution) -> None:
    """Bounds hold and means are right for each distribution, whichever drew at the same purpose before it."""
    source = Draws(1, 0, "set-up/mill")
    drawn(source, first)
    assert all(0.5 <= one <= 0.6 for one in drawn(source, Uniform(0.5, 0.6)))
    assert all(3.0 <= one <= 3.2 for one in drawn(source, Triangular(3.0, 3.1, 3.2)))
    assert all(one > 0.0 for one in drawn(source, Lognormal(1.0, 0.5)))
    assert all(one >= 1.0 and one == int(one) for one in drawn(source, Geometric(0.3)))
    for one in ALL:
        assert sum(drawn(source, one, 4000)) / 4000 == pytest.approx(one.mean, rel=0.08)


def test_the_order_of_first_use_changes_no_draw() -> None:
    """Whichever of three distributions draws first at a purpose, each draws the same numbers."""
    for three in ((Exponential(1.0), Uniform(0.5, 0.6), Lognormal(1.0, 0.5)), ALL[-3:]):
        alone = {one: drawn(Draws(1, 0, "mill"), one) for one in three}
        for order in permutations(three):
            source = Draws(1, 0, "mill")
            assert {one: drawn(source, one) for one in order} == alone


Calls = list[tuple[Distribution, int, int, str]]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(st.sampled_from(ALL), st.integers(0, 20000), st.integers(0, 2), st.sampled_from(["a", "b", "a/b"])),
        min_size=1,
        max_size=15,
    )
)
def test_a_source_that_starts_anew_draws_the_same(calls: Calls) -> None:
    """A draw is the same from a source with any past, with none, and after its blocks were given up."""
    old = Draws(7, 2, "oven")
    for distribution, number, attempt, purpose in calls:
        fresh = Draws(7, 2, "oven").at(number, attempt)
        assert distribution.draw(old.at(number, attempt), purpose) == distribution.draw(fresh, purpose)


def test_addresses_do_not_run_into_each_other() -> None:
    """Seeds, replications, sources, lots, attempts and purposes each make other numbers."""
    values = [
        Exponential(1.0).draw(Draws(seed, replication, source).at(number, attempt), purpose)
        for seed in (1, 2) for replication in (0, 1) for source in ("a", "b")
        for number in (0, 1, 4096) for attempt in (0, 1) for purpose in ("x", "y")
    ]  # fmt: skip
    assert len(set(values)) == len(values)


def test_set_ups_of_different_kinds_each_keep_their_range() -> None:
    """From a to b it takes 5 or 6, from b to b 0.5 to 0.6: the share of set-up lies between those bounds."""
    line = BareLine(seed=1)
    for product in "ab":
        line.arrive(Constant(50.0), product=product)
    times: dict[tuple[str, str], Distribution] = {
        ("b", "a"): Uniform(5.0, 6.0),
        ("a", "b"): Exponential(1.0),
        ("", "a"): Constant(0.0),
    }
    line.station("mill", Constant(0.1), changeover=Changeover(times))
    share = line.run(20000.0, warm_up=25.0).stations["mill"].shares["set-up"]
    assert (5.0 + 0.8) / 50.0 < share < (6.0 + 1.2) / 50.0
