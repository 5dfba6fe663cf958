"""Laws of the text of a trace: every measure in the unit of the shop, and a difference never as a temperature."""

from types import SimpleNamespace

import pytest

from twin.limit import Limit
from twin.products import PRODUCTS
from twin.reports.traced import _limits, _measures, _verdict, told

TEMPERATURES = {
    "glass_transition", "web_exit_temperature", "start_temperature", "core_temperature", "solder_resistance",
}  # fmt: skip


def in_kelvin() -> set[str]:
    stages = [stage for product in PRODUCTS.values() for stage in product.procedure.values()]
    return {name for stage in stages for name, unit in stage.measures.items() if unit == "K"}


@pytest.mark.parametrize("measure", sorted(in_kelvin()))
def test_each_measure_in_kelvin_is_a_temperature_or_a_rise(measure: str):
    """353.15 K read 80 degC as a temperature, and 353 K as a rise; a new measure has to say which it is."""
    assert measure in TEMPERATURES or measure.endswith("_rise")
    assert told(353.15, "K", measure) == ("80.0 degC" if measure in TEMPERATURES else "353 K")


def a_lot(*limits: Limit) -> SimpleNamespace:
    measured = {
        "lot": 7, "measure": "quench_rise", "value": 2.1, "lab_value": 2.0, "value_unit": "K", "limits": limits,
    }  # fmt: skip
    decisive = {
        "limit": "X01", "quantity": "quench_rise", "value": 2.1, "value_unit": "K", "lower": -float("inf"),
        "upper": 2.0, "action": "scrap", "stage": "precipitation", "source": "A-1",
    }  # fmt: skip
    family = SimpleNamespace(before=lambda: ())
    return SimpleNamespace(measures=[measured], verdicts=[], number=7, decisive=decisive, family=family)


def test_a_rise_stays_one_wherever_it_stands():
    """Among the further measures, beside its limit, and in the verdict: 2.1 K, at most 2 K, nowhere -271 degC."""
    limit = Limit("X01", "property", "precipitation", "quench_rise", -float("inf"), 2.0, "A-1", "", above=("scrap",))
    limited, verdict, free = _limits(a_lot(limit)), _verdict(a_lot(limit)), _measures(a_lot())
    assert all("2.10 K" in text and "degC" not in text for text in (limited, verdict, free)), (limited, verdict, free)
    assert "<= 2.00 K" in limited
    assert "at most 2.00 K" in verdict
