"""Cure of the epoxy in the film: conversion in closed form, gel point, contact in the press, and peel strength.

Conversion and gel point are chemistry. Peel and ageing are empirical: rules made from the rows of JP 2003-027014,
Table 1, which holds one cure, three shares of epoxy and two ages.
"""

from math import exp, inf, log, sqrt
from typing import NamedTuple

from twin.polymer.kinetics import GAS_CONSTANT, gauss_points

# Epoxy/amine 3501-6 in the form of Lee, Loos and Springer, J. Compos. Mater. 16 (1982) 510: 1/s (published per minute)
# and J/mol. The set was fitted with R = 8.314 J/(mol*K), so it is used with it.
FITTED_GAS_CONSTANT = 8.314
FIRST = (2.101e9 / 60.0, 80700.0)
SECOND = (-2.014e9 / 60.0, 77800.0)
LATE = (1.960e5 / 60.0, 56600.0)
BREAK = 0.3  # conversion at which the law changes; blends separate at 0.2-0.4, Macromolecules 32 (1999) 8517
NOTHING = 1e-30  # conversion, or its rate per second, below which there is none
REACH = 0.47  # conversion at which the early law would stop

PEEL_BARE = 100.0  # N/m, no epoxy: JP 2003-027014, Table 1, Comparative 4
PEEL_EPOXY = 800.0  # N/m, what 25 phr add: Table 1, Example 1 (900 N/m) less the bare film
BEST_EPOXY = 25.0  # phr, top of the assumed shape; every example of the patent has it
FULL_CURE = 0.81  # computed, A-35: conversion after the patent's drying and press, at which its peel was measured
AGEING_ROOM = 423.15  # K, temperature of the patent's ageing test, paragraph 58
AGEING_RATE = 2.513e-4 / 3600.0  # 1/s, Table 1, Example 1: 9 N/cm become 7 in 1000 h
AGEING_TESTED = (373.15, 443.15)  # K, between which one Arrhenius law of ageing may be asked


class Recipe(NamedTuple):
    """What of the resin and of the epoxy decides on peel and on ageing (JP 2003-027014, Table 1).

    Attributes:
        epoxy: Epoxy on 100 parts of polyimide. [1]
        aliphatic: Mole share of TMEG among the dianhydrides. [mol/mol]
        short: Mole share of APB among the diamines. [mol/mol]
        glycidyl_amine: Mass share of TETRAD-C in the epoxy. [kg/kg]
    """

    epoxy: float
    aliphatic: float = 0.0
    short: float = 0.0
    glycidyl_amine: float = 0.0


class PeelLaw(NamedTuple):
    """What the peel curve is worth: by the patent's rows, or by one's own measurements.

    Attributes:
        bare: Peel strength without epoxy. [N/m]
        added: What the best content of epoxy adds to it, fully cured. [N/m]
        best: Epoxy on 100 parts of polyimide at which most is added. [1]
    """

    bare: float = PEEL_BARE
    added: float = PEEL_EPOXY
    best: float = BEST_EPOXY


TABLE_1 = PeelLaw()


def _rate(pair: tuple[float, float], temperature: float) -> float:
    return pair[0] * exp(-pair[1] / (FITTED_GAS_CONSTANT * temperature))


def _early_time(start: float, end: float, first: float, second: float) -> float:
    """Time from one conversion to another below the break; 16 Gauss points miss by less than 1e-6 of it. [s]."""
    total = 0.0
    for point, weight in gauss_points(16):
        a = start + (end - start) * point
        total += weight / ((first + second * a) * (1.0 - a) * (REACH - a))
    return (end - start) * total


