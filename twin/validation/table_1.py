"""The rows of Table 1 of JP 2003-027014, with the recipe of each, as datasets/reference/adhesive_film_table1.csv."""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

from twin.errors import ContractError

FILE = Path(__file__).resolve().parents[2] / "datasets" / "reference" / "adhesive_film_table1.csv"
MONOMERS = 0.112  # mol of each, JP 2003-027014 [0033]
SYNTHESIS_SOLVENT = 0.263  # kg of DMF on them, likewise
FURTHER_SOLVENT = 0.113  # kg of DMF before imidization, JP 2003-027014 [0034]


class Row(NamedTuple):
    """One example or comparative example: what it was made of, and what was measured.

    Attributes:
        name: Its name, such as ``Example 1``.
        dianhydride: Dianhydride of the resin; empty where it is no polyimide.
        diamine: Diamine of the resin; empty likewise.
        thermoplastic: What the film is mostly made of.
        epoxy: Epoxy resin; empty for none.
        thermoplastic_mass: Thermoplastic in the varnish; 0 where it is not told. [kg]
        epoxy_mass: Epoxy in it. [kg]
        hardener_mass: Hardener in it. [kg]
        solvent: Solvent of the varnish.
        solvent_mass: How much of it; 0 where it is not told. [kg]
        thickness: Dry thickness; 0 where no film was made. [m]
        soluble: Whether it dissolved.
        laser: ``good`` or ``bad``; None where it was not tested.
        peel: Peel strength, fresh. [N/m]
        aged: Peel strength after 1000 h at 150 degC. [N/m]
        note: What is to be said of it.
    """

    name: str
    dianhydride: str
    diamine: str
    thermoplastic: str
    epoxy: str
    thermoplastic_mass: float
    epoxy_mass: float
    hardener_mass: float
    solvent: str
    solvent_mass: float
    thickness: float
    soluble: bool
    laser: str | None
    peel: float | None
    aged: float | None
    note: str

    @property
    def is_polyimide(self) -> bool:
        """Whether the twin can make it from its monomers."""
        return self.thermoplastic == "polyimide"


@cache
def rows() -> tuple[Row, ...]:
    """Read the table.

    Raises:
        ContractError: The file is not there or lacks a column.
    """
    try:
        with FILE.open(encoding="utf-8", newline="") as opened:
            return tuple(_row(line) for line in csv.DictReader(opened))
    except (OSError, KeyError, ValueError) as error:
        raise ContractError(f"{FILE}: is no Table 1 ({error}). Take it anew from the repository.") from error


def _row(line: dict[str, str]) -> Row:
    return Row(
        name=line["row"],
        dianhydride=line["dianhydride"],
        diamine=line["diamine"],
        thermoplastic=line["thermoplastic"],
        epoxy=line["epoxy"],
        thermoplastic_mass=_number(line["thermoplastic_g"], 1e-3) or 0.0,
        epoxy_mass=_number(line["epoxy_g"], 1e-3) or 0.0,
        hardener_mass=_number(line["dds_g"], 1e-3) or 0.0,
        solvent=line["varnish_solvent"],
        solvent_mass=_number(line["solvent_g"], 1e-3) or 0.0,
        thickness=_number(line["dry_thickness_um"], 1e-6) or 0.0,
        soluble=line["soluble_in_varnish_solvent"] == "yes",
        laser=line["laser_rating"] or None,
        peel=_number(line["peel_n_per_cm"], 100.0),
        aged=_number(line["peel_after_150C_1000h_n_per_cm"], 100.0),
        note=line["note"],
    )


def _number(text: str, unit: float) -> float | None:
    """Read a number in a unit; None for an empty cell.

    >>> _number("5", 100.0), _number("", 100.0)
    (500.0, None)
    """
    return float(text) * unit if text else None
