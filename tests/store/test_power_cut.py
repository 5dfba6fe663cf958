"""Laws of order: what a name leads to is safe before the name is given, and the name before the next step follows."""

import os
from pathlib import Path

import pytest

from twin.bench.faults.sample import SMALL, publish_sample
from twin.store import Store
from twin.store.naming import EXECUTIONS, LAST, commit_key, table_key

RUN = "run-0"
Told = list[tuple[str, str]]


@pytest.fixture
def told(monkeypatch) -> Told:
    """What the file system is asked for, in order: ``synced`` with a path, ``named`` with the new name."""
    asked: Told = []
    synced, renamed, linked = os.fsync, os.replace, os.link

    def sync(handle: int) -> None:
        asked.append(("synced", str(Path(f"/proc/self/fd/{handle}").readlink())))
        synced(handle)

    def rename(source: str | Path, target: str | Path) -> None:
        asked.append((f"named {source}", str(target)))
        renamed(source, target)

    def link(source: str | Path, target: str | Path) -> None:
        asked.append((f"named {source}", str(target)))
        linked(source, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", rename)
    monkeypatch.setattr(os, "link", link)
    return asked


def named(told: Told, target: Path) -> tuple[int, str]:
    """Return when a name was given, and to what."""
    (found,) = [(at, how.removeprefix("named ")) for at, (how, where) in enumerate(told) if where == str(target) if
                how.startswith("named ")]  # fmt: skip
    return found


def synced(told: Told, path: str | Path) -> list[int]:
    """Return when a file or a folder was made safe."""
    return [at for at, one in enumerate(told) if one == ("synced", str(path))]


def test_a_power_cut_at_any_moment_leaves_a_run_whole_or_absent(tmp_path, told):
    """Each file is safe before its name, the names of data before the record, the record before the catalogue."""
    root = tmp_path / "s"
    store = Store(root)
    told.clear()
    publish_sample(store, RUN)
    (execution,) = (root / "tables" / EXECUTIONS).iterdir()
    record, source = named(told, root / commit_key(RUN))
    row, _ = named(told, root / table_key(LAST, RUN))
    assert min(synced(told, source)) < record < min(synced(told, root / "commits")) < row
    for name in SMALL:
        given, source = named(told, root / table_key(name, RUN))
        safe = [at for at in synced(told, root / "tables" / name) if at > given]
        assert min(synced(told, source)) < given < min(safe) < record, name
    for path in (execution, root / table_key(LAST, RUN)):
        given, source = named(told, path)
        assert min(synced(told, source)) < given, path
        assert record < given <= row, path
        assert max(synced(told, path.parent)) > row, path


def test_a_row_of_an_execution_is_safe_before_it_has_its_name(tmp_path, told):
    """A run that is computed again adds one file, and that one survives too."""
    store = Store(tmp_path / "s")
    publish_sample(store, RUN)
    row = store.read(RUN, EXECUTIONS)
    before = {*(tmp_path / "s" / "tables" / EXECUTIONS).iterdir()}
    told.clear()
    again = store.begin(RUN)
    again.publish_execution(row)
    again.abandon()
    (added,) = {*(tmp_path / "s" / "tables" / EXECUTIONS).iterdir()} - before
    given, source = named(told, added)
    assert min(synced(told, source)) < given < max(synced(told, added.parent))


def test_a_store_that_may_be_lost_waits_for_no_disk(tmp_path, told):
    """With fsync off nothing is made safe, and the order of the names is the same."""
    root = tmp_path / "s"
    publish_sample(Store(root, fsync=False), RUN)
    assert not [one for one in told if one[0] == "synced"]
    names = [named(told, root / table_key(name, RUN))[0] for name in SMALL]
    assert max(names) < named(told, root / commit_key(RUN))[0] < named(told, root / table_key(LAST, RUN))[0]
