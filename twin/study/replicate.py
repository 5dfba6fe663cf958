"""One replication from plan to staged tables, as a worker process does it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from twin.indicators.verdicts import Progress, Verdict
from twin.plan import Plan

NONE = Progress(0.0, {})


class Part(NamedTuple):
    """What a replication sends back: little, since its tables are staged where it was computed.

    Attributes:
        replication: Its number. [1]
        indicators: Its rows of the table ``indicators``.
        broken: The laws that it broke, each in words.
        operations: Station -> number of operations that ended there, warm-up included.
        verdicts: Verdicts on it.
        progress: What had come out up to each moment, by which the warm-up is judged.
        consumed: What was paid for by name, for each square metre shipped; only if asked for. [kg/m^2] or its own unit
    """

    replication: int
    indicators: pa.Table
    broken: tuple[str, ...]
    operations: dict[str, int]
    verdicts: tuple[Verdict, ...] = ()
    progress: Progress = NONE
    consumed: Mapping[str, float] | None = None


Replicate = Callable[[Plan, int, Path | None], Part]


def replicate(plan: Plan, replication: int, staging: Path | None, *, consuming: bool = False) -> Part:
    """Simulate one replication and stage its tables.

    Args:
        plan: What is simulated.
        replication: Number of the replication. [1]
        staging: Folder of the attempt in the store; None to write nothing.
        consuming: Whether to tell what was consumed.
    """
    from twin.indicators import checks, consumed, failed, indicators  # noqa: PLC0415 - only workers need all this
    from twin.indicators.verdicts import of_replication, progress, verdict_table  # noqa: PLC0415 - as above
    from twin.simulate import simulate  # noqa: PLC0415 - as above
    from twin.store import run_context, stage_part  # noqa: PLC0415 - as above
    from twin.tables import to_arrow  # noqa: PLC0415 - as above
    from twin.tables.keeping import broken, misplaced  # noqa: PLC0415 - as above

    played = simulate(plan, int(plan.study.seed), replication)
    context = run_context(plan)
    tables = to_arrow(played.records, plan, replication, context)
    found = indicators(tables, plan, replication, context)
    laws = checks(played.balances, replication, context, tables)
    verdicts = of_replication(tables, replication)
    rows = pa.concat_tables([laws, verdict_table(verdicts, context)]).unify_dictionaries()
    whole = {**tables, "indicators": found, "checks": rows}
    if staging is not None:
        stage_part(staging, replication, whole)
    counted = operations(tables["visits"])
    wrong = (*failed(laws), *broken(whole), *misplaced(whole, context.run_id, replication))
    return Part(
        replication, found, wrong, counted, tuple(verdicts), progress(tables, plan),
        consumed(tables, plan) if consuming else None,
    )  # fmt: skip


def operations(visits: pa.Table) -> dict[str, int]:
    """Count the operations of each station, in the order of their names."""
    counts = visits["station"].combine_chunks().value_counts().to_pylist()
    return dict(sorted((str(one["values"]), int(one["counts"])) for one in counts))


def warm() -> None:
    """Load the compiled kernels and everything else that the first replication would wait for."""
    import twin.indicators  # noqa: PLC0415 - as above
    import twin.simulate  # noqa: F401, PLC0415 - as above
