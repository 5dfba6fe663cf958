"""Laws of care that ends half-way: what was proven bad before stays told and is moved, and nothing else is blamed."""

import errno
import json
import os
import tarfile
from threading import Lock

import pyarrow as pa
import pytest

from twin.bench.faults.sample import publish_sample
from twin.cli import main
from twin.errors import ContractError, RunError, UsageError
from twin.reports import tended
from twin.store import Store, open_snapshot
from twin.store.archive import backup, restore
from twin.store.local import LocalFiles
from twin.store.naming import RETIRED, table_key
from twin.store.quarantine import quarantine
from twin.store.retiring import retire
from twin.store.verify import verify
from twin.tending import tend

RUNS = ["run-0", "run-1", "run-2"]
CUT = [table_key("lots", run) for run in RUNS[:2]]
LACKS = [
    OSError(errno.EMFILE, os.strerror(errno.EMFILE)), OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), MemoryError(),
    pa.ArrowMemoryError("malloc of size 64 failed"),
    OSError("ZSTD decompression failed: Allocation error : not enough memory"),
]  # fmt: skip


@pytest.fixture
def store(tmp_path):
    """A store of three whole runs, one of them retired, of which the first two lose a byte."""
    made = Store(tmp_path / "s", fsync=False)
    for run in (*RUNS, "gone"):
        publish_sample(made, run, whole=True)
    retire(made.files, "gone", "by hand")
    for key in CUT:
        made.files.write(made.files.read(key)[:-1], key)
    return made


class Dying:
    """Files of a disk that answers so many questions and no more."""

    def __init__(self, files: LocalFiles, last: float) -> None:
        self.files, self.asked, self.last, self.counts = files, 0, last, Lock()  # several threads ask

    def __getattr__(self, name: str) -> object:
        found = getattr(self.files, name)

        def ask(*given: object) -> object:
            with self.counts:
                self.asked += 1
                lasts = self.asked <= self.last
            if not lasts:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return found(*given)

        return ask if callable(found) else found


def failing(error):
    """Return what stands for a function and always fails."""

    def fails(*_: object, **__: object) -> None:
        raise error

    return fails


def test_wherever_the_disk_dies_what_was_proven_stays_told(store):
    """The answer names each run that was looked at before, blames no other, and says that the rest is unread."""
    whole = Dying(store.files, float("inf"))
    begun = []
    assert [one.key for one in verify(whole, None, lambda _: begun.append(whole.asked)).bad] == CUT
    assert len(begun) == len(RUNS)
    for last in range(begun[0], whole.asked):
        found = verify(Dying(store.files, last))
        proven = [
            key for key, asked in zip(CUT, begun[1:], strict=True) if asked - 2 <= last
        ]  # two ask: is it still so?
        assert {*proven} <= {one.key for one in found.bad} <= {*CUT}
        assert found.unread, last - whole.asked
    with pytest.raises(RunError, match="output error"):
        verify(Dying(store.files, 1))


def test_what_fails_after_the_runs_were_looked_at_costs_no_verdict(store, monkeypatch, capsys):
    """The command ends with exit code 3, and names what is bad beside what is unread."""
    plain = LocalFiles.listed
    error = OSError(errno.EIO, os.strerror(errno.EIO))
    monkeypatch.setattr(LocalFiles, "listed", lambda it, key: failing(error)() if key == RETIRED else plain(it, key))
    assert main(["verify", "--json", "--store", str(store.root)]) == 3
    told = json.loads(capsys.readouterr().out)
    assert [one["key"] for one in told["bad"]] == CUT
    assert [one["key"] for one in told["unread"]] == [RETIRED]
    assert told["newer"] == []


def test_a_run_that_cannot_be_moved_holds_up_no_other(store, monkeypatch, capsys, caplog):
    """It is told with its reason, the others go, writers go on; who opens the store when it can be moved does so."""
    plain = LocalFiles.move

    def move(files: LocalFiles, key: str, target: str) -> None:
        if key == CUT[0]:
            raise PermissionError(errno.EACCES, "Permission denied", key)
        plain(files, key, target)

    with monkeypatch.context() as patched:
        patched.setattr(LocalFiles, "move", move)
        with pytest.raises(UsageError, match="not accessible"):
            quarantine(store.files, verify(store.files).bad)
        assert store.runs() == RUNS[1:]
    publish_sample(store, RUNS[0], whole=True)
    store.files.write(store.files.read(CUT[0])[:-1], CUT[0])
    monkeypatch.setattr(LocalFiles, "move", move)
    assert main(["verify", "--quarantine", "--store", str(store.root)]) == 3
    said = capsys.readouterr()
    assert all(f"BAD  {key}" in said.out for key in CUT)
    assert f"{RUNS[0]} is NOT moved to quarantine" in said.err
    assert open_snapshot(store.root).runs == RUNS[2:]
    assert "the rest can be read" not in said.err
    assert main(["verify", "--quarantine", "--store", str(store.root)]) == 0  # the rest is good
    assert f"a change of {RUNS[0]} stays half done" in caplog.text
    publish_sample(Store(store.root, fsync=False), "later", whole=True)
    assert open_snapshot(store.root).runs == ["later", RUNS[2]]
    monkeypatch.undo()
    assert Store(store.root, fsync=False).settled > 0
    assert verify(store.files).problems == []


