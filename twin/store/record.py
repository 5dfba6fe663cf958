"""Commit records: what a run consists of, with the hash of each file and of the record itself."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from twin.errors import ContractError, UsageError
from twin.store.files import Files, damaged
from twin.store.naming import RUN_ID, commit_key, table_key
from twin.tables import CONTRACT_VERSION

FORMAT = 1
Record = dict[str, Any]


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
        "encoding": encoding, "published_utc": datetime.now(UTC).isoformat(timespec="seconds"), "run": dict(facts),
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
        UsageError: It was written by a newer version.
    """
    try:
        record = json.loads(data)
        seal, of = record.pop("seal"), int(record["format"])
        version = str(record["contract_version"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ValueError("it is no commit record") from None
    if of > FORMAT or int(version.partition(".")[0]) > int(CONTRACT_VERSION.partition(".")[0]):
        raise UsageError(
            f"run {record.get('run_id')}: written with contract {version}, this filmtwin reads up to "
            f"{CONTRACT_VERSION.partition('.')[0]}.x. Update filmtwin, or read another run."
        )
    if seal != _seal(record):
        raise ValueError("it was edited: its seal does not fit")
    return _known_shape(record)


def _known_shape(record: Record) -> Record:
    try:
        entries(record)
        names = [str(record["run_id"]), *record["tables"]]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ValueError("fields are missing") from None
    if not all(RUN_ID.fullmatch(name) for name in names):
        raise ValueError("a name in it is none")
    return record


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
        UsageError: It was written by a newer version.
    """
    place = key or commit_key(run_id)
    try:
        record = unsealed(files.read(place))
    except ValueError as error:
        raise damaged(files.address, place, str(error)) from None
    if record["run_id"] != run_id:
        raise damaged(files.address, place, "it belongs to another run")
    return record


def found_record(files: Files, run_id: str, key: str | None = None) -> Record | None:
    """Return the commit record of a run, None where there is none that can be read."""
    try:
        return read_record(files, run_id, key)
    except (FileNotFoundError, ContractError, UsageError):
        return None
