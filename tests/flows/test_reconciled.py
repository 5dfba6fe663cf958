"""Laws of what the server remembers of dead and living runs: their states, and their places."""

import json
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest

from flows.child import wait_until
from twin.store.owner import card

pytestmark = pytest.mark.server


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


def test_a_run_of_a_deleted_deployment_is_an_orphan_like_any_other(client, flow, tmp_path):
    """The server cannot give its place back; it is crashed for all that, and nobody stumbles over what is gone."""
    from prefect.exceptions import PrefectHTTPStatusError  # noqa: PLC0415 - after the environment
    from prefect.states import Completed, Pending, Running  # noqa: PLC0415 - as above

    from flows import places, reconcile, running  # noqa: PLC0415 - as above

    deployment = a_deployment(client, flow, "filmtwin")
    run = client.create_flow_run_from_deployment(deployment)
    assert set_to(client, run, Pending(), Running()) == "Running"
    client.delete_deployment(deployment)
    with pytest.raises(PrefectHTTPStatusError, match="500"):
        client.set_flow_run_state(run.id, Completed())
    (tmp_path / running.CARDS).mkdir()
    (tmp_path / running.CARDS / f"{run.id}.json").write_text(json.dumps({**card(), "born": "1"}))
    assert run.name in reconcile.reconcile(client, tmp_path)
    assert client.read_flow_run(run.id).state.is_crashed()
    places.settle(client, deployment)


def test_a_run_that_waits_long_for_its_process_keeps_its_right_to_a_place(client, flow, monkeypatch):
    """Prefect has given its place back, and lets it take one as it begins: nobody else takes that one for it."""
    from prefect.states import Cancelled, Pending, Running  # noqa: PLC0415 - after the environment

    from flows import places  # noqa: PLC0415 - as above

    deployment = a_deployment(client, flow, "filmtwin")
    run = client.create_flow_run_from_deployment(deployment)
    assert set_to(client, run, Pending()) == "Pending"
    lose(client, run)
    monkeypatch.setattr(places, "PENDING", -1.0, raising=False)
    off = places.mend(client, {})
    assert deployment not in places.mend(client, off)
    assert slots(client, deployment) == 0
    assert set_to(client, run, Running()) == "Running"
    assert slots(client, deployment) == 1
    client.set_flow_run_state(run.id, Cancelled(), force=True)


def test_a_run_says_which_worker_has_taken_it(client, flow):
    """Its labels are told with it; those of a worker are for `reconcile`."""
    from flows import reconcile  # noqa: PLC0415 - after the environment

    run = client.create_flow_run(flow.run_scenario, tags=["filmtwin"])
    client.update_flow_run_labels(run.id, {reconcile.WORKER: "up-1"})
    assert next(one for one in client.read_flow_runs() if one.id == run.id).labels[reconcile.WORKER] == "up-1"
