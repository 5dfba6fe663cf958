"""What `twin up` does while it runs: start again what has died or hangs, and mark runs crashed that have ended so."""

import os
import time
from dataclasses import dataclass, field

from flows import server
from flows.child import Child, turn
from flows.tidying import Tidier, say, settle_database
from twin.errors import RunError

LOOK = 1.0  # s between two looks at the processes
TIDY = 30.0  # s between two looks at the server, and for runs whose process has ended
HANGS = 600.0  # s without an answer; a server that starts on a machine with far too much to do takes minutes too
RESTARTS = 5  # times that a process is started again before we give up
CALM = 3600.0  # s of life after which earlier deaths are forgotten
GRACE = 8.0  # s that a process has to end in order


@dataclass
class Keeper:
    """Looks after server and worker.

    Attributes:
        api: The server.
        worker: The worker.
        tidier: Tidies the server.
        heard: When the server has answered last. [s]
        away: When it has not, last. [s]
        looked: When it was asked last. [s]
    """

    api: Child
    worker: Child
    tidier: Tidier
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
        if not self.api.lives:
            settle_database(self.tidier.home)
            self.tidier.known = False
            restart(self.api, now)
        if not self.worker.lives:
            restart(self.worker, now)
        if now - self.looked <= TIDY:
            return
        self.looked = now
        for child in (self.api, self.worker):
            turn(child.log)
        if server.answers(os.environ["PREFECT_API_URL"]):
            self.heard = now
            self.tidier.begin(now - max(self.away, self.api.began), now - self.worker.began)
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
        raise RunError(f"the {child.name} ended {child.starts} times{child.because}.")
    say(f"the {child.name} has ended{child.because}. It is started again.")
    child.start()
