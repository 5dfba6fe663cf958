"""Backup and restore: runs in one tar file, each of whose files is compared with its record before it is published.

The first member lists the records and executions that must follow: a tar file says nothing where a part of it is gone.
"""

import tarfile
from collections.abc import Iterable
from functools import partial
from hashlib import sha256
from pathlib import Path

import pyarrow as pa

from twin.errors import ContractError, TwinError, printable
from twin.store import owner
from twin.store.beside import whole
from twin.store.content import Wrong, content, misnamed, wrong_in
from twin.store.files import Files, damaged, fresh, told
from twin.store.hashing import sha256_of
from twin.store.intents import OTHER, begun, intent
from twin.store.members import (
    add,
    add_list,
    following,
    is_list,
    is_plain,
    lacking,
    listed_in,
    opened,
    pieces,
    plain,
    refused,
    small,
)
from twin.store.naming import (
    EXECUTIONS,
    LAST,
    SUFFIX,
    TABLES_FOLDER,
    ExecutionFile,
    asked_run_id,
    commit_key,
    execution_key,
    execution_of,
    no_run,
    table_key,
)
from twin.store.publishing import Prepared, is_published, publish, settle
from twin.store.record import Entry, Record, entries, read_record, unsealed
from twin.store.retiring import executions
from twin.store.staging import Staging
from twin.tables import TABLES

_LARGEST_RECORD = 1 << 20  # byte


def backup(files: Files, target: Path, runs: Iterable[str]) -> int:
    """Write runs into a tar file; return how many bytes of tables it holds. [byte]

    Args:
        files: The store's files.
        target: The file; it must not be there yet.
        runs: Ids of the runs.

    Raises:
        UsageError: The file is there already or cannot be written, or a run is not there.
        ContractError: A file of a run is damaged or gone; nothing is left of the archive.
        RunError: The disk is full; nothing is left of the archive.
    """
    with whole(target) as beside:
        with tarfile.open(beside, "w", format=tarfile.PAX_FORMAT) as tar:
            with told(files.address):
                chosen = {run: _executed(files, asked_run_id(run)) for run in runs}
            follow = [key for run, more in chosen.items() for key in (commit_key(run), *more)]
            add_list(tar, follow)
            size = sum(_backed_up(files, run, more, tar) for run, more in chosen.items())
        files.settle_files([beside])
    return size


def _executed(files: Files, run_id: str) -> list[str]:
    """List the executions of a run, the one that published it first."""
    if not is_published(files, run_id):
        known = (one.name.removesuffix(SUFFIX) for one in files.listed(f"{TABLES_FOLDER}/{LAST}"))
        raise no_run(files.address, run_id, {*known} - {run_id})
    first, found = read_record(files, run_id).get("execution_file"), executions(files, run_id)
    if first is not None and first not in found:
        raise damaged(files.address, first, "it is gone")
    return sorted(found, key=lambda key: (key != first, key))


def _backed_up(files: Files, run_id: str, executed: Iterable[str], tar: tarfile.TarFile) -> int:
    with told(files.address):
        record, said = read_record(files, run_id), files.read(commit_key(run_id))
        paths = {
            table_key(name, run_id): files.checked(table_key(name, run_id), one.size, one.sha256)
            for name, one in entries(record).items()
        }
        rows = {key: _execution(files, key) for key in executed}
    add(tar, commit_key(run_id), said)
    for key, path in paths.items():
        tar.add(path, key, recursive=False, filter=plain)
    for key, data in rows.items():
        add(tar, key, data)
    return sum(path.stat().st_size for path in paths.values())


def _execution(files: Files, key: str) -> bytes:
    name, data = execution_of(key), files.read(key)
    if name is None or not sha256(data).hexdigest().startswith(name.sha):
        raise damaged(files.address, key, "its hash differs from its name")
    return data


def restore(files: Files, source: Path) -> dict[str, bool]:
    """Publish the runs of an archive; say for each whether it was not there already.

    Nothing is unpacked by its own name: a member is read only when its name is that of a file of a run, it is an
    ordinary file, and its record tells its size and hash.

    Raises:
        UsageError: There is no such archive, or it is not accessible.
        ContractError: It holds something else than runs, a file of it is damaged, or not all of it is there. Runs
            that were whole stay published.
        RunError: This machine lacks what reading it takes, which says nothing about it. Such runs stay as well.
    """
    listed = listed_in(source)
    with opened(source) as tar:
        done: dict[str, bool] = {}
        came: set[str] = set()
        record: Record = {}
        while (member := following(source, tar)) is not None:
            if is_list(member) and listed is not None and member.offset == 0:
                continue
            again, data = execution_of(member.name), small(source, tar, member, _LARGEST_RECORD)
            if again is not None and again.run_id == record.get("run_id"):
                _restore_execution(files, source, again, data, record)
            else:
                record = _record(source, member.name, data)
                done[record["run_id"]] = _restored(files, source, tar, record)
                came |= {record.get("execution_file") or member.name}
            came.add(member.name)
    odd = sorted(came ^ (came if listed is None else listed))
    if odd:
        raise ContractError(
            f"{source}: not the whole archive: {len(odd)} files differ from its list, {printable(odd[0], 200)} is "
            f"the first. {len(done)} runs were whole and are here. Take another copy of it."
        )
    return done


