"""Gel: rate of crosslinking from the insoluble content of films held at a temperature, or of whole rolls."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from twin.draws import Draws
from twin.errors import UsageError
from twin.fitting.law import Column, Law, Prediction, Row
from twin.material import Lot
from twin.polymer.laminate import insoluble_fraction
from twin.polymer.roll_cure import Oven, crosslinks_of
from twin.stage import Visit

RESULT = "insoluble_wt_pct"
OF_ROLLS = ("vacuum_h", "vacuum_degc", "web_width_mm", "residual_solvent_wt_pct")
PREDRIED = 0.25  # kg/kg, A-402 (0.1-0.4): residual solvent of a roll that goes into the oven, where no column says it


def _prepare(procedure: Mapping[str, Any]) -> tuple[Any, Any]:
    return replace(procedure["curing"], temperature_sd=0.0), procedure["coating"]


def _meant(both: tuple[Any, Any], row: Row) -> Row:
    """Of a roll an empty cell is the recipe's; of a piece of film what only rolls have counts for nothing."""
    stage, coating = both
    if "vacuum_h" not in row:
        return {name: value for name, value in row.items() if name not in OF_ROLLS}
    usual = (stage.vacuum_time, stage.vacuum_temperature, coating.web_width, PREDRIED)
    return {**dict(zip(OF_ROLLS, usual, strict=True)), **row}


def _predict(both: tuple[Any, Any], row: Row) -> Prediction:
    (stage, coating), row = both, _meant(both, row)
    if "vacuum_h" in row:
        return _of_roll(stage, coating, row)
    oven = Oven(
        duration=row["time_h"],
        temperature=row["temperature_degc"],
        crosslink_rate=stage.crosslink_rate,
        crosslink_energy=stage.crosslink_energy,
    )
    return Prediction({RESULT: insoluble_fraction(crosslinks_of(oven))})


def _of_roll(stage: Any, coating: Any, row: Row) -> Prediction:  # noqa: ANN401 - settings of any product
    """Least insoluble content of a roll that went through vacuum and inert gas."""
    stage = replace(
        stage,
        vacuum_time=row["vacuum_h"],
        vacuum_temperature=row["vacuum_degc"],
        inert_time=row["time_h"],
        inert_temperature=row["temperature_degc"],
    )
    known = {
        "web_width": row["web_width_mm"],
        "carrier_thickness": coating.carrier_thickness,
        "dry_thickness": coating.dry_thickness,
        "residual_solvent": row["residual_solvent_wt_pct"],
        "coated_width": coating.coated_width,
    }
    lot = Lot(1, material="predried_roll", mass=1e3, length=100.0, properties=known)
    end = stage.run(lot, Visit(), Draws(1))
    if "insoluble" not in end.measures:
        raise UsageError(
            f"vacuum_h = {row['vacuum_h'] / 3600.0:g}: by the model this roll is still too wet for the inert step, so "
            "it has no insoluble content. Check the hours, or take the row out."
        )
    return Prediction({RESULT: end.measures["insoluble"]}, end.flags)


GEL = Law(
    kind="gel",
    product="clad_laminate",
    stage="curing",
    about="rate of crosslinking and its activation energy",
    columns=(
        Column("temperature_degc", "degC", "K", 100.0, 450.0, "Of the film, or of the inert step.", required=True),
        Column("time_h", "h", "s", 0.01, 300.0, "How long at it, or of the inert step.", required=True),
        Column("vacuum_h", "h", "s", 0.1, 300.0, "Of a roll: its vacuum step; empty for a piece of film."),
        Column("vacuum_degc", "degC", "K", 100.0, 450.0, "Of a roll: its vacuum step; empty for the recipe's."),
        Column("web_width_mm", "mm", "m", 50.0, 1500.0, "Of a roll: its width; empty for the recipe's."),
        Column("residual_solvent_wt_pct", "wt%", "kg/kg", 0.0, 60.0, "Of a roll: before the oven; empty for 25."),
        # A-403 (10-30): two extractions of one film lie within 20 wt%
        Column(RESULT, "wt%", "kg/kg", 0.0, 100.0, "Content insoluble in NMP.", required=True, apart=20.0),
    ),
    settings=("crosslink_rate", "crosslink_energy"),
    linear=frozenset({"crosslink_energy"}),
    prepare=_prepare,
    meant=_meant,
    predict=_predict,
    sources=(
        "stages/curing.py",
        "polymer/laminate.py",
        "polymer/cured_roll.py",
        "polymer/oven_load.py",
        "polymer/oven_step.py",
        "polymer/roll_cure.py",
        "polymer/roll_gap.py",
        "polymer/roll_inside.py",
        "polymer/solvents.py",
        "polymer/tridiagonal.py",
    ),
)
