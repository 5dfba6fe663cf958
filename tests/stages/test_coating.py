"""Laws of coating: what goes in comes out, and the die's window."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.draws import Draws
from twin.material import Lot
from twin.polymer.ageing import varnish_conversion
from twin.polymer.solvents import AMBIENT, SOLVENTS
from twin.stage import WEB, Visit
from twin.stages.coating import Coating

SCATTERS = (
    "solids_sd", "viscosity_sigma", "speed_sd", "thickness_sd", "profile_sd", "along_sd", "carrier_roughness_sigma",
)  # fmt: skip
EVEN = dict.fromkeys(SCATTERS, 0.0)
PATENT_SOLIDS = 26.5 / 128.5


def charge(number=1, mass=7.8, solids=PATENT_SOLIDS, viscosity=5.6):
    properties = {"solids": solids, "viscosity": viscosity, "polymer_mass": mass * solids * 20.0 / 26.5}
    return Lot(number, "adhesive_film", "varnish", mass=mass, properties=properties)


def coat(stage=None, lot=None, visit=None, seed=1):
    lot = lot or charge()
    return (stage or Coating(**EVEN)).run(lot, visit or Visit(), Draws(seed, 0, "coating", lot.number))


def test_wet_film_of_example_1():
    """5 um of the patent's film are 28.6027 um of a varnish of 1101.954 kg/m3 and carry 25.0189 g/m2 of dioxolane."""
    measures = coat().measures
    assert measures["wet_thickness"] == pytest.approx(28.6027e-6, rel=1e-5)
    assert measures["varnish_density"] == pytest.approx(1101.954, rel=1e-6)
    assert measures["solvent_load"] == pytest.approx(25.0189e-3, rel=1e-5)
    assert measures["dry_thickness"] == pytest.approx(5e-6, rel=1e-12)


@pytest.mark.parametrize(("capillary", "thinnest"), [(0.5, 59.1318e-6), (0.1, 25.1073e-6)])
def test_low_flow_limit(capillary, thinnest):
    """Under a gap of 200 um the thinnest coating is 59.1318 um at Ca 0.5 and 25.1073 um at Ca 0.1."""
    stage = Coating(gap=200e-6, **EVEN)
    viscosity = capillary * SOLVENTS["1,3-dioxolane"].surface_tension / stage.speed
    outcome = coat(stage, charge(viscosity=viscosity))
    assert outcome.measures["minimum_wet_thickness"] == pytest.approx(thinnest, rel=1e-5)
    assert bool(outcome.flags) == (capillary > 0.3)


def test_low_flow_limit_ends_at_half_the_gap():
    """A thick and fast varnish is coated down to half the gap, whatever the low-flow law says."""
    outcome = coat(Coating(gap=200e-6, **EVEN), charge(viscosity=100.0))
    assert outcome.measures["minimum_wet_thickness"] == pytest.approx(100e-6, rel=1e-12)
    assert outcome.flags == ()


@settings(max_examples=60, deadline=None)
@given(
    mass=st.floats(0.0, 500.0),
    solids=st.floats(0.0, 1.0),
    viscosity=st.floats(0.01, 1000.0),
    seed=st.integers(0, 2**32),
    elapsed=st.none() | st.floats(0.0, 1e5),
)
def test_balances(mass, solids, viscosity, seed, elapsed):
    """Every kilogram goes into the web or into scrap, and every metre that was coated is good or scrap."""
    lot = charge(mass=mass, solids=solids, viscosity=viscosity)
    outcome = coat(Coating(), lot, Visit(elapsed=elapsed), seed)
    fed = lot.mass + sum(outcome.feeds.values())
    assert outcome.lot.mass + sum(outcome.losses.values()) == pytest.approx(fed, rel=1e-9)
    known = outcome.lot.properties
    parts = known["solids_mass"] + known["solvent_mass"] + known["carrier_mass"]
    assert parts == pytest.approx(outcome.lot.mass, rel=1e-9)
    coated = (outcome.lot.length + sum(outcome.scrap.values())) * known["coated_width"]
    assert coated * known["dry_thickness"] * known["film_density"] == pytest.approx(mass * max(solids, 1e-9), rel=1e-9)
    assert outcome.duration >= 0.0


def test_thin_film_is_a_long_film():
    """The charge decides the length: an error of thickness moves metres, not kilograms."""
    thin, thick = (coat(Coating(dry_thickness=one, **EVEN)) for one in (4e-6, 5e-6))
    lengths = [one.lot.length + sum(one.scrap.values()) for one in (thin, thick)]
    assert lengths[0] / lengths[1] == pytest.approx(1.25, rel=1e-9)


