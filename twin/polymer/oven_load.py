"""What the rolls of one load share: the heaters' heat, the pump, the sweep.

Sources: the ideal gas with CODATA's constant; balance of mass at the pump (A-351) and of heat at the heaters (A-352).
"""

from math import pi

from twin.polymer.roll_gap import NMP
from twin.polymer.solvents import GAS_CONSTANT


def vapour_volume(flow: float, temperature: float, pressure: float) -> float:
    """Volume flow of NMP vapour, an ideal gas. [m^3/s].

    Args:
        flow: Mass flow. [kg/s]
        temperature: Temperature. [K]
        pressure: Pressure. [Pa]

    A roll's 2.2 kg in 10 h at 100 Pa are 87 m3/h:

    >>> round(3600.0 * vapour_volume(2.2 / 36e3, 473.15, 100.0), 1)
    87.3
    """
    return flow * GAS_CONSTANT * temperature / (NMP.molar_mass * pressure)


def vapour_rise(load: float, length: float, temperature: float, speed: float) -> float:
    """Rise of the chamber's vapour pressure with what leaves a roll at either border per metre. [Pa*m*s/kg].

    The rolls of a load are taken to be alike, so that each counts for all.

    Args:
        load: Rolls in the oven. [1]
        length: Length of web in each. [m]
        temperature: Temperature of the vapour at the pump. [K]
        speed: Volume that the pump or the sweep takes away. [m^3/s]

    >>> rise = vapour_rise(4.0, 500.0, 473.15, 0.25)
    >>> round(rise * 2.2 / 36e3 / 1000.0, 1)  # four rolls that give 2.2 kg in 10 h at 900 m3/h
    38.8
    """
    return vapour_volume(2.0 * load * length, temperature, 1.0) / max(speed, 1e-9)


def heating_resistance(load: float, core: float, outer: float, conductance: float) -> float:
    """Resistance between the heaters' set-point and the faces of each roll, who share the heat. [m^2*K/W].

    Args:
        load: Rolls in the oven. [1]
        core: Radius of the rolls' core. [m]
        outer: Their outer radius. [m]
        conductance: Heat that the heaters bring per kelvin by which the rolls cool the walls. [W/K]

    >>> round(heating_resistance(4.0, 0.0762, 0.1408, 200.0), 6)
    0.001762
    """
    return load * 2.0 * pi * max(outer * outer - core * core, 0.0) / conductance
