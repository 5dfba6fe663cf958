"""A wound roll in the oven: heat along its axis, solvent out of its film, and crosslinks in it, step by step.

Heat enters at the end faces and runs along the copper; the radial way is some thousand times worse and is left out.
The film dries by the slowest term of the diffusion series. Times hold to 1 %: 8 cells and steps of 600 s give the hours
to 5 wt% to 0.1 % of 32 cells and 15 s.
"""

from math import ceil, exp, log, pi
from typing import NamedTuple

import numpy as np
from numba import njit

from twin.polymer.roll_gap import NMP, TRACE, Film, Matter, Roll, Row, over_film, settle, solve_rows, ways_out
from twin.polymer.solvents import GAS_CONSTANT, activity_of, pressure_of

NMP_PRESSURE, NMP_DENSITY = NMP.pressure, NMP.density  # bare numbers, for compiled loops
CLAUSIUS_CLAPEYRON = NMP.heat_of_vaporisation * NMP.molar_mass / GAS_CONSTANT  # K, -d ln p / d(1/T)
MATTER = Matter()
CELLS = 8
STEP = 600.0  # s
MOST_COOLING = 60.0  # K in one step; more of it is a sign that the step is too long
STEFAN_BOLTZMANN = 5.670374419e-8  # W/(m^2*K^4), CODATA 2018


class Oven(NamedTuple):
    """One step of the oven's programme.

    Attributes:
        duration: How long it takes. [s]
        temperature: Temperature of the walls and end plates. [K]
        transfer: Heat transfer to the end faces beside radiation. [W/m^2/K]
        latent: Heat of vaporisation of the solvent. [J/kg]
        vapour: Pressure of solvent vapour around the roll, as far as the film's own reaches it. [Pa]
        inert: Pressure of the inert gas; 0 under vacuum. [Pa]
        crosslink_rate: Rate of crosslinking at 250 degC. [1/s]
        crosslink_energy: Its activation energy. [J/mol]
        limit: Solvent per polymer whose moment is looked for. [kg/kg]
    """

    duration: float
    temperature: float
    transfer: float = 0.0
    latent: float = NMP.heat_of_vaporisation
    vapour: float = 100.0
    inert: float = 0.0
    crosslink_rate: float = 3e-5
    crosslink_energy: float = 120e3
    limit: float = 1.0 / 19.0


class Profile(NamedTuple):
    """State of half a roll, from core to edge. Shape of each: (CELLS,).

    Attributes:
        temperature: Temperature. [K]
        solvent: Solvent per polymer. [kg/kg]
        crosslinks: Crosslink index. [1]
    """

    temperature: Row
    solvent: Row
    crosslinks: Row


class Passage(NamedTuple):
    """What happened to a roll during one step of the programme.

    Attributes:
        reached: When the wettest cell came down to the limit; the whole duration if it did not. [s]
        vapour: Highest pressure of vapour in the gap at the core. [Pa]
        blister: Highest vapour pressure of the film's own solvent anywhere. [Pa]
        above: Time that the core spent above 200 degC. [s]
        converged: Whether every step converged.
    """

    reached: float
    vapour: float
    blister: float
    above: float
    converged: bool


NOT_DONE = Passage(0.0, 0.0, 0.0, 0.0, converged=True)


@njit(cache=True)
def _warmth(roll: Roll, matter: Matter) -> float:
    """Heat capacity of a roll per volume."""
    foil = matter.foil_density * matter.foil_capacity * roll.foil
    film = matter.film_density * matter.film_capacity * roll.film
    return (foil + film) / (roll.foil + roll.film + roll.gap)


@njit(cache=True)
def _warm(temperature: Row, heat: Row, conduction: float, face: float, outside: float, step: float) -> None:
    """Advance the temperatures by one step of Crank and Nicolson, in place; all per heat capacity of a cell."""
    size, half = temperature.size, 0.5 * step * conduction
    system = np.zeros((4, size))
    for i in range(size):
        system[1, i], system[3, i] = 1.0, temperature[i] + step * heat[i]
        for j in (i - 1, i + 1):
            if 0 <= j < size:
                system[1, i] += half
                system[1 + j - i, i] = -half
                system[3, i] += half * (temperature[j] - temperature[i])
    system[1, size - 1] += 0.5 * step * face
    system[3, size - 1] += step * face * (outside - 0.5 * temperature[size - 1])
    solve_rows(system[0], system[1], system[2], system[3])
    temperature[:] = system[3]


