"""How solvent diffuses through a drying film and evaporates: the compiled terms of the balance, and their slopes.

One dimension, in the coordinate of the polymer, which does not shrink: ``u`` is the volume of solvent per volume of
polymer, and because ``phi_p^2 du = dphi`` the flux is ``D dphi/dx`` with phi the solvent's volume fraction. The model
is that of Alsoy and Duda (AIChE J. 44 (1998) 791; Ind. Eng. Chem. Res. 40 (2001) 2995), in finite volumes, for several
lanes of a web at once.

A web is one array with a row for each lane: the wetness of its nodes from the foil to the surface [1], its temperature
[K], and the volume of solvent per area that has left it [m]. What the balance of a web is made of stands in one array
of terms, named below; the surface is one more gap, whose flux is what evaporates, so that no node is a special case.
"""

from math import exp, log
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twin.polymer.solvents import GAS_CONSTANT, Coefficients, activity_of, pressure_of

Array = NDArray[np.float64]

REFERENCE = 393.15  # K, at which diffusivities are stated
SLIGHT = 0.1  # K, over which the slope of the vapour pressure is taken
TEMPERATURE, GONE = -2, -1  # columns of a web after its nodes
# Terms, each of shape (lanes, nodes): volume fraction of solvent [1]; diffusivity at a node, and in the middle of the
# gap above it [m^2/s]; flux from above into a node [m/s]; how that falls with the wetness of the node and grows with
# that of the node above [m/s] and with temperature [m/s/K]; then what elimination needs: share handed on [1], inverse
# pivot [s/m], wetness per kelvin [1/K]
SHARE, FREE, MIDDLE, FLUX, BELOW, ABOVE, WARMTH, CARRY, INVERSE, RESPONSE = range(10)
TERMS = 10


class Film(NamedTuple):
    """A wet film on its carrier.

    Attributes:
        thickness: Thickness when dry. [m]
        wetness: Volume of solvent per volume of polymer. [1]
        polymer_density: Density of the polymer. [kg/m^3]
        solvent_density: Density of the solvent. [kg/m^3]
        molar_mass: Molar mass of the solvent. [kg/mol]
        heat_of_vaporisation: Heat of vaporisation. [J/kg]
        pressure: Vapour pressure coefficients of the solvent, see ``solvents``. [1]
        interaction: Flory-Huggins parameter. [1]
        dry_diffusivity: Diffusivity of a trace of solvent at 393.15 K. [m^2/s]
        dry_energy: Its activation energy. [J/mol]
        wet_diffusivity: Self-diffusivity of the solvent at 393.15 K. [m^2/s]
        wet_energy: Its activation energy. [J/mol]
        plasticising: How much solvent it takes to speed diffusion up; small is little. [1]
        solvent_heat: Heat capacity of the solvent. [J/kg/K]
        dry_heat: Heat capacity of carrier and polymer per area. [J/m^2/K]
    """

    thickness: float
    wetness: float
    polymer_density: float
    solvent_density: float
    molar_mass: float
    heat_of_vaporisation: float
    pressure: Coefficients
    interaction: float
    dry_diffusivity: float
    dry_energy: float
    wet_diffusivity: float
    wet_energy: float
    plasticising: float
    solvent_heat: float
    dry_heat: float


class Gas(NamedTuple):
    """Air over the web.

    Attributes:
        temperature: Its temperature. [K]
        heat_transfer: Heat transfer coefficient of each face. [W/m^2/K]
        mass_transfer: Mass transfer coefficient of the coated face. [m/s]
        solvent_pressure: Partial pressure of solvent in it. [Pa]
    """

    temperature: float
    heat_transfer: float
    mass_transfer: float
    solvent_pressure: float = 0.0


class Mesh(NamedTuple):
    """Finite volumes of each lane, from the foil to the surface.

    Attributes:
        widths: Widths of the cells of the nodes. Shape: (lanes, nodes). [m]
        leads: One over the gap above each node, 0 above the last. Shape: (lanes, nodes). [1/m]
    """

    widths: Array
    leads: Array


