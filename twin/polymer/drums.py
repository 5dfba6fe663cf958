"""Raw materials as they are: what assay, moist air, water and monoamine leave of two monomers to make chains of.

Balance of mass of the anhydride groups; how much of each there is are the estimates A-10 to A-12 and A-309.
"""

from math import log
from typing import NamedTuple

from twin.polymer.monomers import WATER
from twin.polymer.titration import Chemistry

DIMETHYLAMINE = 0.04508  # kg/mol, IUPAC atomic masses; it is what DMF that was used before brings along


class Drums(NamedTuple):
    """What the drums really hold, which no certificate says.

    Attributes:
        diamine: Assay of the diamine. [kg/kg]
        dianhydride: Assay of the dianhydride. [kg/kg]
        opened: Share of the anhydride groups that moist air has opened. [mol/mol]
        water: Water in the solvent and from the diamine, on the solvent. [kg/kg]
        monoamine: Dimethylamine in the solvent. [kg/kg]
    """

    diamine: float
    dianhydride: float
    opened: float
    water: float
    monoamine: float


def hydrolysed_in_feed(water: float, amine: float, ratio: float, hydrolysis: float, rate: float) -> float:
    """Share of anhydride groups that water takes while they are fed slowly into the amine. [mol/mol]

    Water competes with the amine that is still free, b: k_h w / (k_f b), averaged from all of it to what stays over;
    the rate constants are A-05 and A-07.

    Args:
        water: Water in the solvent. [kg/m^3]
        amine: Amine groups before the feed. [mol/m^3]
        ratio: Dianhydride that is fed per diamine. [mol/mol]
        hydrolysis: Rate constant of anhydride with water. [m^3/mol/s]
        rate: Rate constant of amidation. [m^3/mol/s]

    >>> round(hydrolysed_in_feed(0.0180153, 100.0, 0.5, 1e-7, 1e-5), 6)  # 0.01 x 1/100 x ln 2 / 0.5
    0.000139
    """
    over = max(1e-3, 1.0 - ratio)
    return min(0.5, hydrolysis * water / WATER / (rate * amine) * log(1.0 / over) / (1.0 - over))


def capped(solvent: float, monoamine: float, dianhydride: float) -> float:
    """Share of anhydride groups that a monoamine in the solvent ends; it counts as opened. [mol/mol]

    Args:
        solvent: Solvent. [kg]
        monoamine: Dimethylamine in it. [kg/kg]
        dianhydride: Dianhydride. [mol]

    >>> round(capped(0.263, 45.08e-6, 0.112), 6)  # 0.263 mmol on 0.224 mol
    0.001174
    """
    return solvent * monoamine / DIMETHYLAMINE / (2.0 * dianhydride) if dianhydride > 0.0 else 0.0


def dead_share(drums: Drums, chemistry: Chemistry, solvent: float, diamine: float, dianhydride: float) -> float:
    """Share of anhydride groups that will never bond: opened in the drum or in the vessel, or capped. [mol/mol]

    Args:
        drums: What the drums really hold.
        chemistry: Constants of the resin.
        solvent: Solvent. [kg]
        diamine: Diamine. [mol]
        dianhydride: Dianhydride. [mol]

    >>> inert = Chemistry(0.4, 0.6, 900.0, 1e-4, 100.0, 150.0, 0.3, 80.0, 4.5)
    >>> dead_share(Drums(1.0, 1.0, 0.002, 1e-4, 0.0), inert, 1.0, 0.4, 0.4)
    0.002
    """
    taken = hydrolysed_in_feed(
        drums.water * chemistry.solvent_density,
        2.0 * diamine / (solvent / chemistry.solvent_density),
        dianhydride / diamine,
        chemistry.hydrolysis,
        chemistry.rate,
    )
    return min(0.9, drums.opened + taken + capped(solvent, drums.monoamine, dianhydride))