def test_care_tells_what_it_could_not_do(store, monkeypatch):
    """A step that fails after verification takes back nothing that was found."""
    monkeypatch.setattr("twin.tending.lineage.missing", failing(LACKS[0]))
    done = tend(store.root, quarantine=True)
    assert [key for key, _ in done.bad] == CUT
    assert {*CUT} <= {*done.moved}
    assert [line for line in done.failed if "lineage is NOT made up" in line] == [*done.failed] != []
    assert done.failed[0] in tended.page(done)
    assert tended.headline(done).endswith(": 2 BAD, 1 step FAILED")  # not all that is bad need have been moved
    assert "can be read" not in tended.page(done)
    assert tended.headline(tend(store.root, quarantine=True)).endswith(": 1 step FAILED")  # nothing is bad any more
    monkeypatch.undo()
    assert tended.headline(tend(store.root, quarantine=True)).endswith(": all good")


@pytest.fixture
def archive(tmp_path, store):
    """An archive of the run that is whole."""
    backup(store.files, tmp_path / "a.tar", RUNS[2:])
    return tmp_path / "a.tar"


READS = ["twin.store.content.pq.ParquetFile", "twin.store.members.tarfile.open", "twin.store.members._content_of"]


@pytest.mark.parametrize("error", LACKS, ids=repr)
@pytest.mark.parametrize("read", READS)
def test_an_archive_is_not_blamed_for_what_this_machine_lacks(tmp_path, archive, monkeypatch, capsys, read, error):
    """Exit code 1 and the reason; nothing is half restored, and where nothing lacks the same archive is restored."""
    target = Store(tmp_path / "t", fsync=False)
    with monkeypatch.context() as patched:
        patched.setattr(read, failing(error))
        with pytest.raises(RunError, match="may be good"):
            restore(target.files, archive)
        assert main(["store", "restore", str(archive), "--verify", "--store", str(target.root)]) == 1
        assert "damaged" not in capsys.readouterr().err
    assert target.runs() == []
    assert restore(target.files, archive) == {RUNS[2]: True}


def test_an_archive_that_ends_to_be_readable_is_told_as_itself(tmp_path, archive, monkeypatch):
    """Whichever of its members the disk dies at, the line names the archive, and never the store it goes to."""
    plain, asked = tarfile.TarFile.next, []
    with monkeypatch.context() as patched:
        patched.setattr(tarfile.TarFile, "next", lambda it: asked.append(it) or plain(it))
        restore(Store(tmp_path / "whole", fsync=False).files, archive)
    for last in range(0, len(asked), 5):
        left = iter(range(last))
        target = Store(tmp_path / "t", fsync=False).files
        with monkeypatch.context() as patched:
            patched.setattr(tarfile.TarFile, "next", lambda it, left=left: dies(left) or plain(it))
            with pytest.raises(RunError, match="may be good") as told:
                restore(target, archive)
        assert str(told.value).startswith(f"{archive}: cannot be read"), last
    assert len(asked) > len(RUNS)


def dies(left):
    """Fail as a disk does when there is none left."""
    if next(left, None) is None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_what_came_and_is_unread_ends_with_1_and_what_is_bad_with_3(tmp_path, archive, monkeypatch, capsys):
    """Once it is here, only what is proven is a broken promise."""
    for error, code, word in ((LACKS[2], 1, "UNREAD"), (ContractError("damaged or gone (its hash)"), 3, "BAD")):
        with monkeypatch.context() as patched:
            patched.setattr("twin.store.verify.content", failing(error))
            assert main(["store", "restore", str(archive), "--verify", "--store", str(tmp_path / "t")]) == code
        assert capsys.readouterr().out.startswith(f"{word}  ")
