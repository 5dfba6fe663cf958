"""Heat of a vessel: what its contents hold, and how much warmer a reaction would make them if nothing cooled.

Heats add up (balance of heat); those of the substances are from the CRC Handbook and A-08.
"""

SOLVENT_HEAT = 2050.0  # J/kg/K, DMF at 25 degC, CRC Handbook
POLYMER_HEAT = 1300.0  # J/kg/K, A-08 (1100-1500): polyamic acid and polyimide
METHANOL_HEAT = 2530.0  # J/kg/K, methanol at 25 degC, CRC Handbook


def heat_capacity(solvent: float, polymer: float, methanol: float = 0.0) -> float:
    """Heat that warms the contents of a vessel by one kelvin. [J/K]

    Args:
        solvent: Mass of solvent and reagents. [kg]
        polymer: Mass of polymer. [kg]
        methanol: Mass of methanol. [kg]

    >>> heat_capacity(2.0, 1.0, 1.0)  # 4100 + 1300 + 2530
    7930.0
    """
    return SOLVENT_HEAT * solvent + POLYMER_HEAT * polymer + METHANOL_HEAT * methanol


def adiabatic_rise(reacted: float, heat: float, capacity: float) -> float:
    """How much warmer a vessel would get if all the heat of a reaction stayed in it. [K]

    Args:
        reacted: Amount that reacts. [mol]
        heat: Heat that a mole of it sets free. [J/mol]
        capacity: Heat that warms the contents by one kelvin. [J/K]

    >>> round(adiabatic_rise(0.224, 70e3, heat_capacity(0.263, 0.1130096)), 4)  # JP 2003-027014, Example 1
    22.8551
    """
    return reacted * heat / capacity if capacity > 0.0 else 0.0
