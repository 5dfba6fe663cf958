"""What a server of ours is allowed to be: on loopback, with a password, answering nobody's web page but its own.

Prefect reads its settings when it is first imported, so this module imports nothing of it.
"""

import ipaddress
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from twin.errors import UsageError, printable, shown

USER = "twin"
HEARTBEAT = 30  # s between two signs of life of a flow run; the least that Prefect takes
RETRIES = 7  # after 2, 4, 8 ... s: four minutes in all, longer than a server takes to start again
ALIVE = {  # what the automation counts on that calls a silent run crashed
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT),
    "PREFECT_CLIENT_MAX_RETRIES": str(RETRIES),
}
LEASES = "prefect.server.concurrency.lease_storage.filesystem"  # in its home; in memory they would go at each restart
SECRET = "auth"  # noqa: S105 - the name of a file
DATABASE = "PREFECT_SERVER_DATABASE_CONNECTION_URL"
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with
USUAL = {"http": "80", "https": "443"}  # ports that a browser leaves out
_PUBLIC = re.compile(r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::(?P<port>[1-9]\d{0,4}))?/?")
DAY = 86400  # s
RETENTION = {  # what bounds the database; what was published stays in the store, whatever goes here
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P7D",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(30 * DAY),
}


@dataclass(frozen=True)
class Bind:
    """Where a server listens, and for whom.

    Attributes:
        host: Address of the network interface.
        port: Port. [1]
        password: User and password as ``user:password``; empty for none.
        expose: Whether somebody has asked for more than this machine in so many words.
        public: Address that people type, where a proxy stands before the server or it listens everywhere; empty for its
            own.
    """

    host: str
    port: int
    password: str
    expose: bool = False
    public: str = ""

    def __post_init__(self) -> None:
        """Refuse what would be open to others by accident.

        Raises:
            UsageError: The bind is no loopback address, and it has no password or nobody asked for it; or the address
                that people type is none, is missing, or leads to a server without a password.
        """
        self._refuse_public()
        if is_loopback(self.host):
            return
        if not self.password:
            raise UsageError(
                f"--host {self.host}: reaches beyond this machine, which --no-auth forbids. Leave one out."
            )
        if not self.expose:
            raise UsageError(
                f"--host {self.host}: reaches beyond this machine. Use 127.0.0.1 and a tunnel, or say --expose as well "
                "and put TLS in front of it."
            )

    def _refuse_public(self) -> None:
        if not self.public:
            if self.host in EVERYWHERE and self.expose:
                raise UsageError(
                    f"--host {self.host}: no name that people could type. Say it: --public http://NAME:{self.port}, or "
                    "that of the proxy before it."
                )
            return
        if public(self.public) != self.public:
            raise UsageError(
                f"--public {shown(self.public, 60)}: write http or https, a name and perhaps a port, without a path: "
                "https://twin.example.org"
            )
        if not self.password:
            raise UsageError(f"--public {self.public}: others reach it, which --no-auth forbids. Leave one out.")

    @property
    def own(self) -> str:
        """Address at which this machine itself reaches the server."""
        return f"http://{'127.0.0.1' if self.host in EVERYWHERE else self.host}:{self.port}"

    @property
    def page(self) -> str:
        """Address of the user interface."""
        return self.public or self.own

    @property
    def address(self) -> str:
        """Address of the API, for this machine."""
        return f"{self.own}/api"

    def names(self) -> frozenset[str]:
        """Return the values of the header Host that are this server and nobody else."""
        hosts = {self.host} - EVERYWHERE
        if is_loopback(self.host) or not hosts:
            hosts |= {"127.0.0.1", "localhost"}
        known = {f"{host}:{self.port}" for host in hosts}
        return frozenset(known | ({urlsplit(self.public).netloc} if self.public else set()))

    def origins(self) -> frozenset[str]:
        """Return the values of the header Origin that are its own page."""
        mine = {f"http://{name}" for name in self.names() if name != urlsplit(self.public).netloc}
        return frozenset(mine | ({self.public} if self.public else set()))


