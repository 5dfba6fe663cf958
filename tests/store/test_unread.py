"""Laws of what cannot be read: it proves nothing, so it is told and stays; what is proven bad still goes."""

import errno
import os
from unittest.mock import patch

import pyarrow as pa
import pytest
from memory_bucket import MemoryBucket

from twin.bench.faults.sample import publish_sample
from twin.cli import main
from twin.errors import ContractError, RunError, TwinError
from twin.query import opened
from twin.query.asking import ask
from twin.reports import tended
from twin.store import Store, open_snapshot
from twin.store.local import LocalFiles
from twin.store.naming import commit_key, hidden_key, table_key
from twin.store.quarantine import quarantine
from twin.store.record import entries
from twin.store.retiring import retire
from twin.store.s3 import S3Files
from twin.store.strays import Problem
from twin.store.verify import _READERS, verify
from twin.tending import tend

RUN = "run-0"
ERRORS = [
    *(OSError(number, os.strerror(number)) for number in (errno.EMFILE, errno.EIO, errno.ENOSPC, errno.EACCES)),
    OSError(errno.ESTALE, os.strerror(errno.ESTALE)), MemoryError(),
    OSError("ZSTD decompression failed: Allocation error : not enough memory"),
    pa.ArrowMemoryError("malloc of size 64 failed"),
]  # fmt: skip
CORRUPT = OSError("ZSTD decompression failed: Data corruption detected")
READERS = ["twin.store.local.sha256_of", "twin.store.content.pq.ParquetFile", "twin.store.content.misfits"]


@pytest.fixture
def store(tmp_path):
    """A store with one whole run."""
    made = Store(tmp_path / "s", fsync=False)
    publish_sample(made, RUN, whole=True)
    return made


def failing(error):
    """Return what stands for a reader and always fails."""

    def fails(*_: object, **__: object) -> None:
        raise error

    return fails


def cut(store, run):
    """Take the last byte of a file of a run."""
    path = store.root / table_key("lots", run)
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize("error", ERRORS, ids=repr)
@pytest.mark.parametrize("reader", READERS)
def test_what_cannot_be_read_is_told_and_stays(store, monkeypatch, reader, error):
    """Whatever this machine lacks at the moment, no good run goes for it; a file that was cut goes all the same."""
    publish_sample(store, "cut", whole=True)
    cut(store, "cut")
    monkeypatch.setattr(reader, failing(error))
    found = verify(store.files).problems
    assert {one.run_id for one in found if one.unread} >= {RUN}
    assert [one for one in found if one.run_id == RUN and not one.unread] == []
    done = tend(store.root, quarantine=True)
    assert done.unread
    assert "UNREAD" in tended.headline(done)
    assert "may be good and stay" in tended.page(done)
    assert RUN in "".join(key for key, _ in done.unread)
    assert not [key for key in done.moved if RUN in key]
    assert table_key("lots", "cut") in done.moved
    monkeypatch.undo()
    assert store.has(RUN)
    assert [one for one in verify(store.files).problems if one.run_id == RUN] == []


def test_a_record_or_a_retired_file_that_cannot_be_read_stays_too(store, monkeypatch):
    """Nor does the rest go unseen for it."""
    publish_sample(store, "cut", whole=True)
    cut(store, "cut")
    publish_sample(store, "gone")
    retire(store.files, "gone", "by hand")
    plain = LocalFiles.read

    def read(files, key: str) -> bytes:
        if key in {commit_key(RUN), "retired/gone.json"}:
            raise OSError(errno.EIO, "Input/output error")
        return plain(files, key)

    with monkeypatch.context() as patched:
        patched.setattr(LocalFiles, "read", read)
        found = {one.key: one.unread for one in verify(store.files).problems if "tables/executions" not in one.key}
    assert found[commit_key(RUN)]
    assert found["retired/gone.json"]
    assert not found[table_key("lots", "cut")]
    monkeypatch.setattr("twin.store.local.sha256_of", failing(ERRORS[0]))
    found = verify(store.files).problems
    assert hidden_key("gone") in {one.key for one in found if one.unread}
    assert all(RUN not in key and "gone" not in key for key in quarantine(store.files, found))


