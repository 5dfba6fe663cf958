"""Web and wound roll: amounts, geometry, the air and the tape between the laps, the pressure that winding leaves."""

from collections.abc import Mapping
from math import erfc, exp, pi, sqrt
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twin.polymer.solvents import AMBIENT, GAS_CONSTANT

Array = NDArray[np.float64]

SHELLS = 160  # core pressure within 3 % of the fine grid, where neither SOFTEST nor APART is passed
SOFTEST = 3e5  # modulus along the web over that of the stack half-way, from which pressure falls too fast for the grid
APART = 0.01  # of the core pressure, by which both grids may differ: beyond it the error may pass 3 %
GRADING = 1.5  # shells are thin near the core, whose pressure the first laps decide
AIR_VISCOSITY = 1.85e-5  # Pa*s, air at 298 K (CRC Handbook)


class Stack(NamedTuple):
    """What is wound, on what, and how tightly.

    Attributes:
        core: Radius of the core. [m]
        outer: Radius of the finished roll. [m]
        stress: Winding tension over the pitch of the roll. [Pa]
        taper: How much of the tension is taken back toward infinite radius. [1]
        modulus: Modulus of the web along it, over the pitch. [Pa]
        core_modulus: Modulus of the core. [Pa]
        poisson: Poisson ratio of the stack. [1]
        softness: Pressure K1 of Pfeiffer's stack modulus K2 (K1 + P). [Pa]
        stiffening: Factor K2 of the same. [1]
    """

    core: float
    outer: float
    stress: float
    taper: float
    modulus: float
    core_modulus: float
    poisson: float
    softness: float
    stiffening: float


class Wound(NamedTuple):
    """What winding left between the laps.

    Attributes:
        radii: Radii from core to outside. Shape: (shells / 2 + 1,). [m]
        pressure: Pressure between the laps there. Shape: (shells / 2 + 1,). [Pa]
        apart: Difference of the two grids at the core, as a share of the pressure there. [1]
    """

    radii: Array
    pressure: Array
    apart: float


class Lap(NamedTuple):
    """Outermost lap of one section of a roll.

    Attributes:
        inner: Radius at which the section begins. [m]
        outer: Radius at which it ends. [m]
        gap: Gap between its laps where none hangs. [m]
        slack: Strain by which its laps hang: of their own tension, and of what the web is longer there. [1]
    """

    inner: float
    outer: float
    gap: float
    slack: float


def touched_share(lap: Lap) -> float:
    """Share of a section's length that touches: geometry of all beyond the radius where it hangs by the gap. [1].

    Args:
        lap: The section. [1]

    >>> touched_share(Lap(inner=0.0, outer=0.2, gap=1e-5, slack=1e-4))
    0.75
    """
    if lap.gap <= 0.0:
        return 1.0
    if lap.slack <= 0.0 or lap.outer <= lap.inner:
        return 0.0
    first = max(lap.gap / lap.slack, lap.inner)
    return max((lap.outer**2 - first**2) / (lap.outer**2 - lap.inner**2), 0.0)


def amounts(properties: Mapping[str, float], share: float) -> dict[str, float]:
    """Properties that are amounts, by definition in proportion to the share of a web that goes on; no others. [1].

    Args:
        properties: Properties of the whole web. [1]
        share: Share of it that goes on. [1]

    >>> amounts({"solvent_mass": 2.0, "solids": 0.2}, 0.5)
    {'solvent_mass': 1.0}
    """
    return {
        name: amount * share
        for name, amount in properties.items()
        if name.endswith("_mass") or name in {"amic_acid", "anhydride_left"}
    }


def outer_radius(core: float, length: float, pitch: float) -> float:
    """Outer radius of a roll, by geometry: the area of its edge is that of the web. [m].

    Args:
        core: Radius of the core. [m]
        length: Length wound. [m]
        pitch: Radius that each lap adds. [m]

    >>> round(1000 * outer_radius(0.0762, 500.0, 88e-6), 4)
    140.7554
    """
    return sqrt(core * core + length * pitch / pi)


def air_film(radius: float, speed: float, tension: float) -> float:
    """Thickness of the air that a web carries into the roll, by foil bearing theory (Knox and Sweeney 1971). [m].

    Args:
        radius: Radius of the roll. [m]
        speed: Web speed. [m/s]
        tension: Web tension. [N/m]

    >>> round(1e6 * air_film(0.1, 5.0 / 60.0, 100.0), 5)
    2.08766
    """
    return 0.643 * radius * float((12.0 * AIR_VISCOSITY * speed / tension) ** (2.0 / 3.0))


def compression(pressure: float, softness: float, stiffening: float) -> float:
    """Strain of a stack under pressure, from Pfeiffer's law (Tappi J. 49 (1966) 342) P = K1 (exp(K2 strain) - 1). [1].

    Args:
        pressure: Pressure on the stack. [Pa]
        softness: K1. [Pa]
        stiffening: K2. [1]

    >>> round(compression(1000.0 * (2.718281828 - 1.0), 1000.0, 50.0), 4)
    0.02
    """
    return float(np.log1p(max(pressure, 0.0) / softness)) / stiffening


