"""Laws of the cured laminate: gel, curl, solder."""

import pytest

from twin.polymer import laminate
from twin.polymer.solvents import SOLVENTS, activity, vapour_pressure
from twin.stages.curing import Curing


def test_timoshenko_is_exact_for_equal_layers():
    """Two equal layers curve to 1.5 times the mismatch per total thickness, whatever they are."""
    for thickness, modulus in ((1e-6, 1e9), (3e-5, 2e11)):
        assert laminate.curvature(1e-3, thickness, thickness, modulus, modulus) * 2 * thickness / 1e-3 == pytest.approx(
            1.5
        )


def test_timoshenko_gives_the_published_radii():
    """20 um of 3 GPa on 18 um of copper, cooled by 275 K, curls to 1.14, 3.28 and 8.74 cm at 40, 25 and 20 ppm/K."""
    for expansion, radius in ((40e-6, 1.14), (25e-6, 3.28), (20e-6, 8.74)):
        bend = laminate.curvature((expansion - 17e-6) * 275.0, 20e-6, 18e-6, 3e9, 117e9)
        assert 100.0 / bend == pytest.approx(radius, abs=0.005)


def test_charlesby_and_pinner_hold():
    """The soluble part s solves s + sqrt(s) = 2/delta; for 1, 0.5 and 0.8 it is 0.3819660, 0.1339746, 0.2753049."""
    for right, soluble in ((1.0, 0.3819660), (0.5, 0.1339746), (0.8, 0.2753049)):
        assert 1.0 - laminate.insoluble_fraction(2.0 / right) == pytest.approx(soluble, abs=5e-8)
    for share, index, half in ((0.01, 1.0076, 5e-5), (0.5, 1.66, 5e-3), (0.99, 18.2, 0.05)):
        assert laminate.insoluble_fraction(index - half) < share < laminate.insoluble_fraction(index + half)


def test_solder_lifts_a_wet_film_where_its_vapour_reaches_the_limit():
    """The solder resistance of a wet film is where activity times vapour pressure is the blister limit."""
    hot = laminate.solder_resistance(653.15, 0.1, 0.5e6)
    assert activity(0.1, 0.45) * vapour_pressure(SOLVENTS["NMP"], hot) == pytest.approx(0.5e6, rel=1e-4)


def test_a_thin_film_curves_as_stoney_says():
    """10 um at 30 MPa on 525 um of silicon (180.5 GPa biaxial) curve it to 27.63906 m, once the film counts as thin."""
    radii = []
    for thinner in (1.0, 1e3, 1e6):  # the same force per width in ever thinner films
        film, stress = 10e-6 / thinner, 30e6 * thinner
        radii.append(1.0 / laminate.curvature(stress / 100e9, film, 525e-6, 100e9, 180.5e9))
    assert radii[2] == pytest.approx(27.63906, rel=1e-5)
    assert abs(radii[0] - 27.63906) > abs(radii[1] - 27.63906) > abs(radii[2] - 27.63906)


def test_responses_are_monotone():
    """More gel is stronger, stiffer in lye; more solvent is weaker, less stable and lifts sooner in solder."""
    gels, wets = (0.0, 0.3, 0.9), (0.0, 0.05, 0.2)
    for rising in (
        [laminate.tear_strength(137.3, gel, 0.0) for gel in gels],
        [laminate.modulus_retention(5e-6, gel) for gel in gels],
        [laminate.dimensional_change(2e-4, 1800.0, 3600.0, wet) for wet in wets],
        [laminate.dimensional_change(2e-4, time, 3600.0, 0.0) for time in (0.0, 1800.0, 1e9)],
        [laminate.insoluble_fraction(index) for index in (1.0, 1.01, 2.0, 1e9)],
        [-laminate.tear_strength(137.3, 0.5, wet) for wet in wets],
        [-laminate.adhesion(1e3, 0.25e-6, wet) for wet in wets],
        [-laminate.solder_resistance(653.15, wet, 0.5e6) for wet in wets],
    ):
        assert rising == sorted(rising)
        assert rising[0] < rising[-1]
    assert laminate.insoluble_fraction(1e9) == pytest.approx(1.0, abs=1e-6)


def test_the_units_of_the_patent_are_forces():
    """80 g/mm is 7.84532 N/cm and 15 kg is 147.0998 N, by standard gravity."""
    per_width = 80e-3 * laminate.KILOGRAM_FORCE / 1e-3
    assert per_width == pytest.approx(784.532)
    tear = 15.0 * laminate.KILOGRAM_FORCE
    assert tear == pytest.approx(147.0998, rel=1e-6)
    assert Curing().tear_base == pytest.approx(14.0 * laminate.KILOGRAM_FORCE, rel=1e-4)
