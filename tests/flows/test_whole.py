"""Laws of integers: none that could not be read back reaches the server, and nothing else is touched."""

import asyncio
import json

import pytest

from flows import whole

PATH = "/api/deployments/1/create_flow_run"


def asked(*parts: bytes, leaves: bool = False):
    """What came through of a request whose body comes in parts, the status of the answer and what it says."""
    left = [{"type": "http.request", "body": part, "more_body": at < len(parts)} for at, part in enumerate(parts, 1)]
    left[-1]["more_body"] |= leaves
    passed, said = [], []

    async def behind(_scope: object, receive: object, send: object) -> None:
        passed.append(await receive())
        fits = passed[0]["type"] == "http.request" and passed[0]["body"] != b"{"
        await send({"type": "http.response.start", "status": 201 if fits else 422})
        await send({"type": "http.response.body", "body": b"of the server"})

    async def receive() -> dict:
        return left.pop(0) if left else {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        said.append(message)

    asyncio.run(whole.Whole(behind)({"type": "http", "path": PATH, "method": "POST"}, receive, send))
    assert len(said) == 2
    return passed[0], said[0]["status"], said[1]["body"]


@pytest.mark.parametrize("number", [f"{2**63}", f"-{2**63 + 1}", f"1{'0' * 30}", f"1{'0' * 400}", f"1{'0' * 5000}"])
def test_no_integer_comes_that_could_not_be_read_back(number):
    """Wherever it stands and however it comes: 422, one sentence, and the server gets nothing that it could keep."""
    for form in ("%s", '{"extra": %s}', '{"parameters": {"a": [{"b": %s}]}}', '[{"seed": 1}, {"seed": %s}]'):
        told = (form % number).encode()
        for parts in ((told,), (told[:-9], told[-9:], b""), ((form % number).encode("utf-16"),)):
            passed, status, answer = asked(*parts)
            assert passed["body"] == b"{"
            assert status == 422
            assert json.loads(answer) == {"detail": whole.REFUSAL}


def test_all_else_comes_through_as_it_is():
    """Both ends of the range, long numbers that are no integers, long words of digits, what is no JSON."""
    for told in (
        json.dumps({"seed": 2**63 - 1, "low": -(2**63)}).encode(), json.dumps({"days": 1.0e300}).encode(),
        b'{"days": 0.12345678901234567890123, "more": 12345678901234567890123.0}',
        json.dumps({"message": f"plant.oven.count={'9' * 400}"}).encode(), b"", b"9" * 30 + b" no json",
    ):  # fmt: skip
        parts = (told[:5], told[5:]) if told else (told,)
        passed, status, answer = asked(*parts)
        assert (passed["body"], passed["more_body"], status, answer) == (told, False, 201, b"of the server")


def test_who_leaves_before_the_end_has_asked_for_nothing():
    """What is cut is not taken for the whole."""
    assert asked(b'{"parameters": ', leaves=True)[0] == {"type": "http.disconnect"}
