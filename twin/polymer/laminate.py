"""What a cured laminate of polyimide on copper foil is worth: gel, curl, and the responses of strength and stability.

Gel and curl are mechanics and chemistry; the other responses are empirical and uncalibrated: no source gives more than
their limits.
"""

from math import exp, inf, sqrt

import numpy as np
from numpy.typing import NDArray

from twin.polymer.solvents import SOLVENTS, activity, vapour_pressure

KILOGRAM_FORCE = 9.80665  # N, standard gravity


def insoluble_fraction(crosslinks: float) -> float:
    """Gel of randomly crosslinked chains of most probable length, ``s + sqrt(s) = 2/delta``. [1].

    Charlesby and Pinner, Proc. R. Soc. A 249 (1959) 367; the index delta is 1 at the gel point.

    Args:
        crosslinks: Crosslink index, crosslinked units per weight-average chain. [1]

    >>> [round(1.0 - insoluble_fraction(2.0 / right), 7) for right in (1.0, 0.5, 0.8)]
    [0.381966, 0.1339746, 0.2753049]
    >>> insoluble_fraction(0.9)
    0.0
    """
    if crosslinks <= 1.0:
        return 0.0
    root = 0.5 * (sqrt(1.0 + 8.0 / crosslinks) - 1.0)
    return 1.0 - root * root


def insoluble_carried_on(crosslinks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Insoluble fractions that go on below the gel point, below zero: without a kink, as a map needs it. [1].

    The law of Charlesby and Pinner (1959), as in ``insoluble_fraction``, carried on where there is no gel.

    Args:
        crosslinks: Crosslink indices. Shape: any. [1]

    >>> insoluble_carried_on(np.array([1.0, 1.0 / 3.0])).tolist(), insoluble_fraction(1.0 / 3.0)
    ([0.0, -3.0], 0.0)
    """
    root = 0.5 * (np.sqrt(1.0 + 8.0 / crosslinks) - 1.0)
    return np.asarray(1.0 - root * root)


def curvature(mismatch: float, film: float, foil: float, film_modulus: float, foil_modulus: float) -> float:
    """Curvature of a strip of two layers whose free lengths differ (Timoshenko 1925; equal Poisson's ratios). [1/m].

    Timoshenko, Analysis of bi-metal thermostats, J. Opt. Soc. Am. 11 (1925) 233.

    Args:
        mismatch: Strain by which the film would be shorter than the foil if it were free. [1]
        film: Thickness of the film. [m]
        foil: Thickness of the foil. [m]
        film_modulus: Young's modulus of the film. [Pa]
        foil_modulus: Young's modulus of the foil. [Pa]

    Equal layers bend to exactly 1.5 times the mismatch per total thickness:

    >>> curvature(1e-3, 10e-6, 10e-6, 4e9, 4e9) * 20e-6 / 1e-3
    1.5
    """
    m, n = film / foil, film_modulus / foil_modulus
    bending = 3.0 * (1.0 + m) ** 2 + (1.0 + m * n) * (m * m + 1.0 / (m * n))
    return 6.0 * mismatch * (1.0 + m) ** 2 / ((film + foil) * bending)


def curl_radius(bend: float) -> float:
    """Radius of curvature; a strip flatter than 1 km of radius counts as that flat (geometry). [m].

    Args:
        bend: Curvature, of either sign. [1/m]

    >>> curl_radius(-5.0), curl_radius(0.0)
    (0.2, 1000.0)
    """
    return 1.0 / max(abs(bend), 1e-3)


def dimensional_change(strain: float, time: float, relaxation: float, solvent: float) -> float:
    """Change of length when a film is heated free of its foil: strain and solvent (A-81, empirical, uncalibrated). [1].

    Args:
        strain: Strain that relaxes in the end. [1]
        time: Time at temperature. [s]
        relaxation: Time constant of its relaxation. [s]
        solvent: Volume fraction of solvent in the film; a third of it shows in the length. [1]

    >>> round(dimensional_change(2e-4, 1800.0, 3600.0, 0.003), 6)
    0.001079
    """
    return strain * (1.0 - exp(-time / relaxation)) + solvent / 3.0


def tear_strength(base: float, insoluble: float, solvent: float) -> float:
    """Initiation tear strength of a 20 um film (A-80, empirical, uncalibrated). [N].

    Args:
        base: Strength of the dry film without crosslinks. [N]
        insoluble: Insoluble fraction. [1]
        solvent: Residual solvent. [kg/kg]

    >>> tear_strength(140.0, 0.5, 0.0)
    175.0
    """
    return base * (1.0 + 0.5 * insoluble) * max(0.0, 1.0 - 2.0 * solvent)


def adhesion(base: float, roughness: float, solvent: float) -> float:
    """Peel force of foil from film per width (A-83, empirical, uncalibrated). [N/m].

    The power tells grades of foil apart; what reels of one grade differ by is in the scatter of the base.

    Args:
        base: Peel force of the dry film on foil of 0.25 um roughness. [N/m]
        roughness: Median roughness Ra of the grade of foil. [m]
        solvent: Residual solvent. [kg/kg]

    >>> adhesion(1050.0, 0.25e-6, 0.0)
    1050.0
    """
    return float(base * (roughness / 0.25e-6) ** 0.3 * max(0.0, 1.0 - 2.0 * solvent))


def modulus_retention(rate: float, insoluble: float, time: float = 360e3) -> float:
    """Share of the modulus left after hot lye; crosslinks slow the attack (A-85, empirical, uncalibrated). [1].

    Args:
        rate: Rate of attack on the film without crosslinks. [1/s]
        insoluble: Insoluble fraction. [1]
        time: Time in 40 wt% sodium hydroxide at 25 degC. [s]

    >>> round(modulus_retention(0.02 / 3600.0, 0.75), 4)
    0.3679
    """
    return exp(-rate * time * sqrt(max(0.0, 1.0 - insoluble)))


def solder_resistance(softening: float, solvent: float, blister: float, interaction: float = 0.45) -> float:
    """Temperature at which a solder bath spoils the laminate: it softens, or the film's solvent lifts it. [K].

    A-82, empirical, uncalibrated; the vapour is that of NMP by Flory and Huggins.

    Args:
        softening: Temperature at which the dry film softens. [K]
        solvent: Volume fraction of NMP in the film. [1]
        blister: Vapour pressure that lifts the film from the foil. [Pa]
        interaction: Flory-Huggins parameter of NMP and film. [1]

    >>> solder_resistance(653.15, 0.001, 0.5e6)
    653.15
    >>> round(solder_resistance(653.15, 0.1, 0.5e6), 1) < 653.15
    True
    """
    share = activity(solvent, interaction)
    wanted = blister / share if share > 0.0 else inf
    if vapour_pressure(SOLVENTS["NMP"], softening) <= wanted:
        return softening
    low, high = 200.0, softening
    while high - low > 1e-3:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if vapour_pressure(SOLVENTS["NMP"], middle) > wanted else (middle, high)
    return low
