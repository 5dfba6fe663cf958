"""What a simulated year of the default plant costs: CPU time, the share of the physics in it, and memory."""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import process_time
from typing import NamedTuple, cast

from twin.draws import Draws
from twin.material import Lot
from twin.plan import Plan
from twin.plant import DAY
from twin.products import Product
from twin.scenario import baseline
from twin.simulate import simulate
from twin.stage import Outcome, Stage, Visit
from twin.study import run

YEAR = 365.0 * DAY
ROUNDS = 3


class Timed:
    """A stage that keeps the time which it takes.

    Attributes:
        name: Name of the stage.
        measures: Measures of the stage.
        seconds: Time spent in it so far. [s]
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.name = stage.name
        self.measures = stage.measures
        self.seconds = 0.0

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Run the stage and add the time that it took."""
        start = process_time()
        outcome = self.stage.run(lot, visit, draws)
        self.seconds += process_time() - start
        return outcome

    def __getattr__(self, name: str) -> object:
        """Return a setting of the stage: the line is built from some of them."""
        found: object = getattr(self.stage, name)
        return found


class Year(NamedTuple):
    """The cost of one replication of a year, with full records; medians over some rounds.

    Attributes:
        year_cpu_s: CPU time. [s]
        visits_per_cpu_s: Visits of lots to stages in a CPU second. [1/s]
        physics_cpu_share: Share of that time spent in the stages. [1]
        physics_ms_per_roll: Time in all stages for each roll that was coated. [ms]
    """

    year_cpu_s: float
    visits_per_cpu_s: float
    physics_cpu_share: float
    physics_ms_per_roll: float


def year_plan(replications: int = 1, horizon: float = YEAR) -> Plan:
    """Return the baseline over a year, or another time [s], without warm-up."""
    plan = baseline()
    return replace(plan, study=replace(plan.study, warm_up=0.0, horizon=horizon, replications=replications))


def year(horizon: float = YEAR, rounds: int = ROUNDS) -> Year:
    """Measure one replication of a year, or another time; kernels are compiled before.

    Args:
        horizon: Simulated time. [s]
        rounds: How often it is simulated; each figure is the median over them. [1]
    """
    simulate(year_plan(horizon=min(horizon, 21 * DAY)), 1, 0)
    return Year(*map(median, zip(*(_once(horizon) for _ in range(rounds)), strict=True)))


def _once(horizon: float) -> Year:
    """Measure it once."""
    plan = year_plan(horizon=horizon)
    timed, products = _timed(plan)
    start = process_time()
    replication = simulate(replace(plan, products=products), 1, 0)
    elapsed = process_time() - start
    records = replication.records
    coated = records.names["coating"]
    visits = records.visits.table()
    rolls = int((visits[:, 3] == coated).sum())
    physics = sum(stage.seconds for stage in timed)
    return Year(elapsed, len(visits) / elapsed, physics / elapsed, 1e3 * physics / rolls)


def _timed(plan: Plan) -> tuple[list[Timed], dict[str, Product]]:
    timed: list[Timed] = []
    products = {}
    for name, product in plan.products.items():
        stages = {key: Timed(stage) for key, stage in product.procedure.items()}
        timed += stages.values()
        products[name] = replace(product, procedure=cast(Mapping[str, Stage], stages))
    return timed, products


def peak_mb(replications: int) -> float:
    """Return the most memory that any process of a study of years takes, measured in a process of its own. [MB]"""
    command = [sys.executable, "-m", "twin.bench.year", str(replications)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - see the import
    return float(json.loads(done.stdout.splitlines()[-1]))


def _main(replications: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run(year_plan(replications), Path(folder), workers=2)
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    sys.stdout.write(f"{most / 1024.0}\n")


if __name__ == "__main__":
    _main(int(sys.argv[1]))
