"""Laws of what is told of a process that did not come up: one line with the reason and what to do, and no secret."""

import os
import signal
import socket
import sqlite3
import sys
from contextlib import ExitStack

import pytest

from flows import child, embedded, keeping, safety, up, why
from twin.errors import RunError

SAID = {
    "ERROR:    [Errno 98] error while attempting to bind on address ('127.0.0.1', 4200): address already in use\n":
        "another process listens on its port. Leave --port out",
    "alembic.util.exc.CommandError: Can't locate revision identified by 'abc123'\nERROR:    Exiting.\n":
        "of another version of Prefect (revision abc123), this is 3.",
    'asyncpg.exceptions.InvalidPasswordError: password authentication failed for user "twin"\n':
        "refuses the password. Look at PREFECT_SERVER_DATABASE_CONNECTION_URL",
    "OSError: Multiple exceptions: [Errno 111] Connect call failed ('127.0.0.1', 5432)\n":
        "nobody answers at '127.0.0.1', 5432. Start",
    "ModuleNotFoundError: No module named 'uvicorn'\n": "the package uvicorn is missing. Run: make setup",
    "sqlite3.OperationalError: attempt to write a readonly database\n": "cannot be written. Look at the rights",
    "some words\nodd.pkg.FooError: x at http://me:hidden@host/\x1b[31m\n  [SQL: y]\nExiting.\n":
        "odd.pkg.FooError: x at http://host/\\x1b[31m",
    "only\nwords\n────\n": "words",
    "": "it ended with code 3",
}  # fmt: skip


@pytest.mark.parametrize("text", SAID)
def test_what_a_log_says_is_told_in_one_line(text):
    """What is known with what to do; else the last exception, or the last words; no password, no control character."""
    told = why.reason(text, 3)
    assert SAID[text] in told
    assert "hidden" not in told
    assert len(told.splitlines()) == 1


def test_what_was_said_before_is_not_the_reason(tmp_path):
    """Neither by the process before it, nor long before the end; who was killed has not said why."""
    old, log = "OSError: No space left on device\n", tmp_path / "log"
    log.write_text(f"{old}ValueError: no\n")
    assert why.because(log, len(old), 1) == f": ValueError: no. {log} says more"
    for early in (old, "ValueError: no\n"):
        assert why.reason(early + "x\n" * (why.LAST - 1)) != "x"
        assert why.reason(early + "x\n" * why.LAST) == "x"
    assert why.because(log, 10**6, -signal.SIGKILL) == f": it was killed (SIGKILL). {log} says more"
    assert why.because(tmp_path / "gone") == f"; {tmp_path / 'gone'} says why"
    log.write_bytes(b"\xff" * (why.READ + 1) + b"\nlast words")
    assert why.because(log) == f": last words. {log} says more"


def test_a_child_says_why_it_has_ended(tmp_path):
    """What it said since its start, and how it ended; one that we have ended was not killed by somebody."""
    one = child.Child("worker", ("-c", "raise SystemExit('no pool')"), os.environ, tmp_path / "log")
    one.log.write_text("KeyError: 'yesterday'\n")
    assert not one.succeeds(20.0)
    assert one.because == f": no pool. {one.log} says more"
    one.starts = keeping.RESTARTS + 1  # all of them without an hour of life
    with pytest.raises(RunError, match=r"^the worker ended 6 times: no pool\. "):
        keeping.restart(one, one.began)
    one.arguments = ("-c", "import time; print('on it', flush=True); time.sleep(60)")
    one.start()
    assert child.wait_until(lambda: one.log.read_text().endswith("on it\n"), 20.0)
    one.stop(0.0)
    assert one.because == f": on it. {one.log} says more"


@pytest.fixture
def start(monkeypatch, tmp_path):
    """Starts the server of `twin up` on a port, which must fail; returns what is told and the process that is left."""
    monkeypatch.setattr(up.os, "environ", {**os.environ, "PREFECT_HOME": str(tmp_path)})
    monkeypatch.setattr(up, "say", lambda *_: None)
    children = []
    monkeypatch.setattr(up, "Child", lambda *given: children.append(child.Child(*given)) or children[0])

    def fails(port: int) -> str:
        with pytest.raises(RunError) as told, ExitStack() as stack:
            up._start_server(stack, safety.Bind("127.0.0.1", port, "twin:secret-8f2c"), tmp_path)
        assert [one.lives for one in children] == [False]
        assert "secret-8f2c" not in str(told.value)
        assert len(str(told.value).splitlines()) == 1
        return str(told.value)

    return fails


@pytest.mark.server
def test_a_port_that_is_taken_while_the_server_starts_is_told(start):
    """As by another program that was quicker: the port, and what to do; nothing of the server is left."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        told = start(other.getsockname()[1])
    assert told.startswith("the server did not start: another process listens on its port. ")


@pytest.mark.server
def test_a_database_of_another_version_is_told(start, tmp_path):
    """One that a later Prefect has made: which version this is, and what to do; it is left as it was."""
    with sqlite3.connect(tmp_path / "prefect.db") as base:
        base.execute("create table alembic_version (version_num text)")
        base.execute("insert into alembic_version values ('ffffffffffff')")
    told = start(up.free_port("127.0.0.1"))
    assert told.startswith("the server did not start: its database is of another version of Prefect (revision ffff")
    with sqlite3.connect(tmp_path / "prefect.db") as base:
        assert base.execute("select version_num from alembic_version").fetchall() == [("ffffffffffff",)]


def test_an_embedded_server_that_ends_is_told(monkeypatch, tmp_path):
    """Its log is begun anew each time, so all of it counts; what to do instead."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.setattr(embedded, "sys", type("sys", (), {"executable": sys.executable}))
    monkeypatch.setattr(embedded, "_free_port", lambda: "no port")
    with pytest.raises(embedded.NoServerError, match=r"at its start: ValueError: invalid literal.*without --prefect"), \
            embedded.running(tmp_path):  # fmt: skip
        pass