def test_restart_costs_a_start():
    """A web break costs one start-up more and leaves only the rest of the time to run."""
    whole, broken = coat(), coat(visit=Visit(elapsed=1000.0, stopped=600.0))
    assert whole.lot.length - broken.lot.length == pytest.approx(Coating().startup_scrap)
    assert broken.duration == pytest.approx(whole.duration - 1000.0)


def test_even_plant_has_no_scatter():
    """With each scatter at zero two rolls are alike."""
    first, second = (coat(Coating(defect_density=0.0, **EVEN), charge(number)) for number in (1, 2))
    assert first.measures == second.measures
    assert first.lot.properties == second.lot.properties


def test_scatters_are_separate():
    """Thickness scatter at zero leaves the draw of web speed as it was."""
    first, second = coat(Coating()), coat(Coating(thickness_sd=0.0))
    assert first.lot.properties["speed"] == second.lot.properties["speed"]
    assert first.measures["dry_thickness"] != second.measures["dry_thickness"]


def test_a_faster_web_is_coated_thinner():
    """The pump gives what it gives: with the speed alone scattering, dry thickness times speed stays the recipe's."""
    stage = Coating(**(EVEN | {"speed_sd": 0.003}))
    rolls = [coat(stage, charge(number)) for number in range(20)]
    assert len({one.lot.properties["speed"] for one in rolls}) == 20
    for one in rolls:
        laid = one.measures["dry_thickness"] * one.lot.properties["speed"]
        assert laid == pytest.approx(5e-6 * stage.speed, rel=1e-12)


def test_scatter_of_thickness():
    """Dry thickness scatters as pump, speed and solids figure together do: 1.8 % for the adhesive film."""
    thicknesses = [coat(Coating(), charge(number)).measures["dry_thickness"] / 5e-6 for number in range(400)]
    spread = (sum((one - 1.0) ** 2 for one in thicknesses) / 400) ** 0.5
    assert spread == pytest.approx((0.01**2 + 0.003**2 + (0.003 / PATENT_SOLIDS * 1.05) ** 2) ** 0.5, rel=0.15)


def test_defects_grow_outside_the_window():
    """A bead pulled thinner than it bridges tears: the same film under a wide gap has more defects."""
    narrow, wide = (
        sum(coat(Coating(gap=gap, **EVEN), charge(number)).measures["defects"] for number in range(50))
        for gap in (50e-6, 100e-6)
    )
    assert wide > 5.0 * narrow > 0.0


def test_copper_foil_weighs_what_it_weighs():
    """18 um of copper weigh 161 g/m2."""
    outcome = coat(Coating(carrier="copper foil", carrier_thickness=18e-6, **EVEN))
    length = outcome.lot.length + sum(outcome.scrap.values())
    assert outcome.feeds["copper foil"] / (length * 0.5) == pytest.approx(0.16128)


def test_repeatable():
    """A stage is a function of lot, visit and draws."""
    assert coat(Coating()) == coat(Coating())
    assert coat(Coating()).measures.keys() == Coating.measures.keys()


def test_lanes_are_even_on_the_mean():
    """The lanes' mean is the dry thickness, and the thickest lane is the thickest of them."""
    known = coat(Coating()).lot.properties
    shares = [known[f"lane_{number}"] for number in range(1, 6)]
    assert sum(shares) / 5.0 == pytest.approx(1.0, rel=1e-12)
    assert known["thickest_lane"] == pytest.approx(max(shares) * known["dry_thickness"], rel=1e-12)


def test_bow_is_all_that_a_steady_die_leaves():
    """Without scatter a bow of 1 % lays the middle lane 0.64 % thicker than the outer ones; no bow, no lanes."""
    bowed, flat = (coat(Coating(profile_bow=one, **EVEN)).lot.properties for one in (0.01, 0.0))
    assert bowed["lane_3"] - bowed["lane_1"] == pytest.approx(0.0064, rel=0.01)
    assert {flat[f"lane_{number}"] for number in range(1, 6)} == {1.0}


def test_wander_has_the_deviation_that_was_set():
    """Along long rolls the thickness scatters as set, and its top lies on the roll."""
    rolls = [coat(Coating(along_reach=5.0), charge(number, mass=20.0)) for number in range(200)]
    squares = [one.measures["along_sd"] ** 2 for one in rolls]
    assert (sum(squares) / 200) ** 0.5 == pytest.approx(0.01, rel=0.05)
    assert all(0.0 < one.measures["thickest_place"] < one.lot.length for one in rolls)


def test_viscosity_is_the_lots_own_but_for_the_die():
    """Without scatter at the die the capillary number is the lot's viscosity times speed over surface tension."""
    outcome = coat(lot=charge(viscosity=5.0))
    tension = SOLVENTS["1,3-dioxolane"].surface_tension
    assert outcome.measures["capillary"] == pytest.approx(5.0 * Coating().speed / tension, rel=1e-12)


