"""Laws of one record that cannot be read, on a disk and in a bucket: it is told, and all other runs stay readable."""

import errno
import json
import os
import shutil
import stat
from functools import partial

import pytest
from memory_bucket import MemoryBucket

from twin.bench.faults.sample import publish_sample
from twin.cli import main
from twin.errors import ContractError, RunError, UsageError
from twin.query import ask, opened
from twin.store import Snapshot, Store
from twin.store.local import LocalFiles
from twin.store.naming import commit_key, tombstone_key
from twin.store.record import sealed, unsealed
from twin.store.retiring import clear, retire, tombstones
from twin.store.s3 import S3Files
from twin.store.usage import usage
from twin.store.verify import verify

RUNS = ["run-0", "run-1", "run-2"]
HURT, *WELL = RUNS
ERRORS = [OSError(one, os.strerror(one)) for one in (errno.EACCES, errno.EIO, errno.EMFILE)]


@pytest.fixture(params=["disk", "bucket"])
def store(request, tmp_path):
    """A store of three whole runs."""
    root, files = tmp_path / "s", None
    if request.param == "bucket":
        root, files = "s3://x/y", S3Files("s3://x/y", bucket=MemoryBucket(), workspace=tmp_path)
    made = Store(root, fsync=False, files=files)
    for run in RUNS:
        publish_sample(made, run, whole=True)
    return made


@pytest.fixture
def unread(monkeypatch):
    """Make files of some keys unreadable on this machine."""

    def make(error: Exception, *keys: str) -> None:
        for kind in (LocalFiles, S3Files):
            plain = kind.read

            def read(files: object, key: str, plain=plain) -> bytes:
                if key in keys:
                    raise error
                return plain(files, key)

            monkeypatch.setattr(kind, "read", read)

    return make


@pytest.mark.parametrize("error", [*ERRORS, MemoryError(), UsageError("no credentials for S3")], ids=repr)
def test_an_unread_record_leaves_out_its_own_run_alone(store, unread, error):
    """The others are served whole; its run is told in one line as unread, not as bad, and so by verification."""
    unread(error, commit_key(HURT))
    look = Snapshot(store.files)
    assert (look.runs, [*look.unread], look.bad, look.newer) == (WELL, [HURT], {}, {})
    assert set(look.table("lots")["run_id"].to_pylist()) == {*WELL}
    (line,) = look.problems
    assert HURT in line
    assert "may be good" in line
    assert look.known(WELL[0]) == WELL[0]
    with pytest.raises(RunError, match=HURT):
        look.known(HURT)
    found = verify(store.files)
    assert (found.bad, found.newer, {one.key for one in found.unread}) == ([], [], {commit_key(HURT)})


def test_many_unread_records_are_one_warning(store, unread, capsys):
    """Their number and the first reason, after what is bad; which is still told bad beside them."""
    store.files.write(b"{", commit_key(RUNS[2]))
    unread(ERRORS[1], *map(commit_key, RUNS[:2]))
    look = Snapshot(store.files)
    assert (look.runs, [*look.bad], [*look.unread]) == ([], [RUNS[2]], RUNS[:2])
    bad, line = look.problems
    assert f"{commit_key(RUNS[2])} is damaged" in bad
    assert "of 2 runs" in line
    assert [one.key for one in verify(store.files).bad] == [commit_key(RUNS[2])]
    if "s3" not in store.files.address:
        assert main(["store", "ls", "--store", str(store.root)]) == 0
        assert capsys.readouterr().err.count("warning: ") == 2
        with pytest.raises(ContractError, match="damaged"):
            opened(store.root)


