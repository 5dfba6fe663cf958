"""Solvents of the line: one frozen table of constants, and what a solvent's vapour and activity follow from it.

The kernels ``pressure_of`` and ``activity_of`` take bare numbers, so that compiled loops can call them; the functions
``vapour_pressure``, ``activity`` and ``volume_fraction`` are for everyone else.

Sources: vapour pressure by Antoine's equation (1888) or equation 101 of DIPPR, with coefficients from where each
solvent says; activity of Flory and Huggins, from Flory, Principles of Polymer Chemistry (1953), chapter 12.
"""

from collections.abc import Mapping
from math import exp, log
from types import MappingProxyType
from typing import NamedTuple

from numba import njit

GAS_CONSTANT = 8.314462618  # J/(mol*K), CODATA 2018
ATMOSPHERE = 101325.0  # Pa, standard atmosphere
AMBIENT = 298.15  # K, hall and inlet air


Coefficients = tuple[float, float, float, float, float, float, float]


class Solvent(NamedTuple):
    """One solvent.

    Attributes:
        name: Name in the ledger of materials.
        molar_mass: Molar mass. [kg/mol]
        boiling_point: Normal boiling point. [K]
        density: Density of the liquid at 298 K. [kg/m^3]
        heat_of_vaporisation: Heat of vaporisation at drying temperature. [J/kg]
        heat_capacity: Heat capacity of the liquid. [J/kg/K]
        diffusivity: Diffusivity of the vapour in air at 298.15 K and 1 atm. [m^2/s]
        lewis: Lewis number of the vapour in air. [1]
        flammable: Lower flammable limit in air, by volume. [1]
        surface_tension: Surface tension of the liquid at 298 K. [N/m]
        pressure: Coefficients a, b, c, d, e of ``ln p = a - b/(T + c) + d ln T + e T^2``, p in Pa, T in K, and the
            lowest and highest temperature to which they were fitted. [1]
        source: Where the numbers are from.
    """

    name: str
    molar_mass: float
    boiling_point: float
    density: float
    heat_of_vaporisation: float
    heat_capacity: float
    diffusivity: float
    lewis: float
    flammable: float
    surface_tension: float
    pressure: Coefficients
    source: str


_COMMON = (
    "boiling points, molar masses, flammable limits: library chemicals 1.5.2 (IEC 60079-20-1); diffusivities and Lewis "
    "numbers: Fuller's method; densities, surface tensions, heats of vaporisation: CRC Handbook; heat capacity: A-40; "
)

SOLVENTS: Mapping[str, Solvent] = MappingProxyType(
    {
        "NMP": Solvent(
            name="NMP",
            molar_mass=0.09913,
            boiling_point=477.35,  # 204.2 degC; some tables say 202 degC; claim 11's window stands on this one value
            density=1028.0,
            heat_of_vaporisation=520e3,
            heat_capacity=1900.0,
            diffusivity=0.0864e-4,
            lewis=2.55,
            flammable=0.017,  # estimated by the library's correlation; safety sheets say 0.013
            surface_tension=0.0407,
            pressure=(21.137754179536273, 3811.4460785821143, -80.355, 0.0, 0.0, 336.0, 477.0),
            source=_COMMON + "vapour pressure: Landolt-Boernstein IV/20",
        ),
        "DMF": Solvent(
            name="DMF",
            molar_mass=0.073094,
            boiling_point=425.95,
            density=944.6,
            heat_of_vaporisation=600e3,
            heat_capacity=2060.0,
            diffusivity=0.0982e-4,
            lewis=2.24,
            flammable=0.018,
            surface_tension=0.0357,
            pressure=(82.762, 7955.5, 0.0, -8.8038, 4.2431e-6, 212.72, 649.6),
            source=_COMMON + "vapour pressure: Perry's Handbook, 8th ed., table 2-8 (DIPPR 101)",
        ),
        "1,3-dioxolane": Solvent(
            name="1,3-dioxolane",
            molar_mass=0.074079,
            boiling_point=348.45,
            density=1060.0,
            heat_of_vaporisation=480e3,
            heat_capacity=1700.0,
            diffusivity=0.1102e-4,
            lewis=2.00,
            flammable=0.023,
            surface_tension=0.0334,
            pressure=(20.996329, 2849.1658, -48.735, 0.0, 0.0, 280.9, 355.3),
            source=_COMMON + "vapour pressure: NIST WebBook, extrapolated above 355 K",
        ),
        "THF": Solvent(
            name="THF",
            molar_mass=0.072106,
            boiling_point=339.15,
            density=883.0,
            heat_of_vaporisation=435e3,
            heat_capacity=1720.0,
            diffusivity=0.1009e-4,
            lewis=2.18,
            flammable=0.015,
            surface_tension=0.0264,
            pressure=(21.0028451, 2770.2631, -46.795, 0.0, 0.0, 253.5, 361.71),
            source=_COMMON + "vapour pressure: Poling, Prausnitz and O'Connell, 5th ed.",
        ),
        "DMAc": Solvent(
            name="DMAc",
            molar_mass=0.08712,
            boiling_point=439.05,
            density=937.0,
            heat_of_vaporisation=530e3,
            heat_capacity=2000.0,
            diffusivity=0.0885e-4,
            lewis=2.49,
            flammable=0.018,
            surface_tension=0.0360,
            pressure=(24.092909, 5517.4628, 0.0, 0.0, 0.0, 298.15, 439.05),
            source=_COMMON + "vapour pressure: A-41, through 267 Pa at 25 degC and the boiling point (the WebBook line "
            "misses the boiling point by 15 K)",
        ),
    }
)


