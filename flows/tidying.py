"""What `twin up` does on its server now and then: runs, places and deployments are again what they should be."""

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from json import JSONDecodeError
from pathlib import Path
from uuid import UUID

import httpx
from pydantic import ValidationError

from flows import database
from twin.errors import TwinError, said, shown


def say(text: str) -> None:
    """Write a message, which is no data."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def lost() -> tuple[type[Exception], ...]:
    """Return what those raise who ask a server that is away, is none of ours, or has lost what they ask for."""
    from prefect.exceptions import PrefectException  # noqa: PLC0415 - Prefect after its settings

    return httpx.HTTPError, PrefectException, RuntimeError, JSONDecodeError, ValidationError


def refused(error: Exception) -> str:
    """Return the line for what those raise.

    Args:
        error: One of ``lost``.
    """
    none = f"no Prefect server has answered at {shown(os.environ.get('PREFECT_API_URL', ''))}"  # but a proxy, or a page
    why = none if isinstance(error, ValueError) else said(error)
    return f"error: the server was lost or refused what was asked ({why}). twin doctor looks closer."


def settle_database(home: Path) -> None:
    """Put a damaged database aside: what was published is in the store, and everything else is registered anew.

    Args:
        home: Folder of the database.
    """
    if why := database.damage(home):
        say(f"the database is damaged ({why}); it is put aside as {database.put_aside(home)}, and a new one begins.")


@dataclass
class Tidier:
    """Tidies the server.

    Attributes:
        home: Folder with the cards of running processes.
        register: Puts pool, deployments and automations on the server.
        known: Whether the server is known to have them since it was started last.
        missing: Whether some were seen to be missing, and have not been registered since.
        off: Places that were wrong the last time. [1]
        thread: Who tidies.
    """

    home: Path
    register: Callable[[], None]
    known: bool = True
    missing: bool = False
    off: dict[UUID, int] = field(default_factory=dict)
    thread: threading.Thread = field(default_factory=threading.Thread)

    def begin(self, up: float, worker: float) -> None:
        """Tidy in a thread, unless it still does: a client of a server that goes away tries again for minutes.

        Args:
            up: How long the server has been up without a break. [s]
            worker: How long the worker has been up since it was started last. [s]
        """
        if not self.thread.is_alive():
            self.thread = threading.Thread(target=self.tidy, args=(up, worker), daemon=True)
            self.thread.start()

    def tidy(self, up: float, worker: float) -> None:
        """Tidy; a server that is just starting or stopping is asked again later.

        Args:
            up: How long the server has been up without a break. [s]
            worker: How long the worker has been up since it was started last. [s]
        """
        from prefect import get_client  # noqa: PLC0415 - as above

        from flows import places, reconcile  # noqa: PLC0415 - as above

        try:
            with get_client(sync_client=True) as client:
                if not self.known:
                    self._regain(some=bool(places.deployments(client)))
                for name in reconcile.reconcile(client, self.home, up, worker):
                    say(f"marked crashed: {name} (its process has ended)")
                self.off = places.mend(client, self.off)
        except (TwinError, OSError) as error:
            say(f"{said(error).rstrip('.')}; it is tried again later.")
        except lost() as error:
            say(f"the server could not be asked ({type(error).__name__}); it is asked again later.")

    def _regain(self, *, some: bool) -> None:
        """Register again what a server has lost with its database, until all of it is there.

        Args:
            some: Whether some deployments are there; without a failure before, those that are not were taken away.
        """
        if not some and not self.missing:
            say("the server has lost its deployments; they are registered again.")
        self.missing = self.missing or not some
        if self.missing:
            self.register()
        self.missing, self.known = False, True