def test_a_question_a_list_and_an_export_go_on_without_an_unread_record(tmp_path, unread, capsys):
    """Who is not told of it gets no answer that lacks a run, but is told what this machine lacks."""
    store = Store(tmp_path / "s", fsync=False)
    for run in RUNS:
        publish_sample(store, run, names=("lots",))
    unread(ERRORS[0], commit_key(HURT))
    said = []
    answer = ask(opened(store.root, tell=said.append), "SELECT DISTINCT run_id FROM lots ORDER BY 1").table
    assert answer["run_id"].to_pylist() == WELL
    assert len(said) == 1
    with pytest.raises(RunError, match=HURT):
        opened(store.root)
    assert main(["store", "ls", "--store", str(store.root), "--json"]) == 0
    told = capsys.readouterr()
    assert [one["run_id"] for one in json.loads(told.out)] == WELL
    assert told.err.count("\n") == 1
    assert HURT in told.err
    export = ("export", "--format", "csv", "--tables", "lots", "--out", str(tmp_path / "x"))
    assert main([*export, "--store", str(store.root)]) == 0
    assert HURT in capsys.readouterr().err
    assert main(["store", "retire", HURT, "--dry-run", "--store", str(store.root)]) == 1


def test_an_unread_tombstone_keeps_its_data_and_holds_up_no_other(store, unread):
    """The other run's data go when it is time; what is unread is told, by verification too, and stays."""
    for run in RUNS[:2]:
        retire(store.files, run, "by hand")
    unread(ERRORS[1], tombstone_key(HURT))
    for look in (tombstones, usage, lambda files, tell: clear(files, 0.0, tell)):
        said = []
        found = look(store.files, said.append)
        assert len(said) == 1
        assert tombstone_key(HURT) in said[0]
    assert found == [RUNS[1]]
    assert Snapshot(store.files).runs == RUNS[2:]
    found = verify(store.files)
    assert found.bad == []
    assert tombstone_key(HURT) in {one.key for one in found.unread}


def changed(**fields: object):
    """Return what makes a whole record with its seal say something else."""
    return lambda data: sealed(unsealed(data) | fields)


HOSTILE = {
    "empty": lambda _: b"", "cut": lambda data: data[: len(data) // 2], "no text": lambda _: b"\xff\xfe\x00",
    "nested": lambda _: b"[" * 100_000, "long number": lambda _: b"9" * 10_000,
    "endless format": lambda _: b'{"seal": "0", "format": Infinity, "contract_version": "1.0.0"}',
    "endless version": lambda _: b'{"seal": "0", "format": 1, "contract_version": "1e999"}',
    "endless rows": changed(tables={"runs": {"rows": float("inf"), "bytes": 1, "sha256": "0"}}),
    "endless horizon": changed(run={"horizon_s": 10**400}),
    "long": lambda data: data + b" " * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("hurt", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_record_is_bad_and_hides_no_other_run(store, monkeypatch, hurt):
    """Whatever stands in it: proven bad, in one line, by the reader and by verification alike."""
    for place in ("local", "s3"):
        monkeypatch.setattr(f"twin.store.{place}.SMALL", 50_000)
    store.files.write(hurt(store.files.read(commit_key(HURT))), commit_key(HURT))
    look = Snapshot(store.files)
    assert (look.runs, [*look.bad], look.unread, look.newer) == (WELL, [HURT], {}, {})
    found = verify(store.files)
    assert ([one.key for one in found.bad], found.unread, found.newer) == ([commit_key(HURT)], [], [])


@pytest.mark.parametrize("kind", ["folder", "pipe", "pipe with a writer", "socket", "loop", "gone"])
def test_a_record_that_is_no_file_is_bad_and_keeps_nobody_waiting(tmp_path, request, kind):
    """A pipe that nobody writes to is not waited for, nor one whose writer has not begun."""
    store = Store(tmp_path / "s", fsync=False)
    for run in RUNS[:2]:
        publish_sample(store, run, whole=True)
    path = store.root / commit_key(HURT)
    path.unlink()
    {"folder": path.mkdir, "pipe": lambda: os.mkfifo(path), "pipe with a writer": lambda: os.mkfifo(path),
     "socket": lambda: os.mknod(path, stat.S_IFSOCK | 0o600), "loop": lambda: path.symlink_to(path),
     "gone": lambda: None}[kind]()  # fmt: skip
    if kind == "pipe with a writer":
        request.addfinalizer(partial(os.close, os.open(path, os.O_RDWR | os.O_NONBLOCK)))
    look = Snapshot(store.files)
    assert (look.runs, [*look.bad], look.unread) == (RUNS[1:2], [HURT], {})
    assert commit_key(HURT) in {one.key for one in verify(store.files).bad}
    shutil.rmtree(store.root)
