"""A roll before and after the oven as the properties of its lot tell it, and the books of its solvent.

Sources: geometry of the roll, balance of mass of its solvent; what a lot does not say is the default recipe's.
"""

from collections.abc import Mapping
from math import inf

import numpy as np

from twin.polymer import laminate
from twin.polymer.oven_step import Programme, of_coating, per_polymer
from twin.polymer.roll_gap import Roll
from twin.polymer.roll_inside import MATTER, Inside, cells_of, from_core
from twin.polymer.solvents import AMBIENT
from twin.stage import Profile

LANES = tuple(f"lane_{number}" for number in range(1, 6))
RADII = (0.0762, 0.1408)  # m, core and outside of a default roll, where a lot does not say
# Least and most of what roll and oven are, between which times were tested (tests/stages/test_roll_cure.py).
TESTED = {
    "solvent": (0.0, 0.45),  # kg/kg
    "gap": (5e-6, 500e-6),  # m
    "tape": (1e-14, inf),  # m^2; a border without tape resists nothing
    "tape width": (0.002, 0.05),  # m
    "film": (5e-6, 40e-6),  # m
    "foil": (9e-6, 36e-6),  # m
    "width": (0.1, 0.6),  # m, of half of the web
    "vacuum temperature": (453.15, 603.15),  # K
    "inert temperature": (453.15, 673.15),  # K
    "chamber pressure": (1.0, 1e3),  # Pa
    "face transfer": (0.0, 30.0),  # W/m^2/K
    "latent heat": (0.0, 550e3),  # J/kg
    "heaters": (0.0, 0.01),  # m^2*K/W
    "thickest lane": (1.0, 1.15),  # over the mean of all
    "wettest lane": (1.0, 1.5),  # solvent per polymer over that of the mean lane, as it goes in
    "chamber rise": (0.0, 3e10),  # Pa*m*s/kg, of the vapour around with what leaves a roll
    "dried": (0.0, 0.055),  # kg/kg, solvent per polymer at the wettest place as the inert gas comes
    "inert vapour": (0.0, 1e3),  # Pa
    "inert rise": (0.0, 3e11),  # Pa*m*s/kg
}
HALL, TRAP, SWEPT = "vapour NMP", "recovered NMP", "waste NMP vapour"


def thickest_place(properties: Mapping[str, float]) -> float:
    """Thickness of the thickest place along the thickest lane over the mean of all, by definition. [1].

    Args:
        properties: Properties of the lot. [1]

    >>> thickest_place({"lane_1": 0.75, "lane_2": 1.25, "thickest_along": 1.5}), thickest_place({})
    (1.875, 1.0)
    """
    return max(properties.get(lane, 1.0) for lane in LANES) * properties.get("thickest_along", 1.0)


def roll_of(properties: Mapping[str, float]) -> Roll:
    """Roll as its properties tell it, those that are missing at the default recipe (A-61 to A-65). [1].

    Args:
        properties: Properties of the lot. [1]

    >>> roll_of({"gap": 40e-6}).gap
    4e-05
    """
    told = properties.get
    return Roll(
        half_width=0.5 * max(told("web_width", 0.5), 1e-3),
        foil=max(told("carrier_thickness", 18e-6), 1e-7),
        film=max(told("dry_thickness", 20e-6), 1e-7),
        gap=max(told("gap", 50e-6), 1e-7),
        tape_permeability=max(told("tape_permeability", 1e-11), 1e-20),
        tape_width=max(told("tape_width", 0.010), 1e-4),
        thickest=max(thickest_place(properties), 1.0),
    )


def radii_of(properties: Mapping[str, float]) -> tuple[float, float]:
    """Radii of core and outermost lap; by default of a 6-inch core (A-61). [m].

    Args:
        properties: Properties of the lot. [1]

    >>> radii_of({"roll_outer_radius": 0.15})
    (0.0762, 0.15)
    """
    return properties.get("roll_core_radius", RADII[0]), properties.get("roll_outer_radius", RADII[1])


