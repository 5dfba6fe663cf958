"""Laws of predrying: diffusion against exact solutions, the balance of solvent, and what air and speed do."""

from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.draws import Draws
from twin.material import Lot
from twin.polymer.diffusion import Film, Gas
from twin.polymer.drying import dried
from twin.polymer.solvents import SOLVENTS
from twin.stage import Visit
from twin.stages.predrying import Predrying

NMP = SOLVENTS["NMP"]
# the reference figures were made for NMP with a Lewis number of 2.2
LEWIS = (NMP.lewis / 2.2) ** (2.0 / 3.0)
IMIDE = {"solvent": "NMP", "dry_diffusivity": 1e-15, "dry_energy": 90e3, "temperature_sd": 0.0}
OVEN = {
    "zones": 3.0, "zone_length": 4.0, "zone_1": 368.15, "zone_2": 383.15, "zone_3": 398.15,
    "mass_transfer_factor": LEWIS, **IMIDE,
}  # fmt: skip
MINUTE = 60.0


def web(thickness=20e-6, speed=4.0 / MINUTE, solids=0.15, density=1350.0, carrier=18e-6 * 8960.0 * 385.0):
    dry = 500.0 * 0.48 * thickness * density
    properties = {
        "dry_thickness": thickness, "film_density": density, "solids_mass": dry, "speed": speed,
        "solvent_mass": dry * (1.0 / solids - 1.0), "coated_width": 0.48, "carrier_heat": carrier,
    }  # fmt: skip
    mass = dry / solids + 40.0
    return Lot(1, material="coated_web", mass=mass, length=500.0, properties=properties)


def adhesive():
    return web(5e-6, 2.0 / MINUTE, 26.5 / 128.5, 1300.0, 25e-6 * 1390.0 * 1170.0)


def dry(stage, lot, visit=None):
    return stage.run(lot, visit or Visit(), Draws(1, 0, "predrying", lot.number))


def test_reference_film():
    """20 um at 15 % solids through 95, 110 and 125 degC, a minute each, keep 18.04 +-0.05 wt% of NMP."""
    outcome = dry(Predrying(heat_transfer=60.0, **OVEN), web())
    measures = outcome.measures
    assert measures["initial_wetness"] == pytest.approx(7.441634, rel=1e-6)
    assert measures["residual_solvent"] == pytest.approx(0.1804, abs=0.0005)
    left = outcome.lot.properties["solvent_mass"] / outcome.lot.properties["solids_mass"] * 1350.0 / 1028.0
    assert left + measures["evaporated_wetness"] == pytest.approx(measures["initial_wetness"], rel=1e-9)
    assert outcome.flags == ()


SPEED_MAP = [
    (12.5, 1.0, 9.0), (12.5, 4.0, 13.8), (12.5, 12.0, 21.7),
    (20.0, 1.0, 11.8), (20.0, 4.0, 18.3), (20.0, 12.0, 38.5),
    (25.0, 1.0, 13.4), (25.0, 4.0, 21.3), (25.0, 12.0, 56.3),
]  # fmt: skip


@pytest.mark.parametrize(("thickness", "speed", "percent"), SPEED_MAP)
def test_speed_map(thickness, speed, percent):
    """In the 12 m oven each film keeps the more solvent the faster it goes, as mapped to a tenth of a wt%."""
    measures = dry(Predrying(**OVEN), web(thickness * 1e-6, speed / MINUTE)).measures
    assert 100.0 * measures["residual_solvent"] == pytest.approx(percent, abs=0.05 + 0.002 * percent)


@pytest.mark.parametrize(("fourier", "left"), [(0.1, 0.6431766), (0.5, 0.2360497), (1.0, 0.0687403)])
def test_trace_leaves_as_crank_says(fourier, left):
    """A trace at constant diffusivity under a perfect sink leaves a one-sided slab as Crank's series says."""
    film = Film(1e-5, 1e-6, 1e3, 1e3, 0.1, 0.0, (20.0, 0.0, 0.0, 0.0, 0.0, 200.0, 500.0), 0.0,
                1e-12, 0.0, 1e-12, 0.0, 0.3, 2e3, 100.0)  # fmt: skip
    done = dried(film, Gas(298.15, 50.0, 10.0), [(298.15, fourier * 100.0)], nodes=80, tolerance=1e-7)
    assert done.wetness / film.wetness == pytest.approx(left, abs=min(5e-4, 2e-3 * left))