def _record(source: Path, name: str, data: bytes) -> Record:
    try:
        record = unsealed(data)
    except ValueError as error:
        raise refused(source, name, str(error)) from None
    if commit_key(record["run_id"]) != name or not {LAST} <= record["tables"].keys() <= TABLES.keys():
        raise refused(source, name, "its tables are not those of a run")
    return record


def _restored(files: Files, source: Path, tar: tarfile.TarFile, record: Record) -> bool:
    """Publish the run whose record was just read; its files follow in the archive.

    They lie in a folder of this process: two may restore the same run. Who dies at it is not finished but taken back.
    """
    staging = Staging(files, record["run_id"], owner.attempt(), record["encoding"])
    try:
        with told(files.address):
            found = entries(record)
            execution = record.get("execution_file")
            wanted = {table_key(name, record["run_id"]): name for name in found}
            wanted |= {} if execution is None else {execution: EXECUTIONS}
            taken = [_take(source, tar, wanted, record, staging.path) for _ in range(len(wanted))]
            wrong = wrong_in(staging.path, taken, record)  # whoever made the record may have made the rest up
            for table, one in sorted(wrong, key=lambda found: found[1].unread):
                raise _refused(source, table_key(table, record["run_id"]), one)
            if is_published(files, record["run_id"]):
                return False
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
        raise refused(source, f"execution {name.attempt}", "its hash differs from its name")
    key = execution_key(name.run_id, name.attempt, sha)
    path = files.workspace / owner.scrap()
    try:
        with told(files.address):
            fresh(path).write_bytes(data)
            found = content(path, Entry(EXECUTIONS, 1, len(data), sha), record)
            wrong = Wrong(misnamed(found, name)) if isinstance(found, pa.Table) else found
            if wrong is not None and wrong.what:
                raise _refused(source, f"execution {name.attempt}", wrong)
            files.settle_files([path])
            said = intent(begun(OTHER, name.run_id, name.attempt))
            with files.alone(name.run_id, said, partial(settle, files)):
                if is_published(files, name.run_id) and not _is_executed(files, source, name):
                    files.put(path, key)
                    files.settle([key.rpartition("/")[0]])
    finally:
        path.unlink(missing_ok=True)


def _refused(source: Path, name: str, wrong: Wrong) -> TwinError:
    return (lacking if wrong.unread else refused)(source, name, wrong.what)


def _is_executed(files: Files, source: Path, name: ExecutionFile) -> bool:
    """Say whether an execution stands there already."""
    there = {one.attempt: one for one in map(execution_of, executions(files, name.run_id)) if one is not None}
    if there.get(name.attempt, name) != name:
        raise refused(source, f"execution {name.attempt}", "another row of it is here already")
    return name.attempt in there


def _take(source: Path, tar: tarfile.TarFile, wanted: dict[str, str], record: Record, folder: Path) -> Entry:
    """Unpack the next member, which must be one of the run's files with the recorded size and hash."""
    member = following(source, tar)
    if member is None:
        raise refused(source, next(iter(wanted)), "the archive ends before it")
    name = wanted.pop(member.name, None)
    if name is None or not is_plain(member):
        raise refused(source, member.name, "it is no file of the run before it")
    promised = _promised(member, name, record)
    if promised is None or promised.size != member.size:
        raise refused(source, member.name, "its size differs from its record")
    path = fresh(folder / f"{name}.parquet")
    with path.open("wb") as file:
        for piece in pieces(source, tar, member):
            file.write(piece)
    if not sha256_of(path).startswith(promised.sha256):
        raise refused(source, member.name, "its hash differs from its record")
    return promised


def _promised(member: tarfile.TarInfo, name: str, record: Record) -> Entry | None:
    if name != EXECUTIONS:
        return entries(record)[name]
    named = execution_of(member.name)
    return None if named is None or member.size > _LARGEST_RECORD else Entry(name, 1, member.size, named.sha)