def untested(roll: Roll, done: Programme) -> tuple[str, ...]:
    """Names of what lies outside the tested domain of roll and oven. [1].

    Args:
        roll: The roll. [1]
        done: What the oven did to it, and of which settings. [1]

    >>> from twin.polymer.roll_cure import NOT_DONE, Oven
    >>> from twin.polymer.roll_inside import evenly
    >>> even, ovens = evenly(300.0, 0.25), (Oven(3600.0, 473.15, vapour=1e4), Oven(3600.0, 553.15))
    >>> wet = Programme(even, NOT_DONE, even, NOT_DONE, 3600.0, even, NOT_DONE, 0.0, finished=False, ovens=ovens)
    >>> untested(roll_of({"carrier_thickness": 50e-6}), wet)
    ('foil', 'chamber pressure')
    """
    (vacuum, inert), wet = done.ovens, float(done.waited.solvent.max())
    case = {
        "solvent": of_coating(wet),
        "wettest lane": done.waited.wettest() / wet if wet > 0.0 else 1.0,
        "thickest lane": roll.thickest,
        "gap": roll.gap,
        "tape": roll.tape_permeability,
        "tape width": roll.tape_width,
        "film": roll.film,
        "foil": roll.foil,
        "width": roll.half_width,
        "face transfer": vacuum.transfer,
        "latent heat": vacuum.latent,
        "heaters": vacuum.resistance,
    }
    if vacuum.duration > 0.0:
        case |= {
            "vacuum temperature": vacuum.temperature,
            "chamber pressure": vacuum.vapour,
            "chamber rise": vacuum.rise,
        }
    if done.finished:
        case |= {
            "dried": done.dried.wettest(),
            "inert temperature": inert.temperature,
            "inert vapour": inert.vapour,
            "inert rise": inert.rise,
        }
    return tuple(name for name, value in case.items() if not TESTED[name][0] <= value <= TESTED[name][1])


def as_it_came(properties: Mapping[str, float], attempt: int, refinement: float) -> Inside:
    """Inside of a roll when its last operation ended; a fresh one is even along its width but for its lanes. [1].

    By definition: solvent per polymer from its share of the coating.

    Args:
        properties: Properties of the lot. [1]
        attempt: How often it has been in the oven before. [1]
        refinement: How much finer the grid is than that of production. [1]

    >>> as_it_came({"residual_solvent": 0.2, "residual_solvent_max": 0.25}, 0, 1.0).worst * 3.0
    1.0
    """
    told, cells = properties.get, cells_of(refinement)
    whole = told("residual_solvent", 0.25)
    mean, index = per_polymer(whole), told("crosslinks", 0.0)
    core = per_polymer(told("residual_solvent_core", whole)) if attempt > 0 else mean
    solvent = np.maximum(from_core(mean, core, cells), 0.0)
    return Inside(
        np.full(cells, told("roll_temperature", AMBIENT)),
        solvent,
        from_core(index, told("crosslinks_core", index), cells),
        max(per_polymer(told("residual_solvent_max", whole)), float(solvent[0])),
    )


def hottest(properties: Mapping[str, float], done: Programme) -> float:
    """Highest temperature that any of a roll has seen in an oven, before this visit too, by definition. [K].

    Args:
        properties: Properties of the lot. [1]
        done: What the oven did to it. [1]

    >>> from twin.polymer.roll_cure import NOT_DONE
    >>> from twin.polymer.roll_inside import evenly
    >>> even, warm = evenly(300.0, 0.25, 2.0), NOT_DONE._replace(hottest=550.0)
    >>> hottest({}, Programme(even, NOT_DONE, even, NOT_DONE, 0.0, even, warm, 0.0, finished=True))
    550.0
    """
    return max(properties.get("highest_temperature", AMBIENT), done.vacuum.hottest, done.inert.hottest)


def as_it_goes(properties: Mapping[str, float], done: Programme, temperature: float) -> dict[str, float]:
    """Properties from which a second visit goes on, with the gel of Charlesby and Pinner (1959). [1].

    Args:
        properties: Properties of the lot when it came. [1]
        done: What the oven did to the roll. [1]
        temperature: Temperature at which it leaves. [K]

    >>> from twin.polymer.roll_cure import NOT_DONE
    >>> from twin.polymer.roll_inside import evenly
    >>> even = evenly(300.0, 0.25, 2.0)
    >>> gone = as_it_goes({}, Programme(even, NOT_DONE, even, NOT_DONE, 0.0, even, NOT_DONE, 0.0, finished=True), 300.0)
    >>> round(gone["residual_solvent"], 9), round(gone["insoluble"], 6)  # 0.25/1.25; s + sqrt(s) = 1
    (0.2, 0.618034)
    """
    inside = done.cured
    return {
        "residual_solvent_vacuum": of_coating(done.dried.wettest()),
        "residual_solvent": of_coating(float(inside.solvent.mean())),
        "residual_solvent_core": of_coating(float(inside.solvent[0])),
        "residual_solvent_max": of_coating(inside.wettest()),
        "crosslinks": float(inside.crosslinks.mean()),
        "crosslinks_core": float(inside.crosslinks[0]),
        "insoluble": laminate.insoluble_fraction(float(inside.crosslinks.min())),
        "roll_temperature": temperature,
        "highest_temperature": hottest(properties, done),
    }


