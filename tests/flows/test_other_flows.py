"""Laws of the flows that run several studies: each is a run like any other, logs and names say what happened."""

import time
from uuid import UUID

import pytest

pytestmark = pytest.mark.server
SHORT = {"sets": ["study.warm_up=1 d"], "days": 1, "replications": 2, "workers": 2}


@pytest.fixture(scope="module")
def flows_of(flow):
    """The flows, imported after the settings of the server."""
    from flows import compare_scenarios, run_sweep  # noqa: PLC0415 - after the environment

    assert flow
    return compare_scenarios.compare_scenarios, run_sweep.run_sweep


def ask(question):
    """Ask the server."""
    from prefect import get_client  # noqa: PLC0415 - after the environment

    with get_client(sync_client=True) as client:
        return question(client)


def latest():
    """The flow run that began last."""
    return ask(lambda client: max(client.read_flow_runs(), key=lambda run: run.created))


def test_a_flow_run_says_what_it_is_and_what_its_workers_do(flow, tmp_path):
    """Its name is the run id, its tags find it again, and the lines of the worker processes are in its log."""
    state = flow.run_scenario("baseline", store=str(tmp_path), **SHORT, return_state=True)
    mine = latest()
    run_id = state.result()
    assert mine.name == run_id
    assert {"filmtwin", "baseline", f"run:{run_id}"} <= set(mine.tags)
    end, logs = time.monotonic() + 20.0, []
    while not any("of CPU" in one.message for one in logs) and time.monotonic() < end:  # sent in batches
        time.sleep(0.5)
        logs = ask(lambda client: client.read_logs())
    said = [one.message for one in logs if one.flow_run_id == UUID(str(mine.id))]
    assert len([line for line in said if "replication 1: " in line and "s of CPU" in line]) == 1


def test_a_seed_by_date_is_the_day_on_which_the_run_was_due(flow, tmp_path):
    """Two runs due on one day are one run in the store; the seed reads as that day."""
    states = [
        flow.run_scenario("baseline", store=str(tmp_path), seed_rule="by date", **SHORT, return_state=True)
        for _ in range(2)
    ]
    mine = latest()
    assert states[0].result() == states[1].result()
    runs = flow.study.open_store(tmp_path).read(states[0].result(), "runs")
    assert runs["seed"].to_pylist() == [int(f"{mine.expected_start_time:%Y%m%d}")]


def test_a_comparison_leaves_both_runs_and_a_page(flows_of, tmp_path):
    """Both runs are in the store, and the page says whether they differ; a bad name fails before any is computed."""
    compare, _ = flows_of
    state = compare("baseline", "predry-hot", store=str(tmp_path), **SHORT, return_state=True)
    found = ask(lambda client: client.request("POST", "/artifacts/filter", json={}).json())
    mine = latest()
    page = next(one["data"] for one in found if one["flow_run_id"] == str(mine.id) and one["type"] == "markdown")
    assert len(set(state.result())) == 2
    assert "predry-hot against baseline" in page
    state = compare("baseline", "predry-hott", store=str(tmp_path / "none"), **SHORT, return_state=True)
    assert state.is_failed()
    assert "Did you mean predry-hot" in state.message
    assert not (tmp_path / "none").exists()


def test_a_sweep_computes_what_is_new_and_survives_a_bad_point(flows_of, tmp_path):
    """Points that are stored are not computed again; one that is refused fails alone, with its sentence."""
    _, sweep = flows_of
    state = sweep(["plant.oven.count=2,3"], store=str(tmp_path), **SHORT, return_state=True)
    assert state.result() == 0
    tasks = len([one for one in ask(lambda client: client.read_task_runs()) if one.flow_run_id == latest().id])
    assert tasks == 2 * 2  # the scenario itself has three ovens: it and the second point are one run
    state = sweep(["plant.oven.count=2,3,4000"], store=str(tmp_path), **SHORT, return_state=True)
    assert state.result() == 1
    mine = latest()
    assert not [one for one in ask(lambda client: client.read_task_runs()) if one.flow_run_id == mine.id]
    found = ask(lambda client: client.request("POST", "/artifacts/filter", json={}).json())
    page = next(one["data"] for one in found if one["flow_run_id"] == str(mine.id) and one["type"] == "markdown")
    assert "plant.oven.count = 4000" in page
