"""Who prepares a run, and whether that process still lives.

A number of a process says something only among those that share a kernel and a namespace of numbers: containers may
well have the same name and the same numbers.
"""

import json
import os
import platform
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

FILE = "owner.json"
NEW = ".new"
YOUNG = 60.0  # s; a folder without a card may be about to say whose it is
STALE = 86400.0  # s; after that the work of another computer counts as left behind
_numbers = count()


def scrap() -> str:
    """Return a name for what this process is about to give its final name."""
    return f"{mark()}{next(_numbers)}{NEW}"


def attempt() -> str:
    """Return a name for an attempt that this process begins."""
    return f"{os.getpid():x}-{time.time_ns():x}"


def mark() -> str:
    """Return how the names begin of what this process makes for itself."""
    return f"{_here()}-{os.getpid()}-"


def is_scrap_left_behind(path: Path) -> bool:
    """Say whether whoever made a scrap has ended."""
    here, _, rest = path.name.partition("-")
    pid = rest.partition("-")[0]
    if here != _here() or not pid.isdigit():
        return _age(path) > STALE
    return not lives(int(pid))


def _here() -> str:
    return sha256(f"{platform.node()} {_place()}".encode()).hexdigest()[:8]


@lru_cache(maxsize=1)
def _place() -> str:
    """Return what only processes share that see each other's numbers; empty where nobody says."""
    with suppress(OSError):
        start = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{start} {Path('/proc/self/ns/pid').stat().st_ino}"
    return ""


def card() -> dict[str, object]:
    """Return what a process says of itself where it works."""
    pid = os.getpid()
    return {"pid": pid, "host": platform.node(), "place": _place(), "born": _born(pid)}


def is_left_behind(folder: Path) -> bool:
    """Say whether whoever prepared this folder has ended."""
    try:
        found = json.loads((folder / FILE).read_bytes())
    except (OSError, ValueError):
        return _age(folder) > YOUNG
    return has_ended(found, _age(folder), STALE)


def has_ended(card: object, age: float, lease: float) -> bool:
    """Say whether the process of a card has ended.

    Args:
        card: What it left.
        age: Time since it gave its last sign of life. [s]
        lease: Time after which a process of another computer counts as ended. [s]
    """
    try:
        pid, host, born = int(card["pid"]), card["host"], card["born"]  # type: ignore[index] # or a TypeError
        place = card.get("place", _place())  # type: ignore[attr-defined] # as above; earlier cards had none
    except (ValueError, KeyError, TypeError, AttributeError):
        return age > YOUNG
    if (host, place) != (platform.node(), _place()):
        return age > lease
    return not lives(pid) or _born(pid) != born


def is_alive(card: Mapping[str, Any]) -> bool:
    """Say whether the process that left a card on this machine still lives; none has outlived the machine's start."""
    here = card.get("host") == platform.node() and card.get("place", _place()) != _place()
    return not here and not has_ended(card, 0.0, 0.0)


def _age(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except OSError:
        return 0.0


def lives(pid: int) -> bool:
    """Say whether a process of this computer lives."""
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
