"""Step growth of a chain from two monomers: how far it gets, and the molar masses and the oligomers that follow.

Flory, Principles of Polymer Chemistry (1953), chapters 3 and 8, unless a function names another source.
"""

from math import expm1, sqrt
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

    Law of mass action: K (a - x) (b - x) = x, of which the smaller root is meant (Flory 1953, chapter 3).

    Args:
        constant: Equilibrium constant of a + b = bond. [m^3/mol]
        own: Initial concentration of the reactant. [mol/m^3]
        other: Initial concentration of the other one. [mol/m^3]

    >>> round(1.0 / (1.0 - equilibrium_conversion(100.0, 600.0, 600.0)), 3)  # (1 + sqrt(1 + 4 K c)) / 2
    245.449
    """
    # The smaller root, in the form that does not cancel.
    return 2.0 * other / (own + other + 1.0 / constant + _gap(constant, own, other))


def _gap(constant: float, own: float, other: float) -> float:
    """Distance of the two roots of the equilibrium, written without the difference of two large numbers. [mol/m^3]."""
    return sqrt((own - other) ** 2 + (2.0 * (own + other) + 1.0 / constant) / constant)


def bonded_share(own: float, other: float, exposure: float, constant: float) -> float:
    """Share of a reactant that is bound after some time of amidation and its reversal, in closed form. [mol/mol]

    The rate k (x - x1)(x - x2) has the two equilibria as roots; it starts as the irreversible reaction of second
    order and ends at the smaller root; partial fractions (Frost and Pearson, Kinetics and Mechanism, 1961).

    Args:
        own: Initial concentration of the reactant. [mol/m^3]
        other: Initial concentration of the other one. [mol/m^3]
        exposure: Rate constant integrated over time. [m^3/mol]
        constant: Equilibrium constant of a + b = bond. [m^3/mol]

    >>> round(bonded_share(600.0, 600.0, 0.2e-3 * 600.0, 1e12), 6)  # 72/73: k 0.2 L/mol/s, 0.6 mol/L, 600 s
    0.986301
    >>> round(1.0 / (1.0 - bonded_share(600.0, 600.0, 1e9, 100.0)), 3)
    245.449
    """
    if other <= 0.0:
        return 0.0
    gap = _gap(constant, own, other)
    away = gap * exposure
    grown = exposure * (-expm1(-away) / away if away > 1e-12 else 1.0)
    return other * grown / (1.0 + own * equilibrium_conversion(constant, own, other) * grown)


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

    Sum of x (1 - p)^2 p^(x - 1) up to the longest, with p = 1 - 1/N (Flory 1953, chapter 8).

    Args:
        units: Number-average degree of polymerization, in monomer units. [1]
        longest: Longest chain that still dissolves, in monomer units. [1]

    >>> round(oligomer_share(80.0, 10.0), 5)
    0.00797
    >>> oligomer_share(2.0, 2.0)  # monomer 1/4, dimer 2 x 1/8
    0.5
    """
    grows = 1.0 - 1.0 / max(units, 1.0)
    return float(1.0 - grows**longest * (1.0 + longest * (1.0 - grows)))


def without_oligomers(masses: MolarMasses, units: float, longest: float) -> MolarMasses:
    """Molar masses of what is left when the short chains of Flory's distribution are washed out. [kg/mol]

    What stays is a chain of ``longest`` units and on top of it the same distribution again, since no unit knows how
    long its chain already is.

    Args:
        masses: Molar masses before. [kg/mol]
        units: Number-average degree of polymerization, in monomer units. [1]
        longest: Longest chain that still dissolves, in monomer units. [1]

    >>> kept = without_oligomers(MolarMasses(80.0, 40.0), 80.0, 8.0)
    >>> kept.number, round(kept.weight, 2)  # 88 units for 80
    (44.0, 80.41)
    """
    before, after = max(units, 1.0), max(units, 1.0) + longest
    # Second moment of n + x over its first, where x has mean N and second moment N (2 N - 1).
    second = (longest**2 + 2.0 * longest * before + before * (2.0 * before - 1.0)) / after
    return MolarMasses(masses.weight * second / (2.0 * before - 1.0), masses.number * after / before)
