"""What `twin up` does while it runs: start again what has died or hangs, and mark runs crashed that have ended so."""

import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from flows import server
from flows.child import Child
from twin.errors import RunError

LOOK = 1.0  # s between two looks at the processes
TIDY = 30.0  # s between two looks at the server, and for runs whose process has ended
HANGS = 600.0  # s without an answer; a server that starts on a machine with far too much to do takes minutes too
RESTARTS = 5  # times that a process is started again before we give up
CALM = 3600.0  # s of life after which earlier deaths are forgotten
GRACE = 8.0  # s that a process has to end in order


def say(text: str) -> None:
    """Write a message, which is no data."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


@dataclass
class Keeper:
    """Looks after server and worker.

    Attributes:
        api: The server.
        worker: The worker.
        home: Folder of the server's database.
        heard: When the server has answered last. [s]
        away: When it has not, last. [s]
        looked: When it was asked last. [s]
    """

    api: Child
    worker: Child
    home: Path
    heard: float = field(default_factory=time.monotonic)
    away: float = field(default_factory=time.monotonic)
    looked: float = field(default_factory=time.monotonic)

    def keep(self) -> int:
        """Look after them until somebody stops us."""
        while True:
            time.sleep(LOOK)
            self.look(time.monotonic())

    def look(self, now: float) -> None:
        """Look once.

        Args:
            now: The time by the clock that never goes back. [s]
        """
        for child in (self.api, self.worker):
            if not child.lives:
                restart(child, now)
        if now - self.looked <= TIDY:
            return
        self.looked = now
        if server.answers(os.environ["PREFECT_API_URL"]):
            self.heard = now
            tidy(self.home, now - max(self.away, self.api.began))
            return
        self.away = now
        if now - max(self.heard, self.api.began) > HANGS:
            say(f"the server has not answered for {HANGS / 60.0:.0f} minutes; it is ended and started again.")
            self.api.stop(GRACE)


def restart(child: Child, now: float) -> None:
    """Start a process again that has ended.

    Args:
        child: The process.
        now: The time by the clock that never goes back. [s]

    Raises:
        RunError: It has ended too often.
    """
    if now - child.began > CALM:
        child.starts = 1
    if child.starts > RESTARTS:
        raise RunError(f"the {child.name} ended {child.starts} times; {child.log} says why.")
    say(f"the {child.name} has ended; starting it again ({child.log}).")
    child.start()


def tidy(home: Path, up: float) -> None:
    """Mark runs crashed whose process has ended; a server that is just starting or stopping is asked again later.

    Args:
        home: Folder with the cards of running processes.
        up: How long the server has been up without a break. [s]
    """
    from prefect import get_client  # noqa: PLC0415 - Prefect after its settings
    from prefect.exceptions import PrefectException  # noqa: PLC0415 - as above

    from flows import reconcile  # noqa: PLC0415 - as above

    try:
        with get_client(sync_client=True) as client:
            for name in reconcile.reconcile(client, home, up):
                say(f"marked crashed: {name} (its process has ended)")
    except (httpx.HTTPError, PrefectException, RuntimeError) as error:
        say(f"the server could not be asked ({type(error).__name__}); it is asked again in {TIDY:.0f} s.")
