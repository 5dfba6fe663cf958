"""Laws of winding: geometry, pressure against exact and fine-grid solutions, and when laps touch."""

from dataclasses import replace
from math import pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.draws import Draws
from twin.material import Lot
from twin.polymer.roll import air_film, outer_radius, traction
from twin.stage import Visit
from twin.stages.winding import Winding

STILL = {"tape_sd": 0.0, "tension_sd": 0.0, "bagginess_sd": 0.0}
GRID = np.array([0.0762, 0.1, 0.14])
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


@pytest.mark.parametrize("step", [0.01, 5.0, 40.0])
def test_what_touched_is_cut_in_whole_pieces(step):
    """The length to cut is a multiple of the counted one and less than one piece more than touched, or the roll."""
    for tape in (40e-6, 50e-6, 55e-6):
        stage, finest = (Winding(**TAPED, tape_thickness=tape, counted_length=one) for one in (step, 0.01))
        for number in range(20):
            cut, touched = (wind(one, web(number=number)).measures["touched_length"] for one in (stage, finest))
            assert touched - 1e-9 <= cut < touched + step
            assert cut == 500.0 or cut / step == pytest.approx(round(cut / step), abs=1e-6)


@pytest.mark.parametrize(("gap", "told"), [(20e-6, "0.59"), (30e-6, "0.30"), (50e-6, "0.041"), (80e-6, "0.0004")])
def test_contact_probability(gap, told):
    """At 0.2 m laps that sag by 9.2 um touch across 20, 30, 50, 80 um with 59, 30, 4.1 and 0.04 %."""
    tape = 20e-6 + gap
    length = pi * (0.2**2 - 0.0762**2) / (18e-6 + tape)
    hard = {"stack_softness": 1e7, "web_modulus": 100.0 * 0.2 / (38e-6 * 9.2e-6)}
    stage = Winding(**(TAPED | STILL | {"tape_thickness": tape, "bagginess_sd": 1e-4} | hard))
    measures = wind(stage, web(length, coating=20e-6)).measures
    assert f"{measures['contact_probability']:.{len(told) - 2}f}" == told


def test_thicker_tape_keeps_more_open():
    """Touched length falls as the tape grows, for each roll's own bagginess."""
    touched = [
        wind(Winding(**TAPED, tape_thickness=tape, tape_sd=0.0)).measures["touched_length"]
        for tape in (25e-6, 40e-6, 60e-6, 120e-6)
    ]
    assert touched == sorted(touched, reverse=True)
    assert touched[0] == pytest.approx(500.0)
    assert touched[-1] == 0.0


def test_the_thickest_place_along_the_roll_takes_clearance():
    """Where the die laid 5 % more, the laps of that tenth of the roll have that much less between them."""
    places = {"thickest_along": 1.05, "thickest_place": 499.0}
    outer, core = web().becoming(places), web().becoming(places | {"thickest_place": 1.0})
    even, thicker, inside = (wind(Winding(**TAPED, **STILL), one).measures for one in (web(), outer, core))
    for one in (thicker, inside):
        assert even["gap"] - one["gap"] == pytest.approx(27e-6 * 0.05 / 10.0, rel=1e-6)
    assert thicker["clearance"] < inside["clearance"] == even["clearance"]  # laps hang the more, the farther outside


def test_tension_and_taper():
    """More tension presses the core harder, and taper takes it back at the middle."""
    base, tight, tapered = (wind(Winding(**STILL, **one)).measures for one in ({}, {"tension": 150.0}, {"taper": 0.5}))
    assert tight["core_pressure"] > base["core_pressure"]
    assert tapered["middle_pressure"] < base["middle_pressure"]
    assert tight["telescoping"] < base["telescoping"] < tapered["telescoping"]


def test_the_thickest_lane_decides_along_the_roll():
    """Lanes that differ take clearance where they are thickest; a tape that clears the mean may not clear them."""
    flat, ridged = web(), web()
    ridged = ridged.becoming({"lane_1": 0.94, "lane_4": 1.06, "residual_solvent": 0.25, "film_density": 1350.0})
    even = flat.becoming({"residual_solvent": 0.25, "film_density": 1350.0})
    stage = Winding(**TAPED, **STILL)
    alike, thicker = (wind(stage, one).measures for one in (even, ridged))
    swollen = 1.0 + 1.0 / 3.0 * 1350.0 / 1040.0
    assert alike["clearance"] - thicker["clearance"] == pytest.approx(20e-6 * 0.06 * swollen, rel=0.01)
    thin = Winding(**TAPED, **(STILL | {"bagginess_sd": 1.6e-4}), tape_thickness=52e-6)
    assert wind(thin, ridged).measures["touched_length"] > wind(thin, even).measures["touched_length"]
    assert wind(thin, ridged).measures["contact_risk"] > wind(thin, even).measures["contact_risk"]


