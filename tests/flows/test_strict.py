"""Laws of the schema that a run is made by: no request leads past it, and none that keeps to it is changed."""

import asyncio
import json
import tracemalloc

import pytest

from flows import strict

ONE = "/api/deployments/1/create_flow_run"
MANY = "/api/deployments/1/create_flow_run/bulk"
ITSELF = "/api/deployments/1"
RUNS = "/api/flow_runs/"
RUN = "/api/flow_runs/1"


def asked(path, *parts: bytes, kind="http", method="POST"):
    """Status of a request whose body comes in parts, with the body that came through or the answer."""
    left = [{"type": "http.request", "body": part, "more_body": at < len(parts)} for at, part in enumerate(parts, 1)]
    passed, said = [], []

    async def behind(_scope: object, receive: object, send: object) -> None:
        passed.append(b"")
        more = True
        while more:
            told = await receive()
            passed[0] += told["body"]
            more = told["more_body"]
        await send({"type": "http.response.start", "status": 201})

    async def receive() -> dict:
        return left.pop(0)

    async def send(message: dict) -> None:
        said.append(message)

    scope = {"type": kind, "path": path} | ({"method": method} if kind == "http" else {})
    asyncio.run(strict.Strict(behind)(scope, receive, send))
    return said[0]["status"], passed[0] if passed else said[1]["body"]


@pytest.mark.parametrize("switch", [False, "off", "false", 0, "0", [], {}])
def test_nobody_switches_the_schema_off(switch):
    """In whatever way, for one run or among many: 422, one sentence, and the server is not even asked."""
    lax = {"parameters": {}, "enforce_parameter_schema": switch}
    for path, body in ((ONE, lax), (MANY, [{"parameters": {}}, lax]), (f"{ONE}/", lax)):
        status, answer = asked(path, json.dumps(body).encode())
        assert status == 422
        assert json.loads(answer) == {"detail": f"{strict.LAW} leave enforce_parameter_schema on."}
    assert asked(ONE, b'{"\\u0065nforce_parameter_', b'schema": false}')[0] == 422
    told = json.dumps(lax).encode()
    assert asked(ITSELF, told, method="PATCH")[0] == 422
    assert asked("/api/deployments/", told)[0] == asked("/api/deployments", told)[0] == 422


def test_no_run_of_a_deployment_is_made_elsewhere_or_told_something_else():
    """At neither does Prefect look at the schema; one sentence says what to do."""
    body = b'{"flow_id": "1", "work_pool_name": "filmtwin", "deployment_id": "1", "state": {"type": "SCHEDULED"}}'
    for path, told, method, advice in (
        (RUNS, body, "POST", "ask at /deployments/ID/create_flow_run for it."), (RUNS[:-1], body, "POST", "ask at"),
        (RUN, b'{"parameters": {"days": "28"}}', "PATCH", "cancel it and make another one."),
        (f"{RUN}/", b'{"name": "x", "parameters": {}}', "PATCH", "cancel it"),
    ):  # fmt: skip
        status, answer = asked(path, told, method=method)
        assert (status, json.loads(answer)["detail"].startswith(f"{strict.LAW} {advice}")) == (422, True), path


@pytest.mark.parametrize("parameters", [{"days": "28"}, {"days": 28}, [1], "{}", 1])
def test_no_schedule_has_parameters_of_its_own(parameters):
    """With them Prefect makes runs and looks at no schema: one sentence, whichever way they are given."""
    one = {"slug": "x", "schedule": {"interval": 60}, "parameters": parameters}
    for path, method, body in (
        (f"{ITSELF}/schedules", "POST", [{"schedule": {"interval": 60}}, one]),
        (f"{ITSELF}/schedules/", "POST", [one]),
        (f"{ITSELF}/schedules/2", "PATCH", {"parameters": parameters}),
        (ITSELF, "PATCH", {"schedules": [{"slug": "y"}, one]}),
        ("/api/deployments/", "POST", {"name": "x", "enforce_parameter_schema": True, "schedules": [one]}),
        ("/api/deployments", "POST", {"schedules": [one]}),
    ):
        status, answer = asked(path, json.dumps(body).encode(), method=method)
        assert (status, json.loads(answer)) == (422, {"detail": strict.PLANNED}), path


