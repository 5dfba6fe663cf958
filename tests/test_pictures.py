"""Laws of what is drawn of a run: pictures show the numbers of the study, and are small enough for a page."""

from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from twin import study
from twin.reports import pictures
from twin.reports.pictures.embedded import LARGEST
from twin.study import Key, Request, drawn
from twin.study import sweep as sweeping

SETS = ("study.warm_up=2 d",)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A short study and its store."""
    folder = tmp_path_factory.mktemp("drawn")
    request = Request(scenario="baseline", sets=SETS, replications=2, days=8.0, store=str(folder), workers=1)
    return study.run(request.plan(), folder, workers=1), study.open_store(folder), request


def test_states_add_up_and_come_in_the_order_of_the_process(done):
    """The states of each station that is drawn are all of its time."""
    result, store, _ = done
    found = drawn.states(result)
    order = drawn.order(store, result.run_id)
    assert set(found) <= set(order)
    assert order.index("reactor") < order.index("coater") < order.index("oven")
    for shares in found.values():
        assert sum(shares.values()) == pytest.approx(1.0)


def test_work_in_process_over_time_has_the_mean_of_the_indicator(done):
    """The time average of the curve over the measured window is the indicator; products are part of all lots."""
    result, store, _ = done
    found = drawn.wip(result, store)
    measured = found.times >= result.plan.study.warm_up
    assert found.courses[0].mean[measured].mean() == pytest.approx(result.estimate(*Key("wip_lots")).mean, rel=0.05)
    assert np.all(sum(one.mean for one in found.courses[1:]) <= found.courses[0].mean + 1e-9)
    for one in found.courses:
        assert np.all((one.low <= one.mean) & (one.mean <= one.high))


def test_losses_are_those_of_the_yield(done):
    """What a product loses to all limits and its yield add up to 1 where every replication carries both."""
    result, _, _ = done
    for product in {one.product for one in drawn.losses(result)}:
        lost = sum(one.share.mean for one in drawn.losses(result) if one.product == product)
        assert lost <= 1.0 - result.estimate("yield", "product", product).mean + 0.02


def test_quality_tells_who_misses_which_limit(done):
    """A measure that misses its limit has values beyond it; classes and what does not spread are left out."""
    result, store, _ = done
    found = {one.limit: one for one in drawn.quality(result, store) if one.product == "clad_laminate"}
    assert found["A01 residual"].missed == 0.0
    assert found["A01 residual"].lower <= found["A01 residual"].shares[0]
    assert found["A03 contact"].missed > 0.0
    assert found["A03 contact"].shares[-1] > found["A03 contact"].upper
    assert "A17 soluble" not in found


def test_pictures_are_embedded_and_small(done):
    """Each picture of a page is a PNG inside it, below 60 kB, and drawn again it is the same."""
    result, store, _ = done
    page = pictures.markdown(pictures.study_pictures(result, store).items())
    parts = [part.rpartition("base64,")[2].rstrip(")") for part in page.split("\n\n")]
    assert len(parts) == 4
    for part in parts:
        data = b64decode(part, validate=True)
        assert len(data) < LARGEST
        with Image.open(BytesIO(data)) as image:
            assert image.format == "PNG"
    assert pictures.markdown(pictures.study_pictures(result, store).items()) == page


def test_a_sweep_is_drawn_over_numbers_or_as_rows(done, tmp_path):
    """A number along the bottom, texts as rows; a point that failed is left out of the curve, and named in a row."""
    result, _, request = done
    points = [{"plant.oven.count": "3"}, {"plant.oven.count": "4000"}]
    found = sweeping.sweep(request, points, lambda one: study.run(one.plan(), tmp_path, workers=1))
    assert result.run_id == found.base.run_id
    rows = [one.get_text() for one in pictures.sweep_picture(found).axes[0].get_yticklabels()]
    assert rows == ["oven count 3", "oven count 4000 (failed)"]
    two = [*points, {"plant.oven.count": "2"}]
    curve = pictures.sweep_picture(sweeping.sweep(request, two, lambda one: study.run(one.plan(), tmp_path, workers=1)))
    assert [len(line.get_xdata()) for line in curve.axes[0].lines if line.get_marker() == "o"] == [2]
