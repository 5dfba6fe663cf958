"""Which flow runs have a living process on this machine, and which server runs here: cards in PREFECT_HOME."""

import json
import os
import signal
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from twin.store.owner import card, is_alive

CARDS = "running"
SERVER = "server.json"
OWNER = "FILMTWIN_OWNER"  # in the environment of flow runs: the card of the `twin up` whose worker has started them
RUN = "PREFECT__FLOW_RUN_ID"  # in the environment of flow runs from their start on
PROC = Path("/proc")
LOOK = 1.0  # s between two looks at the owner


@contextmanager
def present(flow_run: str) -> Iterator[None]:
    """Leave a card for as long as a flow run has this process; it ends with the `twin up` that it belongs to."""
    folder = _home() / CARDS
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{flow_run}.json"
    owner = json.loads(os.environ.get(OWNER, "null"))
    file.write_text(json.dumps({**card(), "owner": owner}), encoding="utf-8")
    if owner is not None:
        threading.Thread(target=_end_with, args=(owner,), daemon=True).start()
    try:
        yield
    finally:
        with suppress(OSError):
            file.unlink()


def still_here(flow_run: str) -> None:
    """Renew the card of this process: its run was called something else in between, and is running from now on."""
    with suppress(OSError):
        os.utime(_home() / CARDS / f"{flow_run}.json")


def is_dead(flow_run: str, home: Path | None = None, since: float = 0.0) -> bool | None:
    """Say whether the process of a flow run has ended; None when this machine does not know it.

    Args:
        flow_run: Id of the flow run.
        home: Folder with the cards; None for that of the environment.
        since: When its present attempt began; an older card says nothing of it. [s]
    """
    try:
        file = (home or _home()) / CARDS / f"{flow_run}.json"
        return None if file.stat().st_mtime < since else not is_alive(json.loads(file.read_bytes()))
    except (OSError, ValueError):
        return None


def worker() -> str:
    """Return the name of our worker, which stands on the flow runs that it takes."""
    return f"up-{os.getpid()}"


def is_starting(flow_run: str) -> bool:
    """Say whether a process of this machine is a flow run, or is about to be and has left no card yet.

    The worker gives it the number of its run in its environment; where nobody says, it may be there.

    Args:
        flow_run: Id of the flow run.
    """
    mark = f"{RUN}={flow_run}".encode()
    return not (PROC / "self/environ").exists() or any(mark in _environment(one) for one in PROC.glob("[0-9]*"))


def _environment(process: Path) -> bytes:
    """Return the environment that a process began with; empty for one that has ended, or is another's."""
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""


def sweep(home: Path, working: Collection[str]) -> None:
    """Take away the cards of processes that have ended, but for those of flow runs that are called running.

    Args:
        home: Folder with the cards.
        working: Ids of those flow runs.
    """
    for file in (home / CARDS).glob("*.json"):
        if file.stem not in working and is_dead(file.stem, home):
            file.unlink(missing_ok=True)


def end_all(home: Path) -> None:
    """End the flow runs of our own worker, with all that they have started; it has left those that it did not end.

    Prefect gives each flow run a session of its own, so no group of our children reaches it.

    Args:
        home: Folder with the cards.
    """
    ours = card()
    for file in (home / CARDS).glob("*.json"):
        with suppress(OSError, ValueError, KeyError):
            told = json.loads(file.read_bytes())
            if told["owner"] == ours and is_alive(told):
                os.killpg(os.getpgid(int(told["pid"])), signal.SIGKILL)


def _end_with(owner: Mapping[str, Any]) -> None:
    """End this process with its group, in which the worker processes of its study are, when its owner has ended."""
    while is_alive(owner):
        time.sleep(LOOK)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def announce(home: Path, **about: Any) -> None:  # noqa: ANN401 - plain data
    """Say that a server runs here, for flows that are started by hand."""
    told = {**card(), **about}
    new = home / f"{SERVER}.{os.getpid()}"
    new.write_text(json.dumps(told), encoding="utf-8")
    new.replace(home / SERVER)


def announced(home: Path) -> dict[str, Any] | None:
    """Return what the server that runs here has said of itself; None when none runs."""
    try:
        told: dict[str, Any] = json.loads((home / SERVER).read_bytes())
        return told if is_alive(told) else None
    except (OSError, ValueError):
        return None


def withdraw(home: Path) -> None:
    """Take back the announcement."""
    (home / SERVER).unlink(missing_ok=True)


def _home() -> Path:
    return Path(os.environ["PREFECT_HOME"])
