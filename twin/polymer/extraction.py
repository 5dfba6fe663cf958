"""Washing and drying of polymer grains: equilibrium of the stages, and diffusion out of a cylinder.

Sources: balance of mass of each stage, Treybal, Mass-Transfer Operations (1980), chapter 13; Crank, The Mathematics of
Diffusion (1975), chapter 5, by ``cylinder``.
"""

from twin.polymer.cylinder import mean_left


def cross_current(held: float, fresh: float, stages: int) -> list[float]:
    """What is left of an impurity after each wash with fresh liquor, from 0 washes on. [1]

    Balance of mass: each wash leaves the share h / (h + f) of the liquor, and of what is dissolved in it.

    Args:
        held: Liquor that the drained polymer holds. [kg/kg]
        fresh: Fresh liquor of each wash. [kg/kg]
        stages: Number of washes. [1]

    >>> round(cross_current(3.0, 10.0, 4)[-1], 8)  # (3/13)^4
    0.00283604
    """
    return [float((held / (held + fresh)) ** stage) for stage in range(stages + 1)]


def counter_current(held: float, fresh: float, stages: int) -> list[float]:
    """What is left of an impurity after each stage when liquor runs against the polymer, from 0 stages on. [1]

    Kremser's equation (1930), as in Treybal, with R fresh liquor per liquor held.

    Args:
        held: Liquor that the drained polymer holds. [kg/kg]
        fresh: Fresh liquor, the same for all stages. [kg/kg]
        stages: Number of stages. [1]

    >>> [round(left, 6) for left in counter_current(1.0, 2.0, 2)]  # (R - 1) / (R^(N+1) - 1) = 1/7
    [1.0, 0.428571, 0.142857]
    """
    ratio = fresh / held
    if abs(ratio - 1.0) < 1e-9:
        return [(stages + 1.0 - stage) / (stages + 1.0) for stage in range(stages + 1)]
    whole = ratio ** (stages + 1) - 1.0
    return [float((ratio ** (stages + 1 - stage) - 1.0) / whole) for stage in range(stages + 1)]


def residue(levels: list[float], stage_fourier: float) -> float:
    """What is left in the grains when each stage also takes time to diffuse out, by superposition. [1]

    Duhamel's theorem (Crank 1975): each fall of the level diffuses out from its own stage on.

    Args:
        levels: What would be left at equilibrium, from 0 stages on. [1]
        stage_fourier: Diffusivity times contact time of one stage over radius squared. [1]

    >>> round(residue([1.0, 0.0], 0.1), 6)
    0.394176
    """
    stages = len(levels) - 1
    steps = (levels[stage] - levels[stage + 1] for stage in range(stages))
    return levels[-1] + sum(step * mean_left((stages - k) * stage_fourier) for k, step in enumerate(steps))


def dried_share(before: float, more: float) -> float:
    """Share of what is in a cylinder that stays when it goes on drying: the profile is not flat anew. [1]

    Args:
        before: Diffusivity times time over radius squared so far. [1]
        more: The same of what comes. [1]

    >>> dried_share(0.0, 0.1) == mean_left(0.1), round(dried_share(1.0, 1.0), 6)  # exp(-2.4048^2)
    (True, 0.003079)
    """
    there = mean_left(before)
    return mean_left(before + more) / there if there > 0.0 else 0.0
