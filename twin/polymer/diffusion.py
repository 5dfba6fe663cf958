"""Compiled solution of how solvent diffuses through a drying film, evaporates, and cools the web.

One dimension, in the coordinate of the polymer, which does not shrink: ``u`` is the volume of solvent per volume of
polymer, and because ``phi_p^2 du = dphi`` the flux is ``D dphi/dx`` with phi the solvent's volume fraction. The model
is that of Alsoy and Duda (AIChE J. 44 (1998) 791; Ind. Eng. Chem. Res. 40 (2001) 2995), in finite volumes, with
linearly implicit Euler steps extrapolated to second order.
"""

from math import exp, inf, isfinite, log
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twin.polymer.solvents import AMBIENT, ATMOSPHERE, GAS_CONSTANT, Coefficients, activity_of, pressure_of

Array = NDArray[np.float64]

REFERENCE = 393.15  # K, at which diffusivities are stated
FLOOR = 0.1  # volume fraction below which an error counts in full
WARM = 50.0  # K of web temperature that weigh as much as all of the solvent
FIRST_STEP = 0.02  # s, in each zone
SMALLEST_STEP = 1e-9  # s, where the solution is given up
SKIN = 0.1  # a surface with less solvent (by volume) ...
SKINNED = 0.3  # ... over a film with more than this (by mass) is a skin


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


@njit(cache=True)
def _grid(thickness: float, nodes: int) -> tuple[Array, Array]:
    """Gaps between the nodes, which crowd toward the surface, and widths of their cells. [m]."""
    rest = 1.0 - np.arange(nodes) / (nodes - 1.0)
    places = thickness * (1.0 - rest * rest)
    gaps = places[1:] - places[:-1]
    widths = np.empty(nodes)
    widths[0] = 0.5 * gaps[0]
    widths[-1] = 0.5 * gaps[-1]
    widths[1:-1] = 0.5 * (gaps[1:] + gaps[:-1])
    return gaps, widths


@njit(cache=True)
def _fluxes(film: Film, temperature: float, wet: Array, gaps: Array, fluxes: Array, leads: Array) -> None:
    """Fill in the flux across each gap and how it grows with the volume fraction of the node above. [m/s].

    The diffusivity of a gap is its mean over the volume fraction, by Simpson's rule.
    """
    inverse = (1.0 / temperature - 1.0 / REFERENCE) / GAS_CONSTANT
    dry = log(film.dry_diffusivity) - film.dry_energy * inverse
    kappa = film.plasticising
    gain = (log(film.wet_diffusivity) - film.wet_energy * inverse - dry) * (1.0 + kappa)
    share = max(wet[0] / (1.0 + wet[0]), 0.0)
    here = exp(dry + gain * share / (share + kappa))
    for i in range(gaps.size):
        above = max(wet[i + 1] / (1.0 + wet[i + 1]), 0.0)
        middle = 0.5 * (share + above)
        there = exp(dry + gain * above / (above + kappa))
        leads[i] = (here + 4.0 * exp(dry + gain * middle / (middle + kappa)) + there) / (6.0 * gaps[i])
        fluxes[i] = leads[i] * (above - share)
        share, here = above, there


@njit(cache=True)
def _evaporation(film: Film, gas: Gas, top: float, temperature: float) -> tuple[float, float]:
    """Volume flux of solvent from the surface, and its slope over the surface's wetness. [m/s], [m/s]."""
    solvent = top / (1.0 + top)
    polymer = 1.0 - solvent
    factor = gas.mass_transfer * film.molar_mass / (film.solvent_density * GAS_CONSTANT * temperature)
    saturated = factor * pressure_of(film.pressure, temperature)
    steepness = exp(polymer + film.interaction * polymer * polymer) * polymer * polymer
    steepness *= max(1.0 - solvent * (1.0 + 2.0 * film.interaction * polymer), 0.0)
    return activity_of(solvent, film.interaction) * saturated - factor * gas.solvent_pressure, saturated * steepness


@njit(cache=True)
def _euler(
    wet: Array, widths: Array, fluxes: Array, leads: Array, loss: float, slope: float, step: float, new: Array
) -> float:
    """Write one linearly implicit Euler step into ``new``; return the volume evaporated in it. [m].

    Thomas elimination of (W/dt - J) change = F. J leaves out how the diffusivity changes, which extrapolation makes
    good; what leaves one cell enters the next, so that no solvent is lost.
    """
    last = wet.size - 1
    upper = np.empty(last)
    below, inflow, carried = 0.0, 0.0, 0.0
    for i in range(last):
        own = 1.0 / (1.0 + wet[i]) ** 2
        diagonal = widths[i] / step + leads[i] * own + below
        new[i] = (fluxes[i] - inflow + carried) / diagonal
        further = leads[i] / (1.0 + wet[i + 1]) ** 2
        upper[i] = further / diagonal
        # the next row's own share of this gap, less what elimination takes from it
        below = further - leads[i] * own * upper[i]
        carried = leads[i] * own * new[i]
        inflow = fluxes[i]
    change = (carried - inflow - loss) / (widths[last] / step + below + slope)
    new[last] = wet[last] + change
    gone = (loss + slope * change) * step
    for i in range(last - 1, -1, -1):
        change = new[i] + upper[i] * change
        new[i] = wet[i] + change
    return float(gone)


@njit(cache=True)
def _mean(wet: Array, widths: Array) -> float:
    """Volume of solvent per area of film. [m]."""
    total = 0.0
    for i in range(wet.size):
        total += wet[i] * widths[i]
    return total


