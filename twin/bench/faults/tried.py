"""What all misuses of a store have in common: how they are listed, tried, and what a person must be told."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from twin.bench.faults.check import Outcome
from twin.bench.faults.sample import publish_sample
from twin.errors import TwinError
from twin.store import Store
from twin.store.place import files_to_read

RUN = "run-0"
DEAD = {"pid": 2**22 + 1, "host": os.uname().nodename, "born": "1"}  # what a process leaves that no longer lives
Misuse = Callable[[Path], list[str]]
MisuseAnywhere = Callable[[str | Path], list[str]]
MISUSES: list[tuple[str, str, Misuse]] = []
IN_BUCKETS: list[tuple[str, str, MisuseAnywhere]] = []


class NotPossibleError(Exception):
    """This system has not what is needed to inject the fault."""


def misuse(fault: str, how: str) -> Callable[[Misuse], Misuse]:
    """List what follows among the misuses.

    Args:
        fault: What is wrong.
        how: How it comes about.
    """

    def keep(work: Misuse) -> Misuse:
        MISUSES.append((fault, how, work))
        return work

    return keep


def misuse_anywhere(fault: str, how: str) -> Callable[[MisuseAnywhere], MisuseAnywhere]:
    """List what follows among the misuses of a folder and among those of a bucket."""

    def keep(work: MisuseAnywhere) -> MisuseAnywhere:
        MISUSES.append((fault, how, work))
        IN_BUCKETS.append((f"{fault}, S3", how, work))
        return work

    return keep


def misuses(folder: Path) -> Iterator[Outcome]:
    """Try each misuse once in a folder of its own."""
    for number, (fault, how, work) in enumerate(MISUSES):
        place = folder / str(number)
        place.mkdir(parents=True)
        try:
            yield Outcome(fault, how, 1, work(place))
        except NotPossibleError as error:
            yield Outcome(fault, how, 0, [], f"not possible here: {error}")


def told_as(work: Callable[[], object], code: int, *words: str) -> list[str]:
    """Say what is wrong with what a person is told."""
    try:
        work()
    except TwinError as error:
        text = str(error)
        wrong = ["control characters in it"] if any(ord(one) < 32 for one in text) else []
        wrong += [f"no word of {word!r}: {text}" for word in words if word not in text]
        return [*wrong, *([] if error.exit_code == code else [f"exit code {error.exit_code}"])]
    return ["it was not refused"]


def misuses_of_buckets(address: str) -> Iterator[Outcome]:
    """Try each misuse that a bucket can suffer once, below an address of its own."""
    for number, (fault, how, work) in enumerate(IN_BUCKETS):
        yield Outcome(fault, how, 1, work(f"{address}/{number}"))


def published(root: str | Path, **more: bool) -> Store:
    """Return a store with one run."""
    store = Store(root, fsync=False)
    publish_sample(store, RUN, **more)  # type: ignore[arg-type] # of its switches
    return store


def contents(root: str | Path) -> dict[str, bytes]:
    """Return all that stands in a place, by its name there: a folder has no content."""
    if isinstance(root, Path):
        found = {path.relative_to(root).as_posix(): path for path in root.rglob("*")}
        return {name: path.read_bytes() if path.is_file() else b"" for name, path in found.items()}
    above, _, name = root.rpartition("/")
    files = files_to_read(above)
    return {one.key.removeprefix(f"{name}/"): files.read(one.key) for one in files.listed(name)}
