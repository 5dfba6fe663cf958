"""Publishing: data files, the commit record, the run's row of the catalogue; and what a crash left of that."""

import json
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from twin.store import owner
from twin.store.files import Files
from twin.store.naming import COMMITS, EXECUTIONS, LAST, TABLES_FOLDER, commit_key, table_key, tombstone_key
from twin.store.record import Entry, found_record, sealed

PUBLISH, RETIRE, OTHER = "publish", "retire", "other"


class Prepared(NamedTuple):
    """A run whose files lie finished in a local folder.

    Attributes:
        run_id: Its id.
        attempt: Which attempt.
        folder: Where the files lie, each under the name of its table.
        entries: The files.
        record: Its commit record.
        execution: Key of its row of ``executions``, None where there is none.
    """

    run_id: str
    attempt: str
    folder: Path
    entries: list[Entry]
    record: Mapping[str, Any]
    execution: str | None

    def file(self, name: str) -> Path:
        """Return the finished file of a table."""
        return self.folder / f"{name}.parquet"


def is_published(files: Files, run_id: str) -> bool:
    """Say whether a run is finished: its row of the catalogue comes last and goes first."""
    return files.exists(table_key(LAST, run_id)) and files.exists(commit_key(run_id))


def intent(kind: str, run_id: str, attempt: str, **more: object) -> bytes:
    """Return what somebody says before a run is changed, for whoever finds it half done."""
    return json.dumps({"kind": kind, "run_id": run_id, "attempt": attempt, "owner": owner.card(), **more}).encode()


def publish(files: Files, run: Prepared) -> bool:
    """Publish a prepared run; say whether it was not there already.

    Raises:
        OSError: The place refused something; then nothing of the run is left there.
    """
    names = [entry.table for entry in run.entries if entry.table != LAST]
    said = intent(
        PUBLISH, run.run_id, run.attempt, tables=names, folder=str(run.folder), execution=run.execution
    )  # fmt: skip
    with files.alone(run.run_id, said, partial(settle, files)):
        if files.exists(commit_key(run.run_id)):
            return False
        for name in names:
            files.put(run.file(name), table_key(name, run.run_id))
        files.settle(f"{TABLES_FOLDER}/{name}" for name in names)
        if not files.create(sealed(run.record), commit_key(run.run_id)):
            return False
        if run.execution is not None:
            files.put(run.file(EXECUTIONS), run.execution)
        files.put(run.file(LAST), table_key(LAST, run.run_id))
        files.settle([f"{TABLES_FOLDER}/{EXECUTIONS}", f"{TABLES_FOLDER}/{LAST}"])
    return True


def settle(files: Files, said: bytes, *, forward: bool) -> None:
    """Bring what an intent began to its end, or take it back.

    Args:
        files: The store's files.
        said: The intent.
        forward: Whether a run that is decided may be finished; no when its publisher is told that it failed.
    """
    try:
        one = json.loads(said)
        kind, run_id, attempt = one["kind"], str(one["run_id"]), str(one["attempt"])
    except (ValueError, KeyError, TypeError):
        return  # a process died over its first words, before it did anything
    if kind == PUBLISH:
        _settle_publishing(files, run_id, attempt, one, forward=forward)
    elif kind == RETIRE:
        tombstone = found_record(files, run_id, tombstone_key(run_id))
        if tombstone is not None and tombstone["attempt"] == attempt:
            hide(files, run_id, attempt)


def _settle_publishing(files: Files, run_id: str, attempt: str, one: Mapping[str, Any], *, forward: bool) -> None:
    record = found_record(files, run_id)
    if record is None:
        if not files.exists(commit_key(run_id)):
            _take_back(files, run_id, one)
        return
    if record["attempt"] != attempt:
        return  # another attempt was first, and all files are its own
    if not forward:
        files.remove(table_key(LAST, run_id))
        files.remove(commit_key(run_id))
        _take_back(files, run_id, one)
    elif not files.exists(table_key(LAST, run_id)):
        _finish(files, run_id, one)


def _finish(files: Files, run_id: str, one: Mapping[str, Any]) -> None:
    """Publish what is missing after the commit record; where that is lost, take the run back."""
    folder, execution = Path(one["folder"]), one.get("execution")
    if not (folder / f"{LAST}.parquet").is_file():
        files.remove(commit_key(run_id))
        _take_back(files, run_id, one)
        return
    if execution is not None and (folder / f"{EXECUTIONS}.parquet").is_file():
        files.put(folder / f"{EXECUTIONS}.parquet", execution)
    files.put(folder / f"{LAST}.parquet", table_key(LAST, run_id))
    files.settle([f"{TABLES_FOLDER}/{EXECUTIONS}", f"{TABLES_FOLDER}/{LAST}"])


def _take_back(files: Files, run_id: str, one: Mapping[str, Any]) -> None:
    names: Iterable[str] = one["tables"]
    for name in names:
        files.remove(table_key(name, run_id))
    if one.get("execution") is not None:
        files.remove(one["execution"])


def hide(files: Files, run_id: str, attempt: str) -> None:
    """Take a run out of sight: its row of the catalogue first, then its commit record; its data stay for now."""
    files.remove(table_key(LAST, run_id))
    files.settle([f"{TABLES_FOLDER}/{LAST}"])
    record = found_record(files, run_id)
    if record is not None and record["attempt"] == attempt:
        files.remove(commit_key(run_id))
        files.settle([COMMITS])