def cured(start: float, temperature: float, time: float, diluted: float, separated: float) -> float:
    """Conversion of the epoxy after some time at one temperature, exact across the break of the law at 0.3. [mol/mol]

    Dilution by the thermoplastic only slows the law down, until the epoxy separates; Macromolecules 32 (1999) 8517.

    Args:
        start: Conversion at the start. [mol/mol]
        temperature: Temperature. [K]
        time: How long. [s]
        diluted: Mass share of epoxy and hardener in the film, until it separates. [kg/kg]
        separated: The same inside the epoxy-rich phase afterwards (A-32). [kg/kg]

    >>> round(cured(0.3, 473.15, 17.6035 * 60.0, 1.0, 1.0), 6)  # exp(-k t) = 1/7
    0.9
    >>> dried = cured(cured(0.0, 373.15, 600.0, 6.5 / 26.5, 0.7), 393.15, 600.0, 6.5 / 26.5, 0.7)
    >>> round(dried, 3), round(cured(dried, 473.15, 1200.0, 6.5 / 26.5, 0.7), 3)
    (0.05, 0.81)
    """
    if start < BREAK:
        first, second = _rate(FIRST, temperature) * diluted, _rate(SECOND, temperature) * diluted
        if first * time <= NOTHING:
            return start
        ceiling = min(BREAK, 0.999 * first / -second)
        needed = _early_time(start, ceiling, first, second) if start < ceiling else 0.0
        if time < needed:
            return _early(start, ceiling, time, first, second)
        if ceiling < BREAK:
            return max(start, ceiling)
        start, time = BREAK, time - needed
    return 1.0 - (1.0 - start) * exp(-separated * _rate(LATE, temperature) * time)


def _early(start: float, ceiling: float, time: float, first: float, second: float) -> float:
    """Conversion below the break, by Newton from above. [mol/mol].

    The rate falls with conversion, so that time is convex in it: no step goes past the root, and none can diverge.
    """
    slope = (first + second * start) * (1.0 - start) * (REACH - start)
    found = min(ceiling, start + slope * time)
    for _ in range(60):
        rate = (first + second * found) * (1.0 - found) * (REACH - found)
        step = (_early_time(start, found, first, second) - time) * rate
        found -= step
        if abs(step) < 1e-12:
            break
    return found


def curing_time(start: float, end: float, temperature: float, diluted: float, separated: float) -> float:
    """Time from one conversion to another at one temperature, the inverse of ``cured``; infinite if out of reach. [s]

    Lee, Loos and Springer, J. Compos. Mater. 16 (1982) 510, diluted as in ``cured``.

    Args:
        start: Conversion at the start. [mol/mol]
        end: Conversion asked for. [mol/mol]
        temperature: Temperature. [K]
        diluted: Mass share of epoxy and hardener in the film, until it separates. [kg/kg]
        separated: The same inside the epoxy-rich phase afterwards (A-32). [kg/kg]

    >>> round(curing_time(0.3, 0.9, 473.15, 1.0, 1.0) / 60.0, 4)  # ln 7 over the rate
    17.6035
    """
    if end <= start:
        return 0.0
    early, late = 0.0, separated * _rate(LATE, temperature)
    if start < BREAK:
        first, second = _rate(FIRST, temperature) * diluted, _rate(SECOND, temperature) * diluted
        if first <= NOTHING or min(end, BREAK) > 0.999 * first / -second:
            return inf
        early = _early_time(start, min(end, BREAK), first, second)
    if end <= BREAK:
        return early
    return early + log((1.0 - max(start, BREAK)) / (1.0 - end)) / late if end < 1.0 and late > 0.0 else inf


def gel_point(ratio: float, amine: float, epoxy: float) -> float:
    """Conversion of the amine at which an ideal network forms; above 1 it never does. [mol/mol]

    Flory and Stockmayer: r p^2 (f - 1)(g - 1) = 1; p of the epoxide is r times it.

    Args:
        ratio: Amine hydrogens per epoxide. [mol/mol]
        amine: Amine hydrogens of a hardener molecule. [1]
        epoxy: Epoxides of a resin molecule. [1]

    >>> round(gel_point(4 * 1.5 / 248.307 / (5.0 / 169.0), 4.0, 3.0), 4)
    0.4517
    """
    branches = ratio * (amine - 1.0) * (epoxy - 1.0)
    return 1.0 / sqrt(branches) if branches > 0.25 else 2.0


