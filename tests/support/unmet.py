"""Publishers that never meet, as functions that a server of processes can import."""

import time
from multiprocessing.synchronize import Barrier
from pathlib import Path


def one_dies(root: Path, barrier: Barrier, _environment: dict[str, str]) -> None:
    """Die before the barrier, or wait there for one that has."""
    try:
        root.mkdir()
    except FileExistsError:
        barrier.wait()
    else:
        raise SystemExit(1)


def both_hang(_root: Path, _barrier: Barrier, _environment: dict[str, str]) -> None:
    """Do nothing for long."""
    time.sleep(600.0)
