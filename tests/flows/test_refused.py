"""Quick laws of what cannot be: wrong server, password, version, port; one clear line each, and nothing left behind."""

import json
import os
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
import served

from flows import register, running, safety, server, terminal, up, work
from twin.errors import RunError, said, shown

NAMED = ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING")
PASSWORD = "twin:hidden-3e7a"  # noqa: S105 - a wrong one
OURS = json.dumps(version("prefect")).encode()
OTHERS = (
    (401, b"", "refuses this password. Set PREFECT_API_AUTH_STRING"), (200, b'"2.20.1"', "is of version 2.20.1,"),
    (200, b"<html>", "does not answer as one"), (500, b"", "answers 500"),
)  # fmt: skip


@pytest.fixture
def other(monkeypatch, tmp_path):
    """A server that says it is well, and else what a test says; the environment names it, with a password.

    Of its version it says the same, unless the test says that it suits.
    """
    told = SimpleNamespace(status=200, body=b"", suits=False, home=tmp_path / "home", store=tmp_path / "store")

    class Answers(BaseHTTPRequestHandler):
        """Answers."""

        def do_GET(self) -> None:
            """Answer."""
            known = {"/api/health": b"true"} | ({"/api/admin/version": OURS} if told.suits else {})
            self.send_response(200 if self.path in known else told.status)
            self.end_headers()
            self.wfile.write(known.get(self.path, told.body))

        do_POST = do_GET  # noqa: N815 - the name that its base asks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    web = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    where = {"PREFECT_HOME": str(told.home), "PREFECT_API_URL": f"http://127.0.0.1:{web.server_port}/api"}
    own = {"PREFECT_API_AUTH_STRING": PASSWORD, "PREFECT_LOGGING_LEVEL": "ERROR"}
    monkeypatch.setattr(os, "environ", {**os.environ, **where, **own})
    monkeypatch.setattr(terminal.signal, "signal", lambda *_: None)
    yield told
    web.shutdown()
    web.server_close()


@pytest.mark.parametrize(("status", "body", "words"), OTHERS)
@pytest.mark.parametrize("command", ["run", "register"])
def test_a_server_that_does_not_suit_is_refused_by_every_command(other, capsys, command, status, body, words):
    """Exit code 2, one line; no home, no store, and never the password."""
    other.status, other.body = status, body
    asked = json.dumps({"scenario": "baseline", "store": str(other.store)})
    assert (terminal.main([asked]) if command == "run" else register.main()) == 2
    told = capsys.readouterr().err
    assert words in told
    assert "hidden" not in told
    assert len(told.splitlines()) == 1
    assert not other.home.exists()
    assert not other.store.exists()


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [(403, b"{}", "403 Forbidden"), (200, b"<html>", "no Prefect server has answered at http://127.0.0.1:")],
)
def test_a_server_that_refuses_in_the_middle_is_one_line(other, status, body, words):
    """A proxy that lets health and version pass and nothing else, or answers with its login page: no traceback."""
    other.suits, other.status, other.body = True, status, body
    asked = json.dumps({"scenario": "baseline", "store": str(other.store)})
    known = {**served.environment(other.home), **{name: os.environ[name] for name in NAMED}}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", *command], cwd=served.ROOT, env=known, text=True, stderr=subprocess.PIPE,
        )
        for command in (("flows", asked), ("flows.register",))
    ]  # fmt: skip
    for one in started:
        told = one.communicate(timeout=served.START)[1]
        assert (one.returncode, len(told.splitlines())) == (1, 1), told
        assert told.startswith("error: the server was lost or refused what was asked (")
        assert words in told
        assert "hidden" not in told
    assert not other.store.exists()


@pytest.mark.parametrize("command", ["run", "register", "up"])
def test_a_home_that_cannot_be_used_is_one_line(other, monkeypatch, capsys, command):
    """No folder, below no folder, or with what nobody can write or read in it: which, why, what next; exit code 2."""
    other.suits = True
    if command != "register":
        monkeypatch.delenv("PREFECT_API_URL")
    monkeypatch.setattr(server, "LOCAL", "http://127.0.0.1:9/api")
    monkeypatch.setattr(up.signal, "signal", lambda *_: None)
    file = other.home.parent / "file"
    file.touch()
    for log in ("embedded.log", "deploy.log", server.LOCK):
        (other.home / log).mkdir(parents=True)
    for home in (file, file / "below", other.home):
        monkeypatch.setenv("PREFECT_HOME", str(home))
        asked = json.dumps({"scenario": "baseline", "store": str(other.store)})
        done = {"run": lambda a=asked: terminal.main([a]), "register": register.main, "up": lambda: up.main({})}
        assert done[command]() == 2
        told = capsys.readouterr().err
        assert told.startswith(f"error: PREFECT_HOME: {home}")
        assert told.endswith(". Name a folder that can be made or written.\n")
        assert len(told.splitlines()) == 1


