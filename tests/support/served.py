"""What tests of a running `twin up` share: start it, ask its API, wait, and look at its processes."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[2]
START = 600.0  # s; some 40 s on an idle machine, ten times that where others compute
OVER = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait(what: Callable[[], object], allowance: float) -> float:
    """Wait until something holds; return how long that took. [s]"""
    begun = time.monotonic()
    while not what():
        assert time.monotonic() - begun < allowance
        time.sleep(0.5)
    return time.monotonic() - begun


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return this environment without what it says of Prefect, and with another home."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return {**known, "PREFECT_HOME": str(home), **more}


def command(home: Path, *options: str, **more: str) -> "subprocess.Popen[str]":
    """Start `twin up` as a terminal does."""
    return subprocess.Popen(
        [sys.executable, "-m", "twin", "up", *options], cwd=ROOT, env=environment(home, **more),
        start_new_session=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def told(pid: int | str) -> str:
    """Return the command line of a process; empty where there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").replace("\0", " ")
    except OSError:
        return ""


def tree(pid: int) -> list[int]:
    """Return a process with all that it started, and what those started."""
    parents: dict[int, list[int]] = {}
    for one in Path("/proc").glob("[0-9]*"):
        try:
            rest = (one / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if rest[0] != "Z":
            parents.setdefault(int(rest[1]), []).append(int(one.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


@dataclass(frozen=True)
class Served:
    """A running `twin up`.

    Attributes:
        process: The process.
        page: Address of its user interface.
        secret: User and password.
        home: Its folder.
    """

    process: "subprocess.Popen[str]"
    page: str
    secret: str
    home: Path

    @property
    def port(self) -> int:
        """Port on which it listens. [1]"""
        return int(self.page.rpartition(":")[2])

    def of(self, *words: str) -> list[int]:
        """Return the processes below it whose command line has these words."""
        return [pid for pid in tree(self.process.pid)[1:] if all(word in told(pid) for word in words)]

    def ask(self, path: str, body: object = None, *, secret: str | None = None, **heads: str) -> tuple[int, Any]:
        """Ask the API; return status and answer."""
        known = base64.b64encode((self.secret if secret is None else secret).encode()).decode()
        headers = {"Authorization": f"Basic {known}", "Content-Type": "application/json"} if secret != "" else {}
        method = heads.pop("method", None)
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        if (data is not None or method) and secret is None:
            token = self.ask("/csrf-token?client=test")[1]["token"]
            headers |= {"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": "test"}
        try:
            asked = Request(f"{self.page}/api{path}", data, {**headers, **heads}, method=method)  # noqa: S310 - http of our own
            with urlopen(asked, timeout=20.0) as reply:  # noqa: S310 - as above
                return reply.status, json.loads(reply.read() or b"null")
        except HTTPError as error:
            return error.code, None

    def deployment(self, name: str = "run_scenario/nightly-baseline") -> Any:  # noqa: ANN401 - what the API says
        """Return a deployment by its name."""
        return self.ask(f"/deployments/name/{name}")[1]

    def start(self, parameters: Mapping[str, object], name: str = "run_scenario/nightly-baseline") -> str:
        """Start a flow run of a deployment; return its id."""
        status, run = self.try_to_start(parameters, name)
        assert status in {200, 201}
        return str(run["id"])

    def try_to_start(self, parameters: Mapping[str, object], name: str) -> tuple[int, Any]:
        """Ask for a flow run of a deployment, which may be refused."""
        body = {"parameters": parameters, "state": {"type": "SCHEDULED"}, "enforce_parameter_schema": True}
        return self.ask(f"/deployments/{self.deployment(name)['id']}/create_flow_run", body)

    def run(self, run: str) -> Any:  # noqa: ANN401 - what the API says
        """Return a flow run; None while the server does not answer."""
        try:
            return self.ask(f"/flow_runs/{run}")[1]
        except OSError:
            return None

    def state(self, run: str) -> str:
        """Return the state of a flow run; empty while the server does not answer."""
        return str((self.run(run) or {}).get("state_type", ""))

    def over(self, run: str, allowance: float = START) -> Any:  # noqa: ANN401 - what the API says
        """Wait until a flow run has ended, and return it."""
        wait(lambda: self.state(run) in OVER, allowance)
        return self.run(run)

    def runs(self, *states: str) -> list[Any]:
        """Return all flow runs, or those in some states."""
        only = {"flow_runs": {"state": {"type": {"any_": list(states)}}}} if states else {}
        return list(self.ask("/flow_runs/filter", only)[1])

    def stop(self) -> int:
        """Press Ctrl-C; return its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60.0)


@contextmanager
def up(home: Path, *options: str, **more: str) -> Iterator[Served]:
    """Have a `twin up` for a while, on a port that is not the usual one."""
    port = free_port()
    process = command(home, "--port", str(port), *options, **more)
    assert process.stdout is not None
    page = process.stdout.readline().strip()
    if page != f"http://127.0.0.1:{port}":
        _, said = process.communicate(timeout=60.0)
        raise AssertionError(said)
    secret = (home / "auth").read_text(encoding="utf-8").strip() if "--no-auth" not in options else ""
    found = Served(process, page, secret, home)
    wait((home / "server.json").is_file, 30.0)
    try:
        yield found
    finally:
        if process.poll() is None:
            found.stop()


def is_busy() -> bool:
    """Say whether others compute so much on this machine that times mean little."""
    return os.getloadavg()[0] > 2.0 * (os.cpu_count() or 1)
