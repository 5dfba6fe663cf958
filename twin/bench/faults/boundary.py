"""A fault at each step of publishing, retiring and recovery: at the first one, the second, ... until none is left."""

import os
import traceback
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from twin.bench.faults.check import Outcome, attempts, in_quarantine, lost, unreadable, unsound
from twin.bench.faults.inject import TOLD, Faulty, How
from twin.bench.faults.sample import place_of, publish_sample
from twin.errors import TwinError
from twin.store import Store
from twin.store.files import Files
from twin.store.local import remove_all
from twin.store.naming import LAST, QUARANTINE, TABLES_FOLDER, commit_key, table_key
from twin.store.place import files_at
from twin.store.retiring import clear, retire

RUN, OTHER = "run-0", "run-1"
HALVES = (commit_key(RUN), table_key(LAST, RUN))  # what a run has lost that is half there
_MOST = 200  # steps


def publishing(root: str | Path, how: How, gone: str = "", steps: Iterable[int] = range(_MOST)) -> Outcome:
    """Let publishing fail at each of its steps.

    Args:
        root: An empty store.
        how: How it fails.
        gone: A file that a hand took away from the run when it was there before; none where it was not.
        steps: At which it fails; those that are never reached end it.
    """
    publish_sample(Store(root, fsync=False), OTHER)
    times, bad = 0, []
    for step in steps:
        half = _half(Store(root, fsync=False), gone) if gone else set()
        faulty = Faulty(_files(root), step, how)
        reached, failed = _fails(partial(_publish, root, faulty), faulty, how)
        store = Store(root, fsync=False)
        there = store.has(RUN)
        found = [] if gone else _sound(store)  # what is half there stays as it is until it is aside
        if not store.has(OTHER):
            bad.append(f"publishing, step {step}: another run is lost")
        if failed and how in ("full", "late") and there:  # with a dead device nobody can take anything back
            bad.append(f"publishing, step {step}: it was told that it failed, and is there")
        if publish_sample(store, RUN).published == there:
            bad.append(f"publishing, step {step}: it is there and was published once more")
        found += [*_sound(store), *(f"lost of the half run: {one}" for one in sorted(half - _aside(store)))]
        found += [] if gone else in_quarantine(store)
        bad += [f"publishing, step {step}: {one}" for one in found]
        if not reached:
            break
        times += 1
        _gone(store)
        for key in _aside(store):  # else what lies there from this step would hide what the next one loses
            store.files.remove(f"{QUARANTINE}/{RUN}/{key}")
    over = " over half a run" if gone else ""
    return Outcome(f"publishing{over}, {place_of(root)}", TOLD[how], times, bad)


def _half(store: Store, gone: str) -> set[str]:
    """Publish a run and take one of its files away; return the keys of the others."""
    publish_sample(store, RUN)
    store.files.remove(gone)
    return {one.key for one in store.files.listed(TABLES_FOLDER) if f"/{RUN}." in one.key} | (
        {commit_key(RUN)} - {gone}
    )


def _aside(store: Store) -> set[str]:
    """Return what was put aside of a run, by the keys that it had."""
    place = f"{QUARANTINE}/{RUN}/"
    return {one.key.removeprefix(place) for one in store.files.listed(QUARANTINE) if one.key.startswith(place)}


def retiring(root: str | Path, how: How) -> Outcome:
    """Let retiring fail at each of its steps."""
    publish_sample(Store(root, fsync=False), OTHER)
    steps, bad = 0, []
    for step in range(_MOST):
        store = Store(root, fsync=False)
        publish_sample(store, RUN)
        before = attempts(store)
        faulty = Faulty(_files(root), step, how)
        reached, _ = _fails(partial(_retire, root, faulty), faulty, how)
        bad += _wrong(root, f"retiring, step {step}", before)
        if not reached:
            break
        steps += 1
    return Outcome(f"retiring, {place_of(root)}", TOLD[how], steps, bad)


