"""Backup and restore: runs in one tar file, each of whose files is compared with its record before it is published."""

import io
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import IO

from twin.errors import ContractError, RunError, UsageError, printable
from twin.store import owner
from twin.store.content import content, wrong_in
from twin.store.files import Files, fresh, told
from twin.store.hashing import sha256_of
from twin.store.intents import OTHER, begun, intent
from twin.store.naming import (
    EXECUTIONS,
    LAST,
    ExecutionFile,
    asked_run_id,
    commit_key,
    execution_key,
    execution_of,
    table_key,
)
from twin.store.publishing import Prepared, is_published, publish, settle
from twin.store.record import Entry, Record, entries, read_record, unsealed
from twin.store.retiring import executions
from twin.store.staging import Staging
from twin.tables import TABLES

_LARGEST_RECORD = 1 << 20  # byte
_PIECE = 1 << 20  # byte


def backup(files: Files, target: Path, runs: Iterable[str]) -> int:
    """Write runs into a tar file; return how many bytes of tables it holds. [byte]

    Args:
        files: The store's files.
        target: The file; it must not be there yet.
        runs: Ids of the runs.

    Raises:
        UsageError: The file is there already, or a run is not.
        ContractError: A file of a run is damaged; nothing is left of the archive.
    """
    beside = target.with_name(f"{target.name}-{owner.scrap()}")
    if target.exists():
        raise UsageError(f"{target}: stands there already. Name another file.")
    try:
        with told(files.address):
            with tarfile.open(fresh(beside), "w", format=tarfile.PAX_FORMAT) as tar:
                size = sum(_backed_up(files, asked_run_id(run), tar) for run in runs)
            files.settle_files([beside])
            beside.rename(target)
    finally:
        beside.unlink(missing_ok=True)
    return size


def _backed_up(files: Files, run_id: str, tar: tarfile.TarFile) -> int:
    if not is_published(files, run_id):
        raise UsageError(f"store {files.address}: no run {run_id}. List them: twin store ls.")
    record = read_record(files, run_id)
    _add(tar, commit_key(run_id), files.read(commit_key(run_id)))
    paths = {
        table_key(name, run_id): files.checked(table_key(name, run_id), one.size, one.sha256)
        for name, one in entries(record).items()
    }
    first, more = record.get("execution_file"), executions(files, run_id)
    if first in more:
        _add(tar, first, files.read(first))
    for key, path in paths.items():
        tar.add(path, key, recursive=False, filter=_plain)
    for key in more:
        if key != first:
            _add(tar, key, files.read(key))
    return sum(path.stat().st_size for path in paths.values())


def _add(tar: tarfile.TarFile, key: str, data: bytes) -> None:
    member = _plain(tarfile.TarInfo(key))
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave out who made a file and when, so that equal stores give equal archives."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime, member.mode = 0, 0o640
    return member


def restore(files: Files, source: Path) -> dict[str, bool]:
    """Publish the runs of an archive; say for each whether it was not there already.

    Nothing is unpacked by its own name: a member is read only when its name is that of a file of a run, it is an
    ordinary file, and its record tells its size and hash.

    Raises:
        UsageError: There is no such archive, or it is none.
        ContractError: It holds something else than runs, or a file of it is damaged. Runs before it stay published.
    """
    with _opened(source) as tar:
        done: dict[str, bool] = {}
        record: Record = {}
        while (member := tar.next()) is not None:
            again = execution_of(member.name)
            if not _is_plain(member) or member.size > _LARGEST_RECORD:
                raise _refused(source, member.name, "a commit record is expected")
            data = _content(tar, member).read()
            if again is not None and again.run_id == record.get("run_id"):
                _restore_execution(files, source, again, data, record)
            else:
                record = _record(source, member.name, data)
                done[record["run_id"]] = _restored(files, source, tar, record)
    return done


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source, "r:") as tar:
            yield tar
    except FileNotFoundError:
        raise UsageError(f"{source}: no such file.") from None
    except (tarfile.TarError, EOFError) as error:
        raise ContractError(f"{source}: no whole archive of runs ({printable(error)}).") from None


