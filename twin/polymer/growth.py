"""Step growth of a chain from two monomers: how far it gets, and the molar masses and the oligomers that follow."""

from math import sqrt
from typing import NamedTuple


class MolarMasses(NamedTuple):
    """Averages of the molar mass of a polymer.

    Attributes:
        weight: Weight average. [kg/mol]
        number: Number average. [kg/mol]
    """

    weight: float
    number: float


def equilibrium_conversion(constant: float, own: float, other: float) -> float:
    """Share of a reactant that is bound when amidation is in equilibrium with its reversal. [mol/mol]

    Args:
        constant: Equilibrium constant of a + b = bond. [m^3/mol]
        own: Initial concentration of the reactant. [mol/m^3]
        other: Initial concentration of the other one. [mol/m^3]

    >>> round(1.0 / (1.0 - equilibrium_conversion(100.0, 600.0, 600.0)), 3)  # (1 + sqrt(1 + 4 K c)) / 2
    245.449
    """
    reach = own + other + 1.0 / constant
    # The smaller root, in the form that does not cancel.
    bonds = 2.0 * own * other / (reach + sqrt(max(0.0, reach * reach - 4.0 * own * other)))
    return bonds / own


def molar_masses(diamine: float, dianhydride: float, ratio: float, bonded: float) -> MolarMasses:
    """Molar masses of a linear polymer of two bifunctional monomers of unequal mass. [kg/mol]

    Macosko and Miller, Macromolecules 9 (1976) 199. A hydrolysed anhydride counts as a site that never bonds.

    Args:
        diamine: Molar mass of the diamine. [kg/mol]
        dianhydride: Molar mass of the dianhydride. [kg/mol]
        ratio: Moles of dianhydride per mole of diamine. [mol/mol]
        bonded: Share of the amine groups that are bonded. [mol/mol]

    >>> round(molar_masses(1.0, 1.0, 0.99, 0.99 * 0.995).number, 9)  # Carothers: r 0.99, p 0.995
    100.0
    >>> [round(x, 9) for x in molar_masses(1.0, 1.0, 1.0, 0.99)]  # Flory: Xw 199, Xn 100 at p 0.99
    [199.0, 100.0]
    """
    other_bonded = bonded / ratio
    # Mass that hangs on a diamine unit looked at from a bond to it, and the same of a dianhydride unit.
    on_diamine = (diamine + bonded * dianhydride) / (1.0 - bonded * other_bonded)
    on_dianhydride = dianhydride + other_bonded * on_diamine
    mass = diamine + ratio * dianhydride
    weight = diamine / mass * (diamine + 2.0 * bonded * on_dianhydride)
    weight += ratio * dianhydride / mass * (dianhydride + 2.0 * other_bonded * on_diamine)
    return MolarMasses(weight, mass / (1.0 + ratio - 2.0 * bonded))


def oligomer_share(units: float, longest: float) -> float:
    """Mass share of chains that are short enough to wash out, in Flory's distribution. [kg/kg]

    Args:
        units: Number-average degree of polymerization, in monomer units. [1]
        longest: Longest chain that still dissolves, in monomer units. [1]

    >>> round(oligomer_share(80.0, 10.0), 5)
    0.00797
    """
    grows = 1.0 - 1.0 / max(units, 1.0)
    return float(1.0 - grows**longest * (1.0 + longest * (1.0 - grows)))
