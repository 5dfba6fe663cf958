"""The oven's programme as a plant lives it: a roll waits before it, may be stopped on the way, and may come back.

Steps and their limit are those of the patent on metal-clad laminate, claim 13; what a roll does in them is
``roll_cure`` (A-70 to A-75).
"""

from typing import NamedTuple

import numpy as np

from twin.polymer.roll_cure import NOT_DONE, STEP, Oven, Passage, pass_through
from twin.polymer.roll_gap import Roll
from twin.polymer.roll_inside import Inside
from twin.polymer.solvents import AMBIENT, ATMOSPHERE

WARM = 5.0  # K above the hall, from which a roll that waits still dries and cools
INERT = 6.0  # steps of inert gas, where little dries, over those of the vacuum
REST_STEPS = (7200.0, 1800.0)  # s, of a cold and of a warm roll that waits


class Programme(NamedTuple):
    """What an oven did to a roll, and the wait before it.

    Attributes:
        waited: The roll when it went in. [1]
        rest: What happened while it waited. [1]
        dried: The roll after the vacuum. [1]
        vacuum: What happened under vacuum. [1]
        vacuum_time: How long that was. [s]
        cured: The roll after the inert gas. [1]
        inert: What happened in inert gas. [1]
        inert_time: How long that was. [s]
        finished: Whether it was dry enough for the inert gas.
        ovens: The steps as they were asked: vacuum and inert gas. [1]
    """

    waited: Inside
    rest: Passage
    dried: Inside
    vacuum: Passage
    vacuum_time: float
    cured: Inside
    inert: Passage
    inert_time: float
    finished: bool
    ovens: tuple[Oven, ...] = ()


def per_polymer(share: float) -> float:
    """Solvent per polymer from its share of the coating; beyond nine tenths it counts as nine tenths. [kg/kg].

    By definition: w / (1 - w).

    Args:
        share: Solvent as a share of the coating. [kg/kg]

    >>> per_polymer(0.25) * 3.0
    1.0
    """
    dry = 1.0 - min(max(share, 0.0), 0.9)
    return (1.0 - dry) / dry


def of_coating(content: float) -> float:
    """Solvent as a share of the coating from solvent per polymer. [kg/kg].

    By definition: u / (1 + u).

    Args:
        content: Solvent per polymer. [kg/kg]

    >>> of_coating(0.25)
    0.2
    """
    return content / (1.0 + content)


def rested(inside: Inside, roll: Roll, time: float, transfer: float, refinement: float = 1.0) -> tuple[Inside, Passage]:
    """Inside of a roll after a wait in the hall: it cools, its lanes even out, a trace of its solvent leaves. [1].

    Still air takes its heat (A-350), and its vapour at ambient pressure (A-73).

    Args:
        inside: Its inside before. [1]
        roll: The roll. [1]
        time: How long it waits. [s]
        transfer: Heat transfer of its faces to still air, beside radiation. [W/m^2/K]
        refinement: How much finer the steps are than those of production. [1]

    >>> from twin.polymer.roll_inside import evenly
    >>> roll = Roll(0.25, 18e-6, 20e-6, 50e-6, 1e-11, 0.01)
    >>> after, _ = rested(evenly(298.15, 1.0 / 3.0), roll, 5 * 86400.0, 5.0)
    >>> 0.0 < 1.0 / 3.0 - float(after.solvent.mean()) < 0.01
    True
    """
    warm = float(np.abs(inside.temperature - AMBIENT).max()) > WARM
    hall = Oven(time, AMBIENT, transfer, vapour=0.0, inert=ATMOSPHERE, crosslink_rate=0.0, limit=0.0)
    return pass_through(inside, roll, hall, step=REST_STEPS[warm] / refinement)