def test_a_problem_that_can_be_read_no_more_moves_nothing(store, monkeypatch):
    """It is looked at once more before it is moved, and proven then or not."""
    monkeypatch.setattr("twin.store.local.sha256_of", failing(ERRORS[0]))
    assert quarantine(store.files, [Problem(RUN, table_key("lots", RUN), "its hash differs")]) == []
    assert store.has(RUN)


def test_a_folder_that_cannot_be_listed_is_not_empty(store, monkeypatch):
    """Else every run would be missing in what is shown."""
    monkeypatch.setattr("os.scandir", failing(ERRORS[0]))
    for look in (lambda: verify(store.files), lambda: open_snapshot(store.root)):
        with pytest.raises(RunError, match="too many open files"):
            look()


def test_a_reader_says_what_this_machine_lacks(store, monkeypatch):
    """And sends nobody to quarantine what is good; a file that makes no sense is damaged."""
    with monkeypatch.context() as patched:
        patched.setattr("twin.store.local.sha256_of", failing(ERRORS[0]))
        for read in (lambda: store.read(RUN, "lots"), lambda: open_snapshot(store.root).table("lots")):
            with pytest.raises(RunError, match="too many open files"):
                read()
        with pytest.raises(RunError, match="too many open files"):
            ask(opened(store.root), "SELECT count(*) FROM visits")
    for error in (ERRORS[0], *ERRORS[-2:], CORRUPT):
        kind = ContractError if error is CORRUPT else RunError
        with monkeypatch.context() as patched:
            patched.setattr("twin.store.store.pq.ParquetFile", failing(error))
            with pytest.raises(kind):
                store.read(RUN, "lots")
            patched.setattr("twin.query.asking._gathered", failing(error))
            with pytest.raises(kind):
                ask(opened(store.root), "SELECT count(*) FROM visits")


def test_the_command_tells_bad_from_unread(store, monkeypatch, capsys):
    """Both end with exit code 3; only the first is said to be moved."""
    monkeypatch.setattr("twin.store.local.sha256_of", failing(ERRORS[0]))
    for more in ([], ["--quarantine"]):
        assert main(["verify", *more, "--store", str(store.root)]) == 3
        said = capsys.readouterr()
        assert f"UNREAD  {table_key('lots', RUN)}: cannot be read: [Errno 24]" in said.out
        assert said.out.endswith("1 UNREAD\n")
        assert "BAD" not in said.out
        assert "may be good and stays" in said.err
        assert "--quarantine" not in said.err
    assert store.has(RUN)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_a_bucket_is_verified_in_the_room_of_a_few_files(tmp_path, number):
    """However large it is, its copies go as soon as they were looked at; a full disk here makes no run bad there."""
    bucket = MemoryBucket()
    store = Store("s3://x/y", files=S3Files("s3://x/y", bucket=bucket, workspace=tmp_path))
    for run in (RUN, "run-1"):
        publish_sample(store, run, whole=True)
    most = []

    def count(operation: str, _: str) -> None:
        if operation == "piece":
            most.append(sum(1 for one in tmp_path.rglob("*") if one.is_file()))

    bucket.before = count
    assert verify(store.files).problems == []
    assert 0 < max(most) <= _READERS
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []

    def fails(operation: str, _: str) -> None:
        if operation == "piece":
            raise OSError(number, os.strerror(number))

    bucket.before = fails
    found = verify(store.files).problems
    assert {one.run_id for one in found if one.unread} == {RUN, "run-1"}
    assert quarantine(store.files, found) == []
    bucket.before = lambda *_: None
    with patch("twin.store.s3.tempfile.NamedTemporaryFile", failing(FileNotFoundError(errno.ENOENT, "swept"))):
        assert quarantine(store.files, verify(store.files).problems) == []
    assert store.runs() == [RUN, "run-1"]
    bucket.objects[table_key("lots", RUN)] = b"cut", "x"
    assert table_key("lots", RUN) in quarantine(store.files, verify(store.files).problems)


@pytest.mark.parametrize("error", [PermissionError(errno.EACCES, "denied"), OSError(errno.EIO, "no answer")])
def test_comparing_with_what_stands_there_names_the_store(store, monkeypatch, error):
    """What is refused on the way is told in one line, with the place."""
    again = [*entries(store.commit(RUN)).values()]
    assert store.differences(RUN, again) == []
    monkeypatch.setattr("twin.store.local.sha256_of", failing(error))
    with pytest.raises(TwinError, match=f"^store {store.root}: "):
        store.differences(RUN, again)
