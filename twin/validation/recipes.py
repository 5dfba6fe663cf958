"""A row of Table 1 as the product's own recipe, changed where the row differs, with every scatter taken out."""

from collections.abc import Mapping
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any

from twin.polymer.monomers import DIAMINES, DIANHYDRIDES
from twin.products import ADHESIVE_FILM, Product
from twin.stage import Stage
from twin.validation.table_1 import FURTHER_SOLVENT, MONOMERS, SYNTHESIS_SOLVENT, Row

EPOXY_NAMES = MappingProxyType({"Epikote 1032H60": "1032H60", "TETRAD-C": "TETRAD-C"})  # as sold, and as the twin says
SCATTERS = ("_sd", "_sigma", "_spread")


def calm(stage: Any) -> Any:  # noqa: ANN401 - any dataclass of settings
    """Return a stage with each of its scatters at zero.

    >>> from twin.stages.lamination import Lamination
    >>> calm(Lamination()).peel_sd
    0.0
    """
    return replace(stage, **{one.name: 0.0 for one in fields(stage) if one.name.endswith(SCATTERS)})


def recipe(row: Row) -> Product:
    """Return the product that a row describes; what the row does not tell stays as in Example 1.

    Args:
        row: The row. [1]
    """
    changes = {"dissolution": _varnish(row), "coating": _film(row), "predrying": {"solvent": row.solvent}}
    if row.is_polyimide:
        changes |= {"synthesis": _resin(row), "imidization": {"dilution": FURTHER_SOLVENT / _solution(row)}}
    made: dict[str, Stage] = {}
    for name, stage in ADHESIVE_FILM.procedure.items():
        held: Any = stage
        made[name] = calm(replace(held, **changes.get(name, {})))
    return replace(ADHESIVE_FILM, procedure=MappingProxyType(made))


def _polymer(row: Row) -> float:
    """Mass of the monomers. [kg]"""
    return MONOMERS * (DIANHYDRIDES[row.dianhydride].molar_mass + DIAMINES[row.diamine].molar_mass)


def _solution(row: Row) -> float:
    """Mass of monomers and solvent. [kg]"""
    return _polymer(row) + SYNTHESIS_SOLVENT


def _resin(row: Row) -> Mapping[str, Any]:
    """The row's monomers at the row's solids; the batch is as large as the plant's."""
    return {
        "dianhydrides": ((row.dianhydride, 1.0),),
        "diamines": ((row.diamine, 1.0),),
        "solids": _polymer(row) / _solution(row),
    }


def _varnish(row: Row) -> Mapping[str, Any]:
    told: dict[str, Any] = {"solvents": ((row.solvent, 1.0),)}
    if row.solvent_mass:
        told["solvent_ratio"] = row.solvent_mass / row.thermoplastic_mass
    if row.thermoplastic_mass:
        told["epoxies"] = ((EPOXY_NAMES[row.epoxy], 1.0),) if row.epoxy else ()
        told["epoxy_ratio"] = row.epoxy_mass / row.thermoplastic_mass
        told["hardener_ratio"] = row.hardener_mass / row.thermoplastic_mass
    return told


def _film(row: Row) -> Mapping[str, Any]:
    told: dict[str, Any] = {"solvent": row.solvent}
    return told | ({"dry_thickness": row.thickness} if row.thickness else {})
