"""One time step of a drying web: the Rosenbrock method Rodas3 on diffusion, evaporation and web temperature together.

Rodas3 is of third order and stiffly accurate, with an embedded error of second order (Sandu and others, Atmos.
Environ. 31 (1997) 3459). The balance of a lane is a tridiagonal system that its temperature borders: one elimination,
and one more right hand side for the temperature. What has left a lane is a state of its own, so that the balance of
solvent is a result and no definition.
"""

import numpy as np
from numba import njit

from twin.polymer.diffusion import (
    ABOVE,
    BELOW,
    CARRY,
    FLUX,
    INVERSE,
    RESPONSE,
    TERMS,
    WARMTH,
    Array,
    Film,
    Gas,
    Mesh,
    fill_fluxes,
    fill_slopes,
)  # fmt: skip

GAMMA = 0.5
STAGES = 4
ERROR = 3  # the increments of the last stage are the error of the step
COLDEST, HOTTEST = 150.0, 1000.0  # K, beyond which a trial step is hopeless
LEAST = 1e-11  # share of a change that reaches the next node; less of it, node after node, ends in slow tiny numbers


@njit(cache=True, error_model="numpy")
def _solve(mesh: Mesh, terms: Array, right: Array) -> None:
    """Solve the tridiagonal systems of all lanes in place, from the foil up and back down."""
    lanes, nodes = mesh.widths.shape
    for lane in range(lanes):
        right[lane, 0] *= terms[INVERSE, lane, 0]
    for i in range(1, nodes):
        for lane in range(lanes):
            handed = terms[BELOW, lane, i - 1] * right[lane, i - 1]
            right[lane, i] = (right[lane, i] + handed) * terms[INVERSE, lane, i]
    for i in range(nodes - 2, -1, -1):
        for lane in range(lanes):
            right[lane, i] += terms[CARRY, lane, i] * right[lane, i + 1]


@njit(cache=True, error_model="numpy")
def _factorise(film: Film, gas: Gas, mesh: Mesh, step: float, web: Array, terms: Array, heat: Array) -> None:
    """Eliminate, and solve for what one kelvin does to the wetness; ``heat``: capacity, pivot, what a loss warms."""
    lanes, nodes = mesh.widths.shape
    pace = 1.0 / (GAMMA * step)
    for lane in range(lanes):
        terms[INVERSE, lane, 0] = 1.0 / (mesh.widths[lane, 0] * pace + terms[BELOW, lane, 0])
        terms[RESPONSE, lane, 0] = terms[WARMTH, lane, 0]
    for i in range(1, nodes):
        for lane in range(lanes):
            share = terms[ABOVE, lane, i - 1] * terms[INVERSE, lane, i - 1]
            terms[CARRY, lane, i - 1] = share if share > LEAST else 0.0
            own = terms[ABOVE, lane, i - 1] - terms[BELOW, lane, i - 1] * terms[CARRY, lane, i - 1]
            terms[INVERSE, lane, i] = 1.0 / (mesh.widths[lane, i] * pace + terms[BELOW, lane, i] + own)
            terms[RESPONSE, lane, i] = terms[WARMTH, lane, i] - terms[WARMTH, lane, i - 1]
    _solve(mesh, terms, terms[RESPONSE])
    latent, liquid = film.solvent_density * film.heat_of_vaporisation, film.solvent_density * film.solvent_heat
    top = nodes - 1
    for lane in range(lanes):
        heat[0, lane] = film.dry_heat + (film.wetness * mesh.widths[lane].sum() - web[lane, nodes + 1]) * liquid
        escape = terms[BELOW, lane, top] * terms[RESPONSE, lane, top] - terms[WARMTH, lane, top]
        warming = 2.0 * gas.heat_transfer * (gas.temperature - web[lane, nodes]) + latent * terms[FLUX, lane, top]
        heat[2, lane] = warming * liquid / (heat[0, lane] * heat[0, lane] * pace)
        cooling = (2.0 * gas.heat_transfer + latent * escape) / heat[0, lane]
        heat[1, lane] = 1.0 / (pace + cooling - heat[2, lane] * escape)


