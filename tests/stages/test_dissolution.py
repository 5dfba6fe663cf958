"""Laws of dissolution: the patent's varnish, who dissolves in what, and what every stage promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.draws import Draws
from twin.material import Lot, pooled
from twin.polymer.monomers import natures
from twin.stage import Outcome, Visit
from twin.stages.dissolution import Dissolution

CALM = {"solvent_sd": 0.0, "viscosity_sigma": 0.0, "time_spread": 0.0}
CLAD = {
    "solvents": (("NMP", 1.0),),
    "solvent_ratio": 85.0 / 15.0,
    "epoxy_ratio": 0.0,
    "hardener_ratio": 0.0,
    "viscosity_reference": 5.0,
    "polymer_reference": 0.15,
    "molar_mass_reference": 57.0,
    "solids_density": 1350.0,
}
AT_ONCE = Visit()


def powder(dianhydride: str = "ESDA", diamine: str = "BAPS-M", mass: float = 0.02, **properties: float) -> Lot:
    known = natures(((dianhydride, 1.0),), ((diamine, 1.0),))
    known |= {"polymer_mass": mass, "imide": 0.999, "grain_radius": 0.25e-3, "molar_mass_w": 77.7}
    return Lot(1, material="powder", mass=mass, properties=known | properties)


def made(lot: Lot | None = None, number: int = 1, visit: Visit = AT_ONCE, **changes: object) -> Outcome:
    stage = Dissolution(**changes)  # type: ignore[arg-type] # a test names any setting
    return stage.run(lot or powder(), visit, Draws(14, source=stage.name, number=number, attempt=visit.attempt))


def test_varnish_of_example_1():
    """P11: 20 g of polyimide, 5 g of epoxy and 1.5 g of DDS in 102 g of dioxolane are 0.206226 solids, 25 phr."""
    end = made(**CALM)
    assert end.measures["solids"] == pytest.approx(0.206226, rel=1e-5)
    assert end.measures["epoxy_phr"] == pytest.approx(25.0)
    assert end.measures["solvent_share_cyclic_ether"] == 1.0
    assert sum(end.feeds.values()) == pytest.approx(0.1085)
    assert end.feeds[Dissolution().hardener] == pytest.approx(0.0015)
    assert end.lot.properties["density"] == pytest.approx(1101.954, rel=1e-5)
    assert end.lot.properties["amine_ratio"] == pytest.approx(0.817, abs=5e-4)
    assert end.lot.properties["reactive_share"] == pytest.approx(6.5 / 26.5)


def test_epoxy_of_example_5():
    """Five grams of TETRAD-C halve the amine per epoxide, to 0.483, and bring four arms."""
    known = made(**CALM, epoxies=(("TETRAD-C", 1.0),)).lot.properties
    assert known["amine_ratio"] == pytest.approx(0.483, abs=5e-4)
    assert known["epoxy_functionality"] == 4.0
    assert known["glycidyl_amine_share"] == 1.0


@pytest.mark.parametrize(
    ("dianhydride", "diamine", "soluble"),
    [("ESDA", "BAPS-M", 1.0), ("TMEG", "BAPS-M", 1.0), ("ESDA", "APB", 1.0), ("TMEG", "APB", 1.0),
     ("BPDA", "BAPS-M", 0.0), ("ESDA", "ODA", 0.0)],
)  # fmt: skip
def test_resins_of_the_patent(dianhydride, diamine, soluble):
    """Examples 1-4 dissolve in dioxolane without gel, Comparatives 2 and 3 do not."""
    measures = made(powder(dianhydride, diamine)).measures
    assert measures["soluble"] == soluble
    assert measures["gel"] == 1.0 - soluble


def test_clad_resin_dissolves_in_nmp_alone():
    """6FDA with m-tolidine dissolves in NMP to 15 % and about 5 Pa*s, not in dioxolane; amic acid in neither."""
    resin = powder("6FDA", "m-tolidine", molar_mass_w=57.0)
    end = made(resin, **CALM, **CLAD)
    assert end.measures["soluble"] == 1.0
    assert end.measures["solids"] == pytest.approx(0.15)
    assert end.measures["viscosity"] == pytest.approx(5.0)
    assert set(end.feeds) == {"NMP"}
    assert made(resin).measures["soluble"] == 0.0
    assert made(powder("6FDA", "m-tolidine", imide=0.85), **CLAD).measures["soluble"] == 0.0


@given(share=st.floats(0.0, 1.0))
@settings(max_examples=20, deadline=None)
def test_share_of_cyclic_ether(share):
    """The share of cyclic ether is that of the solvents, whatever the powder."""
    end = made(solvents=(("1,3-dioxolane", share), ("NMP", 1.0 - share)))
    assert end.measures["solvent_share_cyclic_ether"] == pytest.approx(share)


def test_coarse_grains_take_time():
    """A grain of twice the radius lives four times as long; what is left of it is caught by the filter."""
    fine, coarse = (made(powder(grain_radius=radius), **CALM) for radius in (0.25e-3, 0.5e-3))
    assert fine.measures["gel"] == 0.0
    assert coarse.measures["gel"] == pytest.approx((1.0 - 16200.0 / (4.0 * 7200.0)) ** 3)
    assert coarse.losses["undissolved polymer"] == pytest.approx(0.02 * coarse.measures["gel"])
    assert coarse.measures["viscosity"] < fine.measures["viscosity"]
    assert made(powder(grain_radius=0.5e-3), visit=Visit(elapsed=1.0, stopped=3e4), **CALM).measures["gel"] == 0.0


@given(more=st.floats(1.01, 2.0))
@settings(max_examples=20, deadline=None)
def test_viscosity_laws(more):
    """Viscosity goes with the 3.4th power of molar mass, and falls when solvent is added."""
    base, longer, thinner = (
        made(powder(molar_mass_w=mass), **CALM, solvent_ratio=ratio).measures["viscosity"]
        for mass, ratio in ((77.7, 5.1), (77.7 * more, 5.1), (77.7, 5.1 * more))
    )
    assert longer / base == pytest.approx(more**3.4)
    assert thinner < base
    assert base == pytest.approx(5.6)


@given(number=st.integers(0, 10**6), mass=st.floats(1e-3, 1e3), wet=st.floats(0.0, 0.2), radius=st.floats(1e-5, 1e-3))
@settings(max_examples=30, deadline=None)
def test_mass_balance(number, mass, wet, radius):
    """Powder and feeds are varnish or lost; polymer, epoxy, hardener and solvent make the varnish."""
    lot = powder(mass=mass, grain_radius=radius)._replace(mass=mass * (1.0 + wet))
    end = made(lot, number=number)
    assert end.lot.mass + sum(end.losses.values()) == pytest.approx(lot.mass + sum(end.feeds.values()), rel=1e-9)
    known = end.lot.properties
    assert known["polymer_mass"] == pytest.approx(known["polymer_fraction"] * end.lot.mass, rel=1e-9)
    assert known["solvent_mass"] == pytest.approx((1.0 - known["solids"]) * end.lot.mass, rel=1e-9)


@given(days=st.floats(0.0, 30.0), more=st.floats(0.1, 30.0))
@settings(max_examples=20, deadline=None)
def test_powder_takes_up_moisture(days, more):
    """Powder that waited brings water, more each day and never above its share of saturation; its mass is booked."""
    now, later = (made(visit=Visit(waited=86400.0 * age), **CALM) for age in (days, days + more))
    assert now.measures["water"] < later.measures["water"]
    assert later.feeds["water"] < 0.02 * 0.012 * 0.4
    for end in (now, later):
        assert end.lot.mass + sum(end.losses.values()) == pytest.approx(0.02 + sum(end.feeds.values()), rel=1e-9)
    assert later.measures["solids"] < now.measures["solids"]
    assert "water" not in made(**CALM).feeds
    assert made(visit=Visit(waited=86400.0), **CALM, store_humidity=0.0).measures == made(**CALM).measures


def test_varnish_ages_in_a_stopped_tank():
    """A week's stop at 25 degC thickens a clean varnish by a fifth; acid in the powder makes it faster, cold slower."""
    week = Visit(elapsed=1.0, stopped=7 * 86400.0)
    room, cold = (made(visit=week, **CALM, temperature=at) for at in (298.15, 278.15))
    fresh = made(**CALM).measures["viscosity"]
    assert room.measures["viscosity"] / fresh == pytest.approx(1.2)
    assert fresh < cold.measures["viscosity"] < room.measures["viscosity"]
    sour = made(powder(residual_acid=0.01), visit=week, **CALM, temperature=298.15)
    assert sour.measures["viscosity"] / fresh == pytest.approx(1.44)
    assert room.lot.properties["tank_age"] == 7 * 86400.0


