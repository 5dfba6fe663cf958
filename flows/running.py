"""Which flow runs have a living process on this machine, and which server runs here: cards in PREFECT_HOME."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from twin.store.owner import card, is_alive

CARDS = "running"
SERVER = "server.json"


@contextmanager
def present(flow_run: str) -> Iterator[None]:
    """Leave a card for as long as a flow run has this process."""
    folder = _home() / CARDS
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{flow_run}.json"
    file.write_text(json.dumps(card()), encoding="utf-8")
    try:
        yield
    finally:
        with suppress(OSError):
            file.unlink()


def is_dead(flow_run: str, home: Path | None = None) -> bool | None:
    """Say whether the process of a flow run has ended; None when this machine never knew it."""
    try:
        return not is_alive(json.loads(((home or _home()) / CARDS / f"{flow_run}.json").read_bytes()))
    except (OSError, ValueError):
        return None


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