@njit(cache=True, error_model="numpy")
def _fill_stage(
    film: Film,
    gas: Gas,
    mesh: Mesh,
    step: float,
    web: Array,
    point: Array,
    terms: Array,
    heat: Array,
    pulls: Array,
    found: Array,
) -> None:
    """Fill in the increments of one stage from the fluxes at its point and what earlier stages ``pulls`` at it."""
    lanes, nodes = mesh.widths.shape
    for lane in range(lanes):
        found[lane, 0] = terms[FLUX, lane, 0] + mesh.widths[lane, 0] * pulls[lane, 0]
        for i in range(1, nodes):
            gained = terms[FLUX, lane, i] - terms[FLUX, lane, i - 1]
            found[lane, i] = gained + mesh.widths[lane, i] * pulls[lane, i]
    _solve(mesh, terms, found)
    latent, liquid = film.solvent_density * film.heat_of_vaporisation, film.solvent_density * film.solvent_heat
    top = nodes - 1
    for lane in range(lanes):
        loss, wetter = -terms[FLUX, lane, top], terms[BELOW, lane, top]
        gained = 2.0 * gas.heat_transfer * (gas.temperature - point[lane, nodes])
        loss += wetter * found[lane, top]
        gained -= latent * loss
        capacity = heat[0, lane] + (web[lane, nodes + 1] - point[lane, nodes + 1]) * liquid
        lighter = heat[2, lane] * (loss + pulls[lane, nodes + 1])
        warmed = (gained / capacity + pulls[lane, nodes] + lighter) * heat[1, lane]
        for i in range(nodes):
            found[lane, i] += terms[RESPONSE, lane, i] * warmed
        found[lane, nodes] = warmed
        left = loss + wetter * terms[RESPONSE, lane, top] * warmed - terms[WARMTH, lane, top] * warmed
        found[lane, nodes + 1] = (left + pulls[lane, nodes + 1]) * GAMMA * step


@njit(cache=True, error_model="numpy")
def _hopeless(mesh: Mesh, point: Array) -> bool:
    """Say whether the fluxes at a point cannot be asked for."""
    lanes, nodes = mesh.widths.shape
    trusted = True
    for lane in range(lanes):
        trusted = trusted and COLDEST < point[lane, nodes] < HOTTEST and point[lane, nodes - 1] > -0.5
    return not trusted


@njit(cache=True, error_model="numpy")
def room(lanes: int, nodes: int) -> tuple[Array, Array, Array]:
    """Room for the terms, heats and increments of a step. [1].

    Args:
        lanes: Lanes of the web. [1]
        nodes: Nodes of each lane. [1]

    >>> [array.shape[1:] for array in room(5, 24)]
    [(5, 24), (5,), (5, 26)]
    """
    return np.zeros((TERMS, lanes, nodes)), np.zeros((3, lanes)), np.zeros((STAGES + 1, lanes, nodes + 2))


@njit(cache=True, error_model="numpy")
def _pull(pulls: Array, factor: float, found: Array) -> None:
    """Add to what earlier stages pull at the next one."""
    for lane in range(pulls.shape[0]):
        for i in range(pulls.shape[1]):
            pulls[lane, i] += factor * found[lane, i]


@njit(cache=True, error_model="numpy")
def advance(
    film: Film, gas: Gas, mesh: Mesh, step: float, web: Array, point: Array, work: tuple[Array, Array, Array]
) -> bool:
    """Write the web after one step into ``point``; say whether it can be trusted at all. [1].

    Args:
        film: The wet film. [1]
        gas: Air over the web. [1]
        mesh: Its finite volumes. [1]
        step: Length of the step. [s]
        web: Wetness of the nodes, temperature, and what has left, of each lane. [1], [K], [m]
        point: Takes the same after the step. [1], [K], [m]
        work: Room for the step. [1]

    A dry web in air of its own temperature stays as it is:

    >>> from twin.polymer.diffusion import mesh_of
    >>> film = Film(1e-5, 0.0, 1e3, 1e3, 0.1, 5e5, (20.0, 3e3, 0.0, 0.0, 0.0, 2e2, 5e2), 0.0, 1e-12, 0.0, 1e-9, 0.0,
    ...             0.3, 2e3, 1e2)
    >>> web, point = np.array([[0.0, 0.0, 0.0, 393.15, 0.0]]), np.empty((1, 5))
    >>> advance(film, Gas(393.15, 50.0, 0.03), mesh_of(np.array([1e-5]), 3), 1.0, web, point, room(1, 3))
    True
    >>> bool(abs(point - web).max() < 1e-12)
    True
    """
    terms, heat, found = work
    pulls, pace = found[STAGES], 1.0 / step
    point[:], pulls[:] = web, 0.0
    fill_fluxes(film, gas, mesh, web, terms)
    fill_slopes(film, gas, mesh, web, terms)
    _factorise(film, gas, mesh, step, web, terms, heat)
    _fill_stage(film, gas, mesh, step, web, web, terms, heat, pulls, found[0])
    _pull(pulls, 4.0 * pace, found[0])
    _fill_stage(film, gas, mesh, step, web, web, terms, heat, pulls, found[1])
    _pull(pulls, -3.0 * pace, found[0])
    _pull(pulls, -pace, found[1])
    _pull(point, 2.0, found[0])
    for stage in (2, 3):
        if _hopeless(mesh, point):
            return False
        fill_fluxes(film, gas, mesh, point, terms)
        _fill_stage(film, gas, mesh, step, web, point, terms, heat, pulls, found[stage])
        _pull(pulls, -8.0 / 3.0 * pace, found[stage])
        _pull(point, 1.0, found[stage])
    return not _hopeless(mesh, point)
