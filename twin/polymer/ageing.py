"""Ageing of what waits: moisture of powder; life of a varnish, how it thickens, how far its epoxy has reacted.

Amine and epoxide alone would keep a varnish for years; it is haze, water and slow bonding to the ends of the chains
that end its life (A-300), and acid or amine from a poor wash makes all of them faster (A-302).
"""

from math import exp, expm1, log

from twin.polymer.cure import cured
from twin.polymer.kinetics import ROOM

COLD = 278.15  # K, the colder of the two temperatures at which the life is stated, A-300
LIFE_ROOM = 7.0 * 86400.0  # s, A-300 (3-14 d): life of a varnish at 25 degC
LIFE_COLD = 30.0 * 86400.0  # s, A-300 (14-60 d): life of a varnish at 5 degC
THICKENING = 1.2  # 1, A-301 (1.1-1.5): viscosity at the end of that life relative to the fresh varnish
ACID_DOUBLING = (
    0.01  # kg/kg, A-302 (0.003-0.03): acid and amine that halve the life; the cure in dryer and press they leave alone
)
WATER_DOUBLING = 0.02  # kg/kg, A-302 (0.005-0.05): water in the varnish that halves it too, by haze
GELLED = 1e6  # 1, A-301: viscosity of what counts as a gel relative to the fresh varnish
SEPARATED = 0.7  # kg/kg, A-32: epoxy in its own phase; no varnish gets as far as to separate


def ageing_pace(residual_acid: float, water: float) -> float:
    """How many times as fast as a clean, dry varnish this one ages (A-302). [1]

    Args:
        residual_acid: Acid and amine that washing left in the polymer. [kg/kg]
        water: Water in the varnish. [kg/kg]

    >>> ageing_pace(0.0, 0.0), ageing_pace(0.01, 0.02)
    (1.0, 3.0)
    """
    return 1.0 + max(0.0, residual_acid) / ACID_DOUBLING + max(0.0, water) / WATER_DOUBLING


def varnish_life(temperature: float, residual_acid: float = 0.0, water: float = 0.0) -> float:
    """Age at which a varnish is used up: 7 d at 25 degC, 30 d at 5 degC, less with acid or water in it (A-300). [s]

    Args:
        temperature: Temperature of storage. [K]
        residual_acid: Acid and amine that washing left in the polymer. [kg/kg]
        water: Water in the varnish. [kg/kg]

    >>> [round(varnish_life(kelvin) / 86400.0, 6) for kelvin in (298.15, 278.15)]
    [7.0, 30.0]
    >>> varnish_life(298.15, 0.01) / varnish_life(298.15)
    0.5
    """
    inverse = 1.0 / temperature - 1.0 / ROOM
    slope = log(LIFE_COLD / LIFE_ROOM) / (1.0 / COLD - 1.0 / ROOM)
    return LIFE_ROOM * exp(min(700.0, slope * inverse)) / ageing_pace(residual_acid, water)


def aged_viscosity(
    viscosity: float, age: float, temperature: float, residual_acid: float = 0.0, water: float = 0.0
) -> float:
    """Viscosity of a varnish that has waited: a constant growth of its logarithm, 20 % in a life (A-301). [Pa*s]

    It ends at a millionfold: what is thicker is a gel and no varnish any more.

    Args:
        viscosity: Viscosity when fresh. [Pa*s]
        age: How long it has waited. [s]
        temperature: Temperature of storage. [K]
        residual_acid: Acid and amine that washing left in the polymer. [kg/kg]
        water: Water in the varnish. [kg/kg]

    >>> round(aged_viscosity(5.0, 7 * 86400.0, 298.15), 9), aged_viscosity(5.0, 0.0, 298.15)
    (6.0, 5.0)
    """
    spent = max(0.0, age) / varnish_life(temperature, residual_acid, water)
    return viscosity * min(GELLED, exp(min(700.0, spent * log(THICKENING))))


def moisture(capacity: float, humidity: float, age: float, leak: float) -> float:
    """Water that dry powder has taken from the air since it was sealed, by first order through its bag. [kg/kg]

    Args:
        capacity: Water in the polymer in saturated air (A-307). [kg/kg]
        humidity: Relative humidity of the store. [1]
        age: How long it has waited. [s]
        leak: Time constant of the bag (A-308). [s]

    >>> round(moisture(0.012, 0.5, 86400.0, 86400.0), 6)  # 0.006 (1 - 1/e)
    0.003793
    """
    return -capacity * humidity * expm1(-max(0.0, age) / leak)


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
    return cured(0.0, temperature, max(0.0, age) * ageing_pace(residual_acid, 0.0), diluted, SEPARATED)
