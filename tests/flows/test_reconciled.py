"""Laws of what the server remembers of dead and living runs: their places, their silence, what watches them."""

import asyncio
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
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


@pytest.fixture
def three(client, flow, monkeypatch, tmp_path):
    """Three runs of a deployment that lets one go on at a time, of which the first is running in this process."""
    from prefect import states  # noqa: PLC0415 - after the environment

    from flows import work  # noqa: PLC0415 - as above

    deployment = a_deployment(client, flow, "filmtwin")
    runs = [client.create_flow_run_from_deployment(deployment) for _ in range(3)]
    set_to(client, runs[0], states.Pending(), states.Running())
    assert slots(client, deployment) == 1
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", str(deployment))
    monkeypatch.setattr(work, "client", lambda: client)
    monkeypatch.setattr(work, "flow_run", lambda: runs[0].id)
    yield deployment, *runs
    for run in runs:
        client.set_flow_run_state(run.id, states.Cancelled(), force=True)


def set_to(client, run, *states: object):
    """Put a run into states; return the name of the one that it is in then."""
    for state in states:
        client.set_flow_run_state(run.id, state)
    return client.read_flow_run(run.id).state.name


def lose(client, run):
    """Let the server take back the place of a run that it has not heard for long."""
    client.release_concurrency_slots_with_lease(
        client.read_flow_run(run.id).state.state_details.deployment_concurrency_lease_id
    )


def test_a_run_that_was_taken_for_dead_gives_no_other_s_place_back(client, three):
    """Called crashed, it says that it lives while the next one is at work: when it ends, that one has its place."""
    from prefect.states import Completed, Crashed, Pending, Running  # noqa: PLC0415 - after the environment

    from flows import work  # noqa: PLC0415 - as above

    deployment, first, second, third = three
    assert set_to(client, first, Crashed()) == "Crashed"
    assert set_to(client, second, Pending(), Running()) == "Running"
    work.look()
    assert client.read_flow_run(first.id).state.is_running()
    assert slots(client, deployment) == 2
    assert set_to(client, first, Completed()) == "Completed"
    assert slots(client, deployment) == 1
    assert set_to(client, third, Pending()) == "AwaitingConcurrencySlot"


def test_an_orphan_that_had_lost_its_place_gives_no_other_s_back(client, three, tmp_path):
    """Its place was taken back, and another run has it: that one keeps it."""
    from prefect.states import Pending, Running  # noqa: PLC0415 - after the environment

    from flows import reconcile, running  # noqa: PLC0415 - as above

    deployment, first, second, third = three
    lose(client, first)
    assert set_to(client, second, Pending(), Running()) == "Running"
    (tmp_path / running.CARDS).mkdir()
    (tmp_path / running.CARDS / f"{first.id}.json").write_text(json.dumps({**card(), "born": "1"}))
    assert first.name in reconcile.reconcile(client, tmp_path)
    assert slots(client, deployment) == 1
    assert set_to(client, third, Pending()) == "AwaitingConcurrencySlot"


def test_a_run_that_has_lost_its_place_takes_it_again(client, three, monkeypatch):
    """Unheard for an hour, it counts among those at work from the next renewal on, until it ends."""
    from prefect.states import Completed, Pending, Running  # noqa: PLC0415 - after the environment

    from flows import lease  # noqa: PLC0415 - as above

    deployment, first, second, third = three
    place = client.read_flow_run(first.id).state.state_details.deployment_concurrency_lease_id
    lose(client, first)
    assert set_to(client, second, Pending(), Running()) == "Running"
    said = []
    monkeypatch.setattr(lease, "get_run_logger", lambda: SimpleNamespace(warning=said.append))
    lease._renewed(client, place)
    assert (slots(client, deployment), len(said)) == (2, 1)
    assert set_to(client, first, Completed()) == "Completed"
    assert slots(client, deployment) == 1
    assert set_to(client, third, Pending()) == "AwaitingConcurrencySlot"


def test_places_that_are_wrong_for_a_while_are_set_right(client, three):
    """Seen twice in a row, and no sooner: a run that begins between two questions is no fault."""
    from flows import places  # noqa: PLC0415 - after the environment

    deployment, first, *_ = three
    lose(client, first)
    off = places.mend(client, {})
    assert (off[deployment], slots(client, deployment)) == (1, 0)
    places.mend(client, {deployment: -1})
    assert slots(client, deployment) == 0
    places.mend(client, off)
    assert slots(client, deployment) == 1
    assert deployment not in places.mend(client, off)


def test_a_run_says_on_its_page_that_it_has_lost_its_place(client, flow):
    """In the log of the flow run, which its page shows."""
    import prefect  # noqa: PLC0415 - after the environment
    from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId  # noqa: PLC0415 - as above
    from prefect.logging.handlers import APILogHandler  # noqa: PLC0415 - as above

    from flows import lease  # noqa: PLC0415 - as above

    @prefect.flow
    def loses() -> str:
        with lease.held(uuid4()):
            assert wait_until(lambda: bool(said(prefect.runtime.flow_run.id)), 20.0)
        return prefect.runtime.flow_run.id

    def said(run: str) -> list[str]:
        APILogHandler().flush()
        asked = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[UUID(run)]))
        return [one.message for one in client.read_logs(asked) if "lost its place" in one.message]

    assert flow
    assert len(said(loses())) == 1


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
