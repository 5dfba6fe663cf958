"""The members of an archive: written so that equal stores give equal archives, read so that nothing goes unseen."""

import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from twin.errors import ContractError, RunError, UsageError, printable

_LIST = "archive.json"
_LARGEST_LIST = 1 << 26  # byte


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
        UsageError: There is no such archive, or it cannot be read.
        ContractError: It is none.
    """
    with opened(source) as tar:
        first = following(source, tar)
        if first is None:
            raise ContractError(f"{source}: there is nothing in it. Take another copy of it.")
        if not is_list(first):
            return None
        try:
            return frozenset(map(str, json.loads(small(source, tar, first, _LARGEST_LIST))["members"]))
        except (ValueError, TypeError, KeyError, RecursionError):
            raise ContractError(f"{source}: its list of what follows is damaged. Take another copy of it.") from None


@contextmanager
def opened(source: Path) -> Iterator[tarfile.TarFile]:
    """Open an archive to read its members one after the other.

    Raises:
        UsageError: There is no such file, or it cannot be read.
        ContractError: It is no tar file, or a member is cut short.
    """
    try:
        with tarfile.open(source, "r:") as tar:
            yield tar
    except FileNotFoundError:
        raise UsageError(f"{source}: no such file.") from None
    except OSError as error:
        why = error.strerror or printable(error)
        raise UsageError(f"{source}: cannot be read ({why}). Name an archive that twin store backup made.") from None
    except (tarfile.TarError, EOFError) as error:
        raise ContractError(f"{source}: no whole archive of runs ({printable(error)}).") from None


def following(source: Path, tar: tarfile.TarFile) -> tarfile.TarInfo | None:
    """Return the next member, None at the end: ``tarfile`` says the same of a bad header, and of none at all.

    Raises:
        ContractError: Neither a member nor the end follows.
    """
    member = tar.next()
    if member is not None and member.size < 0:  # it would lead back to itself
        raise refused(source, member.name, f"its size is {member.size}")
    if member is None and tar.fileobj is not None:
        tar.fileobj.seek(tar.offset)
        if tar.fileobj.read(2 * tarfile.BLOCKSIZE) != bytes(2 * tarfile.BLOCKSIZE):
            raise ContractError(
                f"{source}: damaged or cut at byte {tar.offset}, what follows is not restored. Take another copy of it."
            )
    return member


def small(source: Path, tar: tarfile.TarFile, member: tarfile.TarInfo, most: int) -> bytes:
    """Return the content of a member that is no longer than it may be. [byte]

    Raises:
        ContractError: It is longer, or no ordinary file.
    """
    if not is_plain(member) or member.size > most:
        raise refused(source, member.name, "a commit record is expected")
    return content_of(tar, member).read()


def is_plain(member: tarfile.TarInfo) -> bool:
    """Say whether a member is an ordinary file, which takes no more room than it takes in the archive."""
    return member.isreg() and not member.issparse()


def content_of(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    """Open the content of an ordinary member."""
    content = tar.extractfile(member)
    if content is None:
        raise RunError(f"{printable(member.name)}: has no content.")
    return content


def refused(source: Path, name: str, why: str) -> ContractError:
    """Return the error of a member that is not restored."""
    return ContractError(f"{source}: {printable(name)}: {why}. Nothing of that run was restored.")
