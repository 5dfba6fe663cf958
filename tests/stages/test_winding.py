"""Laws of winding: geometry, pressure against exact and fine-grid solutions, and when laps touch."""

from math import log, pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.draws import Draws
from twin.material import Lot
from twin.polymer.roll import Stack, air_film, outer_radius, wound_pressure
from twin.stage import Visit
from twin.stages.winding import Winding

STILL = {"tape_sd": 0.0, "tension_sd": 0.0, "bagginess_sd": 0.0}
TAPED = {"spacer_tape": 1.0, "release_film": 0.0, "web_modulus": 57e9, "stack_softness": 5e5}


def web(length=500.0, carrier=18e-6, dry=20e-6, coating=27e-6, speed=0.05, number=1):
    properties = {
        "carrier_thickness": carrier, "dry_thickness": dry, "coating_thickness": coating, "speed": speed,
        "web_width": 0.5,
    }  # fmt: skip
    return Lot(number, material="predried_web", mass=48.0, length=length, properties=properties)


def wind(stage, lot=None, visit=None, seed=1):
    lot = lot or web()
    return stage.run(lot, visit or Visit(), Draws(seed, 0, "winding", lot.number))


def test_geometry_of_a_spaced_roll():
    """500 m at a pitch of 88 um on a 76.2 mm core are 733.584 laps out to 140.7554 mm."""
    measures = wind(Winding(**TAPED, tape_thickness=70e-6, **STILL)).measures
    assert measures["outer_radius"] == pytest.approx(0.1407554, rel=1e-6)
    assert measures["laps"] == pytest.approx(733.584, rel=1e-6)


def test_geometry_of_a_roll_without_tape():
    """The same web wound on itself, 38 um thick, ends at 108.8776 mm."""
    measures = wind(Winding(**STILL), web(coating=20e-6)).measures
    assert measures["outer_radius"] == pytest.approx(0.1088776, rel=1e-6)


def test_pressure_of_the_reference_roll():
    """Pfeiffer's stack (1.5 kPa, 60) at 3 MPa, 76.2 to 200 mm: 127.8 kPa at the core, 76.4 kPa half-way, within 1 %."""
    stage = Winding(tension=90.0, **STILL)
    length = pi * (0.2**2 - 0.0762**2) / 30e-6
    measures = wind(stage, web(length, 25e-6, 5e-6, 5e-6)).measures
    assert measures["outer_radius"] == pytest.approx(0.2, rel=1e-9)
    assert measures["core_pressure"] == pytest.approx(127.8e3, rel=0.01)
    assert measures["middle_pressure"] == pytest.approx(76.4e3, rel=0.01)


def test_pressure_converges():
    """Ten times the shells move the core pressure of the reference roll by less than 1 %, toward 127.8 kPa."""
    stack = Stack(0.0762, 0.2, 3e6, 0.0, 4e9, 20e9, 0.3, 1.5e3, 60.0)
    coarse, fine = wound_pressure(stack)[1][0], wound_pressure(stack, 1600)[1][0]
    assert coarse == pytest.approx(fine, rel=0.01)
    assert fine == pytest.approx(127.8e3, rel=0.001)


@pytest.mark.parametrize("core_modulus", [4e9, 20e9, 1e9])
def test_isotropic_roll_has_a_closed_form(core_modulus):
    """A stack as stiff as its web carries (s/2)(1 - q c^2/r^2) ln((o^2 - q c^2)/(r^2 - q c^2)), as elasticity says."""
    stack = Stack(0.0762, 0.2, 3e6, 0.0, 4e9, core_modulus, 0.0, 4e15, 1e-6)
    radii, pressure = wound_pressure(stack, 400)
    k = 4e9 / core_modulus - 1.0
    core, out = 0.0762**2 * k / (2.0 + k), 0.2**2
    exact = 1.5e6 * (1.0 - core / radii**2) * np.log((out - core) / (radii**2 - core))
    assert pressure == pytest.approx(exact, rel=1e-4, abs=1.0)
    if core_modulus == 4e9:
        assert pressure[0] == pytest.approx(2_894_867.7, rel=1e-5)
        assert exact[0] == pytest.approx(3e6 * log(0.2 / 0.0762), rel=1e-12)


@pytest.mark.parametrize(("speed", "film"), [(5.0, 2.08766e-6), (20.0, 5.26056e-6)])
def test_air_film(speed, film):
    """At a radius of 0.1 m and 100 N/m a web drags 2.08766 um of air along at 5 m/min, 5.26056 um at 20 m/min."""
    assert air_film(0.1, speed / 60.0, 100.0) == pytest.approx(film, rel=1e-5)
    length = pi * (0.1**2 - 0.0762**2) / 30e-6
    measures = wind(Winding(**STILL), web(length, 25e-6, 5e-6, 5e-6, speed / 60.0)).measures
    assert measures["air_film"] == pytest.approx(film, rel=1e-5)