@njit(cache=True)
def _face(matter: Matter, oven: Oven, hot: float, way: float) -> float:
    """Heat transfer to the middle of the last cell: radiation and extra transfer, then half a cell of copper."""
    both = (oven.temperature**2 + hot**2) * (oven.temperature + hot)
    outer = matter.emissivity * STEFAN_BOLTZMANN * both + oven.transfer
    return outer / (1.0 + outer * way)


@njit(cache=True)
def _ready(film: Film, warm: Row, ahead: Row, roll: Roll, matter: Matter, step: float, cooling: float) -> None:
    """Fill in what each film is ready to give in a step, at its temperature and solvent content half a step ahead."""
    for i in range(warm.size):
        arrhenius = matter.diffusion_energy / GAS_CONSTANT * (1.0 / 393.15 - 1.0 / warm[i])
        diffusivity = matter.diffusivity * exp(arrhenius + matter.plasticisation * max(ahead[i], 0.0))
        film.share[i] = 1.0 - exp(-0.25 * pi * pi * diffusivity / roll.film**2 * step)
        film.pressure[i] = pressure_of(NMP_PRESSURE, warm[i])
        film.chill[i] = cooling * CLAUSIUS_CLAPEYRON / warm[i] ** 2


@njit(cache=True)
def _linking(temperature: Row, oven: Oven) -> Row:
    """Rate of the crosslink index."""
    return oven.crosslink_rate * np.exp(oven.crosslink_energy / GAS_CONSTANT * (1.0 / 523.15 - 1.0 / temperature))


@njit(cache=True)
def _march(
    temperature: Row, solvent: Row, crosslinks: Row, roll: Roll, matter: Matter, oven: Oven, steps: int
) -> tuple[float, float, float, float, bool]:
    """Take a roll through one step of the programme, changing its profile in place."""
    size, step = solvent.size, oven.duration / steps
    width, pitch = roll.half_width / size, roll.foil + roll.film + roll.gap
    areal = matter.film_density * roll.film
    capacity = _warmth(roll, matter)
    conductivity = matter.foil_conductivity * roll.foil / pitch
    spread, cooling = conductivity / (capacity * width * width), oven.latent * areal / (pitch * capacity)
    ratio = NMP_DENSITY / matter.film_density
    before, gone, own = temperature.copy(), np.zeros(size), np.full(size, 1e-4)
    film = Film(solvent, np.zeros(size), np.zeros(size), gone, np.zeros(size))
    highest, blister, above, converged = 0.0, 0.0, 0.0, True
    reached = oven.duration if solvent.max() > oven.limit else 0.0
    for number in range(steps):
        # Half a step ahead makes the march second order; the bounds hold where a step is longer than a roll needs.
        warm = np.minimum(np.maximum(1.5 * temperature - 0.5 * before, 0.8 * temperature), 1.2 * temperature)
        _ready(film, warm, solvent - 0.5 * gone, roll, matter, step, cooling)
        for i in range(size):
            edge = film.pressure[i] * activity_of(solvent[i] / (solvent[i] + ratio), matter.interaction)
            blister = max(blister, edge)
        ways = ways_out(roll, matter, warm.mean(), oven.inert)
        around = min(oven.vapour, edge)
        if not settle(own, film, around, width, areal / step, ways, ratio, matter.interaction, oven.inert):
            converged = False
            own[:] = np.maximum(solvent, TRACE)  # nothing dries in a step that does not converge
        highest = max(highest, over_film(film, 0, own[0], ratio, matter.interaction)[0])
        top = solvent.max()
        before[:] = temperature
        gone[:] = film.share * (solvent - own)
        excess = cooling * np.abs(gone).max() / MOST_COOLING
        if excess > 1.0:
            gone /= excess
            converged = False
        solvent -= gone
        if top > oven.limit >= solvent.max():
            reached = min(reached, step * (number + (top - oven.limit) / (top - solvent.max())))
        face = _face(matter, oven, warm[size - 1], 0.5 * width / conductivity) / (capacity * width)
        _warm(temperature, -cooling * gone / step, spread, face, oven.temperature, step)
        crosslinks += step * _linking(0.5 * (before + temperature), oven)
        above += step * min(max((temperature[0] - 473.15) / max(temperature[0] - before[0], 1e-9), 0.0), 1.0)
    return reached, highest, blister, above, converged


