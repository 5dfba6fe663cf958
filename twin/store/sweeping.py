"""What is done at the opening of a store: what a killed process left behind is finished or taken away."""

from contextlib import suppress
from functools import partial
from pathlib import Path

from twin.store import owner
from twin.store.files import Files
from twin.store.local import remove_all
from twin.store.publishing import settle


def sweep(files: Files) -> int:
    """Settle every change whose process has ended, and take its folder away; return how many there were. [1]"""
    settled = files.sweep(partial(settle, files))
    left = [path for path in files.workspace.iterdir() if _is_left_behind(path)]
    for path in left:
        if path.is_dir() and not path.name.endswith(owner.NEW):
            with suppress(FileNotFoundError):  # another one sweeps too
                path = path.rename(path.with_name(owner.scrap()))  # noqa: PLW2901 - the same folder
        remove_all(path)
    return settled + len(left)


def _is_left_behind(path: Path) -> bool:
    if path.name.endswith(owner.NEW):
        return owner.is_scrap_left_behind(path)
    return path.is_dir() and owner.is_left_behind(path)