@njit(cache=True, error_model="numpy")
def mesh_of(thicknesses: Array, nodes: int) -> Mesh:
    """Nodes that crowd toward the surface, at the same shares of each lane's thickness. [m].

    Args:
        thicknesses: Dry thickness of each lane. [m]
        nodes: Nodes of each lane. [1]

    >>> mesh_of(np.array([1.0]), 3).widths.tolist()  # nodes at 0, 3/4 and 1
    [[0.375, 0.5, 0.125]]
    """
    rest = 1.0 - np.arange(nodes) / (nodes - 1.0)
    places = 1.0 - rest * rest
    gaps = places[1:] - places[:-1]
    widths, leads = np.zeros((thicknesses.size, nodes)), np.zeros((thicknesses.size, nodes))
    for lane in range(thicknesses.size):
        widths[lane, 1:] += 0.5 * thicknesses[lane] * gaps
        widths[lane, :-1] += 0.5 * thicknesses[lane] * gaps
        leads[lane, :-1] = 1.0 / (thicknesses[lane] * gaps)
    return Mesh(widths, leads)


@njit(cache=True, error_model="numpy")
def rapid(exponent: float) -> float:
    """Exponential function by a series and eight squarings, within 1e-7 up to 35; loops of it run abreast. [1].

    Args:
        exponent: The exponent. [1]

    >>> from math import exp
    >>> abs(rapid(27.0) / exp(27.0) - 1.0) < 1e-7, rapid(0.0)
    (True, 1.0)
    """
    y = exponent * (1.0 / 256.0)
    y = 1.0 + y * (1.0 + y * (1.0 / 2 + y * (1.0 / 6 + y * (1.0 / 24 + y * (1.0 / 120 + y * (1.0 / 720))))))
    y *= y
    y *= y
    y *= y
    y *= y
    y *= y
    y *= y
    y *= y
    return y * y


@njit(cache=True, error_model="numpy")
def fill_fluxes(film: Film, gas: Gas, mesh: Mesh, web: Array, terms: Array) -> None:
    """Fill in the fluxes; the diffusivity of a gap is its mean over the volume fraction, by Simpson's rule. [m/s].

    Args:
        film: The wet film. [1]
        gas: Air over the web. [1]
        mesh: Its finite volumes. [1]
        web: Wetness of the nodes and temperature of each lane. [1], [K]
        terms: Takes the terms of the balance. [m/s]

    >>> film = Film(1.0, 1.0, 1e3, 1e3, 0.1, 5e5, (20.0, 3e3, 0.0, 0.0, 0.0, 2e2, 5e2), 0.0, 1e-9, 0.0, 1e-9, 0.0, 0.3,
    ...             2e3, 1e2)
    >>> terms, mesh = np.zeros((TERMS, 1, 3)), mesh_of(np.array([1.0]), 3)
    >>> fill_fluxes(film, Gas(393.15, 50.0, 0.0), mesh, np.array([[1.0, 0.5, 0.0, 393.15, 0.0]]), terms)
    >>> [round(1e9 * float(flux), 6) for flux in terms[FLUX, 0, :2]]  # 1e-9 times (1/3 - 1/2) / 0.75, (0 - 1/3) / 0.25
    [-0.222222, -1.333333]
    """
    lanes, nodes = mesh.widths.shape
    kappa = film.plasticising
    for lane in range(lanes):
        temperature = web[lane, nodes]
        inverse = (1.0 / temperature - 1.0 / REFERENCE) / GAS_CONSTANT
        lowest = log(film.dry_diffusivity) - film.dry_energy * inverse
        gain = (log(film.wet_diffusivity) - film.wet_energy * inverse - lowest) * (1.0 + kappa)
        trace = exp(lowest)
        for i in range(nodes):
            wet = max(web[lane, i], 0.0)
            share = wet / (1.0 + wet)
            terms[SHARE, lane, i] = share
            terms[FREE, lane, i] = trace * rapid(gain * share / (share + kappa))
        for i in range(nodes - 1):
            low, high = terms[SHARE, lane, i], terms[SHARE, lane, i + 1]
            middle = 0.5 * (low + high)
            terms[MIDDLE, lane, i] = trace * rapid(gain * middle / (middle + kappa))
            free = terms[FREE, lane, i] + 4.0 * terms[MIDDLE, lane, i] + terms[FREE, lane, i + 1]
            terms[FLUX, lane, i] = free * (high - low) * mesh.leads[lane, i] * (1.0 / 6.0)
        terms[FLUX, lane, nodes - 1] = -_evaporation(film, gas, web[lane, nodes - 1], temperature)


@njit(cache=True, error_model="numpy")
def _evaporation(film: Film, gas: Gas, top: float, temperature: float) -> float:
    """Volume flux of solvent from the surface. [m/s]."""
    factor = gas.mass_transfer * film.molar_mass / (film.solvent_density * GAS_CONSTANT * temperature)
    saturated = pressure_of(film.pressure, temperature)
    return factor * (activity_of(top / (1.0 + top), film.interaction) * saturated - gas.solvent_pressure)


