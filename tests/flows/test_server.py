"""Laws of the choice of a server."""

import fcntl
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, nullcontext
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest
import served

from flows import embedded, running, server, terminal
from twin import doctor_server
from twin.errors import UsageError


class Health(BaseHTTPRequestHandler):
    """Answers as Prefect's server answers when asked for its health."""

    def do_GET(self):
        """Answer true."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"true")

    def log_message(self, *_arguments: object):
        """Say nothing."""


@pytest.fixture
def address():
    """Where something answers as a Prefect server does."""
    web = HTTPServer(("127.0.0.1", 0), Health)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{web.server_port}/api"
    web.shutdown()
    web.server_close()


def test_a_running_server_is_used(monkeypatch, address):
    """The server that the environment names is used when it answers."""
    monkeypatch.setenv("PREFECT_API_URL", address)
    assert server.choose() == address


def test_without_an_answer_the_embedded_server_is_used(monkeypatch, tmp_path):
    """Where nothing answers, no address is left over, and the embedded server gets two minutes to start."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setattr(server, "LOCAL", "http://127.0.0.1:9/api")
    monkeypatch.delenv("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", raising=False)
    monkeypatch.setenv("PREFECT_LOGGING_LEVEL", "ERROR")
    assert server.choose() is None
    assert "PREFECT_API_URL" not in server.os.environ
    assert server.os.environ["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"] == "120"


@pytest.mark.parametrize(("answers_after", "starts"), [(119.0, True), (121.0, False)])
def test_a_server_of_our_own_gets_two_minutes_to_start(monkeypatch, tmp_path, answers_after, starts):
    """By a clock that nobody waits for: one that answers just before is used, one that does not is one clear line."""
    clock = SimpleNamespace(now=0.0)

    def sleep(seconds: float) -> None:
        clock.now += seconds

    monkeypatch.setattr(embedded, "time", SimpleNamespace(monotonic=lambda: clock.now, sleep=sleep))
    monkeypatch.setattr(server, "answers", lambda _: clock.now >= answers_after)
    process, log = SimpleNamespace(poll=lambda: None), tmp_path / "embedded.log"
    late = pytest.raises(embedded.NoServerError, match=r"was silent for 120 s; .*embedded\.log")
    with nullcontext() if starts else late:
        embedded._wait(process, "http://127.0.0.1:9/api", log)
    assert clock.now == pytest.approx(min(answers_after, 120.0), abs=0.3)


def test_a_named_server_that_is_away_is_one_line(monkeypatch, tmp_path, address):
    """A warning that names it, and where the run goes instead: the server of this folder, or one of its own."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.setenv("PREFECT_LOGGING_LEVEL", "ERROR")
    monkeypatch.setattr(embedded, "running", lambda: nullcontext("http://127.0.0.1:1/api"))
    monkeypatch.setattr(server, "complaint", lambda _: "")
    said = []
    monkeypatch.setattr(terminal, "say", said.append)
    for local, where in (("http://127.0.0.1:9/api", f"an own one ({tmp_path})"), (address, address)):
        monkeypatch.setattr(server, "LOCAL", local)
        monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
        with ExitStack() as stack:
            terminal._settle_server(stack)
        warning = "warning: PREFECT_API_URL: no Prefect server answers at http://127.0.0.1:9/api; the run goes to"
        assert said.pop(0) == f"{warning} {where}."
        assert not said


def test_an_address_is_shown_without_its_password(monkeypatch, tmp_path, address):
    """Nor does a control character of it reach the terminal; the port is no number, and that is no traceback."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.setattr(server, "LOCAL", address)
    monkeypatch.setattr(server, "complaint", lambda _: "")
    monkeypatch.setenv("PREFECT_API_URL", "http://me:hid/d@en@host/api\x1b[31m")
    said = []
    monkeypatch.setattr(terminal, "say", said.append)
    with ExitStack() as stack:
        terminal._settle_server(stack)
    where = "http://host/api\\x1b[31m"
    assert said == [f"warning: PREFECT_API_URL: no Prefect server answers at {where}; the run goes to {address}."]


