"""Laws of ring closure along a temperature programme: exactness, order of the steps, conservation of rings."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from twin.polymer.kinetics import ImidizationRates, Rings, arrhenius, exposed
from twin.polymer.programme import Leg, followed

RATES = ImidizationRates(2.2e-10, 60e3, 1e-6, 90e3, 0.85)
START = Rings(406.4, 0.0, 0.0, 799.7)
PATENT = [Leg(1800.0, 298.15), Leg(1980.0, 373.15), Leg(3600.0, 373.15), Leg(2376.0, 298.15)]


@given(ratio=st.floats(0.1, 5.0), closing=st.floats(-6.0, 2.5), turning=st.floats(-5.0, 3.0))
@settings(max_examples=60, deadline=None)
def test_sum_over_closures(ratio, closing, turning):
    """Isoimide by 20 points is within 1e-5 of all units of the same sum by 1200 points, whatever the exposures."""
    amount, exposure, decay = 400.0, 10.0**closing / 400.0, 10.0**turning
    found = exposed(Rings(amount, 0.0, 0.0, ratio * amount), exposure, decay, 0.7)
    points, weights = np.polynomial.legendre.leggauss(60)
    closed = amount - found.amic
    edges = np.concatenate([[0.0], np.geomspace(1e-9, 1.0, 20)])
    left = np.concatenate([a + (b - a) * (0.5 + 0.5 * points) for a, b in pairwise(edges)])
    weight = np.concatenate([0.5 * (b - a) * weights for a, b in pairwise(edges)])
    still = found.amic + closed * left
    instant = (1.0 / still - 1.0 / amount) if ratio == 1.0 else None
    if instant is None:
        lead = (ratio - 1.0) * amount * (closed - closed * left) / (ratio * amount * still)
        instant = np.log1p(lead) / ((ratio - 1.0) * amount)
    total = closed * np.sum(weight * np.exp(-decay * np.clip(1.0 - instant / exposure, 0.0, None)))
    assert found.isoimide == pytest.approx(0.3 * total, abs=1e-5 * amount)


def test_programme_is_the_solution_of_its_equations():
    """Fine steps agree with a numerical solution of the three rate equations along a ramp."""

    def slope(time: float, rings: list[float]) -> list[float]:
        at = 298.15 + 75.0 * time / 1980.0
        amic, isoimide = rings
        closing = arrhenius(RATES.closing, RATES.closing_activation, at) * 506.5 * amic * (799.7 - 406.4 + amic)
        turning = arrhenius(RATES.turning, RATES.turning_activation, at) * isoimide
        return [-closing, (1.0 - RATES.direct) * closing - turning]

    amic, isoimide = solve_ivp(slope, (0.0, 1980.0), [406.4, 0.0], method="LSODA", rtol=1e-10, atol=1e-8).y[:, -1]
    found = followed(START, RATES, 506.5, 298.15, [Leg(1980.0, 373.15)], 400)
    assert found.amic == pytest.approx(amic, abs=1e-5)
    assert found.isoimide == pytest.approx(isoimide, abs=1e-4)


def test_order_of_the_steps():
    """Amide acid needs no steps; the error of isoimide falls with the square of their number."""
    legs = [Leg(600.0, 298.15), Leg(1980.0, 373.15)]
    fine = followed(START, RATES, 506.5, 298.15, legs, 1536)
    error = {n: followed(START, RATES, 506.5, 298.15, legs, n).isoimide - fine.isoimide for n in (6, 12, 24)}
    assert np.log2(error[6] / error[12]) == pytest.approx(2.0, abs=0.1)
    assert np.log2(error[12] / error[24]) == pytest.approx(2.0, abs=0.05)
    assert error[6] / 406.4 < 3e-4
    assert followed(START, RATES, 506.5, 298.15, legs, 6).amic == pytest.approx(fine.amic, abs=1e-9)


def test_halved_steps_do_not_move_the_patents_programme():
    """Twice as many steps move imide after the patent's programme by less than 1e-6 of the units."""
    usual, fine = (followed(START, RATES, 506.5, 298.15, PATENT, steps) for steps in (6, 12))
    assert abs(usual.imide - fine.imide) / 406.4 < 1e-6


@given(times=st.lists(st.floats(0.0, 1e5), min_size=1, max_size=4), temperatures=st.lists(st.floats(250.0, 450.0),
       min_size=4, max_size=4), anhydride=st.floats(0.0, 2000.0))  # fmt: skip
@settings(max_examples=30, deadline=None)
def test_rings_are_conserved(times, temperatures, anhydride):
    """Along any programme rings only change their kind, and each closed one takes one molecule of anhydride."""
    legs = [Leg(time, at) for time, at in zip(times, temperatures, strict=False)]
    end = followed(Rings(406.4, 0.0, 0.0, anhydride), RATES, 506.5, 298.15, legs)
    assert end.amic + end.imide + end.isoimide == pytest.approx(406.4, rel=1e-12)
    assert 406.4 - end.amic == pytest.approx(anhydride - end.anhydride, abs=1e-9)
    assert min(end) >= -1e-9
    assert np.isfinite(end).all()
    assert followed(START, RATES, 506.5, 298.15, [Leg(0.0, 400.0)]) == START
