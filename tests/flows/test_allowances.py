"""Laws of what a flow may take: no run is tried again, and each ends after the time that the page names."""

import re
from importlib import import_module

import pytest
import served

pytestmark = pytest.mark.server
FLOWS = ("compare_scenarios", "run_scenario", "run_sweep", "tend_store", "what_if")
PAGE = served.ROOT / "docs" / "how-to" / "deploy.md"


@pytest.fixture
def flows(flow):
    """The five flows, imported after the settings of the server."""
    assert flow
    return {name: getattr(import_module(f"flows.{name}"), name) for name in FLOWS}


def test_no_flow_and_no_block_is_tried_again(flows):
    """The same plan and seed would fail in the same way."""
    from flows.work import compute  # noqa: PLC0415 - after the environment

    assert {name: one.retries for name, one in flows.items()} == dict.fromkeys(FLOWS, 0)
    assert compute.retries == 0


def test_each_flow_ends_after_the_time_that_the_page_names(flows):
    """Hours by name, as the page has them; it forgets no flow."""
    told = {
        name: int(hours)
        for hours, names in re.findall(r"(\d+) h \(((?:`\w+`(?:, )?)+)\)", " ".join(PAGE.read_text().split()))
        for name in re.findall(r"\w+", names)
    }
    assert {name: one.timeout_seconds / 3600.0 for name, one in flows.items()} == told
