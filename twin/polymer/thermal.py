"""Thermal imidization: what amide acid does by heat alone, in a dryer, an oven or a press."""

from math import exp

from twin.polymer.kinetics import GAS_CONSTANT

BOLTZMANN_OVER_PLANCK = 2.083661912e10  # 1/s/K, CODATA 2018
ACTIVATION = 108784.0  # J/mol, 26 kcal/mol: Kreuz et al., J. Polym. Sci. 4 (1966) 2607
ENTROPY = -41.84  # J/mol/K, -10 cal/mol/K: the same
STIFFENING = 15.0  # K, A-303 (8-25 K): width over which the glass stops the chains


def mobility(temperature: float, transition: float) -> float:
    """Share of the rate in a melt that chains keep as they turn to glass: one half at the transition (A-303). [1]

    Args:
        temperature: Temperature. [K]
        transition: Glass transition of the polymer with what plasticizes it. [K]

    >>> mobility(400.0, 400.0), round(mobility(385.0, 400.0), 4)
    (0.5, 0.2689)
    """
    return 1.0 / (1.0 + exp(min(700.0, (transition - temperature) / STIFFENING)))


def thermal_closing(temperature: float, transition: float = 0.0) -> float:
    """Rate constant at which amide acid closes to imide by heat alone, by the law of Eyring. [1/s]

    Eyring, J. Chem. Phys. 3 (1935) 107, with the constants of Kreuz et al., J. Polym. Sci. 4 (1966) 2607.

    Args:
        temperature: Temperature. [K]
        transition: Glass transition of the polymer with what plasticizes it; 0 for chains that move freely. [K]

    >>> [float(f"{thermal_closing(kelvin):.3g}") for kelvin in (383.15, 453.15)]
    [0.000209, 0.0484]
    """
    thermal = GAS_CONSTANT * temperature
    free = BOLTZMANN_OVER_PLANCK * temperature * exp(ENTROPY / GAS_CONSTANT - (ACTIVATION - thermal) / thermal)
    return free * (mobility(temperature, transition) if transition > 0.0 else 1.0)
