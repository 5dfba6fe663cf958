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
from flows.bench.stand import NAMES, Stand, end_in_order, until
from flows.database import NAME
from flows.running import CARDS
from twin.errors import RunError
from twin.layout import columns

DEAD = 120.0  # s within which a run that was killed must be told to have crashed
LONG = 1200.0  # s
LEASE = 300.0  # s for which Prefect keeps a run's place at a time, and renews it before
HELD = 40.0  # s
OVER = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


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


def begun(stand: Stand, seed: int, replications: int = 60) -> str:
    """Start a run, and return its id as soon as it has simulated something."""
    run = stand.api().start(
        stand.deploy()[NAMES[0]], f"fault-{seed}", seed=seed, days=20.0, replications=replications, workers=2
    )
    until(lambda: any(stand.store.glob("_staging/*/*.part")), LONG, "the first replication")
    return run


def kill(pids: list[int]) -> None:
    """Kill processes at once."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def state(stand: Stand, run: str) -> str:
    """Return the type of a run's state."""
    return str(stand.api().run(run)["state"]["type"])


def _dies(stand: Stand, seed: int, *, known: bool) -> Outcome:
    """Kill a worker with all that it has started.

    Args:
        stand: Where.
        seed: Of the run.
        known: Whether this machine knows the process; if not, the server must find out by the missing heartbeats.
    """
    run, before = begun(stand, seed, 2000), stand.published()
    kill(list(reversed(processes.tree(stand.worker()))) + processes.below(stand.pid, "prefect.engine"))
    if not known:
        (stand.home / CARDS / f"{run}.json").unlink(missing_ok=True)
    took = until(lambda: state(stand, run) == "CRASHED", DEAD, "the state Crashed")
    if stand.published() != before:
        raise RunError("a run that was killed is published.")
    again = stand.api().start(stand.deploy()[NAMES[1]], f"after-{seed}", seed=seed)
    until(lambda: state(stand, again) in OVER, LONG, "the next run")
    how = "found by twin up" if known else "found by the missing heartbeats"
    return Outcome(
        "worker and its run killed", f"kill -9; {how}", f"Crashed after {took:.0f} s; next {state(stand, again)}"
    )


def worker_known(stand: Stand) -> Outcome:
    """Kill the worker of this machine."""
    return _dies(stand, 1, known=True)


def worker_unknown(stand: Stand) -> Outcome:
    """Kill a worker as if it had been another machine's."""
    return _dies(stand, 2, known=False)


def server_killed(stand: Stand) -> Outcome:
    """Kill the server in mid run."""
    run, before = begun(stand, 3), len(stand.published())
    kill([stand.server()])
    until(lambda: len(stand.published()) > before, LONG, "the published run")
    until(lambda: state(stand, run) in OVER, LONG, "the run's state")
    return Outcome("server killed in mid run", "kill -9", f"published; {state(stand, run)} once the server is back")


def server_killed_long(stand: Stand) -> Outcome:
    """Kill the server in a run that goes on for longer than its place is kept: it must be kept by the next server."""
    clock, run, before = time.monotonic(), begun(stand, 7, 2000), len(stand.published())
    kill([stand.server()])
    until(lambda: len(stand.published()) > before, 3.0 * LONG, "the published run")
    took = time.monotonic() - clock
    until(lambda: state(stand, run) in OVER, LONG, "the run's state")
    states = stand.states_of(run)
    if took < LEASE or "CRASHED" in states:
        raise RunError(f"after {took:.0f} s (at least {LEASE:.0f} s are wanted) its states were {states}.")
    return Outcome("server killed in a long run", "kill -9", f"published after {took:.0f} s; {states[-1]}")


def locked(stand: Stand) -> Outcome:
    """Hold the database's lock in mid run."""
    run, before = begun(stand, 4), len(stand.published())
    base = sqlite3.connect(stand.home / NAME, timeout=60.0, isolation_level=None)
    base.execute("begin exclusive")
    time.sleep(HELD)
    base.execute("rollback")
    base.close()
    until(lambda: len(stand.published()) > before, LONG, "the published run")
    until(lambda: state(stand, run) in OVER, LONG, "the run's state")
    return Outcome("database locked in mid run", f"begin exclusive, {HELD:.0f} s", f"published; {state(stand, run)}")


def _spoiled(stand: Stand, seed: int, how: str, spoil: Callable[[Path], object]) -> Outcome:
    """Spoil the database in mid run, and start again with the one command."""
    begun(stand, seed)
    before = len(stand.published())
    spoil(stand.home / NAME)
    kill([stand.server()])
    until(lambda: len(stand.published()) > before, LONG, "the published run")
    stand.stop()
    took, kept = stand.start(), stand.published()
    names = set(stand.api().deployments())
    run = stand.api().start(stand.deploy()[NAMES[1]], f"after-{seed}", seed=seed)
    until(lambda: state(stand, run) in OVER, LONG, "the next run")
    if not set(kept) < set(stand.published()) or len(names) < 4:
        raise RunError(f"published {len(kept)} runs before, {len(stand.published())} after; deployments {names}.")
    told = f"all {len(kept)} published runs are there; twin up: {len(names)} deployments after {took:.0f} s"
    return Outcome("database spoiled in mid run", how, f"{told}; next {state(stand, run)}")


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
    with tempfile.TemporaryDirectory(prefix="flow-faults-") as folder, Stand(Path(folder)) as stand:
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
