"""Laws of how the command line has a scenario run: here, on a cluster, or by the flow; and how it tells of trouble."""

import errno
import json
import sys

import pytest

from twin.cli import options
from twin.cli import run as run_command
from twin.cli.app import _explain

SMALL = ["--replications", "2", "--days", "2", "--set", "study.warm_up=1 d", "--workers", "1"]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store for all small runs of this file."""
    return str(tmp_path_factory.mktemp("store"))


def test_a_stored_run_is_shown_without_a_cluster(twin, store):
    """Nobody answers at that address, and nobody needs to; what is not stored needs it."""
    twin("run", "baseline", "--store", store, *SMALL)
    dask = ["--executor", "dask:tcp://127.0.0.1:1"]
    code, out, _ = twin("run", "baseline", "--store", store, *SMALL, *dask)
    assert code == 0
    assert "stored before" in out


def test_a_run_through_the_flow_passes_all_on(twin, monkeypatch, store):
    """Another process takes the place of this one: the same interpreter, all that was asked, and how to show it."""
    asked = []

    def taken(program: str, arguments: list[str]) -> None:
        asked.append((program, arguments))
        raise KeyboardInterrupt  # nothing after it is reached

    monkeypatch.setattr(run_command.os, "execv", taken)
    twin("run", "baseline", "--store", store, *SMALL, "--prefect", "--details", "--seed", "7")
    ((program, (_, *how, request, show)),) = asked
    assert (program, how) == (sys.executable, ["-m", "flows"])
    told = json.loads(request)
    assert (told["scenario"], told["seed"], told["replications"], told["store"]) == ("baseline", 7, 2, store)
    assert told["sets"] == ["study.warm_up=1 d"]
    assert json.loads(show) == {"json": False, "details": True}
    for bad, words in (("--seed=-1", "study.seed = -1: below 0"), ("--days=0.01", "study.horizon")):
        code, _, err = twin("run", "baseline", "--prefect", bad)
        assert (code, words in err, len(asked)) == (2, True, 1), err


def test_progress_is_one_line_that_goes(monkeypatch, capsys):
    """On a terminal it rewrites itself and leaves nothing; elsewhere there is none."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    show = options.progress_line()
    show(1, 2)
    show(2, 2)
    told = capsys.readouterr().err
    assert "1 of 2 replications" in told
    assert told.endswith("\r\033[K")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "x"), "x: the disk is full; nothing was published."),
        (OSError(errno.EROFS, "Read-only file system", "x"), "x: cannot be written or read (Read-only file system)."),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
    ],
)
def test_what_the_system_refuses_is_one_line(error, told):
    """It names the file, where there is one, and what is wrong; exit code 1."""
    (line,), code = _explain(error)
    assert line.startswith(told)
    assert code == 1
