"""`python -m flows.bench.orchestration ASKED`: what a flow costs beside its simulation, on a server of its own.

ASKED is JSON: json (print JSON), quick (fewer replications). CPU time decides, not wall time: other people's work on
the machine stretches the one more than the other. `flows.bench.overhead` says how the mark is made of it; one that is
missed makes the exit code 1.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from flows.bench import processes
from flows.bench.asking import Api
from flows.bench.overhead import MODES, Round, Study, overheads
from flows.bench.stand import NAMES, Stand, end_in_order, until
from flows.bench.study_cpu import SETTLE
from flows.child import ROOT
from flows.safety import client_settings
from twin.bench.marks import verdict
from twin.errors import RunError

REPLICATIONS = 1000
DAYS = 1.0  # d
REPLICATION = (25.0, 50.0)  # ms of CPU that a replication takes on a usual machine, for which the mark is stated
IDLE = 20.0  # s
BUSY = 0.5  # processes that others run
PATIENCE = 4  # times that a measure of wall time is repeated for want of an idle machine
PAUSE = 30.0  # s
LONG = 1800.0  # s
TIMES = 5  # rounds; an odd number has a median among them


def say(text: str) -> None:
    """Write a message, which is no data."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def child(stand: Stand, module: str, asked: Mapping[str, Any]) -> dict[str, float]:
    """Run a measurement in a process of its own.

    Raises:
        RunError: It failed.
    """
    api = stand.api()
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", module, json.dumps(asked)], cwd=ROOT, check=False, capture_output=True, text=True,
        env=stand.environment() | client_settings(api.address, api.password), timeout=LONG,
    )  # fmt: skip
    if done.returncode:
        raise RunError(f"{module} {asked}: {done.stderr[-600:]}")
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def idle(stand: Stand) -> float:
    """Return the CPU that a server uses that has had time for what was still on its way. [s/s]"""
    time.sleep(SETTLE)
    before = processes.cpu([stand.server()])
    time.sleep(IDLE)
    return (processes.cpu([stand.server()]) - before) / IDLE


def rounds(stand: Stand, replications: int) -> Iterator[Round]:
    """Measure the same study plain, as a flow and on Dask, in turn; every other round backwards.

    So what a machine does slower and slower, or faster, is no cost of any of them.
    """
    for number in range(TIMES):
        order = MODES if number % 2 == 0 else MODES[::-1]
        yield {mode: study(stand, mode, replications, number) for mode in order}


def study(stand: Stand, mode: str, replications: int, number: int) -> Study:
    """Measure one study, in a store of its own.

    Args:
        stand: Where.
        mode: How it is done.
        replications: How many there are in it. [1]
        number: Of the round. [1]
    """
    say(f"{replications} replications, {mode}; load {os.getloadavg()[0]:.1f} ...")
    asked = {
        "mode": mode, "store": str(stand.folder / f"store-{mode}-{number}"), "replications": replications, "days": DAYS,
        "server": 0 if mode == "plain" else stand.server(),
    }  # fmt: skip
    found = child(stand, "flows.bench.study_cpu", asked)
    say(f"  {', '.join(f'{name} {value:.2f}' for name, value in found.items())}")
    return found


def start_lag(stand: Stand) -> float:
    """Return how long a requested run waits until it begins, the worker at rest. [s]"""
    api, ids = stand.api(), stand.deploy()
    lags = []
    for number in range(2):
        run = api.start(ids[NAMES[0]], f"lag-{number}", seed=number)
        until(partial(_completed, api, run), LONG, "a first run")
        told = api.run(run)
        lags.append(_when(told["start_time"]) - _when(told["created"]))
    return min(lags)  # the first one may compile the kernels


def _completed(api: Api, run: str) -> bool:
    return str(api.run(run)["state"]["type"]) == "COMPLETED"


def _when(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def efficiency(stand: Stand, replications: int) -> dict[str, float]:
    """Return how well two workers are used, best of a few, with the load of the machine before it."""
    best: dict[str, float] = {}
    for _ in range(PATIENCE):
        load = os.getloadavg()[0]
        found = child(stand, "flows.bench.two_workers", {"replications": replications, "days": DAYS})
        say(f"two workers: {', '.join(f'{name} {value:.2f}' for name, value in found.items())}; load {load:.1f}")
        key = "parallel_efficiency_2_workers"
        best = max(best, {**found, "load_before_efficiency": load}, key=lambda one: one.get(key, 0.0))
        if verdict(key, best[key]).startswith("ok") or load < BUSY:
            break
        time.sleep(PAUSE)
    return best


def measure(*, quick: bool) -> dict[str, float]:
    """Measure all marks of orchestration."""
    replications = REPLICATIONS // 10 if quick else REPLICATIONS
    with tempfile.TemporaryDirectory(prefix="orchestration-") as folder, Stand(Path(folder)) as stand:
        say(f"twin up runs on {stand.page}")
        told = {"load_before": os.getloadavg()[0], "start_lag_s": start_lag(stand), "server_idle_cpu": idle(stand)}
        studies = list(rounds(stand, replications))
        told |= {"server_idle_cpu_after": idle(stand)}
        rate = min(told["server_idle_cpu"], told["server_idle_cpu_after"])  # what it does besides is no idling
        told |= overheads(studies, rate, replications)
        told |= efficiency(stand, replications // 5)
        return told | {"load_after": os.getloadavg()[0]}


def main(asked: Mapping[str, Any]) -> int:
    """Measure, judge and print.

    Returns:
        The exit code: 1 where a mark is missed, or a replication so short or long that the overhead is another mark.
    """
    end_in_order()
    found = measure(quick=bool(asked.get("quick")))
    verdicts = {name: told for name, value in found.items() if (told := verdict(name, value))}
    if asked.get("json"):
        sys.stdout.write(json.dumps({**found, "verdicts": verdicts}, indent=2) + "\n")
    else:
        for name, value in found.items():
            sys.stdout.write(f"{name:52} {value:12.4g}   {verdicts.get(name, '')}".rstrip() + "\n")
    wrong = [f"{name} = {found[name]:.3g}: {told}." for name, told in verdicts.items() if not told.startswith("ok")]
    wrong += filter(None, [another_mark(found["replication_cpu_ms"])])
    for one in wrong:
        say(f"error: {one}")
    return 1 if wrong else 0


def another_mark(cpu: float) -> str:
    """Say why the overhead is not that of its mark; empty where it is.

    Args:
        cpu: CPU of a replication. [ms]

    >>> another_mark(31.0), another_mark(60.0)[:33]
    ('', 'a replication takes 60 ms of CPU,')
    """
    low, high = REPLICATION
    if low <= cpu <= high:
        return ""
    return (
        f"a replication takes {cpu:.0f} ms of CPU, outside {low:g}-{high:g} ms: its overhead is another mark. Change "
        "DAYS in flows/bench/orchestration.py until it lies inside."
    )


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}))