def test_what_prefect_asks_by_itself_comes_through():
    """Its client makes runs of flows and of what flows start, names and measures them; deployments are made anew."""
    for path, method, body in (
        (RUNS, "POST", {"flow_id": "1", "parameters": {"days": 28}, "parent_task_run_id": "2", "deployment_id": None}),
        (RUNS, "POST", {"flow_id": "1", "parameters": {}, "work_pool_name": "filmtwin", "state": {"type": "PENDING"}}),
        (RUN, "PATCH", {"name": "x", "tags": ["a"]}),
        (RUN, "PATCH", {"flow_version": "1", "empirical_policy": {"retries": 0}}),
        (RUN, "PATCH", {"infrastructure_pid": "1"}),
        ("/api/deployments/", "POST", {"name": "x", "parameters": {"days": 28}, "enforce_parameter_schema": True}),
        (ITSELF, "PATCH", {"tags": ["a"], "parameters": {"days": 28}, "enforce_parameter_schema": None}),
        (ITSELF, "PATCH", {"parameters": {"days": 28}, "schedules": [{"slug": "x", "parameters": {}}, None, 1]}),
        (ITSELF, "PATCH", {"schedules": None}),
        (f"{ITSELF}/schedules", "POST", [{"schedule": {"interval": 60}, "parameters": {}}]),
        (f"{ITSELF}/schedules/2", "PATCH", {"active": False, "parameters": None}),
    ):
        told = json.dumps(body).encode()
        assert asked(path, told, method=method) == (201, told)
    assert asked(ITSELF, b"", method="DELETE") == (201, b"")


def test_what_leaves_it_on_comes_through_as_it_is():
    """Named or not, in one part or several; so does what is no JSON, which the server refuses by itself."""
    switch = strict.SWITCH
    for body in ({}, {switch: True}, {switch: None}, [{"parameters": {"a": 1}}]):
        told = json.dumps(body).encode()
        assert asked(ONE, told) == (201, told)
        assert asked(MANY, told[:1], told[1:], b"") == (201, told)
    assert asked(ONE, b"{no json") == (201, b"{no json")
    deep = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    assert asked(ONE, deep)[0] == 422


def test_other_requests_are_not_looked_at():
    """What has such a name elsewhere is something else."""
    body = b'{"enforce_parameter_schema": false, "deployment_id": "1", "parameters": {}}'
    for path, method in (("/api/flows/", "POST"), ("/api/flow_runs/filter", "POST"), (f"{RUN}/labels", "PATCH")):
        assert asked(path, body, method=method) == (201, body)
    assert asked(ONE, body, kind="websocket") == (201, body)


def test_no_request_fills_the_memory_before_anybody_knows_who_asks():
    """One that is longer than any form is refused, and none of its pieces is kept while the others come."""
    left, said = iter(range(400)[::-1]), []

    async def receive() -> dict:
        return {"type": "http.request", "body": bytes(2**18), "more_body": next(left) > 0}

    async def send(message: dict) -> None:
        said.append(message)

    tracemalloc.start()
    try:
        asyncio.run(strict.Strict(None)({"type": "http", "path": ONE, "method": "POST"}, receive, send))
        assert tracemalloc.get_traced_memory()[1] < 2**23
    finally:
        tracemalloc.stop()
    assert said[0]["status"] == 413
    assert str(strict.MOST) in json.loads(said[1]["body"])["detail"]
    assert next(left, None) is None
    whole = json.dumps({"parameters": {"x": "y" * 2**19}}).encode()
    assert asked(ONE, whole) == (201, whole)
