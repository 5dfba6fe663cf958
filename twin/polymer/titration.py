"""Titrated end point of a polyamic acid: what a charge of two monomers has become after some time."""

from math import log
from typing import NamedTuple

from twin.polymer.growth import MolarMasses, bonded_share, molar_masses
from twin.polymer.monomers import WATER
from twin.polymer.rheology import ENTANGLED, solution_viscosity

POLYAMIC_ACID_DENSITY = 1350.0  # kg/m^3, A-18 (1300-1400): closes the 551 mL of the patent's imidization


class Charge(NamedTuple):
    """What is in the vessel.

    Attributes:
        solvent: Solvent and what is dissolved in it besides the monomers. [kg]
        diamine: Diamine that can react. [mol]
        ratio: Dianhydride per diamine, hydrolysed or not. [mol/mol]
        hydrolysed: Share of the anhydride groups that water has opened. [mol/mol]
    """

    solvent: float
    diamine: float
    ratio: float
    hydrolysed: float

    @property
    def stoichiometry(self) -> float:
        """Ratio that limits the chain: 1 would let it grow without end. [mol/mol]"""
        return self.ratio * (1.0 - self.hydrolysed) ** 2


class Chemistry(NamedTuple):
    """Constants of one resin.

    Attributes:
        diamine: Molar mass of the diamine. [kg/mol]
        dianhydride: Molar mass of the dianhydride. [kg/mol]
        solvent_density: Density of the solvent. [kg/m^3]
        rate: Rate constant of amidation at the temperature of reaction. [m^3/mol/s]
        equilibrium: Its equilibrium constant there. [m^3/mol]
        viscosity: Viscosity of the reference solution at 25 degC. [Pa*s]
        solids: Polymer in the reference solution. [kg/kg]
        molar_mass: Weight-average molar mass in the reference solution. [kg/mol]
        exponent: Power of solids in viscosity. [1]
    """

    diamine: float
    dianhydride: float
    solvent_density: float
    rate: float
    equilibrium: float
    viscosity: float
    solids: float
    molar_mass: float
    exponent: float


class Solution(NamedTuple):
    """What the solution is like.

    Attributes:
        polymer: Mass of the polyamic acid. [kg]
        solids: Polymer in the solution. [kg/kg]
        bonded: Share of the amine groups that are bonded. [mol/mol]
        masses: Molar masses of the polyamic acid. [kg/mol]
        viscosity: Viscosity at 25 degC. [Pa*s]
    """

    polymer: float
    solids: float
    bonded: float
    masses: MolarMasses
    viscosity: float

    def shortened(self, cuts: float) -> "Solution":
        """The solution after its chains were cut; what is short is thin.

        Args:
            cuts: Scissions per initial chain. [1]
        """
        left = 1.0 / (1.0 + cuts)
        masses = MolarMasses(self.masses.weight * left, self.masses.number * left)
        return self._replace(masses=masses, viscosity=self.viscosity * left**ENTANGLED)


def solution(charge: Charge, chemistry: Chemistry, time: float) -> Solution:
    """What a charge has become after reacting for some time.

    Args:
        charge: What is in the vessel.
        chemistry: Constants of the resin.
        time: Time of reaction. [s]

    >>> esda = Chemistry(0.432501, 0.576513, 944.6, 1e-4, 1e9, 150.0, 0.3005, 80.0, 4.5)
    >>> made = solution(Charge(0.263, 0.112, 0.975, 0.0), esda, 1e6)
    >>> round(made.masses.weight, 1), round(made.solids, 4), round(made.viscosity, 1)
    (79.7, 0.2975, 141.7)
    """
    polymer = charge.diamine * (chemistry.diamine + charge.ratio * chemistry.dianhydride)
    volume = charge.solvent / chemistry.solvent_density + polymer / POLYAMIC_ACID_DENSITY
    amine = 2.0 * charge.diamine / volume
    anhydride = amine * charge.ratio * (1.0 - charge.hydrolysed)
    bonded = bonded_share(amine, anhydride, chemistry.rate * time, chemistry.equilibrium)
    masses = molar_masses(chemistry.diamine, chemistry.dianhydride, charge.ratio, bonded)
    solids = polymer / (polymer + charge.solvent)
    thick, long = solids / chemistry.solids, masses.weight / chemistry.molar_mass
    viscosity = solution_viscosity(chemistry.viscosity, thick, long, exponent=chemistry.exponent)
    return Solution(polymer, solids, bonded, masses, viscosity)


def hydrolysed_in_feed(water: float, amine: float, ratio: float, hydrolysis: float, rate: float) -> float:
    """Share of anhydride groups that water takes while they are fed slowly into the amine. [mol/mol]

    Water competes with the amine that is still free, b: k_h w / (k_f b), averaged from all of it to what stays over.

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
