"""Viscosity of a polymer solution: one power law in solids and molar mass, anchored where the recipe measured it."""

from math import exp

from twin.polymer.kinetics import GAS_CONSTANT, ROOM

ENTANGLED = 3.4  # power of molar mass above entanglement; Berry and Fox, Adv. Polym. Sci. 5 (1968) 261


def solution_viscosity(
    reference: float,
    thickening: float,
    lengthening: float,
    *,
    exponent: float,
    activation: float = 0.0,
    temperature: float = ROOM,
) -> float:
    """Viscosity of a solution relative to a known one. [Pa*s]

    Args:
        reference: Viscosity of the known solution at 25 degC. [Pa*s]
        thickening: Solids relative to those of the known solution. [1]
        lengthening: Weight-average molar mass relative to that of the known solution. [1]
        exponent: Power of the solids (A-03). [1]
        activation: Activation energy of flow (A-04). [J/mol]
        temperature: Temperature. [K]

    >>> round(solution_viscosity(1.0, 1.0, 1.1, exponent=4.5), 6)
    1.382723
    >>> round(solution_viscosity(1.0, 0.29 / 0.3005, 1.0, exponent=4.5), 6)
    0.852101
    """
    warm = exp(activation / GAS_CONSTANT * (1.0 / temperature - 1.0 / ROOM))
    return float(reference * thickening**exponent * lengthening**ENTANGLED * warm)
