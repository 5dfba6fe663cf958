"""Where blocks of replications are computed: in worker processes of this machine, or on a Dask cluster."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from twin.errors import UsageError, shown
from twin.study.pool import Pool
from twin.study.replicate import warm

Answer = TypeVar("Answer")
PROCESSES, DASK = "processes", "dask"


class Workers(Protocol):
    """Processes, here or elsewhere, that make calls.

    Attributes:
        workers: How many there are. [1]
    """

    workers: int

    def submit(self, call: Callable[..., Answer], *arguments: Any) -> "Future[Answer]":  # noqa: ANN401 - the call's own
        """Let one of them make a call."""

    def see(self, folder: Path) -> bool:
        """Say whether all of them can write into a folder of this machine."""


def checked(executor: str) -> str:
    """Return the name of an executor.

    Raises:
        UsageError: There is none of that name.

    >>> checked("processes"), checked("dask"), checked("dask:tcp://10.0.0.5:8786")
    ('processes', 'dask', 'dask:tcp://10.0.0.5:8786')
    """
    name, colon, address = executor.partition(":")
    if name not in {PROCESSES, DASK} or (colon and (name == PROCESSES or not address)):
        raise UsageError(
            f"--executor {shown(executor, 60)}: use processes, dask (a cluster on this machine for as long as the run "
            "lasts), or dask:ADDRESS, such as dask:tcp://10.0.0.5:8786."
        )
    return executor


def is_elsewhere(executor: str | None) -> bool:
    """Say whether an executor is another one than the run's own processes."""
    return checked(executor or PROCESSES) != PROCESSES


@contextmanager
def shared(executor: str | None, workers: int, log: logging.Handler | None = None) -> Iterator[Workers]:
    """Provide workers that several studies share.

    Args:
        executor: Name of the executor; None for processes of this machine.
        workers: How many processes, where they are ours to start. [1]
        log: Takes what they have to say, in this process.

    Raises:
        UsageError: There is no such executor, or nobody answers at its address.
    """
    if not is_elsewhere(executor):
        with Pool(workers, warm, log) as pool:
            yield pool
        return
    from twin.study.dask_pool import DaskPool  # noqa: PLC0415 - its library is an extra

    with DaskPool(str(executor).partition(":")[2], workers, log) as cluster:
        yield cluster
