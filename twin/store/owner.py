"""Who prepares a run, and whether that process still lives."""

import json
import os
import platform
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FILE = "owner.json"
STALE = 86400.0  # s; after that the work of another computer counts as left behind


def card() -> bytes:
    """Return what a process leaves in its staging folder."""
    pid = os.getpid()
    return json.dumps({"pid": pid, "host": platform.node(), "born": _born(pid)}).encode()


def is_left_behind(folder: Path) -> bool:
    """Say whether whoever prepared this folder has ended."""
    try:
        owner = json.loads((folder / FILE).read_bytes())
        return _age(folder) > STALE if owner["host"] != platform.node() else not is_alive(owner)
    except (OSError, ValueError, KeyError, TypeError):
        return _age(folder) > 60.0  # it may be about to say who it is


def is_alive(owner: Mapping[str, Any]) -> bool:
    """Say whether the process that left a card on this machine still lives.

    Raises:
        ValueError: It is no card.
    """
    try:
        pid, born = int(owner["pid"]), owner["born"]
    except (KeyError, TypeError) as error:
        raise ValueError("no card of a process") from error
    return _lives(pid) and _born(pid) == born


def _age(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except OSError:
        return 0.0


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _born(pid: int) -> str:
    """Return when a process began, in ticks since the computer did; empty where nobody says."""
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (OSError, ValueError):
        return ""
    return "ended" if state == "Z" else rest[18]
