"""Titrated end point of a polyamic acid: what a charge of two monomers has become after some time.

A charge is titrated as in JP 2003-027014, Example 1.
"""

from collections.abc import Callable
from typing import NamedTuple

from twin.polymer.growth import MolarMasses, bonded_share, molar_masses
from twin.polymer.kinetics import scissions, storage_factor
from twin.polymer.rheology import ENTANGLED, solution_viscosity

POLYAMIC_ACID_DENSITY = 1350.0  # kg/m^3, A-18 (1300-1400): closes the 551 mL of the patent's imidization


class Charge(NamedTuple):
    """What is in the vessel.

    Attributes:
        solvent: Solvent and what is dissolved in it besides the monomers. [kg]
        diamine: Diamine that can react. [mol]
        ratio: Dianhydride per diamine, hydrolysed or not. [mol/mol]
        hydrolysed: Share of the anhydride groups that water has opened or a monoamine has capped. [mol/mol]
    """

    solvent: float
    diamine: float
    ratio: float
    hydrolysed: float

    @property
    def stoichiometry(self) -> float:
        """Ratio that limits the chain: 1 would let it grow without end. [mol/mol]

        >>> Charge(1.0, 1.0, 0.8, 0.5).stoichiometry  # 0.8 of which a half of a half can bond at both ends
        0.2
        """
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
        hydrolysis: Rate constant of anhydride with water at the temperature of reaction. [m^3/mol/s]
        flow: Activation energy of the viscosity. [J/mol]
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
    hydrolysis: float = 0.0
    flow: float = 0.0

    @property
    def unit(self) -> float:
        """Molar mass of a repeat unit. [kg/mol]

        >>> round(Chemistry(0.432501, 0.576513, *[1.0] * 7).unit, 6)
        1.009014
        """
        return self.diamine + self.dianhydride


class Solution(NamedTuple):
    """What the solution is like.

    Attributes:
        polymer: Mass of the polyamic acid. [kg]
        solids: Polymer in the solution. [kg/kg]
        bonded: Share of the amine groups that are bonded. [mol/mol]
        masses: Molar masses of the polyamic acid. [kg/mol]
        viscosity: Viscosity at 25 degC. [Pa*s]
        volume: Volume of the solution. [m^3]
    """

    polymer: float
    solids: float
    bonded: float
    masses: MolarMasses
    viscosity: float
    volume: float

    def shortened(self, cuts: float) -> "Solution":
        """The solution after its chains were cut; what is short is thin.

        Args:
            cuts: Scissions per initial chain. [1]

        >>> half = Solution(1.0, 0.2, 1.0, MolarMasses(80.0, 40.0), 150.0, 0.01).shortened(1.0)
        >>> half.masses.number, round(half.viscosity, 3)  # 150 / 2**3.4
        (20.0, 14.21)
        """
        left = 1.0 / (1.0 + cuts)
        masses = MolarMasses(self.masses.weight * left, self.masses.number * left)
        return self._replace(masses=masses, viscosity=self.viscosity * left**ENTANGLED)

    def stood(self, chemistry: Chemistry, temperature: float, time: float, water: float) -> "Solution":
        """The solution after it stood still for some time.

        Args:
            chemistry: Constants of the resin.
            temperature: Temperature. [K]
            time: How long. [s]
            water: Water in the solvent. [kg/kg]

        >>> fresh = Solution(1.0, 0.2, 1.0, MolarMasses(80.0, 40.0), 150.0, 0.01)
        >>> old = fresh.stood(Chemistry(0.4, 0.6, *[1.0] * 7), 298.15, 0.0, 150e-6)
        >>> old == fresh, fresh.stood(Chemistry(0.4, 0.6, *[1.0] * 7), 298.15, 86400.0, 150e-6).viscosity < 150.0
        (True, True)
        """
        factor = storage_factor(2.0 * self.masses.number / chemistry.unit, water)
        return self.shortened(scissions(temperature, time, factor))

    def flowing(self, chemistry: Chemistry, temperature: float) -> float:
        """Viscosity at a temperature. [Pa*s]

        Args:
            chemistry: Constants of the resin.
            temperature: Temperature. [K]

        >>> told = Chemistry(0.4, 0.6, *[1.0] * 7)
        >>> Solution(1.0, 0.2, 1.0, MolarMasses(80.0, 40.0), 150.0, 0.01).flowing(told, 298.15)
        150.0
        """
        return solution_viscosity(
            self.viscosity, 1.0, 1.0, exponent=chemistry.exponent, activation=chemistry.flow, temperature=temperature
        )


Reading = Callable[[Charge, int], float]


class Rule(NamedTuple):
    """When to trim, and with how much.

    Attributes:
        end: Viscosity that is aimed at. [Pa*s]
        stop: Share of it at which no trim is made any more. [1]
        near: Share of it from which trims are small. [1]
        large: Dianhydride of a trim far from the end, per diamine. [mol/mol]
        small: The same near the end. [mol/mol]
        limit: Trims after which the operator gives up. [1]
    """

    end: float
    stop: float
    near: float
    large: float
    small: float
    limit: int


def titrated(charge: Charge, assay: float, molar_mass: float, rule: Rule, read: Reading) -> tuple[Charge, int, float]:
    """Trim a charge until the viscometer says enough: the charge then, the number of trims, and what they weigh. [kg]

    JP 2003-027014, Example 1, stops at a viscosity; the steps toward it are A-09.

    Args:
        charge: What is in the vessel.
        assay: Assay of the dianhydride; the rest stays as solvent. [kg/kg]
        molar_mass: Molar mass of the dianhydride. [kg/mol]
        rule: When to trim, and with how much.
        read: What the viscometer says of a charge after so many trims. [Pa*s]

    >>> rule = Rule(100.0, 0.95, 0.65, 0.002, 0.001, 20)
    >>> def read(charge: Charge, trims: int) -> float:
    ...     return 50.0 + 1e4 * (charge.ratio - 0.97)
    >>> done, trims, weighed = titrated(Charge(1.0, 2.0, 0.97, 0.0), 1.0, 0.5, rule, read)
    >>> round(done.ratio, 6), trims, round(weighed, 6)  # one of 0.002, then three of 0.001
    (0.975, 4, 0.005)
    """
    weighed = 0.0
    for trim in range(rule.limit):
        seen = read(charge, trim)
        if seen >= rule.stop * rule.end:
            return charge, trim, weighed
        step = rule.large if seen < rule.near * rule.end else rule.small
        mass = step * charge.diamine * molar_mass / assay
        charge = charge._replace(ratio=charge.ratio + step, solvent=charge.solvent + mass * (1.0 - assay))
        weighed += mass
    return charge, rule.limit, weighed


def solution(charge: Charge, chemistry: Chemistry, time: float) -> Solution:
    """What a charge has become after reacting for some time.

    Balance of mass, with the chains of Macosko and Miller, Macromolecules 9 (1976) 199.

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
    return Solution(polymer, solids, bonded, masses, viscosity, volume)
