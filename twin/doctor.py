"""What can be wrong with a machine on which the twin is to run, and the command that mends it."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import gettempdir
from typing import NamedTuple

from twin.errors import TwinError
from twin.store.files import told
from twin.store.naming import COMMITS
from twin.store.place import address, files_at, is_remote

NEEDED = ("numba", "numpy", "pandas", "pint", "pyarrow", "pydantic", "scipy", "simpy", "typer")
BOUNDS = {
    "prefect": ((3, 8, 8), (3, 10)),
    "fastapi": ((0, 139), (0, 151)),
    "sqlalchemy": ((2, 0, 45), (2, 1)),
}  # as in pyproject.toml
FREE = 1 << 30  # bytes; a year of the default plant writes some hundred MB
SKEW = 120.0  # s by which clocks may differ
FIRST = 1_760_000_000.0  # s; the clock of a machine that runs this version shows October 2025 or later
SETUP = "make setup"


class Finding(NamedTuple):
    """One thing that was looked at.

    Attributes:
        good: Whether it is as it should be.
        text: What was found.
        mend: Command or act that mends it; empty where nothing is to mend.
    """

    good: bool
    text: str
    mend: str = ""


def well(text: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(good=True, text=text)


def fault(text: str, mend: str) -> Finding:
    """Say what is wrong, and what mends it."""
    return Finding(good=False, text=text, mend=mend)


def findings(store: Path) -> Iterator[Finding]:
    """Look at Python, packages, the store, the cache of compiled kernels, room, cores and the clock."""
    here = sys.version_info
    python = f"Python {here.major}.{here.minor}.{here.micro} (3.11, 3.12 or 3.13 is needed)"
    yield Finding((3, 11) <= here[:2] <= (3, 13), python, "make clean setup PYTHON=python3.12")
    yield from _packages()
    remote = is_remote(store)
    yield _bucket(store) if remote else _writable(store, "store", "or name another: --store DIR")
    yield _writable(Path(__file__).parent / "__pycache__", "cache of compiled kernels", "or set NUMBA_CACHE_DIR")
    here_too = Path(gettempdir()) if remote else store  # what is on its way to a bucket is prepared here
    free = shutil.disk_usage(existing(here_too)).free
    room = f"{free / 1e9:.1f} GB free at {'the staging folder' if remote else 'the store'} (1 GB is wanted)"
    yield Finding(free >= FREE, room, f"twin store du; twin store retire --keep 50; or free room under {here_too}")
    yield well(f"{os.cpu_count()} cores; a run uses one worker process a core (--workers)")
    yield clock(store)


def _packages() -> Iterator[Finding]:
    for name in sorted((*NEEDED, *BOUNDS)):
        try:
            found = version(name)
        except PackageNotFoundError:
            yield fault(f"{name} is not installed", SETUP)
            continue
        low, high = BOUNDS.get(name, ((0,), (10**9,)))
        if low <= numbered(found) < high:
            yield well(f"{name} {found}")
        else:
            wanted = f"{'.'.join(map(str, low))} or newer, below {'.'.join(map(str, high))}"
            yield fault(f"{name} {found}: {wanted} is needed", SETUP)


def numbered(text: str) -> tuple[int, ...]:
    """Return the numbers of a version.

    >>> numbered("3.9.1"), numbered("0.151.0rc1")
    ((3, 9, 1), (0, 151))
    """
    numbers = []
    for part in text.split("."):
        if not part.isdecimal():
            break
        numbers.append(int(part))
    return tuple(numbers)


def existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above that is there."""
    while not folder.exists():
        folder = folder.parent
    return folder


def _bucket(store: Path) -> Finding:
    """Say whether a store in a bucket answers."""
    where = address(store)
    try:
        with told(where):
            count = len(files_at(where).listed(COMMITS))
    except TwinError as error:
        return fault(f"store: {where} does NOT answer: {error}", "set AWS_ENDPOINT_URL, region and credentials")
    return well(f"store: {where} answers; {count} runs")


def _writable(folder: Path, what: str, other: str) -> Finding:
    there = existing(folder)
    if not there.is_dir():
        return fault(f"{what}: {there} is a file where a folder is needed", f"mv {there} {there}.old; {other}")
    good = os.access(there, os.W_OK | os.X_OK)
    mend = f"sudo chown -R $USER {folder} && chmod -R u+rwX {folder}"
    if there != folder:  # the folder above is others' too, perhaps the whole machine
        mend = f"sudo install -d -o $USER {folder}"
    return Finding(good, f"{what}: {folder} {'can' if good else 'can NOT'} be written", f"{mend}; {other}")


def clock(store: Path) -> Finding:
    """Say whether the clock is behind what it has shown before: schedules and retention follow it."""
    now = time.time()
    seen = max((path.stat().st_mtime for path in (store / "commits").glob("*.json")), default=0.0)
    mend = "sudo timedatectl set-ntp true"
    if now < FIRST:
        return fault(f"the clock shows {time.strftime('%Y-%m-%d', time.gmtime(now))}, which is past", mend)
    if seen > now + SKEW:
        return fault(f"the clock is {seen - now:.0f} s behind the newest run in the store", mend)
    return well(f"clock: {time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime(now))}")