def test_varnish_that_waited_for_its_second_filter_is_thicker():
    """A varnish that waits to be filtered again ages as one that stands, and remembers how long."""
    first = made(**CALM)
    again = made(first.lot, visit=Visit(attempt=1, waited=86400.0), **CALM)
    assert again.measures["viscosity"] > first.measures["viscosity"]
    assert again.lot.properties["tank_age"] == 86400.0


@given(ester=st.floats(0.0, 1.0), meta=st.floats(0.0, 1.0))
@settings(max_examples=40, deadline=None)
def test_rule_of_solubility(ester, meta):
    """In an ether a resin dissolves when both ester and meta units are more than half; a blend marks the lot."""
    end = made(powder(ester_share=ester, meta_share=meta))
    assert end.measures["soluble"] == float(min(ester, meta) >= 0.5)
    assert end.measures["solubility"] == pytest.approx(1.0 / (1.0 + np.exp((0.5 - min(ester, meta)) / 0.05)))
    tried = all(min(share, 1.0 - share) < 0.05 for share in (ester, meta))
    assert ("extrapolated: solubility" in end.flags) == (not tried)


def test_pooled_lots():
    """Of two powders chains are counted and masses weighted: viscosity follows the mean Mw, Mn the harmonic mean."""
    one, other = powder(mass=0.01, molar_mass_n=30.0), powder(mass=0.03, molar_mass_w=90.0, molar_mass_n=60.0)
    both = pooled([one, other], 9)
    assert both.properties["molar_mass_n"] == pytest.approx(1.0 / (0.25 / 30.0 + 0.75 / 60.0))
    mean = powder(mass=0.04, molar_mass_w=0.25 * 77.7 + 0.75 * 90.0)
    assert made(both, **CALM).measures["viscosity"] == pytest.approx(made(mean, **CALM).measures["viscosity"])


