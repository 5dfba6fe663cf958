"""The worker processes of a study: started fresh, ended with it, and never left behind."""

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from logging.handlers import QueueHandler, QueueListener
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from twin.errors import RunError

if TYPE_CHECKING:
    from multiprocessing.queues import Queue

Result = TypeVar("Result")

_SPAWN = multiprocessing.get_context("spawn")
_PATIENCE = 2.0  # s, for the last words of workers that ended by themselves


def usable_cores() -> int:
    """Return how many cores this process may use. [1]"""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _end_with_parent() -> None:
    """Wait for the end of the study's process, and end too: a pool's worker would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _start(warm: Callable[[], None] | None, log: "Queue[Any] | None") -> None:
    """Prepare a worker: Ctrl-C is the study's business, and compiled kernels are loaded before the first block."""
    if log is not None:
        logging.getLogger("twin").addHandler(QueueHandler(log))
        logging.getLogger("twin").setLevel(logging.INFO)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if warm is not None:
        warm()


class _Voices:
    """What the workers of one executor have to say; the next has a queue of its own.

    A worker that is killed while it writes leaves the queue locked for ever.
    """

    def __init__(self, log: logging.Handler) -> None:
        self.queue: Queue[Any] = _SPAWN.Queue()
        self._listener = QueueListener(self.queue, log)
        self._listener.start()

    def end(self) -> None:
        """Hear what was said and listen no more; who cannot be heard is not waited for."""
        self.queue.cancel_join_thread()
        ending = threading.Thread(target=self._listener.stop, daemon=True)
        ending.start()
        ending.join(_PATIENCE)
        if not ending.is_alive():
            self.queue.close()  # else the thread that feeds it stays


class Pool:
    """Worker processes as a context: leaving it in any way but the ordinary one kills them at once.

    They are spawned, not forked: a forked copy of a process with threads (Prefect, numba) may hang.

    Attributes:
        workers: How many there are. [1]
    """

    def __init__(
        self, workers: int, warm: Callable[[], None] | None = None, log: logging.Handler | None = None
    ) -> None:
        """Prepare the pool; nothing starts before its context is entered.

        Args:
            workers: How many there are. [1]
            warm: What each does first.
            log: Takes what they have to say, in this process; None to say nothing.
        """
        self.workers = workers
        self._log, self._warm = log, warm
        self._voices: _Voices | None = None
        self._executor: ProcessPoolExecutor
        self._ended = False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        """Listen to the processes, which start with the first call."""
        self._executor = self._new()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes."""
        with self._lock:
            self._ended = True  # a call that comes late must start none
        if kind is not None:
            self.kill()
        self._end()

    def submit(self, call: Callable[..., Result], *arguments: Any) -> "Future[Result]":  # noqa: ANN401 - as the call's
        """Let a worker make a call; where one was killed, new ones make the calls that come after.

        Raises:
            RunError: A worker was killed, and the pool has ended.
        """
        with self._lock:
            try:
                return self._executor.submit(call, *arguments)
            except BrokenProcessPool as error:
                if self._ended:
                    raise broken() from error
            self._end()
            self._executor = self._new()
            return self._executor.submit(call, *arguments)

    def see(self, folder: Path) -> bool:
        """Say that they can write into a folder of this machine: they are on it."""
        del folder
        return True

    def _new(self) -> ProcessPoolExecutor:
        self._voices = None if self._log is None else _Voices(self._log)
        start = partial(_start, self._warm, None if self._voices is None else self._voices.queue)
        try:
            return ProcessPoolExecutor(self.workers, mp_context=_SPAWN, initializer=start)
        except BaseException:
            if self._voices is not None:
                self._voices.end()
            raise

    def _end(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)
        if self._voices is not None:
            self._voices.end()

    def pids(self) -> list[int]:
        """List the process numbers of the workers."""
        return list(self._executor._processes or ())  # noqa: SLF001 - as in kill

    def kill(self) -> None:
        """Kill all workers now, whatever they are doing."""
        # Public only from Python 3.14 on, as kill_workers().
        for process in list((self._executor._processes or {}).values()):  # noqa: SLF001 - there is no public way to the processes
            process.kill()


def broken() -> RunError:
    """Say that a worker was killed from outside."""
    return RunError(
        "a worker process was killed (often: out of memory); nothing was published. "
        "Run it again, with fewer workers: --workers 1."
    )


def outcome(future: "Future[Result]") -> Result:
    """Wait for a call's result.

    Raises:
        RunError: A worker was killed.
    """
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise broken() from error
