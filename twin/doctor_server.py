"""What can be wrong with the Prefect server of this project, as seen from outside, and the command that mends it."""

import base64
import fcntl
import json
import os
import socket
import stat
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from importlib.metadata import PackageNotFoundError, version
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from twin.doctor import SKEW, Finding, fault, numbered, well
from twin.errors import shown
from twin.store.owner import is_alive

PORT = 4200
PATIENCE = 3.0  # s
OWN = 0o600


def server_findings(home: Path) -> Iterator[Finding]:
    """Look at the folder of the server, its password, its lock, its port, and at the server that flows would use.

    Args:
        home: Folder of the server's database.
    """
    yield from _home(home)
    told = _announced(home)
    yield from _lock(home, told)
    yield _port(told)
    yield from _server(home, told)


def _home(home: Path) -> Iterator[Finding]:
    if not home.exists():
        return
    good = os.access(home, os.W_OK | os.X_OK)
    yield Finding(good, f"server folder: {home} {'can' if good else 'can NOT'} be written", f"chown -R $USER {home}")
    secret = home / "auth"
    if secret.exists():
        mode = stat.S_IMODE(secret.stat().st_mode)
        yield Finding(mode == OWN, f"password file: {secret} has mode {mode:04o} (0600 is wanted)",
                      f"chmod 600 {secret}; then a new password: rm {secret} and start twin up again")  # fmt: skip


def _announced(home: Path) -> dict[str, Any] | None:
    """Return what the last ``twin up`` here has said of itself; with ``lives`` for whether it runs."""
    try:
        told: dict[str, Any] = json.loads((home / "server.json").read_bytes())
        return {**told, "lives": is_alive(told)}
    except (OSError, ValueError):
        return None


def _lock(home: Path, told: dict[str, Any] | None) -> Iterator[Finding]:
    if told is not None and not told["lives"]:
        yield fault(f"twin up has died without a word (process {told['pid']}); its server is down",
                      f"twin up   (or, if none is wanted: rm {home / 'server.json'})")  # fmt: skip
    if told is None and is_held(home / "up.lock"):
        yield fault(f"a twin up holds {home / 'up.lock'} but has announced no server: it starts, or hangs",
                      f"wait two minutes; then end it: fuser -k -INT {home / 'up.lock'}")  # fmt: skip


def is_held(lock: Path) -> bool:
    """Say whether a living process holds a lock; such a lock ends with its process, so it cannot be left over."""
    try:
        with lock.open("rb") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _port(told: dict[str, Any] | None) -> Finding:
    if told is not None and told["lives"]:
        return well(f"twin up runs: {told['page']}")
    with socket.socket() as probe:
        probe.settimeout(PATIENCE)
        taken = probe.connect_ex(("127.0.0.1", PORT)) == 0
    if not taken:
        return well(f"port {PORT} is free for twin up")
    if _asked(f"http://127.0.0.1:{PORT}/api/health")[0] == 200:
        return well(f"port {PORT}: another Prefect server answers there; twin up takes another port")
    return fault(f"port {PORT} is taken by another program; twin up takes another port",
                   f"ss -ltnp 'sport = :{PORT}' names the program; or twin up --port 4300")  # fmt: skip


def _server(home: Path, told: dict[str, Any] | None) -> Iterator[Finding]:
    wanted = os.environ.get("PREFECT_API_URL", "") or (str(told["address"]) if told and told["lives"] else "")
    if not wanted:
        yield well("no server is named; twin run --prefect starts one of its own (about 20 s)")
        return
    wanted = wanted.rstrip("/")
    status, _, seen = _asked(f"{wanted}/health")
    if status != 200:
        how = f"answers {status}" if status else "does not answer"
        yield fault(f"the Prefect server at {shown(wanted)} {how}", "twin up; or unset PREFECT_API_URL")
        return
    yield well(f"a Prefect server answers at {shown(wanted)}; flows will use it")
    yield from _clock(seen)
    yield from _version(wanted, home)


def _clock(seen: str) -> Iterator[Finding]:
    try:
        skew = parsedate_to_datetime(seen).timestamp() - time.time()
    except (TypeError, ValueError):
        return
    yield Finding(abs(skew) <= SKEW, f"its clock differs by {abs(skew):.0f} s", "sudo timedatectl set-ntp true")


def _version(address: str, home: Path) -> Iterator[Finding]:
    status, body, _ = _asked(f"{address}/admin/version", _password(home))
    if status == 401:
        yield fault("it refuses the password", f'export PREFECT_API_AUTH_STRING="$(cat {home / "auth"})"')
        return
    try:
        theirs, ours = str(json.loads(body)), version("prefect")
    except (ValueError, PackageNotFoundError):
        return
    yield Finding(numbered(theirs)[:2] == numbered(ours)[:2], f"it is of version {theirs}, flows of version {ours}",
                  "make setup on both machines, then twin up")  # fmt: skip


def _password(home: Path) -> str:
    known = os.environ.get("PREFECT_API_AUTH_STRING", "")
    try:
        return known or (home / "auth").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _asked(address: str, secret: str = "") -> tuple[int, bytes, str]:
    """Ask a server; return status, the beginning of the body and its clock; status 0 where nobody answers."""
    if not address.startswith(("http://", "https://")):
        return 0, b"", ""
    heads = {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"} if secret else {}
    try:
        with opened(Request(address, headers=heads), PATIENCE) as reply:  # noqa: S310 - http only, see above
            return reply.status, reply.read(200), reply.headers.get("Date", "")
    except HTTPError as error:
        return error.code, b"", ""
    except (HTTPException, OSError, ValueError):
        return 0, b"", ""


def opened(asked: Request, patience: float) -> HTTPResponse:
    """Ask a server, and return its answer; one of this machine by no proxy, which would be told the password.

    Args:
        asked: What it is asked, by http or https.
        patience: How long it is waited for. [s]
    """
    is_ours = is_here(urlsplit(asked.full_url).hostname or "")
    reply: HTTPResponse = build_opener(*[ProxyHandler({})] * is_ours).open(asked, timeout=patience)
    return reply


def is_here(host: str) -> bool:
    """Say whether a host is this machine; no name is asked for in the network.

    Args:
        host: Its name or IPv4 address.
    """
    if host in {"localhost", socket.gethostname()}:
        return True
    try:
        with socket.socket() as probe:
            probe.bind((str(IPv4Address(host)), 0))  # which only an address of this machine lets us do
    except (OSError, ValueError):
        return False
    return True
