"""What the rolls of one load share: the heaters' heat, the pump, the sweep; and what the neglect of radial heat is.

Sources: the ideal gas with CODATA's constant; balance of mass at the pump (A-351) and of heat at the heaters (A-352).
"""

from math import exp, pi, sqrt

from twin.polymer.roll_gap import NMP
from twin.polymer.solvents import GAS_CONSTANT

# Zeros of the Bessel function J0 and J1 there (Abramowitz and Stegun, Handbook of Mathematical Functions, table 9.5)
BESSEL = (
    (2.404825557695773, 0.519147497289467),
    (5.520078110286311, -0.340264806368347),
    (8.653727912911013, 0.271452299928381),
    (11.791534439014281, -0.232459831425050),
    (14.930917708487787, 0.206546433073930),
    (18.071063967910924, -0.187728803040428),
)


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


def cylinder(fourier: float) -> tuple[float, float]:
    """Difference left at the axis and on average of a long cylinder whose surface has taken a new temperature. [1].

    Carslaw and Jaeger, Conduction of Heat in Solids (1959), section 7.6: six terms from a Fourier number of 0.02 on,
    and before that, the law of short times; good to 1e-4.

    Args:
        fourier: Diffusivity times time over the radius squared. [1]

    >>> [round(one, 6) for one in cylinder(0.4)]
    [0.158489, 0.068431]
    """
    if fourier < 0.02:
        short = max(fourier, 0.0)
        return 1.0, 1.0 - 4.0 * sqrt(short / pi) + short + short**1.5 / (3.0 * sqrt(pi))
    parts = [(zero, slope, exp(-zero * zero * fourier)) for zero, slope in BESSEL]
    axis = sum(2.0 / (zero * slope) * part for zero, slope, part in parts)
    return axis, sum(4.0 / (zero * zero) * part for zero, _, part in parts)
