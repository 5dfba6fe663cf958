"""Laws of what the server remembers of dead and living runs: their places, their silence, what watches them."""

import asyncio
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from flows.child import wait_until
from twin.store.owner import card

pytestmark = pytest.mark.server


@pytest.fixture
def client(flow):
    """A client of the server."""
    from prefect import get_client  # noqa: PLC0415 - after the environment

    assert flow
    with get_client(sync_client=True) as found:
        yield found


def a_deployment(client, flow, tag):
    """A deployment of which one run may go on at a time; its id."""
    name = f"one-at-a-time-{uuid4()}"
    return client.create_deployment(client.create_flow(flow.run_scenario), name, concurrency_limit=1, tags=[tag])


def slots(client, deployment):
    """How many places of it are taken."""
    found = client.request("GET", "/deployments/{id}", path_params={"id": deployment}).json()
    return found["global_concurrency_limit"]["active_slots"]


@pytest.mark.parametrize("state", ["Pending", "Running"])
def test_a_run_whose_worker_died_gives_its_place_back(client, flow, tmp_path, state, monkeypatch):
    """Caught by a power cut while it waits for its process, or with one: crashed, and the next may begin."""
    from prefect import states  # noqa: PLC0415 - after the environment

    from flows import reconcile, running  # noqa: PLC0415 - as above

    deployment = a_deployment(client, flow, "filmtwin")
    caught, after = (client.create_flow_run_from_deployment(deployment) for _ in range(2))
    client.set_flow_run_state(caught.id, states.Pending())
    if state == "Running":
        client.set_flow_run_state(caught.id, states.Running())
        (tmp_path / running.CARDS).mkdir()
        told = {**card(), "born": "1"}
        (tmp_path / running.CARDS / f"{caught.id}.json").write_text(json.dumps(told))
    assert slots(client, deployment) == 1
    client.set_flow_run_state(after.id, states.Pending())
    assert client.read_flow_run(after.id).state.is_scheduled()  # it waits for the place
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    assert caught.name in reconcile.reconcile(client, tmp_path, begins=True)
    assert client.read_flow_run(caught.id).state.is_crashed()
    assert slots(client, deployment) == 0
    client.set_flow_run_state(after.id, states.Pending(), force=False)
    assert client.read_flow_run(after.id).state.is_pending()
    client.set_flow_run_state(caught.id, states.Running())  # had it been another machine's, it would be believed
    assert client.read_flow_run(caught.id).state.is_running()
    for one in (caught, after):
        client.set_flow_run_state(one.id, states.Cancelled(), force=True)


def test_a_run_is_heard_by_its_heartbeats(client, flow):
    """A run of another machine that beats is no orphan; another one that does not is."""
    from prefect import states  # noqa: PLC0415 - after the environment

    from flows import reconcile  # noqa: PLC0415 - as above

    runs = [client.create_flow_run(flow.run_scenario, tags=["filmtwin"], state=states.Running()) for _ in range(2)]
    beat(client, runs[0].id)
    for run in runs:
        run.state.timestamp -= timedelta(hours=1.0)
    assert wait_until(lambda: reconcile._is_heard(client, runs[0]), 20.0)
    assert not reconcile._is_heard(client, runs[1])
    for run in runs:
        client.set_flow_run_state(run.id, states.Cancelled(), force=True)


def beat(client, run: UUID):
    """Give a sign of life for a flow run."""
    resource = {"prefect.resource.id": f"prefect.flow-run.{run}"}
    told = {"occurred": datetime.now(UTC).isoformat(), "event": "prefect.flow-run.heartbeat", "id": str(uuid4())}
    client.request("POST", "/events", json=[{**told, "resource": resource}])


def test_a_server_that_begins_has_no_memory_of_silence(client, own_server):
    """What was watched before it began is watched no more; what a person has set up to be watched is."""
    from flows import automations, serve  # noqa: PLC0415 - after the environment

    theirs = automations.no_heartbeat()
    theirs.name, theirs.enabled = "somebody's own", True
    theirs.create()
    automations.register()

    def watched() -> list[str]:
        with sqlite3.connect(own_server.home / "prefect.db") as base:
            told = base.execute("select name from automation_bucket b join automation a on a.id = b.automation_id")
            return sorted(name for (name,) in told.fetchall())

    beat(client, uuid4())
    assert wait_until(lambda: watched() == sorted([automations.HEARTBEATS, "somebody's own"]), 30.0)
    asyncio.run(serve.forget_silence())
    assert watched() == ["somebody's own"]
    for name in (automations.HEARTBEATS, "somebody's own"):
        automations._of_name(name).delete()


def test_a_database_that_is_new_has_nothing_to_forget(tmp_path):
    """The first start of all finds no table, and goes on."""
    from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL, temporary_settings  # noqa: PLC0415 - as above

    from flows import serve  # noqa: PLC0415 - as above

    address = f"sqlite+aiosqlite:///{tmp_path}/prefect.db"
    with temporary_settings({PREFECT_API_DATABASE_CONNECTION_URL: address}):
        asyncio.run(serve.forget_silence())


@pytest.mark.usefixtures("client")
def test_an_automation_that_somebody_has_changed_stays(monkeypatch):
    """What is shipped is put there once; a change and a switch stay; what an earlier version shipped is replaced."""
    from flows import automations  # noqa: PLC0415 - after the environment

    found = automations._of_name
    automations.register()
    first = {name: found(name) for name in (automations.HEARTBEATS, automations.BANDS)}
    assert [one.enabled for one in first.values()] == [True, False]
    assert automations.digest(first[automations.HEARTBEATS]) == automations.digest(automations.no_heartbeat())
    first[automations.BANDS].enable()
    first[automations.HEARTBEATS].disable()
    own = found(automations.HEARTBEATS)
    own.actions[0].message = "ring me"
    own.update()
    automations.register()
    kept = found(automations.HEARTBEATS)
    assert (kept.id, kept.enabled, kept.actions[0].message) == (first[automations.HEARTBEATS].id, False, "ring me")
    assert found(automations.BANDS).enabled
    monkeypatch.setattr(automations, "EARLIER", {automations.digest(kept)})
    automations.register()
    kept = found(automations.HEARTBEATS)
    assert "ring me" not in kept.actions[0].message
    assert not kept.enabled
    for one in first.values():
        one.delete()


def test_the_fingerprint_of_what_is_shipped_is_known():
    """Whoever changes what is shipped adds its old fingerprint to EARLIER: it is replaced where nobody changed it."""
    from flows import automations  # noqa: PLC0415 - after the environment

    assert automations.digest(automations.no_heartbeat()) == "86eac6412d76226f"
    assert automations.digest(automations.off_band(uuid4(), on=True)) == "1ee07bbc6b210f87"
