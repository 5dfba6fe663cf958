"""A study from a plan to its result: found in the store, or computed and published."""

from dataclasses import replace
from pathlib import Path

from twin.indicators.verdicts import from_table
from twin.plan import Plan
from twin.store import Store
from twin.study.executors import Workers
from twin.study.job import Job, Progress, refuse_broken
from twin.study.replicate import operations, replicate
from twin.study.result import Result, gathered
from twin.study.verdicts import all_verdicts


def open_store(folder: Path | Store) -> Store:
    """Open the store of a folder, making it if need be; an open one stays as it is.

    Raises:
        UsageError: It cannot be written.
    """
    return folder if isinstance(folder, Store) else Store(folder)


def existing(plan: Plan, store: Store) -> Result | None:
    """Return the study of a plan that is in the store already."""
    run_id = store.run_id(plan)
    if not store.has(run_id):
        return None
    count = int(plan.study.replications)
    series = gathered([store.read(run_id, "indicators")], range(count))
    counted = operations(store.read(run_id, "visits"))
    return Result(
        plan=plan, run_id=run_id, store=store.root, series=series, operations=counted, replications=count,
        verdicts=tuple(from_table(store.read(run_id, "checks"))),
    )  # fmt: skip


def run(
    plan: Plan,
    folder: Path | Store,
    *,
    workers: int | None = None,
    force: bool = False,
    progress: Progress | None = None,
    pool: Workers | None = None,
) -> Result:  # fmt: skip
    """Return the study of a plan: the stored one, or a new one that is stored.

    Args:
        plan: What is simulated.
        folder: Folder of the store, or the open store.
        workers: Worker processes; None for one a core. [1]
        force: Compute again what is stored, and compare.
        progress: Called with the numbers of replications that are done and that there are.
        pool: Workers that several studies share; None for its own processes.

    Raises:
        RunError: A worker was killed, or the disk is full; nothing was published.
        ContractError: A law is broken, or a run computed again differs.
    """
    store = open_store(folder)
    known = None if force else existing(plan, store)
    if known is not None:
        return known
    with Job(plan, store, workers=workers, pool=pool) as job:
        parts = []
        for some in job.parts():
            parts += some
            if progress is not None:
                progress(len(parts), job.total)
        return job.finish(parts)


def one(plan: Plan, replication: int) -> Result:
    """Repeat one replication of a study in this process; nothing is published.

    Args:
        plan: What is simulated.
        replication: Number of the replication. [1]
    """
    part = replicate(plan, replication, None)
    refuse_broken(plan, [part])
    alone = replace(plan, study=replace(plan.study, replications=1))
    return Result(
        plan=alone, run_id="", store=Path(), series=gathered([part.indicators], [replication]),
        operations=part.operations, replications=1, computed=True, verdicts=all_verdicts(plan, [part]),
    )  # fmt: skip
