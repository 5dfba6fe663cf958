"""Publishing: data files, the commit record, the run's row of the catalogue; and what a crash left of a change."""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from twin.store.files import Files
from twin.store.intents import ASIDE, PUBLISH, RETIRE, Intent, begun, intent, read_intent
from twin.store.naming import (
    COMMITS,
    EXECUTIONS,
    LAST,
    QUARANTINE,
    TABLES_FOLDER,
    attempt_name,
    commit_key,
    execution_of,
    hidden_key,
    table_key,
)
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
    _put_half_aside(files, run.run_id)
    try:
        with files.alone(run.run_id, said, partial(settle, files)):
            return _published(files, run, names)
    except OSError:
        record = found_record(files, run.run_id)
        if record is None or record["attempt"] != run.attempt or not is_published(files, run.run_id):
            raise
    return True  # what went wrong came after it was done, and others may have seen it


def _published(files: Files, run: Prepared, names: Iterable[str]) -> bool:
    if is_published(files, run.run_id):
        return False
    for name in names:
        files.put(run.file(name), table_key(name, run.run_id))
    files.settle(f"{TABLES_FOLDER}/{name}" for name in names)
    if not files.create(sealed(run.record), commit_key(run.run_id)):
        return False
    if run.execution is not None:
        files.put(run.file(EXECUTIONS), run.execution)
    files.put(run.file(LAST), table_key(LAST, run.run_id))
    try:
        files.settle([f"{TABLES_FOLDER}/{EXECUTIONS}", f"{TABLES_FOLDER}/{LAST}"])
    except OSError:
        files.remove(table_key(LAST, run.run_id))  # it may not survive a power cut, so it is not published
        raise
    return True


def _put_half_aside(files: Files, run_id: str) -> None:
    """Put aside a run that a hand has half taken away: it is not seen, or not to be trusted, and would bar the way."""
    if _is_half_there(files, run_id):
        with files.alone(run_id, intent(begun(ASIDE, run_id, "")), partial(settle, files)):
            if _is_half_there(files, run_id):
                put_aside(files, run_id)


def _is_half_there(files: Files, run_id: str) -> bool:
    return files.exists(table_key(LAST, run_id)) != files.exists(commit_key(run_id))


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
    elif one.kind == ASIDE:
        _settle_aside(files, run_id)
    return True


def _settle_publishing(files: Files, one: Intent, *, forward: bool) -> None:
    record = found_record(files, one.run_id)
    if record is None:
        if not files.exists(commit_key(one.run_id)):
            _take_back(files, one)
        return
    if record["attempt"] != one.attempt:
        return  # another attempt was first, and all files are its own
    if files.exists(table_key(LAST, one.run_id)):
        return  # others may have seen it: it is done, whatever its publisher ran into afterwards
    if forward:
        _finish(files, one)
    else:
        _take_back(files, one)


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
    """Take a run out of sight: its row of the catalogue first, then its commit record.

    Its data stay for now, and so does the row, elsewhere: a snapshot that was opened before goes on reading.
    """
    record = found_record(files, run_id)
    if record is not None and record["attempt"] != attempt:
        return  # it was published once more
    if files.exists(table_key(LAST, run_id)):
        files.move(table_key(LAST, run_id), hidden_key(run_id))
        files.settle([f"{TABLES_FOLDER}/{LAST}"])
    if record is not None:
        files.remove(commit_key(run_id))
        files.settle([COMMITS])


def put_aside(files: Files, run_id: str) -> list[str]:
    """Move a whole run out of the tables: its row of the catalogue, its commit record, its data; return the keys."""
    first = [table_key(LAST, run_id), commit_key(run_id)]
    rest = [one.key for one in files.listed(TABLES_FOLDER) if one.key not in first and _is_of(one.key, run_id)]
    moved = [key for key in [*first, *rest] if files.exists(key)]
    for key in moved:
        files.move(key, f"{QUARANTINE}/{run_id}/{key}")
    files.settle(sorted({key.rpartition("/")[0] for key in moved}))
    return moved


def _settle_aside(files: Files, run_id: str) -> None:
    """Move the rest of a run of which something was moved; where nothing was, it stays as it is."""
    row, record = (files.exists(key) for key in (table_key(LAST, run_id), commit_key(run_id)))
    tombstone = found_tombstone(files, run_id)
    retired = tombstone is not None and tombstone["cleared_utc"] is None
    if row != record or not (row or retired):
        put_aside(files, run_id)


def _is_of(key: str, run_id: str) -> bool:
    execution = execution_of(key)
    return key.endswith(f"/{run_id}.parquet") if execution is None else execution.run_id == run_id
