# ruff: noqa: PLC0415 - what a command needs is imported when it is called, so that `twin --help` answers at once
"""The command `doctor`: can this machine run the twin?"""

import os
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import gettempdir
from typing import Annotated, NamedTuple

import typer

NEEDED = ("fastapi", "numba", "numpy", "pandas", "pint", "prefect", "pyarrow", "pydantic", "scipy", "simpy", "typer")
FREE = 1 << 30  # bytes; a year of the default plant writes some hundred MB
FASTAPI = (0, 151)


class Finding(NamedTuple):
    """One thing that was looked at.

    Attributes:
        good: Whether it is as it should be.
        text: What was found, and what to do if it is not good.
    """

    good: bool
    text: str


def findings(store: Path) -> Iterator[Finding]:
    """Look at Python, packages, the store's folder or bucket, the kernels' cache, cores, and Prefect's server."""
    from twin.store.place import is_remote

    here = sys.version_info
    yield Finding(
        (3, 11) <= here[:2] <= (3, 13), f"Python {here.major}.{here.minor}.{here.micro} (3.11, 3.12 or 3.13 is needed)"
    )
    yield from _packages()
    remote = is_remote(store)
    yield _bucket(store) if remote else _writable(store, "store")
    yield _writable(Path(__file__).parent / "__pycache__", "cache of compiled kernels")
    here_too, place = (Path(gettempdir()), "for what is on its way to it") if remote else (store, "at the store")
    free = shutil.disk_usage(_existing(here_too)).free
    yield Finding(free >= FREE, f"{free / 1e9:.1f} GB free {place} (1 GB is wanted)")
    yield Finding(True, f"{os.cpu_count()} cores; a run uses one worker process a core (--workers)")
    yield Finding(True, _server())


def _bucket(store: Path) -> Finding:
    """Say whether a store in a bucket answers."""
    from twin.errors import TwinError
    from twin.store.files import told
    from twin.store.naming import COMMITS
    from twin.store.place import address, files_at

    where = address(store)
    try:
        with told(where):
            count = len(files_at(where).listed(COMMITS))
    except TwinError as error:
        return Finding(False, f"store: {where} does NOT answer: {error}")
    return Finding(True, f"store: {where} answers; {count} runs")


def _packages() -> Iterator[Finding]:
    for name in NEEDED:
        try:
            found = version(name)
        except PackageNotFoundError:
            yield Finding(False, f"{name} is not installed: run make setup")
            continue
        if name == "fastapi" and tuple(int(part) for part in found.split(".")[:2]) >= FASTAPI:
            yield Finding(False, f"fastapi {found} breaks Prefect's server (below 0.151 is needed): run make setup")
        else:
            yield Finding(True, f"{name} {found}")


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def _writable(folder: Path, what: str) -> Finding:
    good = os.access(_existing(folder), os.W_OK | os.X_OK)
    return Finding(good, f"{what}: {folder} {'can' if good else 'can NOT'} be written")


def _server() -> str:
    from urllib.error import URLError
    from urllib.request import urlopen

    address = os.environ.get("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    if address.startswith(("http://", "https://")):
        try:
            with urlopen(f"{address.rstrip('/')}/health", timeout=2.0):  # noqa: S310 - http only, see above
                return f"a Prefect server answers at {address}; flows will use it"
        except (URLError, OSError, ValueError):
            pass
    return f"no Prefect server at {address}; flows start one of their own (about 20 s)"


def add_to(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def doctor(
        store: Annotated[
            Path | None, typer.Option("--store", help="Folder of the store, or s3://bucket/prefix.")
        ] = None,
    ) -> int:
        """Look whether this machine can run the twin."""
        from twin.cli_run import store_folder

        found = list(findings(store or store_folder()))
        for one in found:
            typer.echo(f"{'ok  ' if one.good else 'BAD '} {one.text}")
        return 0 if all(one.good for one in found) else 1
