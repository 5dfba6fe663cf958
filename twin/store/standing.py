"""What stands under a name on a disk: a file, or what a hand has put in the place of one."""

import os
import time
from contextlib import suppress
from pathlib import Path

from twin.store.files import Found
from twin.store.naming import SUFFIX

_FILES = (".json", SUFFIX)


def stands(path: Path) -> bool:
    """Say whether anything stands there: a pipe, a folder or a link that leads nowhere bars the way like a file."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def found_in(root: Path, folder: str) -> list[Found]:
    """List what stands below a folder, by key.

    Args:
        root: The store's folder, from which a key begins.
        folder: A folder in it.
    """
    now, found, top = time.time(), [], str(root / folder)
    for place, folders, names in os.walk(top, onerror=_unless_gone):
        odd = [name for name in folders if name.endswith(_FILES)]  # each stands where a file would
        folders[:] = [name for name in folders if name not in odd]
        for name in (*names, *odd):
            with suppress(FileNotFoundError):
                state = os.lstat(f"{place}/{name}")  # a Path of each would take longer than to look
                found.append(Found(f"{folder}{place[len(top) :]}/{name}", state.st_size, now - state.st_mtime))
    return sorted(found)


def _unless_gone(error: OSError) -> None:
    """Raise the error of a folder that is there: what cannot be listed is not empty."""
    if not isinstance(error, FileNotFoundError):
        raise error


def at_once(path: str, flags: int) -> int:
    """Open a file, and wait for nobody at the other end where it is a pipe."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)
