"""Work in a process of its own, which is ended when it takes too long or too much, whatever it is doing then."""

import os
import resource
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from math import ceil
from multiprocessing.connection import Connection, Pipe
from typing import Any, Protocol

from twin.errors import RunError, TwinError, UsageError

GRACE = 1.0  # s; for what ends by itself at its deadline, and says so better
_CHILD = "import sys; sys.path[:] = sys.argv[2:]; from twin.apart import serve; serve(int(sys.argv[1]))"
_STARTING = 10.0  # s of a processor, that a process may take beyond its limit


class Said(Protocol):
    """How the work speaks to who waits for it."""

    def tell(self, line: str) -> None:
        """Hand on a line for a person."""

    def begin(self, seconds: float, memory: float, late: UsageError) -> None:
        """Say that from now on limits hold.

        Args:
            seconds: How long it may take. [s]
            memory: How much memory it may take more. [MiB]
            late: What is raised when it takes longer.
        """


def apart(what: str, module: str, function: str, given: tuple[Any, ...], tell: Callable[[str], None]) -> Any:  # noqa: ANN401 - whatever the function returns
    """Call a function in a process of its own and return what it returns, or raise what it raises.

    Args:
        what: What a person calls the work.
        module: Where the function is.
        function: Its name; its first argument is a ``Said``.
        given: Its other arguments.
        tell: Called with each line that it tells.

    Raises:
        UsageError: It took too long, as it said itself.
        RunError: Its process died.
    """
    here, there = Pipe()
    command = [sys.executable, "-P", "-c", _CHILD, str(there.fileno()), *sys.path]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(  # noqa: S603 - our own text
        command, pass_fds=[there.fileno()], stdin=quiet, stdout=quiet, start_new_session=True
    ) as child:
        try:
            there.close()
            here.send((module, function, given))
            return _heard(here, tell)
        except (EOFError, ConnectionError):
            raise RunError(
                f"{what}: its process ended ({child.wait()}) before it had answered, for want of memory perhaps. "
                "Narrow it, or free memory."
            ) from None
        finally:
            child.kill()


def _heard(here: Connection, tell: Callable[[str], None]) -> Any:  # noqa: ANN401 - as above
    end: float | None = None
    late = UsageError()
    while here.poll(None if end is None else max(0.0, end - time.monotonic())):
        kind, said = here.recv()
        if kind == "done":
            return said
        if kind == "failed":
            raise said
        if kind == "told":
            tell(said)
        else:
            end, late = time.monotonic() + said[0] + GRACE, said[1]
    raise late


class _Pipe:
    """What the work says, through a pipe."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def tell(self, line: str) -> None:
        self._pipe.send(("told", line))

    def begin(self, seconds: float, memory: float, late: UsageError) -> None:
        most = ceil((seconds + GRACE) * (os.cpu_count() or 1) + _STARTING)  # should nobody be left to end it
        _limit(resource.RLIMIT_CPU, most)
        with suppress(OSError, ValueError, IndexError):  # only Linux tells what it has already
            held = int(open("/proc/self/statm", "rb").read().split()[5]) * resource.getpagesize()  # noqa: SIM115, PTH123
            _limit(resource.RLIMIT_DATA, held + int(memory * 2**20))
        self._pipe.send(("begun", (seconds, late)))


def _limit(which: int, most: int) -> None:
    hard = resource.getrlimit(which)[1]
    resource.setrlimit(which, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def serve(handle: int) -> None:
    """Do what stands in a pipe, in the process that was made for it.

    Args:
        handle: Descriptor of the pipe.
    """
    pipe = Connection(handle)
    module, function, given = pipe.recv()
    try:
        pipe.send(("done", getattr(import_module(module), function)(_Pipe(pipe), *given)))
    except TwinError as error:
        pipe.send(("failed", error))
    except Exception as error:  # noqa: BLE001 - who waits shall be told of any
        told = RuntimeError(f"{type(error).__name__}: {error}")
        told.add_note(traceback.format_exc())
        pipe.send(("failed", told))
