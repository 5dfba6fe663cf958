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
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[2]
START = 600.0  # s; some 40 s on an idle machine, ten times that where others compute
ORDER = 60.0  # s that a process has to end in order
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


def environment(home: Path | None, **more: str) -> dict[str, str]:
    """Return this environment without what it says of Prefect, and with another home.

    With None it has neither a home nor a store: whoever gets it takes what the project takes by itself.
    """
    theirs = ("PREFECT_",) if home else ("PREFECT_", "FILMTWIN_", "NUMBA_CACHE_DIR")
    known = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    return {**known, **({"PREFECT_HOME": str(home)} if home else {}), **more}


def command(home: Path | None, *options: str, root: Path = ROOT, **more: str) -> "subprocess.Popen[str]":
    """Start `twin up` of a checkout as a terminal does."""
    return subprocess.Popen(
        [sys.executable, "-m", "twin", "up", *options], cwd=root, env=environment(home, **more),
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


def stop(process: "subprocess.Popen[str]", by: int = signal.SIGINT) -> int:
    """Press Ctrl-C in a process and return its exit code; where that is not enough, kill it with all it has started."""
    process.send_signal(by)
    try:
        return process.wait(ORDER)
    finally:
        if process.poll() is None:
            for pid in tree(process.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()


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

    def shape(self) -> dict[str, object]:
        """Return what each deployment is: parameters, tags, pool, entry, schedules, limit."""
        _, found = self.ask("/deployments/filter", {})
        return {
            one["name"]: (
                one["parameters"], sorted(one["tags"]), one["work_pool_name"], one["entrypoint"], one["job_variables"],
                [(each["slug"], each["schedule"], each["active"]) for each in one["schedules"]],
                one["global_concurrency_limit"]["limit"], one["concurrency_options"], one["pull_steps"],
            )
            for one in found
        }  # fmt: skip

    def start(self, parameters: Mapping[str, object], name: str = "run_scenario/nightly-baseline") -> str:
        """Start a flow run of a deployment; return its id."""
        status, run = self.try_to_start(parameters, name)
        assert status in {200, 201}
        return str(run["id"])

    def try_to_start(self, parameters: Mapping[str, object], name: str, *, enforce: bool = True) -> tuple[int, Any]:
        """Ask for a flow run of a deployment, which may be refused."""
        body = {"parameters": parameters, "state": {"type": "SCHEDULED"}, "enforce_parameter_schema": enforce}
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
        return stop(self.process)


@contextmanager
def up(home: Path, *options: str, clone: Path | None = None, **more: str) -> Iterator[Served]:
    """Have a `twin up` for a while, on a port that is not the usual one; that of a clone finds its home by itself."""
    port = free_port()
    process = command(None if clone else home, "--port", str(port), *options, root=clone or ROOT, **more)
    try:
        yield _announced(process, f"http://127.0.0.1:{port}", home, secret="--no-auth" not in options)
    finally:
        if process.poll() is None:
            stop(process)


def _announced(process: "subprocess.Popen[str]", page: str, home: Path, *, secret: bool) -> Served:
    """Wait until a `twin up` has said where it is."""
    assert process.stdout is not None
    if process.stdout.readline().strip() != page:
        _, said = process.communicate(timeout=ORDER)
        raise AssertionError(said)
    known = (home / "auth").read_text(encoding="utf-8").strip() if secret else ""
    wait((home / "server.json").is_file, 30.0)
    return Served(process, page, known, home)


def is_busy() -> bool:
    """Say whether others compute so much on this machine that times mean little."""
    return os.getloadavg()[0] > 2.0 * (os.cpu_count() or 1)