def test_film_in_its_own_vapour_keeps_its_solvent():
    """Nothing evaporates into air as rich in solvent as the film."""
    film = Film(1e-5, 1.0, 1e3, 1e3, 0.1, 5e5, (7.0, 0.0, 0.0, 0.0, 0.0, 200.0, 500.0), 0.5,
                1e-12, 0.0, 1e-9, 0.0, 0.3, 2e3, 100.0)  # fmt: skip
    pressure = 0.5 * 2.718281828459045 ** (0.5 + 0.5 * 0.25 + 7.0)
    assert dried(film, Gas(298.15, 50.0, 0.03, pressure), [(298.15, 100.0)]).wetness == pytest.approx(1.0, rel=1e-9)


def test_adhesive_film_leaves_dry_and_whole():
    """Patent 004's film is dry to less than 0.001 wt% and stays under the blister threshold."""
    measures = dry(Predrying(temperature_sd=0.0), adhesive()).measures
    assert measures["residual_solvent"] < 1e-5
    assert 0.0 < measures["blister_ratio"] < 0.9


@pytest.mark.parametrize(("jets", "index", "off"), [(20.0, 1.03, 0.035), (40.0, 1.15, 0.01), (60.0, 1.22, 0.005)])
def test_blister_index_of_the_adhesive_film(jets, index, off):
    """Air at 100 degC drives dioxolane to 1.03, 1.15, 1.22 atmospheres at the film's foot, within 3.5, 1, 0.5 %."""
    stage = Predrying(heat_transfer=jets, temperature_sd=0.0)
    assert dry(stage, adhesive()).measures["blister_index"] == pytest.approx(index, rel=off)


@pytest.mark.parametrize(("settings", "film"), [({"zone_1": 353.15, **IMIDE}, web()), ({}, adhesive())])
def test_blisters_come_where_the_pressure_passes_the_threshold(settings, film):
    """Of either product: below the threshold the foot of the film holds, above it, or in hotter air, blisters come."""
    calm = {**settings, "temperature_sd": 0.0}
    index = dry(Predrying(**calm), film).measures["blister_index"]
    ratios = [dry(Predrying(**calm, blister_threshold=index * x), film).measures["blister_ratio"] for x in (0.9, 1.1)]
    assert ratios == pytest.approx([1.0 / 0.9, 1.0 / 1.1], rel=1e-12)
    hotter = Predrying(**{**calm, "zone_1": 393.15}, blister_threshold=index)
    assert dry(hotter, film).measures["blister_ratio"] > 1.0


def test_clad_laminate_is_wound_in_mid_window():
    """The default clad recipe, two zones at 80 degC at 3 m/min, leaves 20-25 wt%, in the middle of 10-40."""
    stage = Predrying(zone_1=353.15, zone_2=353.15, zone_3=298.15, zone_4=298.15, **IMIDE)
    outcome = dry(stage, web(speed=3.0 / MINUTE))
    assert 0.20 < outcome.measures["residual_solvent"] < 0.25
    assert outcome.measures["web_exit_temperature"] == pytest.approx(298.15, abs=1.0)
    assert outcome.measures["speed_cap"] > 3.0 / MINUTE


def test_speed_above_the_cap_is_said():
    """A web that fills the exhaust beyond its share of the flammable limit carries a flag."""
    outcome = dry(Predrying(zone_air=0.02, **OVEN), web())
    assert outcome.measures["speed_cap"] < 4.0 / MINUTE
    assert outcome.flags == ("above speed cap: predrying",)


@pytest.mark.parametrize("change", [{"zone_1": 378.15}, {"zone_3": 408.15}, {"dry_diffusivity": 1e-14}])
def test_more_heat_and_faster_diffusion_dry_more(change):
    """A hotter zone or a more open film leaves less solvent."""
    base, more = (dry(Predrying(**(OVEN | one)), web()).measures["residual_solvent"] for one in ({}, change))
    assert more < base


