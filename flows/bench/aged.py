"""The shipped retention at work: a server's database made old, and what is left of it when the server starts again."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from flows.bench import processes
from flows.database import NAME
from flows.safety import DAY, RETENTION

KEPT = int(RETENTION["PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD"]) // DAY  # d that a run stays
HEARD = int(RETENTION["PREFECT_SERVER_EVENTS_RETENTION_PERIOD"].strip("PD"))  # d that an event stays
TABLES = {  # that grow with each run: what says how old a row is
    "flow_run": "created", "flow_run_state": "created", "task_run": "created", "task_run_state": "created",
    "artifact": "created", "log": "created", "events": "occurred", "event_resources": "occurred",
}  # fmt: skip
ASKED = {"flow_run": "end_time"}  # what retention asks for where that is something else
EMPTY = 16.0  # MB that a database without runs may take; it begins with 6, most of that its log of writes
EACH = 0.6  # MB that a run may take; it took 0.3


def rows(home: Path) -> dict[str, int]:
    """Count the rows of the tables that grow with each run."""
    return {name: _number(home, f"select count(*) from {name}") for name in TABLES}  # noqa: S608 - our own names


def outlived(home: Path) -> dict[str, int]:
    """Count the rows that are older than the shipped retention lets them get."""
    return {name: _number(home, _too_old(name)) for name in TABLES}


def make_old(home: Path, days: int) -> None:
    """Move everything that has happened into the past; no server may run.

    Args:
        home: Folder of the database.
        days: How far. [d]
    """
    with closing(sqlite3.connect(home / NAME, timeout=30.0)) as base, base:
        for name, column in [*TABLES.items(), *ASKED.items()]:
            when = _moment(f"{column}, '-{days:d} days'")
            base.execute(f"update {name} set {column} = {when} where {column} is not null")  # noqa: S608 - our own names


def in_use(home: Path) -> float:
    """Return how much of the database file holds something; the rest is free for what comes. [MB]"""
    free, pages, size = (_number(home, f"pragma {name}") for name in ("freelist_count", "page_count", "page_size"))
    return (pages - free) * size / processes.MB


def bound(runs: int) -> float:
    """Return what the database may take, its log of writes included. [MB]

    Args:
        runs: Runs that it keeps. [1]
    """
    return EMPTY + EACH * runs


def too_large(what: str, size: float, runs: int) -> list[str]:
    """Say that something takes more than it may; nothing where it does not.

    Args:
        what: What it is.
        size: What it takes. [MB]
        runs: Runs that the database keeps. [1]

    >>> too_large("the database", 20.0, 10), too_large("the database", 30.0, 10)
    ([], ['the database takes 30.0 MB, more than the 22.0 MB that it may with 10 runs'])
    """
    if size <= bound(runs):
        return []
    return [f"{what} takes {size:.1f} MB, more than the {bound(runs):.1f} MB that it may with {runs} runs"]


def told(counts: Mapping[str, int]) -> str:
    """Return counts of rows as text."""
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _too_old(table: str) -> str:
    """Return the question how many rows of a table have outlived the retention, in SQL."""
    column = TABLES[table]
    kept = HEARD if column == "occurred" else KEPT
    before = _moment(f"'now', '-{kept:d} days'")
    return f"select count(*) from {table} where {column} < {before}"  # noqa: S608 - our own names


def _moment(of: str) -> str:
    """Return a moment in SQL as Prefect writes it down."""
    return f"strftime('%Y-%m-%d %H:%M:%f000', {of})"


def _number(home: Path, asked: str) -> int:
    with closing(sqlite3.connect(f"file:{home / NAME}?mode=ro", uri=True, timeout=30.0)) as base:
        return int(base.execute(asked).fetchone()[0])
