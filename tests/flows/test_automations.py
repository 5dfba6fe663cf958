"""Laws of what watches runs: heartbeats, the server's memory of them, and the automations that are shipped."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from flows.child import wait_until

pytestmark = pytest.mark.server


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


@pytest.mark.usefixtures("client")
def test_an_alarm_that_somebody_has_switched_off_stays_off():
    """The address that was given last leaves switch and block as they are; another one, or no block, does not."""
    from prefect.blocks.notifications import CustomWebhookNotificationBlock as Route  # noqa: PLC0415 - as above
    from prefect.types import SecretDict  # noqa: PLC0415 - as above
    from prefect.variables import Variable  # noqa: PLC0415 - as above

    from flows import automations  # noqa: PLC0415 - as above

    def known() -> tuple[bool, str, object]:
        route = Route.load(automations.ROUTE, _sync=True)
        return automations._of_name(automations.BANDS).enabled, route.url, route.secrets.get_secret_value()

    one, other = ({"address": f"https://hooks.example.org/{name}"} for name in ("one", "other"))
    automations.register()
    assert known() == (False, automations.NOWHERE, {})
    automations.register(one["address"])
    assert known() == (True, "{{address}}", one)
    automations._of_name(automations.BANDS).disable()
    route = Route.load(automations.ROUTE, _sync=True)
    own = {"address": "https://hooks.example.org/by-hand"}
    route.url, route.secrets = "https://hooks.example.org/{{address}}", SecretDict(own)
    route.save(automations.ROUTE, overwrite=True, _sync=True)
    for told in (one["address"], ""):
        automations.register(told)
        assert known() == (False, route.url, own)
    automations.register(own["address"])  # given for the first time, though the block has it
    assert known() == (True, "{{address}}", own)
    automations.register(other["address"])
    assert known() == (True, "{{address}}", other)
    assert "hooks" not in str(Variable.get(automations.GIVEN, _sync=True))
    Route.delete(automations.ROUTE, _sync=True)
    automations._of_name(automations.BANDS).disable()
    automations.register(other["address"])
    assert known() == (True, "{{address}}", other)
    Variable.unset(automations.GIVEN, _sync=True)
    for name in (automations.HEARTBEATS, automations.BANDS):
        automations._of_name(name).delete()
    Route.delete(automations.ROUTE, _sync=True)


def test_the_fingerprint_of_what_is_shipped_is_known():
    """Whoever changes what is shipped adds its old fingerprint to EARLIER: it is replaced where nobody changed it."""
    from flows import automations  # noqa: PLC0415 - after the environment

    assert automations.digest(automations.no_heartbeat()) == "86eac6412d76226f"
    assert automations.digest(automations.off_band(uuid4(), on=True)) == "1ee07bbc6b210f87"
