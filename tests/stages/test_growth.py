"""Laws of step growth: exact results of Carothers, Flory, Macosko and Miller, equilibrium, and washed-out oligomers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from twin.polymer.growth import (
    MolarMasses,
    bonded_share,
    equilibrium_conversion,
    molar_masses,
    oligomer_share,
    without_oligomers,
)


def test_carothers():
    """P1: at r 0.99 and p 0.995 a chain has 100 units."""
    assert molar_masses(1.0, 1.0, 0.99, 0.99 * 0.995).number == pytest.approx(100.0, rel=1e-9)


def test_flory():
    """P2: at p 0.99 chains have 100 units by number and 199 by weight, a dispersity of 1.99."""
    known = molar_masses(1.0, 1.0, 1.0, 0.99)
    assert known.number == pytest.approx(100.0, rel=1e-9)
    assert known.weight == pytest.approx(199.0, rel=1e-9)


def test_second_order():
    """P3: at 0.2 L/mol/s and 0.6 mol/L, 72/73 is bound after 600 s, if nothing goes back."""
    assert bonded_share(600.0, 600.0, 0.2e-3 * 600.0, 1e15) == pytest.approx(72.0 / 73.0, rel=1e-9)


def test_equilibrium():
    """P4: K = 1e5 L/mol and 0.6 mol/L let chains grow to 245.449 units, however long it takes."""
    assert 1.0 / (1.0 - equilibrium_conversion(100.0, 600.0, 600.0)) == pytest.approx(245.449, rel=1e-5)
    assert 1.0 / (1.0 - bonded_share(600.0, 600.0, 1e12, 100.0)) == pytest.approx(245.449, rel=1e-5)


@pytest.mark.parametrize("other", [300.0, 599.999999, 600.0, 590.0, 900.0])
@pytest.mark.parametrize("constant", [1e-3, 0.1, 100.0])
def test_reversible_growth_is_the_solution_of_its_equation(other, constant):
    """The closed form agrees with a numerical solution of x' = k (a - x)(b - x) - k x / K at any stoichiometry."""

    def slope(_: float, bound: list[float]) -> float:
        return (600.0 - bound[0]) * (other - bound[0]) - bound[0] / constant

    ends = [1e-4, 1e-3, 1e-2, 0.1]
    found = solve_ivp(slope, (0.0, 0.1), [0.0], method="LSODA", t_eval=ends, rtol=1e-10, atol=1e-9).y[0] / 600.0
    np.testing.assert_allclose([bonded_share(600.0, other, time, constant) for time in ends], found, rtol=1e-7)


@given(own=st.floats(1.0, 2000.0), ratio=st.floats(0.0, 3.0), time=st.floats(0.0, 1e3), constant=st.floats(1e-4, 1e9))
@settings(max_examples=100, deadline=None)
def test_growth_stays_in_its_limits(own, ratio, time, constant):
    """Growth starts at nothing, rises with time, and never passes the equilibrium nor the reactant in deficit."""
    now, later = (bonded_share(own, own * ratio, t, constant) for t in (time, 2.0 * time + 1e-9))
    assert bonded_share(own, own * ratio, 0.0, constant) == 0.0
    assert 0.0 <= now <= later * (1.0 + 1e-12)
    assert later <= min(1.0, ratio) * (1.0 + 1e-12)
    assert later <= equilibrium_conversion(constant, own, own * ratio) * (1.0 + 1e-9)


@given(p=st.floats(0.5, 0.995), heavy=st.floats(0.1, 10.0))
@settings(max_examples=20, deadline=None)
def test_masses_agree_with_the_sum_over_chains(p, heavy):
    """At equal numbers of two monomers the averages are those of the sum over all chains, odd and even."""
    ends = np.arange(1, 20001)
    share = p ** (ends - 1) * (1.0 - p)
    pairs, odd = ends // 2, ends % 2
    means = pairs * (1.0 + heavy) + odd * 0.5 * (1.0 + heavy)
    square = 0.5 * odd * ((pairs * (1 + heavy) + 1) ** 2 + (pairs * (1 + heavy) + heavy) ** 2)
    square = square + (1 - odd) * (pairs * (1.0 + heavy)) ** 2
    known = molar_masses(1.0, heavy, 1.0, p)
    assert known.number == pytest.approx(np.sum(share * means), rel=1e-9)
    assert known.weight == pytest.approx(np.sum(share * square) / np.sum(share * means), rel=1e-9)


@pytest.mark.parametrize("longest", [0, 1, 5, 10])
def test_oligomers_are_the_sum_over_short_chains(longest):
    """Mass that washes out, and both averages of what stays, are the sums over Flory's distribution."""
    units = np.arange(1, 20001)
    grows = 1.0 - 1.0 / 80.0
    number = grows ** (units - 1) / 80.0
    stays = units > longest
    mass = units * number
    assert oligomer_share(80.0, longest) == pytest.approx(np.sum(mass[~stays]) / np.sum(mass), abs=1e-12)
    kept = without_oligomers(MolarMasses(2.0 * 80.0 - 1.0, 80.0), 80.0, float(longest))
    assert kept.number == pytest.approx(np.sum(mass[stays]) / np.sum(number[stays]), rel=1e-9)
    assert kept.weight == pytest.approx(np.sum((units * mass)[stays]) / np.sum(mass[stays]), rel=1e-9)


def test_limits_of_chains():
    """Toward equal numbers and full conversion chains grow as 2 / (1 - r) without bound; without bonds they are one."""
    for off in (1e-1, 1e-3, 1e-6, 1e-9):
        assert molar_masses(1.0, 1.0, 1.0 - off, 1.0 - off).number * off == pytest.approx(2.0 - off, rel=1e-6)
    whole = [molar_masses(1.0, 1.0, 1.0 - off, 0.99 * (1.0 - off)).weight for off in (1e-1, 1e-2, 1e-3, 1e-4, 0.0)]
    assert whole == sorted(whole)
    assert whole[-1] == pytest.approx(199.0, rel=1e-9)
    assert tuple(molar_masses(1.0, 1.0, 0.9, 0.0)) == pytest.approx((1.0, 1.0), rel=1e-12)
