"""Laws of precipitation: washing, diffusion out of a cylinder, glass transition, and what every stage promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.draws import Draws
from twin.material import Lot
from twin.stage import Outcome, Visit
from twin.stages.precipitation import Precipitation

# Dope of JP 2003-027014, Example 1, after imidization.
DOPE = Lot(
    1,
    material="dope",
    mass=0.560009,
    properties={
        "polymer_mass": 0.108974,
        "amic_acid": 0.224,
        "acid_mass": 0.026903,
        "base_mass": 0.026,
        "anhydride_left": 0.022132,
        "molar_mass_w": 77.0,
        "molar_mass_n": 38.5,
        "repeat_unit_imide": 0.97298344,
        "glass_transition_dry": 463.15,
        "viscosity": 21.0,
    },
)
CALM = {"grain_sigma": 0.0, "dry_temperature_sd": 0.0, "transfer_loss_sd": 0.0, "time_spread": 0.0}
PATIENT = {**CALM, "contact_time": 1e7}
AT_ONCE = Visit()


def made(lot: Lot = DOPE, number: int = 1, visit: Visit = AT_ONCE, **changes: object) -> Outcome:
    stage = Precipitation(**changes)  # type: ignore[arg-type] # a test names any setting
    return stage.run(lot, visit, Draws(13, source=stage.name, number=number, attempt=visit.attempt))


def test_cross_current_washing():
    """P9: four washes of 10 kg on a cake that holds 3 kg leave 0.00283604, if each has time."""
    assert made(**PATIENT).measures["wash_residue"] == pytest.approx(0.00283604, rel=1e-5)


def test_counter_current_washing():
    """Counter-current the same residue takes 12.1 kg instead of 40 kg of methanol; one stage leaves 1/(R + 1)."""
    against = made(**PATIENT, washing="counter-current", wash_methanol=12.1)
    assert against.measures["wash_residue"] == pytest.approx(0.0028, abs=1e-4)
    spared = made(**PATIENT).feeds["methanol"] - against.feeds["methanol"]
    assert spared == pytest.approx((40.0 - 12.1) * 0.108974)
    single = made(**PATIENT, washing="counter-current", wash_methanol=6.0, washes=1.0)
    assert single.measures["wash_residue"] == pytest.approx(1.0 / 3.0)


def test_diffusion_out_of_a_cylinder_in_washing():
    """P10: at a Fourier number of 0.1 a wash without end leaves 0.394176 in the grains."""
    time = 0.1 * (0.25e-3) ** 2 / 2e-11
    short = made(**CALM, washes=1.0, contact_time=time, wash_methanol=200.0, held=0.05)
    level = 0.05 / 200.05
    assert (short.measures["wash_residue"] - level) / (1.0 - level) == pytest.approx(0.394176, rel=1e-5)


def test_diffusion_out_of_a_cylinder_in_drying():
    """P10 again, of the volatiles in the dryer; two hours of the patent's drying leave 8.6 % of them."""

    def ratio(time: float) -> float:
        dried, wet = (made(**PATIENT, dry_time=seconds).measures["volatiles"] for seconds in (time, 0.0))
        return dried / (1.0 - dried) / (wet / (1.0 - wet))

    assert ratio(0.1 * (0.1e-3) ** 2 / 5e-13) == pytest.approx(0.394176, rel=1e-5)
    assert ratio(7200.0) == pytest.approx(0.086, abs=5e-4)


@given(washes=st.integers(0, 8), minutes=st.floats(1.0, 120.0))
@settings(max_examples=30, deadline=None)
def test_more_washing_and_more_time_leave_less(washes, minutes):
    """Residue falls with each wash and with each minute, and without a wash all stays."""
    few, more, longer = (
        made(**CALM, washes=float(n), contact_time=60.0 * t).measures["wash_residue"]
        for n, t in ((washes, minutes), (washes + 1, minutes), (washes, 1.5 * minutes))
    )
    assert more < few
    assert longer <= few
    assert made(**CALM, washes=0.0).measures["wash_residue"] == 1.0


