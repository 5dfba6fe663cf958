"""The replication played again up to a lot, so that its stages can be asked for what lies behind their measures."""

import json
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, NamedTuple, cast

from twin.building import build
from twin.draws import Draws
from twin.errors import UsageError
from twin.material import Lot
from twin.plan import Plan
from twin.records import Records
from twin.scenario import baseline
from twin.settings import Value, changed
from twin.stage import Outcome, Profile, Stage, Traced, Visit
from twin.store import Store
from twin.store.version import model_version, run_id
from twin.trace.gathering import Facts
from twin.windows import marks

SAME = 1e-9  # relative, to which a replay must give the measures of the tables


class Seen(NamedTuple):
    """One operation of a wanted lot, as its stage was asked.

    Attributes:
        stage: The stage.
        lot: The lot as it came.
        visit: What the stage was told.
        draws: Its random numbers.
        outcome: What it answered.
    """

    stage: Stage
    lot: Lot
    visit: Visit
    draws: Draws
    outcome: Outcome


class Replay(NamedTuple):
    """What lies behind a lot's measures.

    Attributes:
        profiles: Stage and profile, in the order of the process.
        without: Stages that it went through and that show none.
        worst: Largest relative difference between a measure of the replay and the tables; 1 for one that it lacks. [1]
    """

    profiles: tuple[tuple[str, Profile], ...]
    without: tuple[str, ...]
    worst: float

    @property
    def same(self) -> bool:
        """Whether the replay gave the lot of the tables."""
        return self.worst <= SAME


@dataclass(frozen=True)
class Watched:
    """A stage that remembers how it was asked about the wanted lots, and answers as it always does."""

    stage: Stage
    wanted: frozenset[int]
    seen: dict[tuple[int, str, int], Seen]

    @property
    def name(self) -> str:
        """Name of the stage."""
        return self.stage.name

    @property
    def measures(self) -> Mapping[str, str]:
        """Its measures with their units."""
        return self.stage.measures

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a setting of the stage
        """Return whatever else the stage has."""
        return getattr(object.__getattribute__(self, "stage"), name)

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Answer as the stage does; the last answer about an operation counts, as it does on the line."""
        outcome = self.stage.run(lot, visit, draws)
        if lot.number in self.wanted:
            key = lot.number, self.stage.name, visit.attempt
            self.seen[key] = Seen(self.stage, lot, visit, copy(draws), outcome)  # the draws are pointed at others later
        return outcome


def replayable(store: Store, run: str) -> tuple[Plan | None, str]:
    """Return the plan of a stored run, and why it cannot be played again; nothing where it can."""
    about = store.read(run, "runs").to_pylist()[0]
    values: dict[str, Value] = {path: pair[1] for path, pair in json.loads(about["changes"]).items()}
    try:
        plan = replace(changed(baseline(), values), name=about["scenario"], question=about["question"])
    except UsageError as error:
        return None, f"this code does not know the run's settings ({str(error).splitlines()[0]})"
    plan = replace(plan, marks=marks(plan))
    if about["model_version"] != model_version():
        return plan, f"the run was made by model {about['model_version']}, and this code is {model_version()}"
    if run_id(plan) != run:
        return plan, "the run's settings cannot be told from its tables"
    return plan, ""


def replay(plan: Plan, facts: Facts) -> Replay:
    """Play the replication again until the lot's last operation, and ask its stages for their profiles."""
    line = [*facts.family.before(), facts.number]
    seen = played(plan, facts.replication, line, max((one["end_s"] for one in facts.visits), default=0.0))
    shown: list[tuple[str, Profile]] = []
    without: list[str] = []
    for one in _in_order(plan, seen.values(), facts.number):
        if hasattr(one.stage, "profiles"):
            traced = cast("Traced", one.stage)
            shown += [(one.stage.name, profile) for profile in traced.profiles(one.lot, one.visit, one.draws)]
        else:
            without.append(one.stage.name)
    return Replay(tuple(shown), tuple(dict.fromkeys(without)), _difference(seen, facts))


def played(plan: Plan, replication: int, lots: Sequence[int], until: float) -> dict[tuple[int, str, int], Seen]:
    """Play a replication until a time [s]; return how stages were asked about some lots: lot, stage, attempt."""
    seen: dict[tuple[int, str, int], Seen] = {}
    wanted = frozenset(lots)
    products = {
        name: replace(made, procedure={key: _watched(one, wanted, seen) for key, one in made.procedure.items()})
        for name, made in plan.products.items()
    }
    line = build(replace(plan, products=products), int(plan.study.seed), replication, Records())
    line.begin()
    line.run(until * (1.0 + 1e-12) + 1e-6)
    return seen


def _watched(stage: Stage, wanted: frozenset[int], seen: dict[tuple[int, str, int], Seen]) -> Stage:
    watched: Any = Watched(stage, wanted, seen)  # name and measures are those of the stage it stands for
    return cast("Stage", watched)


def _in_order(plan: Plan, seen: Any, number: int) -> list[Seen]:  # noqa: ANN401 - values of a dict
    """Return the last attempt of each stage that treated the lot, or the youngest lot that it was made of."""
    latest: dict[str, Seen] = {}
    for one in sorted(seen, key=lambda found: (found.lot.number == number, found.lot.number, found.visit.attempt)):
        latest[one.stage.name] = one
    product = next((one.lot.product for one in latest.values()), "")
    order = list(plan.products[product].procedure) if product in plan.products else list(latest)
    return sorted(latest.values(), key=lambda one: order.index(one.stage.name))


def _difference(seen: Mapping[tuple[int, str, int], Seen], facts: Facts) -> float:
    """Largest relative difference between measures of the replay and of the tables; of repeats the last counts. [1]

    What the replay does not give at all is off by all of it: a line that went another way is not the lot of the tables.
    """
    last = {
        (lot, stage, measure): value
        for (lot, stage, _), found in sorted(seen.items(), key=lambda item: item[0])
        for measure, value in found.outcome.measures.items()
    }
    return max((_apart(last.get((row["lot"], row["stage"], row["measure"])), row["value"]) for row in facts.measures),
               default=0.0)  # fmt: skip


def _apart(value: float | None, told: float) -> float:
    """Relative difference of two measures; 1 where one of them is none. [1].

    >>> _apart(2.0, 2.0), _apart(1.0, 2.0), _apart(None, 2.0), _apart(0.0, 0.0)
    (0.0, 0.5, 1.0, 0.0)
    """
    if value is None or not isfinite(value):
        return 1.0
    return abs(value - told) / max(abs(value), abs(told), 1e-300)
