"""The few things that a store does with files; whoever puts it elsewhere replaces this and nothing more."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, flock
from hashlib import file_digest
from pathlib import Path

from twin.errors import RunError, UsageError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS}


@contextmanager
def told(root: Path) -> Iterator[None]:
    """Turn what the file system refuses into one clear line.

    Raises:
        RunError: The disk is full, or something failed on the way.
        UsageError: The store cannot be written, or is no folder.
    """
    try:
        yield
    except OSError as error:
        raise refusal(root, error) from error


def refusal(root: Path, error: OSError) -> RunError | UsageError:
    """Return the error that a user is shown for one of the file system."""
    if error.errno in _FULL:
        return RunError(f"store {root}: the disk is full; nothing was published. Free space or take another --store.")
    if error.errno in _CLOSED:
        return UsageError(f"store {root}: not writable ({error.strerror}). Change its rights or take another --store.")
    if error.errno in {errno.ENOTDIR, errno.EEXIST}:
        where = error.filename or root
        return UsageError(f"store {root}: {where} is a file where a folder is needed. Take another --store.")
    return RunError(
        f"store {root}: {error.strerror or error}; nothing was published. Try again or take another --store."
    )


class LocalFiles:
    """A store's files on a local disk.

    Attributes:
        root: The store's folder.
        fsync: Whether what is written must survive a power cut before it is published.
    """

    def __init__(self, root: Path, *, fsync: bool = True) -> None:
        self.root = root
        self.fsync = fsync

    def folder(self, path: Path) -> Path:
        """Make a folder inside the root and return it.

        Raises:
            UsageError: It lies outside, by a link or by its name.
        """
        path.mkdir(parents=True, exist_ok=True)
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise UsageError(f"store {self.root}: {path} is a link out of the store. Remove the link.")
        return path

    def write(self, path: Path, data: bytes) -> None:
        """Write a file of the caller's own whole, or not at all."""
        beside = path.with_name(f"{path.name}.{os.getpid()}.new")
        beside.write_bytes(data)
        self.settle(beside)
        beside.replace(path)
        self.settle(path.parent)

    def settle(self, path: Path) -> None:
        """Make a file or a folder survive a power cut."""
        if not self.fsync:
            return
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def publish(self, prepared: Path, final: Path) -> None:
        """Put a finished file under its final name in one step, in place of a leftover of that name."""
        self.folder(final.parent)
        try:
            if final.exists():
                final.unlink()
            os.link(prepared, final)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            prepared.replace(final)
        self.settle(final.parent)

    def create(self, prepared: Path, final: Path) -> bool:
        """Give a finished file a name that must be free; say whether it was."""
        self.folder(final.parent)
        try:
            os.link(prepared, final)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in _NO_LINKS or final.exists():
                raise
            shutil.copyfile(prepared, final)  # no links here: the publisher's lock keeps the name free
        self.settle(final.parent)
        return True

    def remove(self, path: Path) -> None:
        """Remove a file or a folder with all in it, if it is there."""
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(FileNotFoundError):
                path.unlink()

    def digest(self, path: Path) -> str:
        """Return the SHA-256 of a file."""
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()

    @contextmanager
    def alone(self, lock: Path) -> Iterator[None]:
        """Hold a lock that ends with its process, however that ends."""
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            flock(handle, LOCK_EX)
            yield
        finally:
            os.close(handle)
