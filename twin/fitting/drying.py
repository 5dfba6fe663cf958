"""Drying: diffusivity of the solvent in the nearly dry film, from residual solvent after a known dryer."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from twin.draws import Draws
from twin.fitting.law import Column, Law, Prediction, Row
from twin.material import Lot
from twin.polymer.solvents import AMBIENT
from twin.stage import Visit

LENGTH = 100.0  # m of web in a fit; what is left of the solvent does not depend on it
ZONES = ("zone_1_degc", "zone_2_degc", "zone_3_degc", "zone_4_degc")
RESULT = "residual_solvent_wt_pct"


def _prepare(procedure: Mapping[str, Any]) -> tuple[Any, Any]:
    return replace(procedure["predrying"], temperature_sd=0.0), procedure["coating"]


def _meant(both: tuple[Any, Any], row: Row) -> Row:
    """A zone that is not named is not passed: those behind it come so much sooner."""
    passed = dict(zip(ZONES, (row[name] for name in ZONES if name in row), strict=False))
    rest = {name: value for name, value in row.items() if name not in ZONES}
    return {"zone_length_m": both[0].zone_length, **rest, **passed}


def _predict(both: tuple[Any, Any], row: Row) -> Prediction:
    """Residual solvent of one sample."""
    (stage, coating), row = both, _meant(both, row)
    zones = {f"zone_{number}": row.get(name, AMBIENT) for number, name in enumerate(ZONES, 1)}
    passed = sum(name in row for name in ZONES)
    stage = replace(stage, zones=float(passed), zone_length=row["zone_length_m"], **zones)
    end = stage.run(_web(coating, row), Visit(), Draws(1))
    return Prediction({RESULT: end.measures["residual_solvent"]}, end.flags)


def _web(coating: Any, row: Row) -> Lot:  # noqa: ANN401 - the coating of any product
    """Coated web that the sample was cut from."""
    from twin.polymer.carriers import CARRIERS  # noqa: PLC0415 - a reader of parameter sets needs no stage

    carrier = CARRIERS[coating.carrier]
    dry = LENGTH * coating.coated_width * row["dry_thickness_um"] * coating.film_density
    wet = dry / row["solids_wt_pct"]
    properties = {
        "dry_thickness": row["dry_thickness_um"],
        "film_density": coating.film_density,
        "solids_mass": dry,
        "solvent_mass": wet - dry,
        "speed": row["speed_m_per_min"],
        "coated_width": coating.coated_width,
        "carrier_heat": coating.carrier_thickness * carrier.density * carrier.heat_capacity,
    }
    foil = LENGTH * coating.web_width * coating.carrier_thickness * carrier.density
    return Lot(1, material="coated_web", mass=wet + foil, length=LENGTH, properties=properties)


def _zone(number: int) -> Column:
    about = f"Air temperature of zone {number}" + ("." if number == 1 else "; empty if there is none.")
    return Column(f"zone_{number}_degc", "degC", "K", 20.0, 250.0, about, required=number == 1)


DRYING = Law(
    kind="drying",
    product="clad_laminate",
    stage="predrying",
    about="diffusivity of the solvent in the nearly dry film",
    columns=(
        *(_zone(number) for number in (1, 2, 3, 4)),
        Column("zone_length_m", "m", "m", 0.1, 50.0, "Web path in one zone; empty for that of the plant."),
        Column("speed_m_per_min", "m/min", "m/s", 0.01, 100.0, "Speed of the web.", required=True),
        Column("dry_thickness_um", "um", "m", 0.5, 100.0, "Thickness of the dry film.", required=True),
        Column("solids_wt_pct", "wt%", "kg/kg", 1.0, 60.0, "Solids of the varnish.", required=True),
        # A-400 (2-8): samples of one web, weighed before and after a bake, lie within 5 wt%
        Column(RESULT, "wt%", "kg/kg", 0.0, 90.0, "Residual solvent in the coating.", required=True, apart=5.0),
    ),
    settings=("dry_diffusivity", "dry_energy", "plasticising"),
    linear=frozenset({"dry_energy"}),
    prepare=_prepare,
    meant=_meant,
    predict=_predict,
    sources=(
        "stages/predrying.py",
        "polymer/drying.py",
        "polymer/drying_step.py",
        "polymer/diffusion.py",
        "polymer/solvents.py",
        "polymer/carriers.py",
    ),
)
