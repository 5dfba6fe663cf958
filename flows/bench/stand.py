"""A `twin up` of its own to measure on: own home, store and port; started, watched, hurt and stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from flows.bench import processes
from flows.bench.asking import Api
from flows.child import ROOT, Child, wait_until
from flows.up import free_port
from twin.errors import RunError

START = 900.0  # s; some 40 s on an idle machine, minutes on a busy one
END = 60.0  # s
DEPLOY = 300.0  # s
TAG = "stand"
NAMES = ("stand-1", "stand-2", "stand-3", "stand-4")
SCENARIOS = ("baseline", "oven-2-down", "one-more-laser", "slow-lab")
FILE = """\
name: filmtwin
pull:
- prefect.deployments.steps.set_working_directory: {{directory: "{root}"}}
deployments:
"""
DEPLOYMENT = """\
- name: {name}
  entrypoint: flows/run_scenario.py:run_scenario
  tags: [filmtwin, {tag}]
  parameters:
    {{scenario: {scenario}, store: "{store}", workers: 1, replications: 1, days: 1, sets: ["study.warm_up=0 d"]}}
  work_pool: {{name: filmtwin}}
  concurrency_limit: {{limit: {limit}, collision_strategy: ENQUEUE}}
"""


@dataclass
class Stand:
    """A running `twin up` as a context.

    Attributes:
        folder: An empty folder.
        more: Environment beside our own.
        limit: How many runs of one deployment go on at a time. [1]
        port: Where it listens. [1]
    """

    folder: Path
    more: Mapping[str, str] = field(default_factory=dict)
    limit: int = 1
    port: int = field(default_factory=lambda: free_port("127.0.0.1"))
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def home(self) -> Path:
        """Folder of the server's database."""
        return self.folder / "home"

    @property
    def store(self) -> Path:
        """Folder of the store."""
        return self.folder / "store"

    @property
    def page(self) -> str:
        """Address of the server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Process number of `twin up`."""
        assert self._process is not None, "a stand is a context"  # noqa: S101 - a slip in our code
        return self._process.pid

    def api(self) -> Api:
        """Return a client of its server."""
        return Api(f"{self.page}/api", (self.home / "auth").read_text(encoding="utf-8").strip())

    def environment(self) -> dict[str, str]:
        """Return the environment of processes that belong to it."""
        known = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        return known | {"PREFECT_HOME": str(self.home), "PYTHONPATH": str(ROOT)} | dict(self.more)

    def __enter__(self) -> Self:
        """Start it."""
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    def start(self) -> float:
        """Start it, and wait until it is announced; return how long that took. [s]

        Raises:
            RunError: It did not start.
        """
        begun = time.monotonic()
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.folder / "up.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "twin", "up", "--port", str(self.port)], cwd=ROOT, env=self.environment(),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        process = self._process
        wait_until(lambda: (self.home / "server.json").is_file() or process.poll() is not None, START)
        if process.poll() is not None or not (self.home / "server.json").is_file():
            raise RunError(f"twin up did not start: {(self.folder / 'up.log').read_text(encoding='utf-8')[-600:]}")
        for one in self.api().deployments().values():  # what is shipped must not run in the user's own store
            if one["name"] not in NAMES:
                self.api().ask("POST", f"/deployments/{one['id']}/pause_deployment")
        return time.monotonic() - begun

    def stop(self) -> None:
        """Stop it in order."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()  # a job in the background ignores SIGINT
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def server(self) -> int:
        """Return the process number of the server."""
        return self._below("flows.serve")

    def worker(self) -> int:
        """Return the process number of the worker."""
        return self._below("flows.worker")

    def _below(self, module: str) -> int:
        """Return the process number of what runs a module; never 0, which stands for whole groups of processes.

        Raises:
            RunError: There is none.
        """
        found = next(iter(processes.below(self.pid, module)), None)
        if found is None:
            raise RunError(f"no {module} runs below twin up ({self.pid}); {self.folder / 'up.log'} says why.")
        return found

    def deploy(self) -> dict[str, str]:
        """Register, or register again, four deployments that queue; return their ids by name.

        Raises:
            RunError: They were refused.
        """
        told = FILE.format(root=ROOT) + "".join(
            DEPLOYMENT.format(name=name, tag=TAG, scenario=scenario, store=self.store, limit=self.limit)
            for name, scenario in zip(NAMES, SCENARIOS, strict=True)
        )
        file = self.folder / "stand.yaml"
        file.write_text(told, encoding="utf-8")
        api = self.api()
        known = {"PREFECT_API_URL": api.address, "PREFECT_API_AUTH_STRING": api.password}
        asked = ("-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(file))
        deploy = Child("deployments", asked, self.environment() | known, self.folder / "deploy.log")
        if not deploy.succeeds(DEPLOY):
            raise RunError(f"the deployments were refused: {deploy.log.read_text(encoding='utf-8')[-600:]}")
        return {name: str(one["id"]) for name, one in api.deployments().items() if name in NAMES}

    def states_of(self, flow_run: str) -> list[str]:
        """List the types of all states that a flow run has had."""
        return [str(one["type"]) for one in self.api().ask("GET", f"/flow_run_states/?flow_run_id={flow_run}")]

    def published(self) -> list[str]:
        """List the ids of the runs that are in the store, as often as they are there."""
        return sorted(one.stem for one in (self.store / "tables" / "runs").glob("*.parquet"))

    def database(self) -> float:
        """Return the size of the database with its log. [MB]"""
        return sum(one.stat().st_size for one in self.home.glob("prefect.db*")) / processes.MB


def end_in_order() -> None:
    """Let SIGTERM end this process as Ctrl-C does, so that nothing it has started is left."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)


def until(what: Callable[[], bool], allowance: float, about: str) -> float:
    """Wait until something holds; return how long that took. [s]

    Raises:
        RunError: It did not come to hold in time.
    """
    begun = time.monotonic()
    if not wait_until(what, allowance, look=0.5):
        raise RunError(f"{about}: not within {allowance:.0f} s.")
    return time.monotonic() - begun
