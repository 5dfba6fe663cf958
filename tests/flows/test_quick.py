"""Quick laws of what stands around the server: safety, cards of processes, complaints. No server needed."""

import json
import stat
import subprocess
import sys
import threading
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import httpx
import pytest

from flows import register, running, safety, server, up
from flows.child import Child
from twin.errors import RunError, UsageError

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
    (tmp_path / "home" / "auth").write_text("\n")  # as an interrupted writing leaves it
    assert len(safety.password(tmp_path / "home")[0].partition(":")[2]) >= 32


def test_without_a_password_the_server_is_told_of_none():
    """An empty one would be one that nobody can give."""
    assert "PREFECT_SERVER_API_AUTH_STRING" not in safety.server_settings(safety.Bind("127.0.0.1", 4200, ""))
    assert safety.server_settings(LOCAL)["PREFECT_SERVER_API_AUTH_STRING"] == "twin:secret"


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


def test_a_server_that_does_not_suit_is_one_line(answers, monkeypatch, tmp_path):
    """Another version, a wrong password, none at all, something else: one line each, never the password."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
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
    assert told.endswith("Set PREFECT_API_AUTH_STRING.")  # no file is named that is not there
    (tmp_path / "auth").write_text("twin:other")
    assert server.complaint(answers.address).endswith(f"; that of twin up is in {tmp_path / 'auth'}.")


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
    for host in ("::1", "192.0.2.1"):  # nobody listens there, and nobody could
        with pytest.raises(UsageError, match=r"--host .* an IPv4 address of this machine"):
            up.bind_of({"host": host, "port": 45678}, "twin:x")


def test_a_server_that_is_lost_at_the_start_is_one_line(monkeypatch, tmp_path):
    """What Prefect's client raises is told without a traceback; code 1."""
    from prefect.exceptions import ObjectNotFound  # noqa: PLC0415 - it imports Prefect

    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.setattr(up.signal, "signal", lambda *_: None)
    for error in (httpx.ConnectError("away"), ObjectNotFound(ValueError("404"))):
        said = []
        monkeypatch.setattr(up, "say", said.append)
        monkeypatch.setattr(up, "_run", Fails(error))
        assert up.main({}) == 1
        assert len(said) == 1
        assert type(error).__name__ in said[0]


def test_what_registers_ends_with_twin_up(monkeypatch, tmp_path):
    """Told to stop while the deployments are being registered, it leaves nobody behind who goes on trying."""
    monkeypatch.setattr(up.os, "environ", {**up.os.environ, "PREFECT_HOME": str(tmp_path)})
    monkeypatch.setattr(up.signal, "signal", lambda *_: None)
    for name in ("say", "_start_server", "_catch_up"):
        monkeypatch.setattr(up, name, lambda *_: None)
    started = []

    def everything(deploy: Child, _notify: str) -> None:
        deploy.arguments = ("-c", "import time; time.sleep(60)")
        deploy.start()
        started.append(deploy)
        raise KeyboardInterrupt

    monkeypatch.setattr(up, "everything", everything)
    assert up.main({"open": True}) == 0
    assert [one.lives for one in started] == [False]


def test_deployments_that_are_refused_are_one_line(monkeypatch, tmp_path):
    """It names the log, which says what came of the last time alone; automations wait for deployments."""
    import prefect  # noqa: PLC0415 - it is imported where it is needed

    from flows import automations, pool  # noqa: PLC0415 - it imports Prefect

    done = []
    monkeypatch.setattr(prefect, "get_client", lambda **_: nullcontext())
    monkeypatch.setattr(pool, "settle", lambda *_: None)
    monkeypatch.setattr(automations, "register", done.append)
    monkeypatch.setattr(register, "shut", lambda _: done.append("forms shut"))
    deploy = Child("deployments", ("-c", "raise SystemExit('refused')"), up.os.environ, tmp_path / "deploy.log")
    for _ in range(2):
        with pytest.raises(RunError, match=rf"could not be registered: refused\. {deploy.log} says more\.$"):
            register.everything(deploy)
        assert deploy.log.read_text() == "refused\n"
    deploy.arguments = ("-c", "")
    register.everything(deploy, "somewhere")
    assert done == ["forms shut", "somewhere"]


def test_a_server_that_cannot_list_its_runs_is_no_end(monkeypatch, tmp_path):
    """It answers with an error: one line says what to do, and `twin up` goes on; one that refuses us is an end."""
    import prefect  # noqa: PLC0415 - it is imported where it is needed

    said = []
    monkeypatch.setattr(up, "say", said.append)
    for status, way in ((500, nullcontext()), (401, pytest.raises(httpx.HTTPStatusError))):
        error = httpx.HTTPStatusError("no", request=httpx.Request("POST", "http://x"), response=httpx.Response(status))
        client = SimpleNamespace(read_flow_runs=Fails(error))
        monkeypatch.setattr(prefect, "get_client", lambda client=client, **_: nullcontext(client))
        with way:
            up._catch_up(tmp_path)
    assert len(said) == 1
    assert "(500)" in said[0]
    assert str(tmp_path / "prefect.db") in said[0]


def test_the_worker_is_waited_for(monkeypatch):
    """Another one does not count, nor one that is off. Server and worker are kept meanwhile, and one may be away."""
    import prefect  # noqa: PLC0415 - it is imported where it is needed
    from prefect.client.schemas.objects import WorkerStatus  # noqa: PLC0415 - as above
    from prefect.exceptions import ObjectNotFound  # noqa: PLC0415 - as above

    mine = SimpleNamespace(name=running.worker(), status=WorkerStatus.ONLINE)
    off = SimpleNamespace(name=mine.name, status=WorkerStatus.OFFLINE)
    other = SimpleNamespace(name="x", status=mine.status)
    seen = [httpx.ConnectError("away"), ObjectNotFound(ValueError("no pool")), [], [other], [off], [other, mine]]

    def workers(_: str) -> object:
        if isinstance(told := seen.pop(0), Exception):
            raise told
        return told

    said, looks, there = [], [], [False]
    client = SimpleNamespace(read_workers_for_work_pool=workers)
    monkeypatch.setattr(prefect, "get_client", lambda **_: nullcontext(client))
    monkeypatch.setattr(up, "say", said.append)
    monkeypatch.setattr(up, "LOOK", 0.0)
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setattr(server, "answers", lambda _: there.pop() if there else True)
    keeper = SimpleNamespace(look=looks.append, worker=SimpleNamespace(because="; it says why"))
    up._await(keeper)
    assert (seen, said, len(looks)) == ([], ["waiting for the worker ..."], 7)
    monkeypatch.setattr(up, "START", 0.0)
    seen[:] = [[], []]
    up._await(keeper)
    assert said[-1].startswith("the worker is not there yet; it says why.")


class Fails:
    """Something that fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self, *_: object, **__: object) -> None:
        """Fail."""
        raise self.error