def pass_through(
    profile: Profile, roll: Roll, oven: Oven, matter: Matter = MATTER, step: float = STEP
) -> tuple[Profile, Passage]:
    """Profile of a roll after one step of the programme, and what happened on the way. [1].

    Args:
        profile: Its profile before. [1]
        roll: The roll. [1]
        oven: The step of the programme; none if it takes no time. [1]
        matter: What it is made of. [1]
        step: Longest step of time. [s]

    Hours to 5 wt% of the coating without and with the heat of vaporisation, from 25 wt%, 50 um gap, open edges:

    >>> roll = Roll(half_width=0.25, foil=18e-6, film=20e-6, gap=50e-6, tape_permeability=1.0, tape_width=0.01)
    >>> start = evenly(298.15, 1.0 / 3.0)
    >>> for latent in (0.0, 520e3):
    ...     print(round(pass_through(start, roll, Oven(72e3, 473.15, latent=latent))[1].reached / 3600.0, 1))
    13.0
    16.5
    """
    if oven.duration <= 0.0:
        return profile, NOT_DONE
    temperature, solvent, crosslinks = (row.copy() for row in profile)
    steps = max(1, ceil(oven.duration / step))
    found = _march(temperature, solvent, crosslinks, roll, matter, oven, steps)
    return Profile(temperature, solvent, crosslinks), Passage(*found)


def crosslinks_of(oven: Oven) -> float:
    """Crosslink index of a piece of film that was as hot as the oven all the time. [1].

    Args:
        oven: Temperature, time and rate of crosslinking. [1]

    >>> round(crosslinks_of(Oven(36000.0, 523.15, crosslink_rate=3e-5)), 9)
    1.08
    """
    return oven.duration * float(_linking(np.array([oven.temperature]), oven)[0])


def evenly(temperature: float, solvent: float, crosslinks: float = 0.0) -> Profile:
    """Profile of a roll that is the same everywhere. [1].

    Args:
        temperature: Temperature. [K]
        solvent: Solvent per polymer. [kg/kg]
        crosslinks: Crosslink index. [1]

    >>> evenly(300.0, 0.25).solvent.sum()
    np.float64(2.0)
    """
    return Profile(np.full(CELLS, temperature), np.full(CELLS, solvent), np.full(CELLS, crosslinks))


def from_core(mean: float, core: float) -> Row:
    """Values from core to edge, of a given mean and core value, falling or rising as a parabola. Shape: (CELLS,). [1].

    Args:
        mean: Mean over the roll, in whatever unit. [1]
        core: Value at the core, in the same unit. [1]

    >>> row = from_core(0.04, 0.05)
    >>> round(float(row.mean()), 12), round(float(row[0]), 12), bool(row[-1] < 0.04)
    (0.04, 0.05, True)
    """
    hill = 1.0 - ((np.arange(CELLS) + 0.5) / CELLS) ** 2
    hill -= hill.mean()
    row: Row = mean + (core - mean) * hill / hill[0]
    return row


def warmth(roll: Roll, matter: Matter = MATTER) -> float:
    """Heat capacity of a roll per volume. [J/m^3/K].

    Args:
        roll: The roll. [1]
        matter: What it is made of. [1]

    >>> round(warmth(Roll(0.25, 18e-6, 20e-6, 50e-6, 1.0, 0.01)) / 1e6, 2)
    1.11
    """
    return float(_warmth(roll, matter))


def cooling_time(roll: Roll, hot: float, cool: float, around: float, transfer: float) -> float:
    """Time in which a roll cools through its end faces, its inside being even. [s].

    Args:
        roll: The roll. [1]
        hot: Temperature at the start. [K]
        cool: Temperature at the end, above the surroundings. [K]
        around: Temperature of the surroundings. [K]
        transfer: Heat transfer at the faces. [W/m^2/K]

    >>> roll = Roll(0.25, 18e-6, 20e-6, 50e-6, 1.0, 0.01)
    >>> round(cooling_time(roll, 553.15, 333.15, 298.15, 20.0) / 3600.0, 1)
    7.7
    """
    if hot <= cool:
        return 0.0
    return warmth(roll) * roll.half_width / transfer * log((hot - around) / (cool - around))
