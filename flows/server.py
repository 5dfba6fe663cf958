"""Which Prefect server a flow talks to: a running one if it answers, else an embedded one that is the project's own.

Prefect reads its settings when it is first imported, so this module imports nothing of it.
"""

import base64
import json
import os
import socket
import sys
from http.client import HTTPException
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request

from flows.child import wait_until
from flows.running import announced
from flows.safety import ALIVE, password
from twin.doctor_server import is_held, is_here, opened
from twin.errors import UsageError, shown

LOCAL = "http://127.0.0.1:4200/api"
PATIENCE = 2.0  # s; a server on the same machine answers in milliseconds
STARTS = 900.0  # s that a `twin up` may take until its server answers and all is registered
ALLOWANCE = 120.0  # s (60-300) for the start of an embedded server: 15 s on an idle machine, far more on a busy one
LOCK = "up.lock"  # held by the `twin up` of a home

SETTINGS = {
    "DO_NOT_TRACK": "1",  # telemetry off: without a network it only writes errors into the log
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": f"{ALLOWANCE:.0f}",
    "PREFECT_CLI_COLORS": "false",
    **ALIVE,
}
JSON = {"PREFECT_RESULTS_DEFAULT_SERIALIZER": "json"}  # whatever was set: a pickle from elsewhere is a program
NO_PROXY = ("no_proxy", "NO_PROXY")
CREDENTIALS = ("PREFECT_API_AUTH_STRING", "PREFECT_API_KEY")


def home() -> Path:
    """Return the folder of the embedded server's database: `.prefect` in the project, never the user's own."""
    root = Path(__file__).resolve().parents[1]
    return (root if (root / "pyproject.toml").is_file() else Path.cwd()) / ".prefect"


def settle() -> None:
    """Set what is not set yet; whoever starts a worker or a server keeps the last word, but for the form of results."""
    os.environ |= JSON
    os.environ.setdefault("PREFECT_HOME", str(home()))
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    ask_directly("127.0.0.1", "localhost", socket.gethostname())


def ask_directly(*hosts: str) -> None:
    """Let nothing that is meant for this machine go by a proxy: it would be told the password, and not find us.

    Args:
        hosts: Names and addresses of this machine.
    """
    known = [one.strip() for name in NO_PROXY for one in os.environ.get(name, "").split(",")]
    told = dict.fromkeys(one for one in (*known, *hosts) if one)
    os.environ |= dict.fromkeys(NO_PROXY, "*" if "*" in told else ",".join(told))  # a star is understood alone


def answers(address: str) -> bool:
    """Say whether a Prefect server answers at an address such as http://127.0.0.1:4200/api."""
    if not address.startswith(("http://", "https://")):
        return False
    try:
        with opened(Request(f"{address.rstrip('/')}/health"), PATIENCE) as reply:  # noqa: S310 - http only, see above
            return bool(reply.status == 200 and reply.read(16).strip() == b"true")
    except (HTTPException, OSError, ValueError):
        return False


def complaint(address: str) -> str:
    """Say in one line why a server that answers is none to work with; empty when it is.

    Args:
        address: Address of its API.
    """
    secret = os.environ.get("PREFECT_API_AUTH_STRING", "")
    who = f"the Prefect server at {shown(address)}"
    heads = {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"} if secret else {}
    try:
        asked = Request(f"{address.rstrip('/')}/admin/version", headers=heads)  # noqa: S310 - as in answers
        with opened(asked, PATIENCE) as reply:
            theirs = str(json.loads(reply.read(200)))
    except HTTPError as error:
        if error.code != 401:
            return f"{who} answers {error.code}. twin doctor looks closer."
        where = Path(os.environ["PREFECT_HOME"]) / "auth"
        which = "refuses this password" if secret else "wants a password"
        known = f"; that of twin up is in {where}" if where.is_file() else ""
        return f"{who} {which}. Set PREFECT_API_AUTH_STRING{known}."
    except (HTTPException, OSError, ValueError):
        return f"{who} does not answer as one. twin doctor looks closer."
    ours = version("prefect")
    if theirs.split(".")[:2] == ours.split(".")[:2]:
        return ""
    return f"{who} is of version {theirs}, this is {ours}. Run make setup on both machines."


def choose() -> str | None:
    """Settle on a server before Prefect is imported.

    A password goes to the server that is named, or to our own; one that merely listens where such servers do is told
    none.

    Returns:
        Its address; None for the embedded one.

    Raises:
        UsageError: A `twin up` has the folder of the server, but its server does not answer.
    """
    settle()
    wanted = os.environ.get("PREFECT_API_URL", "")
    if wanted and not answers(wanted):
        wanted = _forget()
    if not wanted and (ours := own()) is not None:
        wanted = str(ours["address"])
        if not ours.get("open"):
            os.environ.setdefault("PREFECT_API_AUTH_STRING", password(Path(os.environ["PREFECT_HOME"]))[0])
    if not wanted:
        _forget()
        wanted = LOCAL if answers(LOCAL) and not complaint(LOCAL) else ""
    if wanted:
        if is_here(host := urlsplit(wanted).hostname or ""):
            ask_directly(host)
        os.environ["PREFECT_API_URL"] = wanted
        return wanted
    os.environ.pop("PREFECT_API_URL", None)
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")  # nobody watches; the screen says what was
    return None


def _forget() -> str:
    """Forget the credentials of a server that is not used; return the address of no server."""
    for name in CREDENTIALS:
        os.environ.pop(name, None)
    return ""


def own() -> dict[str, Any] | None:
    """Return what the `twin up` of this home has said of itself, as soon as its server answers; None without one.

    A second server beside one that starts, for the first or another time, would spoil the database of both.

    Raises:
        UsageError: It does not answer.
    """
    home = Path(os.environ["PREFECT_HOME"])
    found: list[dict[str, Any]] = []

    def settled() -> bool:
        found[:] = [told for told in (announced(home),) if told is not None and answers(str(told["address"]))]
        return bool(found) or not is_held(home / LOCK)

    if not settled():
        sys.stderr.write(f"waiting for the twin up of {home} ...\n")
        if not wait_until(settled, STARTS, look=1.0):
            raise UsageError(f"the server of the twin up of {home} does not answer. twin doctor looks closer.")
    return found[0] if found else None
