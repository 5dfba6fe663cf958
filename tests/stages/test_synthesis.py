"""Laws of synthesis: the patent's masses, the viscosity law, the titrated end point, and what every stage promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.draws import Draws
from twin.material import Lot
from twin.polymer.kinetics import scissions, storage_factor
from twin.polymer.monomers import DIAMINES, SUBSTANCES
from twin.stage import Outcome, Visit
from twin.stages.synthesis import Synthesis

CALM = {
    "diamine_assay_sd": 0.0,
    "dianhydride_assay_sd": 0.0,
    "weighing_sd": 0.0,
    "hydrolysed_sigma": 0.0,
    "water_sigma": 0.0,
    "reading_sd": 0.0,
    "time_spread": 0.0,
}
PURE = {**CALM, "diamine_assay": 1.0, "dianhydride_assay": 1.0, "hydrolysed": 0.0, "water": 0.0, "loss_share": 0.0,
        "diamine_moisture": 0.0}  # fmt: skip
# Polyamic acid of the clad laminate: 6FDA and BPDA with m-tolidine, 20 % in DMF, stopped at 12 Pa*s.
CLAD = {
    "dianhydrides": (("6FDA", 0.5), ("BPDA", 0.5)),
    "diamines": (("m-tolidine", 1.0),),
    "solvent_mass": 232.4,
    "solids": 0.2,
    "end_viscosity": 12.0,
    "viscosity_reference": 12.0,
    "solids_reference": 0.2,
    "molar_mass_reference": 60.0,
    "start_ratio": 0.971,
}

AT_ONCE = Visit()


def made(number: int = 1, visit: Visit = AT_ONCE, lot: Lot | None = None, **changes: object) -> Outcome:
    stage = Synthesis(**changes)  # type: ignore[arg-type] # a test names any setting
    return stage.run(lot or Lot(number), visit, Draws(11, source=stage.name, number=number, attempt=visit.attempt))


def test_patent_masses():
    """P7: 0.112 mol of each monomer in 263 g of DMF are 113.010 g of polyamic acid, 30.055 wt%, 108.974 g of imide."""
    known = made(**PURE, solvent_mass=0.263, start_ratio=1.0, trim_limit=0.0).lot.properties
    assert known["polymer_mass"] == pytest.approx(0.113010, rel=1e-5)
    assert known["solids"] == pytest.approx(0.30055, rel=1e-5)
    rings = known["repeat_unit_imide"] / known["repeat_unit_acid"]
    assert known["polymer_mass"] * rings == pytest.approx(0.108974, rel=1e-5)


def test_viscosity_goes_with_molar_mass_to_the_power_3_4():
    """P6: 10 % more molar mass relative to the reference solution make the solution 1.382723 times as viscous."""
    one = made(**PURE, trim_limit=0.0).measures["viscosity"]
    longer = made(**PURE, trim_limit=0.0, molar_mass_reference=80.0 / 1.1).measures["viscosity"]
    assert longer / one == pytest.approx(1.382723, rel=1e-6)


def test_viscosity_goes_with_solids_to_the_power_4_5():
    """P6: from 30.05 to 29 % solids, with chains of the same length, viscosity falls to 0.852101 of it."""
    # Half a per cent of dead anhydride and fast, irreversible growth make chains that do not know the dilution.
    ends = {**PURE, "hydrolysed": 0.005, "start_ratio": 0.995**2, "trim_limit": 0.0, "rate": 1e6, "equilibrium": 1e15}
    thick, thin = (made(**ends, solids=solids).measures for solids in (0.3005, 0.29))
    assert thick["solids"] == pytest.approx(0.3005, rel=1e-9)
    assert thin["viscosity"] / thick["viscosity"] == pytest.approx(0.852101, rel=1e-5)


@pytest.mark.parametrize("spread", [1.0, 0.5])
def test_mean_number_of_trims(spread):
    """A titrated end point takes 6.6 +- 0.5 trims on average at 0.1-0.2 % of charge error."""
    scatter = {"dianhydride_assay_sd": 0.0015 * spread, "diamine_assay_sd": 0.001 * spread, "hydrolysed_sigma": 0.0}
    trims = [made(number, **scatter).measures["trims"] for number in range(600)]
    assert np.mean(trims) == pytest.approx(6.6, abs=0.5)
    assert 7.0 <= np.percentile(trims, 95) <= 9.0


def test_mean_number_of_trims_with_moist_drums():
    """Drums that were left open scatter the number of trims, and leave its mean where it was."""
    trims = [made(number).measures["trims"] for number in range(600)]
    assert np.mean(trims) == pytest.approx(6.6, abs=0.5)
    assert np.std(trims) > 1.5


def test_purity_shows_as_time_and_not_as_molar_mass():
    """Scatter of the assay moves the number of trims, each half an hour; without trims it would move Mw."""
    assay = {**CALM, "dianhydride_assay_sd": 0.002}
    titrated, blind = ([made(number, **assay, trim_limit=limit) for number in range(100)] for limit in (20.0, 0.0))
    trims = np.array([end.measures["trims"] for end in titrated])
    assert np.std(trims) > 0.8
    np.testing.assert_allclose([end.duration for end in titrated], made(**CALM, trim_limit=0.0).duration + 1800 * trims)
    spread, blindly = (np.std(np.log([end.measures["molar_mass_w"] for end in ends])) for ends in (titrated, blind))
    assert spread < 0.3 * blindly


def test_end_viscosity_lies_in_the_window():
    """Of 600 batches, 95 % end within 15 % of 1500 poise, and fewer than 1 % above 180 Pa*s."""
    ends = np.array([made(number).measures["viscosity"] for number in range(600)])
    assert np.mean(np.abs(ends / 150.0 - 1.0) < 0.15) > 0.95
    assert np.mean(ends > 180.0) < 0.01


def test_clad_resin():
    """The resin of the clad laminate ends inside 7-19 Pa*s with 20 % solids and a repeat unit of 581.5 g/mol."""
    ends = [made(number, **CLAD) for number in range(200)]
    assert np.mean([7.0 < end.measures["viscosity"] < 19.0 for end in ends]) > 0.98
    assert ends[0].measures["solids"] == pytest.approx(0.2, abs=0.003)
    assert ends[0].lot.properties["repeat_unit_acid"] == pytest.approx(0.5 * (0.44424 + 0.294218) + 0.21229)
    assert {"6FDA", "BPDA", "m-tolidine", "DMF"} == set(ends[0].feeds)


@given(off=st.floats(0.001, 0.03), more=st.floats(0.0005, 0.02))
@settings(max_examples=30, deadline=None)
def test_molar_mass_falls_with_distance_from_equimolar(off, more):
    """Mw falls monotonically as the charge leaves equimolarity, on either side."""
    for side in (-1.0, 1.0):
        near, far = (made(**PURE, trim_limit=0.0, start_ratio=1.0 + side * x).measures for x in (off, off + more))
        assert far["molar_mass_w"] < near["molar_mass_w"]
        assert abs(far["stoichiometry"] - 1.0) > abs(near["stoichiometry"] - 1.0) > 0.0


def test_water_opens_anhydride():
    """Without hydrolysis in the vessel water does nothing; with it, wet solvent costs chain length."""
    dry, wet, inert = (
        made(**{**PURE, "water": water, "hydrolysis": rate}, trim_limit=0.0).measures["molar_mass_w"]
        for water, rate in ((0.0, 5e-7), (0.002, 5e-7), (0.002, 0.0))
    )
    assert wet < dry == inert
    moist = made(**{**PURE, "diamine_moisture": 0.01}, trim_limit=0.0)
    assert moist.measures["molar_mass_w"] < dry
    assert moist.lot.properties["water_mass"] == pytest.approx(0.01 * moist.feeds["BAPS-M"], rel=1e-9)


@given(number=st.integers(0, 10**6), solvent=st.floats(0.1, 2000.0), loss=st.floats(0.0, 0.2))
@settings(max_examples=30, deadline=None)
def test_mass_balance(number, solvent, loss):
    """What is charged is in the vessel or lost, and the polymer in the vessel is its share of solids."""
    end = made(number, solvent_mass=solvent, loss_share=loss)
    assert end.lot.mass + sum(end.losses.values()) == pytest.approx(sum(end.feeds.values()), rel=1e-9)
    assert end.lot.properties["polymer_mass"] == pytest.approx(end.measures["solids"] * end.lot.mass, rel=1e-9)


def test_same_draws_same_batch_and_no_scatter_one_batch():
    """A batch is a function of lot, visit and draws; with all scatter set to 0 every batch is the same."""
    assert made(3) == made(3)
    assert made(3).measures != made(4).measures
    assert made(3, **CALM).measures == made(4, **CALM).measures
    assert made(3, **CALM).duration == made(4, **CALM).duration


def test_feed_is_limited_by_cooling():
    """A reactor that cannot carry off the heat of reaction takes longer to feed."""
    slow, slower = (made(**CALM, heat_transfer=u) for u in (8.0, 4.9999))
    assert slower.duration > slow.duration > made(**CALM).duration


def test_thin_batch_comes_back():
    """A batch that ran out of trims is trimmed to the end when it comes back, and gains only dianhydride."""
    first = made(**CALM, trim_limit=2.0)
    assert first.flags == ("not converged: synthesis",)
    again = made(visit=Visit(attempt=1), lot=first.lot, **CALM)
    assert set(again.feeds) == {"ESDA"}
    assert again.measures["viscosity"] == pytest.approx(made(**CALM).measures["viscosity"], rel=0.1)
    assert again.lot.mass + again.losses["vessel residue"] == pytest.approx(
        first.lot.mass + again.feeds["ESDA"], rel=1e-9
    )
    assert again.duration == again.measures["trims"] * 1800.0


def test_interrupted_batch_goes_on_and_ages():
    """After a stop the rest of the time is left, and chains were cut while the vessel stood."""
    whole, rest = made(2), made(2, visit=Visit(elapsed=5000.0, stopped=86400.0))
    assert rest.duration == pytest.approx(whole.duration - 5000.0)
    known = whole.lot.properties
    chains = 2.0 * known["molar_mass_n"] / known["repeat_unit_acid"]
    wet = known["water_mass"] / (whole.lot.mass - known["polymer_mass"])
    cut = 1.0 + scissions(278.15, 86400.0, storage_factor(chains, wet))
    assert whole.measures["molar_mass_n"] / rest.measures["molar_mass_n"] == pytest.approx(cut)


def test_heat_of_the_patent():
    """P5: what reacts in Example 1 would warm its vessel by 22.8550 K; nothing of it if nothing reacts."""
    at_once = {**PURE, "trim_limit": 0.0, "start_ratio": 1.0, "solvent_mass": 0.263, "equilibrium": 1e15}
    assert made(**at_once, rate=1e6).measures["adiabatic_rise"] == pytest.approx(22.8550, rel=1e-5)
    assert made(**{**at_once, "start_ratio": 0.5}, rate=1e6).measures["adiabatic_rise"] < 22.855 / 1.5
    assert made(**{**at_once, "heat": 0.0}).measures["adiabatic_rise"] == 0.0


@pytest.mark.parametrize(("transfer", "minutes"), [(150.0, 17.0), (40.0, 62.0)])
def test_time_of_a_feed_that_the_jacket_limits(transfer, minutes):
    """34 mol of dianhydride in a 200 L reactor take 17 min to feed at 150 W/m2/K, 62 min at 40."""
    jacket = {"vessel_volume": 0.2, "heat_transfer": transfer, "coolant_temperature": 258.15, "charge_time": 0.0}
    alone = made(**{**PURE, "trim_limit": 0.0, "feed_time": 0.0}, **jacket, solvent_mass=79.9, start_ratio=1.0)
    assert alone.duration / 60.0 == pytest.approx(minutes, rel=0.04)


def test_monoamine_ends_chains_as_water_does():
    """A monoamine that takes half a per cent of the anhydride groups costs what as many opened groups cost."""
    blind = {**PURE, "trim_limit": 0.0, "start_ratio": 1.0, "solvent_mass": 263.0}
    taken = 0.005 * 224.0 * 0.04508 / 263.0
    ended, opened = made(**blind, monoamine=taken), made(**{**blind, "hydrolysed": 0.005, "start_ratio": 0.995**2})
    for name in ("molar_mass_n", "molar_mass_w"):
        assert ended.measures[name] == pytest.approx(opened.measures[name], rel=1e-6)
    assert made(**blind).measures["molar_mass_w"] > 1.05 * ended.measures["molar_mass_w"]


@pytest.mark.parametrize("opened", [0.005, 0.01])
def test_count_of_chains(opened):
    """An equimolar charge with a share x of opened anhydride groups ends at 1/x units a chain: 200 and 100."""
    ends = {**PURE, "hydrolysed": opened, "start_ratio": (1.0 - opened) ** 2, "trim_limit": 0.0}
    known = made(**ends, rate=1e6, equilibrium=1e15).measures
    assert 2.0 * known["molar_mass_n"] / 1.009014 == pytest.approx(1.0 / opened, rel=1e-4)


def test_warm_reaction_ends_short():
    """At 60 degC the equilibrium caps the chains near 57 units; the ice bath is why they get longer."""
    fast = {**PURE, "trim_limit": 0.0, "start_ratio": 1.0, "rate": 1e6}
    warm, cold = (made(**fast, temperature=at).measures for at in (333.15, 278.15))
    assert 2.0 * warm["molar_mass_n"] / 1.009014 == pytest.approx(57.0, rel=0.1)
    assert cold["molar_mass_n"] > 5.0 * warm["molar_mass_n"]


def test_sample_temperature_shifts_the_end():
    """A sample that is read 10 K warmer looks thinner, so the chains are grown longer; 25 degC is what is meant."""
    usual, warm = (made(**CALM, sample_temperature=at) for at in (298.15, 308.15))
    assert warm.measures["viscosity"] > 1.2 * usual.measures["viscosity"]
    ratio = usual.measures["cold_viscosity"] / usual.measures["viscosity"]
    assert ratio == pytest.approx(np.exp(32e3 / 8.314462618 * (1.0 / 278.15 - 1.0 / 298.15)), rel=1e-9)


def test_charge_error_shows_in_viscosity():
    """At r = 0.975 a charge error of 0.1 % moves viscosity by 15 %: its logarithm has a slope of 138."""
    low, high = (
        made(**PURE, trim_limit=0.0, start_ratio=r, rate=1e6, equilibrium=1e15).measures["viscosity"]
        for r in (0.9745, 0.9755)
    )
    assert np.log(high / low) / 0.001 == pytest.approx(138.0, abs=3.0)


def test_several_diamines_make_one_chain():
    """Of two diamines each is fed by its share of the moles, and a unit of the chain weighs what they do on average."""
    shares = (("BAPS-M", 0.25), ("APB", 0.75))
    end, alone = made(**PURE, diamines=shares), made(**PURE)
    moles = [end.feeds[name] / DIAMINES[name].molar_mass for name, _ in shares]
    assert moles[1] / moles[0] == pytest.approx(3.0, rel=1e-9)
    lighter = 0.75 * (DIAMINES["BAPS-M"].molar_mass - DIAMINES["APB"].molar_mass)
    heavy = alone.lot.properties["repeat_unit_acid"]
    assert heavy - end.lot.properties["repeat_unit_acid"] == pytest.approx(lighter, rel=1e-9)


def test_nitrogen_lies_over_the_batch_as_long_as_it_is_in_the_vessel():
    """The blanket takes 10 m3/h from the first feed to the last trim, and while a stopped batch stands; or none."""
    end = made(**CALM)
    assert end.utilities["nitrogen_m3"] == pytest.approx(10.08 * end.duration / 3600.0, rel=1e-9)
    stopped = made(visit=Visit(elapsed=3600.0, stopped=7200.0), **CALM)
    assert stopped.utilities["nitrogen_m3"] == pytest.approx(end.utilities["nitrogen_m3"] + 20.16, rel=1e-9)
    assert made(**CALM, nitrogen=0.0).utilities["nitrogen_m3"] == 0.0


@pytest.mark.parametrize("solvent", ["DMF", "DMAc", "NMP"])
def test_each_solvent_of_the_patent_takes_the_polymer(solvent: str):
    """In each of the three amides the same charge makes the same polymer, and that amide is what is fed."""
    end, usual = made(**PURE, solvent=solvent), made(**PURE)
    assert {name for name in end.feeds if name in SUBSTANCES} == {solvent}
    for name in ("polymer_mass", "solids", "repeat_unit_acid"):
        assert end.lot.properties[name] == pytest.approx(usual.lot.properties[name], rel=1e-9)


def test_measures_are_those_declared():
    """Every declared measure is answered, finite, and nothing else."""
    measures = made().measures
    assert set(measures) == set(Synthesis.measures)
    assert np.isfinite(list(measures.values())).all()
