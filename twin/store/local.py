"""A store's files on a local disk: a rename gives a name in one step, and a lock ends with its process."""

import errno
import logging
import os
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, flock
from pathlib import Path
from stat import S_ISREG

from twin.errors import TwinError, UsageError, printable
from twin.store import owner
from twin.store.files import FILE_MODE, FOLDER_MODE, SMALL, Found, Settle, damaged, first_line
from twin.store.hashing import sha256_of
from twin.store.naming import COMMITS, RETIRED, STAGING, TABLES_FOLDER, aside_key, intent_key
from twin.store.standing import at_once, found_in, stands

LOG = logging.getLogger("twin.store")
_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP}
_NO_FILE = {errno.EISDIR, errno.ELOOP, errno.ENXIO}
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS}
_LOCK = "publish.lock"
_known: dict[tuple[str, int, int, int, int], str] = {}  # hash of a file of this path, size, times and inode


class LocalFiles:
    """A store's files on a local disk.

    Attributes:
        root: The store's folder.
        fsync: Whether what is written must survive a power cut before it is published.
        address: The folder, as text.
        workspace: Folder in which attempts are prepared.
    """

    def __init__(self, root: Path, *, fsync: bool = True) -> None:
        self.root = root
        self.fsync = fsync
        self.address = str(root)
        self.workspace = root / STAGING

    def prepare(self) -> None:
        """Make the folders of a store.

        Raises:
            UsageError: One of them is a link that leads out.
        """
        for folder in (self.root, self.root / TABLES_FOLDER, self.root / COMMITS, self.workspace):
            self.folder(folder)

    def folder(self, path: Path) -> Path:
        """Make a folder inside the root and return it.

        Raises:
            UsageError: It lies outside, by a link or by its name.
        """
        if not path.is_dir():
            for one in (*reversed(path.parents), path):
                if not one.is_dir():
                    one.mkdir(mode=FOLDER_MODE, exist_ok=True)
                    self._settle(one.parent)  # without its own name a folder loses all that was made safe in it
        return self._inside(path)

    def _inside(self, path: Path) -> Path:
        here, root = os.path.realpath(path), os.path.realpath(self.root)
        if here != root and not here.startswith(root.rstrip(os.sep) + os.sep):
            raise UsageError(f"store {self.root}: {path} is a link out of the store. Remove the link.")
        return path

    def is_there(self) -> bool:
        """Say whether a store stands there: who opens one to write makes its folders.

        Raises:
            UsageError: One of them is a link that leads out: whoever reads trusts what stands in it.
        """
        for name in (TABLES_FOLDER, COMMITS, RETIRED):
            self._inside(self.root / name)
        return (self.root / TABLES_FOLDER).is_dir()

    def exists(self, key: str) -> bool:
        """Say whether anything stands there, a file or not."""
        return stands(self._path(key))

    def read(self, key: str) -> bytes:
        """Return a small file.

        Raises:
            ContractError: It is no file, or longer than a small one.
        """
        path = self._path(key)
        try:
            with open(path, "rb", opener=at_once) as file:
                if not S_ISREG(os.fstat(file.fileno()).st_mode):  # a pipe whose writer waits says nothing
                    raise damaged(self.address, key, "it is no file")
                data = file.read(SMALL + 1)
        except OSError as error:
            if error.errno not in _NO_FILE and not (error.errno in _ABSENT and path.is_symlink()):
                raise  # a link that leads nowhere is there, and would bar the way of a file
            raise damaged(self.address, key, error.strerror or str(error)) from error
        if len(data) > SMALL:
            raise damaged(self.address, key, f"longer than {SMALL >> 20} MiB")
        return data

    def listed(self, folder: str) -> list[Found]:
        """List all that stands below a folder, by key; what a folder that is a link leads to is not of the store."""
        return found_in(self.root, folder)

    def put(self, prepared: Path, key: str) -> None:
        """Give a finished local file its final name in one step, in place of a leftover of that name."""
        prepared.replace(self._ready(key))

    def write(self, data: bytes, key: str) -> None:
        """Write a small file whole, in place of what stands there, or not at all."""
        final, beside = self._ready(key), self._written(data)
        beside.replace(final)
        self._settle(final.parent)

    def create(self, data: bytes, key: str) -> bool:
        """Write a small file under a name that must be free; say whether it was."""
        final, beside = self._ready(key), self._written(data)
        try:
            os.link(beside, final)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in _NO_LINKS or stands(final):
                raise
            beside.replace(final)  # no links here: the publisher's lock keeps the name free
        finally:
            beside.unlink(missing_ok=True)
        self._settle(final.parent)
        return True

    def remove(self, key: str) -> None:
        """Remove a file, if it is there; a folder in its place is not ours to remove."""
        with suppress(IsADirectoryError):
            self._path(key).unlink(missing_ok=True)

    def move(self, key: str, target: str) -> None:
        """Give a file another name in the same store, in place of what stands there."""
        path, final = self._path(key), self._ready(target)
        if stands(final) and (path.is_dir() or final.is_dir()):  # a file and a folder do not replace one another
            final.replace(final.with_name(f"{final.name}-{owner.scrap()}"))
        path.replace(final)

    def settle(self, folders: Iterable[str]) -> None:
        """Make the names in folders survive a power cut."""
        self._settle_all([path for folder in folders if (path := self._path(folder)).is_dir()])

    def settle_files(self, paths: Iterable[Path]) -> None:
        """Make finished local files survive a power cut before they get their final names."""
        self._settle_all(list(paths))  # their names of now may be lost: then the run is taken back

    def checked(self, key: str, size: int, sha256: str) -> Path:
        """Return the path of a file whose content has that hash; what was seen before is known by size, time and inode.

        Raises:
            ContractError: It has not, or is gone.
        """
        return self._looked_at(key, size, sha256, anew=False)

    @contextmanager
    def anew(self, key: str, size: int, sha256: str) -> Iterator[Path]:
        """Give the path of a file that was just read and has that hash.

        Raises:
            ContractError: It has not, or is gone.
        """
        yield self._looked_at(key, size, sha256, anew=True)

    def _looked_at(self, key: str, size: int, sha256: str, *, anew: bool) -> Path:
        path = self._path(key)
        try:
            state = path.lstat()
            if path.is_symlink() or not path.resolve().is_relative_to(self.root.resolve()):
                raise damaged(self.address, key, "it is a link")
            if not S_ISREG(state.st_mode):  # a pipe would be waited for
                raise damaged(self.address, key, "it is no file")
            if state.st_size != size:
                raise damaged(self.address, key, f"{state.st_size} bytes instead of {size}")
            mark = (str(path), state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
            if anew or mark not in _known:
                _known[mark] = sha256_of(path)
        except OSError as error:
            if error.errno not in _ABSENT:
                raise
            raise damaged(self.address, key, error.strerror or str(error)) from error
        if not _known[mark].startswith(sha256):
            raise damaged(self.address, key, "its hash differs from its record")
        return path

    @contextmanager
    def alone(self, run_id: str, intent: bytes, settle: Settle) -> Iterator[None]:
        """Be the only one who changes the store; intents that are there belong to processes that ended."""
        own = intent_key(run_id)
        with self._locked():
            self._settle_intents(settle, run_id)
            self.write(intent, own)
            try:
                yield
            except BaseException:
                with suppress(OSError):  # then the intent stays, and the next one settles it
                    settle(run_id, intent, forward=False)
                    self.remove(own)
                raise
            self.remove(own)

    def sweep(self, settle: Settle) -> int:
        """Settle the intents that were left behind, tell of those that cannot be; return how many were settled. [1]"""
        if not self._intents():
            return 0
        with self._locked():
            return self._settle_intents(settle)

    def _settle_intents(self, settle: Settle, for_the_sake_of: str = "") -> int:
        """Settle all intents; one of another run than that for whose sake it is done may stay, and holds up nobody."""
        done = 0
        for path in self._intents():
            try:
                self._settle_intent(path, settle)
                done += 1
            except (OSError, TwinError) as error:
                if path.stem == for_the_sake_of:
                    raise
                if not for_the_sake_of:  # once at the opening is enough
                    what = f"{printable(path.stem, 120)} stays half done ({first_line(error)})"
                    LOG.warning("store %s: a change of %s; whoever opens it next tries again.", self.address, what)
        return done

    def _settle_intent(self, path: Path, settle: Settle) -> None:
        said = path.read_bytes() if path.is_file() else b""
        if settle(path.stem, said, forward=True):
            path.unlink(missing_ok=True)
        else:  # it is kept for whoever wants to know, and holds up nobody
            key = path.relative_to(self.root).as_posix()
            self.move(key, aside_key(key))

    def _intents(self) -> list[Path]:
        return sorted(self.workspace.glob("*.intent"))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        handle = os.open(self.workspace / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE)
        try:
            flock(handle, LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _path(self, key: str) -> Path:
        if key.startswith("/") or ".." in key.split("/"):
            raise UsageError(f"store {self.root}: {printable(key)} leads out of the store. Take names without .. or /.")
        return self.root / key

    def _ready(self, key: str) -> Path:
        path = self._path(key)
        self.folder(path.parent)
        return path

    def _beside(self) -> Path:
        return self.workspace / owner.scrap()

    def _written(self, data: bytes) -> Path:
        beside = self._beside()
        beside.unlink(missing_ok=True)
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE), "wb") as it:
                it.write(data)
                it.flush()
                if self.fsync:
                    os.fsync(it.fileno())
        except OSError:
            beside.unlink(missing_ok=True)
            raise
        return beside

    def _settle_all(self, paths: list[Path]) -> None:
        if self.fsync and paths:
            with ThreadPoolExecutor(min(8, len(paths))) as pool:  # together they share one commit of the journal
                list(pool.map(self._settle, paths))

    def _settle(self, path: Path) -> None:
        if not self.fsync:
            return
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove_all(path: Path) -> None:
    """Remove a file, or a folder with all in it, if it is there; a link is removed itself."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
