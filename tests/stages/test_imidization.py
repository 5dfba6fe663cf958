"""Laws of imidization: the patent's programme, the ceiling of the anhydride, storage, and what every stage promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.draws import Draws
from twin.material import Lot
from twin.stage import Outcome, Visit
from twin.stages.imidization import Imidization

# Polyamic acid of JP 2003-027014, Example 1: 0.112 mol of each monomer in 263 g of DMF.
ACID = Lot(
    1,
    material="polyamic_acid",
    mass=0.37600957,
    properties={
        "polymer_mass": 0.11300957,
        "amic_acid": 0.224,
        "solids": 0.30055,
        "viscosity": 150.0,
        "molar_mass_w": 80.0,
        "molar_mass_n": 40.0,
        "repeat_unit_acid": 1.009014,
        "repeat_unit_imide": 0.97298344,
        "water_mass": 0.0,
    },
)
CALM = {"time_spread": 0.0, "temperature_sd": 0.0, "anhydride_sd": 0.0, "water_sigma": 0.0, "chain_loss_sd": 0.0}
LAB = {**CALM, "water": 0.0, "loss_share": 0.0, "chain_loss": 0.0, "heating_time": 0.0, "cooling_time": 0.0}

AT_ONCE = Visit()


def made(lot: Lot = ACID, number: int = 1, visit: Visit = AT_ONCE, **changes: object) -> Outcome:
    stage = Imidization(**changes)  # type: ignore[arg-type] # a test names any setting
    return stage.run(lot, visit, Draws(12, source=stage.name, number=number, attempt=visit.attempt))


def test_chains_lose_up_to_three_percent_alike_likely():
    """Attack takes between nothing and 3 % of the molar mass, each quarter of that as often; scatter 0 takes 1.5 %."""
    whole = made(**CALM, chain_loss=0.0).lot.properties["molar_mass_n"]
    still = made(**CALM).lot.properties["molar_mass_n"]
    scatter = {name: value for name, value in CALM.items() if name != "chain_loss_sd"}
    losses = [1.0 - made(number=number, **scatter).lot.properties["molar_mass_n"] / whole for number in range(400)]
    assert still == pytest.approx(0.985 * whole, rel=1e-12)
    assert 0.0 <= min(losses) < 0.001
    assert 0.029 < max(losses) < 0.0302
    assert np.histogram(losses, bins=4, range=(0.0, 0.0302))[0] == pytest.approx(100, abs=27)


def test_after_thirty_minutes_at_room_temperature():
    """30 min at 25 degC leave 0.857 amic acid, 0.122 imide and 0.021 isoimide."""
    measures = made(**LAB, hold_time=0.0).measures
    assert measures["amic"] == pytest.approx(0.857, abs=5e-4)
    assert measures["imide"] == pytest.approx(0.122, abs=5e-4)
    assert measures["isoimide"] == pytest.approx(0.021, abs=5e-4)


@pytest.mark.parametrize(
    ("minutes", "celsius", "amic", "imide", "isoimide"),
    [(60, 100, 0.0, 0.9991, 0.0009), (20, 100, 0.0005, 0.969, 0.031), (60, 80, 0.0005, 0.940, 0.059),
     (60, 60, 0.065, 0.811, 0.124)],
)  # fmt: skip
def test_after_the_programme(minutes, celsius, amic, imide, isoimide):
    """The patent's programme ends at 0.9991 imide; shorter or cooler ones stop where the kinetics say."""
    measures = made(**LAB, hold_time=60.0 * minutes, hold_temperature=celsius + 273.15).measures
    assert measures["imide"] == pytest.approx(imide, abs=5e-4 if imide < 0.99 else 5e-5)
    assert measures["isoimide"] == pytest.approx(isoimide, abs=5e-4)
    assert measures["amic"] == pytest.approx(amic, abs=5e-4)


def test_reagents_of_the_patent():
    """P8: 45 g of anhydride and 26 g of picoline; 26.903 g of acid form and 22.132 g of anhydride are left."""
    end = made(**LAB)
    assert end.feeds["acetic anhydride"] == pytest.approx(0.045, rel=1e-5)
    assert end.feeds["beta-picoline"] == pytest.approx(0.026, rel=1e-5)
    assert end.lot.properties["acid_mass"] == pytest.approx(0.026903, rel=2e-5)
    assert end.lot.properties["anhydride_left"] == pytest.approx(0.022132, rel=2e-5)
    assert end.lot.properties["polymer_mass"] == pytest.approx(0.108974, rel=1e-5)