@njit(cache=True)
def pressure_of(coefficients: Coefficients, temperature: float) -> float:
    """Vapour pressure of a pure solvent, for compiled loops. [Pa].

    Outside the fit it goes on smoothly: below as ``ln p = A + B/T``, above as ``ln p = A + B/T + C ln T``.

    Args:
        coefficients: As in ``Solvent.pressure``. [1]
        temperature: Temperature. [K]

    >>> line = (10.0, 3000.0, 0.0, 0.0, 0.0, 250.0, 400.0)
    >>> [round(log(pressure_of(line, kelvin)), 9) for kelvin in (300.0, 150.0)]  # 10 - 3000/T
    [0.0, -10.0]
    """
    a, b, c, d, e, low, high = coefficients
    within = min(max(temperature, low), high)
    exponent = a - b / (within + c)
    if d != 0.0:
        exponent += d * log(within) + e * within * within
    if within != temperature:
        slope = b / (within + c) ** 2 + d / within + 2.0 * e * within
        bend = 0.0
        if temperature > high:
            curvature = -2.0 * b / (within + c) ** 3 - d / (within * within) + 2.0 * e
            bend = within * (within * curvature + 2.0 * slope)
        exponent += (bend - slope * within) * (within / temperature - 1.0) + bend * log(temperature / within)
    return exp(exponent)


@njit(cache=True)
def activity_of(solvent: float, interaction: float) -> float:
    """Flory-Huggins activity from the solvent's volume fraction, for compiled loops. [1].

    Args:
        solvent: Volume fraction of solvent. [1]
        interaction: Flory-Huggins parameter chi. [1]

    >>> round(activity_of(0.5, 0.0), 6), activity_of(1.0, 0.45)  # e^(1/2) / 2
    (0.824361, 1.0)
    """
    polymer = 1.0 - solvent
    return solvent * exp(polymer + interaction * polymer * polymer)


def vapour_pressure(solvent: Solvent | str, temperature: float) -> float:
    """Vapour pressure of a pure solvent. [Pa].

    Args:
        solvent: A solvent or its name in the table. [1]
        temperature: Temperature. [K]

    >>> round(vapour_pressure("NMP", 373.15)), round(vapour_pressure("DMF", 298.15), 1)
    (3362, 542.3)
    >>> round(vapour_pressure("1,3-dioxolane", 373.15))  # above its fit
    201531
    """
    one = SOLVENTS[solvent] if isinstance(solvent, str) else solvent
    return float(pressure_of(one.pressure, temperature))


def activity(solvent: float, interaction: float) -> float:
    """Activity of a solvent in a polymer of much larger molar volume, by Flory and Huggins. [1].

    Args:
        solvent: Volume fraction of solvent. [1]
        interaction: Flory-Huggins parameter chi. [1]

    >>> [round(activity(share, 0.45), 7) for share in (0.01, 0.1, 0.3)]
    [0.0418307, 0.3541322, 0.7531636]
    """
    return float(activity_of(solvent, interaction))


def volume_fraction(mass_fraction: float, solvent_density: float, polymer_density: float) -> float:
    """Volume fraction of solvent from its mass fraction, volumes being additive. [1].

    Args:
        mass_fraction: Mass fraction of solvent. [kg/kg]
        solvent_density: Density of the solvent. [kg/m^3]
        polymer_density: Density of the polymer. [kg/m^3]

    >>> round(volume_fraction(0.5, 1000.0, 1500.0), 2)
    0.6
    """
    solvent = mass_fraction / solvent_density
    return solvent / (solvent + (1.0 - mass_fraction) / polymer_density)