def _record(source: Path, name: str, data: bytes) -> Record:
    try:
        record = unsealed(data)
    except ValueError as error:
        raise _refused(source, name, str(error)) from None
    if commit_key(record["run_id"]) != name or not {LAST} <= record["tables"].keys() <= TABLES.keys():
        raise _refused(source, name, "its tables are not those of a run")
    return record


def _restored(files: Files, source: Path, tar: tarfile.TarFile, record: Record) -> bool:
    """Publish the run whose record was just read; its files follow in the archive."""
    staging = Staging(files, record["run_id"], record["attempt"], record["encoding"])
    try:
        with told(files.address):
            found = entries(record)
            execution = record.get("execution_file")
            wanted = {table_key(name, record["run_id"]): name for name in found}
            wanted |= {} if execution is None else {execution: EXECUTIONS}
            taken = [_take(source, tar, wanted, record, staging.path) for _ in range(len(wanted))]
            for one in wrong_in(staging.path, taken, record):  # whoever made the record may have made the rest up
                raise _refused(source, table_key(one.table, record["run_id"]), one.what)
            files.settle_files(list(staging.path.glob("*.parquet")))
            prepared = Prepared(
                record["run_id"], record["attempt"], staging.path, list(found.values()), record, execution
            )
            return publish(files, prepared)
    finally:
        staging.abandon()


def _restore_execution(files: Files, source: Path, name: ExecutionFile, data: bytes, record: Record) -> None:
    """Publish a row of ``executions`` of the run before it: somebody computed that run once more."""
    sha = sha256(data).hexdigest()
    if not sha.startswith(name.sha):
        raise _refused(source, f"execution {name.attempt}", "its hash differs from its name")
    key = execution_key(name.run_id, name.attempt, sha)
    path = fresh(files.workspace / owner.scrap())
    try:
        with told(files.address):
            path.write_bytes(data)
            wrong = content(path, Entry(EXECUTIONS, 1, len(data), sha), record)
            if isinstance(wrong, str):
                raise _refused(source, f"execution {name.attempt}", wrong)
            files.settle_files([path])
            said = intent(begun(OTHER, name.run_id, name.attempt))
            with files.alone(name.run_id, said, partial(settle, files)):
                if is_published(files, name.run_id) and not files.exists(key):
                    files.put(path, key)
                    files.settle([key.rpartition("/")[0]])
    finally:
        path.unlink(missing_ok=True)


def _take(source: Path, tar: tarfile.TarFile, wanted: dict[str, str], record: Record, folder: Path) -> Entry:
    """Unpack the next member, which must be one of the run's files with the recorded size and hash."""
    member = tar.next()
    if member is None:
        raise _refused(source, next(iter(wanted)), "the archive ends before it")
    name = wanted.pop(member.name, None)
    if name is None or not _is_plain(member):
        raise _refused(source, member.name, "it is no file of the run before it")
    promised = _promised(member, name, record)
    if promised is None or promised.size != member.size:
        raise _refused(source, member.name, "its size differs from its record")
    path = fresh(folder / f"{name}.parquet")
    with path.open("wb") as file:
        content = _content(tar, member)
        while piece := content.read(_PIECE):
            file.write(piece)
    if not sha256_of(path).startswith(promised.sha256):
        raise _refused(source, member.name, "its hash differs from its record")
    return promised


def _promised(member: tarfile.TarInfo, name: str, record: Record) -> Entry | None:
    if name != EXECUTIONS:
        return entries(record)[name]
    named = execution_of(member.name)
    return None if named is None or member.size > _LARGEST_RECORD else Entry(name, 1, member.size, named.sha)


def _is_plain(member: tarfile.TarInfo) -> bool:
    """Say whether a member is an ordinary file, which takes no more room than it takes in the archive."""
    return member.isreg() and not member.issparse()


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(member)
    if content is None:
        raise RunError(f"{printable(member.name)}: has no content.")
    return content


def _refused(source: Path, name: str, why: str) -> ContractError:
    return ContractError(f"{source}: {printable(name)}: {why}. Nothing of that run was restored.")
