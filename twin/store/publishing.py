"""Publishing: data files, the commit record, the run's row of the catalogue; and what a crash left of that."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from twin.store.files import Files
from twin.store.intents import PUBLISH, RETIRE, Intent, begun, intent, read_intent
from twin.store.naming import COMMITS, EXECUTIONS, LAST, TABLES_FOLDER, attempt_name, commit_key, table_key
from twin.store.record import Entry, found_record, found_tombstone, sealed


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


def publish(files: Files, run: Prepared) -> bool:
    """Publish a prepared run; say whether it was not there already.

    Raises:
        OSError: The place refused something; then nothing of the run is left there.
    """
    names = tuple(entry.table for entry in run.entries if entry.table != LAST)
    said = intent(begun(PUBLISH, run.run_id, run.attempt, names, run.execution))
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


def settle(files: Files, run_id: str, said: bytes, *, forward: bool) -> bool:
    """Bring what an intent began to its end, or take it back; say whether it was one that can be obeyed.

    Args:
        files: The store's files.
        run_id: The run under whose name the intent stands.
        said: The intent.
        forward: Whether a run that is decided may be finished; no when its publisher is told that it failed.
    """
    one = read_intent(run_id, said)
    if one is None:
        return False
    if one.kind == PUBLISH:
        _settle_publishing(files, one, forward=forward)
    elif one.kind == RETIRE:
        tombstone = found_tombstone(files, run_id)
        if tombstone is not None and tombstone["cleared_utc"] is None and tombstone.get("token", "") == one.token:
            hide(files, run_id, one.attempt)
    return True


def _settle_publishing(files: Files, one: Intent, *, forward: bool) -> None:
    record = found_record(files, one.run_id)
    if record is None:
        if not files.exists(commit_key(one.run_id)):
            _take_back(files, one)
        return
    if record["attempt"] != one.attempt:
        return  # another attempt was first, and all files are its own
    if not forward:
        _take_back(files, one)
    elif not files.exists(table_key(LAST, one.run_id)):
        _finish(files, one)


def _finish(files: Files, one: Intent) -> None:
    """Publish what is missing after the commit record; where that is lost, take the run back."""
    folder = files.workspace / attempt_name(one.run_id, one.attempt)
    if not (folder / f"{LAST}.parquet").is_file():
        _take_back(files, one)
        return
    if one.execution is not None and (folder / f"{EXECUTIONS}.parquet").is_file():
        files.put(folder / f"{EXECUTIONS}.parquet", one.execution)
    files.put(folder / f"{LAST}.parquet", table_key(LAST, one.run_id))
    files.settle([f"{TABLES_FOLDER}/{EXECUTIONS}", f"{TABLES_FOLDER}/{LAST}"])


def _take_back(files: Files, one: Intent) -> None:
    files.remove(table_key(LAST, one.run_id))
    files.remove(commit_key(one.run_id))
    for name in one.tables:
        files.remove(table_key(name, one.run_id))
    if one.execution is not None:
        files.remove(one.execution)


def hide(files: Files, run_id: str, attempt: str) -> None:
    """Take a run out of sight: its row of the catalogue first, then its commit record; its data stay for now."""
    record = found_record(files, run_id)
    if record is not None and record["attempt"] != attempt:
        return  # it was published once more
    files.remove(table_key(LAST, run_id))
    files.settle([f"{TABLES_FOLDER}/{LAST}"])
    if record is not None:
        files.remove(commit_key(run_id))
        files.settle([COMMITS])
