"""Drying of a coated web in an oven with zones: what is left of the solvent, and how hard the film was driven.

The solution is held to a finer one over the whole domain of settings: within 0.2 % of the residual solvent from 10 wt%
up, where a product's window lies, and within 0.02 wt% below. The model is that of Alsoy (IECR 40 (2001) 2995).
"""

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

import numpy as np
from numba import njit

from twin.polymer.diffusion import GONE, TEMPERATURE, Array, Film, Gas, Mesh, mesh_of
from twin.polymer.drying_step import ERROR, advance, room
from twin.polymer.solvents import AMBIENT, ATMOSPHERE, activity_of, pressure_of

NODES = 24  # through the film; with TOLERANCE within the bound above, which tests/stages/test_drying.py holds
TOLERANCE = 3e-4  # error of one time step, relative to what is left
ORDER = 3  # of the time steps: half as long, an eighth of the error
FLOOR = 0.003  # volume fraction below which an error counts in full
LOCAL = 0.1  # weight of the error at one node beside that of the mean
WARM = 30.0  # K of web temperature that weigh as much as all of the solvent
FIRST_STEP = 0.02  # s, at the entrance of each zone
SMALLEST_STEP = 1e-12  # s, where the solution is given up
SKIN = 0.1  # a surface with less solvent (by volume) ...
SKINNED = 0.3  # ... over a film with more than this (by mass) is a skin
EVEN = (1.0,)  # a web without lanes
ROWS = 2000  # most points of a history
COLUMNS = 5  # of a history: time, mean wetness, wetness at the foil and at the surface, temperature


class Dried(NamedTuple):
    """A film after the dryer.

    Attributes:
        wetness: Mean volume of solvent per volume of polymer left. [1]
        evaporated: What left in each zone, in the same unit. [1]
        temperature: Web temperature at the exit. [K]
        blister: Largest pressure of solvent at the foil over one atmosphere, in the worst lane. [1]
        skin: Time for which a skin lay over a wet film, in the worst lane. [s]
        converged: Whether each step met its tolerance.
        lanes: Wetness left in each lane. [1]
    """

    wetness: float
    evaporated: tuple[float, ...]
    temperature: float
    blister: float
    skin: float
    converged: bool
    lanes: tuple[float, ...] = ()


class Notes(NamedTuple):
    """What is kept of the passage beside the web itself.

    Attributes:
        thicknesses: Thickness of each lane. Shape: (lanes,). [m]
        pressures: Largest pressure of solvent at the foil so far. Shape: (lanes,). [Pa]
        skins: Time with a skin so far. Shape: (lanes,). [s]
        covers: How far a skin lies over a wet film; below 0 there is none. Shape: (lanes,). [1]
        history: Points of the passage: time [s], wetness [1] three times, temperature [K]. Shape: (points, 5).
        written: How many points are written. Shape: (1,). [1]
    """

    thicknesses: Array
    pressures: Array
    skins: Array
    covers: Array
    history: Array
    written: Array


def mass_transfer(heat_transfer: float, heat_capacity: float, lewis: float) -> float:
    """Mass transfer coefficient from the heat transfer coefficient, by Chilton and Colburn (1934). [m/s].

    Args:
        heat_transfer: Heat transfer coefficient. [W/m^2/K]
        heat_capacity: Heat capacity of the air by volume. [J/m^3/K]
        lewis: Lewis number of the vapour in air. [1]

    >>> round(mass_transfer(60.0, 1000.0, 8.0), 4)
    0.015
    """
    return heat_transfer / heat_capacity * float(lewis ** (-2.0 / 3.0))


@njit(cache=True, error_model="numpy")
def _error(mesh: Mesh, web: Array, point: Array, change: Array) -> float:
    """Largest error of a step: of a lane's mean, of a node, relative once it is dry, or of a temperature. [1]."""
    lanes, nodes = mesh.widths.shape
    worst = 0.0
    for lane in range(lanes):
        thick, held, missed = 0.0, 0.0, 0.0
        for i in range(nodes):
            least = max(min(web[lane, i], point[lane, i]), 0.0)
            thick += mesh.widths[lane, i]
            held += mesh.widths[lane, i] * least
            missed += mesh.widths[lane, i] * change[lane, i]
            worst = max(worst, LOCAL * abs(change[lane, i]) / ((1.0 + least) * (FLOOR + (1.0 + FLOOR) * least)))
        mean = held / thick
        worst = max(worst, abs(missed / thick) / (FLOOR + mean))
        worst = max(worst, abs(change[lane, nodes]) / WARM)
    return worst