def books(
    properties: Mapping[str, float], mass: float, length: float, came: Inside, done: Programme
) -> tuple[dict[str, float], float]:
    """Solvent lost in the hall, to the trap and to the swept gas, and what the roll keeps: a balance of mass. [kg].

    Args:
        properties: Properties of the lot. [1]
        mass: Its mass. [kg]
        length: Its length. [m]
        came: Its inside when it came. [1]
        done: What the oven did to it. [1]

    Of 1 kg on 4 kg of polymer the vacuum takes four fifths, the inert gas the rest:

    >>> from twin.polymer.roll_cure import NOT_DONE
    >>> from twin.polymer.roll_inside import evenly
    >>> wet, dry, bare = (evenly(300.0, content) for content in (0.25, 0.05, 0.0))
    >>> done = Programme(wet, NOT_DONE, dry, NOT_DONE, 0.0, bare, NOT_DONE, 0.0, finished=True)
    >>> losses, left = books({"solvent_mass": 1.0}, 10.0, 100.0, wet, done)
    >>> [round(loss, 9) for loss in losses.values()], round(left, 9)
    ([0.0, 0.8, 0.2], 0.0)
    """
    told = properties.get
    at_first, *after = (float(one.solvent.mean()) for one in (came, done.waited, done.dried, done.cured))
    film = length * told("coated_width", 0.48) * max(told("dry_thickness", 20e-6), 1e-7) * MATTER.film_density
    solvent = left = min(told("solvent_mass", film * at_first), mass)
    polymer = solvent / at_first if at_first > 0.0 else 0.0
    losses = {}
    for name, content in zip((HALL, TRAP, SWEPT), after, strict=True):
        losses[name] = max(0.0, min(left, polymer * (at_first - content)))
        left -= losses[name]
        at_first = min(at_first, content)
    return losses, max(0.0, left)


def shown(done: Programme, begun: float, between: float) -> tuple[Profile, ...]:
    """Profiles over the time in the oven of a roll whose way was traced, by definition. [1].

    Args:
        done: What the oven did to it. [1]
        begun: When the vacuum step began. [s]
        between: Time between it and the inert step. [s]

    >>> from twin.polymer.roll_cure import NOT_DONE
    >>> from twin.polymer.roll_inside import evenly
    >>> even = evenly(300.0, 0.25)
    >>> core = shown(Programme(even, NOT_DONE, even, NOT_DONE, 0.0, even, NOT_DONE, 0.0, finished=True), 60.0, 9.0)[0]
    >>> core.name, set(core.points), set(core.values)
    ('core temperature', {60.0}, {300.0})
    """
    traces = (done.vacuum.trace, done.inert.trace)
    times = np.append(begun, begun + traces[0][0])
    times = np.append(times, times[-1] + between + traces[1][0])
    _, core, edge, pressure, solvent, links = np.hstack(traces)
    inside, wet = done.waited, np.append(done.waited.solvent[0], solvent)
    rows = (
        ("core temperature", "K", np.append(inside.temperature[0], core), ""),
        ("edge temperature", "K", np.append(inside.temperature[-1], edge), ""),
        ("pressure in the gap at the core", "Pa", np.append(pressure[0] if pressure.size else 0.0, pressure), ""),
        ("residual solvent at the core", "kg/kg", wet / (1.0 + wet), "residual_solvent_vacuum"),
        ("crosslink index at the core", "1", np.append(inside.crosslinks[0], links), ""),
    )
    along = ("time in the oven", "s", tuple(times.tolist()))
    return tuple(Profile(name, unit, *along, tuple(values.tolist()), measure) for name, unit, values, measure in rows)
