"""The shipped retention at work: a server's database made old, and what is left of it when the server starts again."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path

TABLES = ("flow_run", "flow_run_state", "task_run", "task_run_state", "artifact", "log", "events", "event_resources")
OLD = {"flow_run": ("end_time",), "events": ("occurred",), "event_resources": ("occurred",)}  # what retention asks for


def rows(home: Path) -> dict[str, int]:
    """Count the rows of the tables that grow with each run."""
    with sqlite3.connect(f"file:{home / 'prefect.db'}?mode=ro", uri=True, timeout=30.0) as base:
        return {name: int(base.execute(f"select count(*) from {name}").fetchone()[0]) for name in TABLES}  # noqa: S608 - our own names


def make_old(home: Path, days: int) -> None:
    """Move everything that has happened into the past; no server may run.

    Args:
        home: Folder of the database.
        days: How far. [d]
    """
    with sqlite3.connect(home / "prefect.db", timeout=30.0) as base:
        for name, columns in OLD.items():
            for column in columns:
                when = f"strftime('%Y-%m-%d %H:%M:%f000', {column}, '-{days:d} days')"
                base.execute(f"update {name} set {column} = {when} where {column} is not null")  # noqa: S608 - as above


def free_share(home: Path) -> float:
    """Return the share of the database file that is free for what comes. [1]"""
    with sqlite3.connect(f"file:{home / 'prefect.db'}?mode=ro", uri=True, timeout=30.0) as base:
        free, pages = (int(base.execute(f"pragma {name}").fetchone()[0]) for name in ("freelist_count", "page_count"))
    return free / pages


def told(counts: Mapping[str, int]) -> str:
    """Return counts of rows as text."""
    return ", ".join(f"{name} {count}" for name, count in counts.items())
