"""Workers of a Dask cluster behind the interface of worker processes: the same blocks, elsewhere.

The blocks, their tables and so the bytes of a run are those of worker processes. Dask computes the blocks of a lost
worker on another one by itself. Its workers write into the staging folder of the store where all of them see it; where
they do not, what they would write there comes back with their answers.
"""

import logging
import os
import tempfile
import uuid
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from twin.errors import RunError, UsageError, said, shown
from twin.store import model_version
from twin.study.replicate import warm

try:
    distributed: Any = import_module("distributed")  # it ships no types
except ImportError:
    raise UsageError(
        "--executor dask: distributed is not installed. Run in the checkout: .venv/bin/pip install -e '.[dask]'"
    ) from None

Answer = TypeVar("Answer")
PATIENCE = 10.0  # s until a scheduler must have answered
HOSTS = {"tcp", "tls", "ws", "wss"}  # schemes of addresses with a host and a port; others may have something else
SECURED = {"tls", "wss"}  # those of them that need certificates
JOINING = 60.0  # s until at least one worker must be there


class DaskPool:
    """Workers of an existing Dask cluster, or of one on this machine that ends with it; a context.

    Attributes:
        workers: How many there are, when it begins. [1]
    """

    def __init__(self, address: str, workers: int, log: logging.Handler | None = None) -> None:
        """Prepare; nothing is started yet.

        Args:
            address: Address of the scheduler; empty for a cluster of this machine.
            workers: Processes of that. [1]
            log: Takes what the workers have to say, in this process; None to say nothing.
        """
        self.workers = workers
        self._address = address
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._cluster: Any = None
        self._client: Any = None
        self._executor: Any = None
        self._log = log
        self._topic = f"filmtwin-{uuid.uuid4().hex}" if log else ""  # of its own: others use the same cluster

    def __enter__(self) -> Self:
        """Connect to the cluster and see that its workers are of our kind.

        Raises:
            UsageError: Nobody answers, no worker is there, or a worker would compute something else.
        """
        logging.getLogger("distributed").setLevel(logging.ERROR)  # its warnings are no news to who runs a study
        try:
            self._client = self._connected(self._address or self._started())
            self.workers = self._looked_at()
        except BaseException:
            self._close()
            raise
        if self._log is not None:
            self._client.subscribe_topic(self._topic, self._heard)
        self._executor = self._client.get_executor(pure=False)
        return self

    def _started(self) -> Any:  # noqa: ANN401 - of a library without types
        """Start a cluster of this machine; a certificate of its own keeps out whoever else may reach its ports."""
        self._folder = tempfile.TemporaryDirectory(prefix="filmtwin-dask-")
        self._cluster = distributed.LocalCluster(
            n_workers=self.workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None,
            local_directory=self._folder.name, silence_logs=logging.ERROR, security=True,
        )  # fmt: skip
        return self._cluster

    def _connected(self, where: Any) -> Any:  # noqa: ANN401 - as above
        try:
            if isinstance(where, str):  # a client of what is no address ends late, and with a traceback
                _checked(where)
                _refuse_without_certificates(where)
            return distributed.Client(where, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise UsageError(
                f"--executor dask:{shown(self._address)}: no Dask scheduler answers there "
                f"({type(error).__name__}). Start one: dask scheduler; or leave the address out."
            ) from None

    def _looked_at(self) -> int:
        """Return the number of workers that compute what this process would."""
        where = f"--executor dask:{shown(self._address)}"
        try:
            self._client.wait_for_workers(1, timeout=JOINING)
        except TimeoutError:
            raise UsageError(
                f"{where}: no worker has joined within {JOINING:.0f} s. Start some: dask worker "
                f"{shown(self._address)} --nthreads 1 --nworkers auto"
            ) from None
        threads = self._client.nthreads()
        if max(threads.values()) > 1:
            raise UsageError(f"{where}: a worker has several threads, which would share one core. Use --nthreads 1.")
        versions = self._asked(where)
        other = {one for one in versions.values() if one != model_version()}
        if other:
            raise UsageError(
                f"{where}: {len(other)} other model version{'s' if len(other) > 1 else ''} on its workers, "
                f"{model_version()} here. Install the same filmtwin, libraries and Python everywhere."
            )
        self._client.run(warm)
        return len(versions)

    def _asked(self, where: str) -> dict[str, str]:
        try:
            found: dict[str, str] = self._client.run(model_version)
        except OSError as error:
            if isinstance(error, distributed.comm.CommClosedError | TimeoutError) or self._client.status != "running":
                raise _gone(error) from None  # it went away just now, which says nothing of its workers
            raise RunError(
                f"{where}: a worker cannot say which model it has ({said(error)}). See to its machine, run it again."
            ) from None
        except (ImportError, AttributeError) as error:
            raise UsageError(f"{where}: its workers have no filmtwin ({said(error)}). Install it there.") from None
        return found

    def submit(self, call: Callable[..., Answer], *arguments: Any) -> "Future[Answer]":  # noqa: ANN401 - the call's own
        """Let a worker make a call; lost with its worker, it is made again on another.

        Raises:
            RunError: The scheduler has gone.
        """
        if self._client.status in {"closing", "closed"}:  # such a client takes a call, and never says what became of it
            raise _gone("connection closed")
        told: Future[Answer] = Future()
        done: Future[Answer] = self._executor.submit(_telling, self._topic, call, *arguments)
        done.add_done_callback(lambda one: _passed_on(one, told))
        known = weakref.ref(done)  # Dask holds it until it is done; two that hold each other would keep the answer
        told.add_done_callback(lambda one: _let_go(known()) if one.cancelled() else None)
        return told

    def see(self, folder: Path) -> bool:
        """Say whether all workers can write into a folder of this machine; one that cannot be asked cannot.

        Raises:
            RunError: The scheduler itself cannot be asked.
        """
        try:
            told = self._client.run(_sees, str(folder), on_error="return").values()
        except (OSError, RuntimeError, AttributeError) as error:  # the last two of a client that has given up
            raise _gone(error) from None
        blind = sum(sees is not True for sees in told)
        if blind:
            self._say(
                "twin.study", logging.INFO,
                f"{blind} of {len(told)} Dask workers do not see {folder}: all send their tables back instead.",
            )  # fmt: skip
        return bool(told) and not blind

    def _heard(self, event: tuple[float, tuple[str, int, str]]) -> None:
        self._say(*event[1])

    def _say(self, name: str, level: int, text: str) -> None:
        if self._log is not None:
            self._log.handle(logging.LogRecord(name, level, "", 0, text, None, None))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give back what was asked for; a cluster of our own ends."""
        if self._executor is not None:
            self._executor.shutdown(wait=kind is None)
        self._close()

    def _close(self) -> None:
        for one in (self._client, self._cluster):
            if one is not None:
                one.close()
        if self._folder is not None:
            self._folder.cleanup()


def _checked(address: str) -> None:
    """Refuse what is no address.

    Raises:
        ValueError: Its scheme is not known, or it has no host and port where it needs them.
        TypeError: What its scheme takes is not installed.
    """
    scheme, _ = distributed.comm.parse_address(address)
    distributed.comm.registry.get_backend(scheme).get_connector()
    if scheme in HOSTS:
        distributed.comm.get_address_host_port(address)


def _refuse_without_certificates(address: str) -> None:
    """Refuse an encrypted address where Dask's own configuration names no certificates that can be read.

    Raises:
        UsageError: It names none, or they cannot be read.
    """
    config = import_module("dask").config
    if address.partition(":")[0] not in SECURED or config.get("distributed.client.security-loader", None):
        return  # no certificate is needed, or a program of the user's brings it
    why = "no certificates are named"
    try:
        if distributed.Security().get_connection_args("client")["ssl_context"] is not None:
            return
    except (OSError, ValueError) as error:
        why = f"its certificates cannot be used ({said(error)})"
    raise UsageError(
        f"--executor dask:{shown(address)}: {why}. Name the files ca-file, client.cert and client.key under "
        "distributed.comm.tls of Dask's configuration, such as DASK_DISTRIBUTED__COMM__TLS__CA_FILE."
    )


def _sees(folder: str) -> bool:
    """Say whether this worker can write into a folder; one of that name may be there and be another's."""
    return os.access(folder, os.W_OK | os.X_OK)


class _Tells(logging.Handler):
    """Sends what a worker has to say to whoever listens to a topic of the cluster."""

    def __init__(self, topic: str) -> None:
        super().__init__(logging.INFO)
        self._topic = topic

    def emit(self, record: logging.LogRecord) -> None:
        """Send one line, on the way that the answer will take: it arrives before it."""
        distributed.get_worker().log_event(self._topic, (record.name, record.levelno, record.getMessage()))


def _telling(topic: str, call: Callable[..., Answer], *arguments: Any) -> Answer:  # noqa: ANN401 - as submit
    """Make a call in a worker, and let it be heard meanwhile."""
    if not topic:
        return call(*arguments)
    tells, house = _Tells(topic), logging.getLogger("twin")
    house.setLevel(logging.INFO)
    house.addHandler(tells)
    try:
        return call(*arguments)
    finally:
        house.removeHandler(tells)


def _gone(why: object) -> RunError:
    return RunError(
        f"the Dask scheduler no longer answers ({shown(why)}); nothing was published. Start it and its workers, "
        "and run it again."
    )


def _let_go(done: "Future[Any] | None") -> None:
    if done is not None:
        done.cancel()


def _passed_on(done: "Future[Answer]", told: "Future[Answer]") -> None:
    """Pass an outcome on, with the words of this house for what is Dask's own business."""
    if not told.set_running_or_notify_cancel():
        return
    if done.cancelled():
        told.set_exception(RunError("the Dask cluster dropped a block; nothing was published. Run it again."))
        return
    error = done.exception()
    if isinstance(error, distributed.KilledWorker | distributed.client.FutureCancelledError):
        told.set_exception(
            RunError("several Dask workers died over one block (often: out of memory); nothing was published.")
        )
    elif error is not None:
        told.set_exception(error)
    else:
        told.set_result(done.result())
