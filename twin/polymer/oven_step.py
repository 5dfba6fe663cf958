"""One step of an oven's programme as a plant lives it: it may be stopped on the way, and a roll may come back."""

from twin.polymer.roll_cure import Oven, Passage, Profile, pass_through
from twin.polymer.roll_gap import Roll
from twin.polymer.solvents import AMBIENT


def per_polymer(share: float) -> float:
    """Solvent per polymer from its share of the coating; beyond nine tenths it counts as nine tenths. [kg/kg].

    Args:
        share: Solvent as a share of the coating. [kg/kg]

    >>> per_polymer(0.25) * 3.0
    1.0
    """
    dry = 1.0 - min(max(share, 0.0), 0.9)
    return (1.0 - dry) / dry


def of_coating(content: float) -> float:
    """Solvent as a share of the coating from solvent per polymer. [kg/kg].

    Args:
        content: Solvent per polymer. [kg/kg]

    >>> of_coating(0.25)
    0.2
    """
    return content / (1.0 + content)


def taken_through(
    profile: Profile, roll: Roll, oven: Oven, since: float = -1.0, stopped: float = 0.0
) -> tuple[Profile, Passage]:
    """Profile of a roll after a step; if that was stopped on the way, the cold oven stands in between. [1].

    Args:
        profile: Its profile before. [1]
        roll: The roll. [1]
        oven: The step of the programme. [1]
        since: Time after which it was stopped; it was not if that lies outside the step. [s]
        stopped: How long it stood. [s]

    >>> from twin.polymer.roll_cure import evenly
    >>> start, roll = evenly(473.15, 0.01), Roll(0.25, 18e-6, 20e-6, 50e-6, 1e-11, 0.01)
    >>> done = taken_through(start, roll, Oven(7200.0, 473.15), since=3600.0, stopped=36000.0)[0]
    >>> bool(done.temperature[0] < 470.0)
    True
    """
    if not 0.0 < since < oven.duration:
        return pass_through(profile, roll, oven)
    halfway, before = pass_through(profile, roll, oven._replace(duration=since))
    rested, pause = pass_through(halfway, roll, oven._replace(duration=stopped, temperature=AMBIENT, transfer=0.0))
    ended, after = pass_through(rested, roll, oven._replace(duration=oven.duration - since))
    return ended, Passage(
        before.reached if before.reached < since else since + after.reached,
        max(before.vapour, pause.vapour, after.vapour),
        max(before.blister, pause.blister, after.blister),
        before.above + pause.above + after.above,
        before.converged and pause.converged and after.converged,
    )
