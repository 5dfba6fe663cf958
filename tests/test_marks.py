"""Laws of the measured marks: what measures takes no part in what is measured."""

from dataclasses import fields

import pytest

from twin.bench.marks import LIMITS, verdict
from twin.bench.year import DAY, Timed, year, year_plan
from twin.products import Product


def test_the_cost_of_a_year_can_be_measured_on_less():
    """Ten days of the plant with timed stages: parts of the time are no more than the whole, and rolls were coated."""
    found = year(10.0 * DAY)
    assert 0.0 < found.physics_cpu_share < 1.0
    assert 0.0 < found.physics_ms_per_roll < 1e3 * found.year_cpu_s
    assert found.visits_per_cpu_s > 0.0


def test_a_timed_stage_shows_the_settings_of_the_stage():
    """Line and plan read settings from a stage; through the clock they read the same."""
    for product in year_plan().products.values():
        _shows_the_same(product)


def _shows_the_same(product: Product) -> None:
    for stage in product.procedure.values():
        timed, names = Timed(stage), [one.name for one in fields(stage)]
        assert all(getattr(timed, name) == getattr(stage, name) for name in names)


@pytest.mark.parametrize(("name", "sign", "limit"), [(name, *rule) for name, rule in LIMITS.items()])
def test_a_mark_is_met_up_to_its_limit(name, sign, limit):
    """At the limit it is met, one part in a thousand beyond it is not."""
    beyond = limit * (0.999 if sign == ">=" else 1.001)
    assert verdict(name, limit).startswith("ok")
    assert verdict(name, beyond).startswith("MISSED")
