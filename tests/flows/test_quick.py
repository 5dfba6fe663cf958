"""Quick laws of what stands around the server: safety, cards of processes, orphans, complaints. No server needed."""

import json
import os
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from uuid import uuid4

import pytest

from flows import child, running, safety, server, up
from twin.errors import UsageError

LOCAL = safety.Bind("127.0.0.1", 4200, "twin:secret")


def test_a_bind_beyond_this_machine_needs_a_word_and_a_password():
    """Loopback needs neither; any other address needs both."""
    for host in ("0.0.0.0", "::", "192.0.2.1", "plant.example"):  # noqa: S104 - refused
        with pytest.raises(UsageError, match="reaches beyond this machine"):
            safety.Bind(host, 4200, "twin:secret")
        with pytest.raises(UsageError, match="--no-auth forbids"):
            safety.Bind(host, 4200, "", expose=True, public="http://twin:4200")
    for host in ("192.0.2.1", "plant.example"):
        assert safety.Bind(host, 4200, "twin:secret", expose=True).names() == {f"{host}:4200"}
    assert safety.Bind("127.0.0.1", 4200, "").names() == {"127.0.0.1:4200", "localhost:4200"}


def test_the_password_is_made_once_and_for_its_owner(tmp_path):
    """Made at first, kept then, renewed when asked for; mode 0600; long enough not to be guessed."""
    first, fresh = safety.password(tmp_path / "home")
    assert fresh
    assert safety.password(tmp_path / "home") == (first, False)
    assert stat.S_IMODE((tmp_path / "home" / "auth").stat().st_mode) == 0o600
    assert len(first.partition(":")[2]) >= 32
    assert safety.password(tmp_path / "home", renew=True)[0] != first


@pytest.mark.parametrize("terminal", [True, False])
def test_a_new_password_is_shown_to_a_person_alone(terminal, monkeypatch, tmp_path, capsys):
    """On a terminal it is shown once; what a service says goes to the journal, and names the file."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    up._tell(LOCAL, tmp_path, "twin:secret")
    said = capsys.readouterr().err
    assert ("twin:secret" in said) == terminal
    assert str(tmp_path / "auth") in said


def test_what_is_exposed_never_shows_the_password(tmp_path):
    """The list for a person names where the password stands, not the password."""
    told = "\n".join(how for _, how in safety.exposed(LOCAL, tmp_path))
    assert "secret" not in told
    assert "this machine alone" in told


def test_a_card_lives_as_long_as_its_process(tmp_path, monkeypatch):
    """Present inside, gone outside; a card of an ended process is dead, none at all is unknown."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    assert running.is_dead("a") is None
    with running.present("a"):
        assert running.is_dead("a") is False
        told = json.loads((tmp_path / running.CARDS / "a.json").read_bytes())
    assert running.is_dead("a") is None
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (tmp_path / running.CARDS / "a.json").write_text(json.dumps({**told, "pid": ended.pid}))
    assert running.is_dead("a") is True
    (tmp_path / running.CARDS / "a.json").write_text(json.dumps({**told, "born": "1"}))
    assert running.is_dead("a") is True  # the number was given to another process


def test_an_announcement_ends_with_its_process(tmp_path):
    """Told while the process lives; withdrawn, damaged or left by a dead one it is nothing."""
    running.announce(tmp_path, address="http://127.0.0.1:1/api")
    assert running.announced(tmp_path)["address"] == "http://127.0.0.1:1/api"
    told = json.loads((tmp_path / running.SERVER).read_bytes())
    (tmp_path / running.SERVER).write_text(json.dumps({**told, "born": "1"}))
    assert running.announced(tmp_path) is None
    (tmp_path / running.SERVER).write_text("{")
    assert running.announced(tmp_path) is None
    running.withdraw(tmp_path)
    assert not (tmp_path / running.SERVER).exists()


class Client:
    """A server's client with some flow runs, which remembers what was set."""

    def __init__(self, runs: list) -> None:
        self.runs = runs
        self.crashed = []

    def read_flow_runs(self, flow_run_filter=None, limit=200, offset=0):
        """Some of the runs."""
        assert flow_run_filter is not None
        return self.runs[offset : offset + limit]

    def set_flow_run_state(self, run_id, state, *, force):
        """Remember who was marked crashed."""
        assert force
        assert state.is_crashed() or "missed" in state.message
        self.crashed.append(run_id)


def a_run(silent, *tags: str):
    """A flow run that has been silent for some seconds."""
    updated = datetime.now(UTC) - timedelta(seconds=silent)
    return SimpleNamespace(id=uuid4(), name="some", updated=updated, tags=list(tags))