def test_streaks_are_their_share_of_the_defects():
    """A fifth of the defects are streaks, and their mean number is the density times the area."""
    rolls = [coat(Coating(), charge(number)).measures for number in range(300)]
    defects, streaks = (sum(one[name] for one in rolls) for name in ("defects", "streaks"))
    assert streaks / defects == pytest.approx(0.2, abs=0.03)
    assert defects / sum(one["coat_area"] for one in rolls) >= 0.045


def test_solvent_to_the_dryer():
    """What the coater lays in solvent a second is what the lot brings in it over the time of the pass."""
    outcome = coat()
    rate = outcome.measures["solvent_rate"]
    assert rate * outcome.duration == pytest.approx(7.8 * (1.0 - PATENT_SOLIDS), rel=1e-9)


def test_rolls_of_one_reel_share_its_roughness():
    """Where the web is counted, rolls of 500 m from reels of 2000 m have four by four the same foil under them."""
    stage = Coating(carrier_length=2000.0)
    rolls = [coat(stage, charge(number), Visit(counted={WEB: 500.0 * number + 1.0})) for number in range(12)]
    rough = [one.lot.properties["carrier_roughness"] for one in rolls]
    assert [len(set(rough[first : first + 4])) for first in (0, 4, 8)] == [1, 1, 1]
    assert len(set(rough)) == 3
    assert len({coat(stage, charge(number)).lot.properties["carrier_roughness"] for number in range(12)}) == 12


@pytest.mark.parametrize("reel", [400.0, 1000.0, 3000.0])
def test_a_splice_comes_with_each_reel(reel):
    """Over many rolls in a row as many splices are cut out as reels have ended."""
    stage, begun, scrap = Coating(carrier_length=reel, join_failure=0.0, **EVEN), 0.0, 0.0
    for number in range(30):
        outcome = coat(stage, charge(number), Visit(counted={WEB: begun}))
        begun += outcome.lot.length + sum(outcome.scrap.values())
        scrap += outcome.scrap.get("splice", 0.0)
    assert scrap == pytest.approx(3.0 * (begun // reel))


def test_a_join_that_parts_costs_a_start():
    """Each splice that parts is made twice, and the coating started anew; by default it is one in fifty."""
    whole, parted = (
        coat(Coating(carrier_length=400.0, join_failure=share, **EVEN), visit=Visit(counted={WEB: 399.0}))
        for share in (0.0, 1.0)
    )
    splices = whole.scrap["splice"] / 3.0
    assert splices >= 1.0
    assert parted.scrap["splice"] == pytest.approx(2.0 * whole.scrap["splice"])
    assert parted.scrap["start-up"] - whole.scrap["start-up"] == pytest.approx(15.0 * splices)
    often = [coat(Coating(carrier_length=400.0), charge(number), Visit(counted={WEB: 1.0})) for number in range(500)]
    starts = sum(one.scrap["start-up"] / 15.0 - 1.0 for one in often)
    assert 0.005 < starts / sum(int(one.scrap.get("splice", 0.0) / 3.0) for one in often) < 0.05


def test_a_wait_begins_the_cure():
    """The epoxy of a varnish reacts while it waits, and the web takes that conversion to the dryer."""
    lot = charge().becoming({"reactive_share": 6.5 / 26.5})
    fresh, old = (coat(lot=lot, visit=Visit(waited=days * 86400.0)).lot.properties["conversion"] for days in (0.0, 6.0))
    assert fresh == 0.0
    assert old == pytest.approx(varnish_conversion(6.0 * 86400.0, AMBIENT, 0.05, 0.0), rel=0.02)
    assert "conversion" not in coat().lot.properties


@pytest.mark.parametrize(
    ("told", "days"), [({}, 7.0), ({"residual_acid": 0.01}, 3.5), ({"varnish_life": 2e5}, 2e5 / 86400.0)]
)
def test_a_varnish_past_its_life_is_marked(told, days):
    """At the die a varnish that has waited longer than it lives is marked; its acid, or its own word, says how long."""
    before, after = (
        coat(lot=charge().becoming(told), visit=Visit(waited=share * days * 86400.0)) for share in (0.99, 1.01)
    )
    assert "varnish past its life" not in before.flags
    assert "varnish past its life" in after.flags


def test_defects_count_by_the_area():
    """A bead torn by a gap too wide leaves more defects on a square metre than the limit of both products lets pass."""
    narrow, wide = (coat(Coating(gap=gap, **EVEN)).measures for gap in (50e-6, 90e-6))
    assert narrow["defects_per_area"] == narrow["defects"] / narrow["coat_area"]
    assert narrow["defects_per_area"] < 0.25 < wide["defects_per_area"]