def test_glass_transition_of_the_patent():
    """The dry powder of Example 1 is below the 200 degC of claim 2; 1 % of volatiles costs about 9 K."""
    dry = made(**PATIENT, dry_time=1e8, soluble_length=0.0).measures["glass_transition"]
    assert dry == pytest.approx(463.15 - 150.0 / 38.5)
    assert 459.25 < made(**PATIENT, dry_time=1e8).measures["glass_transition"] < 463.15
    dry = made(**PATIENT, dry_time=1e8).measures["glass_transition"]
    wet = made(**PATIENT, dry_time=10920.0).measures
    assert dry - wet["glass_transition"] == pytest.approx(9.0 * wet["volatiles"] / 0.01, rel=0.1)


def test_usual_batches_pass():
    """Of 300 batches, yield lies in 93-98 % and volatiles miss 1 % in less than 1 %."""
    ends = [made(number=number) for number in range(300)]
    assert all(0.93 < end.measures["yield"] < 0.99 for end in ends)
    assert np.mean([end.measures["volatiles"] > 0.01 for end in ends]) < 0.01


def test_too_little_methanol_makes_lumps():
    """Below 2.5 kg of methanol per dope washing suffers, and the lot says so."""
    scant = made(**CALM, methanol_ratio=1.5)
    assert scant.measures["wash_residue"] > made(**CALM).measures["wash_residue"]
    assert scant.flags == ("extrapolated: too little methanol",)


def test_quench_of_the_anhydride():
    """22.132 g of anhydride in four times the dope of methanol: 14.3 kJ, 2.1 K, and 16.06 g of methyl acetate."""
    end = made(**CALM)
    assert end.measures["quench_rise"] == pytest.approx(2.1, abs=0.05)
    assert end.losses["methyl acetate liquor"] == pytest.approx(0.022132 / 0.102089 * 0.074079)
    assert made(DOPE.becoming({"anhydride_left": 0.0}), **CALM).losses["methyl acetate liquor"] == 0.0
    steam, cooling = end.utilities["steam_MJ"], end.utilities["cooling_MJ"]
    assert (cooling - steam) * 1e3 == pytest.approx(14.3, abs=0.05)


def test_the_ester_takes_its_methanol():
    """Counted by moles, not by what is left: a mole of anhydride binds one of methanol, which cannot be recovered."""
    with_it, without = (made(DOPE.becoming({"anhydride_left": left}), **CALM) for left in (0.022132, 0.0))
    lost = without.losses["recovered methanol"] - with_it.losses["recovered methanol"]
    assert without.feeds == with_it.feeds
    assert lost == pytest.approx(Precipitation().recovery * 0.022132 / 0.102089 * 0.032042, rel=1e-4)
    all_back = made(**CALM, recovery=1.0)
    bound = all_back.losses["methyl acetate liquor"] / 0.074079 * 0.032042
    swollen = all_back.lot.mass - all_back.lot.properties["polymer_mass"]
    assert all_back.losses["recovered methanol"] == pytest.approx(
        all_back.feeds["methanol"] - bound - swollen, rel=1e-6
    )


def test_steam_of_the_distillation():
    """Sixty kilograms of methanol per kilogram of polyimide at a reflux of 1.5 take 165 MJ of steam."""
    end = made(**CALM, recovery=1.0)
    per_methanol = end.utilities["steam_MJ"] / end.losses["recovered methanol"]
    assert 60.0 * per_methanol == pytest.approx(165.0, rel=0.002)


@pytest.mark.parametrize(("minutes", "left"), [(10.0, 0.23), (30.0, 0.025), (60.0, 0.0009)])
def test_time_to_wash_a_grain(minutes, left):
    """What diffusion keeps in a grain of 0.25 mm is 23 % after 10 min, 2.5 % after 30 and 0.09 % after 60."""
    endless = {**CALM, "washes": 1.0, "wash_methanol": 200.0, "held": 0.05, "contact_time": 60.0 * minutes}
    level = 0.05 / 200.05
    assert (made(**endless).measures["wash_residue"] - level) / (1.0 - level) == pytest.approx(left, rel=0.05)


