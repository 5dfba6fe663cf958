"""Files of a store that fail at a chosen step: the process dies, the disk is full, or the device has an error."""

import errno
import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Literal

from twin.store.files import Files, Found, Settle

How = Literal["kill", "full", "error", "late"]
HOW: tuple[How, ...] = ("kill", "full", "error", "late")
TOLD = {
    "kill": "kill -9 at the boundary", "full": "disk full from the boundary on", "error": "I/O errors from there on",
    "late": "done, but an error is answered",
}  # fmt: skip


class Faulty:
    """Files that fail at the step of a number, counted over everything that changes them.

    Attributes:
        address: As of the files themselves.
        workspace: As of the files themselves.
        fired: Whether the step was reached.
    """

    def __init__(self, files: Files, step: int, how: How) -> None:
        self.address = files.address
        self.workspace = files.workspace
        self.fired = False
        self._files = files
        self._left = step
        self._how = how

    @contextmanager
    def _step(self, *, frees: bool = False) -> Iterator[None]:
        self._left -= 1
        if self._left >= 0:
            yield
            return
        first, self.fired = not self.fired, True
        if self._how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self._how == "late":
            yield
            if first:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
        elif self._how == "full" and frees:
            yield
        else:
            number = errno.ENOSPC if self._how == "full" else errno.EIO
            raise OSError(number, os.strerror(number))

    def is_there(self) -> bool:
        """As the files themselves."""
        return self._files.is_there()

    def exists(self, key: str) -> bool:
        """As the files themselves."""
        return self._files.exists(key)

    def read(self, key: str) -> bytes:
        """As the files themselves."""
        return self._files.read(key)

    def listed(self, folder: str) -> list[Found]:
        """As the files themselves."""
        return self._files.listed(folder)

    def checked(self, key: str, size: int, sha256: str) -> Path:
        """As the files themselves."""
        return self._files.checked(key, size, sha256)

    def anew(self, key: str, size: int, sha256: str) -> AbstractContextManager[Path]:
        """As the files themselves."""
        return self._files.anew(key, size, sha256)

    def put(self, prepared: Path, key: str) -> None:
        """As the files themselves, unless it fails."""
        with self._step():
            self._files.put(prepared, key)

    def write(self, data: bytes, key: str) -> None:
        """As the files themselves, unless it fails."""
        with self._step():
            self._files.write(data, key)

    def create(self, data: bytes, key: str) -> bool:
        """As the files themselves, unless it fails."""
        with self._step():
            return self._files.create(data, key)

    def remove(self, key: str) -> None:
        """As the files themselves, unless it fails."""
        with self._step(frees=True):
            self._files.remove(key)

    def move(self, key: str, target: str) -> None:
        """As the files themselves, unless it fails."""
        with self._step(frees=True):
            self._files.move(key, target)

    def settle(self, folders: Iterable[str]) -> None:
        """As the files themselves, unless it fails."""
        with self._step(frees=True):
            self._files.settle(folders)

    def settle_files(self, paths: Iterable[Path]) -> None:
        """As the files themselves, unless it fails."""
        with self._step():
            self._files.settle_files(paths)

    @contextmanager
    def alone(self, run_id: str, intent: bytes, settle: Settle) -> Iterator[None]:
        """As the files themselves, unless it fails on the way in or out."""
        with self._step():
            pass
        with self._files.alone(run_id, intent, settle):
            yield
            with self._step():
                pass

    def sweep(self, settle: Settle) -> int:
        """As the files themselves, unless it fails between what is settled and its intent."""

        def settled(run_id: str, said: bytes, *, forward: bool) -> bool:
            done = settle(run_id, said, forward=forward)
            with self._step(frees=True):
                return done

        return self._files.sweep(settled)