def test_risk_grows_along_the_roll():
    """The risk of the whole roll is above that of its outermost section, and below the sum over all ten."""
    measures = wind(Winding(**TAPED)).measures
    assert measures["contact_probability"] < measures["contact_risk"] < 10.0 * measures["contact_probability"]
    longer = wind(Winding(**TAPED), web(2000.0)).measures
    assert longer["contact_risk"] > measures["contact_risk"]


def test_air_lets_laps_without_tape_slip():
    """A fast web without tape floats on its air and may telescope; tapes let the air out."""
    slow, fast = (wind(Winding(**STILL), web(carrier=25e-6, dry=5e-6, coating=5e-6, speed=one)) for one in (0.03, 2.0))
    assert slow.measures["telescoping"] < 1.0 < fast.measures["telescoping"]
    assert "telescoping: winding" in fast.flags
    assert "telescoping: winding" not in slow.flags
    taped = wind(Winding(**TAPED, **STILL), web(speed=2.0))
    assert "telescoping: winding" not in taped.flags
    assert traction(0.25, 0.0, 1e-6) == 0.25


def test_laps_that_touch_may_block():
    """The blocking index is nothing where nothing touches; else it rises with solvent, tension and warmth."""
    bare = Winding(**(TAPED | STILL | {"spacer_tape": 0.0}))
    assert wind(Winding(**TAPED, **STILL), web().becoming({"residual_solvent": 0.3})).measures["blocking_index"] == 0.0
    indices = [
        wind(
            replace(bare, tension=tension), web().becoming({"residual_solvent": wet, "web_temperature": warm})
        ).measures["blocking_index"]
        for wet, tension, warm in (
            (0.1, 100.0, 298.15),
            (0.3, 100.0, 298.15),
            (0.3, 150.0, 298.15),
            (0.3, 150.0, 323.15),
        )
    ]
    assert indices == sorted(indices)
    assert 0.0 < indices[0] < indices[-1]


def test_a_warm_web_makes_a_warm_roll():
    """The roll takes the web's temperature with it, and the hall's where nobody told it."""
    assert wind(Winding()).lot.properties["roll_temperature"] == 298.15
    warm = wind(Winding(), web().becoming({"web_temperature": 320.0}))
    assert warm.lot.properties["roll_temperature"] == 320.0


def test_a_soft_stack_is_marked():
    """Where pressure falls too fast from the core for the grid, the roll carries the mark of extrapolation."""
    soft = Winding(**STILL, stack_softness=100.0, stack_stiffening=5.0, web_modulus=2e11, tension=20.0)
    assert "extrapolated: winding, soft stack" in wind(soft).flags
    assert wind(Winding()).flags == wind(Winding(**TAPED)).flags == ()


def test_profiles_are_those_behind_the_measures():
    """Pressure over the radius begins at the core's, clearance is least where it was measured, gap is its mean."""
    stage = Winding(**TAPED)
    measures = wind(stage).measures
    shown = {one.name: one for one in stage.profiles(web(), Visit(), Draws(1, 0, "winding", 1))}
    assert shown["roll pressure"].values[0] == measures["core_pressure"]
    assert shown["roll pressure"].points[-1] == pytest.approx(measures["outer_radius"])
    assert min(shown["clearance"].values) == measures["clearance"]
    assert np.mean(shown["gap"].values) == pytest.approx(measures["gap"], rel=1e-12)
    assert [one.name for one in Winding().profiles(web(), Visit(), Draws(1))] == ["roll pressure"]


def test_refinement_moves_little():
    """Half the shells' thickness moves each measure by less than 0.5 %."""
    coarse, fine = (wind(Winding(**TAPED, refinement=one)).measures for one in (1.0, 2.0))
    for name, value in coarse.items():
        assert value == pytest.approx(fine[name], rel=5e-3), name


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


def test_a_pressure_that_is_not_found_is_said_to_be_missing(monkeypatch):
    """Where the solver gives no number the roll says so, and publishes none that is not finite."""
    monkeypatch.setattr("twin.stages.winding.wound_pressure", lambda *_: (GRID, np.full(3, np.nan), np.nan))
    outcome = wind(Winding(**TAPED))
    assert "not converged: winding" in outcome.flags
    assert np.isfinite(list(outcome.measures.values())).all()
