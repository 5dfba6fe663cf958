"""Laws of the domains: far from where a stage is known it says so, at the recipe it does not."""

from pathlib import Path

import pytest

from twin.maps.nominal import Walk
from twin.material import Lot
from twin.scenario import baseline, load
from twin.simulate import simulate

SCENARIOS = Path(__file__).resolve().parents[1] / "datasets" / "scenarios"
FAR = [  # product, setting, stage, doubt
    ("adhesive_film", "predrying.zone_1=140 degC", "predrying", "extrapolated: predrying, hot air"),
    ("clad_laminate", "predrying.zone_1=250 degC", "predrying", "extrapolated: predrying, hot air"),
    ("adhesive_film", "predrying.zone_4=250 degC", "predrying", "extrapolated: predrying, cure"),
    ("adhesive_film", "imidization.hold_temperature=148 degC", "imidization", "extrapolated: imidization, hot"),
    ("adhesive_film", "precipitation.dry_temperature=240 degC", "precipitation", "extrapolated: precipitation, hot"),
    ("clad_laminate", "curing.vacuum_temperature=340 degC", "curing", "extrapolated: curing, vacuum temperature"),
    ("clad_laminate", "curing.inert_temperature=170 degC", "curing", "extrapolated: curing, inert temperature"),
    ("clad_laminate", "curing.chamber_pressure=20 hPa", "curing", "extrapolated: curing, chamber pressure"),
    ("clad_laminate", "curing.extra_face_transfer=40 W/m^2/K", "curing", "extrapolated: curing, face transfer"),
    ("clad_laminate", "curing.latent_heat=600 kJ/kg", "curing", "extrapolated: curing, latent heat"),
    ("clad_laminate", "curing.heater_conductance=5 W/K", "curing", "extrapolated: curing, heaters"),
    ("clad_laminate", "curing.pump_speed=10 m^3/hour", "curing", "extrapolated: curing, chamber rise"),
    ("clad_laminate", "curing.inert_vapour=20 hPa", "curing", "extrapolated: curing, inert vapour"),
    ("clad_laminate", "curing.nitrogen_flow=0.5 m^3/hour", "curing", "extrapolated: curing, inert rise"),
    ("clad_laminate", "coating.carrier_thickness=70 um", "curing", "extrapolated: curing, foil"),
]


def doubts(plan, product):
    """Flags that a lot without scatter gets, by stage."""
    walk = Walk(plan, product)
    stages = walk.recipe()
    return {name: done.flags for name, done in walk.through(stages, Lot(0, product), list(stages))}


def test_no_shipped_oven_is_beyond_its_domain():
    """In no scenario that comes with the twin is the oven extrapolated, but for the gap where there is no tape."""
    for path in sorted(SCENARIOS.glob("*.toml")):
        flags = doubts(load(path), "clad_laminate")["curing"]
        assert flags == (("extrapolated: curing, gap",) if path.stem == "no-spacer-tape" else ()), path.stem


@pytest.mark.parametrize(("product", "setting", "stage", "doubt"), FAR)
def test_far_from_what_is_known_a_stage_says_so(product, setting, stage, doubt):
    """Beyond the range of a law the lots carry its doubt; at the recipe no lot does."""
    assert doubt not in doubts(baseline(), product)[stage]
    assert doubt in doubts(load("baseline", (setting,)), product)[stage]


def test_a_batch_that_stays_thin_is_trimmed_once_more_and_then_scrapped():
    """At 75 degC polyamic acid comes apart: S01 sends the batch back once, and then gives it up."""
    plan = load("film-only", ("adhesive_film.synthesis.temperature=75 degC", "study.warm_up=1 d", "study.horizon=9 d"))
    played = simulate(plan, 1, 0)
    rows, names = played.records.dispositions.table(), {code: name for name, code in played.records.names.items()}
    told = [{names.get(int(one)) for one in row if one == int(one)} for row in rows.tolist()]
    judged = [one & {"repeat", "scrap"} for one in told if "S01 viscosity" in one]
    assert {"repeat"} in judged
    assert {"scrap"} in judged
    assert [one for one in played.balances if abs(one.residual) > one.tolerance] == []
