"""`python -m flows.bench.alarms [--runs N] [--at-once K] [--away S]`: whether a living run is taken for dead.

Runs that last longer than the heartbeats a run may miss, ten at a time on however few cores there are, and two minutes
without a server in the middle: none of them may be called crashed, and the automation may not even try.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

from flows.automations import HEARTBEATS, MISSED
from flows.bench.asking import WAITING, Api
from flows.bench.stand import NAMES, TAG, Stand, end_in_order, until
from flows.register import POOL
from flows.safety import HEARTBEAT

DAYS, REPLICATIONS = 20.0, 100  # some 30 s of CPU a run: ten at a time on two cores take more than two minutes
EACH = 600.0  # s that a run may take, those at the same time included


def measure(stand: Stand, runs: int, at_once: int, away: float) -> list[str]:
    """Let runs go on side by side, some time without a server; return what was wrong."""
    api, ids = stand.api(), stand.deploy()
    api.ask("PATCH", f"/work_pools/{POOL}", {"concurrency_limit": at_once})
    begun = time.monotonic()
    for number in range(runs):
        api.start(ids[NAMES[number % len(NAMES)]], f"alarm-{number}", seed=number, days=DAYS, replications=REPLICATIONS)
    until(lambda: len(api.runs(TAG, "COMPLETED")) >= runs // 3, EACH * runs, "the first third of the runs")
    be_away(stand, away)
    until(lambda: not api.runs(TAG, *WAITING), EACH * runs, "the runs")
    took = sorted(_seconds(one["start_time"], one["end_time"]) for one in api.runs(TAG) if one["start_time"])
    crashed = [one["name"] for one in api.runs(TAG) if "CRASHED" in stand.states_of(one["id"])]
    fired = firings(api)
    long = [one for one in took if one > MISSED * HEARTBEAT]
    sys.stdout.write(
        f"{len(took)} runs, {at_once} at a time, in {(time.monotonic() - begun) / 60.0:.1f} min; {len(long)} of them "
        f"longer than {MISSED} heartbeats ({MISSED * HEARTBEAT} s), median {took[len(took) // 2]:.0f} s; states "
        f"{dict(Counter(one['state']['type'] for one in api.runs(TAG)))}; load {os.getloadavg()[0]:.1f}\n"
        f"{away:.0f} s without a server; false alarms = {len(crashed)}; the automation fired {fired} times\n"
    )
    wrong = [f"{name}: called crashed though it lived" for name in crashed]
    wrong += [f"the automation fired {fired} times, though no run has died"] if fired else []
    short = runs - len(long)
    return wrong + ([f"{short} of {runs} runs were too short to be taken for dead"] if short else [])


def be_away(stand: Stand, seconds: float) -> None:
    """Have no server for a while, and nobody who would start it again."""
    os.kill(stand.pid, signal.SIGSTOP)
    try:
        os.kill(stand.server(), signal.SIGKILL)
        time.sleep(seconds)
    finally:
        os.kill(stand.pid, signal.SIGCONT)


def firings(api: Api) -> int:
    """Count how often the automation has called a run crashed, or tried to. [1]"""
    name = {"any_": [HEARTBEATS]}
    (automation,) = api.ask("POST", "/automations/filter", {"automations": {"name": name}})
    told = {"event": {"name": ["prefect.automation.triggered"]},
            "resource": {"id": [f"prefect.automation.{automation['id']}"]}}  # fmt: skip
    return int(api.ask("POST", "/events/filter", {"filter": told})["total"])


def _seconds(begun: str, ended: str) -> float:
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(begun)).total_seconds()


def main(arguments: list[str]) -> int:
    """Count false alarms; 1 when there are any."""
    asked = argparse.ArgumentParser(prog="python -m flows.bench.alarms", description=__doc__)
    asked.add_argument("--runs", type=int, default=60)
    asked.add_argument("--at-once", type=int, default=10)
    asked.add_argument("--away", type=float, default=120.0, help="seconds without a server in the middle")
    given = asked.parse_args(arguments)
    end_in_order()
    with tempfile.TemporaryDirectory(prefix="alarms-") as folder, Stand(Path(folder), limit=given.at_once) as stand:
        wrong = measure(stand, given.runs, given.at_once, given.away)
    sys.stdout.write("".join(f"BAD {one}\n" for one in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