def test_a_password_goes_to_nobody_whom_nobody_has_named(monkeypatch, tmp_path, address):
    """Where the named server is away, the one on the usual port is used only if it asks for none, and is told none."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.setattr(server, "LOCAL", address)
    for wanted in ("http://127.0.0.1:9/api", ""):
        monkeypatch.setenv("PREFECT_API_URL", wanted)
        monkeypatch.setenv("PREFECT_API_AUTH_STRING", "twin:secret")
        monkeypatch.setenv("PREFECT_API_KEY", "secret")
        heard = []
        monkeypatch.setattr(server, "complaint", lambda _, heard=heard: heard.append(dict(server.os.environ)) or "")
        assert server.choose() == address
        assert not set(server.CREDENTIALS) & {*heard[0], *server.os.environ}


@pytest.fixture
def starting(monkeypatch, tmp_path):
    """A home that a `twin up` holds which has not said yet where its server is; nothing answers on the usual port."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.setattr(server, "LOCAL", "http://127.0.0.1:9/api")
    monkeypatch.setenv("PREFECT_LOGGING_LEVEL", "ERROR")
    with (tmp_path / server.LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield tmp_path


@pytest.mark.parametrize("wanted", ["", "http://127.0.0.1:9/api"])
def test_nobody_starts_a_second_server_beside_one_that_starts(monkeypatch, starting, address, wanted):
    """It is waited for, until it answers, for the first or another time, whoever else was named."""
    monkeypatch.setenv("PREFECT_API_URL", wanted)
    threading.Timer(0.5, running.announce, (starting,), {"address": address, "open": True}).start()
    assert server.choose() == address


def test_a_server_that_never_starts_is_waited_for_no_longer(monkeypatch, starting, capsys):
    """One line, before any other server is started."""
    monkeypatch.setenv("PREFECT_API_URL", "")
    monkeypatch.setattr(server, "STARTS", 0.0)
    running.announce(starting, address="http://127.0.0.1:9/api", open=True)
    with pytest.raises(UsageError, match=r"twin up of .* does not answer"):
        server.choose()
    assert capsys.readouterr().err == f"waiting for the twin up of {starting} ...\n"


def test_the_home_of_the_embedded_server_is_the_project_s(monkeypatch):
    """The embedded server's database lies in the project, and telemetry is off; nothing of it is the user's own."""
    for name in ("PREFECT_HOME", "DO_NOT_TRACK", "PREFECT_SERVER_ANALYTICS_ENABLED"):
        monkeypatch.delenv(name, raising=False)
    server.settle()
    assert server.os.environ["PREFECT_HOME"].endswith(".prefect")
    assert server.os.environ["DO_NOT_TRACK"] == "1"
    assert server.os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


@pytest.fixture
def proxied(monkeypatch):
    """What a proxy is asked, which all is to go through."""
    asked = []

    class Proxy(Health):
        """Keeps what it is asked."""

        def do_GET(self) -> None:
            """Keep it, and answer."""
            asked.append((self.path, self.headers.get("Authorization")))
            super().do_GET()

    web = HTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    monkeypatch.setattr(server.os, "environ", {**server.os.environ, "no_proxy": "", "NO_PROXY": "intra.example"})
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setitem(server.os.environ, name, f"http://127.0.0.1:{web.server_port}")
    yield asked
    web.shutdown()
    web.server_close()


def test_nothing_for_this_machine_goes_by_a_proxy(monkeypatch, tmp_path, address, proxied):
    """Neither question nor password, of us, of the doctor or of Prefect's client; what is meant for others does."""
    monkeypatch.setitem(server.os.environ, "PREFECT_HOME", str(tmp_path))
    monkeypatch.setitem(server.os.environ, "PREFECT_API_AUTH_STRING", "twin:secret")
    local = address.replace("127.0.0.1", "localhost")
    for where in (address, local):
        assert server.answers(where)
        assert "does not answer as one" not in server.complaint(where)
        assert doctor_server._asked(f"{where}/health", "twin:secret")[0] == 200
    assert not proxied
    server.settle()
    assert server.os.environ["no_proxy"] == server.os.environ["NO_PROXY"]
    assert server.os.environ["no_proxy"].startswith("intra.example,127.0.0.1,localhost")
    known = {"PATH": server.os.environ["PATH"], **server.os.environ}
    ask = "import sys, httpx; [httpx.get(one + '/health').raise_for_status() for one in sys.argv[1:]]"
    subprocess.run([sys.executable, "-c", ask, address, local], env=known, check=True, timeout=60.0)
    assert not proxied
    assert server.answers("http://prefect.example/api")
    assert [one for one, _ in proxied] == ["http://prefect.example/api/health"]


def test_this_machine_is_known_without_the_network():
    """By its name and its addresses; a name of another is not looked up."""
    assert all(map(doctor_server.is_here, ("127.0.0.1", "127.1.2.3", "localhost", socket.gethostname())))
    assert not any(map(doctor_server.is_here, ("", "192.0.2.7", "prefect.example", "127.0.0.1.example")))


def test_only_web_addresses_are_asked():
    """A file is no server."""
    assert not server.answers("file:///etc/passwd")


@pytest.mark.slow
@pytest.mark.server
def test_a_run_through_the_flow_needs_no_server(tmp_path):
    """With nothing around it that answers, an empty home and no address, the flow publishes and shows its run."""
    known = {"PREFECT_HOME": str(tmp_path / "home"), "FILMTWIN_STORE": str(tmp_path / "store")}
    short = ("--days", "1", "--replications", "1", "--set", "study.warm_up=1 d")
    done = subprocess.run(
        [sys.executable, "-m", "twin", "run", "baseline", "--prefect", *short], cwd=served.ROOT,
        env=served.environment(tmp_path / "home", **known), capture_output=True, text=True, check=False,
        timeout=served.START,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (run,) = (tmp_path / "store" / "tables" / "runs").glob("*.parquet")
    assert run.stem in done.stdout
    assert (tmp_path / "home" / "prefect.db").is_file()


@pytest.mark.parametrize(
    ("theirs", "ours"), [("*", "*"), ("intra, *", "*"), ("intra", "intra,127.0.0.1"), ("", "127.0.0.1")]
)
def test_who_uses_no_proxy_at_all_still_uses_none(monkeypatch, theirs, ours):
    """A star is understood only where it stands alone, so nothing is put beside it."""
    for name in server.NO_PROXY:
        monkeypatch.setenv(name, theirs)
    server.ask_directly("127.0.0.1")
    assert {server.os.environ[name] for name in server.NO_PROXY} == {ours}
