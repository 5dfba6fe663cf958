"""Laws of the doctor: each fault is found, and comes with the command that mends it; a sound machine has none."""

import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from twin import doctor, doctor_server
from twin.store.owner import card


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """No server is named, and the usual port is one on which nobody listens."""
    for name in ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(doctor_server, "PORT", 9)


@pytest.fixture
def answer():
    """A server whose answers the test chooses: path -> (status, body); its clock too."""
    told = {"/api/health": (200, b"true"), "late": 0.0}

    class Answers(BaseHTTPRequestHandler):
        """Answers as it was told."""

        def do_GET(self) -> None:
            """Answer."""
            status, body = told.get(self.path, (404, b""))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def date_time_string(self, timestamp: float | None = None) -> str:
            """The clock of the server."""
            return super().date_time_string((timestamp or time.time()) - told["late"])

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    web = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    told["port"] = web.server_port
    yield told
    web.shutdown()
    web.server_close()


def bad(found):
    """The faults among findings, each with what mends it."""
    faults = [one for one in found if not one.good]
    assert all(one.mend for one in faults)
    return [f"{one.text} | {one.mend}" for one in faults]


def test_a_sound_machine_has_no_fault(tmp_path, monkeypatch):
    """Nothing is wrong with this machine and an empty home, when its packages are those that are asked for."""
    known = {"prefect": "3.8.8", "fastapi": "0.150.0", "sqlalchemy": "2.0.58"}
    monkeypatch.setattr(doctor, "version", lambda name: known.get(name, "1.0"))
    assert bad(doctor.findings(tmp_path / "store")) == []
    assert bad(doctor_server.server_findings(tmp_path / "home")) == []


def test_a_package_of_a_wrong_version_is_found(monkeypatch):
    """FastAPI at and above its ceiling breaks Prefect's server; below it does not; an absent package is missed."""
    known = dict.fromkeys((*doctor.NEEDED, *doctor.BOUNDS), "1.0") | {
        "prefect": "3.8.8",
        "fastapi": "0.150.7",
        "sqlalchemy": "2.0.58",
    }
    monkeypatch.setattr(doctor, "version", known.__getitem__)
    assert bad(doctor._packages()) == []
    known |= {"fastapi": "0.151.0", "prefect": "3.8.7", "sqlalchemy": "2.1.9"}
    assert [one.split()[0] for one in bad(doctor._packages())] == ["fastapi", "prefect", "sqlalchemy"]


def test_a_store_that_is_a_file_or_closed_is_found(tmp_path, monkeypatch):
    """A file where the store belongs; a folder without the right to write; a disk without room."""
    (tmp_path / "file").write_text("")
    assert any("is a file" in one for one in bad(doctor.findings(tmp_path / "file")))
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert any("chmod" in one and "can NOT" in one for one in bad(doctor.findings(tmp_path)))
    monkeypatch.undo()
    monkeypatch.setattr(doctor, "FREE", 1 << 60)
    assert any("GB free" in one and "twin store du" in one for one in bad(doctor.findings(tmp_path)))


