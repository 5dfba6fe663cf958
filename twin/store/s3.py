"""A store's files in an S3 bucket: no rename and no lock, but a put that succeeds only where nothing is.

Whoever changes a run holds a lease: the intent object, created only if absent. It ends with its owner, is taken over
from a dead one by a put that names the version it replaces, and whoever lost it touches nothing more.
"""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from twin.errors import UsageError
from twin.store import owner
from twin.store.files import FOLDER_MODE, Found, Settle, damaged
from twin.store.hashing import sha256_of
from twin.store.naming import STAGING, intent_key
from twin.store.s3_requests import Bucket, Taken, open_bucket

LEASE = 900.0  # s; after that the work of another computer counts as left behind
PATIENCE = 60.0  # s; how long one publisher waits for another
_WAIT = 0.05  # s
_held: set[bytes] = set()  # intents of this process that are at work


class _Lease(NamedTuple):
    """A lease that is held.

    Attributes:
        key: Its object.
        tag: The version of it that is ours.
        said: Its content.
        since: When it was last put, by the monotonic clock. [s]
    """

    key: str
    tag: str
    said: bytes
    since: float


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
        self._cache = tempfile.TemporaryDirectory(prefix="read-", suffix=owner.NEW, dir=self.workspace)
        self._kept: dict[str, tuple[str, Path]] = {}
        self._lease: _Lease | None = None

    def exists(self, key: str) -> bool:
        """Say whether there is an object."""
        return self._bucket.tag(key) is not None

    def read(self, key: str) -> bytes:
        """Return a small object."""
        return self._bucket.get(key).data

    def listed(self, folder: str) -> list[Found]:
        """List all objects below a folder, by key."""
        return sorted(Found(*one) for one in self._bucket.listed(f"{folder}/"))

    def put(self, prepared: Path, key: str) -> None:
        """Put a finished local file under its final key."""
        self._renew()
        self._bucket.put_file(prepared, key)

    def write(self, data: bytes, key: str) -> None:
        """Put a small object, in place of what stands there."""
        self._renew()
        self._bucket.put(data, key)

    def create(self, data: bytes, key: str) -> bool:
        """Put a small object under a key that must be free; say whether it was."""
        self._renew()
        try:
            self._bucket.put(data, key, absent=True)
        except Taken:  # or the answer to our own first request was lost on its way
            return self.read(key) == data
        return True

    def remove(self, key: str) -> None:
        """Remove an object, if it is there."""
        self._bucket.remove(key)

    def move(self, key: str, target: str) -> None:
        """Give an object another key in the same store."""
        self._bucket.copy(key, target)
        self._bucket.remove(key)

    def settle(self, folders: Iterable[str]) -> None:
        """Do nothing: what a bucket has confirmed stays."""

    def settle_files(self, paths: Iterable[Path]) -> None:
        """Do nothing: what lies here is only on its way."""

    def checked(self, key: str, size: int, sha256: str, *, anew: bool = False) -> Path:
        """Return a local copy of an object whose content has that hash.

        Raises:
            ContractError: It has not, or is gone.
        """
        tag, path = self._kept.get(key, ("", Path())) if not anew else ("", Path())
        try:
            got = self._bucket.get(key, unless=tag)
        except FileNotFoundError:
            raise damaged(self.address, key, "no such object") from None
        if got.tag != tag or not path.is_file():
            path = Path(self._cache.name) / hashlib.sha256(f"{key} {got.tag}".encode()).hexdigest()
            path.write_bytes(got.data)
            self._kept[key] = got.tag, path
        if path.stat().st_size != size:
            raise damaged(self.address, key, f"{path.stat().st_size} bytes instead of {size}")
        if not sha256_of(path).startswith(sha256):
            raise damaged(self.address, key, "its hash differs from its record")
        return path

    @contextmanager
    def alone(self, run_id: str, intent: bytes, settle: Settle) -> Iterator[None]:
        """Hold the lease of a run; what a dead holder began is settled first."""
        self._lease = self._claim(intent_key(run_id), intent, settle)
        _held.add(intent)
        try:
            try:
                yield
            except BaseException:
                with suppress(OSError):  # then the lease stays, and the next one settles it
                    self._renew(0.0)  # never take back what somebody else has taken over
                    settle(intent, forward=False)
                    self._release()
                raise
            self._release()
        finally:
            _held.discard(intent)
            self._lease = None

    def sweep(self, settle: Settle) -> int:
        """Settle all intents that were left behind; return how many there were. [1]"""
        done = 0
        for one in self.listed(STAGING):
            if one.key.endswith(".intent"):
                with suppress(FileNotFoundError, Taken):
                    done += self._settle_left(one.key, settle)
        return done

    def _settle_left(self, key: str, settle: Settle) -> bool:
        got = self._bucket.get(key)
        if not _has_ended(got.data, got.age):
            return False
        said = owner_card()
        tag = self._bucket.put(said, key, match=got.tag)
        self._lease = _Lease(key, tag, said, time.monotonic())
        try:
            settle(got.data, forward=True)
            self._release()
        finally:
            self._lease = None
        return True

    def _claim(self, key: str, said: bytes, settle: Settle) -> _Lease:
        """Wait for the lease of a run, or take it over from a dead holder."""
        until, wait = time.monotonic() + PATIENCE, _WAIT
        while time.monotonic() < until:
            try:
                return _Lease(key, self._bucket.put(said, key, absent=True), said, time.monotonic())
            except Taken:
                with suppress(FileNotFoundError, Taken):
                    got = self._bucket.get(key)
                    if got.data == said:  # the answer to our own request was lost on its way
                        return _Lease(key, got.tag, said, time.monotonic())
                    if self._settle_left(key, settle):
                        continue
            time.sleep(wait)
            wait = min(2.0 * wait, 1.0)
        raise TimeoutError(None, f"another process is changing {key}")

    def _renew(self, age: float = LEASE / 4.0) -> None:
        """Give a sign of life; an error where somebody took the lease over."""
        held = self._lease
        if held is not None and time.monotonic() - held.since >= age:
            self._lease = held._replace(
                tag=self._bucket.put(held.said, held.key, match=held.tag), since=time.monotonic()
            )

    def _release(self) -> None:
        if self._lease is not None:
            with suppress(Taken):
                self._bucket.remove(self._lease.key, match=self._lease.tag)


def owner_card() -> bytes:
    """Return an intent that says nothing but who is at work."""
    return json.dumps({"kind": "other", "run_id": "", "attempt": "", "owner": owner.card()}).encode()


def _has_ended(said: bytes, age: float) -> bool:
    try:
        card: Any = json.loads(said)["owner"]
    except (ValueError, KeyError, TypeError):
        card = None
    if card == owner.card():
        return said not in _held  # of this process, which had to give up
    return owner.has_ended(card, age, LEASE)


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