@pytest.mark.parametrize(
    "bind",
    [
        safety.Bind("127.0.0.1", 4321, "twin:secret"), safety.Bind("127.0.0.1", 4321, ""),
        safety.Bind("0.0.0.0", 4321, "twin:secret", expose=True, public="https://twin.example"),  # noqa: S104 - nothing listens
    ],
)  # fmt: skip
def test_check_tells_of_the_twin_up_that_runs(other, monkeypatch, capsys, bind):
    """Its page, whom it reaches and whether by a password, on whatever port; with options, what these would expose."""
    monkeypatch.setattr(up.signal, "signal", lambda *_: None)
    told = {"address": bind.address, "page": bind.page, "open": not bind.password, "host": bind.host}
    other.home.mkdir(exist_ok=True)
    running.announce(other.home, **told)
    assert up.main({"check": True}) == 0
    assert capsys.readouterr().out == "".join(f"{what:16} {how}\n" for what, how in safety.exposed(bind, other.home))
    assert up.main({"check": True, "port": served.free_port()}) == 0
    assert "4321" not in capsys.readouterr().out


def test_a_password_that_cannot_be_read_is_one_line(other, monkeypatch, capsys):
    """Such as that of another account's server: no server is started."""
    monkeypatch.setattr(up.signal, "signal", lambda *_: None)
    (other.home / safety.SECRET).mkdir(parents=True)
    assert up.main({}) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error: PREFECT_HOME: {other.home / safety.SECRET} cannot be used (Is a directory). Name ")
    assert len(told.splitlines()) == 1


def test_a_port_in_use_leaves_nothing(other, monkeypatch, capsys):
    """`twin up --port` says which and what to do, with exit code 2; no home is made for it, nor for another slip."""
    monkeypatch.setattr(up.signal, "signal", lambda *_: None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for asked, words in (
            ({"port": port}, "another process listens on"),
            ({"host": "192.0.2.1"}, "--host 192.0.2.1"),
            ({"notify": str(other.home / "hook")}, "--notify: No such file"),
        ):
            assert up.main(asked) == 2
            told = capsys.readouterr().err
            assert told.startswith("error: --")
            assert words in told
            assert len(told.splitlines()) == 1
    assert not other.home.exists()


@pytest.mark.parametrize(
    "address",
    ["http://me:hidden@host/api", "http://me:hid/d@hidden@host", "HTTPS://hidden@host", "me:hidden@host",
     "x me:hidden@host", "(http://me:hidden@host)", "'tcp://a b:hidden@host'", "u:hidden@a; see http://u:hidden@host",
     "http://u:x://hidden@host",
     "http://me:hidden\n@host", "http:/me:hidden@host", "http:///me:hid/d@hidden@host", "//me:hidden@host",
     "authorization: bearer hidden host", "got 'basic hidden3n' of host", "Bearer hidden.Token== host",
     "Illegal header value b'Bearer hidden' host", "Authorization: Basic hidden; host"],
)  # fmt: skip
def test_no_line_shows_a_user_or_a_password(address, monkeypatch):
    """Whatever a library says of an address, and wherever that stands; host and reason stay."""
    for error in (httpx.ConnectError(address), OSError(5, address), ValueError(address)):
        told = said(error)
        assert "hidden" not in told
        assert "host" in told
        assert told.isprintable()
    monkeypatch.setenv("PREFECT_API_URL", address)
    monkeypatch.setattr(work, "PAUSE", 0.0)
    monkeypatch.setattr(work, "await_server", lambda: None)
    asked = httpx.Request("GET", "http://me:hidden@host/api")
    refused = httpx.HTTPStatusError(f"422 for {asked.url}", request=asked, response=httpx.Response(422, request=asked))
    for one in (httpx.ConnectError(address), refused):

        def fails(one: Exception = one) -> None:
            raise one

        for call in (
            lambda fails=fails: work.patiently(fails),
            lambda fails=fails: work.afterwards(fails, "it stands"),
        ):
            with pytest.raises(RunError) as caught:
                call()
            assert "hidden" not in str(caught.value)
            assert len(str(caught.value).splitlines()) == 1


def test_what_has_no_address_is_told_as_it_is(monkeypatch):
    """A path, a time, a reason; long ones are cut, empty ones have the name of their kind."""
    monkeypatch.setenv(safety.DATABASE, "sqlite+aiosqlite:////home/jo@corp/prefect.db?timeout=9")
    assert safety.database(Path("/home")) == "sqlite+aiosqlite:////home/jo@corp/prefect.db"
    monkeypatch.setenv(safety.DATABASE, "postgresql+asyncpg://me:hid/d@hidden@host/twin?ssl=require")
    assert safety.database(Path("/home")) == "postgresql+asyncpg://host/twin"
    for told in ("no such file: /a/b.toml", "12:30:05 late", "see https://docs.example.org/x",
                 "unable to open /home/jo@corp/.prefect/prefect.db", "at '/a:b/jo@corp'", "mail jo@corp.example",
                 "it needs basic authentication first", "Basic authentication is wanted", "a basic 3 d",
                 "sqlite+aiosqlite:////home/jo@corp/prefect.db"):  # fmt: skip
        assert shown(told) == told
        assert said(ValueError(told)) == told
    assert len(said(ValueError("x" * 5000))) == 300
    assert said(ValueError(" ")) == "ValueError"