@njit(cache=True, error_model="numpy")
def _watch(film: Film, web: Array, step: float, notes: Notes) -> None:
    """Keep the largest pressure at the foil of each lane, and add the part of the step for which it had a skin."""
    nodes = web.shape[1] - 2
    for lane in range(web.shape[0]):
        foil, top = web[lane, 0] / (1.0 + web[lane, 0]), web[lane, nodes - 1] / (1.0 + web[lane, nodes - 1])
        pressure = activity_of(foil, film.interaction) * pressure_of(film.pressure, web[lane, nodes])
        notes.pressures[lane] = max(notes.pressures[lane], pressure)
        mass = (film.wetness - web[lane, nodes + 1] / notes.thicknesses[lane]) * film.solvent_density
        before, cover = notes.covers[lane], min(mass / (mass + film.polymer_density) - SKINNED, SKIN - top)
        skinned = max(before, 0.0) + max(cover, 0.0)
        notes.skins[lane] += step * skinned / max(abs(before) + abs(cover), 1e-300)
        notes.covers[lane] = cover


@njit(cache=True, error_model="numpy")
def _write(film: Film, web: Array, clock: float, notes: Notes) -> None:
    """Write one point of the history, the mean of all lanes."""
    row, nodes = int(notes.written[0]), web.shape[1] - 2
    if row >= notes.history.shape[0]:
        return
    here = notes.history[row]
    here[0] = clock
    here[1] = film.wetness - web[:, nodes + 1].sum() / notes.thicknesses.sum()
    here[2], here[3], here[4] = web[:, 0].mean(), web[:, nodes - 1].mean(), web[:, nodes].mean()
    notes.written[0] += 1.0


@njit(cache=True, error_model="numpy")
def _pass(
    film: Film, gas: Gas, mesh: Mesh, begin: float, duration: float, web: Array, tolerance: float, notes: Notes
) -> bool:
    """Pass one zone, ``web`` in place; say whether the solution was found."""
    lanes, nodes = mesh.widths.shape
    point, work = np.empty((lanes, nodes + 2)), room(lanes, nodes)
    clock, step = 0.0, FIRST_STEP
    while clock < duration * (1.0 - 1e-12):
        step, error = min(step, duration - clock), inf
        if advance(film, gas, mesh, step, web, point, work):
            error = _error(mesh, web, point, work[2][ERROR])
        if not error <= tolerance:
            step *= max(0.2, 0.9 * (tolerance / error) ** (1.0 / ORDER)) if error < inf else 0.2
            if step < SMALLEST_STEP:
                return False
            continue
        clock += step
        web[:] = point
        _watch(film, web, step, notes)
        _write(film, web, begin + clock, notes)
        step *= min(4.0, 0.9 * (tolerance / max(error, 1e-12)) ** (1.0 / ORDER))
    return True


@njit(cache=True, error_model="numpy")
def _pass_zones(
    film: Film, gas: Gas, temperatures: Array, times: Array, nodes: int, tolerance: float, notes: Notes
) -> tuple[Array, Array, Array, bool]:
    """Pass all zones: wetness left in each lane, what left it in each zone, temperatures, converged."""
    thicknesses = notes.thicknesses
    mesh = mesh_of(thicknesses, nodes)
    web = np.full((thicknesses.size, nodes + 2), film.wetness)
    web[:, TEMPERATURE], web[:, GONE] = AMBIENT, 0.0
    evaporated, good, begin = np.zeros((times.size, thicknesses.size)), True, 0.0
    _write(film, web, 0.0, notes)
    for zone in range(times.size):
        here = Gas(temperatures[zone], gas.heat_transfer, gas.mass_transfer, gas.solvent_pressure)
        before = web[:, GONE].copy()
        good = _pass(film, here, mesh, begin, times[zone], web, tolerance, notes) and good
        evaporated[zone] = (web[:, GONE] - before) / thicknesses
        begin += times[zone]
    return (web[:, :nodes] * mesh.widths).sum(axis=1) / thicknesses, evaporated, web[:, TEMPERATURE], good


