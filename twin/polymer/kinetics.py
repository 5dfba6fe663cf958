"""Rates of the chemistry: Arrhenius, second order in closed form, chemical imidization, decay of polyamic acid."""

from functools import lru_cache
from math import exp, expm1, log1p
from typing import NamedTuple

import numpy as np

GAS_CONSTANT = 8.314462618  # J/(mol*K), CODATA
SURVIVORS = 20  # points of the sum over closures: isoimide within 1e-5 of all units, whatever the exposures
TRACE = 1e-30  # mol/m^3, closures below it are none: a share of them would no longer be a number that divides
ROOM = 298.15  # K, temperature at which rate constants and viscosities are stated
DECAY_FACTOR = 3.5268e7  # 1/s, fitted to 6FDA-DMB in DMAc: Hong et al., Polymers 15 (2023) 1360; residual of ln k 0.03
DECAY_CHAIN = 80.0  # 1, A-305 (40-200): units of a chain in that polyamic acid
DECAY_WATER = 250e-6  # kg/kg, A-305 (50-500 ppm): water in its solvent
DECAY_ACTIVATION = 79630.0  # J/mol, same fit, -12 to 25 degC


def arrhenius(at_room: float, activation: float, temperature: float) -> float:
    """Rate constant at a temperature, in any unit: that of the one at 25 degC.

    Arrhenius, Z. Phys. Chem. 4 (1889) 226.

    Args:
        at_room: Rate constant at 25 degC, in any unit.
        activation: Activation energy. [J/mol]
        temperature: Temperature. [K]

    >>> arrhenius(2.0, 60e3, 298.15)
    2.0
    >>> round(arrhenius(1.0, 2.0 * GAS_CONSTANT * 298.15, 2.0 * 298.15), 6)  # e, for 2 (1 - 1/2) = 1
    2.718282
    """
    return at_room * exp(activation / GAS_CONSTANT * (1.0 / ROOM - 1.0 / temperature))


def unreacted(own: float, other: float, exposure: float) -> float:
    """Share of a reactant that is left of a second-order reaction with another one. [mol/mol]

    The textbook form (b - a) / (b exp((b - a) x) - a), written so that a = b is no special case.

    Args:
        own: Initial concentration of the reactant. [mol/m^3]
        other: Initial concentration of the other one. [mol/m^3]
        exposure: Rate constant integrated over time. [m^3/mol]

    >>> round(1.0 - unreacted(600.0, 600.0, 0.2e-3 * 600.0), 6)  # k 0.2 L/mol/s, 0.6 mol/L, 600 s: 72/73
    0.986301
    """
    lead = (other - own) * exposure
    if lead > 700.0:
        return 0.0
    growth = expm1(lead) / lead if abs(lead) > 1e-12 else 1.0
    return 1.0 / (1.0 + other * exposure * growth)


class Rings(NamedTuple):
    """Where the amide-acid units stand during chemical imidization.

    Attributes:
        amic: Amide acid that is still open. [mol/m^3]
        imide: Closed to the imide. [mol/m^3]
        isoimide: Closed to the isoimide. [mol/m^3]
        anhydride: Acetic anhydride that is left. [mol/m^3]
    """

    amic: float
    imide: float
    isoimide: float
    anhydride: float


class ImidizationRates(NamedTuple):
    """Constants of amide acid + anhydride -> imide or isoimide -> imide.

    Attributes:
        closing: Rate constant of ring closure at 25 degC, per concentration of base. [m^6/mol^2/s]
        closing_activation: Its activation energy. [J/mol]
        turning: Rate constant of isoimide to imide at 25 degC. [1/s]
        turning_activation: Its activation energy. [J/mol]
        direct: Share of closures that give the imide at once. [mol/mol]
    """

    closing: float
    closing_activation: float
    turning: float
    turning_activation: float
    direct: float


@lru_cache(maxsize=4)
def gauss_points(count: int) -> tuple[tuple[float, float], ...]:
    """Points and weights of Gauss-Legendre quadrature on 0 to 1. [1]

    Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 25.4.30; n points are exact to the power 2 n - 1.

    Args:
        count: Number of points. [1]

    >>> round(sum(weight * point**3 for point, weight in gauss_points(2)), 12)  # integral of x^3
    0.25
    """
    points, weights = np.polynomial.legendre.leggauss(count)
    return tuple((0.5 + 0.5 * float(x), 0.5 * float(w)) for x, w in zip(points, weights, strict=True))


