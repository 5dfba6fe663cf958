"""What the stages use: one number by hand for each utility, and what an interruption changes in it."""

from functools import cache

import pytest

from twin.draws import Draws
from twin.material import Lot
from twin.products import PRODUCTS
from twin.stage import Outcome, Stage, Visit
from twin.stages.coating import Coating
from twin.stages.curing import Curing
from twin.stages.dissolution import Dissolution
from twin.stages.drilling import Drilling
from twin.stages.imidization import Imidization
from twin.stages.lamination import Lamination
from twin.stages.precipitation import Precipitation
from twin.stages.predrying import Predrying
from twin.stages.synthesis import Synthesis
from twin.stages.winding import Winding

HOUR = 3600.0
BLANKETED = ("synthesis", "imidization", "precipitation", "dissolution")
STAGES = [(product, name) for product, made in PRODUCTS.items() for name in made.procedure]


def ran(stage: Stage, lot: Lot, visit: Visit) -> Outcome:
    return stage.run(lot, visit, Draws(5, source=stage.name, number=1, attempt=visit.attempt))


@cache
def before(product: str, name: str) -> Lot:
    """Give the lot as it comes to a stage: through all that stand before it; panels are what a roll is cut to."""
    lot = Lot(1, product)
    for earlier, stage in PRODUCTS[product].procedure.items():
        lot = lot._replace(panels=240.0) if earlier in {"lamination", "drilling"} else lot
        if earlier == name:
            break
        lot = ran(stage, lot, Visit()).lot
    return lot


def halfway(stage: Stage, lot: Lot, attempt: int, stopped: float = 0.0) -> tuple[Outcome, Outcome]:
    """Run the operation as a whole, and again as one that was stopped after half of it."""
    whole = ran(stage, lot, Visit(attempt=attempt))
    return whole, ran(stage, lot, Visit(attempt=attempt, elapsed=0.5 * whole.duration, stopped=stopped, stops=1))


@pytest.mark.parametrize("attempt", [0, 1])
@pytest.mark.parametrize(("product", "name"), STAGES)
def test_an_interrupted_operation_uses_what_the_whole_uses(product: str, name: str, attempt: int):
    """Half of the time is left, yet electricity, gas, heat and hours are those of both halves; repeats too.

    The oven's solver steps anew from where it stopped, so it is held to 1e-5.
    """
    lot, stage = before(product, name), PRODUCTS[product].procedure[name]
    whole, rest = halfway(stage, ran(stage, lot, Visit()).lot if attempt else lot, attempt)
    assert rest.duration == pytest.approx(0.5 * whole.duration, rel=1e-5)
    assert rest.utilities == pytest.approx(dict(whole.utilities), rel=1e-5)
    assert whole.utilities


@pytest.mark.parametrize("name", BLANKETED)
def test_only_the_blanket_lies_over_a_batch_that_stands(name: str):
    """A stop of 10 h takes 2.8e-3 m3/s x 36000 s = 100.8 m3 of nitrogen more, and no electricity or hour."""
    stage = PRODUCTS["adhesive_film"].procedure[name]
    whole, rest = halfway(stage, before("adhesive_film", name), 0, 10.0 * HOUR)
    for utility in ("electricity_kWh", "operator_h"):
        assert rest.utilities[utility] == pytest.approx(whole.utilities[utility])
    assert rest.utilities["nitrogen_m3"] - whole.utilities["nitrogen_m3"] == pytest.approx(100.8)


def still(stage: type, **changes: object) -> Stage:
    """Give a stage without its scatters."""
    scatters = {name: 0.0 for name in stage.__dataclass_fields__ if name.endswith(("_sd", "_sigma", "_spread"))}
    return stage(**(scatters | changes))


# Polyamic acid and dope of JP 2003-027014, Example 1.
ACID = Lot(1, material="polyamic_acid", mass=0.376010, properties={"polymer_mass": 0.113010, "amic_acid": 0.224})
DOPE = Lot(
    1, material="dope", mass=0.560009,
    properties={"polymer_mass": 0.108974, "amic_acid": 0.0, "anhydride_left": 0.022132, "molar_mass_n": 38.5},
)  # fmt: skip


