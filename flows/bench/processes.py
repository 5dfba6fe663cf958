"""What processes of this machine use, from /proc: trees of them, CPU time, memory."""

import os
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")
TICK = os.sysconf("SC_CLK_TCK")  # of a second
PAGE = os.sysconf("SC_PAGE_SIZE")  # [B]
MB = 1e6


def tree(pid: int) -> list[int]:
    """List a process and all below it, those that have ended left out."""
    below: dict[int, list[int]] = {}
    for one in PROC.glob("[0-9]*"):
        fields = _fields(int(one.name))
        if fields and fields[0] != "Z":
            below.setdefault(int(fields[1]), []).append(int(one.name))
    found = [pid]
    for one_pid in found:
        found += below.get(one_pid, [])
    return found


def command(pid: int) -> str:
    """Return the command line of a process; empty for one that has ended."""
    try:
        return (PROC / str(pid) / "cmdline").read_text(encoding="utf-8").replace("\0", " ")
    except OSError:
        return ""


def below(pid: int, *words: str) -> list[int]:
    """List the processes below one whose command line has these words."""
    return [one for one in tree(pid)[1:] if all(word in command(one) for word in words)]


def cpu(pids: Iterable[int]) -> float:
    """Return the CPU time of processes, with what their ended and awaited children used. [s]"""
    return sum(sum(int(one) for one in fields[11:15]) for fields in map(_fields, pids) if fields) / TICK


def memory(pid: int) -> float:
    """Return the resident memory of a process; 0 for one that has ended. [MB]"""
    try:
        return int((PROC / str(pid) / "statm").read_text(encoding="ascii").split()[1]) * PAGE / MB
    except (OSError, IndexError):
        return 0.0


def open_files(pid: int) -> int:
    """Count the open files of a process. [1]"""
    try:
        return len(os.listdir(PROC / str(pid) / "fd"))  # noqa: PTH208 - names are enough
    except OSError:
        return 0


def _fields(pid: int) -> list[str]:
    """Return the fields of a process from its state on; none for one that has ended."""
    try:
        return (PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []
