"""A wound roll in the oven: heat along its axis, solvent out of its film, and crosslinks in it, step by step.

Heat enters at the end faces and runs along the copper; the radial way is some thousand times worse and is left out.
The film dries by the slowest term of the diffusion series. One film more, as thick and as wet as the worst lane, dries
at the core into the vapour that the others leave there. 8 cells and steps of up to 300 s give the hours to 5 wt% to
0.1 % in the default recipe and to 1 % all over the tested domain (tests/stages/test_roll_cure.py); the march is of
first order in space and of second in time.

Sources: diffusion out of a film dry on one side, Crank, The Mathematics of Diffusion (1975), chapter 4; constants of
roll, film and vapour, A-70 to A-72; crosslinks, A-75.
"""

from functools import lru_cache
from math import exp, pi
from typing import NamedTuple

import numpy as np
from numba import njit

from twin.polymer.roll_gap import NMP, TRACE, Film, Matter, Outside, Roll, over_film, settle, ways_out
from twin.polymer.roll_inside import MATTER, Inside, warmth_of
from twin.polymer.solvents import GAS_CONSTANT, activity_of, pressure_of
from twin.polymer.tridiagonal import Row, solve_rows

NMP_PRESSURE, NMP_DENSITY = NMP.pressure, NMP.density  # bare numbers, for compiled loops
CLAUSIUS_CLAPEYRON = NMP.heat_of_vaporisation * NMP.molar_mass / GAS_CONSTANT  # K, -d ln p / d(1/T)
STEP = 300.0  # s
BRIEF = 1e-6  # s, a step of less is none: cut into steps of time it would vanish by rounding
MOST_COOLING = 60.0  # K in one step; more of it is a sign that the step is too long
STEFAN_BOLTZMANN = 5.670374419e-8  # W/(m^2*K^4), CODATA 2018
TRACED = ("time", "core temperature", "edge temperature", "core pressure", "core solvent", "core crosslinks")
NO_TRACE = np.zeros((len(TRACED), 0))


