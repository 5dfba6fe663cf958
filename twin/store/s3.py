"""A store's files in an S3 bucket: no rename and no lock, but a put that succeeds only where nothing is."""

import errno
import hashlib
import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from twin.errors import TwinError, UsageError, printable
from twin.store import owner
from twin.store.files import FOLDER_MODE, SMALL, Found, Settle, damaged, first_line
from twin.store.hashing import sha256_of
from twin.store.naming import LAST, QUARANTINE, STAGING, STRAYS, TABLES_FOLDER, intent_key, is_run_id
from twin.store.s3_errors import Taken
from twin.store.s3_lease import OFTEN, Lease
from twin.store.s3_requests import Bucket, Head, Unfinished, open_bucket
from twin.store.strays import run_of

LOG = logging.getLogger("twin.store")
_CATALOGUE = f"{TABLES_FOLDER}/{LAST}/"
_TRIES = 4  # of a put that met something else: who holds the lease is alone but for the last requests of the dead


class S3Files:
    """A store's files in a bucket.

    Attributes:
        address: ``s3://bucket/prefix``.
        workspace: Local folder in which attempts are prepared.
    """

    def __init__(self, address: str, bucket: Bucket | None = None, workspace: Path | None = None) -> None:
        self.address = address
        self.workspace = workspace or _workspace(address)
        self._bucket = bucket or open_bucket(address)
        self._cache = tempfile.TemporaryDirectory(prefix=f"{owner.mark()}read-", suffix=owner.NEW, dir=self.workspace)
        self._kept: dict[str, tuple[str, Path]] = {}
        self._lease = Lease(self._bucket)

    def is_there(self) -> bool:
        """Say whether a store stands there: a prefix is nothing by itself, so one begins with its first object."""
        return self._bucket.is_there()

    def exists(self, key: str) -> bool:
        """Say whether there is an object."""
        return self._bucket.head(key) is not None

    def read(self, key: str) -> bytes:
        """Return a small object.

        Raises:
            ContractError: It is longer than a small one.
        """
        data = b""
        for piece in self._bucket.pieces(key):
            data += piece
            if len(data) > SMALL:
                raise damaged(self.address, key, f"longer than {SMALL >> 20} MiB")
        return data

    def listed(self, folder: str) -> list[Found]:
        """List all objects below a folder, by key."""
        return sorted(Found(*one) for one in self._bucket.listed(f"{folder}/"))

    def put(self, prepared: Path, key: str) -> None:
        """Give a finished local file its final key in one step, in place of a leftover."""
        self._lease.renew(0.0 if key.startswith(_CATALOGUE) else OFTEN)  # a run with its row is seen, and stays
        match = ""
        for _ in range(_TRIES):
            with suppress(Taken):  # by a leftover, or the answer to our own first request was lost on its way
                self._bucket.put_file(prepared, key, self._lease.renew, match=match)
                return
            head = self._bucket.head(key)
            if head is not None and self._is_content_of(prepared, key, head):
                return
            self._lease.renew(0.0)  # or by whoever took the lease over: then it is not ours to replace
            match = "" if head is None else head.tag
        raise Taken(errno.EBUSY, "others put it again and again", key)

    def _is_content_of(self, prepared: Path, key: str, head: Head) -> bool:
        """Say whether an object is what a local file is; neither is ever in memory as a whole."""
        if prepared.stat().st_size != head.size:
            return False
        with prepared.open("rb") as file, suppress(Taken, FileNotFoundError):
            for piece in self._bucket.pieces(key, head.tag):
                if file.read(len(piece)) != piece:
                    return False
                self._lease.renew()
            return True
        return False

    def write(self, data: bytes, key: str) -> None:
        """Put a small object, in place of what stands there."""
        self._lease.renew()
        self._bucket.put(data, key)

    def create(self, data: bytes, key: str) -> bool:
        """Put a small object under a key that must be free; say whether it was."""
        self._lease.renew(0.0)
        if not self._is_created(data, key):
            return False
        self._lease.renew(0.0)  # who lost the lease in between has decided nothing, and takes it back
        return True

    def _is_created(self, data: bytes, key: str) -> bool:
        for _ in range(_TRIES):
            with suppress(Taken):
                self._bucket.put(data, key, absent=True)
                return True
            with suppress(FileNotFoundError):  # what stood there is gone again
                return self.read(key) == data  # the answer to our own first request was lost on its way
        raise Taken(errno.EBUSY, "others put it again and again", key)

    def remove(self, key: str) -> None:
        """Remove an object, if it is there."""
        self._lease.renew()
        self._bucket.remove(key)

    def move(self, key: str, target: str) -> None:
        """Give an object another key in the same store."""
        self._lease.renew()
        self._bucket.copy(key, target)
        self._bucket.remove(key)

    def settle(self, folders: Iterable[str]) -> None:
        """Do nothing: what a bucket has confirmed stays."""

    def settle_files(self, paths: Iterable[Path]) -> None:
        """Do nothing: what lies here is only on its way."""

    def checked(self, key: str, size: int, sha256: str) -> Path:
        """Return a local copy of an object whose content has that hash.

        Raises:
            ContractError: It has not, or is gone.
        """
        tag, path = self._kept.get(key, ("", Path()))
        if not path.is_file():
            tag = ""
        try:
            got = self._bucket.get(key, unless=tag)
        except FileNotFoundError:
            raise damaged(self.address, key, "no such object") from None
        if got.tag != tag:
            path = Path(self._cache.name) / hashlib.sha256(f"{key} {got.tag}".encode()).hexdigest()
            path.write_bytes(got.data)
            self._kept[key] = got.tag, path
        return self._fitting(path, key, size, sha256)

    @contextmanager
    def anew(self, key: str, size: int, sha256: str) -> Iterator[Path]:
        """Give a local copy of an object that was just read and has that hash; it goes at the end.

        Raises:
            ContractError: It has not, or is gone.
        """
        with tempfile.NamedTemporaryFile(dir=self._cache.name) as copy:  # else all would lie here before the last
            try:
                for piece in self._bucket.pieces(key):
                    copy.write(piece)
            except FileNotFoundError:
                raise damaged(self.address, key, "no such object") from None
            copy.flush()
            yield self._fitting(Path(copy.name), key, size, sha256)

    def _fitting(self, path: Path, key: str, size: int, sha256: str) -> Path:
        if path.stat().st_size != size:
            raise damaged(self.address, key, f"{path.stat().st_size} bytes instead of {size}")
        if not sha256_of(path).startswith(sha256):
            raise damaged(self.address, key, "its hash differs from its record")
        return path

    def alone(self, run_id: str, intent: bytes, settle: Settle) -> AbstractContextManager[None]:
        """Be the only one who changes a run; what a dead one began is settled first, what fails is taken back."""
        return self._lease.alone(run_id, intent, settle)

    def sweep(self, settle: Settle) -> int:
        """Settle the intents that were left behind, tell of those that cannot be; return how many were settled. [1]"""
        done = sum(
            self._is_settled(one.name.removesuffix(".intent"), settle)
            for one in self.listed(STAGING)
            if one.name.endswith(".intent")
        )
        self._give_up_uploads()
        return done

    def _is_settled(self, run_id: str, settle: Settle) -> bool:
        """Settle one that was left behind, and say whether it was; one that cannot be holds up no other."""
        try:
            return self._lease.settle_left(run_id, settle)
        except (FileNotFoundError, Taken):  # another one has just done so
            pass
        except (OSError, TwinError) as error:
            what = f"{printable(run_id, 120)} stays half done ({first_line(error)})"
            LOG.warning("store %s: a change of %s; whoever opens it next tries again.", self.address, what)
        return False

    def _give_up_uploads(self) -> None:
        """Abort the uploads that nobody is at; one that cannot be aborted holds up no other, and is told."""
        stay = []
        with suppress(OSError):  # a server may know no such list, or not show it: then they are its owner's to abort
            for upload in self._bucket.unfinished():
                try:
                    if self._is_left_behind(upload):
                        self._bucket.give_up(upload)
                except Taken:  # another one has just aborted it
                    continue
                except OSError as error:
                    stay.append(first_line(error))
        if stay:
            LOG.warning("store %s: %d uploads stay and take room (%s)", self.address, len(stay), stay[0])

    def _is_left_behind(self, upload: Unfinished) -> bool:
        """Say whether nobody is at an upload: whoever puts files of a run says so before, and until he is done."""
        folder, _, rest = upload.key.partition("/")
        whose = rest.partition("/")[0] if folder == QUARANTINE else run_of(Found(upload.key, 0, 0.0))
        if folder == QUARANTINE and whose == STRAYS:  # they are moved without a word
            return upload.age > owner.STALE
        return whose is not None and is_run_id(whose) and not self.exists(intent_key(whose))


def _workspace(address: str) -> Path:
    """Return a folder of this user alone for what is on its way to a bucket.

    Raises:
        UsageError: Somebody else made a folder of that name.
    """
    top = Path(tempfile.gettempdir()) / f"filmtwin-{os.getuid()}"
    folder = top / hashlib.sha256(address.encode()).hexdigest()[:16]
    for one in (top, folder):
        one.mkdir(mode=FOLDER_MODE & ~0o070, exist_ok=True)
    if top.is_symlink() or top.stat().st_uid != os.getuid() or top.stat().st_mode & 0o022:
        raise UsageError(f"{top}: belongs to somebody else or can be written by others. Set TMPDIR to your own folder.")
    return folder
