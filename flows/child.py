"""A process that this one has started and answers for: started, watched, ended with all that it started itself."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from flows.why import because

ROOT = Path(__file__).resolve().parents[1]
MOST = 10_000_000  # B of a log; the same again stands beside it


@dataclass
class Child:
    """One process in a session of its own, so that Ctrl-C in the terminal reaches it through us alone.

    Attributes:
        name: What it is called on the screen.
        arguments: Arguments of our own interpreter.
        environment: Its environment.
        log: File that takes what it prints.
        process: The process; None before its start.
        starts: How often it was started. [1]
        began: When it was started last, by the clock that never goes back. [s]
        since: How long its log was then. [byte]
        stopped: Whether we have ended it.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    starts: int = 0
    began: float = 0.0
    since: int = 0
    stopped: bool = False

    def start(self) -> None:
        """Start it; what it prints is added to its log."""
        turn(self.log)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as opened:
            self.since = opened.tell()
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
                [sys.executable, *self.arguments], cwd=ROOT, env=dict(self.environment), stdin=subprocess.DEVNULL,
                stdout=opened, stderr=opened, start_new_session=True,
            )  # fmt: skip
        self.starts += 1
        self.stopped = False
        self.began = time.monotonic()

    @property
    def lives(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    @property
    def because(self) -> str:
        """Why it did not come up, or has ended: the rest of a sentence that begins with its name."""
        code = None if self.process is None or self.stopped else self.process.poll()
        return because(self.log, self.since, code)

    def succeeds(self, allowance: float) -> bool:
        """Start it, wait until it has ended, and say whether it did well; one that takes too long is ended.

        Args:
            allowance: How long it may take. [s]
        """
        self.start()
        try:
            wait_until(lambda: not self.lives, allowance)
        finally:
            self.stop(0.0)
        return self.process is not None and self.process.returncode == 0

    def stop(self, grace: float) -> None:
        """Ask it to end, wait a while, then end it and everything that it started.

        Args:
            grace: How long it may take to end in order. [s]
        """
        if self.process is None:
            return
        self.stopped = self.lives
        group = self.process.pid  # it leads its own session
        try:
            with suppress(ProcessLookupError):
                self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(grace)
        finally:  # a second Ctrl-C comes in the middle of the wait
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
            self.process.wait()


def turn(log: Path) -> None:
    """Put a log aside that has become long, in place of the one put aside before.

    Who writes to it goes on writing to the same file, so that is emptied and not renamed.

    Args:
        log: The log, to which everybody only adds.
    """
    with suppress(OSError):  # not there yet, or a full disk: no reason to stop
        if log.stat().st_size > MOST:
            shutil.copyfile(log, log.with_name(f"{log.name}.1"))
            os.truncate(log, 0)


def end_with(owner: int) -> None:
    """Let this process end when the one that started it has ended in whatever way.

    Args:
        owner: Process number of the owner.
    """

    def watch() -> None:
        while os.getppid() == owner:
            time.sleep(1.0)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def wait_until(what: Callable[[], bool], allowance: float, look: float = 0.2) -> bool:
    """Wait until a condition holds.

    Args:
        what: Says whether it does.
        allowance: How long to wait at most. [s]
        look: Time between two looks. [s]
    """
    end = time.monotonic() + allowance
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(look)
    return True
