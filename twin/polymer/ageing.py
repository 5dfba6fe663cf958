"""Ageing of what waits: how long a varnish lives, how it thickens, and how far its epoxy has reacted meanwhile.

Amine and epoxide alone would keep a varnish for years; it is haze, water and slow bonding to the ends of the chains
that end its life (A-300), and acid or amine from a poor wash makes all of them faster (A-302).
"""

from math import exp, log

from twin.polymer.cure import cured
from twin.polymer.kinetics import ROOM

COLD = 278.15  # K, the colder of the two temperatures at which the life is stated, A-300
LIFE_ROOM = 7.0 * 86400.0  # s, A-300 (3-14 d): life of a varnish at 25 degC
LIFE_COLD = 30.0 * 86400.0  # s, A-300 (14-60 d): life of a varnish at 5 degC
THICKENING = 1.2  # 1, A-301 (1.1-1.5): viscosity at the end of that life relative to the fresh varnish
ACID_DOUBLING = 0.01  # kg/kg, A-302 (0.003-0.03): acid and amine in the polymer that halve the life
SEPARATED = 0.7  # kg/kg, A-32: epoxy in its own phase; no varnish gets as far as to separate


def varnish_life(temperature: float, residual_acid: float = 0.0) -> float:
    """Age at which a varnish is used up: 7 d at 25 degC, 30 d at 5 degC, less with acid in its powder (A-300). [s]

    Args:
        temperature: Temperature of storage. [K]
        residual_acid: Acid and amine that washing left in the polymer. [kg/kg]

    >>> [round(varnish_life(kelvin) / 86400.0, 6) for kelvin in (298.15, 278.15)]
    [7.0, 30.0]
    >>> varnish_life(298.15, 0.01) / varnish_life(298.15)
    0.5
    """
    inverse = 1.0 / temperature - 1.0 / ROOM
    slope = log(LIFE_COLD / LIFE_ROOM) / (1.0 / COLD - 1.0 / ROOM)
    return LIFE_ROOM * exp(min(700.0, slope * inverse)) / (1.0 + max(0.0, residual_acid) / ACID_DOUBLING)


def aged_viscosity(viscosity: float, age: float, temperature: float, residual_acid: float = 0.0) -> float:
    """Viscosity of a varnish that has waited: a constant growth of its logarithm, 20 % in a life (A-301). [Pa*s]

    Args:
        viscosity: Viscosity when fresh. [Pa*s]
        age: How long it has waited. [s]
        temperature: Temperature of storage. [K]
        residual_acid: Acid and amine that washing left in the polymer. [kg/kg]

    >>> round(aged_viscosity(5.0, 7 * 86400.0, 298.15), 9), aged_viscosity(5.0, 0.0, 298.15)
    (6.0, 5.0)
    """
    spent = max(0.0, age) / varnish_life(temperature, residual_acid)
    return viscosity * exp(min(700.0, spent * log(THICKENING)))


def varnish_conversion(age: float, temperature: float, diluted: float, residual_acid: float = 0.0) -> float:
    """Conversion of the epoxy of a varnish that has waited: the law of the cure, diluted by all else. [mol/mol]

    Args:
        age: How long it has waited. [s]
        temperature: Temperature of storage. [K]
        diluted: Epoxy and hardener in the varnish. [kg/kg]
        residual_acid: Acid and amine that washing left in the polymer; it is taken as time. [kg/kg]

    >>> round(varnish_conversion(86400.0, 298.15, 0.05), 5), round(varnish_conversion(30 * 86400.0, 278.15, 0.05), 4)
    (0.00052, 0.0015)
    """
    hastened = max(0.0, age) * (1.0 + max(0.0, residual_acid) / ACID_DOUBLING)
    return cured(0.0, temperature, hastened, diluted, SEPARATED)
