"""`python -m flows.bench.soak [--runs N] [--minutes M]`: whether a day of queued runs loses or doubles any.

First N runs with N seeds over four deployments that queue, with a server killed and a re-deploy in the middle, until
the queue is empty; then a run a minute; then the shipped retention on what all that has left in the database.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from flows.bench import aged
from flows.bench.asking import WAITING
from flows.bench.stand import NAMES, TAG, Stand, end_in_order, until
from flows.bench.watching import Watch
from flows.child import wait_until
from flows.previous import RUN
from twin.errors import RunError

EACH = 60.0  # s; how long the queue may take a run before something hangs
MINUTE = 60.0  # s
GRACE = 300.0  # s


def say(text: str) -> None:
    """Write a line of the report at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def queue(stand: Stand, ids: dict[str, str], seeds: range) -> None:
    """Queue a run a seed, in turn over the deployments."""
    api = stand.api()
    for seed in seeds:
        api.start(ids[NAMES[seed % len(NAMES)]], f"soak-{seed}", seed=seed)


def drain(stand: Stand, runs: int, disturbances: list[tuple[float, str, Callable[[], object]]]) -> None:
    """Wait until no run is waiting or running; disturb where a share of the runs is published.

    Raises:
        RunError: The queue does not get empty.
    """
    api, end, told = stand.api(), time.monotonic() + GRACE + EACH * runs, 0.0
    while True:
        done = len(stand.published())
        if disturbances and done >= disturbances[0][0] * runs:
            _, about, disturb = disturbances.pop(0)
            say(f"{about} after {done} runs")
            disturb()
        left = api.runs(TAG, *WAITING)
        if not left and not disturbances:
            return
        if time.monotonic() - told > MINUTE:
            told = time.monotonic()
            say(f"  {done} published; {_states(left)}; load {os.getloadavg()[0]:.1f}")
        if time.monotonic() > end:
            raise RunError(f"the queue does not get empty: {_states(left)}.")
        time.sleep(2.0)


def _states(runs: list[dict[str, Any]]) -> dict[str, int]:
    return dict(Counter(one["state"]["name"] for one in runs))


def judge(stand: Stand, runs: int) -> list[str]:
    """List what is wrong: runs that are lost, doubled, or have not ended well."""
    flow_runs = stand.api().runs(TAG)
    states = Counter(one["state"]["type"] for one in flow_runs)
    told = Counter(tag.removeprefix(RUN) for one in flow_runs for tag in one["tags"] if tag.startswith(RUN))
    published = Counter(stand.published())
    executed = Counter(
        row
        for file in (stand.store / "tables" / "executions").glob("*.parquet")
        for row in pq.read_table(file, columns=["run_id"])["run_id"].to_pylist()
    )
    doubled = [one for one, count in executed.items() if count > 1] + [one for one, count in told.items() if count > 1]
    lost = set(told) ^ set(published)
    say(
        f"{len(flow_runs)} flow runs, {dict(states)}; {len(published)} run ids published, {len(doubled)} doubled, "
        f"{max(runs - len(published), len(lost))} lost, {sum(states[one] for one in WAITING)} left waiting or running"
    )
    wrong = [f"{one['name']}: {one['state']['message']}" for one in flow_runs if one["state"]["type"] != "COMPLETED"]
    wrong += [f"doubled: {one}" for one in doubled] + [f"only in one of store and server: {one}" for one in lost]
    return wrong + ([] if len(published) == runs else [f"{len(published)} of {runs} runs are published"])


def queued(stand: Stand, runs: int) -> list[str]:
    """Let a queue run empty, with a server killed and a re-deploy in the middle; list what is wrong."""
    begun, ids = time.monotonic(), stand.deploy()
    queue(stand, ids, range(1, runs + 1))
    say(f"{runs} runs queued over {len(ids)} deployments")
    drain(stand, runs, [
        (1.0 / 3.0, "server killed", lambda: os.kill(stand.server(), signal.SIGKILL)),
        (2.0 / 3.0, "deployed again", stand.deploy),
    ])  # fmt: skip
    say(f"queue empty after {(time.monotonic() - begun) / MINUTE:.1f} min")
    return judge(stand, runs) + aged.too_large("the database", stand.database(), runs)


