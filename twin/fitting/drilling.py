"""Drilling: threshold and absorption of the film, from depth a pulse and the far end of its holes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from twin.draws import Draws
from twin.fitting.law import Column, Law, Prediction, Row
from twin.material import Lot
from twin.stage import Visit

DEPTH, EXIT = "depth_per_pulse_um", "exit_diameter_um"
_DEPTH_READS = ("fluence_j_per_cm2", "epoxy_phr", "pulses_on_spot")


def _prepare(procedure: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the stage of any product
    return replace(procedure["drilling"], fluence_sd=0.0, focus_sd=0.0, fouling=0.0)


def _meant(stage: Any, row: Row) -> Row:  # noqa: ANN401 - as above
    """An empty bore is the recipe's; pulses beyond those that incubate fully count for nothing."""
    pulses = min(row.get("pulses_on_spot", stage.incubation_pulses), stage.incubation_pulses)
    return {"bore_um": 2.0 * stage.bore_radius, **row, "pulses_on_spot": pulses}


def _predict(stage: Any, row: Row) -> Prediction:  # noqa: ANN401 - as above
    """Depth a pulse and far end of the holes of one film; after few pulses less incubation than the stage's."""
    row = _meant(stage, row)
    set_so = {"incubation_pulses": row["pulses_on_spot"], "bore_radius": 0.5 * row["bore_um"]}
    known = {"dry_thickness": row["thickness_um"], "epoxy_phr": row["epoxy_phr"]}
    stage = replace(stage, fluence=row["fluence_j_per_cm2"], **set_so)
    end = stage.run(Lot(1, panels=1.0, properties=known), Visit(), Draws(1))
    return Prediction({DEPTH: end.measures["etch_depth"], EXIT: end.measures["exit_ratio"] * row["bore_um"]}, end.flags)


DRILLING = Law(
    kind="drilling",
    product="adhesive_film",
    stage="drilling",
    about="threshold fluence and absorption at 355 nm",
    columns=(
        Column("fluence_j_per_cm2", "J/cm^2", "J/m^2", 0.001, 100.0, "Fluence at the film.", required=True),
        Column("thickness_um", "um", "m", 0.5, 200.0, "Thickness of the film.", required=True),
        Column("epoxy_phr", "1", "1", 0.0, 100.0, "Epoxy on 100 parts of polyimide.", required=True),
        Column("bore_um", "um", "m", 10.0, 2000.0, "Diameter at the entrance; empty for that of the recipe."),
        Column("pulses_on_spot", "1", "1", 1.0, 1e6, "Pulses on one spot; empty for as many as incubate fully."),
        # A-405 (0.1-0.2): depths a pulse on one film and fluence lie within 0.15 um
        Column(DEPTH, "um", "m", 0.0, 20.0, "Depth that a pulse takes away.", apart=0.15, reads=_DEPTH_READS),
        # A-405 (5-15): far ends of holes drilled alike lie within 10 um
        Column(EXIT, "um", "m", 0.0, 2000.0, "Diameter of the hole at its far end.", apart=10.0),
    ),
    settings=("first_threshold", "polyimide_absorption", "additive_absorption", "incubation"),
    linear=frozenset({"incubation"}),
    prepare=_prepare,
    meant=_meant,
    predict=_predict,
    sources=("stages/drilling.py", "polymer/ablation.py"),
    needs=(DEPTH, EXIT),
)