def imidized(start: Rings, rates: ImidizationRates, base: float, temperature: float, time: float) -> Rings:
    """The rings after some time at one temperature: closed form, and one quadrature for the isoimide. [mol/m^3]

    Scheme of Macromolecules 31 (1998), ma9800966: imide and isoimide form side by side, isoimide turns into imide.

    Args:
        start: The rings at the start. [mol/m^3]
        rates: Rate constants.
        base: Concentration of the tertiary amine. [mol/m^3]
        temperature: Temperature. [K]
        time: How long. [s]

    >>> rates = ImidizationRates(2.2e-10, 60e3, 1e-6, 90e3, 0.85)
    >>> after = imidized(Rings(406.4, 0.0, 0.0, 799.7), rates, 506.5, 298.15, 1800.0)
    >>> [round(x / 406.4, 3) for x in after[:3]]
    [0.857, 0.122, 0.021]
    """
    closing = arrhenius(rates.closing, rates.closing_activation, temperature) * base * time
    return exposed(start, closing, arrhenius(rates.turning, rates.turning_activation, temperature) * time, rates.direct)


def exposed(start: Rings, closing: float, turning: float, direct: float) -> Rings:
    """The rings after an exposure: rate constants integrated over time, whatever the temperature was. [mol/m^3]

    Scheme as in ``imidized``, with time replaced by exposure: Macromolecules 31 (1998), ma9800966.

    Args:
        start: The rings at the start. [mol/m^3]
        closing: Exposure to ring closure. [m^3/mol]
        turning: Exposure to the turn of isoimide into imide. [1]
        direct: Share of closures that give the imide at once. [mol/mol]

    >>> after = exposed(Rings(1.0, 0.0, 0.0, 1.0), 1.0, 0.0, 0.8)  # half of it closes, a fifth of that to isoimide
    >>> [round(x, 12) for x in after]
    [0.5, 0.4, 0.1, 0.5]
    """
    amic, late = start.amic, 0.0
    if start.anhydride > 0.0 and start.amic > 0.0:
        # A last trace of anhydride is less than the rounding of the units, so it is held to what there is.
        amic = max(start.amic * unreacted(start.amic, start.anhydride, closing), start.amic - start.anhydride)
        late = _still_isoimide(start, min(start.amic - amic, start.anhydride), closing, turning)
    closed = min(start.amic - amic, start.anhydride)
    isoimide = start.isoimide * exp(-turning) + (1.0 - direct) * late
    imide = start.imide + start.isoimide + closed - isoimide
    return Rings(amic, imide, isoimide, start.anhydride - closed)


def _still_isoimide(start: Rings, closed: float, closing: float, turning: float) -> float:
    """What would be isoimide if every ring closed to it: survival summed over closures, not over time. [mol/m^3].

    The instant of each closure is the closed form solved for time; so a closure that is over in no time is no trouble.
    """
    if closing <= 0.0 or closed < TRACE:
        return 0.0
    own, other, total = start.amic, start.anhydride, 0.0
    for point, weight in gauss_points(SURVIVORS):
        gone = closed * (1.0 - point * point)  # denser where closure slows down and its instant runs away
        ratio = gone / (other * (own - gone))
        lead = (other - own) * ratio
        when = (log1p(lead) / lead if abs(lead) > 1e-9 else 1.0) * ratio / closing
        total += 2.0 * point * weight * exp(-turning * max(0.0, 1.0 - when))
    return total * closed


def scissions(temperature: float, time: float, factor: float = 1.0) -> float:
    """Scissions per initial chain of polyamic acid in storage; the number average falls by 1 / (1 + S). [1]

    Args:
        temperature: Temperature of storage. [K]
        time: How long. [s]
        factor: Rate relative to the measured resin, 0.3-3 for an ester dianhydride (A-17). [1]

    >>> round(scissions(298.15, 3 * 86400.0), 6), round((1 / (1 + scissions(298.15, 3 * 86400.0))) ** 3.4, 5)
    (0.102434, 0.7178)
    """
    return factor * DECAY_FACTOR * exp(-DECAY_ACTIVATION / (GAS_CONSTANT * temperature)) * max(0.0, time)


def storage_factor(chains: float, water: float) -> float:
    """Rate of scission per chain relative to the measured resin: bonds of a chain times water. [1]

    First order in each (A-305).

    Args:
        chains: Units of a chain, on the number average. [1]
        water: Water in the solvent. [kg/kg]

    >>> storage_factor(160.0, 125e-6), storage_factor(80.0, 0.0)
    (1.0, 0.0)
    """
    return max(0.0, chains) / DECAY_CHAIN * max(0.0, water) / DECAY_WATER
