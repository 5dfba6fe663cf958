"""Laws of what a store says next: the command works as it stands, on that store; the exit code says what kind it is."""

import errno
import os
import re
import shlex
import subprocess
import sys

import pytest

from twin.bench.faults.sample import publish_sample
from twin.cli import main
from twin.errors import UsageError
from twin.reports import tended
from twin.store import Store, open_snapshot
from twin.store.files import refusal
from twin.store.naming import commit_key, table_key, tombstone_key
from twin.store.record import sealed, unsealed
from twin.store.retiring import retire
from twin.tending import tend

RUN = "run-0"


@pytest.fixture
def store(tmp_path):
    """A store of two runs, which is not the default one."""
    made = Store(tmp_path / "s", fsync=False)
    for run_id in (RUN, "run-1"):
        publish_sample(made, run_id, whole=True)
    return made


@pytest.fixture
def say(store, capsys):
    """Call a command on that store; return exit code, stdout, stderr."""

    def call(*words: str) -> tuple[int, str, str]:
        code = main([*words, "--store", str(store.root)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


@pytest.mark.parametrize("key", [commit_key(RUN), table_key("runs", RUN), table_key("lots", RUN)])
def test_the_command_that_is_told_next_works_as_it_stands(store, say, capsys, key):
    """Whatever is gone: what the list and verification say next names this store, and ends with what is wrong."""
    store.files.remove(key)
    said = say("store", "ls")[2] + say("verify")[2] + tended.page(tend(store.root))
    steps = {one.strip().rstrip("`;.") for one in re.findall(r"twin (verify [^\n`;]*)", said)}
    assert steps
    for step in sorted(steps, key=lambda one: "--quarantine" in one):
        assert main(shlex.split(step)) == 3
        assert RUN in capsys.readouterr().out
    assert say("verify")[0] == 0


def test_a_folder_in_the_place_of_a_file_is_told_with_its_store():
    """Its next step as well, and whatever stands in the name of the store."""
    error = IsADirectoryError(errno.EISDIR, "Is a directory", "commits")
    assert str(refusal("a{b}", error)).endswith("Take it out: twin verify --quarantine --store a{b}")
    assert str(refusal("a{b}", NotADirectoryError(errno.ENOTDIR, "", "x"))).endswith("Take another --store.")


def test_verification_says_once_what_is_wrong_with_a_record(store, say):
    """Neither the place a second time, nor that one should verify; of a tombstone alike."""
    retire(store.files, "run-1", "by hand")
    for key in (commit_key(RUN), tombstone_key("run-1")):
        store.files.write(b"{", key)
    code, out, _ = say("verify")
    lines = [line for line in out.splitlines() if ".json" in line]
    assert code == 3
    assert lines[0] == f"BAD  {commit_key(RUN)}: it is no commit record"
    assert f"BAD  {tombstone_key('run-1')}: it is no commit record" in lines
    assert "twin verify" not in out


def test_a_store_that_cannot_be_written_says_so_and_retires_none(store, say, monkeypatch, tmp_path):
    """As every other command does, and no run is told as retired; by retention too. `--dry-run` needs no rights."""
    plain = os.open

    def closed(path: object, flags: int, *more: object, **named: object) -> int:
        if flags & (os.O_RDWR | os.O_WRONLY | os.O_CREAT) and str(path).startswith(str(tmp_path / "s")):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return plain(path, flags, *more, **named)

    monkeypatch.setattr("os.open", closed)
    code, out, err = say("store", "retire", RUN)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "is not accessible (Read-only file system)" in err
    with pytest.raises(UsageError, match="Read-only file system"):
        tend(store.root, most=1)
    assert say("store", "retire", RUN, "--dry-run") == (0, f"{RUN}\n", "")
    monkeypatch.undo()
    assert store.runs() == [RUN, "run-1"]


def test_retired_data_that_cannot_be_removed_are_told(store, say, monkeypatch):
    """In a line with the store, by who sweeps."""
    assert say("store", "retire", RUN)[:2] == (0, f"{RUN}\n")
    error = OSError(errno.EROFS, os.strerror(errno.EROFS), "publish.lock")

    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr("twin.store.local.LocalFiles.alone", fails)
    code, out, err = say("store", "sweep", "--at-once")
    assert (code, out) == (2, "")
    assert f"store {store.root}: publish.lock is not accessible" in err


def test_a_newer_run_is_refused_alike_by_all_who_ask_for_it(store, say, tmp_path):
    """It is not bad: another run helps, or a newer filmtwin."""
    record = {**unsealed(store.files.read(commit_key(RUN))), "contract_version": "99.0.0"}
    store.files.write(sealed(record), commit_key(RUN))
    told = set()
    for ask in (lambda: store.read(RUN, "lots"), lambda: open_snapshot(store.root).known(RUN)):
        with pytest.raises(UsageError, match=r"contract 99\.0\.0.*Update filmtwin") as refused:
            ask()
        told.add(str(refused.value))
    assert len(told) == 1
    for words in (("retire", RUN), ("show", RUN), ("backup", str(tmp_path / "a.tar"), RUN)):
        code, out, err = say("store", *words)
        assert (code, out) == (2, ""), err
        assert f"error: {next(iter(told))}" in err


def test_who_reads_no_further_stops_no_retirement(store):
    """`twin store retire ... | true`: all are retired, and a pipe that is closed is no fault of the store."""
    command = f"{sys.executable} -m twin store retire --keep 0 --store {store.root} | true"
    told = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)  # noqa: S602 - a pipe is the point
    assert "error" not in told.stderr
    assert store.runs() == []