def intimate_contact(factor: float, pressure: float, time: float, viscosity: float) -> float:
    """Share of an interface in intimate contact after pressing, ``(c p t / eta)^(1/5)`` up to 1. [1]

    Lee and Springer, J. Compos. Mater. 21 (1987) 1017.

    Args:
        factor: Spreading of the asperities (A-33). [1]
        pressure: Pressure on the panels. [Pa]
        time: How long it acts on a film that flows. [s]
        viscosity: Viscosity of the film. [Pa*s]

    >>> round(intimate_contact(1e-3, 3e6, 312.5, 30e6), 9), intimate_contact(1e-3, 3e6, 1200.0, 1e5)  # 1/32, 36
    (0.5, 1.0)
    """
    return min(1.0, float((factor * pressure * time / viscosity) ** 0.2))


def peel_strength(recipe: Recipe, conversion: float, gel: float, contact: float, law: PeelLaw = TABLE_1) -> float:
    """Fresh peel strength: bare film plus what cured epoxy adds, times the chemistry of Table 1 (empirical). [N/m]

    The shape in epoxy is assumed (A-34), that in conversion too (A-35); Comparative 4 and Example 1 fix the ends.

    Args:
        recipe: Resin and epoxy.
        conversion: Conversion of the epoxy. [mol/mol]
        gel: Conversion of the epoxide at the gel point. [mol/mol]
        contact: Intimate contact of film and foil. [1]
        law: The peel curve. [1]

    >>> peel_strength(Recipe(25.0), 0.81, 0.369, 1.0), peel_strength(Recipe(0.0), 0.0, 1.0, 1.0)
    (900.0, 100.0)
    """
    parts = recipe.epoxy / law.best
    knit = sqrt(min(1.0, max(0.0, (conversion - gel) / max(1e-9, FULL_CURE - gel))))
    shift = recipe.aliphatic * (1.0 + recipe.short) + recipe.glycidyl_amine
    return (law.bare + law.added * parts * exp(1.0 - parts) * knit) * (9.0 + shift) / 9.0 * contact


def ageing_rate(recipe: Recipe, temperature: float, activation: float, reference: float = AGEING_RATE) -> float:
    """Rate at which peel strength is lost in hot air, first order (empirical, activation uncalibrated). [1/s]

    JP 2003-027014, Table 1, has two points a row: between the rows the rate is log-linear in the shares.

    Args:
        recipe: Resin and epoxy.
        temperature: Temperature of ageing. [K]
        activation: Activation energy (A-36). [J/mol]
        reference: Rate at 150 degC of the film of Example 1. [1/s]

    >>> round(900.0 * exp(-ageing_rate(Recipe(25.0), 423.15, 1e5) * 3.6e6), 1)
    700.0
    """
    aliphatic = log(5.11 / 2.513) + recipe.short * log(6.06 / 5.11)
    raised = recipe.aliphatic * aliphatic + recipe.glycidyl_amine * log(3.57 / 2.513)
    warm = activation / GAS_CONSTANT * (1.0 / AGEING_ROOM - 1.0 / temperature)
    return reference * exp(raised + warm)


def aged_peel(fresh: float, rate: float, time: float) -> float:
    """Peel strength that hot air leaves, by first order (empirical: two ages in JP 2003-027014, Table 1). [N/m]

    Args:
        fresh: Peel strength before. [N/m]
        rate: Rate at which it is lost. [1/s]
        time: How long it ages. [s]

    >>> round(aged_peel(900.0, 2.513e-4 / 3600.0, 3.6e6), 1)  # 1000 h at 150 degC, Example 1
    700.0
    """
    return fresh * exp(-rate * time)


def ageing_is_known(temperature: float) -> bool:
    """Say whether the law of ageing may be asked at a temperature: 100 to 170 degC (A-36).

    Args:
        temperature: Temperature of ageing. [K]

    >>> ageing_is_known(423.15), ageing_is_known(473.15)
    (True, False)
    """
    return AGEING_TESTED[0] <= temperature <= AGEING_TESTED[1]
