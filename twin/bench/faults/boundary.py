"""A fault at each boundary of publishing and retiring: at the first step, the second, ... until none is left."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from twin.bench.faults.check import Outcome, unreadable, unsound
from twin.bench.faults.inject import TOLD, Faulty, How
from twin.bench.faults.sample import publish_sample
from twin.errors import TwinError
from twin.store import Store
from twin.store.files import Files
from twin.store.local import remove_all
from twin.store.place import files_at
from twin.store.retiring import clear, retire

RUN, OTHER = "run-0", "run-1"
_MOST = 200  # steps


def publishing(root: str | Path, how: How) -> Outcome:
    """Let publishing fail at each of its steps."""
    publish_sample(Store(root, fsync=False), OTHER)
    steps, bad = 0, []
    for step in range(_MOST):
        faulty = Faulty(_files(root), step, how)
        failed = _fails(partial(_publish, root, faulty), faulty, how)
        store = Store(root, fsync=False)
        there = store.has(RUN)
        bad += [f"publishing, step {step}: {one}" for one in _sound(store)]
        if not store.has(OTHER):
            bad.append(f"publishing, step {step}: another run is lost")
        if failed and how in ("full", "late") and there:  # with a dead device nobody can take anything back
            bad.append(f"publishing, step {step}: it was told that it failed, and is there")
        if publish_sample(store, RUN).published == there:
            bad.append(f"publishing, step {step}: it is there and was published once more")
        if not failed:
            break
        steps += 1
        _gone(store)
    return Outcome(f"publishing, {_place(root)}", TOLD[how], steps, bad)


def retiring(root: str | Path, how: How) -> Outcome:
    """Let retiring fail at each of its steps."""
    publish_sample(Store(root, fsync=False), OTHER)
    steps, bad = 0, []
    for step in range(_MOST):
        publish_sample(Store(root, fsync=False), RUN)
        faulty = Faulty(_files(root), step, how)
        failed = _fails(partial(_retire, faulty), faulty, how)
        store = Store(root, fsync=False)
        if not store.has(RUN):
            clear(store.files, 0.0)
        bad += [f"retiring, step {step}: {one}" for one in _sound(store)]
        if not store.has(OTHER):
            bad.append(f"retiring, step {step}: another run is lost")
        if not failed:
            break
        steps += 1
    return Outcome(f"retiring, {_place(root)}", TOLD[how], steps, bad)


def _files(root: str | Path) -> Files:
    return files_at(root, fsync=False)


def _publish(root: str | Path, faulty: Faulty) -> None:
    publish_sample(Store(root, fsync=False, files=faulty), RUN)


def _retire(faulty: Faulty) -> None:
    retire(faulty, RUN, "a fault")
    clear(faulty, 0.0)


def _fails(work: Callable[[], None], faulty: Faulty, how: How) -> bool:
    """Do what fails; say whether it did."""
    if how == "kill":
        return not _reaches_its_end(work)
    try:
        work()
    except (TwinError, OSError):
        return True
    return faulty.fired and how != "late"


def _reaches_its_end(work: Callable[[], None]) -> bool:
    """Do something in a process of its own that kills itself; say whether it came to its end."""
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _sound(store: Store) -> list[str]:
    """Look at a store whose failed attempts have ended though this process lives."""
    for path in [one for one in store.files.workspace.iterdir() if one.is_dir() and one.suffix != ".new"]:
        remove_all(path)
    return [*unsound(store), *(unreadable(store.root) if store.root.is_dir() else [])]


def _gone(store: Store) -> None:
    retire(store.files, RUN, "for the next step")
    clear(store.files, 0.0)


def _place(root: str | Path) -> str:
    return "local disk" if isinstance(root, Path) else "S3"
