"""Commit records: what a run consists of, with the hash of each file and of the record itself."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from twin.errors import ContractError, UsageError, printable
from twin.store.files import Files, damaged
from twin.store.naming import ATTEMPT, TABLE, commit_key, execution_of, is_run_id, table_key, tombstone_key
from twin.store.parquet import ENCODINGS
from twin.tables import CONTRACT_VERSION

FORMAT = 1
_NONSENSE = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
Record = dict[str, Any]


class NewerError(UsageError):
    """A newer version of filmtwin wrote it, which may well be good."""


class Entry(NamedTuple):
    """One finished file of a run.

    Attributes:
        table: Name of the table.
        rows: Rows in it. [1]
        size: Its length. [byte]
        sha256: Its hash.
    """

    table: str
    rows: int
    size: int
    sha256: str


def record_of(
    run_id: str, attempt: str, entries: Iterable[Entry], *, encoding: str, facts: Mapping[str, Any],
    execution: Mapping[str, Any], execution_file: str | None,
) -> Record:  # fmt: skip
    """Return the commit record of a run.

    Args:
        run_id: The run.
        attempt: Which attempt published it.
        entries: Its files.
        encoding: How they are encoded.
        facts: The run's row of the catalogue.
        execution: What is no function of plan, seed and code; stands here alone.
        execution_file: Key of the row of ``executions`` that came with it.
    """
    return {
        "format": FORMAT, "run_id": run_id, "attempt": attempt, "contract_version": CONTRACT_VERSION,
        "encoding": encoding, "sorted": True,  # and the footer of each file says by what
        "published_utc": datetime.now(UTC).isoformat(timespec="seconds"), "run": dict(facts),
        "tables": {
            entry.table: {
                "path": table_key(entry.table, run_id), "rows": entry.rows, "bytes": entry.size, "sha256": entry.sha256,
            }
            for entry in entries
        },
        "execution": dict(execution), "execution_file": execution_file,
    }  # fmt: skip


def sealed(record: Mapping[str, Any]) -> bytes:
    """Return a record as JSON that holds its own hash, so that an edited one is found."""
    plain = json.loads(json.dumps({name: one for name, one in record.items() if name != "seal"}, default=str))
    return (json.dumps({**plain, "seal": _seal(plain)}, indent=1) + "\n").encode()


def unsealed(data: bytes) -> Record:
    """Read a record.

    Raises:
        ValueError: It was edited or damaged; the message says why.
        NewerError: It was written by a newer version.
    """
    try:
        record = json.loads(data)
        seal, of = record.pop("seal"), int(record["format"])
        newer = of > FORMAT or _version(record)[:1] > _OURS[:1]
        newer = newer or (is_newer(record) and record.get("encoding") not in ENCODINGS)
        fits = seal == _seal(record)
    except _NONSENSE:
        raise ValueError("it is no commit record") from None
    if not fits:  # all formats are sealed alike, so that a damaged record never looks like a newer one
        raise ValueError("it was edited: its seal does not fit")
    if newer:
        raise NewerError(
            f"run {printable(record.get('run_id'))}: written with contract {printable(record['contract_version'])}, "
            f"this filmtwin reads up to {_OURS[0]}.x. Update filmtwin, or read another run."
        )
    return _known_shape(record)


def is_newer(record: Mapping[str, Any]) -> bool:
    """Say whether a later version of the contract wrote a run: it may have tables that are not known here."""
    return _version(record) > _OURS


def _version(record: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(int(number) for number in str(record["contract_version"]).split("."))


_OURS = _version({"contract_version": CONTRACT_VERSION})


def _known_shape(record: Record) -> Record:
    try:
        sizes = [number for one in entries(record).values() for number in (one.rows, one.size)]
        dated = _is_moment(record["published_utc"]) and record["encoding"] in ENCODINGS
        named = _are_names(record)
        float(record["run"].get("horizon_s") or 0.0)
    except _NONSENSE:
        raise ValueError("fields are missing") from None
    if not named:
        raise ValueError("a name in it is none")
    if not dated or min(sizes, default=0) < 0:
        raise ValueError("a value in it is none")
    return record


def _are_names(record: Record) -> bool:
    """Say whether the names in a record lead to files of its run, and nowhere else."""
    run_id, key = record["run_id"], record.get("execution_file")
    execution = None if key is None else execution_of(key)
    return (
        is_run_id(run_id) and ATTEMPT.fullmatch(record["attempt"]) is not None
        and all(TABLE.fullmatch(name) for name in record["tables"])
        and (key is None or (execution is not None and execution.run_id == run_id))
    )  # fmt: skip


def _is_moment(text: str) -> bool:
    """Say whether a text is a time with its zone."""
    return datetime.fromisoformat(text).tzinfo is not None


def _seal(record: Mapping[str, Any]) -> str:
    return sha256(json.dumps(record, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def entries(record: Mapping[str, Any]) -> dict[str, Entry]:
    """Return the files of a run by table."""
    return {
        name: Entry(name, int(one["rows"]), int(one["bytes"]), str(one["sha256"]))
        for name, one in record["tables"].items()
    }


def read_record(files: Files, run_id: str, key: str | None = None) -> Record:
    """Return the commit record of a run.

    Args:
        files: Where it stands.
        run_id: The run.
        key: Where it stands when not among the commits.

    Raises:
        FileNotFoundError: There is none.
        ContractError: It is damaged.
        NewerError: It was written by a newer version.
    """
    place = key or commit_key(run_id)
    try:
        record = unsealed(files.read(place))
    except ValueError as error:
        raise damaged(files.address, place, str(error)) from None
    if record["run_id"] != run_id:
        raise damaged(files.address, place, "it belongs to another run")
    return record


def read_tombstone(files: Files, run_id: str) -> Record:
    """Return what is kept of a retired run: its commit record, and when and why it went.

    Raises:
        FileNotFoundError: There is none.
        ContractError: It is damaged.
        NewerError: It was written by a newer version.
    """
    record = read_record(files, run_id, tombstone_key(run_id))
    try:
        cleared = record["cleared_utc"]
        dated = _is_moment(record["retired_utc"]) and (cleared is None or _is_moment(cleared))
    except _NONSENSE:
        dated = False
    if not dated:
        raise damaged(files.address, tombstone_key(run_id), "it is no tombstone")
    return record


def found_tombstone(files: Files, run_id: str) -> Record | None:
    """Return what is kept of a retired run, None where there is nothing that can be read."""
    try:
        return read_tombstone(files, run_id)
    except (FileNotFoundError, ContractError, NewerError):
        return None


def found_record(files: Files, run_id: str) -> Record | None:
    """Return the commit record of a run, None where there is none that can be read."""
    try:
        return read_record(files, run_id)
    except (FileNotFoundError, ContractError, NewerError):
        return None