def contact_probability(gap: float, radius: float, sag: float, bagginess: float) -> float:
    """Probability that a lap touches the one below: a baggy lap, longer than its circle, hangs (A-66). [1].

    Args:
        gap: Gap between the laps where none hangs. [m]
        radius: Radius of the lap. [m]
        sag: Strain of a lap under its own tension. [1]
        bagginess: Standard deviation of the excess length of a lap. [1]

    >>> round(contact_probability(50e-6, 0.2, 4.6e-5, 1e-4), 3)
    0.041
    """
    margin = gap / radius - sag
    if bagginess <= 0.0:
        return float(margin < 0.0)
    return min(erfc(margin / (bagginess * sqrt(2.0))), 1.0)


def wound_pressure(stack: Stack, shells: int = SHELLS) -> Wound:
    """Radii and the pressure between the laps there, after winding, and how sure that is. [m], [Pa], [1].

    Hakiel's model (Tappi J. 70 (1987) 113) with Pfeiffer's stack. Written as ``(r^3 p')' = r (E_t/E_r - 1) p`` for the
    pressure p that one more lap adds, it takes second-order finite volumes on a grid that is fine at the core, with
    E_r in the middle of each step; lumped shells of first order need ten times as many. Two grids, of all shells and of
    half of them, are extrapolated to none (Richardson).

    Args:
        stack: What is wound. [1]
        shells: Steps in which the roll is built, an even number. [1]

    >>> wound = wound_pressure(Stack(0.0762, 0.2, 3e6, 0.0, 4e9, 20e9, 0.3, 1.5e3, 60.0))
    >>> 127e3 < float(wound.pressure[0]) < 129e3, wound.apart < APART
    (True, True)
    """
    grown = np.linspace(0.0, 1.0, shells + 1) ** GRADING
    radii = stack.core + (stack.outer - stack.core) * grown
    fine, coarse = _wind(stack, radii)[::2], _wind(stack, radii[::2].copy())
    apart = abs(float(fine[0] - coarse[0])) / max(float(fine[0]), 1e-300)
    return Wound(radii[::2], np.maximum(fine + (fine - coarse) / 3.0, 0.0), apart)


def anisotropy(stack: Stack, pressure: float) -> float:
    """Modulus along the web over that of the stack: how fast pressure falls from the core (Hakiel 1987). [1].

    Args:
        stack: What is wound. [1]
        pressure: Pressure. [Pa]

    >>> anisotropy(Stack(0.0762, 0.2, 3e6, 0.0, 4e9, 20e9, 0.3, 1.5e3, 60.0), 98.5e3) * 6.0
    4000.0
    """
    return stack.modulus / (stack.stiffening * (stack.softness + pressure))


def traction(friction: float, air: float, roughness: float) -> float:
    """Friction between laps that air floats: whole up to their roughness, none from three times that (A-355). [1].

    After Ducotey and Good, J. Tribol. 117 (1995) 679.

    Args:
        friction: Friction of laps that touch. [1]
        air: Thickness of the air between them. [m]
        roughness: Their roughness, both sides together. [m]

    >>> traction(0.3, 2e-6, 1e-6), traction(0.3, 0.5e-6, 1e-6), traction(0.3, 5e-6, 1e-6)
    (0.15, 0.3, 0.0)
    """
    return friction * min(max(1.5 - 0.5 * air / roughness, 0.0), 1.0)


def blocking(solvent: float, pressure: float, temperature: float, touching: float) -> float:
    """Index of laps that stick: 1 at 10 wt% and 100 kPa all along at 25 degC (A-356, empirical, uncalibrated). [1].

    Args:
        solvent: Residual solvent. [kg/kg]
        pressure: Pressure between the laps. [Pa]
        temperature: Temperature. [K]
        touching: Share of the length that touches. [1]

    >>> blocking(0.2, 50e3, 298.15, 0.5)
    0.5
    """
    creep = exp(60e3 / GAS_CONSTANT * (1.0 / AMBIENT - 1.0 / temperature))
    return touching * solvent / 0.1 * pressure / 1e5 * creep


@njit(cache=True)
def _wind(stack: Stack, radii: Array) -> Array:
    pressure, added, carry = np.zeros(radii.size), np.zeros(radii.size), np.zeros(radii.size)
    core = radii[0] ** 2 * (stack.modulus / stack.core_modulus - 1.0 + stack.poisson)
    for laps in range(1, radii.size):
        thickness = radii[laps] - radii[laps - 1]
        surface = radii[laps] - 0.5 * thickness
        tension = stack.stress * (1.0 - stack.taper * (1.0 - radii[0] / surface)) / surface
        added[0] = 0.5 * thickness * tension if laps == 1 else added[0]
        below, width = core, 0.0
        for i in range(laps):
            above = (radii[i + 1] if i < laps - 1 else surface) - radii[i]
            link = (radii[i] + 0.5 * above) ** 3 / above
            # what this step will add is guessed: as much as the last one added at the same depth under the surface
            guess = added[i - 1] if i > 0 else added[0]
            stiffness = stack.stiffening * (stack.softness + pressure[i] + 0.5 * guess)
            width += 0.5 * above
            diagonal = link + below + radii[i] * width * (stack.modulus / stiffness - 1.0)
            carry[i] = link / diagonal
            below, width = link * (1.0 - carry[i]), 0.5 * above
        for i in range(laps - 1, -1, -1):
            tension *= carry[i]
            added[i] = tension * thickness
            pressure[i] += added[i]
    return pressure
