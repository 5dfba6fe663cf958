"""`python -m flows.up ASKED`: server, worker and deployments on this machine, until Ctrl-C.

ASKED is JSON: host, port, expose, public (what people type), open (no password), notify (a file), check
(only show what would be exposed).
"""

import errno
import fcntl
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import httpx

from flows import running, safety, server
from flows.child import ROOT, Child, wait_until
from flows.keeping import GRACE, LOOK, Keeper
from flows.notify import address
from flows.register import POOL, deployments, everything
from flows.tidying import Tidier, lost, say, settle_database
from twin.doctor_server import is_held
from twin.errors import RunError, TwinError, UsageError
from twin.store.owner import card

USUAL = 4200  # Prefect's own port, taken when it is free
START = 600.0  # s; the server answers after 15 s on an idle machine, after minutes on one with far too much to do


def main(asked: Mapping[str, Any]) -> int:
    """Start everything, keep it going, and stop it on Ctrl-C.

    Returns:
        The exit code of the command line.
    """
    server.settle()
    home = Path(os.environ["PREFECT_HOME"])
    signal.signal(signal.SIGTERM, _stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup is a wish to outlive the terminal
        signal.signal(signal.SIGHUP, _stop)
    try:
        if asked.get("check"):
            return _show(asked, home)
        if not is_held(home / server.LOCK):  # else it is the twin up of this home that has the port
            bind_of(asked, "user:password")  # refused before anything is made
        notify = address(str(asked.get("notify") or ""))  # as well
        with ExitStack() as stack:
            stack.enter_context(_alone(home))
            return _run(stack, asked, home, notify)
    except TwinError as error:
        for line in str(error).splitlines():
            say(f"error: {line}")
        return error.exit_code
    except KeyboardInterrupt:
        say("stopped.")
        return 0
    except lost() as error:
        say(f"error: the server was lost ({type(error).__name__}); {home / 'server.log'} may say why. See twin doctor.")
        return 1


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt


def bind_of(asked: Mapping[str, Any], password: str) -> safety.Bind:
    """Return where the server will listen.

    Raises:
        UsageError: The port is taken or no port, this machine has no such address, or the bind is not safe.
    """
    host, port = str(asked.get("host") or "127.0.0.1"), asked.get("port")
    if port is None:
        port = USUAL if is_free(host, USUAL) else free_port(host)
    elif not 1 <= int(port) <= 65535:
        raise UsageError(f"--port {port}: a port lies in 1-65535.")
    elif not is_free(host, int(port)):
        raise UsageError(f"--port {port}: another process listens on {host}:{port}. Stop it, or leave --port out.")
    secret, public = "" if asked.get("open") else password, str(asked.get("public") or "")
    return safety.Bind(host, int(port), secret, bool(asked.get("expose")), safety.public(public) or public)


def is_free(host: str, port: int) -> bool:
    """Say whether nobody listens on a port.

    Raises:
        UsageError: Nobody could, or we may not.
    """
    return bool(_bound(host, port))


def free_port(host: str) -> int:
    """Return a port that nobody listens on.

    Raises:
        UsageError: This machine has no such address.
    """
    return _bound(host, 0)


def _bound(host: str, port: int) -> int:
    """Return the port that one gets who asks for it; 0 for one on which somebody listens."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return 0
            if error.errno == errno.EACCES:
                raise UsageError(f"--port {port}: {error.strerror}. Use 1024-65535, or leave --port out.") from None
            raise UsageError(
                f"--host {host}: {error.strerror}. Use 127.0.0.1, or an IPv4 address of this machine."
            ) from None
        return int(probe.getsockname()[1])


def _show(asked: Mapping[str, Any], home: Path) -> int:
    told = running.announced(home)
    if any(asked.get(name) for name in ("host", "port", "expose", "public", "open")):
        told = None  # what is asked for is shown, not what is there
    bind = bind_of(asked, "user:password") if told is None else _there(told)
    for what, how in safety.exposed(bind, home):
        print(f"{what:16} {how}")  # noqa: T201 - this is the answer
    return 0


def _there(told: Mapping[str, Any]) -> safety.Bind:
    """Return where the server listens that runs here already."""
    where, page = urlsplit(str(told["address"])), str(told["page"])
    host, secret = str(told.get("host") or where.hostname), "" if told["open"] else "user:password"
    own = f"{where.scheme}://{where.netloc}"
    return safety.Bind(host, int(where.port or USUAL), secret, expose=True, public=page if page != own else "")


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold the lock of this home: two servers on one database would spoil each other's work.

    Raises:
        UsageError: Another one runs here, or nobody can.
    """
    with safety.begun(home / server.LOCK) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            there = (running.announced(home) or {}).get("page", "starting")
            raise UsageError(f"twin up runs already ({there}, {home}). Stop it first, or set PREFECT_HOME.") from None
        yield


def _run(stack: ExitStack, asked: Mapping[str, Any], home: Path, notify: str) -> int:
    bind = bind_of(asked, "user:password")  # another one may have got the port meanwhile
    secret, fresh = safety.password(home) if bind.password else ("", False)
    bind = replace(bind, password=secret)
    settle_database(home)
    _settle_environment(bind)
    deploy = deployments(home)
    stack.callback(deploy.stop, 0.0)  # last of all: whoever tidies may start it until the server is gone
    api = _start_server(stack, bind, home)
    say("registering deployments and automations ...")
    _catch_up(home)
    register = partial(everything, deploy, notify)
    register()
    worker = _worker(home)
    stack.callback(running.end_all, home)
    stack.callback(worker.stop, GRACE)
    worker.start()
    stack.callback(running.end_all, home)  # first, so that the worker can say so; again for what it starts meanwhile
    running.announce(home, address=bind.address, page=bind.page, open=not secret, host=bind.host)
    stack.callback(running.withdraw, home)
    keeper = Keeper(api, worker, Tidier(home, register))
    _await(keeper)
    _tell(bind, home, secret if fresh else "")
    return keeper.keep()


def _settle_environment(bind: safety.Bind) -> None:
    """Tell what we start which server is ours, and that it belongs to us."""
    for name in ("PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING"):
        os.environ.pop(name, None)  # of another server; with --no-auth it would shut everybody out
    server.ask_directly(bind.host)
    os.environ |= safety.client_settings(bind.address, bind.password)
    os.environ |= {"FILMTWIN_ROOT": str(ROOT), running.OWNER: json.dumps(card())}


def _worker(home: Path) -> Child:
    """Return the worker; it and its flows ask the server and never its database."""
    known = {name: value for name, value in os.environ.items() if name != safety.DATABASE}
    asked = ("--pool", POOL, "--type", "process", "--name", running.worker())
    return Child(
        "worker", ("-m", "flows.worker", str(os.getpid()), *asked), known | {"PREFECT_LOGGING_LEVEL": "INFO"},
        home / "worker.log",
    )  # fmt: skip


def _await(keeper: Keeper) -> None:
    """Wait until the server has heard of the worker: before that nobody would take a run. Both are kept meanwhile."""
    from prefect import get_client  # noqa: PLC0415 - Prefect after its settings

    from flows import pool  # noqa: PLC0415 - as above

    def is_there() -> bool:
        keeper.look(time.monotonic())
        if not server.answers(os.environ["PREFECT_API_URL"]):
            return False
        # A client that was answered before would ask for minutes, in which nobody looks after the server.
        with suppress(*lost()), get_client(sync_client=True) as client:
            return pool.has_worker(client, POOL, running.worker())
        return False

    say("waiting for the worker ...")
    if not wait_until(is_there, START, look=LOOK):
        say(f"the worker is not there yet{keeper.worker.because}.")


def _start_server(stack: ExitStack, bind: safety.Bind, home: Path) -> Child:
    told = {"host": bind.host, "port": bind.port, "expose": bind.expose, "public": bind.public, "owner": os.getpid()}
    child = Child(
        "server",
        ("-m", "flows.serve", json.dumps(told)),
        os.environ
        | safety.server_settings(bind)
        | {"PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "page")},  # what is installed may be read-only
        home / "server.log",
    )
    say(f"starting the server on {bind.page} (some 15 s; its log is {child.log}) ...")
    stack.callback(child.stop, GRACE)
    child.start()
    if not wait_until(lambda: server.answers(bind.address) or not child.lives, START) or not child.lives:
        raise RunError(f"the server did not start{child.because}. twin doctor looks for the usual causes.")
    return child


def _catch_up(home: Path) -> None:
    """Mark orphans crashed, and leave out what was missed; a server that cannot list runs can still take new ones."""
    from prefect import get_client  # noqa: PLC0415 - Prefect after its settings

    from flows import reconcile  # noqa: PLC0415 - as above

    try:
        with get_client(sync_client=True) as client:
            for name in reconcile.reconcile(client, home, begins=True):
                say(f"marked crashed: {name} (its process had ended)")
            if missed := reconcile.skip_missed(client):
                say(f"{missed} scheduled runs were missed while nothing ran; they are not made up for.")
    except httpx.HTTPStatusError as error:
        if not error.response.is_server_error:
            raise
        why = f"the server cannot tell which runs there are ({error.response.status_code})"
        say(f"{why}; none is marked crashed. Where its page stays empty: twin store keeps what was published, so stop "
            f"twin up and move {home / 'prefect.db'} away.")  # fmt: skip


def _tell(bind: safety.Bind, home: Path, secret: str) -> None:
    print(bind.page, flush=True)  # noqa: T201 - this is the answer
    where = home / safety.SECRET
    if secret and sys.stderr.isatty():
        say(f"password of the user interface, shown this once: {secret}   (it stands in {where})")
    elif secret:  # a service's messages are kept, and others may read them
        say(f"password of the user interface: it stands in {where}, readable by its owner alone")
    say("Start a what-if: Deployments > what-if > Run. Ctrl-C stops server and worker.")


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}))
