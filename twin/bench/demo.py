"""How long the job of `make demo` takes: the baseline through the flow, on a server of its own, into an empty store."""

import os
import subprocess
import sys
import tempfile
from statistics import median
from time import monotonic

from twin.errors import RunError, printable

ROUNDS = 3  # each about a minute
WORKERS = 2  # the cores that the limit speaks of


def demo_s(rounds: int = ROUNDS) -> float:
    """Return the median time from the start of the command to its end, in processes and folders of their own. [s].

    Args:
        rounds: How many times it is run. [1]

    Raises:
        RunError: The demo failed.
    """
    return median(_once() for _ in range(rounds))


def _once() -> float:
    """Run it once, with a home of Prefect that is empty too. [s]"""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "twin", "run", "baseline", "--prefect", "--workers", str(WORKERS)]
        start = monotonic()
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [*command, "--store", f"{folder}/store"], capture_output=True, text=True, check=False,
            env={**os.environ, "PREFECT_HOME": f"{folder}/prefect"},
        )  # fmt: skip
        elapsed = monotonic() - start
    if done.returncode:
        raise RunError(f"the demo ended with {done.returncode}: {printable(done.stderr, 300)}")
    return elapsed