def recovering(root: str | Path, how: How, deaths: Iterable[int] = range(_MOST)) -> Outcome:
    """Kill who publishes or retires at each of his steps, and let each step of whoever settles that fail.

    Args:
        root: An empty store.
        how: How recovery fails.
        deaths: Steps at which the first one dies; those that are never reached end it.
    """
    publish_sample(Store(root, fsync=False), OTHER)
    times, bad = 0, list[str]()
    for change in (_publish, _retire):
        for death in deaths:
            found = _recovered(root, how, partial(_dies, root, change, death), f"{change.__name__} dies at {death}")
            if found is None:
                break
            times, bad = times + found.times, bad + found.bad
    return Outcome(f"recovery, {place_of(root)}", TOLD[how], times, bad)


def _dies(root: str | Path, change: Callable[[str | Path, Faulty], None], death: int) -> dict[str, str] | None:
    """Bring a store to where a change is due, and kill who does it; return what was there, None where nobody died."""
    store = Store(root, fsync=False)
    if change is _publish:
        _gone(store)
    else:
        publish_sample(store, RUN)
    before = attempts(store)
    return None if _reaches_its_end(lambda: change(root, Faulty(_files(root), death, "kill"))) else before


def _recovered(root: str | Path, how: How, dies: Callable[[], dict[str, str] | None], when: str) -> Outcome | None:
    """Let each step of recovery fail; None where nobody died."""
    bad = []
    for step in range(_MOST):
        before = dies()
        if before is None:
            return None
        faulty = Faulty(_files(root), step, how)
        reached, _ = _fails(partial(_opens, root, faulty), faulty, how)
        bad += _wrong(root, f"{when}, recovery fails at {step}", before)
        if not reached:
            break
    return Outcome(when, TOLD[how], step + 1, bad)


def _wrong(root: str | Path, when: str, before: Mapping[str, str]) -> list[str]:
    """Open the store, clear away what is retired, and list what is not as it should be."""
    store = Store(root, fsync=False)
    found = lost(store, before, RUN, done=False)
    if not store.has(RUN):
        clear(store.files, 0.0)
    return [f"{when}: {one}" for one in (*found, *_sound(store), *in_quarantine(store))]


def _files(root: str | Path) -> Files:
    return files_at(root, fsync=False)


def _publish(root: str | Path, faulty: Faulty) -> None:
    publish_sample(Store(root, fsync=False, files=faulty), RUN)


def _opens(root: str | Path, faulty: Faulty) -> None:
    Store(root, fsync=False, files=faulty)


def _retire(_: str | Path, faulty: Faulty) -> None:
    retire(faulty, RUN, "a fault")
    clear(faulty, 0.0)


def _fails(work: Callable[[], None], faulty: Faulty, how: How) -> tuple[bool, bool]:
    """Do what fails; say whether it came to the fault, and whether it was told that it failed."""
    if how == "kill":
        died = not _reaches_its_end(work)
        return died, died
    try:
        work()
    except (TwinError, OSError):
        return True, True
    return faulty.fired, False


def _reaches_its_end(work: Callable[[], None]) -> bool:
    """Do something in a process of its own that kills itself; say whether it came to its end."""
    child = os.fork()
    if not child:
        try:
            work()
        except BaseException:  # noqa: BLE001 - it must not go on as if it were its parent
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code > 0:
        raise RuntimeError("what was to be killed, or to reach its end, failed by itself")
    return code == 0


def _sound(store: Store) -> list[str]:
    """Look at a store whose failed attempts have ended though this process lives."""
    for path in [one for one in store.files.workspace.iterdir() if one.is_dir() and one.suffix != ".new"]:
        remove_all(path)
    return [*unsound(store), *(unreadable(store.root) if store.root.is_dir() else [])]


def _gone(store: Store) -> None:
    retire(store.files, RUN, "for the next step")
    clear(store.files, 0.0)
