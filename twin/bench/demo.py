"""How long the job of `make demo` takes: the baseline through the flow, on a server of its own, into an empty store.

A server that answers at port 4200 would be taken for it: stop it before, or the time of a start is not in the figure.
"""

import os
import subprocess
import sys
import tempfile
from statistics import median
from time import monotonic

from twin.errors import RunError, printable

ROUNDS = 3  # each about a minute
WORKERS = 2  # the cores that the limit speaks of
LONGEST = 900.0  # s; ten times the limit: what takes longer is stuck


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
        own = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        start = monotonic()
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [*command, "--store", f"{folder}/store"], capture_output=True, text=True, check=False, timeout=LONGEST,
            env={**own, "PREFECT_HOME": f"{folder}/prefect"},
        )  # fmt: skip
        elapsed = monotonic() - start
    if done.returncode:
        raise RunError(f"the demo ended with {done.returncode}: {printable(done.stderr[-300:], 300)}")
    return elapsed