@pytest.mark.parametrize("way", ["cross-current", "counter-current"])
def test_limits_of_washing(way):
    """Without diffusion all stays; with endless diffusion what equilibrium leaves; counter-current leaves less."""
    assert made(**CALM, washing=way, wash_diffusivity=1e-16).measures["wash_residue"] > 0.99
    assert made(**CALM, washing=way, contact_time=0.0).measures["wash_residue"] == pytest.approx(1.0, rel=1e-12)
    patient = {**PATIENT, "wash_methanol": 6.0, "washes": 3.0}
    same_liquor = made(**{**patient, "wash_methanol": 18.0}, washing="counter-current").measures["wash_residue"]
    assert same_liquor < made(**patient).measures["wash_residue"] == pytest.approx(1.0 / 27.0)


def test_oligomers_leave_and_the_rest_is_longer():
    """Short chains go into the liquor, 0.2-0.8 % of the polymer; what stays counts their units longer on average."""
    for longest in (5.0, 10.0):
        gone = made(**CALM, soluble_length=longest)
        share = gone.losses["oligomers"] / (DOPE.properties["polymer_mass"] * 0.97)
        assert 0.0017 < share < 0.0085
        longer = gone.measures["molar_mass_n"] / 38.5
        assert longer == pytest.approx(1.0 + longest * 0.97298344 / 2.0 / 38.5)
    assert made(**CALM, soluble_length=0.0).losses["oligomers"] == 0.0


def test_amide_acid_closes_in_a_hot_dryer():
    """Amide acid that imidization left closes by heat, gives off its water, and hardly does so far below its glass."""
    poor = DOPE.becoming({"imide": 0.9, "amic": 0.1, "isoimide": 0.0})
    cool, hot, none = (made(poor, **CALM, **change) for change in ({}, {"dry_temperature": 453.15}, {"dry_time": 0.0}))
    assert none.measures["amic_left"] == 0.1 > cool.measures["amic_left"] > hot.measures["amic_left"]
    assert hot.measures["amic_left"] < 1e-3
    assert cool.measures["amic_left"] > 0.05  # a melt would have left 1e-3
    for end in (cool, hot, none):
        known = end.lot.properties
        assert known["imide"] + known["isoimide"] + known["amic"] == pytest.approx(1.0, abs=1e-12)
        water = (0.1 - known["amic"]) * known["amic_acid"] * 0.01801528
        assert known["polymer_mass"] + water == pytest.approx(none.lot.properties["polymer_mass"], rel=1e-12)
        assert end.lot.mass + sum(end.losses.values()) == pytest.approx(poor.mass + sum(end.feeds.values()), rel=1e-9)


@given(hours=st.floats(0.1, 10.0), celsius=st.floats(60.0, 180.0), radius=st.floats(0.1, 0.4))
@settings(max_examples=20, deadline=None)
def test_drying_is_monotone(hours, celsius, radius):
    """Volatiles fall with time and temperature of drying and rise with the grain."""
    dryer = {**CALM, "dry_time": 3600.0 * hours, "dry_temperature": celsius + 273.15, "grain_radius": radius * 1e-3}
    base = made(**dryer).measures["volatiles"]
    assert made(**{**dryer, "dry_time": 4000.0 * hours}).measures["volatiles"] <= base
    assert made(**{**dryer, "dry_temperature": celsius + 283.15}).measures["volatiles"] <= base
    coarse = {**dryer, "grain_radius": radius * 1.1e-3, "contact_time": 1e7}
    assert made(**coarse).measures["volatiles"] >= made(**{**dryer, "contact_time": 1e7}).measures["volatiles"]


