"""The members of an archive: written so that equal stores give equal archives, read so that nothing goes unseen."""

import errno
import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from twin.errors import ContractError, RunError, UsageError, printable
from twin.store.files import first_line
from twin.store.naming import COMMITS

_LIST = "archive.json"
_PIECE = 1 << 20  # byte
_CLOSED = {errno.EACCES, errno.EPERM, errno.EISDIR, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}
_LARGEST_LIST = 1 << 26  # byte
_NONSENSE = (ValueError, OverflowError, RecursionError)  # what tarfile lets out of a header that says anything


def add_list(tar: tarfile.TarFile, members: Iterable[str]) -> None:
    """Write the first member: which records and executions follow."""
    add(tar, _LIST, json.dumps({"members": list(members)}, indent=1).encode())


def is_list(member: tarfile.TarInfo) -> bool:
    """Say whether a member is the list of the others."""
    return member.name == _LIST


def add(tar: tarfile.TarFile, key: str, data: bytes) -> None:
    """Write a small file under its key."""
    member = plain(tarfile.TarInfo(key))
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave out who made a file and when, so that equal stores give equal archives."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime, member.mode = 0, 0o640
    return member


def listed_in(source: Path) -> frozenset[str] | None:
    """Return which records and executions an archive says it has; None for one of an earlier version, without a list.

    Raises:
        UsageError: There is no such archive, or it is not accessible.
        ContractError: It is none.
        RunError: This machine cannot read it just now.
    """
    with opened(source) as tar:
        first = following(source, tar)
        if first is None:
            raise ContractError(f"{source}: there is nothing in it. Take another copy of it.")
        if not is_list(first):
            if not first.name.startswith(f"{COMMITS}/") or not first.name.endswith(".json"):
                raise ContractError(
                    f"{source}: no archive of runs: {printable(first.name)} is its first file. "
                    "Name an archive that twin store backup made."
                )
            return None
        try:
            return frozenset(map(str, json.loads(small(source, tar, first, _LARGEST_LIST))["members"]))
        except (ValueError, TypeError, KeyError, RecursionError):
            raise ContractError(f"{source}: its list of what follows is damaged. Take another copy of it.") from None


@contextmanager
def opened(source: Path) -> Iterator[tarfile.TarFile]:
    """Open an archive to read its members one after the other.

    Raises:
        UsageError: There is no such file, or it is not accessible.
        ContractError: It is no tar file, or a member is cut short.
        RunError: This machine cannot read it just now.
    """
    try:
        with _begun(source) as tar:
            yield tar
    except FileNotFoundError:
        raise UsageError(f"{source}: no such file.") from None
    except (OSError, MemoryError) as error:
        raise _unreadable(source, error) from None
    except (tarfile.TarError, EOFError) as error:
        raise ContractError(f"{source}: no whole archive of runs ({printable(error)}).") from None


def _begun(source: Path) -> tarfile.TarFile:
    """Open an archive, and read its first header, in which there may be anything."""
    try:
        return tarfile.open(source, "r:")
    except _NONSENSE:
        raise _cut(source, 0) from None


def _cut(source: Path, place: int) -> ContractError:
    """Return the error of an archive in which neither a member nor the end stands at a place. [byte]"""
    return ContractError(
        f"{source}: damaged or cut at byte {place}, what follows is not restored. Take another copy of it."
    )


def _unreadable(source: Path, error: OSError | MemoryError) -> UsageError | RunError:
    """Return the error of an archive that is not accessible, or that this machine cannot read just now."""
    if isinstance(error, OSError) and error.errno in _CLOSED:
        return UsageError(f"{source}: cannot be read ({error.strerror}). Name an archive that twin store backup made.")
    return RunError(
        f"{source}: cannot be read on this machine just now ({first_line(error)}); it may be good. Runs that were "
        "restored before are here. See to what it says, then restore it again."
    )


def following(source: Path, tar: tarfile.TarFile) -> tarfile.TarInfo | None:
    """Return the next member, None at the end: ``tarfile`` says the same of a bad header, and of none at all.

    Raises:
        ContractError: Neither a member nor the end follows.
        RunError: This machine cannot read it just now.
    """
    place = tar.offset
    try:
        member = tar.next()
        sound = member is not None or _is_at_end(tar)
    except OSError as error:  # here, since whoever calls is at work on a store, which is not to blame
        raise _unreadable(source, error) from None
    except _NONSENSE:
        raise _cut(source, place) from None
    if member is not None and member.size < 0:  # it would lead back to itself
        raise refused(source, member.name, f"its size is {member.size}")
    if not sound:
        raise _cut(source, place)
    return member


def _is_at_end(tar: tarfile.TarFile) -> bool:
    """Say whether what ends an archive stands where its next member would."""
    tar.fileobj.seek(tar.offset)
    return tar.fileobj.read(2 * tarfile.BLOCKSIZE) == bytes(2 * tarfile.BLOCKSIZE)


def small(source: Path, tar: tarfile.TarFile, member: tarfile.TarInfo, most: int) -> bytes:
    """Return the content of a member that is no longer than it may be. [byte]

    Raises:
        ContractError: It is longer, or no ordinary file.
    """
    if not is_plain(member) or member.size > most:
        raise refused(source, member.name, "a commit record is expected")
    return _content_of(tar, member).read()


def is_plain(member: tarfile.TarInfo) -> bool:
    """Say whether a member is an ordinary file, which takes no more room than it takes in the archive."""
    return member.isreg() and not member.issparse()


def pieces(source: Path, tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    """Yield the content of an ordinary member, little by little.

    Raises:
        RunError: This machine cannot read it just now.
    """
    try:
        content = _content_of(tar, member)
        while piece := content.read(_PIECE):
            yield piece
    except OSError as error:
        raise _unreadable(source, error) from None


def _content_of(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(member)
    if content is None:
        raise RunError(f"{printable(member.name)}: has no content.")
    return content


def lacking(source: Path, name: str, why: str) -> RunError:
    """Return the error of a member that this machine could not compare with its record."""
    return RunError(
        f"{source}: {printable(name)}: {why} on this machine; the archive may be good. Nothing of that run was "
        "restored. See to what it says, then restore it again."
    )


def refused(source: Path, name: str, why: str) -> ContractError:
    """Return the error of a member that is not restored."""
    return ContractError(f"{source}: {printable(name)}: {why}. Nothing of that run was restored.")