def public(text: str) -> str:
    """Return an address that people type as a browser sends it; empty for what is none.

    >>> public("https://twin.example.org"), public("http://Twin:80/"), public("ftp://twin"), public("https://twin/x")
    ('https://twin.example.org', 'http://twin', '', '')
    """
    found = _PUBLIC.fullmatch(text)
    if found is None:
        return ""
    scheme, port = found["scheme"], found["port"]
    return f"{scheme}://{found['host'].lower()}{'' if port in {None, USUAL[scheme]} else f':{port}'}"


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach an address.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("plant.example")
    (True, True, False, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def _usable() -> Iterator[None]:
    """Refuse a folder of the server in which the system does not let us work.

    Raises:
        UsageError: It has said so.
    """
    try:
        yield
    except OSError as error:
        where = printable(error.filename or os.environ.get("PREFECT_HOME", ""), 200)
        why = f"PREFECT_HOME: {where} cannot be used ({error.strerror})"
        raise UsageError(f"{why}. Name a folder that can be made or written.") from None


@_usable()
def begun(file: Path) -> BinaryIO:
    """Return a file of the server's folder, opened and empty; the folder is made where there is none.

    Args:
        file: The file.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return file.open("wb")


@_usable()
def password(home: Path, *, renew: bool = False) -> tuple[str, bool]:
    """Return the password of this project's server, and whether it was made just now.

    Args:
        home: Folder of the server's database; the password stands there in a file that its owner alone can read.
        renew: Make a new one, as for a file that is empty.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = home / SECRET
    if not renew and file.exists() and (known := file.read_text(encoding="utf-8").strip()):
        return known, False
    made = f"{USER}:{secrets.token_urlsafe(24)}"
    file.unlink(missing_ok=True)
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as written:
        written.write(f"{made}\n")
    return made, True


def client_settings(address: str, password: str) -> dict[str, str]:
    """Return what a client, a worker or a flow must know to talk to the server."""
    return {"PREFECT_API_URL": address, **ALIVE} | ({"PREFECT_API_AUTH_STRING": password} if password else {})


def server_settings(bind: Bind) -> dict[str, str]:
    """Return the settings of the server: everything off that is not needed, and its own page as the only origin.

    How long runs and events are kept is for the environment to say, where it does.
    """
    secret = {"PREFECT_SERVER_API_AUTH_STRING": bind.password} if bind.password else {}  # an empty one shuts all out
    return secret | {
        **{name: os.environ.get(name, value) for name, value in RETENTION.items()},
        "PREFECT_SERVER_API_HOST": bind.host,
        "PREFECT_SERVER_API_PORT": str(bind.port),
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": bind.page,
        "PREFECT_SERVER_UI_API_URL": f"{bind.page}/api",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": LEASES,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


def exposed(bind: Bind, home: Path) -> list[tuple[str, str]]:
    """List what a server with these settings shows to whom, for a person to read."""
    reach = "this machine alone" if is_loopback(bind.host) else "EVERYBODY who can reach this machine's network"
    reach = f"EVERYBODY who can reach {bind.public}" if bind.public else reach
    secret = f"needed; it stands in {home / SECRET}, readable by its owner alone" if bind.password else "NONE"
    return [
        ("user interface", bind.page),
        ("reached by", reach),
        ("password", secret),
        ("CSRF protection", "on: a form of another page cannot post"),
        ("other origins", "refused, and other host names too"),
        ("telemetry", "off: nothing leaves this machine"),
        ("results", "JSON; no pickles"),
        ("database", database(home)),
    ]


def database(home: Path) -> str:
    """Return which database the server uses, without user and password.

    >>> database(Path("/home"))
    '/home/prefect.db'
    """
    address = os.environ.get(DATABASE, "")
    return shown(address).partition("?")[0] if address else str(home / "prefect.db")