def steady(stand: Stand, minutes: int, first: int) -> list[str]:
    """Queue a run a minute, and watch; list what is wrong."""
    ids, watch, before = stand.deploy(), Watch(stand), aged.rows(stand.home)
    begun, size = time.monotonic(), stand.database()
    for number in range(minutes):
        queue(stand, ids, range(first + number, first + number + 1))
        seen = watch.look()
        if number % 10 == 0:
            say(f"  minute {number}: server {seen[1]:.0f} MB, worker {seen[2]:.0f} MB, database {seen[4]:.1f} MB")
        time.sleep(max(0.0, begun + MINUTE * (number + 1) - time.monotonic()))
    until(lambda: not stand.api().runs(TAG, *WAITING), GRACE + EACH, "the last runs of the hour")
    watch.look()
    say(watch.told())
    grown = {name: count - before[name] for name, count in aged.rows(stand.home).items()}
    say(f"rows a run: {aged.told({name: round(count / minutes) for name, count in grown.items()})}")
    return grew(size, stand.database(), minutes, first - 1 + minutes)


def grew(before: float, after: float, runs: int, kept: int) -> list[str]:
    """Tell how the database grew; list what is wrong.

    Args:
        before: Its size. [MB]
        after: The same, some runs later. [MB]
        runs: How many. [1]
        kept: Runs that it keeps in all. [1]
    """
    each = (after - before) / runs
    say(
        f"database {before:.1f} -> {after:.1f} MB, {1000.0 * each:.0f} kB a run; kept for {aged.KEPT} days that is at "
        f"most {each * aged.KEPT * 24 * 60 / 1000.0:.1f} GB at a run a minute, {each * aged.KEPT * 10:.0f} MB at ten a "
        f"day; with {kept} runs it may take {aged.bound(kept):.0f} MB"
    )
    return aged.too_large("the database", after, kept)


def retained(stand: Stand) -> list[str]:
    """Make everything a day older than it may be, and start the server again; list what it has kept."""
    before = aged.rows(stand.home)
    stand.stop()
    aged.make_old(stand.home, aged.KEPT + 1)
    begun = time.monotonic()
    stand.start()
    wait_until(lambda: not any(aged.outlived(stand.home).values()), GRACE, look=0.5)
    took, kept, used = time.monotonic() - begun, aged.outlived(stand.home), aged.in_use(stand.home)
    say(f"{aged.KEPT + 1} days later: {aged.told(before)}")
    say(f"  became, {took:.0f} s after the start: {aged.told(aged.rows(stand.home))}")
    say(f"  too old: {aged.told(kept)}; {used:.1f} of {stand.database():.1f} MB are in use")
    wrong = [f"{name}: {count} rows outlive the retention" for name, count in kept.items() if count]
    return wrong + aged.too_large("what the retention has left of the database", used, 0)


def main(arguments: list[str]) -> int:
    """Soak; 1 when something was lost, doubled or kept."""
    asked = argparse.ArgumentParser(prog="python -m flows.bench.soak", description=__doc__)
    asked.add_argument("--runs", type=int, default=200, help="runs that are queued at once; 0 for none")
    asked.add_argument("--minutes", type=int, default=60, help="minutes at a run a minute; 0 for none")
    given, wrong = asked.parse_args(arguments), []
    end_in_order()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, Stand(Path(folder)) as stand:
        say(f"twin up runs on {stand.page}; load {os.getloadavg()[0]:.1f}")
        if given.runs:
            wrong += queued(stand, given.runs)
        if given.minutes:
            wrong += steady(stand, given.minutes, given.runs + 1)
            wrong += judge(stand, given.runs + given.minutes)
        wrong += retained(stand)
    for one in wrong:
        say(f"BAD {one}")
    say("soak: sound" if not wrong else f"soak: {len(wrong)} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
