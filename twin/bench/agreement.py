"""How often the bottleneck that `twin explain` names is the one whose relief brings most in the simulation."""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from statistics import mean, stdev
from typing import Any, NamedTuple

import numpy as np

from twin.draws import Draws
from twin.explain import PARTS, explain, relieved
from twin.plan import Plan
from twin.plant import DAY
from twin.records import COLUMNS
from twin.scenario import baseline
from twin.simulate import simulate

REPLICATIONS = 3


class Agreement(NamedTuple):
    """One random plant.

    Attributes:
        number: Its number. [1]
        named: What `twin explain` names.
        best: Whose relief brings most in the simulation.
        shortfall: How much less the named one brings, of the line's rate. [1]
        noise: Two standard errors of that difference, of the line's rate. [1]
    """

    number: int
    named: tuple[str, ...]
    best: str
    shortfall: float
    noise: float

    @property
    def agrees(self) -> bool:
        """Whether the named one is the best, or as good within the noise of the experiment; no allowance beside it."""
        return self.shortfall <= self.noise

    @property
    def is_best(self) -> bool:
        """Whether the very best one is among those named."""
        return self.best in self.named

    @property
    def is_near_tie(self) -> bool:
        """Whether `twin explain` said "X or Y"."""
        return len(self.named) > 1


def random_plant(number: int) -> Plan:
    """Return the baseline with other numbers of machines and analysts, analysis times, turns, shares made in house."""
    draws, plan = Draws(2026, 0, "random plant", number), baseline()
    plant = plan.plant
    counts = {
        part: max(1, round(draws.uniform(part, low, high)))
        for part, low, high in (
            ("reactor", 0.5, 2.5), ("filter_dryer", 0.5, 2.5), ("varnish_tank", 0.5, 2.5), ("coater", 0.5, 2.5),
            ("oven", 0.5, 6.5), ("press", 0.5, 2.5), ("laser", 0.5, 4.5),
        )
    }  # fmt: skip
    machines = {part: replace(getattr(plant, part), count=count) for part, count in counts.items()}
    turn = draws.uniform("turn", 7.0, 12.0) * DAY
    makings = {
        "clad_laminate": replace(
            plant.clad_laminate, campaign=turn, in_house=draws.uniform("clad in house", 0.02, 0.2), powder_target=220.0
        ),
        "adhesive_film": replace(plant.adhesive_film, campaign=13.0 * DAY - turn, powder_target=60.0),
    }
    people = replace(
        plant.people,
        analysts=max(1, round(draws.uniform("analysts", 0.5, 3.5))),
        lab_delay=draws.uniform("lab", 0.5, 2.5),
    )
    changes: dict[str, Any] = {**machines, **makings, "people": people}
    return replace(plan, plant=replace(plant, **changes))


def released(plan: Plan, replication: int) -> float:
    """Return the first-grade area that one replication releases. [m^2/d]"""
    records = simulate(plan, 1, replication).records
    lots = dict(zip(COLUMNS["lots"], records.lots.table().T, strict=True))
    good = (lots["fate"] == records.names.get("shipped", -1)) & (lots["grade"] == 0)
    inside = good & (lots["ended"] > plan.study.warm_up)
    return float(lots["area"][inside].sum()) / (plan.study.horizon / DAY)


def one(number: int) -> Agreement:
    """Compare what is named with what the simulation says, for one random plant."""
    plan = random_plant(number)
    base = np.array([released(plan, replication) for replication in range(REPLICATIONS)])
    gains = {
        station: np.array([released(relieved(plan, station), r) for r in range(REPLICATIONS)]) - base
        for station in PARTS
    }
    named = explain(plan).bottlenecks
    best = max(gains, key=lambda station: float(gains[station].mean()))
    chosen = max(named, key=lambda station: float(gains[station].mean()))
    differences = (gains[best] - gains[chosen]).tolist()
    rate = max(float(base.mean()), 1.0)
    noise = 2.0 * stdev(differences) / len(differences) ** 0.5
    return Agreement(number, named, best, mean(differences) / rate, noise / rate)


def agreements(plants: int = 50, workers: int = 2) -> Iterator[Agreement]:
    """Compare on many random plants, in their order."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(one, range(plants))


def summary(found: Sequence[Agreement]) -> str:
    """Return how many agree, how many of these by noise alone, and how often two stations were named."""
    agreed = [one for one in found if one.agrees]
    best, near = sum(one.is_best for one in agreed), sum(one.is_near_tie for one in found)
    ties = [one for one in agreed if not one.is_best]
    widest = max((100.0 * one.noise for one in ties), default=0.0)
    return (
        f"{len(agreed)} of {len(found)} agree: {best} name the best, {len(ties)} tie with it within noise "
        f"(+- {widest:.1f} % at most); explain said X or Y for {near}"
    )


def main(plants: int) -> None:
    """Print the comparison, a line for each plant, and its sum."""
    told = []
    for found in agreements(plants):
        told.append(found)
        verdict = "DIFFERS" if not found.agrees else "agrees" if found.is_best else "ties"
        sys.stdout.write(
            f"{found.number:3} named {' or '.join(found.named):28} best {found.best:14} "
            f"short {100 * found.shortfall:5.1f} % +- {100 * found.noise:4.1f} %  {verdict}\n"
        )
        sys.stdout.flush()
    sys.stdout.write(f"{summary(told)}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
