"""Vapour in the gap of a wound roll: how much solvent the way out to the roll's edge lets the film give.

Half of a roll is one row of cells from its mid-plane (the core in what follows) to its edge. The gap holds next to
nothing, so at each instant the flow along it carries exactly what the films beside it give (film balance and slip flow
after Maxwell 1879; A-71, A-72).
"""

from math import exp, isfinite, pi, sqrt
from typing import NamedTuple

import numpy as np
from numba import njit

from twin.polymer.solvents import ATMOSPHERE, GAS_CONSTANT, SOLVENTS, activity_of
from twin.polymer.tridiagonal import Row, solve_rows

NMP = SOLVENTS["NMP"]
ITERATIONS = 60  # of Newton's method in one step, of which two are the rule
CLOSE = 1e-4  # relative change that ends it: it converges by squares, so that 1e-8 is left
ROUNDS = 40  # of Newton's method for the chamber's pressure, of which four are the rule
SCALE = 1e-4  # kg/kg, below which contents are found to an absolute bound
TRACE = 1e-12  # kg/kg, where a film counts as dry
DRENCHED = 20.0  # kg/kg, where a film counts as liquid

Ways = tuple[float, float, float, float]


class Matter(NamedTuple):
    """What roll, film and vapour are made of.

    Attributes:
        foil_density: Density of copper, 8960 (handbook). [kg/m^3]
        foil_capacity: Heat capacity of copper, 385 (handbook). [J/kg/K]
        foil_conductivity: Thermal conductivity of copper, 400 (handbook). [W/m/K]
        film_density: Density of dry polyimide, 1350 (1300-1420; A-70). [kg/m^3]
        film_capacity: Heat capacity of polyimide, mean of 25-200 degC, 1320 (1100-1500; A-70); the solvent's own is
            left out, for it leaves while the roll is still warming. [J/kg/K]
        emissivity: Effective emissivity of the end faces, 0.5 (0.3-0.8; A-71). [1]
        viscosity: Viscosity of NMP vapour, 1.1e-5 (0.9e-5 to 1.3e-5; A-71). [Pa*s]
        diffusivity: Diffusivity of NMP in the dry film at 120 degC, 1e-15 (1e-16 to 1e-14; A-72). [m^2/s]
        diffusion_energy: Its activation energy, 90e3 (60e3-120e3; A-72). [J/mol]
        plasticisation: Its rise with solvent in kg per kg polymer, ``exp(8 w)`` (6-10; A-72). [1]
        interaction: Flory-Huggins parameter of NMP and polyimide, 0.45 (0.3-0.6; A-72). [1]
    """

    foil_density: float = 8960.0
    foil_capacity: float = 385.0
    foil_conductivity: float = 400.0
    film_density: float = 1350.0
    film_capacity: float = 1320.0
    emissivity: float = 0.5
    viscosity: float = 1.1e-5
    diffusivity: float = 1e-15
    diffusion_energy: float = 90e3
    plasticisation: float = 8.0
    interaction: float = 0.45


class Roll(NamedTuple):
    """One wound roll.

    Attributes:
        half_width: Half of the web's width. [m]
        foil: Thickness of the foil. [m]
        film: Dry thickness of the film. [m]
        gap: Clear gap between film and next lap. [m]
        tape_permeability: Permeability of the spacer tape along the web's width. [m^2]
        tape_width: Width of the tape on either border. [m]
        thickest: Thickness of its thickest place over the mean of all. [1]
    """

    half_width: float
    foil: float
    film: float
    gap: float
    tape_permeability: float
    tape_width: float
    thickest: float = 1.0


class Outside(NamedTuple):
    """What is around a roll.

    Attributes:
        vapour: Pressure of solvent vapour there while the roll gives none. [Pa]
        rise: How much it rises with what leaves the roll at either border, per metre of web. [Pa*m*s/kg]
        inert: Pressure of the inert gas; 0 under vacuum. [Pa]
    """

    vapour: float
    rise: float
    inert: float


@njit(cache=True)
def _potential(pressure: float, viscous: float, slip: float, inert: float) -> tuple[float, float]:
    """Flow potential of vapour and its slope: diffusion, and viscous flow where it outdoes the inert gas's pressure."""
    over = max(pressure, inert)
    bend = 2.0 * viscous * over if pressure > inert else 0.0
    return viscous * (over * over - inert * inert) + slip * pressure, bend + slip


@njit(cache=True)
def _soft_potential(pressure: float, viscous: float, slip: float, inert: float) -> tuple[float, float]:
    """As ``_potential``, but without the sharp onset of viscous flow at which Newton's method would jump."""
    if pressure <= inert:
        return slip * pressure, slip
    excess, both, onset = pressure - inert, pressure + inert, 0.01 * inert
    soft = excess * excess / (excess + onset)
    steep = excess * (excess + 2.0 * onset) / (excess + onset) ** 2
    return viscous * both * soft + slip * pressure, viscous * (soft + both * steep) + slip


