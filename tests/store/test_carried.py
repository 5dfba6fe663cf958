"""Laws of tables that are staged aside: what fails is told of that machine, and a killed worker leaves nothing."""

import errno
import os
import tempfile
from socket import gethostname

import pytest

from twin.errors import RunError
from twin.store import staging
from twin.store.carried import aside, packed
from twin.store.files import told


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """An empty folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def stage():
    """Stage a replication aside."""
    with aside("") as folder:
        staging.stage_part(folder, 0, {})


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EMFILE, errno.EIO])
def test_what_fails_aside_is_told_of_its_machine(place, monkeypatch, number):
    """Which machine, which folder, why, and what to do there; the store has no part in it."""

    def refuses(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(staging, "write_parts", refuses)
    with pytest.raises(RunError) as caught:
        stage()
    said = str(caught.value)
    assert said.startswith(f"{gethostname()}: ")
    assert f"{place} ({os.strerror(number)})" in said
    assert "set TMPDIR there" in said
    assert "store" not in said
    assert not list(place.iterdir())


def test_a_machine_without_a_folder_for_temporary_files_is_told(place, monkeypatch):
    """The same line, though nothing was staged yet."""
    monkeypatch.setattr(tempfile, "tempdir", str(place / "gone"))
    with pytest.raises(RunError, match=r"gone \(No such file or directory\)"):
        stage()


def elsewhere():
    """What the file system refuses of another folder, as that folder's store tells it."""
    with told("/elsewhere"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def unread():
    """What the work itself could not read."""
    raise OSError(errno.EIO, os.strerror(errno.EIO), "/elsewhere/fit.toml")


def hopeless():
    """What has nothing to do with files."""
    raise RunError("no root found")


@pytest.mark.parametrize(
    ("work", "error", "words"),
    [
        (hopeless, RunError, r"^no root found$"), (unread, OSError, "/elsewhere/fit.toml"),
        (elsewhere, RunError, "^store /elsewhere: the disk is full"),
    ],
)  # fmt: skip
def test_what_the_work_itself_says_stays_as_it_is(work, error, words, place):
    """Only what the file system refuses of this folder is told of the machine; the folder goes all the same."""
    with pytest.raises(error, match=words), aside(""):
        work()
    assert not list(place.iterdir())


def test_tables_that_cannot_be_read_again_are_told_of_their_machine(place):
    """The folder went away, or its disk fails, before they are sent."""
    with pytest.raises(RunError, match=rf"^{gethostname()}: .*{place} \(No such file"):
        packed(place / "gone")


def test_what_a_killed_worker_left_goes_with_the_next_block(place):
    """What is of a living process stays, as does what others have there."""
    (place / "x-filmtwin-aside.txt").touch()
    child = os.fork()
    if not child:
        try:
            with aside("compact"):
                os._exit(0)
        finally:
            os._exit(1)  # no copy of this process goes on with the tests
    os.waitpid(child, 0)
    (left,) = place.glob("*.new")
    with aside("") as own:
        assert not left.exists()
        stage()
        assert own.is_dir()
    assert [one.name for one in place.iterdir()] == ["x-filmtwin-aside.txt"]
