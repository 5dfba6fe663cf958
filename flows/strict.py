"""Before the server: no run of a deployment is made past the schema of its form.

The page has a switch for that, and the API a parameter, of a run and of the deployment itself, which a deployment
cannot forbid. The API has three more ways, at which Prefect looks at no schema: to make a run of a deployment as a flow
makes its own, to change what a run is told that waits, and to give a schedule parameters of its own, with which Prefect
then makes runs by itself. Neither Prefect nor a flow of ours needs them; the page offers the last one, and whoever
wants it can change the deployment's parameters instead, or make another deployment.
Behind it the flow would still refuse what is out of bounds, but only once the run is there; and text that looks like a
number would be one.
"""

import json
import re
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

SWITCH = "enforce_parameter_schema"
LAW = "a run is made by the schema of its form:"
PLANNED = f"{LAW} leave the parameters of a schedule empty; change those of the deployment, or make another one."
MOST = 2**20  # byte, of a request that is read here before anybody asks for a password
Receive = Callable[[], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Rule:
    """What some requests may not say.

    Attributes:
        method: Method of such a request; empty for any.
        path: Pattern of its whole path.
        name: The field that is looked at.
        harmless: Values that it may have; where it is left out, nothing is wrong either.
        refusal: What a request is told that gives it another one.
        within: The field whose objects have that field; empty for the request itself.
    """

    method: str
    path: str
    name: str
    harmless: tuple[object, ...]
    refusal: str
    within: str = ""

    def concerns(self, scope: dict[str, Any]) -> bool:
        """Say whether a request is looked at."""
        is_such = self.method in {"", scope["method"]}
        return is_such and re.fullmatch(self.path, scope["path"], re.DOTALL) is not None

    def is_kept(self, body: bytes) -> bool:
        """Say whether a request keeps to it; one that is no JSON is for the server to refuse."""
        try:
            told = json.loads(body)
        except ValueError:
            return True
        except RecursionError:
            return False
        return all(one[self.name] in self.harmless for one in _objects(told, self.within) if self.name in one)


def _objects(told: object, within: str = "") -> list[dict[str, Any]]:
    """Return an object, or those of a list; with a name, those that they have below it."""
    found = [one for one in (told if isinstance(told, list) else [told]) if isinstance(one, dict)]
    return [each for one in found for each in _objects(one.get(within))] if within else found


RULES = (
    Rule("", r".*/deployments(/.*)?", SWITCH, (None, True), f"{LAW} leave {SWITCH} on."),
    Rule("", r".*/deployments(/[^/]+)?/?", "parameters", (None, {}), PLANNED, within="schedules"),
    Rule("", r".*/deployments/[^/]+/schedules(/.*)?", "parameters", (None, {}), PLANNED),
    Rule("POST", r".*/flow_runs/?", "deployment_id", (None,), f"{LAW} ask at /deployments/ID/create_flow_run for it."),
    Rule("PATCH", r".*/flow_runs/[^/]+/?", "parameters", (), f"{LAW} cancel it and make another one."),
)


@dataclass(frozen=True)
class Strict:
    """Refuses requests that would lead to a run past its schema.

    Attributes:
        app: The application behind it.
    """

    app: Any

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Any) -> None:  # noqa: ANN401 - the ASGI protocol
        """Pass a request on, or answer it with 422."""
        rules = [one for one in RULES if one.concerns(scope)] if scope["type"] == "http" else []
        if not rules:
            await self.app(scope, receive, send)
            return
        told, size = list[dict[str, Any]](), 0
        while not told or told[-1].get("more_body"):
            told.append(await receive())
            size += len(told[-1].get("body", b""))
            if size > MOST:  # who sends it all the same hears the answer, and nothing of it is kept
                del told[:-1]
        if size > MOST:
            await refuse(send, 413, f"a request for runs has at most {MOST} bytes.")
            return
        body = b"".join(one.get("body", b"") for one in told)
        if why := next((one.refusal for one in rules if not one.is_kept(body)), ""):
            await refuse(send, 422, why)
        else:
            await self.app(scope, _again(told, receive), send)


async def refuse(send: Any, status: int, why: str) -> None:  # noqa: ANN401 - as above
    """Answer a request with one sentence.

    Args:
        send: Takes the answer.
        status: Its status. [1]
        why: The sentence.
    """
    head = (b"content-type", b"application/json")
    await send({"type": "http.response.start", "status": status, "headers": [head]})
    await send({"type": "http.response.body", "body": json.dumps({"detail": why}).encode()})


def _again(told: list[dict[str, Any]], receive: Receive) -> Receive:
    """Return what gives first what was received already."""
    left = deque(told)

    async def again() -> dict[str, Any]:
        return left.popleft() if left else await receive()

    return again
