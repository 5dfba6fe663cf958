# ruff: noqa: PLC0415 - what a command needs is imported when it is called, so that `twin --help` answers at once
"""What several commands share: their options, and how they speak while they work."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.errors import printable

if TYPE_CHECKING:
    from twin.store.strays import Problem
    from twin.study import Progress

Name = Annotated[str, typer.Argument(metavar="NAME|FILE", help="A shipped scenario (twin scenarios) or a file.")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help='Change one value: predrying.temperature="120 degC". Repeatable.'),
]
Fits = Annotated[
    list[Path] | None,
    typer.Option("--fit", metavar="FILE", help="Use a parameter set that twin fit wrote. Repeatable."),
]


def _once(names: list[str] | None) -> list[str] | None:
    """Read names of which a person may have said one twice."""
    return list(dict.fromkeys(names)) if names else names


Runs = Annotated[list[str] | None, typer.Argument(metavar="[RUN]...", callback=_once, help="Ids of runs; default all.")]
Replications = Annotated[int | None, typer.Option("--replications", help="Independent repetitions.")]
Seed = Annotated[int | None, typer.Option("--seed", help="Root of all random numbers.")]
Days = Annotated[float | None, typer.Option("--days", help="Measured time, after the warm-up.")]


def _folder(text: str) -> Path:
    """Read the name of a folder: an empty one, as an unset variable of the shell gives, would be the current folder."""
    if not text.strip():
        raise typer.BadParameter('"" is no folder; name one, such as . for the current folder')
    return Path(text)


Folder = Annotated[
    Path | None,
    typer.Option("--store", metavar="DIR", parser=_folder, help="Where tables go; default datasets/store."),
]
Workers = Annotated[int | None, typer.Option("--workers", min=1, max=256, help="Processes; default one a core.")]
Executor = Annotated[
    str | None, typer.Option("--executor", metavar="WHERE", help="processes, dask, or dask:ADDRESS of a scheduler.")
]
Json = Annotated[bool, typer.Option("--json", help="Everything, as JSON.")]
Details = Annotated[bool, typer.Option("--details", help="Add the table of stations.")]


def store_folder() -> Path:
    """Return the folder of the store where none is named."""
    from twin.request import default_store

    return default_store()


def progress_line() -> "Progress | None":
    """Return what shows progress: one line that rewrites itself, on a terminal only."""
    if not sys.stderr.isatty():
        return None
    begin = time.monotonic()

    def show(done: int, total: int) -> None:
        end = "\r\033[K" if done == total else ""
        sys.stderr.write(f"\r  {done} of {total} replications, {time.monotonic() - begin:.0f} s {end}")
        sys.stderr.flush()

    return show


def say_each(head: str, some: "list[Problem]") -> None:
    """Show problems of a store, a line each."""
    for one in some:
        typer.echo(f"{head}  {printable(one.key, 200)}: {printable(one.what, 300)}")


def megabytes(size: float) -> str:
    """Return a size as it is shown.

    Args:
        size: What it is. [byte]
    """
    return f"{size / 1e6:.2f} MB"


def warn(message: str) -> None:
    """Show a warning; what a file is called cannot move the cursor."""
    typer.echo("\n".join(printable(line, 2000) for line in f"warning: {message}".split("\n")), err=True)