def test_synthesis():
    """Example 1 without trims: 2 h and 1.5 h at 15 kW, 10.08 m3/h, 1.5 operators; 0.224 mol x 70 kJ and 20 K cooled.

    (2050 x 0.263 + 1300 x 0.11301) J/K x 20 K = 13.721 kJ, and 15.68 kJ of reaction.
    """
    pure = {"diamine_assay": 1.0, "dianhydride_assay": 1.0, "hydrolysed": 0.0, "water": 0.0, "diamine_moisture": 0.0}
    stage = still(Synthesis, solvent_mass=0.263, start_ratio=1.0, trim_limit=0.0, **pure)
    assert ran(stage, Lot(1), Visit()).utilities == pytest.approx(
        {"electricity_kWh": 52.5, "nitrogen_m3": 35.28, "operator_h": 5.25, "cooling_MJ": 0.0294013}, rel=1e-5
    )


def test_imidization():
    """Example 1 in 3.01 h: 560 g of dope are warmed from 25 to 100 degC, cooled, and give 20 kJ a mole of rings.

    (2050 x 0.451035 + 1300 x 0.108974) J/K x 75 K = 79.972 kJ; steam is that over 0.8, cooling that and 4.48 kJ.
    """
    end = ran(still(Imidization, loss_share=0.0), ACID, Visit())
    assert end.utilities == pytest.approx(
        {"electricity_kWh": 45.15, "nitrogen_m3": 30.3408, "operator_h": 4.515, "steam_MJ": 0.099965,
         "cooling_MJ": 0.084452}, rel=2e-4,
    )  # fmt: skip


def test_precipitation():
    """16 h at 20 kW; of 6.599 kg of methanol 6.262 come back at 1.10107 MJ/kg and a reflux of 1.5: 17.24 MJ.

    4 x 0.560009 + 40 x 0.108974 = 6.59900 kg, less 0.00695 kg of the ester, times 0.95; the quench is 14.3 kJ more.
    """
    end = ran(still(Precipitation), DOPE, Visit())
    assert end.utilities == pytest.approx(
        {"electricity_kWh": 320.0, "nitrogen_m3": 161.28, "operator_h": 16.0, "steam_MJ": 17.238, "cooling_MJ": 17.253},
        rel=3e-4,
    )


def test_dissolution():
    """4.5 h of stirring and 4.5 h of filtering at 10 kW, 10.08 m3/h and half an operator."""
    powder = Lot(1, material="powder", mass=0.02, properties={"polymer_mass": 0.02, "molar_mass_w": 77.7})
    used = {"electricity_kWh": 90.0, "nitrogen_m3": 90.72, "operator_h": 4.5}
    assert ran(still(Dissolution), powder, Visit()).utilities == pytest.approx(used)


def test_coating():
    """7.8 kg of 20.6226 % make 515.566 m of 480 mm and 5 um at 1300 kg/m3: 4.29638 h at 2 m/min, 8 kW, one operator."""
    varnish = Lot(1, material="varnish", mass=7.8, properties={"solids": 26.5 / 128.5, "viscosity": 5.6})
    used = {"electricity_kWh": 34.3710, "operator_h": 4.29638}
    assert ran(still(Coating), varnish, Visit()).utilities == pytest.approx(used, rel=1e-5)


def test_predrying():
    """500 m at 2 m/min through 100, 100, 120, 120 degC: 0.25 m3/s a zone by 75, 75, 95, 95 K and 1.5 kW of fans each.

    0.25 x 1206 J/K/s x 340 K = 102.51 kW, with fans 108.51 kW, for 15000 s: 452.125 kWh; 1 m3/s of air: 15000 m3.
    """
    properties = {
        "dry_thickness": 5e-6, "film_density": 1300.0, "solids_mass": 1.56, "speed": 1.0 / 30.0, "solvent_mass": 6.0,
        "coated_width": 0.48, "carrier_heat": 40.66,
    }  # fmt: skip
    web = Lot(1, material="coated_web", mass=47.0, length=500.0, properties=properties)
    used = {"electricity_kWh": 452.125, "air_m3": 15000.0}
    assert ran(still(Predrying), web, Visit()).utilities == pytest.approx(used)
    idle = ran(still(Predrying, zone_3=298.15, zone_4=298.15), web, Visit())
    assert idle.utilities["electricity_kWh"] == pytest.approx((0.25 * 1206.0 * 150.0 + 3000.0) * 15000.0 / 3.6e6)