@given(radius=st.floats(0.2e-3, 1e-3), hours=st.floats(0.1, 10.0))
@settings(max_examples=20, deadline=None)
def test_dissolution_is_monotone(radius, hours):
    """Less stays solid the longer and the warmer it is stirred and the finer it is; without time all of it stays."""
    stage = {**CALM, "stirring_time": 3600.0 * hours}
    gel = made(powder(grain_radius=radius), **stage).measures["gel"]
    assert made(powder(grain_radius=radius), **{**stage, "stirring_time": 4000.0 * hours}).measures["gel"] <= gel
    assert made(powder(grain_radius=radius), **stage, temperature=333.15).measures["gel"] <= gel
    assert made(powder(grain_radius=0.9 * radius), **stage).measures["gel"] <= gel
    assert made(powder(grain_radius=radius), **{**stage, "stirring_time": 0.0}).measures["gel"] == 1.0


def test_same_draws_same_varnish_and_no_scatter_one_varnish():
    """A varnish is a function of lot, visit and draws; with all scatter set to 0 every varnish is the same."""
    assert made(number=3) == made(number=3)
    assert made(number=3).measures != made(number=4).measures
    assert made(number=3, **CALM).measures == made(number=4, **CALM).measures
    assert made(number=3, **CALM).duration == made(number=4, **CALM).duration


def test_usual_time_and_interruption():
    """Dissolving takes 9 h when all goes as usual, 6 to 14 h when it does not; a stop leaves the rest."""
    assert made(**CALM).duration == pytest.approx(9 * 3600.0)
    hours = [made(number=number).duration / 3600.0 for number in range(300)]
    assert 6.0 <= min(hours) < max(hours) <= 14.0
    assert made(visit=Visit(elapsed=3600.0), **CALM).duration == pytest.approx(8 * 3600.0)


def test_varnish_that_comes_back_is_filtered():
    """A second pass filters, adds nothing, and leaves composition alone."""
    first = made(**CALM)
    again = made(first.lot, visit=Visit(attempt=1), **CALM)
    assert not again.feeds
    assert again.measures == first.measures
    assert again.lot.mass == pytest.approx(first.lot.mass * 0.985)


def test_empty_tank():
    """Nothing in, nothing out, and no error."""
    end = made(Lot(1))
    assert end.lot.mass == 0.0
    assert set(end.measures) == set(Dissolution.measures)
    assert np.isfinite(list(end.measures.values())).all()
