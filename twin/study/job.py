"""A study while it runs: one scenario's replications in blocks, over worker processes or in this one."""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, as_completed
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import pyarrow as pa

from twin import lineage, tables
from twin.errors import ContractError, RunError
from twin.indicators.verdicts import WHOLE_RUN, Verdict, verdict_table
from twin.plan import Plan
from twin.store import Staging, Store, run_context
from twin.study.block import Block, Done, blocks, compute, compute_aside
from twin.study.executors import Workers
from twin.study.pool import Pool, outcome, usable_cores
from twin.study.replicate import Part, Replicate, replicate, warm
from twin.study.result import Result, gathered
from twin.study.verdicts import all_verdicts
from twin.tables import keeping

AT_A_TIME = 4  # replications whose tables travel together; as many are in vain when a study is given up meanwhile

Progress = Callable[[int, int], None]


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
        self._submitted: set[Future[Done]] = set()
        self._door, self._left = threading.Lock(), False  # who has left submits no more: blocks may still wait for it
        self._begun = datetime.now(UTC)
        self._clock = time.monotonic()
        self._staging: Staging | None = None
        self._aside = False  # whether not all workers see the staging folder, so that their tables come back with them

    def __enter__(self) -> Self:
        """Open a place for the parts beside the store's tables."""
        self._staging = self._store.begin(self._store.run_id(self.plan), single=self.total == 1)
        try:
            if self._own is not None:
                self._own.__enter__()
            self._aside = self._pool is not None and not self._pool.see(self._staging.path)
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
            with self._door:
                self._left = True
            for future in tuple(self._submitted):  # each leaves it once it has landed
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
        # One after the other: as_completed() never hears that a pool that ends has cancelled what was waiting.
        waiting, parts = deque(self._submit(block)), list[Part]()
        while waiting:
            parts += self._landed(waiting.popleft())
        return parts

    def _submit(self, block: Block) -> "list[Future[Done]]":
        assert self._pool is not None, "computing apart needs worker processes"  # noqa: S101 - as above
        pool, asked = self._pool, (self._work, self.plan)
        with self._door:
            if self._left:
                raise RunError(f"{self.plan.name}: the study was given up before {block.name}; nothing was published.")
            if self._aside:
                some = [pool.submit(compute_aside, *asked, self.staging.single, one) for one in block.pieces(AT_A_TIME)]
            else:
                some = [pool.submit(compute, *asked, self.staging.path, block)]
            self._submitted.update(some)
        return some

    def _landed(self, future: "Future[Done]") -> list[Part]:
        """Wait for what was submitted, and stage what came along; nothing here keeps what is staged."""
        try:
            done = outcome(future)
        finally:
            self._submitted.discard(future)
        self.staging.take(done.files)
        return done.parts

    def parts(self) -> Iterator[list[Part]]:
        """Compute all blocks; yield what each brings as it is done."""
        if self._pool is None:
            for block in self.blocks:
                for number in block.numbers():
                    yield [self._work(self.plan, number, self.staging.path)]
            return
        for future in as_completed([one for block in self.blocks for one in self._submit(block)]):
            yield self._landed(future)

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
        checks = self._stage(verdicts)
        result = Result(
            plan=self.plan, run_id=context.run_id, store=self._store.root,
            series=gathered([part.indicators for part in ordered], range(self.total)), operations=_summed(ordered),
            replications=self.total, computed=True, verdicts=verdicts,
        )  # fmt: skip
        run_tables = tables.run_tables(self.plan, context)
        run_tables["summaries"] = tables.from_rows("summaries", list(result.summaries()), context)
        refuse_unkept(self.plan, {**run_tables, **checks})
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
                "executions says on which machine each was computed. Whether a stored file is damaged: "
                f"twin verify {result.run_id} --store {self._store.files.address}"
            )
        return replace(result, wall=wall)

    def _publish(self, run_tables: Mapping[str, pa.Table], wall: float, row: pa.Table) -> None:
        """Publish the run, where nobody was quicker with the same one."""
        done = self.staging.publish(run_tables, {"wall_s": wall, "workers": self.workers}, row)
        if not done.published and not self._store.has(done.run_id):
            raise RunError(f"run {done.run_id}: somebody else changed it, nothing was published. Run it again.")

    def _stage(self, verdicts: Iterable[Verdict]) -> dict[str, pa.Table]:
        """Put the verdicts on the whole run beside the checks of the first replication, and return them all."""
        first = self.staging.part("checks", 0)
        whole = [one for one in verdicts if one.replication == WHOLE_RUN]
        if first is None or not whole:
            return {}
        rows = verdict_table(whole, run_context(self.plan))
        checks = {"checks": pa.concat_tables([first, rows]).unify_dictionaries()}
        self.staging.add(0, checks)
        return checks


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