@njit(cache=True, error_model="numpy")
def fill_slopes(film: Film, gas: Gas, mesh: Mesh, web: Array, terms: Array) -> None:
    """Fill in how the fluxes answer to the web; a slope of the wrong sign, where a gap is steep, is left out. [m/s].

    Args:
        film: The wet film. [1]
        gas: Air over the web. [1]
        mesh: Its finite volumes. [1]
        web: Wetness of the nodes and temperature of each lane. [1], [K]
        terms: Takes the terms of the balance. [m/s]

    >>> film = Film(1.0, 1.0, 1e3, 1e3, 0.1, 5e5, (20.0, 3e3, 0.0, 0.0, 0.0, 2e2, 5e2), 0.0, 1e-9, 0.0, 1e-9, 0.0, 0.3,
    ...             2e3, 1e2)
    >>> terms, mesh = np.zeros((TERMS, 1, 3)), mesh_of(np.array([1.0]), 3)
    >>> fill_fluxes(film, Gas(393.15, 50.0, 0.0), mesh, np.array([[1.0, 0.5, 0.0, 393.15, 0.0]]), terms)
    >>> fill_slopes(film, Gas(393.15, 50.0, 0.0), mesh, np.array([[1.0, 0.5, 0.0, 393.15, 0.0]]), terms)
    >>> round(1e9 * float(terms[BELOW, 0, 0]), 6)  # 1e-9 times (1 - 1/2)^2 / 0.75
    0.333333
    """
    lanes, nodes = mesh.widths.shape
    kappa = film.plasticising
    for lane in range(lanes):
        temperature = web[lane, nodes]
        per_kelvin = 1.0 / (GAS_CONSTANT * temperature * temperature)
        inverse = (1.0 / temperature - 1.0 / REFERENCE) / GAS_CONSTANT
        gain = log(film.wet_diffusivity / film.dry_diffusivity) - (film.wet_energy - film.dry_energy) * inverse
        rise = gain * (1.0 + kappa) * kappa
        eased = (film.wet_energy - film.dry_energy) * (1.0 + kappa)
        for i in range(nodes - 1):
            low, high, lead = terms[SHARE, lane, i], terms[SHARE, lane, i + 1], mesh.leads[lane, i] * (1.0 / 6.0)
            down, half, up = terms[FREE, lane, i], terms[MIDDLE, lane, i], terms[FREE, lane, i + 1]
            below, middle, above = 1.0 / (low + kappa), 2.0 / (low + high + 2.0 * kappa), 1.0 / (high + kappa)
            total, fall = down + 4.0 * half + up, (high - low) * rise
            bent = 2.0 * half * middle * middle
            falls = total - fall * (down * below * below + bent)
            grows = total + fall * (up * above * above + bent)
            terms[BELOW, lane, i] = max(falls, 0.0) * lead * (1.0 - low) ** 2
            terms[ABOVE, lane, i] = max(grows, 0.0) * lead * (1.0 - high) ** 2
            eases = down * low * below + 2.0 * half * (low + high) * middle + up * high * above
            terms[WARMTH, lane, i] = (total * film.dry_energy + eased * eases) * per_kelvin * (high - low) * lead
        wetter, warmer = _evaporation_slopes(film, gas, web[lane, nodes - 1], temperature)
        terms[BELOW, lane, nodes - 1], terms[WARMTH, lane, nodes - 1] = wetter, -warmer


@njit(cache=True, error_model="numpy")
def _evaporation_slopes(film: Film, gas: Gas, top: float, temperature: float) -> tuple[float, float]:
    """How evaporation grows with the wetness of the surface and with temperature. [m/s], [m/s/K]."""
    solvent = top / (1.0 + top)
    polymer = 1.0 - solvent
    factor = gas.mass_transfer * film.molar_mass / (film.solvent_density * GAS_CONSTANT * temperature)
    saturated = factor * pressure_of(film.pressure, temperature)
    steepness = exp(polymer + film.interaction * polymer * polymer) * polymer * polymer
    steepness *= max(1.0 - solvent * (1.0 + 2.0 * film.interaction * polymer), 0.0)
    below, above = temperature - 0.5 * SLIGHT, temperature + 0.5 * SLIGHT
    warmer = (_evaporation(film, gas, top, above) - _evaporation(film, gas, top, below)) / SLIGHT
    return saturated * steepness, warmer
