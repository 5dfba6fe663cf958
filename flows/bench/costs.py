"""`python -m flows.bench.costs`: what Prefect costs on this machine: starts, memory, each task and artifact."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from flows.bench import processes
from flows.bench.stand import Stand, end_in_order
from flows.child import ROOT
from flows.safety import client_settings
from twin.errors import RunError
from twin.layout import columns

IDLE = 20.0  # s
LONG = 1800.0  # s


def alone(text: str, environment: Mapping[str, str]) -> tuple[float, float]:
    """Return the CPU [s] and the memory [MB] of a process that does only this."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = f"{text}\nimport os; print(int(open('/proc/self/statm').read().split()[1]) * os.sysconf('SC_PAGE_SIZE'))"
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", told], cwd=ROOT, env=dict(environment), capture_output=True, check=True, text=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, int(done.stdout.split()[-1]) / processes.MB


def starts(stand: Stand, took: float) -> list[tuple[str, str]]:
    """Return what it takes until everything runs, and what it uses then."""
    imported = min(alone("import prefect", stand.environment()) for _ in range(2))
    served = processes.cpu([stand.server()])
    time.sleep(IDLE)
    return [
        ("import prefect", f"{imported[0]:.1f} s CPU, {imported[1]:.0f} MB"),
        ("twin up, until all is there", f"{took:.0f} s wall"),
        ("server, until all is there", f"{served:.1f} s CPU, {processes.memory(stand.server()):.0f} MB"),
        ("server, idle", f"{(processes.cpu([stand.server()]) - served) / IDLE * 100.0:.1f} % of a core"),
        ("worker", f"{processes.memory(stand.worker()):.0f} MB"),
        ("empty database", f"{stand.database():.1f} MB"),
    ]


def often(stand: Stand) -> list[tuple[str, str]]:
    """Return what a flow does often, on both sides.

    Raises:
        RunError: It could not be measured.
    """
    api = stand.api()
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "flows.bench.each_cost", str(stand.server())], cwd=ROOT, check=False, text=True,
        env=stand.environment() | client_settings(api.address, api.password), capture_output=True, timeout=LONG,
    )  # fmt: skip
    if done.returncode:
        raise RunError(done.stderr[-600:])
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return [(name, f"{mine:.1f} + {theirs:.1f} ms CPU, client + server") for name, (mine, theirs) in found.items()]


def main() -> int:
    """Measure and print."""
    end_in_order()
    with tempfile.TemporaryDirectory(prefix="costs-") as folder:
        stand = Stand(Path(folder))
        try:
            rows = [*starts(stand, stand.start()), *often(stand)]
        finally:
            stand.stop()
    rows.append(
        ("measured with", f"Prefect {version('prefect')}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    )
    sys.stdout.write(columns(rows, ("what", "cost")) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