@njit(cache=True)
def ways_out(roll: Roll, matter: Matter, temperature: float, inert: float) -> Ways:
    """Viscous and diffusive conductance of the gap, and the same of the tape, at a mean temperature.

    Poiseuille's flow in a slot with slip after Maxwell (1879), Darcy's in the tape; per metre of web. The first two are
    in [kg/Pa^2/s] and [kg/Pa/s], those of the tape in [kg/m/Pa^2/s] and [kg/m/Pa/s].

    Args:
        roll: The roll. [1]
        matter: What it is made of. [1]
        temperature: Mean temperature. [K]
        inert: Pressure of the inert gas; 0 under vacuum. [Pa]

    Tape against gap is 12 permeabilities over gap squared and the tape's width:

    >>> viscous, _, tape, leak = ways_out(Roll(0.25, 18e-6, 20e-6, 50e-6, 1e-11, 0.01), Matter(), 473.15, 0.0)
    >>> round(tape / viscous, 9), leak
    (4.8, 0.0)
    """
    mass = NMP.molar_mass / (GAS_CONSTANT * temperature)
    viscous = roll.gap**3 * mass / (24.0 * matter.viscosity)
    tape = roll.gap * roll.tape_permeability * mass / (2.0 * matter.viscosity * roll.tape_width)
    if inert > 0.0:
        # To diffusion the tape is as open as the slot that has its permeability.
        share = min(1.0, (12.0 * roll.tape_permeability / roll.gap**2) ** (1.0 / 3.0))
        diffusive = roll.gap * mass * NMP.diffusivity * (temperature / 298.15) ** 1.75 * ATMOSPHERE / inert
        return viscous, diffusive, tape, diffusive * share / roll.tape_width
    free_path = matter.viscosity * sqrt(0.5 * pi / mass)  # times the pressure
    return viscous, 12.0 * viscous * free_path / roll.gap, tape, 0.0


@njit(cache=True)
def _through(inner: float, around: float, width: float, ways: Ways, inert: float) -> tuple[float, float, float]:
    """Flow out of the last cell through its outer half and the tape, its slope by the cell's potential and by around's.

    The slope by what is around is that by its pressure.
    """
    viscous, slip, tape, leak = ways
    square, line = viscous / width + tape, slip / width + leak
    outside, pull = _potential(around, tape, leak, inert)
    total = inner / width + outside
    if total <= line * inert:
        border = total / line
    else:
        total += square * inert * inert
        border = 2.0 * total / (line + sqrt(line * line + 4.0 * square * total))
    outer, bend = _potential(border, viscous, slip, inert)
    share = bend / _potential(border, square, line, inert)[1]
    return (inner - outer) / width, (1.0 - share / width) / width, -share * pull / width


@njit(cache=True)
def _edge(inner: float, outside: Outside, width: float, ways: Ways) -> tuple[float, float, bool]:
    """Flow out of the roll, its slope by the last cell's potential, and whether both were found.

    The flow is concave in the pressure around, which rises with it: Newton's method comes down from that at no rise.
    """
    flow, bend, pull = _through(inner, outside.vapour, width, ways, outside.inert)
    if outside.rise <= 0.0 or flow <= 0.0:
        return flow, bend, True
    for _ in range(ROUNDS):
        found, bend, pull = _through(inner, outside.vapour + outside.rise * flow, width, ways, outside.inert)
        stride = (flow - found) / (1.0 - outside.rise * pull)
        flow = max(flow - stride, 0.0)
        if abs(stride) <= 1e-9 * flow:
            break
    # a flow that is next to none is found no closer than the rounding of the potentials it is a difference of
    return flow, bend / (1.0 - outside.rise * pull), abs(stride) <= CLOSE * flow + 1e-12 * abs(inner) / width


class Film(NamedTuple):
    """The films of a half roll during one step. Shape of each row: (cells,).

    Attributes:
        wet: Solvent per polymer before the step. [kg/kg]
        share: Share of what lies above the content it strives to that a film gives in the step. [1]
        pressure: Vapour pressure of the pure solvent at each film's expected temperature. [Pa]
        expected: Solvent that the expected temperature counts on being given. [kg/kg]
        chill: Relative fall of the vapour pressure per solvent given beyond that, for it cools the film. [1]
    """

    wet: Row
    share: Row
    pressure: Row
    expected: Row
    chill: Row