@given(equivalents=st.floats(0.0, 1.5), water=st.floats(0.0, 0.02), hours=st.floats(0.0, 20.0))
@settings(max_examples=40, deadline=None)
def test_ceiling_and_sum(equivalents, water, hours):
    """Imide, isoimide and amic acid are 1 together, and no more closes than dry anhydride allows."""
    stage = {**LAB, "anhydride_equivalents": equivalents, "water": water, "hold_time": 3600.0 * hours}
    end = made(**stage)
    shares = [end.measures[name] for name in ("imide", "isoimide", "amic")]
    assert sum(shares) == pytest.approx(1.0, abs=1e-12)
    assert min(shares) >= -1e-12
    dry = max(0.0, equivalents * 0.224 - end.feeds["DMF"] * water / 0.01801528)
    assert 1.0 - end.measures["amic"] <= dry / 0.224 + 1e-9


def test_too_little_anhydride_leaves_amic_acid():
    """With 0.95 equivalents 5 % can never close; the patent's hour, in its 551 mL, leaves 0.075 amic, 0.923 imide."""
    same_volume = {"anhydride_equivalents": 0.95, "dilution": 0.30053 + 0.0205 / 0.376}  # DMF for the anhydride
    hour = made(**LAB, **same_volume).measures
    assert [hour["amic"], hour["imide"], hour["isoimide"]] == pytest.approx([0.075, 0.923, 0.003], abs=6e-4)
    end = made(**LAB, anhydride_equivalents=0.95, hold_time=1e6)
    assert end.measures["amic"] == pytest.approx(0.05, abs=1e-4)
    assert "acetic anhydride used up" in end.flags


@pytest.mark.parametrize("base", ["pyridine", "beta-picoline", "isoquinoline", "triethylamine"])
def test_stronger_bases_close_faster(base):
    """Bases rank as their activities do, compared after the first half hour with little of each."""
    order = ["pyridine", "beta-picoline", "isoquinoline", "triethylamine"]
    left = {name: made(**LAB, base=name, hold_time=0.0, base_equivalents=0.1).measures["amic"] for name in order}
    assert all(left[name] >= left[base] for name in order[: order.index(base)])
    assert left["triethylamine"] < left["pyridine"]


def waiting(**changes: object) -> Outcome:
    """A batch of the length and the water at which the decay was measured, P12."""
    solvent = ACID.mass - ACID.properties["polymer_mass"]
    lot = ACID.becoming({"molar_mass_n": 40.0 * ACID.properties["repeat_unit_acid"], "water_mass": 250e-6 * solvent})
    visit = Visit(waited=changes.pop("days", 0.0) * 86400.0)  # type: ignore[operator] # a number
    return made(lot=lot, visit=visit, **LAB, **changes)


def test_storage_of_polyamic_acid():
    """P12: three days at 25 degC leave 0.907084 of Mn and 0.717796 of viscosity, and the rings do not care."""
    fresh, old = (waiting(days=days, storage_temperature=298.15) for days in (0.0, 3.0))
    assert old.measures["imide"] == fresh.measures["imide"]
    kept = old.lot.properties["molar_mass_n"] / fresh.lot.properties["molar_mass_n"]
    assert kept == pytest.approx(0.907084, rel=1e-5)
    assert old.measures["viscosity"] / fresh.measures["viscosity"] == pytest.approx(0.717796, rel=1e-5)
    assert old.flags == ("polyamic acid held too long",)


@pytest.mark.parametrize(
    ("celsius", "days"), [(30.0, 13 / 24), (25.0, 22 / 24), (15.0, 67 / 24), (5.0, 9.3), (-12.0, 87.0)]
)
def test_time_to_a_tenth_of_viscosity(celsius, days):
    """Viscosity has fallen by 10 % after 13 h at 30 degC, 22 h at 25, 67 h at 15, 9.3 d at 5 and 87 d at -12."""
    fresh, old = (waiting(days=age, storage_temperature=celsius + 273.15) for age in (0.0, days))
    assert old.measures["viscosity"] / fresh.measures["viscosity"] == pytest.approx(0.9, abs=0.004)


@given(days=st.floats(0.0, 30.0), more=st.floats(0.1, 10.0), warmer=st.floats(1.0, 25.0))
@settings(max_examples=20, deadline=None)
def test_storage_only_shortens(days, more, warmer):
    """Chains get shorter with each day and with each kelvin of storage, and do not without water."""
    now, later, warm = (
        waiting(days=age, storage_temperature=at).lot.properties["molar_mass_n"]
        for age, at in ((days + 0.1, 278.15), (days + 0.1 + more, 278.15), (days + 0.1, 278.15 + warmer))
    )
    assert later < now > warm
    dry = made(visit=Visit(waited=days * 86400.0), **LAB).lot.properties["molar_mass_n"]
    assert dry == made(**LAB).lot.properties["molar_mass_n"]


