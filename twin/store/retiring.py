"""Retiring: a run goes out of sight at once, its data some time later, and a tombstone stays."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from math import inf
from typing import Any

from twin.errors import UsageError
from twin.store.files import Files, first_line
from twin.store.intents import OTHER, RETIRE, begun, intent
from twin.store.naming import (
    EXECUTIONS,
    RETIRED,
    TABLES_FOLDER,
    commit_key,
    execution_of,
    hidden_key,
    is_run_id,
    table_key,
    tombstone_key,
)
from twin.store.publishing import hide, is_published, settle
from twin.store.record import Record, found_record, found_tombstone, read_record, sealed

KEEP = 3600.0  # s; for so long the data of a retired run stay, for readers who have just looked


def retire(files: Files, run_id: str, reason: str) -> bool:
    """Take a run out of sight, and leave a tombstone; say whether it was there.

    A snapshot that was opened before goes on reading; ``clear`` removes the data after its patience.

    Raises:
        UsageError: A newer version wrote the run.
        ContractError: Its commit record is damaged.
    """
    if not is_published(files, run_id):
        return False
    try:
        attempt = read_record(files, run_id)["attempt"]
    except FileNotFoundError:
        return False
    one = begun(RETIRE, run_id, attempt)
    with files.alone(run_id, intent(one), partial(settle, files)):
        record = found_record(files, run_id)
        if record is None or record["attempt"] != attempt or not is_published(files, run_id):
            return False  # somebody else was quicker
        grave = {**record, "retired_utc": _now(), "reason": reason, "cleared_utc": None, "token": one.token}
        files.write(sealed(grave), tombstone_key(run_id))
        hide(files, run_id, attempt)
    return True


def clear(files: Files, keep: float = KEEP, tell: Callable[[str], None] = lambda _: None) -> list[str]:
    """Remove the data of runs that were retired long enough ago; return their ids.

    Args:
        files: The store's files.
        keep: For how long they stay. [s]
        tell: Told of each tombstone that this machine cannot read just now; its data stay.
    """
    done = []
    for run_id, tombstone in tombstones(files, tell):
        if tombstone["cleared_utc"] is None and _age(tombstone["retired_utc"]) >= keep:
            said = intent(begun(OTHER, run_id, tombstone["attempt"]))
            with files.alone(run_id, said, partial(settle, files)):
                if _clear(files, run_id):
                    done.append(run_id)
    return done


def _clear(files: Files, run_id: str) -> bool:
    tombstone = found_tombstone(files, run_id)
    if tombstone is None or tombstone["cleared_utc"] is not None:
        return False
    back = files.exists(commit_key(run_id))  # it was computed and published once more
    if not back:
        for name in tombstone["tables"]:
            files.remove(table_key(name, run_id))
        for key in executions(files, run_id):
            files.remove(key)
        files.settle(f"{TABLES_FOLDER}/{name}" for name in [*tombstone["tables"], EXECUTIONS])
    files.remove(hidden_key(run_id))
    files.write(sealed({**tombstone, "cleared_utc": _now()}), tombstone_key(run_id))
    return not back


def executions(files: Files, run_id: str) -> list[str]:
    """List the files of ``executions`` that belong to a run."""
    found = [(one.key, execution_of(one.key)) for one in files.listed(f"{TABLES_FOLDER}/{EXECUTIONS}")]
    return [key for key, name in found if name is not None and name.run_id == run_id]


def tombstones(files: Files, tell: Callable[[str], None] = lambda _: None) -> list[tuple[str, Record]]:
    """List what is kept of retired runs; a damaged tombstone is left to ``twin verify``.

    Args:
        files: The store's files.
        tell: Told of each tombstone that this machine cannot read just now; its run stays as it is.
    """
    names = [one.name.removesuffix(".json") for one in files.listed(RETIRED) if one.name.endswith(".json")]
    found = []
    for name in filter(is_run_id, names):
        try:
            record = found_tombstone(files, name)
        except (OSError, MemoryError) as error:
            tell(f"store {files.address}: {tombstone_key(name)} is unread ({first_line(error)}), so it is left out.")
        else:
            found += [] if record is None else [(name, record)]
    return found


def outdated(
    records: Iterable[tuple[str, Record]], *, older: float | None = None, most: int | None = None
) -> list[str]:
    """Return the runs that a rule of retention takes: those beyond an age, and the oldest beyond a count.

    Args:
        records: Runs with their commit records.
        older: Age from which a run goes. [s]
        most: How many runs may stay. [1]

    Raises:
        UsageError: The rule makes no sense.
    """
    if most is not None and most < 0:
        raise UsageError(f"--keep {most}: use 0 or more runs.")
    if older is not None and not 0.0 < older < inf:
        raise UsageError(f"an age of {older:g} s would take every run or none. Use a number above 0.")
    newest = sorted(records, key=lambda one: (one[1]["published_utc"], one[0]), reverse=True)
    gone = set() if most is None else {run_id for run_id, _ in newest[most:]}
    if older is not None:
        gone |= {run_id for run_id, record in newest if _age(record["published_utc"]) >= older}
    return sorted(gone)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _age(moment: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()


def described(record: Record) -> dict[str, Any]:
    """Return what a list of runs shows of one."""
    facts: dict[str, Any] = record["run"]
    return {
        "run_id": record["run_id"], "published_utc": record["published_utc"], "scenario": facts.get("scenario"),
        "seed": facts.get("seed"), "replications": facts.get("replications"),
        "days": float(facts.get("horizon_s") or 0.0) / 86400.0, "encoding": record["encoding"],
        "bytes": sum(int(one["bytes"]) for one in record["tables"].values()), "question": facts.get("question"),
    }  # fmt: skip