@njit(cache=True)
def over_film(film: Film, i: int, own: float, ratio: float, interaction: float) -> tuple[float, float]:
    """Pressure of vapour over a film that strives to a solvent content, and its slope by that content. [Pa], [Pa]

    Activity after Flory, Principles of Polymer Chemistry (1953), chapter 12; Clausius and Clapeyron for the chill.

    Args:
        film: The films. [1]
        i: Which of them. [1]
        own: Solvent per polymer that it strives to. [kg/kg]
        ratio: Density of the solvent over that of the polymer. [1]
        interaction: Flory-Huggins parameter. [1]

    One half by volume at 100 Pa and no interaction is 100 e^(1/2) / 2, and its slope a quarter of that:

    >>> film = Film(*(np.array([value]) for value in (1.0, 1.0, 100.0, 0.0, 0.0)))
    >>> [round(value, 3) for value in over_film(film, 0, 1.0, 1.0, 0.0)]
    [82.436, 20.609]
    """
    solvent = own / (own + ratio)
    dry = 1.0 - solvent
    cooled = film.chill[i] * (film.share[i] * (film.wet[i] - own) - film.expected[i])
    pressure = film.pressure[i] * exp(-min(max(cooled, -5.0), 5.0)) * activity_of(solvent, interaction)
    steep = (1.0 / solvent - 1.0 - 2.0 * interaction * dry) * dry * dry / ratio
    return pressure, pressure * (steep + film.chill[i] * film.share[i])


@njit(cache=True)
def _balance(own: Row, film: Film, side: Row, width: float, rate: float, system: Row) -> None:
    """Set up Newton's step: what each cell's films give, less what flows on to its neighbours."""
    size = own.size
    for i in range(size):
        gives = film.share[i] * rate * width
        system[3, i], system[1, i] = gives * (film.wet[i] - own[i]), gives
        for j in (i - 1, i + 1):
            if 0 <= j < size:
                system[3, i] += (side[0, j] - side[0, i]) / width
                system[1, i] += side[1, i] / width
                system[1 + j - i, i] = -side[1, j] / width


@njit(cache=True)
def settle(
    own: Row,
    film: Film,
    outside: Outside,
    width: float,
    rate: float,
    ways: Ways,
    ratio: float,
    interaction: float,
) -> tuple[bool, float]:
    """Find in place the content ``own`` each film strives to, such that the gap carries off what the films give.

    The unknown is the content and not the pressure, which follows from it without inverting the activity. The answer is
    whether it was found, and what leaves the roll at either border per metre of web. [kg/m/s]

    Balance of mass of each cell, by Newton's method.

    Args:
        own: Solvent per polymer that each film strives to: a guess, then the answer. Shape: (cells,). [kg/kg]
        film: The films. [1]
        outside: What is around the roll. [1]
        width: Width of a cell. [m]
        rate: Dry mass of the film per area and time of the step. [kg/m^2/s]
        ways: What ``ways_out`` says. [1]
        ratio: Density of the solvent over that of the polymer. [1]
        interaction: Flory-Huggins parameter. [1]

    What leaves one cell of 0.25 m is what its film gives:

    >>> film = Film(*(np.array([value]) for value in (0.3, 1.0, 3000.0, 0.0, 0.0)))
    >>> own, ways = np.array([0.1]), ways_out(Roll(0.25, 18e-6, 20e-6, 50e-6, 1e-11, 0.01), Matter(), 400.0, 0.0)
    >>> found, flow = settle(own, film, Outside(10.0, 0.0, 0.0), 0.25, 1e-5, ways, 0.76, 0.45)
    >>> found, round(float(flow / (1e-5 * 0.25 * (0.3 - own[0]))), 4)
    (True, 1.0)
    """
    size, flow = own.size, 0.0
    side, system = np.zeros((2, size)), np.zeros((4, size))
    for number in range(ITERATIONS):
        for i in range(size):
            pressure, steep = over_film(film, i, own[i], ratio, interaction)
            side[0, i], bend = _soft_potential(pressure, ways[0], ways[1], outside.inert)
            side[1, i] = bend * steep
        _balance(own, film, side, width, rate, system)
        flow, bend, sound = _edge(side[0, size - 1], outside, 0.5 * width, ways)
        system[3, size - 1] -= flow
        system[1, size - 1] += bend * side[1, size - 1]
        solve_rows(system[0], system[1], system[2], system[3])
        if not isfinite(system[3].sum()):
            return False, 0.0
        change, stride = 0.0, 1.0 / (1 + number // 15)  # shorter where it jumps to and fro
        for i in range(size):
            new = min(max(own[i] + stride * system[3, i], 0.05 * own[i], TRACE), 10.0 * own[i], DRENCHED)
            change = max(change, abs(new - own[i]) / (new + SCALE))
            own[i] = new
        if change < CLOSE:
            return sound, flow if sound else 0.0
    return False, 0.0