def history(
    film: Film,
    gas: Gas,
    zones: Sequence[tuple[float, float]],
    nodes: int = NODES,
    tolerance: float = TOLERANCE,
    lanes: Sequence[float] = EVEN,
    rows: int = ROWS,
) -> tuple[Dried, Array]:
    """Film after the dryer as ``dried`` tells it, and the points of its way. Shape: (points, 5).

    A point is the time [s], the wetness of the mean, of the foil and of the surface [1], and the temperature [K].

    Args:
        film: The wet film. [1]
        gas: Air over the web; its temperature is that of each zone instead. [1]
        zones: Air temperature and time of each zone. [K], [s]
        nodes: Nodes through the film, denser toward its surface. [1]
        tolerance: Largest error of a time step, relative to what is left. [1]
        lanes: Thickness of each lane over that of the film. [1]
        rows: Most points that are kept. [1]

    >>> film = Film(1e-5, 0.0, 1e3, 1e3, 0.1, 5e5, (20.0, 3e3, 0.0, 0.0, 0.0, 2e2, 5e2), 0.0, 1e-12, 0.0, 1e-9, 0.0,
    ...             0.3, 2e3, 1e2)
    >>> done, points = history(film, Gas(393.15, 50.0, 0.03), [(393.15, 60.0)])
    >>> done.wetness, float(points[-1, 0])  # a dry film stays dry for a minute
    (0.0, 60.0)
    """
    temperatures, times = np.array(zones).T.copy()
    shares = np.array(lanes, dtype=float)
    none = np.zeros(shares.size)
    notes = Notes(shares * film.thickness, none, none.copy(), none - 1.0, np.empty((rows, COLUMNS)), np.zeros(1))
    left, evaporated, warm, good = _pass_zones(film, gas, temperatures, times, nodes, tolerance, notes)
    shares /= shares.sum()
    done = Dried(
        wetness=float(left @ shares),
        evaporated=tuple((evaporated @ shares).tolist()),
        temperature=float(warm @ shares),
        blister=float(notes.pressures.max()) / ATMOSPHERE,
        skin=float(notes.skins.max()),
        converged=good,
        lanes=tuple(left.tolist()),
    )
    return done, notes.history[: int(notes.written[0])]


def dried(
    film: Film,
    gas: Gas,
    zones: Sequence[tuple[float, float]],
    nodes: int = NODES,
    tolerance: float = TOLERANCE,
    lanes: Sequence[float] = EVEN,
) -> Dried:
    """Film after the dryer, from a compiled solution of diffusion, evaporation and web temperature.

    Args:
        film: The wet film. [1]
        gas: Air over the web; its temperature is that of each zone instead. [1]
        zones: Air temperature and time of each zone. [K], [s]
        nodes: Nodes through the film, denser toward its surface. [1]
        tolerance: Largest error of a time step, relative to what is left. [1]
        lanes: Thickness of each lane over that of the film; each is solved. [1]

    A film under air as rich in solvent as itself keeps its solvent:

    >>> from math import exp
    >>> film = Film(1e-5, 1.0, 1e3, 1e3, 0.1, 5e5, (20.0, 3000.0, 0.0, 0.0, 0.0, 200.0, 500.0), 0.0,
    ...             1e-12, 0.0, 1e-9, 0.0, 0.3, 2e3, 100.0)
    >>> rich = Gas(298.15, 50.0, 0.03, 0.5 * exp(0.5) * exp(20.0 - 3000.0 / 298.15))
    >>> abs(dried(film, rich, [(298.15, 100.0)]).wetness - 1.0) < 1e-9
    True
    """
    return history(film, gas, zones, nodes, tolerance, lanes, rows=0)[0]
