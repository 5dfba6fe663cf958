"""The folder of an export: it appears whole or not at all, and replaces nothing but an earlier export."""

import errno
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from twin.errors import RunError, UsageError, printable
from twin.store.files import FILE_MODE, FOLDER_MODE

CARD = "export.json"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP,
}  # fmt: skip


@contextmanager
def whole(out: Path, *, force: bool) -> Iterator[Path]:
    """Give a folder to write into; at the end it gets its name, in place of an earlier export when that was asked for.

    Args:
        out: Name that it gets.
        force: Whether an earlier export of that name is replaced.

    Raises:
        UsageError: Something else has that name, or nothing can be written there.
        RunError: The disk is full, or something failed on the way; what was there is there still.
    """
    try:
        place = _free(out, force=force)
        for one in reversed(place.parents):
            one.mkdir(mode=FOLDER_MODE, exist_ok=True)
        with TemporaryDirectory(dir=place.parent, prefix=f".{place.name[:100]}.", suffix=".part") as beside:
            made = Path(beside) / "made"
            made.mkdir(mode=FOLDER_MODE)
            yield made
            _free(out, force=force)
            _close(made)
            _settle(made)
            _swap(made, place, Path(beside) / "before")
    except OSError as error:
        raise _refusal(out, error) from error


def label(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write the card that says what an export holds, and which of its folder's names are its own."""
    held = sorted([*(one.name for one in folder.iterdir()), CARD])
    text = json.dumps({**facts, "holds": held}, indent=1)
    (folder / CARD).write_text(f"{text}\n", encoding="utf-8")


def _free(out: Path, *, force: bool) -> Path:
    """Return where the folder goes, once it is sure that nothing is lost."""
    place = Path(os.path.abspath(out))  # noqa: PTH100 - a link is not followed
    if not os.path.lexists(place) or (place.is_dir() and not place.is_symlink() and not any(place.iterdir())):
        return place
    if place.is_symlink() or not place.is_dir():
        raise UsageError(f"--out {printable(out)}: is a {'link' if place.is_symlink() else 'file'}. Name a new folder.")
    foreign = _foreign(place)
    if foreign:
        raise UsageError(f"--out {printable(out)}: holds {foreign}, which no export wrote. Name a new folder.")
    if not force:
        raise UsageError(f"--out {printable(out)}: holds an export already. Name a new folder, or replace it: --force.")
    return place


def _foreign(place: Path) -> str:
    """Name something in the folder that no export wrote, or nothing."""
    try:
        held = set(json.loads((place / CARD).read_bytes())["holds"])
    except (OSError, ValueError, KeyError, TypeError):
        held = set()
    return next((printable(one.name) for one in sorted(place.iterdir()) if one.name not in held), "")


def _close(folder: Path) -> None:
    """Take from others what the store gives them neither, whatever the umask and the library that wrote."""
    for path in [*folder.rglob("*"), folder]:
        path.chmod(path.stat().st_mode & (FOLDER_MODE if path.is_dir() else FILE_MODE))


def _settle(folder: Path) -> None:
    """Make all that was written survive a power cut."""
    for path in [*folder.rglob("*"), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _swap(made: Path, place: Path, before: Path) -> None:
    """Give the new folder its name; the one of that name goes first, and comes back if that fails."""
    there = place.is_dir()
    if there:
        place.rename(before)
    try:
        made.rename(place)
    except OSError:
        if there:
            before.rename(place)
        raise


def _refusal(out: Path, error: OSError) -> RunError | UsageError:
    why = printable(error.strerror or str(error), 200)
    native = re.search(r"os error (\d+)", str(error))  # a library in Rust puts the number into its text
    number = error.errno or (int(native[1]) if native else 0)
    if number in _FULL:
        return RunError(f"--out {printable(out)}: the disk is full; nothing was exported. Free space or name another.")
    if number in _CLOSED:
        return UsageError(f"--out {printable(out)}: cannot be written ({why}). Name another folder.")
    return RunError(f"--out {printable(out)}: {why}; nothing was exported. Try again or name another folder.")
