"""The guard before the server: it answers to its own name and page alone, and its page may talk to nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flows.safety import Bind

REFUSAL = b"this server answers to its own name and page only\n"
# What a page of ours may load, and whom it may tell: itself. Prefect's newer page would call a service that counts
# visitors before it has asked whether it may; no setting of Prefect's forbids that, so the browser does.
POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-eval'",  # the timeline of a run draws with functions that it makes itself
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",  # the plots of an answer stand inside its page
    "font-src": "'self' data:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def guarded(app: Any, bind: Bind) -> "Guard":  # noqa: ANN401 - any ASGI application
    """Put the guard before an application."""
    return Guard(app, bind.page, bind.names(), bind.origins(), heads(bind))


def heads(bind: Bind) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers that each answer carries."""
    policy = {**POLICY, "connect-src": f"'self' {bind.page} {bind.page.replace('http', 'ws', 1)}"}
    return (
        (b"content-security-policy", "; ".join(f"{what} {whom}" for what, whom in policy.items()).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
    )


@dataclass(frozen=True)
class Guard:
    """Refuses requests that mean another host, or come from another page: what a browser was talked into.

    Attributes:
        app: The application behind it.
        page: Address of the page; one that is asked for by another of the server's names is sent there.
        hosts: Values of the header Host that pass.
        origins: Values of the header Origin that pass; without that header a request is no browser's.
        heads: Headers that each answer carries.
    """

    app: Any
    page: str
    hosts: frozenset[str]
    origins: frozenset[str]
    heads: tuple[tuple[bytes, bytes], ...] = ()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401 - the ASGI protocol
        """Pass a request on, or answer it with 403."""

        async def sent(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *self.heads]}
            await send(message)

        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, sent)
            return
        headers = {bytes(name).lower(): bytes(value).decode("latin-1") for name, value in scope["headers"]}
        if not self._welcome(headers):
            await self._refuse(scope, send)
        elif self._is_elsewhere(scope, headers):
            query = bytes(scope.get("query_string", b""))
            where = f"{self.page}{quote(scope['path'])}".encode() + (b"?" + query if query else b"")
            await _answer(send, 307, (b"location", where))
        else:
            await self.app(scope, receive, sent)

    def _welcome(self, headers: Mapping[bytes, str]) -> bool:
        origin = headers.get(b"origin")
        return headers.get(b"host", "") in self.hosts and (origin is None or origin in self.origins)

    def _is_elsewhere(self, scope: Mapping[str, Any], headers: Mapping[bytes, str]) -> bool:
        """Say whether a page is asked for by a name that its own questions to the API would not come from."""
        is_page = scope["type"] == "http" and not scope["path"].startswith("/api")
        return is_page and headers[b"host"] != self.page.partition("://")[2]

    async def _refuse(self, scope: Mapping[str, Any], send: Any) -> None:  # noqa: ANN401 - the ASGI protocol
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _answer(send, 403, (b"content-type", b"text/plain"), REFUSAL)


async def _answer(send: Any, status: int, head: tuple[bytes, bytes], body: bytes = b"") -> None:  # noqa: ANN401 - as above
    await send({"type": "http.response.start", "status": status, "headers": [head]})
    await send({"type": "http.response.body", "body": body})