def test_no_advice_reaches_beyond_the_folder_that_is_meant(tmp_path, monkeypatch):
    """One that is not there is made; only one that is there is taken over, with what is in it."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    for folder in (Path("/srv2/store"), tmp_path / "a" / "b"):
        mend = doctor._writable(folder, "store", "or name another").mend
        assert mend == f"sudo install -d -o $USER {folder}; or name another"
    mend = doctor._writable(tmp_path, "store", "or name another").mend
    assert mend == f"sudo chown -R $USER {tmp_path} && chmod -R u+rwX {tmp_path}; or name another"


def test_a_clock_behind_what_was_published_is_found(tmp_path, monkeypatch):
    """A run in the store from the future, and a clock of long ago."""
    (tmp_path / "commits").mkdir()
    (tmp_path / "commits" / "a.json").write_text("{}")
    assert doctor.clock(tmp_path).good
    os.utime(tmp_path / "commits" / "a.json", (time.time() + 3600.0, time.time() + 3600.0))
    assert "3600 s behind" in doctor.clock(tmp_path).text or "3599 s behind" in doctor.clock(tmp_path).text
    monkeypatch.setattr(time, "time", lambda: 1e9)
    assert "2001-09-09" in doctor.clock(tmp_path / "none").text


def test_a_password_that_others_can_read_is_found(tmp_path):
    """Mode 0600 is well, 0644 is not."""
    (tmp_path / "auth").write_text("twin:secret\n")
    (tmp_path / "auth").chmod(0o600)
    assert bad(doctor_server.server_findings(tmp_path)) == []
    (tmp_path / "auth").chmod(0o644)
    (told,) = bad(doctor_server.server_findings(tmp_path))
    assert "0644" in told
    assert f"chmod 600 {tmp_path / 'auth'}" in told
    assert "secret\n" not in told


def test_a_dead_twin_up_is_found(tmp_path):
    """An announcement whose process has ended; one whose process lives is well."""
    about = {"address": "http://127.0.0.1:9/api", "page": "http://127.0.0.1:9"}
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    mine = json.loads(card()) if isinstance(card(), bytes) else card()
    (tmp_path / "server.json").write_text(json.dumps({**mine, **about, "pid": ended.pid}))
    (told,) = bad(doctor_server.server_findings(tmp_path))
    assert "died without a word" in told
    (tmp_path / "server.json").write_text(json.dumps({**mine, **about}))
    (told,) = bad(doctor_server.server_findings(tmp_path))
    assert "http://127.0.0.1:9/api does not answer" in told


def test_a_twin_up_that_hangs_is_found(tmp_path):
    """A lock that somebody holds without having announced a server; a lock file alone is nothing."""
    with (tmp_path / "up.lock").open("w") as lock:
        assert bad(doctor_server.server_findings(tmp_path)) == []
        fcntl.flock(lock, fcntl.LOCK_EX)
        (told,) = bad(doctor_server.server_findings(tmp_path))
    assert "fuser" in told


def test_a_taken_port_is_found(tmp_path, monkeypatch, answer):
    """Another program on the port is a fault, another Prefect server is none."""
    monkeypatch.setattr(doctor_server, "PORT", answer["port"])
    assert bad(doctor_server.server_findings(tmp_path)) == []
    answer["/api/health"] = (500, b"")
    (told,) = bad(doctor_server.server_findings(tmp_path))
    assert "taken by another program" in told


def test_a_server_of_another_version_or_password_or_clock_is_found(tmp_path, monkeypatch, answer):
    """What is wrong with the server that is named; a sound one has no fault."""
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{answer['port']}/api")
    answer["/api/admin/version"] = (200, json.dumps(doctor_server.version("prefect")).encode())
    assert bad(doctor_server.server_findings(tmp_path)) == []
    answer["/api/admin/version"] = (200, b'"2.20.1"')
    assert any("version 2.20.1" in one for one in bad(doctor_server.server_findings(tmp_path)))
    answer["/api/admin/version"] = (401, b"")
    assert any("PREFECT_API_AUTH_STRING" in one for one in bad(doctor_server.server_findings(tmp_path)))
    answer["late"] = 3600.0
    assert any("differs by" in one for one in bad(doctor_server.server_findings(tmp_path)))
    answer["/api/health"] = (503, b"")
    assert any("answers 503" in one for one in bad(doctor_server.server_findings(tmp_path)))


@pytest.mark.parametrize("bad_port", ["", ":9"])
def test_an_address_is_shown_without_its_password(tmp_path, monkeypatch, bad_port):
    """One line without a control character, also where the password is taken for a port."""
    monkeypatch.setenv("PREFECT_API_URL", f"http://me:hidden@127.0.0.1{bad_port}/a b\x1b[31m")
    (told,) = bad(doctor_server.server_findings(tmp_path))
    assert f"the Prefect server at http://127.0.0.1{bad_port}/a b\\x1b[31m does not answer" in told