@njit(cache=True)
def _warmed(film: Film, gas: Gas, temperature: float, solvent: float, gone: float, step: float) -> float:
    """Web temperature after a step in which the volume ``gone`` evaporated, linearly implicit. [K]."""
    capacity = film.dry_heat + solvent * film.solvent_density * film.solvent_heat
    heat = (
        2.0 * gas.heat_transfer * (gas.temperature - temperature) * step
        - gone * film.solvent_density * film.heat_of_vaporisation
    )
    return temperature + heat / (capacity + 2.0 * gas.heat_transfer * step)


@njit(cache=True)
def _error(wet: Array, whole: Array, halves: Array) -> float:
    """Largest difference of two steps in volume fraction, relative once a film is drier than a tenth. [1]."""
    worst = 0.0
    for i in range(wet.size):
        least = max(min(wet[i], whole[i], halves[i]), 0.0)
        share = abs(halves[i] - whole[i]) / (1.0 + least) ** 2
        worst = max(worst, share / (FLOOR + least / (1.0 + least)))
    return worst


@njit(cache=True)
def _advance(
    film: Film, gas: Gas, mesh: tuple[Array, Array], step: float, wet: Array, temperature: float, work: Array
) -> tuple[float, float, float]:
    """One step by extrapolation of a whole and two half steps: new temperature, volume gone, error. [K], [m], [1].

    The new wetness stands in the first row of ``work``; ``wet`` is left as it was.
    """
    gaps, widths = mesh
    whole, halves, between, fluxes, leads = work[0], work[1], work[2], work[3], work[4]
    half = 0.5 * step
    _fluxes(film, temperature, wet, gaps, fluxes, leads)
    loss, slope = _evaporation(film, gas, wet[-1], temperature)
    solvent = _mean(wet, widths)
    gone = _euler(wet, widths, fluxes, leads, loss, slope, step, whole)
    warm = _warmed(film, gas, temperature, solvent, gone, step)
    first = _euler(wet, widths, fluxes, leads, loss, slope, half, between)
    middle = _warmed(film, gas, temperature, solvent, first, half)
    _fluxes(film, middle, between, gaps, fluxes, leads)
    loss, slope = _evaporation(film, gas, between[-1], middle)
    second = _euler(between, widths, fluxes, leads, loss, slope, half, halves)
    end = _warmed(film, gas, middle, solvent - first, second, half)
    error = max(_error(wet, whole, halves), abs(end - warm) / WARM)
    if not isfinite(_mean(whole, widths) + _mean(halves, widths) + end + warm):
        error = inf
    for i in range(wet.size):
        whole[i] = 2.0 * halves[i] - whole[i]
    return 2.0 * end - warm, 2.0 * (first + second) - gone, error


@njit(cache=True)
def _signs(film: Film, wet: Array, mean: float, temperature: float) -> tuple[float, bool]:
    """Pressure of solvent at the foil, and whether a skin lies over a wet film. [Pa], [1]."""
    share = wet[0] / (1.0 + wet[0])
    pressure = activity_of(share, film.interaction) * pressure_of(film.pressure, temperature)
    mass = mean * film.solvent_density
    wet_below = mass > SKINNED * (mass + film.polymer_density)
    return pressure, wet_below and wet[-1] < SKIN * (1.0 + wet[-1])


@njit(cache=True)
def _march(
    film: Film, gas: Gas, duration: float, mesh: tuple[Array, Array], wet: Array, temperature: float, tolerance: float
) -> tuple[float, float, float, float, bool]:
    """Pass one zone, ``wet`` in place: temperature, volume gone, blister pressure, time skinned, converged."""
    work = np.empty((5, wet.size))
    clock, step, total, blister, skin = 0.0, FIRST_STEP, 0.0, 0.0, 0.0
    while clock < duration * (1.0 - 1e-12):
        step = min(step, duration - clock)
        warm, gone, error = _advance(film, gas, mesh, step, wet, temperature, work)
        if error > tolerance:
            step *= 0.3
            if step < SMALLEST_STEP:
                return temperature, total, blister, skin, False
            continue
        clock, total, temperature = clock + step, total + gone, warm
        wet[:] = work[0]
        mean = _mean(wet, mesh[1]) / film.thickness
        pressure, skinned = _signs(film, wet, mean, temperature)
        blister = max(blister, pressure)
        skin += step if skinned else 0.0
        step *= min(0.9 * (tolerance / max(error, 1e-12)) ** 0.5, 3.0)
    return temperature, total, blister, skin, True


@njit(cache=True)
def pass_zones(
    film: Film, gas: Gas, temperatures: Array, times: Array, nodes: int, tolerance: float
) -> tuple[float, float, float, float, bool, Array]:
    """Pass all zones: wetness, temperature, blister index, time skinned, converged, wetness lost in each zone.

    Units: [1], [K], [1], [s], [1], [1].
    """
    mesh = _grid(film.thickness, nodes)
    wet = np.full(nodes, film.wetness)
    evaporated = np.zeros(times.size)
    temperature, blister, skin, good = AMBIENT, 0.0, 0.0, True
    for zone in range(times.size):
        here = Gas(temperatures[zone], gas.heat_transfer, gas.mass_transfer, gas.solvent_pressure)
        temperature, gone, pressure, time, fine = _march(film, here, times[zone], mesh, wet, temperature, tolerance)
        evaporated[zone] = gone / film.thickness
        blister = max(blister, pressure / ATMOSPHERE)
        skin += time
        good = good and fine
    return _mean(wet, mesh[1]) / film.thickness, temperature, blister, skin, good, evaporated
