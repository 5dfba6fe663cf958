"""Laws of the tests that the patents put a film to: tear, dimension, solder, adhesion, alkali; all empirical."""

from inspect import getdoc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.parameter import parameters
from twin.polymer import cure, laminate
from twin.polymer.solvents import SOLVENTS, volume_fraction
from twin.products import CLAD_LAMINATE
from twin.stages.curing import Curing
from twin.stages.lamination import Lamination

SHARES = st.floats(0.0, 1.0)
HOUR = 3600.0
LIMITS = {limit.id: limit for limit in CLAD_LAMINATE.specification}


def test_limits_in_newtons():
    """80 g/mm are 7.84532 N/cm, and 15 kgf are 147.0998 N; they are the limits of the product."""
    adhesion, tear = 0.080 * laminate.KILOGRAM_FORCE / 1e-3, 15.0 * laminate.KILOGRAM_FORCE
    assert adhesion == pytest.approx(784.532, rel=1e-6)
    assert tear == pytest.approx(147.0998, rel=1e-6)
    assert LIMITS["A13 adhesion"].lower == pytest.approx(784.532)
    assert LIMITS["A10 tear"].lower == pytest.approx(147.0998)


def test_tear_needs_a_seventh_of_gel():
    """A dry film of 14 kgf reaches 15 kgf at 1/7 insoluble; half of it solvent leaves nothing."""
    assert laminate.tear_strength(14.0, 1.0 / 7.0, 0.0) == pytest.approx(15.0)
    assert laminate.tear_strength(14.0, 1.0, 0.5) == 0.0
    assert laminate.tear_strength(14.0, 0.0, 0.0) == 14.0


def test_lye_takes_first_order():
    """Without gel 9.163e-3 1/h leave 40 % after 100 h, claim 7's limit; all gel, or no time, leaves all."""
    assert laminate.modulus_retention(9.163e-3 / HOUR, 0.0) == pytest.approx(0.40, rel=1e-4)
    assert laminate.modulus_retention(1.0, 1.0) == 1.0
    assert laminate.modulus_retention(1.0, 0.0, 0.0) == 1.0


def test_dimension_is_a_third_of_the_solvent():
    """0.23 wt% NMP alone change a length by 0.1 %, claim 4's limit; strain comes on top with time, up to all of it."""
    share = volume_fraction(0.0023, SOLVENTS["NMP"].density, 1350.0)
    assert laminate.dimensional_change(0.0, 1800.0, HOUR, share) == pytest.approx(1e-3, rel=0.01)
    assert laminate.dimensional_change(2e-4, 0.0, HOUR, 0.0) == 0.0
    assert laminate.dimensional_change(2e-4, 1e9, HOUR, 0.0) == pytest.approx(2e-4)
    assert laminate.dimensional_change(2e-4, HOUR * np.log(2.0), HOUR, 0.0) == pytest.approx(1e-4)


def test_adhesion_by_roughness():
    """A foil 32 times as rough holds 2^1.5 times as well; half of the film solvent leaves nothing."""
    assert laminate.adhesion(1000.0, 8e-6, 0.0) == pytest.approx(1000.0 * 2.0**1.5)
    assert laminate.adhesion(1000.0, 0.25e-6, 0.5) == 0.0


@given(SHARES, SHARES, st.floats(1e-9, 1e-4))
def test_more_gel_and_less_solvent_are_never_worse(one: float, other: float, rate: float):
    """Tear and modulus rise with gel; tear, adhesion and dimension are better the drier the film is."""
    less, more = sorted((one, other))
    assert laminate.tear_strength(137.3, less, 0.0) <= laminate.tear_strength(137.3, more, 0.0)
    assert 0.0 <= laminate.modulus_retention(rate, less) <= laminate.modulus_retention(rate, more) <= 1.0
    assert laminate.tear_strength(137.3, 0.5, more) <= laminate.tear_strength(137.3, 0.5, less)
    assert laminate.adhesion(1100.0, 0.3e-6, more) <= laminate.adhesion(1100.0, 0.3e-6, less)
    assert laminate.dimensional_change(2e-4, 60.0, 60.0, less) <= laminate.dimensional_change(2e-4, 60.0, 60.0, more)


@given(st.floats(0.0, 0.9), st.floats(0.0, 0.9))
@settings(deadline=None)  # kernels compile in the first call
def test_solder_lifts_the_wetter_film_sooner(one: float, other: float):
    """Solder resistance falls with solvent, from the softening of the dry film, and is finite however wet it is."""
    less, more = sorted((one, other))
    dry, wet = (laminate.solder_resistance(653.15, share, 0.5e6) for share in (less, more))
    assert 200.0 <= wet <= dry + 2e-3
    assert dry <= laminate.solder_resistance(653.15, 0.0, 0.5e6) == 653.15


def test_what_is_empirical_says_so():
    """Each response without a mechanism is called empirical, and each of its constants too, in the published table."""
    responses = (
        laminate.dimensional_change,
        laminate.tear_strength,
        laminate.modulus_retention,
        laminate.solder_resistance,
        laminate.adhesion,
    )
    for function in responses:
        assert "empirical, uncalibrated" in (getdoc(function) or ""), function.__name__
    for function in (cure.peel_strength, cure.ageing_rate, cure.aged_peel):
        assert "empirical" in (getdoc(function) or ""), function.__name__
    constants = parameters(Curing) | parameters(Lamination)
    told = ["tear_base", "residual_strain", "softening_rise", "blister_limit", "adhesion_base", "alkali_rate"]
    for name in [*told, "ageing_activation"]:
        assert constants[name].evidence == "estimate"
        assert "empirical, uncalibrated" in constants[name].about, name