def test_storage_outside_the_fit_is_marked():
    """Storage far from the temperatures of the fit marks the lot, and only if it lasted."""
    assert "extrapolated: storage of polyamic acid" in waiting(days=1.0, storage_temperature=318.15).flags
    assert waiting(days=0.0, storage_temperature=318.15).flags == ()


def test_the_hottest_leg_counts():
    """A programme is doubted by its hottest leg, and its dope is as thin as at that, whatever the usual hold says."""
    hot, cool = (made(**CALM, programme=((3600.0, at), (3600.0, 323.15))) for at in (398.15, 373.15))
    assert "extrapolated: imidization, hot" in hot.flags
    assert "extrapolated: imidization, hot" not in cool.flags
    thinner = [one.measures["hot_viscosity"] / one.measures["viscosity"] for one in (hot, cool)]
    usual = made(**CALM, hold_temperature=398.15)
    assert thinner[0] < thinner[1]
    assert thinner[0] == pytest.approx(usual.measures["hot_viscosity"] / usual.measures["viscosity"], rel=1e-9)


def test_a_programme_of_its_own():
    """Any programme of legs replaces the usual one; the usual one written as legs gives the same."""
    same = ((1800.0, 298.15), (1980.0, 373.15), (3600.0, 373.15), (2376.0, 298.15))
    usual, own = made(**CALM), made(**CALM, programme=same)
    assert own.measures == usual.measures
    assert own.duration == pytest.approx(usual.duration)
    gentle = made(**CALM, programme=((7200.0, 323.15), (3600.0, 353.15)))
    assert gentle.duration == pytest.approx(1080.0 + 10800.0)
    assert 0.5 < gentle.measures["imide"] < usual.measures["imide"]


def test_viscosity_of_the_dope():
    """Diluted to 20.18 % the 150 Pa*s of Example 1 are 25 at 25 degC and 1.9 at 100 degC."""
    thinned = {**LAB, "anhydride_equivalents": 0.0, "base_equivalents": 0.0, "dilution": 0.30055 / 0.2018 - 1.0}
    measures = made(**thinned).measures
    assert measures["viscosity"] == pytest.approx(25.0, rel=0.01)
    assert measures["hot_viscosity"] == pytest.approx(1.87, rel=0.01)


def test_profiles_end_where_the_stage_ends():
    """The course of the rings begins with amide acid alone and ends at the measures of the same batch."""
    end = made()
    stage = Imidization()
    shown = {one.name: one for one in stage.profiles(ACID, AT_ONCE, Draws(12, source=stage.name, number=1))}
    assert set(shown) == {"temperature", "amic acid", "imide", "isoimide"}
    assert shown["amic acid"].values[0] == 1.0
    assert shown["imide"].values[-1] == pytest.approx(end.measures["imide"], abs=1e-6)
    assert shown["temperature"].points[-1] == pytest.approx(1800.0 + 1980.0 + 3600.0 + 2376.0)
    assert all(np.diff(one.points).min() > 0.0 for one in shown.values())
    assert stage.profiles(Lot(1), AT_ONCE, Draws(1)) == ()
    steep = Imidization(**LAB).profiles(ACID, AT_ONCE, Draws(12, number=1))[2]
    assert steep.values[-1] == pytest.approx(made(**LAB).measures["imide"], abs=1e-6)


def test_closed_rings_do_not_thin_the_dope():
    """Chains of equal length are equally viscous, open or closed: only the solids count."""
    end = made(**LAB)
    expected = 150.0 * (end.measures["solids"] / 0.30055) ** 4.5
    assert end.measures["viscosity"] == pytest.approx(expected, rel=1e-6)


def test_heat_of_ring_closure():
    """The rise is heat times rings over heat capacity: 0.224 mol of 20 kJ in 0.447 kg of liquor."""
    capacity = 0.447 * 2050.0 + 0.11301 * 1300.0
    assert made(**LAB).measures["closing_rise"] == pytest.approx(0.224 * 20e3 / capacity, rel=1e-4)
    assert made(**LAB, anhydride_equivalents=0.0).measures["closing_rise"] == 0.0