def test_harder_jets_help_only_where_the_air_is_the_limit():
    """From 30 to 60 W/m2K a fast, wet web gains points of solvent and a slow, dry one next to nothing."""
    gains = []
    for speed in (1.0, 12.0):
        left = [
            dry(Predrying(**(OVEN | {"heat_transfer": one})), web(speed=speed / MINUTE)).measures["residual_solvent"]
            for one in (30.0, 60.0)
        ]
        gains.append(left[0] - left[1])
    assert gains[1] > 10.0 * gains[0] > 0.0


zone = st.just(298.15) | st.floats(293.15, 523.15)


@settings(max_examples=60, deadline=None)
@given(
    zones=st.tuples(zone, zone, zone, zone),
    thickness=st.floats(1e-6, 60e-6),
    speed=st.floats(0.005, 1.0),
    solids=st.floats(0.02, 1.0),
    solvent=st.sampled_from(sorted(SOLVENTS)),
    elapsed=st.none() | st.floats(0.0, 1e5),
)
def test_balances(zones, thickness, speed, solids, solvent, elapsed):
    """Solvent is in the film or in the air, web in the lot or in the scrap, and no setting breaks the solver."""
    stage = Predrying(solvent=solvent, **dict(zip(("zone_1", "zone_2", "zone_3", "zone_4"), zones, strict=True)))
    lot = web(thickness, speed, solids)
    outcome = dry(stage, lot, Visit(elapsed=elapsed))
    assert outcome.lot.mass + sum(outcome.losses.values()) == pytest.approx(lot.mass, rel=1e-9)
    assert outcome.lot.length + sum(outcome.scrap.values()) == pytest.approx(lot.length, rel=1e-9)
    assert all(isfinite(one) for one in outcome.measures.values())
    assert "not converged: predrying" not in outcome.flags
    known = outcome.lot.properties
    assert 0.0 <= known["solvent_mass"] <= lot.properties["solvent_mass"]
    web_mass = known["solvent_mass"] + known["solids_mass"] + 40.0 * outcome.lot.length / lot.length
    assert web_mass == pytest.approx(outcome.lot.mass, rel=1e-9)


def test_stop_costs_what_stood_in_the_dryer():
    """A web that stops in the dryer loses the path's length."""
    outcome = dry(Predrying(**IMIDE), web(), Visit(elapsed=600.0, stopped=900.0))
    assert outcome.scrap == {"stopped in dryer": 40.0}
    assert outcome.losses["overdried web"] > 0.0


def test_repeatable_and_only_temperature_scatters():
    """The same lot dries alike twice; two lots differ by their air temperature alone."""
    quiet = Predrying(**IMIDE)
    noisy = Predrying(**(IMIDE | {"temperature_sd": 1.0}))
    other = web()._replace(number=2)
    assert dry(noisy, web()) == dry(noisy, web())
    assert dry(quiet, web()).measures == dry(quiet, other).measures
    assert dry(noisy, web()).measures != dry(noisy, other).measures
    assert dry(quiet, web()).measures.keys() == Predrying.measures.keys()


def lanes(shares):
    return {f"lane_{number}": share for number, share in enumerate(shares, 1)}


def test_thick_lanes_keep_more():
    """Residual solvent rises from the thinnest lane to the thickest, and its mean is what the mass says."""
    lot = web()
    lot = lot.becoming(lanes((0.96, 0.98, 1.0, 1.02, 1.04)))
    outcome = dry(Predrying(**OVEN), lot)
    known, measures = outcome.lot.properties, outcome.measures
    left = [measures[f"residual_solvent_lane_{number}"] for number in range(1, 6)]
    assert left == sorted(left)
    assert (left[0], left[-1]) == (measures["residual_solvent_min"], measures["residual_solvent_max"])
    held = known["solvent_mass"] / (known["solvent_mass"] + known["solids_mass"])
    assert measures["residual_solvent"] == pytest.approx(held, rel=1e-9)
    for share, kept in zip((0.96, 1.04), (left[0], left[-1]), strict=True):
        alone = dry(Predrying(**OVEN), web(20e-6 * share)).measures["residual_solvent"]
        assert kept == pytest.approx(alone, rel=2e-3)