def test_winding():
    """500 m at 3 m/min are 10000 s: 8.33333 kWh at 3 kW, and half an operator for 2.77778 h."""
    known = {
        "carrier_thickness": 25e-6,
        "dry_thickness": 5e-6,
        "coating_thickness": 5e-6,
        "speed": 0.05,
        "web_width": 0.5,
    }
    web = Lot(1, material="predried_web", mass=48.0, length=500.0, properties=known)
    used = {"electricity_kWh": 8.33333, "operator_h": 1.38889}
    assert ran(still(Winding), web, Visit()).utilities == pytest.approx(used, rel=1e-5)


ROLL = Lot(
    7, material="predried_roll", mass=120.0, length=500.0,
    properties={"residual_solvent": 0.25, "gap": 50e-6, "dry_thickness": 20e-6, "web_width": 0.5},
)  # fmt: skip


def test_curing_heats_the_roll_and_its_solvent():
    """A roll of 500 m to 280 degC and 2.16 kg of NMP into vapour: 6.23 MJ and 1.12 MJ, 2.043 kWh without the shell.

    500 m x 0.5 m x (8960 x 385 x 18 um + 1350 x 1320 x 20 um) J/m2/K = 24433 J/K by 255 K; 6.48 kg of film / 3 of NMP
    at 520 kJ/kg.
    """
    bare = ran(still(Curing, shell_power=0.0), ROLL, Visit()).utilities["electricity_kWh"]
    assert bare == pytest.approx(2.0427, rel=2e-3)
    cold = ran(still(Curing, shell_power=0.0, latent_heat=0.0), ROLL, Visit()).utilities["electricity_kWh"]
    assert cold == pytest.approx(24433.2 * 255.0 / 3.6e6, rel=2e-3)


def test_curing_of_a_load():
    """The shell is hot for 16 h, 20 min and 20 h: 436 kWh at 12 kW, a quarter of it to each roll of four.

    Nitrogen: 2.5 times 3 m3, and 5 m3/h for 20 h and for 7.66 h of cooling (3.856 h x ln(255 / 35)): 145.8 m3.
    """
    alone, fourth = (ran(still(Curing), ROLL, Visit(load=load)).utilities for load in (1, 4))
    assert alone["electricity_kWh"] == pytest.approx(436.0 + 2.0427, rel=1e-4)
    assert fourth["electricity_kWh"] == pytest.approx(109.0 + 2.0427, rel=1e-4)
    assert alone["nitrogen_m3"] == pytest.approx(145.8, rel=1e-3)
    assert fourth["nitrogen_m3"] == pytest.approx(145.8 / 4.0, rel=1e-3)


def test_lamination():
    """400 panels are four cycles of 45 min: 120 kWh at 40 kW, 3 h, and 60 W/K x 175 K x 10800 s = 113.4 MJ cooled."""
    panels = Lot(1, material="film_panels", mass=1.2, panels=400.0)
    used = {"electricity_kWh": 120.0, "operator_h": 3.0, "cooling_MJ": 113.4}
    assert ran(still(Lamination), panels, Visit()).utilities == pytest.approx(used)


def test_drilling():
    """100 panels of 2000 vias at 100 a second and 25 s of handling: 4500 s at 4 kW, 2000 s of them laser."""
    panels = Lot(1, material="laminated_panels", mass=10.0, panels=100.0, properties={"dry_thickness": 5e-6})
    used = {"electricity_kWh": 5.0, "laser_h": 2000.0 / HOUR, "operator_h": 2500.0 / HOUR}
    assert ran(still(Drilling), panels, Visit()).utilities == pytest.approx(used)