@given(hours=st.floats(0.0, 2.0), celsius=st.floats(20.0, 110.0))
@settings(max_examples=30, deadline=None)
def test_longer_and_warmer_closes_more(hours, celsius):
    """Imide rises with the time and with the temperature of the hold, and no hold at all is where it starts."""
    now, longer, warmer = (
        made(**LAB, hold_time=3600.0 * time, hold_temperature=at + 273.15).measures
        for time, at in ((hours, celsius), (hours + 0.5, celsius), (hours, celsius + 10.0))
    )
    assert longer["imide"] >= now["imide"] - 1e-9
    assert warmer["imide"] >= now["imide"] - 1e-9
    assert longer["amic"] <= now["amic"] >= warmer["amic"]


def test_limits_of_the_rings():
    """Without time, amine or rate no ring closes; with much of both all do, and with a fast turn none is isoimide."""
    none = ({"stir_time": 0.0, "hold_time": 0.0}, {"base_equivalents": 0.0}, {"closing": 0.0})
    assert [made(**LAB | one).measures["amic"] for one in none] == [1.0, 1.0, 1.0]
    long = made(**LAB, hold_time=3.6e7).measures
    assert (long["amic"], long["isoimide"], long["imide"]) == pytest.approx((0.0, 0.0, 1.0), abs=1e-9)
    assert made(**LAB, hold_time=600.0, turning=1e-2).measures["isoimide"] == pytest.approx(0.0, abs=1e-4)
    assert made(**LAB, hold_time=600.0, direct=1.0).measures["isoimide"] == pytest.approx(0.0, abs=1e-12)


def test_ramps_help():
    """The plant's ramps close more rings than the laboratory's steps."""
    assert made(**CALM).measures["imide"] > made(**LAB).measures["imide"] > 0.999


def test_poor_batch_comes_back():
    """A batch that was held too short repeats the hot hold, takes no reagents, and improves."""
    first = made(**CALM, hold_time=300.0, heating_time=0.0, cooling_time=0.0)
    again = made(lot=first.lot, visit=Visit(attempt=1), **CALM)
    assert not again.feeds
    assert again.lot.mass == first.lot.mass
    assert again.measures["imide"] > 0.999 > first.measures["imide"]
    assert again.lot.properties["molar_mass_n"] == pytest.approx(
        first.lot.properties["molar_mass_n"]
        * again.lot.properties["polymer_mass"]
        / first.lot.properties["polymer_mass"]
    )
    assert again.duration == pytest.approx(1980.0 + 3600.0 + 2376.0)


@given(number=st.integers(0, 10**6), share=st.floats(0.01, 1000.0), waited=st.floats(0.0, 1e7))
@settings(max_examples=30, deadline=None)
def test_mass_balance(number, share, waited):
    """What came and was fed is in the vessel or lost, whatever closed."""
    scaled = {name: value * share if "mass" in name and "molar" not in name else value
              for name, value in ACID.properties.items()}  # fmt: skip
    lot = ACID._replace(mass=ACID.mass * share, properties=scaled | {"amic_acid": 0.224 * share})
    end = made(lot=lot, number=number, visit=Visit(waited=waited))
    assert end.lot.mass + sum(end.losses.values()) == pytest.approx(lot.mass + sum(end.feeds.values()), rel=1e-9)
    parts = ("polymer_mass", "base_mass", "acid_mass", "anhydride_left")
    assert sum(end.lot.properties[name] for name in parts) < end.lot.mass


def test_same_draws_same_batch_and_no_scatter_one_batch():
    """A batch is a function of lot, visit and draws; with all scatter set to 0 every batch is the same."""
    assert made(number=3) == made(number=3)
    assert made(number=3).measures != made(number=4).measures
    assert made(number=3, **CALM).measures == made(number=4, **CALM).measures
    assert made(number=3, **CALM).duration == made(number=4, **CALM).duration


def test_interrupted_batch_goes_on():
    """After a stop the rest of the time is left, and the rings went on closing in the standing vessel."""
    whole, rest = made(hold_time=600.0), made(visit=Visit(elapsed=4000.0, stopped=7200.0), hold_time=600.0)
    assert rest.duration == pytest.approx(whole.duration - 4000.0)
    assert rest.measures["imide"] > whole.measures["imide"]


def test_empty_vessel():
    """Nothing in, nothing out, and no error."""
    end = made(lot=Lot(1))
    assert end.lot.mass == 0.0
    assert np.isfinite(list(end.measures.values())).all()
    assert set(end.measures) == set(Imidization.measures)
