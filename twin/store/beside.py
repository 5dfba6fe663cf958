"""One file for a user outside of a store: it stands under its name whole, or not at all."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from twin.errors import RunError, UsageError, printable
from twin.store import owner
from twin.store.files import fresh

_NO_PLACE = {errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG}


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """Give an empty file to write into; at the end it gets its name, or nothing of it is left.

    Args:
        target: Its name, which must be free.

    Raises:
        UsageError: The name is taken, or no file can be made there.
        RunError: The disk is full, or a file may not grow so large.
    """
    with _writing(target):
        _free(target)
        beside = target.with_name(f"{target.name[:50]}-{owner.scrap()}")  # no longer than a name may be
        try:
            yield fresh(beside)
            _free(target)  # whoever took the name meanwhile loses nothing
            beside.rename(target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise


def _free(target: Path) -> None:
    if target.is_dir():  # it may have no name of its own, as "."
        raise UsageError(f"{target}: is a folder. Name a file that is not there yet.")
    if os.path.lexists(target):
        raise UsageError(f"{target}: stands there already. Name another file.")


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        kind = UsageError if error.errno in _NO_PLACE else RunError
        why = error.strerror or printable(error)
        raise kind(f"{target}: cannot be written ({why}); nothing is left of it. Name another file.") from None
