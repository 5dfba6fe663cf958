"""A plain client of a Prefect server, which waits for one that is away; it needs no settings of Prefect."""

import time
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

import httpx

from twin.errors import RunError

AWAY = 900.0  # s that a server may be away or too busy; it starts in 15 s, on a busy machine in minutes
PAGE = 200
WAITING = ("SCHEDULED", "PENDING", "RUNNING", "CANCELLING", "PAUSED")


@dataclass
class Api:
    """The API of one server.

    Attributes:
        address: Its address, without the last slash.
        password: User and password as ``user:password``.
    """

    address: str
    password: str = field(repr=False)
    _name: str = field(default_factory=lambda: str(uuid4()))
    _client: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Connect when first asked."""
        user, _, secret = self.password.partition(":")
        self._client = httpx.Client(base_url=self.address, auth=(user, secret), timeout=30.0)

    def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - plain data
        """Ask; wait for a server that is away or starting.

        Raises:
            RunError: It refused, or stayed away.
        """
        end = time.monotonic() + AWAY
        while True:
            reply = self._asked(method, path, body)
            if reply is not None and reply.status_code < 400:
                return reply.json() if reply.content else None
            if reply is not None and reply.status_code not in {403, 429, 500, 502, 503}:
                raise RunError(f"{method} {path}: {reply.status_code} {reply.text[:300]}")
            if time.monotonic() > end:
                raise RunError(f"{method} {path}: no answer within {AWAY:.0f} s ({reply and reply.text[:300]}).")
            self._client.headers.pop("Prefect-Csrf-Token", None)
            time.sleep(1.0)

    def _asked(self, method: str, path: str, body: object) -> httpx.Response | None:
        try:
            if method != "GET" and "Prefect-Csrf-Token" not in self._client.headers:
                token = self._client.get(f"/csrf-token?client={self._name}").json()["token"]
                self._client.headers.update({"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": self._name})
            return self._client.request(method, path, json=body)
        except (httpx.HTTPError, ValueError, KeyError):
            return None

    def deployments(self) -> dict[str, dict[str, Any]]:
        """Return all deployments by name."""
        return {one["name"]: one for one in self.ask("POST", "/deployments/filter", {})}

    def start(self, deployment: str, name: str, **parameters: Any) -> str:  # noqa: ANN401 - plain data
        """Queue a run of a deployment, once only under each name.

        Args:
            deployment: Its id.
            name: Name of the run.
            **parameters: What differs from the deployment's parameters.

        Returns:
            Id of the flow run.
        """
        body = {"parameters": parameters, "state": {"type": "SCHEDULED"}, "name": name, "idempotency_key": name}
        return str(self.ask("POST", f"/deployments/{deployment}/create_flow_run", body)["id"])

    def runs(self, tag: str, *states: str) -> list[dict[str, Any]]:
        """List the flow runs with a tag.

        Args:
            tag: The tag.
            *states: Types of states; none for all.
        """
        known: dict[str, Any] = {"tags": {"all_": [tag]}}
        if states:
            known["state"] = {"type": {"any_": list(states)}}
        found: list[dict[str, Any]] = []
        while True:
            asked = {"flow_runs": known, "limit": PAGE, "offset": len(found), "sort": "EXPECTED_START_TIME_ASC"}
            some = cast("list[dict[str, Any]]", self.ask("POST", "/flow_runs/filter", asked))
            found += some
            if len(some) < PAGE:
                return found

    def run(self, flow_run: str) -> dict[str, Any]:
        """Return a flow run."""
        return cast("dict[str, Any]", self.ask("GET", f"/flow_runs/{flow_run}"))