class Oven(NamedTuple):
    """One step of the oven's programme.

    Attributes:
        duration: How long it takes. [s]
        temperature: Temperature of the walls and end plates. [K]
        transfer: Heat transfer to the end faces beside radiation. [W/m^2/K]
        latent: Heat of vaporisation of the solvent. [J/kg]
        vapour: Pressure of solvent vapour around the roll, as far as the film's own reaches it. [Pa]
        inert: Pressure of the inert gas; 0 under vacuum. [Pa]
        rise: How much the vapour around rises with what leaves a roll at either border. [Pa*m*s/kg]
        resistance: Resistance to heat between heaters and walls, per face of a roll. [m^2*K/W]
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
    rise: float = 0.0
    resistance: float = 0.0
    crosslink_rate: float = 3e-5
    crosslink_energy: float = 120e3
    limit: float = 1.0 / 19.0


class Passage(NamedTuple):
    """What happened to a roll during one step of the programme.

    Attributes:
        reached: When the wettest cell came down to the limit; the whole duration if it did not. [s]
        vapour: Highest pressure of vapour in the gap at the core. [Pa]
        blister: Highest vapour pressure of the film's own solvent anywhere. [Pa]
        above: Time that the core spent above 200 degC. [s]
        flow: Most that left the roll at either border per metre of web. [kg/m/s]
        core: Highest temperature of the core. [K]
        hottest: Highest temperature anywhere. [K]
        converged: Whether every step converged.
        trace: What ``TRACED`` says, at the end of each step; none where nobody asked. Rows in
            [s], [K], [K], [Pa], [kg/kg] and [1]. Shape: (6, steps).
    """

    reached: float
    vapour: float
    blister: float
    above: float
    flow: float
    core: float
    hottest: float
    converged: bool
    trace: Row = NO_TRACE


NOT_DONE = Passage(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, converged=True)


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
    """Heat transfer to the middle of the last cell: heaters, radiation, extra transfer, half a cell of copper."""
    both = (oven.temperature**2 + hot**2) * (oven.temperature + hot)
    outer = matter.emissivity * STEFAN_BOLTZMANN * both + oven.transfer
    return outer / (1.0 + outer * (way + oven.resistance))


@njit(cache=True)
def _given(thickness: float, warm: float, wet: float, matter: Matter, step: float) -> float:
    """Share of its excess that a film gives in a step."""
    arrhenius = matter.diffusion_energy / GAS_CONSTANT * (1.0 / 393.15 - 1.0 / warm)
    diffusivity = matter.diffusivity * exp(arrhenius + matter.plasticisation * max(wet, 0.0))
    return 1.0 - exp(-0.25 * pi * pi * diffusivity / thickness**2 * step)


@njit(cache=True)
def _ready(film: Film, warm: Row, ahead: Row, roll: Roll, matter: Matter, step: float, cooling: float) -> None:
    """Fill in what each film is ready to give in a step, at its temperature and solvent content half a step ahead."""
    for i in range(warm.size):
        film.share[i] = _given(roll.film, warm[i], ahead[i], matter, step)
        film.pressure[i] = pressure_of(NMP_PRESSURE, warm[i])
        film.chill[i] = cooling * CLAUSIUS_CLAPEYRON / warm[i] ** 2


@njit(cache=True)
def _linking(temperature: Row, oven: Oven) -> Row:
    """Rate of the crosslink index."""
    return oven.crosslink_rate * np.exp(oven.crosslink_energy / GAS_CONSTANT * (1.0 / 523.15 - 1.0 / temperature))


@njit(cache=True)
def _ahead(now: Row, before: Row, share: float) -> Row:
    """Temperatures half a step ahead; the bounds hold where a step is longer than a roll needs."""
    return np.minimum(np.maximum(now + share * (now - before), 0.8 * now), 1.2 * now)


@njit(cache=True)
def _march(
    temperature: Row,
    solvent: Row,
    crosslinks: Row,
    worst: float,
    roll: Roll,
    matter: Matter,
    oven: Oven,
    steps: Row,
    trace: Row,
) -> tuple[float, float, float, float, float, float, float, float, bool]:
    """Take a roll through one step of the programme, changing its inside in place."""
    size, time, ratio = solvent.size, 0.0, NMP_DENSITY / matter.film_density
    width, pitch = roll.half_width / size, roll.foil + roll.film + roll.gap
    areal, capacity = matter.film_density * roll.film, warmth_of(roll, matter)
    conductivity = matter.foil_conductivity * roll.foil / pitch
    spread, cooling = conductivity / (capacity * width * width), oven.latent * areal / (pitch * capacity)
    before, gone, own, lost = temperature.copy(), np.zeros(size), np.full(size, 1e-4), 0.0
    film = Film(solvent, np.zeros(size), np.zeros(size), gone, np.zeros(size))
    highest, blister, above, most, converged = 0.0, 0.0, 0.0, 0.0, True
    core, hottest = temperature[0], temperature.max()
    reached, share = oven.duration if max(solvent.max(), worst) > oven.limit else 0.0, 0.5
    for number in range(steps.size):
        step = steps[number]
        share = 0.5 * step / steps[max(number - 1, 0)]  # half a step ahead makes the march second order
        warm = _ahead(temperature, before, share)
        gone *= 2.0 * share
        lost *= 2.0 * share
        _ready(film, warm, solvent - 0.5 * gone, roll, matter, step, cooling)
        for i in range(size):
            edge = film.pressure[i] * activity_of(solvent[i] / (solvent[i] + ratio), matter.interaction)
            blister = max(blister, edge)
        ways = ways_out(roll, matter, warm.mean(), oven.inert)
        outside = Outside(min(oven.vapour, edge), oven.rise, oven.inert)
        done, flow = settle(own, film, outside, width, areal / step, ways, ratio, matter.interaction)
        if not done:
            converged = False
            own[:] = np.maximum(solvent, TRACE)  # nothing dries in a step that does not converge
        pressure = over_film(film, 0, own[0], ratio, matter.interaction)[0]
        highest, most = max(highest, pressure), max(most, flow)
        top = max(solvent.max(), worst)
        before[:] = temperature
        gone[:] = film.share * (solvent - own)
        # The worst lane is one of many: it dries by the others' vapour and adds none of its own.
        lost = _given(roll.film * roll.thickest, warm[0], worst - 0.5 * lost, matter, step) * (worst - own[0])
        excess = cooling * np.abs(gone).max() / MOST_COOLING
        if excess > 1.0:
            gone /= excess
            lost /= excess
            converged = False
        solvent -= gone
        worst -= lost
        wettest = max(solvent.max(), worst)
        if top > oven.limit >= wettest:
            reached = min(reached, time + step * (top - oven.limit) / (top - wettest))
        time += step
        face = _face(matter, oven, warm[size - 1], 0.5 * width / conductivity) / (capacity * width)
        _warm(temperature, -cooling * gone / step, spread, face, oven.temperature, step)
        core, hottest = max(core, temperature[0]), max(hottest, temperature.max())
        crosslinks += step * _linking(0.5 * (before + temperature), oven)
        above += step * min(max((temperature[0] - 473.15) / max(temperature[0] - before[0], 1e-9), 0.0), 1.0)
        if trace.shape[1] > number:
            trace[:, number] = (time, temperature[0], temperature[size - 1], pressure, solvent[0], crosslinks[0])
    return worst, reached, highest, blister, above, most, core, hottest, converged


@lru_cache(maxsize=256)
def _steps(duration: float, longest: float) -> Row:
    """Steps of time: short at first, when all changes, then a 45th of what has passed, up to the longest. [s]."""
    steps, time = [], 0.0
    while time < duration:
        steps.append(min(max(time / 45.0 * longest / STEP, 0.2 * longest), longest))
        time += steps[-1]
    return np.array(steps) * (duration / time)


def pass_through(
    inside: Inside, roll: Roll, oven: Oven, matter: Matter = MATTER, step: float = STEP, *, traced: bool = False
) -> tuple[Inside, Passage]:
    """Inside of a roll after one step of the programme, and what happened on the way. [1].

    Args:
        inside: Its inside before. [1]
        roll: The roll. [1]
        oven: The step of the programme; none if it takes less than ``BRIEF``. [1]
        matter: What it is made of. [1]
        step: Longest step of time. [s]
        traced: Whether to keep what ``TRACED`` says.

    Hours to 5 wt% of the coating without and with the heat of vaporisation, from 25 wt%, 50 um gap, open edges:

    >>> from twin.polymer.roll_inside import evenly
    >>> roll = Roll(half_width=0.25, foil=18e-6, film=20e-6, gap=50e-6, tape_permeability=1.0, tape_width=0.01)
    >>> start = evenly(298.15, 1.0 / 3.0)
    >>> for latent in (0.0, 520e3):
    ...     print(round(pass_through(start, roll, Oven(72e3, 473.15, latent=latent))[1].reached / 3600.0, 1))
    13.0
    16.5
    """
    if oven.duration < BRIEF:
        return inside, NOT_DONE._replace(reached=max(oven.duration, 0.0))
    temperature, solvent, crosslinks = (row.copy() for row in inside[:3])
    steps = _steps(oven.duration, step)
    trace = np.zeros((len(TRACED), steps.size if traced else 0))
    found = _march(temperature, solvent, crosslinks, inside.worst, roll, matter, oven, steps, trace)
    return Inside(temperature, solvent, crosslinks, found[0]), Passage(*found[1:], trace)


def crosslinks_of(oven: Oven) -> float:
    """Crosslink index of a piece of film that was as hot as the oven all the time (A-75). [1].

    Args:
        oven: Temperature, time and rate of crosslinking. [1]

    >>> round(crosslinks_of(Oven(36000.0, 523.15, crosslink_rate=3e-5)), 9)  # 36000 s x 3e-5 /s at 250 degC
    1.08
    """
    return oven.duration * float(_linking(np.array([oven.temperature]), oven)[0])