def test_even_lanes_are_one():
    """Five equal lanes dry as a web without lanes does."""
    even = dry(Predrying(**OVEN), web().becoming(lanes([1.0] * 5))).measures
    assert even["residual_solvent_max"] == pytest.approx(even["residual_solvent_min"], rel=1e-12)
    alone = dry(Predrying(**OVEN), web()).measures
    assert even["residual_solvent"] == pytest.approx(alone["residual_solvent"], rel=1e-9)
    for measures in (even, alone):
        assert measures["residual_solvent_lane_3"] == pytest.approx(measures["residual_solvent"], rel=1e-12)


def test_dryer_begins_the_cure():
    """Ten minutes at 100 and ten at 120 degC bring the patent's epoxy to 0.050; no epoxy, no conversion."""
    film = adhesive().becoming({"reactive_share": 6.5 / 26.5})
    outcome = dry(Predrying(temperature_sd=0.0), film)
    assert outcome.measures["conversion"] == pytest.approx(0.050, abs=5e-4)
    assert outcome.lot.properties["conversion"] == outcome.measures["conversion"]
    assert dry(Predrying(), adhesive()).measures["conversion"] == 0.0


def test_air_for_a_quarter_of_the_flammable_limit():
    """20 um at 3 m/min and 15 % solids of a web 0.5 m wide send 13.8 kg/h of NMP to the exhaust."""
    lot = web(speed=3.0 / MINUTE)
    stage = Predrying(**(OVEN | {"zones": 1.0, "zone_length": 40.0, "zone_1": 453.15}))
    measures = dry(stage, lot.becoming({"coated_width": 0.5})).measures
    assert 3600.0 * measures["solvent_to_exhaust"] == pytest.approx(13.8, rel=0.01)  # less what stays in the film
    assert 3600.0 * measures["safe_air"] == pytest.approx(800.0, rel=0.012)
    assert measures["speed_cap"] / (3.0 / MINUTE) == pytest.approx(stage.zone_air / measures["safe_air"], rel=1e-9)


def test_twice_as_fine_is_the_same():
    """Grid and steps twice as fine move the residual solvent of the default film by less than 0.1 %."""
    default = {"zone_1": 353.15, "zone_2": 353.15, "zone_3": 298.15, "zone_4": 298.15, **IMIDE}
    usual, fine = (
        dry(Predrying(refinement=one, **default), web(speed=3.0 / MINUTE)).measures["residual_solvent"]
        for one in (1.0, 2.0)
    )
    assert usual != fine
    assert usual == pytest.approx(fine, rel=1e-3)


def test_profiles_end_where_the_measures_are():
    """Along the dryer solvent falls, the surface is drier than the foil, and the end is what run says."""
    stage, lot = Predrying(**OVEN), web()
    mean, foil, surface, warm = stage.profiles(lot, Visit(), Draws(1, 0, "predrying", lot.number))
    measures = dry(stage, lot).measures
    assert mean.points[0] == 0.0
    assert mean.points[-1] == pytest.approx(12.0)
    assert mean.values[-1] == pytest.approx(measures["residual_solvent"], rel=1e-9)
    assert list(mean.values) == sorted(mean.values, reverse=True)
    assert all(top <= below + 1e-12 for top, below in zip(surface.values, foil.values, strict=True))
    assert warm.values[-1] == pytest.approx(measures["web_exit_temperature"])


def test_no_solution_is_said(monkeypatch):
    """A film that the solver gives up carries the flag, and its measures are numbers."""
    monkeypatch.setattr("twin.stages.predrying.TOLERANCE", 1e-300)
    outcome = dry(Predrying(**OVEN), web())
    assert "not converged: predrying" in outcome.flags
    assert all(isfinite(one) for one in outcome.measures.values())


@pytest.mark.parametrize(
    ("change", "sign"), [({"speed": 4.4 / MINUTE}, 1), ({"thickness": 21e-6}, 1), ({"solids": 0.16}, -1)]
)
def test_slower_and_thinner_is_drier(change, sign):
    """A faster or a thicker web keeps more; one of more solids brings less."""
    base, other = (dry(Predrying(**OVEN), web(**one)).measures["residual_solvent"] for one in ({}, change))
    assert (other - base) * sign > 0.0
