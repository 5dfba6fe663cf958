"""What a dryer breathes: the vapour that its air may carry before it could burn, and the heat of that air.

A quarter of the lower flammable limit is what NFPA 86 allows a dryer without an analyser.
"""

from twin.polymer.solvents import AMBIENT, ATMOSPHERE, GAS_CONSTANT, Solvent

SUPPLY_AIR = 1206.0  # J/m^3/K, heat capacity of hall air by volume (1.2 kg/m^3 times 1005 J/kg/K, CRC Handbook)


def safe_air(vapour: float, solvent: Solvent, share: float) -> float:
    """Fresh air that keeps a stream of vapour below a share of its lower flammable limit, at hall temperature. [m^3/s].

    Args:
        vapour: Vapour that evaporates. [kg/s]
        solvent: What evaporates. [1]
        share: Share of the lower flammable limit that is allowed; NFPA 86: a quarter without an analyser. [1]

    >>> from twin.polymer.solvents import SOLVENTS
    >>> round(3600 * safe_air(13.8 / 3600, SOLVENTS["NMP"], 0.25))  # 13.8 kg/h: about 800 m3/h
    801
    """
    volume = vapour / solvent.molar_mass * GAS_CONSTANT * AMBIENT / ATMOSPHERE
    return volume / (share * solvent.flammable)


def air_heat(air: float, temperature: float) -> float:
    """Heat that warms a stream of fresh air from hall temperature. [W].

    Args:
        air: Fresh air at hall temperature. [m^3/s]
        temperature: Temperature to which it is warmed. [K]

    >>> round(air_heat(800 / 3600, 398.15) / 1000, 1)  # 800 m3/h by 100 K
    26.8
    """
    return air * SUPPLY_AIR * (temperature - AMBIENT)