def taken_through(
    inside: Inside,
    roll: Roll,
    oven: Oven,
    since: float = -1.0,
    stopped: float = 0.0,
    step: float = STEP,
    *,
    traced: bool = False,
) -> tuple[Inside, Passage]:
    """Inside of a roll after a step; if that was stopped on the way, the cold oven stands in between. [1].

    The walls of an oven that stands are as cold as the hall; its vacuum or its gas stays.

    Args:
        inside: Its inside before. [1]
        roll: The roll. [1]
        oven: The step of the programme. [1]
        since: Time after which it was stopped; it was not if that lies outside the step. [s]
        stopped: How long it stood. [s]
        step: Longest step of time. [s]
        traced: Whether to keep what the roll went through.

    >>> from twin.polymer.roll_inside import evenly
    >>> start, roll = evenly(473.15, 0.01), Roll(0.25, 18e-6, 20e-6, 50e-6, 1e-11, 0.01)
    >>> done = taken_through(start, roll, Oven(7200.0, 473.15), since=3600.0, stopped=36000.0)[0]
    >>> bool(done.temperature[0] < 470.0)  # 10 h in the cold oven
    True
    """
    if not 0.0 < since < oven.duration:
        return pass_through(inside, roll, oven, step=step, traced=traced)
    cold = oven._replace(duration=stopped, temperature=AMBIENT, transfer=0.0)
    parts = (oven._replace(duration=since), cold, oven._replace(duration=oven.duration - since))
    passages: list[Passage] = []
    for part in parts:
        inside, passage = pass_through(inside, roll, part, step=step, traced=traced)
        passages.append(passage)
    return inside, _joined(passages, parts)


def _joined(passages: list[Passage], parts: tuple[Oven, ...]) -> Passage:
    before, pause, after = passages
    starts = np.cumsum([0.0, *(part.duration for part in parts[:-1])])
    traces = [one.trace.copy() for one in passages]
    for trace, start in zip(traces, starts, strict=True):
        trace[0] += start
    return Passage(
        before.reached if before.reached < parts[0].duration else parts[0].duration + after.reached,
        max(one.vapour for one in passages),
        max(one.blister for one in passages),
        before.above + pause.above + after.above,
        max(one.flow for one in passages),
        max(one.core for one in passages),
        max(one.hottest for one in passages),
        all(one.converged for one in passages),
        np.hstack(traces),
    )


def programme(
    waited: tuple[Inside, Passage],
    roll: Roll,
    ovens: tuple[Oven, Oven],
    since: tuple[float, float],
    stopped: float,
    refinement: float = 1.0,
    *,
    traced: bool = False,
) -> Programme:
    """What an oven does to a roll: vacuum, and inert gas if the film is dry enough for it. [1].

    Args:
        waited: The roll after its wait, and what happened in it. [1]
        roll: The roll. [1]
        ovens: The steps: vacuum, whose limit decides, and inert gas. [1]
        since: Times after which either step was stopped. [s]
        stopped: How long it stood. [s]
        refinement: How much finer the steps are than those of production. [1]
        traced: Whether to keep what the roll went through.

    >>> from twin.polymer.roll_inside import evenly
    >>> start, roll = (evenly(298.15, 0.3), NOT_DONE), Roll(0.25, 18e-6, 20e-6, 50e-6, 1e-11, 0.01)
    >>> programme(start, roll, (Oven(3600.0, 473.15), Oven(3600.0, 553.15)), (-1.0, -1.0), 0.0).finished
    False
    """
    vacuum, inert = ovens
    step, (inside, rest) = STEP / refinement, waited
    dried, drying = taken_through(inside, roll, vacuum, since[0], stopped, step, traced=traced)
    if dried.wettest() > vacuum.limit:
        return Programme(
            inside, rest, dried, drying, vacuum.duration, dried, NOT_DONE, 0.0, finished=False, ovens=ovens
        )
    cured, heating = taken_through(dried, roll, inert, since[1], stopped, INERT * step, traced=traced)
    return Programme(inside, rest, dried, drying, vacuum.duration, cured, heating, inert.duration, True, ovens)  # noqa: FBT003 - "finished"
