"""`python -m flows.bench.faults`: kill, lock and spoil what a flow run depends on, and print what came of it."""

import os
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from flows.bench import processes
from flows.bench.demands import LONG, WELL, begun, completes, keeps, lives_on, publishes, state
from flows.bench.stand import NAMES, Stand, end_in_order, until
from flows.database import NAME
from flows.running import CARDS
from twin.errors import RunError, joined
from twin.layout import columns

DEAD = 120.0  # s within which a run that was killed must be told to have crashed
LEASE = 300.0  # s for which Prefect keeps a run's place at a time, and renews it before
WAITS = 60.0  # s that a writer of Prefect's waits for the lock, and is then told that the database is locked
HELD = 1.5 * WAITS
SHIPPED = 4  # deployments of prefect.yaml
LOUD = {"PREFECT_SERVER_LOG_RETRYABLE_ERRORS": "true"}  # otherwise nobody hears of a writer that was refused


class Outcome(NamedTuple):
    """What came of a fault.

    Attributes:
        fault: What happened.
        how: How it was injected.
        told: What came of it.
    """

    fault: str
    how: str
    told: str


Fault = Callable[[Stand], Outcome]


def kill(pids: list[int]) -> None:
    """Kill processes at once."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _dies(stand: Stand, seed: int, *, known: bool) -> Outcome:
    """Kill a worker with all that it has started.

    Args:
        stand: Where.
        seed: Of the run.
        known: Whether this machine knows the process; if not, the server must find out by the missing heartbeats.
    """
    run, before = begun(stand, seed, 2000), set(stand.published())
    kill(list(reversed(processes.tree(stand.worker()))) + processes.below(stand.pid, "prefect.engine"))
    if not known:
        (stand.home / CARDS / f"{run}.json").unlink(missing_ok=True)
    took = until(lambda: state(stand, run) == "CRASHED", DEAD, "the state Crashed")
    if set(stand.published()) != before:
        raise RunError("a run that was killed is published.")
    again = stand.api().start(stand.deploy()[NAMES[1]], f"after-{seed}", seed=seed)
    completes(stand, again, "the next run")
    keeps(stand, before)
    how = "found by twin up" if known else "found by the missing heartbeats"
    return Outcome("worker and its run killed", f"kill -9; {how}", f"Crashed after {took:.0f} s; next {WELL}")


def worker_known(stand: Stand) -> Outcome:
    """Kill the worker of this machine."""
    return _dies(stand, 1, known=True)


def worker_unknown(stand: Stand) -> Outcome:
    """Kill a worker as if it had been another machine's."""
    return _dies(stand, 2, known=False)


def server_killed(stand: Stand) -> Outcome:
    """Kill the server in mid run."""
    run, before = begun(stand, 3), set(stand.published())
    kill([stand.server()])
    publishes(stand, before)
    lives_on(stand, run)
    return Outcome("server killed in mid run", "kill -9", f"published; {WELL} once the server is back")


def server_killed_long(stand: Stand) -> Outcome:
    """Kill the server in a run that goes on for longer than its place is kept: it must be kept by the next server."""
    clock, run, before = time.monotonic(), begun(stand, 7, 2000), set(stand.published())
    kill([stand.server()])
    publishes(stand, before, 3.0 * LONG)
    took = time.monotonic() - clock
    lives_on(stand, run)
    if took < LEASE:
        raise RunError(f"the run took {took:.0f} s; at least {LEASE:.0f} s are wanted")
    return Outcome("server killed in a long run", "kill -9", f"published after {took:.0f} s; {WELL}")


def locked(stand: Stand) -> Outcome:
    """Hold the database's lock in mid run, for longer than any writer waits for it."""
    run, before, earlier = begun(stand, 4), set(stand.published()), refusals(stand)
    base = sqlite3.connect(stand.home / NAME, timeout=WAITS, isolation_level=None)
    base.execute("begin exclusive")
    time.sleep(HELD)
    base.execute("rollback")
    base.close()
    publishes(stand, before)
    completes(stand, run, "the run")
    met = refusals(stand) - earlier
    if not met:
        raise RunError(f"nobody has met the lock, though it was held for {HELD:.0f} s: nothing was tried")
    crashed = ", called crashed meanwhile" if "CRASHED" in stand.states_of(run) else ""
    return Outcome(
        "database locked in mid run", f"begin exclusive, {HELD:.0f} s", f"{met} refused; published; {WELL}{crashed}"
    )


def refusals(stand: Stand) -> int:
    """Count how often the server's log says that the database is locked. [1]"""
    logs = stand.home.glob("server.log*")  # a long one is put aside
    return sum(one.read_text(encoding="utf-8", errors="replace").count("database is locked") for one in logs)


def _spoiled(stand: Stand, seed: int, how: str, spoil: Callable[[Path], object]) -> Outcome:
    """Spoil the database in mid run, and start again with the one command."""
    begun(stand, seed)
    before = set(stand.published())
    spoil(stand.home / NAME)
    kill([stand.server()])
    publishes(stand, before)
    kept = set(stand.published())
    stand.stop()
    took = stand.start()
    shipped = set(stand.api().deployments()) - set(NAMES)
    if len(shipped) < SHIPPED:
        raise RunError(f"the one command has brought back the deployments {joined(sorted(shipped))} alone")
    run = stand.api().start(stand.deploy()[NAMES[1]], f"after-{seed}", seed=seed)
    completes(stand, run, "the next run")
    keeps(stand, kept)
    told = f"all {len(kept)} published runs are there; twin up: {len(shipped)} deployments after {took:.0f} s"
    return Outcome("database spoiled in mid run", how, f"{told}; next {WELL}")


def truncated(stand: Stand) -> Outcome:
    """Cut the database in half."""
    return _spoiled(stand, 5, "cut in half, server killed", lambda file: os.truncate(file, file.stat().st_size // 2))


def emptied(stand: Stand) -> Outcome:
    """Put an empty database in place of the one that is there."""

    def empty(file: Path) -> None:
        for one in file.parent.glob(f"{NAME}*"):
            one.unlink()
        file.touch()

    return _spoiled(stand, 6, "replaced by an empty one, server killed", empty)


FAULTS: tuple[Fault, ...] = (
    worker_known, worker_unknown, server_killed, server_killed_long, locked, truncated, emptied,
)  # fmt: skip


def main(arguments: list[str]) -> int:
    """Inject all faults, or those that are named; 1 when one was not survived."""
    end_in_order()
    rows, wrong = [], 0
    with tempfile.TemporaryDirectory(prefix="flow-faults-") as folder, Stand(Path(folder), LOUD) as stand:
        for fault in FAULTS:
            if arguments and fault.__name__ not in arguments:
                continue
            try:
                rows.append(tuple(fault(stand)))
            except RunError as error:
                wrong += 1
                rows.append((fault.__name__, "", f"BAD {error}"))
            sys.stderr.write(f"{' | '.join(rows[-1])}\n")
    sys.stdout.write(columns(rows, ("fault", "how injected", "result")) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