def test_orphans_are_those_whose_process_has_ended(tmp_path, monkeypatch):
    """Dead by its card: crashed at once. Unknown here: only ours, only after long silence. Alive: never."""
    from flows import reconcile  # noqa: PLC0415 - it imports Prefect

    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    alive, dead, other = a_run(9999.0, "filmtwin"), a_run(0.0, "filmtwin"), a_run(0.0, "filmtwin")
    long, alien = a_run(9999.0, "filmtwin"), a_run(9999.0)
    (tmp_path / running.CARDS).mkdir()
    with running.present(str(alive.id)):
        told = json.loads((tmp_path / running.CARDS / f"{alive.id}.json").read_bytes())
        (tmp_path / running.CARDS / f"{dead.id}.json").write_text(json.dumps({**told, "born": "1"}))
        client = Client([alive, dead, other, long, alien])
        assert len(reconcile.reconcile(client, tmp_path)) == 2
    assert client.crashed == [dead.id, long.id]
    assert not (tmp_path / running.CARDS / f"{dead.id}.json").exists()


def test_what_a_schedule_missed_is_cancelled_and_nothing_else():
    """A run that the scheduler planned goes; one that a person planned stays."""
    from flows import reconcile  # noqa: PLC0415 - it imports Prefect

    planned, asked = a_run(0.0), a_run(0.0)
    planned.auto_scheduled, asked.auto_scheduled = True, False
    client = Client([planned, asked])
    assert reconcile.skip_missed(client) == 1
    assert client.crashed == [planned.id]


@pytest.fixture
def answers(monkeypatch, tmp_path):
    """A server that answers with what the test says."""
    told = SimpleNamespace(status=200, body=b"", heads={})

    class Answers(BaseHTTPRequestHandler):
        """Answers."""

        def do_GET(self) -> None:
            """Answer."""
            told.heads = dict(self.headers)
            self.send_response(told.status)
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    web = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    told.address = f"http://127.0.0.1:{web.server_port}/api"
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.delenv("PREFECT_API_AUTH_STRING", raising=False)
    yield told
    web.shutdown()
    web.server_close()


def test_a_server_that_does_not_suit_is_one_line(answers, monkeypatch):
    """Another version, a wrong password, none at all, something else: one line each, never the password."""
    ours = server.version("prefect")
    answers.body = json.dumps(ours).encode()
    assert server.complaint(answers.address) == ""
    answers.body = b'"2.20.1"'
    assert f"is of version 2.20.1, this is {ours}" in server.complaint(answers.address)
    answers.body = b"<html>"
    assert "does not answer as one" in server.complaint(answers.address)
    answers.status = 401
    assert "wants a password" in server.complaint(answers.address)
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "twin:wrong")
    told = server.complaint(answers.address)
    assert answers.heads["Authorization"].startswith("Basic ")
    assert "refuses this password" in told
    assert "wrong" not in told
    assert len(told.splitlines()) == 1


def test_a_wrong_password_stops_the_flow_of_the_command_line(answers, monkeypatch, tmp_path):
    """`twin run --prefect` says one line and ends with code 2; nothing is left in the store."""
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "twin:wrong")
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    answers.body = b"true"

    def choose() -> str:
        answers.status = 401
        return answers.address

    monkeypatch.setattr(server, "choose", choose)
    from flows import terminal  # noqa: PLC0415 - after the environment

    said = []
    monkeypatch.setattr(terminal, "say", said.append)
    code = terminal.main([json.dumps({"scenario": "baseline", "store": str(tmp_path / "store")})])
    assert code == 2
    assert len(said) == 1
    assert said[0].startswith("error: the Prefect server at ")
    assert not (tmp_path / "store").exists()


def test_a_taken_port_is_refused_and_a_free_one_found(answers):
    """A port that is named and taken is one line; without a name another port is taken; ports have a range."""
    port = int(answers.address.split(":")[2].split("/")[0])
    with pytest.raises(UsageError, match="another process listens"):
        up.bind_of({"port": port}, "twin:x")
    for bad in (0, 65536, -1):
        with pytest.raises(UsageError, match="1-65535"):
            up.bind_of({"port": bad}, "twin:x")
    assert up.is_free("127.0.0.1", up.bind_of({}, "twin:x").port)
    with pytest.raises(UsageError, match=r"Use 127\.0\.0\.1"):
        up.bind_of({"host": "192.0.2.1"}, "twin:x")


def test_a_child_ends_with_all_that_it_started(tmp_path):
    """Asked to end it ends; one that does not listen is killed, and so is what it started."""
    stubborn = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True); time.sleep(60)"
    )
    one = child.Child("some", ("-c", stubborn), os.environ, tmp_path / "log")
    one.start()
    assert child.wait_until(lambda: bool((tmp_path / "log").read_text().strip()), 20.0)
    grandchild = int((tmp_path / "log").read_text())
    one.stop(0.2)
    assert not one.lives
    assert child.wait_until(lambda: not is_there(grandchild), 5.0)


def is_there(pid):
    """Whether a process is there and no zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:  # noqa: PTH123 - of the kernel
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