def test_profiles_end_where_the_stage_ends():
    """The course of drying starts wet, falls, and ends at the measures of the same batch, a repeated one too."""
    stage = Precipitation()
    first = made()
    again = made(first.lot, visit=Visit(attempt=1))
    for lot, visit, end in ((DOPE, AT_ONCE, first), (first.lot, Visit(attempt=1), again)):
        draws = Draws(13, source=stage.name, number=1, attempt=visit.attempt)
        volatiles, glass = stage.profiles(lot, visit, draws)
        assert volatiles.values[-1] == pytest.approx(end.measures["volatiles"], rel=1e-9)
        assert glass.values[-1] == pytest.approx(end.measures["glass_transition"], rel=1e-9)
        assert max(np.diff(volatiles.values)) < 0.0 < min(np.diff(volatiles.points))


def test_limits_of_drying():
    """Without diffusion nothing dries; with endless diffusion nothing is left."""
    still, gone = (made(**CALM, dry_diffusivity=d).measures["volatiles"] for d in (1e-18, 1e-9))
    assert still == pytest.approx(made(**CALM, dry_time=0.0).measures["volatiles"], rel=5e-3)
    assert gone < 1e-12


def test_drying_in_two_holds_is_drying_in_one():
    """Two holds of three hours leave what one of six leaves: the second goes on, it does not start anew."""
    first = made(**CALM, dry_time=10800.0)
    again = made(first.lot, visit=Visit(attempt=1), **CALM, dry_time=10800.0)
    assert again.measures["volatiles"] == pytest.approx(made(**CALM).measures["volatiles"], rel=1e-9)


def test_wet_powder_is_dried_once_more():
    """A powder that comes back loses volatiles and nothing else."""
    first = made(**CALM, dry_time=3600.0)
    again = made(lot=first.lot, visit=Visit(attempt=1), **CALM)
    assert again.measures["volatiles"] < 0.01 < first.measures["volatiles"]
    assert again.lot.properties["polymer_mass"] == first.lot.properties["polymer_mass"]
    assert again.measures["glass_transition"] > first.measures["glass_transition"]
    assert first.lot.mass == pytest.approx(again.lot.mass + sum(again.losses.values()), rel=1e-12)
    assert again.duration == 21600.0


@given(number=st.integers(0, 10**6), ratio=st.floats(0.5, 10.0), washes=st.integers(0, 6),
       way=st.sampled_from(["cross-current", "counter-current"]))  # fmt: skip
@settings(max_examples=30, deadline=None)
def test_mass_balance(number, ratio, washes, way):
    """Dope and methanol are powder, recovered, fines or waste, and none of them is negative."""
    end = made(number=number, methanol_ratio=ratio, washes=float(washes), washing=way)
    assert end.lot.mass + sum(end.losses.values()) == pytest.approx(DOPE.mass + sum(end.feeds.values()), rel=1e-9)
    assert min(end.losses.values()) >= 0.0
    volatiles = end.measures["volatiles"]
    assert end.lot.mass * (1.0 - volatiles) == pytest.approx(end.lot.properties["polymer_mass"], rel=1e-12)


def test_same_draws_same_batch_and_no_scatter_one_batch():
    """A batch is a function of lot, visit and draws; with all scatter set to 0 every batch is the same."""
    assert made(number=3) == made(number=3)
    assert made(number=3).measures != made(number=4).measures
    assert made(number=3, **CALM).measures == made(number=4, **CALM).measures
    assert made(number=3, **CALM).duration == made(number=4, **CALM).duration


def test_interrupted_batch_goes_on():
    """After a stop the rest of the time is left, and grains that stood lost a little more."""
    whole, rest = made(), made(visit=Visit(elapsed=9000.0, stopped=86400.0))
    assert rest.duration == pytest.approx(whole.duration - 9000.0)
    assert rest.measures["volatiles"] < whole.measures["volatiles"]


def test_empty_vessel():
    """Nothing in, nothing out, and no error."""
    end = made(lot=Lot(1))
    assert end.lot.mass == 0.0
    assert set(end.measures) == set(Precipitation.measures)
    assert np.isfinite(list(end.measures.values())).all()
