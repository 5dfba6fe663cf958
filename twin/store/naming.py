"""Names of runs, and the keys under which their files stand in a store: the same on a disk and in a bucket."""

import re
from collections.abc import Collection
from typing import NamedTuple

from twin.errors import UsageError, nearest, printable

RUN_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")
ATTEMPT = re.compile(r"[0-9a-f]+-[0-9a-f]+")
TABLE = re.compile(r"[a-z][a-z0-9_]{0,99}")
_EXECUTION = re.compile(r"(?P<run>.+)\.(?P<attempt>[0-9a-f]+-[0-9a-f]+)\.(?P<sha>[0-9a-f]{16})\.parquet")

TABLES_FOLDER = "tables"
COMMITS = "commits"
RETIRED = "retired"
STAGING = "_staging"
QUARANTINE = "quarantine"
LINEAGE = "lineage"
STRAYS = "strays"
EXECUTIONS = "executions"
LAST = "runs"
SUFFIX = ".parquet"


def is_run_id(name: str) -> bool:
    """Say whether a run may have this name.

    >>> is_run_id("baseline-3f9c2a7b51e0"), is_run_id("../up"), is_run_id("a..b")
    (True, False, False)
    """
    return RUN_ID.fullmatch(name) is not None and ".." not in name


def checked_run_id(run_id: str) -> str:
    """Return a run id that can be a file name everywhere.

    Raises:
        ValueError: It cannot; the message says what a name may hold.

    >>> checked_run_id("baseline-3f9c2a7b51e0")
    'baseline-3f9c2a7b51e0'
    """
    if not is_run_id(run_id):
        raise ValueError("use small letters, digits, '-', '_' and '.', at most 100 of them, a letter or digit first")
    return run_id


def asked_run_id(run_id: str) -> str:
    """Return a run id that somebody typed.

    Raises:
        UsageError: It cannot be one.
    """
    try:
        return checked_run_id(run_id)
    except ValueError as error:
        raise UsageError(f"run id {printable(run_id)!r}: {error}.") from None


def no_run(address: str, run_id: str, known: Collection[str]) -> UsageError:
    """Return the error of a run that is not in a store: a few names like it, and how many there are.

    >>> str(no_run("s", "toy-2", ["toy-1", "other-1"]))
    'store s: no run toy-2. Did you mean toy-1? Of the 2 that are there: twin store ls.'
    """
    there = f"Of the {len(known)} that are there: twin store ls." if known else "There is none yet: twin run baseline."
    return UsageError(f"store {address}: no run {printable(run_id)}.{nearest(run_id, known)} {there}")


class ExecutionFile(NamedTuple):
    """What the name of a file of the table ``executions`` says.

    Attributes:
        run_id: Run that was executed.
        attempt: Which execution of it.
        sha: First 16 digits of the file's SHA-256: such a file has no commit record that could hold its hash.
    """

    run_id: str
    attempt: str
    sha: str


def execution_file(name: str) -> ExecutionFile | None:
    """Read the name of a file of ``executions``; None where it is none.

    >>> execution_file("toy-1.5a-6b.0123456789abcdef.parquet").run_id
    'toy-1'
    """
    found = _EXECUTION.fullmatch(name)
    return None if found is None else ExecutionFile(found["run"], found["attempt"], found["sha"])


def execution_of(key: str) -> ExecutionFile | None:
    """Read the key of a file of ``executions``; None where it is none, or would stand elsewhere.

    >>> execution_of("tables/lots/toy-1.5a-6b.0123456789abcdef.parquet") is None
    True
    """
    folder, _, name = key.rpartition("/")
    found = execution_file(name) if folder == f"{TABLES_FOLDER}/{EXECUTIONS}" else None
    return None if found is None or not is_run_id(found.run_id) else found


def table_key(name: str, run_id: str) -> str:
    """Return the key of one table of one run."""
    return f"{TABLES_FOLDER}/{name}/{run_id}{SUFFIX}"


def execution_key(run_id: str, attempt: str, sha256: str) -> str:
    """Return the key of one row of ``executions``."""
    return f"{TABLES_FOLDER}/{EXECUTIONS}/{run_id}.{attempt}.{sha256[:16]}{SUFFIX}"


def commit_key(run_id: str) -> str:
    """Return the key of the commit record of a run."""
    return f"{COMMITS}/{run_id}.json"


def tombstone_key(run_id: str) -> str:
    """Return the key of what is kept of a retired run."""
    return f"{RETIRED}/{run_id}.json"


def hidden_key(run_id: str) -> str:
    """Return the key under which the row of ``runs`` of a retired run stays for a while."""
    return f"{RETIRED}/{run_id}{SUFFIX}"


def attempt_name(run_id: str, attempt: str) -> str:
    """Return the name of the folder in which an attempt is prepared."""
    return f"{run_id}.{attempt}"


def aside_key(key: str) -> str:
    """Return the key under which a file is kept that belongs to nothing."""
    return f"{QUARANTINE}/{STRAYS}/{key}"


def intent_key(run_id: str) -> str:
    """Return the key under which somebody says that a run is being changed."""
    return f"{STAGING}/{run_id}.intent"
