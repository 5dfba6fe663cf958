"""The verdicts on a whole run: those of its replications, the offered load, and whether the warm-up was long enough."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from twin.explain import offered_load
from twin.indicators.frame import DAY
from twin.indicators.verdicts import OFFERED, WARM_UP, Progress, Verdict
from twin.plan import Plan
from twin.study.warm_up import BATCH, CYCLE, FEWEST, judged

ROUNDING = 1e-9


class Part(Protocol):
    """What of a replication is needed here."""

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Verdicts on it."""

    @property
    def progress(self) -> Progress:
        """What had come out up to each moment."""


def all_verdicts(plan: Plan, parts: Sequence[Part]) -> tuple[Verdict, ...]:
    """Return all verdicts on a run.

    Args:
        plan: What was simulated.
        parts: Its replications.
    """
    own = [verdict for part in parts for verdict in part.verdicts]
    return (*_loads(plan), *_warm_ups(plan, [part.progress for part in parts]), *own)


def _loads(plan: Plan) -> Iterator[Verdict]:
    about = "Machine or analyst hours that the coater's full pace asks for / hours there are"
    loads = offered_load(plan)
    highest = max(loads.values(), default=0.0)
    for station, load in loads.items():
        limits = "it is what limits" if load >= highest else "it cannot follow either, though another limits more"
        yield Verdict(OFFERED, station, load, 1.0, load <= 1.0 + ROUNDING, f"{about}: above 1 {limits}.")


def _warm_ups(plan: Plan, found: Sequence[Progress]) -> Iterator[Verdict]:
    known = [one for one in found if one.series]
    warm_up = plan.study.warm_up
    for name in known[0].series if known else ():
        columns = zip(*(one.series[name] for one in known), strict=True)
        mean = [sum(values) / len(known) for values in columns]
        step = known[0].step
        judgement = judged(mean, step, warm_up)
        if judgement is None:
            needed = (CYCLE + FEWEST * BATCH) * step / DAY
            about = f"{len(mean) * step / DAY:.3g} d with the warm-up, and {needed:.3g} d are needed"
            yield Verdict(WARM_UP, name, None, warm_up / DAY, passed=True, about=about)
        else:
            about = "Warm-up that MSER-5 asks for, of the mean over the replications: days; the warm-up is too short."
            passed = judgement.needed <= warm_up + BATCH * step * ROUNDING
            yield Verdict(WARM_UP, name, judgement.needed / DAY, warm_up / DAY, passed, about)
