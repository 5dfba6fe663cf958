"""Before the server: no request brings an integer that the server could keep, and never tell again.

Prefect reads integers of any length and writes none beyond 64 bits: one of them in a flow run, and each list that the
run is in is answered with 500, for as long as the run is kept: the page is empty, no orphan is found, `twin up` does
not start again.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from flows.strict import Receive, refuse

DIGITS = 19  # of the longest integer of 64 bits
MANY = re.compile(rb"(?:\d\0{0,3}){%d}" % DIGITS)  # JSON may come in 16 or 32 bits a character
REFUSAL = f"an integer lies in {-(2**63)} to {2**63 - 1}, for nothing beyond it could be read back."


def is_wide(body: bytes) -> bool:
    """Say whether JSON has an integer outside 64 bits; what is no JSON is for the server to refuse.

    Args:
        body: The JSON.
    """
    if not MANY.search(body):
        return False  # the usual case, told without reading it all
    found: list[str] = []
    try:
        json.loads(body, parse_int=found.append)
    except ValueError:
        return False
    except RecursionError:
        return True
    return any(len(one) > DIGITS + 1 or not -(2**63) <= int(one) < 2**63 for one in found)


@dataclass(frozen=True)
class Whole:
    """Refuses requests with such an integer, when the server reads them: by then it knows who asks.

    Attributes:
        app: The application behind it.
    """

    app: Any

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Any) -> None:  # noqa: ANN401 - the ASGI protocol
        """Pass a request on, or answer it with 422."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wide = list[bool]()  # whether it is, once that is known

        async def looked_at() -> dict[str, Any]:
            told = await (receive() if wide else _whole(receive))
            if wide or told["type"] != "http.request":
                return told
            wide.append(is_wide(told["body"]))
            return {**told, "body": b"{"} if wide[0] else told  # which is no JSON, so the server does nothing

        async def sent(message: dict[str, Any]) -> None:
            if wide != [True]:
                await send(message)

        await self.app(scope, looked_at, sent)
        if wide == [True]:
            await refuse(send, 422, REFUSAL)


async def _whole(receive: Receive) -> dict[str, Any]:
    """Receive a request to its end, as one message; whoever leaves before says so."""
    parts, more = list[bytes](), True
    while more:
        told = await receive()
        if told["type"] != "http.request":
            return told
        parts.append(told.get("body", b""))
        more = told.get("more_body", False)
    return {"type": "http.request", "body": b"".join(parts), "more_body": False}
