"""A study while it runs: one scenario's replications in blocks, over worker processes or in this one."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, as_completed
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from twin import lineage, tables
from twin.errors import ContractError, RunError
from twin.indicators.verdicts import WHOLE_RUN, Verdict, verdict_table
from twin.plan import Plan
from twin.store import Staging, Store, run_context
from twin.study.executors import Workers
from twin.study.pool import Pool, outcome, usable_cores
from twin.study.replicate import Part, Replicate, replicate, warm
from twin.study.result import Result, gathered
from twin.study.verdicts import all_verdicts
from twin.tables import keeping

MOST_BLOCKS = 32  # that a flow waits for at a time
FEW_BLOCKS = 16  # a Prefect task each, whose cost docs/how-to/deploy.md tells; fewer would make progress jump
EACH = 4  # blocks a worker, where there are many workers: the last ones are done at about the same time

LOG = logging.getLogger("twin.study")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Block:
    """Replications that are handed to a worker together.

    Attributes:
        first: Number of the first replication. [1]
        size: How many there are. [1]
    """

    first: int
    size: int

    @property
    def last(self) -> int:
        """Number of the last replication. [1]"""
        return self.first + self.size - 1

    @property
    def name(self) -> str:
        """What it is called where people see it.

        >>> Block(3, 1).name, Block(4, 4).name
        ('replication 3', 'replications 4 to 7')
        """
        return f"replication {self.first}" if self.size == 1 else f"replications {self.first} to {self.last}"

    def numbers(self) -> range:
        """The numbers of its replications."""
        return range(self.first, self.first + self.size)


def blocks(replications: int, workers: int = 1) -> list[Block]:
    """Divide replications into blocks of two or more, as many for each worker, unless there are too few for that.

    There are at most 16, or four a worker where that is more.

    >>> [block.size for block in blocks(10, 2)], [block.size for block in blocks(3, 2)], len(blocks(1000, 16))
    ([2, 3, 2, 3], [1, 2], 64)
    >>> len(blocks(1000)), sum(block.size for block in blocks(1000))
    (16, 1000)
    """
    most = min(max(FEW_BLOCKS, EACH * workers), replications // 2)
    count = min(replications, max(workers, most - most % workers))
    edges = [replications * i // count for i in range(count + 1)]
    return [Block(low, high - low) for low, high in pairwise(edges)]


def compute(work: Replicate, plan: Plan, staging: Path, block: Block) -> list[Part]:
    """Simulate a block, stage its tables, and return what is small; runs in a worker process.

    Raises:
        RunError: The study was given up meanwhile; somebody else's worker must not go on for hours.
    """
    begun = time.process_time()
    found = []
    for number in block.numbers():
        if not staging.is_dir():
            raise RunError(f"{plan.name}: the study was given up before replication {number}; nothing was published.")
        found.append(work(plan, number, staging))
    LOG.info("%s, %s: %.1f s of CPU", plan.name, block.name, time.process_time() - begun)
    return found


class Job:
    """A study as a context: leaving it without ``finish`` ends its workers and leaves nothing in the store.

    Attributes:
        plan: What is simulated.
        total: Number of replications. [1]
        blocks: How they are divided.
        workers: Number of processes that compute. [1]
    """

    def __init__(
        self, plan: Plan, store: Store, *, workers: int | None = None, in_process: bool = True,
        work: Replicate = replicate, pool: Workers | None = None, log: logging.Handler | None = None,
    ) -> None:  # fmt: skip
        """Prepare a study; nothing is written yet.

        Args:
            plan: What is simulated.
            store: Where the tables go.
            workers: Worker processes; None for one a core.
            in_process: Whether a single worker may be this process.
            work: What is done with one replication.
            pool: Workers that several studies share, and that end with somebody else; None for its own processes.
            log: Takes what its own worker processes have to say.
        """
        self.plan = plan
        self.total = int(plan.study.replications)
        count = pool.workers if pool else workers or usable_cores()
        self.blocks = blocks(self.total, count)
        self.workers = count if pool else max(1, min(count, len(self.blocks)))
        self._store = store
        self._work = work
        self._own = None if pool or (in_process and self.workers == 1) else Pool(self.workers, warm, log)
        self._pool: Workers | None = pool or self._own
        self._submitted: list[Future[list[Part]]] = []
        self._begun = datetime.now(UTC)
        self._clock = time.monotonic()
        self._staging: Staging | None = None

    def __enter__(self) -> Self:
        """Open a place for the parts beside the store's tables."""
        self._staging = self._store.begin(self._store.run_id(self.plan), single=self.total == 1)
        try:
            if self._own is not None:
                self._own.__enter__()
        except BaseException:  # nobody leaves a context that was not entered
            self._staging.abandon()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End its own workers, then clear away what was staged; those that others share find it gone, and stop too."""
        try:
            if self._own is not None:
                self._own.__exit__(kind, error, trace)
            for future in self._submitted:
                future.cancel()
        finally:
            self.staging.abandon()

    @property
    def staging(self) -> Staging:
        """Where the parts are staged; inside the context only."""
        assert self._staging is not None, "a job is a context: with Job(...) as job"  # noqa: S101 - a slip in our code
        return self._staging

    def compute(self, block: Block) -> list[Part]:
        """Let a worker process compute a block, and wait for it."""
        return outcome(self._submit(block))

    def _submit(self, block: Block) -> "Future[list[Part]]":
        assert self._pool is not None, "computing apart needs worker processes"  # noqa: S101 - as above
        self._submitted.append(self._pool.submit(compute, self._work, self.plan, self.staging.path, block))
        return self._submitted[-1]

    def parts(self) -> Iterator[list[Part]]:
        """Compute all blocks; yield what each brings as it is done."""
        if self._pool is None:
            for block in self.blocks:
                for number in block.numbers():
                    yield [self._work(self.plan, number, self.staging.path)]
            return
        for future in as_completed([self._submit(block) for block in self.blocks]):
            yield outcome(future)

    def finish(self, parts: Iterable[Part], flow_run_id: str | None = None) -> Result:
        """Publish the run, and bring its numbers together.

        Args:
            parts: What all replications sent back, in any order.
            flow_run_id: Flow run that asked for it.

        Raises:
            ContractError: A law is broken, or a run computed again differs from the stored one.
        """
        ordered = sorted(parts, key=lambda part: part.replication)
        refuse_broken(self.plan, ordered)
        context = run_context(self.plan)
        verdicts = all_verdicts(self.plan, ordered)
        self._stage(verdicts)
        result = Result(
            plan=self.plan, run_id=context.run_id, store=self._store.root,
            series=gathered([part.indicators for part in ordered], range(self.total)), operations=_summed(ordered),
            replications=self.total, computed=True, verdicts=verdicts,
        )  # fmt: skip
        run_tables = tables.run_tables(self.plan, context)
        run_tables["summaries"] = tables.from_rows("summaries", list(result.summaries()), context)
        refuse_unkept(self.plan, run_tables)
        known = self._store.has(result.run_id)
        differing = self._store.differences(result.run_id, self.staging.finish(run_tables)) if known else []
        told = "published" if not known else f"differs: {', '.join(differing)}" if differing else "identical"
        wall = time.monotonic() - self._clock
        row = tables.execution_table(
            context, execution_id=self.staging.attempt, started=self._begun, wall=wall, workers=self.workers,
            outcome=told, flow_run_id=flow_run_id,
        )  # fmt: skip
        if known:
            self.staging.publish_execution(row)
        else:
            self._publish(run_tables, wall, row)
        lineage.leave(self._store, result.run_id)
        if differing:
            raise ContractError(
                f"run {result.run_id} was computed again and differs in {', '.join(differing)}. The stored run stands; "
                "executions says on which machine each was computed."
            )
        return replace(result, wall=wall)

    def _publish(self, run_tables: Mapping[str, pa.Table], wall: float, row: pa.Table) -> None:
        """Publish the run, where nobody was quicker with the same one."""
        done = self.staging.publish(run_tables, {"wall_s": wall, "workers": self.workers}, row)
        if not done.published and not self._store.has(done.run_id):
            raise RunError(f"run {done.run_id}: somebody else changed it, nothing was published. Run it again.")

    def _stage(self, verdicts: Iterable[Verdict]) -> None:
        """Put the verdicts on the whole run beside the checks of the first replication."""
        first = self.staging.part("checks", 0)
        whole = [one for one in verdicts if one.replication == WHOLE_RUN]
        if first is not None and whole:
            rows = verdict_table(whole, run_context(self.plan))
            self.staging.add(0, {"checks": pa.concat_tables([first, rows]).unify_dictionaries()})


def refuse_broken(plan: Plan, parts: Iterable[Part]) -> None:
    """Refuse a study in which a law is broken.

    Raises:
        ContractError: One is.
    """
    for part in parts:
        if part.broken:
            more = f" and {len(part.broken) - 1} laws more" if len(part.broken) > 1 else ""
            raise ContractError(
                f"{plan.name}, replication {part.replication}: {part.broken[0]}{more}. Nothing was published. "
                f"Repeat it: twin run {plan.name} --seed {plan.study.seed} --only {part.replication} --debug"
            )


def refuse_unkept(plan: Plan, run_tables: Mapping[str, pa.Table]) -> None:
    """Refuse tables of a run that do not keep their contract.

    Raises:
        ContractError: One does not.
    """
    found = keeping.broken(run_tables)
    if found:
        raise ContractError(f"{plan.name}: {found[0]}. Nothing was published.")


def _summed(parts: Iterable[Part]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part.operations)
    return dict(sorted(total.items()))