def test_flat_web_on_tape_touches_nothing():
    """Without bagginess the default tape keeps half a hundred micrometres open, and nothing touches."""
    measures = wind(Winding(**TAPED, **STILL)).measures
    assert measures["gap"] == pytest.approx(75e-6 * 0.993 - 27e-6, abs=1e-6)
    assert 30e-6 < measures["clearance"] < measures["gap"]
    assert measures["touched_length"] == measures["contact_probability"] == 0.0


def test_without_tape_all_of_it_touches():
    """A copper web wound without tape has no gap, and touches over its whole length."""
    measures = wind(Winding(**(TAPED | {"spacer_tape": 0.0}))).measures
    assert measures["gap"] == 0.0
    assert measures["touched_length"] == pytest.approx(500.0)
    assert measures["contact_probability"] == 1.0


def test_release_film_may_touch():
    """A release film is wound without tape and loses nothing."""
    measures = wind(Winding(), web(carrier=25e-6, dry=5e-6, coating=5e-6)).measures
    assert measures["touched_length"] == measures["gap"] == 0.0
    assert measures["core_pressure"] > 0.0


def test_few_rolls_touch():
    """Bagginess is a planned loss: by default one roll in some dozens loses some metres, never all of itself."""
    touched = [wind(Winding(**TAPED), web(number=number)).measures["touched_length"] for number in range(400)]
    share = sum(one > 0.0 for one in touched) / 400
    assert 0.002 < share < 0.06
    assert max(touched) < 250.0


@pytest.mark.parametrize(("gap", "probability"), [(20e-6, 0.59), (30e-6, 0.30), (50e-6, 0.041), (80e-6, 0.0004)])
def test_contact_probability(gap, probability):
    """At a radius of 0.2 m laps of 38 um touch across 20, 30, 50, 80 um with 59, 30, 4.1 and 0.04 %."""
    tape = 20e-6 + gap
    length = pi * (0.2**2 - 0.0762**2) / (18e-6 + tape)
    stage = Winding(**(TAPED | STILL | {"tape_thickness": tape, "bagginess_sd": 1e-4, "stack_softness": 1e7}))
    measures = wind(stage, web(length, coating=20e-6)).measures
    assert measures["contact_probability"] == pytest.approx(probability, rel=0.1, abs=0.0002)


def test_thicker_tape_keeps_more_open():
    """Touched length falls as the tape grows, for each roll's own bagginess."""
    touched = [
        wind(Winding(**TAPED, tape_thickness=tape, tape_sd=0.0)).measures["touched_length"]
        for tape in (25e-6, 40e-6, 60e-6, 120e-6)
    ]
    assert touched == sorted(touched, reverse=True)
    assert touched[0] == pytest.approx(500.0)
    assert touched[-1] == 0.0


def test_tension_and_taper():
    """More tension presses the core harder, and taper takes it back at the middle."""
    base, tight, tapered = (wind(Winding(**STILL, **one)).measures for one in ({}, {"tension": 150.0}, {"taper": 0.5}))
    assert tight["core_pressure"] > base["core_pressure"]
    assert tapered["middle_pressure"] < base["middle_pressure"]
    assert tight["telescoping"] < base["telescoping"] < tapered["telescoping"]


@settings(max_examples=40, deadline=None)
@given(
    length=st.floats(0.0, 3000.0),
    coating=st.floats(1e-6, 300e-6),
    tension=st.floats(20.0, 500.0),
    tape=st.sampled_from([0.0, 1.0]),
    seed=st.integers(0, 2**32),
)
def test_roll_is_all_there(length, coating, tension, tape, seed):
    """Winding changes no kilogram and no metre, and all that it measures is finite."""
    lot = web(length, coating=coating)
    outcome = wind(Winding(**(TAPED | {"spacer_tape": tape, "tension": tension})), lot, seed=seed)
    assert (outcome.lot.mass, outcome.lot.length) == (lot.mass, lot.length)
    assert np.isfinite(list(outcome.measures.values())).all()
    assert 0.0 <= outcome.measures["touched_length"] <= length * (1.0 + 1e-12)
    assert outcome.measures["outer_radius"] >= outer_radius(0.0762, length, 18e-6 + coating) * (1.0 - 1e-12)


def test_repeatable_and_without_scatter_alike():
    """The same lot winds alike twice, and with each scatter at zero two lots do."""
    still = Winding(**TAPED, **STILL)
    assert wind(Winding(**TAPED)) == wind(Winding(**TAPED))
    assert wind(still).measures == wind(still, web(number=2)).measures
    assert wind(still).measures.keys() == Winding.measures.keys()


def test_interrupted_roll_goes_on():
    """A stop leaves the rest of the time."""
    whole, rest = wind(Winding()), wind(Winding(), visit=Visit(elapsed=1000.0))
    assert rest.duration == pytest.approx(whole.duration - 1000.0)
