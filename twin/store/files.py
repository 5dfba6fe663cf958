"""The few things that a store does with files; whoever puts it elsewhere writes these once more and nothing else."""

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from twin.errors import ContractError, RunError, TwinError, UsageError, printable

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_FOLDER = "is a file where a folder is needed. Take another --store."
_IN_THE_WAY = {
    errno.ENOTDIR: _NO_FOLDER, errno.EEXIST: _NO_FOLDER,
    errno.EISDIR: "is a folder where a file is needed. Take it out: twin verify --quarantine --store {store}",
    errno.ENAMETOOLONG: "is too long a name. Take another --store.",
}  # fmt: skip
_TOO_MANY = {errno.EMFILE, errno.ENFILE}
_NO_MEMORY = ("not enough memory", "Cannot allocate memory", "std::bad_alloc", "alloc of size")  # of readers of Parquet

FOLDER_MODE = 0o750
FILE_MODE = 0o640
SMALL = 1 << 24  # byte; a record takes some kilobytes, and what is longer is none


class Settle(Protocol):
    """What brings to an end what an intent began, or takes it back."""

    def __call__(self, run_id: str, said: bytes, *, forward: bool) -> bool:
        """Settle the intent that stands under the name of a run; say whether it was one that can be obeyed."""


class Found(NamedTuple):
    """One file of a store.

    Attributes:
        key: Where it stands, from the root on.
        size: Its length. [byte]
        age: Time since it was written. [s]
    """

    key: str
    size: int
    age: float

    @property
    def name(self) -> str:
        """Its name without folders."""
        return self.key.rpartition("/")[2]


class Files(Protocol):
    """What a store needs of the place where it is.

    Attributes:
        address: How a person names the place.
        workspace: Local folder in which attempts are prepared.
    """

    address: str
    workspace: Path

    def is_there(self) -> bool:
        """Say whether a store stands there, with runs or without."""

    def exists(self, key: str) -> bool:
        """Say whether anything stands there: what is no file bars the way of one, and is put aside like one."""

    def read(self, key: str) -> bytes:
        """Return a small file.

        Args:
            key: Where it stands.

        Raises:
            FileNotFoundError: There is none.
            ContractError: It is no file, or longer than a small one.
        """

    def listed(self, folder: str) -> list[Found]:
        """List all that stands below a folder, by key."""

    def put(self, prepared: Path, key: str) -> None:
        """Give a finished local file its final name in one step, in place of a leftover; it may leave where it was."""

    def write(self, data: bytes, key: str) -> None:
        """Write a small file whole, in place of what stands there, or not at all."""

    def create(self, data: bytes, key: str) -> bool:
        """Write a small file under a name that must be free; say whether it was."""

    def remove(self, key: str) -> None:
        """Remove a file, if it is there."""

    def move(self, key: str, target: str) -> None:
        """Give a file another name in the same store, in place of what stands there."""

    def settle(self, folders: Iterable[str]) -> None:
        """Make the names in folders survive a power cut."""

    def settle_files(self, paths: Iterable[Path]) -> None:
        """Make finished local files survive a power cut before they get their final names."""

    def checked(self, key: str, size: int, sha256: str) -> Path:
        """Return a local path of a file whose content has that hash, and had it when this process saw it first.

        Args:
            key: Where it stands.
            size: Its length. [byte]
            sha256: Its hash, or how that begins.

        Raises:
            ContractError: It has not, or is gone.
            OSError: It could not be read, which says nothing about it.
        """

    def anew(self, key: str, size: int, sha256: str) -> AbstractContextManager[Path]:
        """Give the same of a file that is read to its end now; a copy that is made for it goes with it."""

    def alone(self, run_id: str, intent: bytes, settle: Settle) -> AbstractContextManager[None]:
        """Be the only one who changes a run; what a dead one began is settled first, what fails is taken back."""

    def sweep(self, settle: Settle) -> int:
        """Settle the intents that were left behind; one that cannot be settled is told, and holds up nobody."""


def fresh(path: Path) -> Path:
    """Make an empty file that others cannot write, whatever the umask, and return it."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE))
    return path


def is_of_reading(error: Exception) -> bool:
    """Say whether an error is one of this machine at the moment: it proves nothing about what stands in the file.

    The system gives its errors a number; readers of Parquet raise some without one for what they cannot make sense of.
    """
    return lacks_memory(error) or getattr(error, "errno", None) is not None


def lacks_memory(error: Exception) -> bool:
    """Say whether an error is one of memory: a reader that decompresses may say so in words alone.

    >>> lacks_memory(OSError("ZSTD decompression failed: Allocation error : not enough memory"))
    True
    >>> lacks_memory(OSError("ZSTD decompression failed: Data corruption detected"))
    False
    """
    return isinstance(error, MemoryError) or any(one in str(error).split("\n", 1)[0] for one in _NO_MEMORY)


def first_line(error: Exception) -> str:
    """Return the first line of what an error says."""
    return printable(str(error).split("\n", 1)[0] or type(error).__name__, 120)


def unreadable(address: str, key: str, error: Exception) -> TwinError:
    """Return the error of a file of which a reader of Parquet made nothing, for whatever reason."""
    if lacks_memory(error):
        return RunError(
            f"store {address}: {printable(key, 200)} needs more memory than is free ({first_line(error)}). "
            "Read fewer runs."
        )
    if isinstance(error, OSError) and is_of_reading(error) and not isinstance(error, FileNotFoundError):
        return refusal(address, error)
    return damaged(address, key, first_line(error))


def damaged(address: str, key: str, why: str) -> ContractError:
    """Return the error of a file that is not what its record says."""
    return ContractError(
        f"store {address}: {printable(key, 200)} is damaged or gone ({why}). Look: twin verify --store {address}; "
        f"take it out: twin verify --quarantine --store {address}"
    )


@contextmanager
def told(address: object) -> Iterator[None]:
    """Turn what the file system refuses into one clear line.

    Raises:
        RunError: The disk is full, or something failed on the way.
        UsageError: The store cannot be written, or is no folder.
    """
    try:
        yield
    except OSError as error:
        raise refusal(address, error) from error


def refusal(address: object, error: OSError) -> RunError | UsageError:
    """Return the error that a user is shown for one of the file system."""
    if error.errno in _FULL:
        return RunError(
            f"store {address}: the disk is full; nothing was published. Free space or take another --store."
        )
    if error.errno in _CLOSED:
        where = printable(error.filename or address, 200)
        return UsageError(
            f"store {address}: {where} is not accessible ({error.strerror}): not writable, or no rights. Change its "
            "rights or take another --store."
        )
    if error.errno in _IN_THE_WAY:
        where = printable(error.filename2 or error.filename or address, 200)
        return UsageError(f"store {printable(address, 200)}: {where} {_IN_THE_WAY[error.errno].format(store=address)}")
    if error.errno in _TOO_MANY:
        return RunError(
            f"store {address}: too many open files; nothing was published. Raise the limit (ulimit -n 1024), try again."
        )
    return RunError(
        f"store {address}: {error.strerror or first_line(error)}. A run is there whole or not at all. Try again "
        "or take another --store."
    )
