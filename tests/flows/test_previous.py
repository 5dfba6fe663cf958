"""Laws of what a flow run says of those before it: nothing new leads back to who made it, changes are told."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.server]
SHORT = {"sets": ["study.warm_up=12 h"], "days": 1, "replications": 2, "workers": 1}


@pytest.fixture
def night(client, monkeypatch, tmp_path):
    """Runs a flow as its deployment does; returns the id of the flow run, its message, page and descriptions."""
    from prefect.flow_engine import run_flow  # noqa: PLC0415 - after the environment

    monkeypatch.setenv("FILMTWIN_STORE", str(tmp_path / "store"))

    def run(flow: object, **parameters: object) -> tuple[str, str, str]:
        known = client.create_deployment(flow_id=client.create_flow(flow), name=f"of {tmp_path.name}")
        mine = client.create_flow_run_from_deployment(known)
        state = run_flow(flow, flow_run=mine, parameters={**SHORT, **parameters}, return_type="state")
        assert state.is_completed(), state
        asked = {"artifacts": {"flow_run_id": {"any_": [str(mine.id)]}}}
        found = client.request("POST", "/artifacts/filter", json=asked).json()
        page = next(one["data"] for one in found if one["type"] == "markdown")
        assert page.startswith(f"# {state.message}\n")
        assert {one["description"] for one in found if one["type"] != "progress"} == {state.message}
        return str(mine.id), state.message, page

    return run


def address(run):
    """Where the page of a flow run is."""
    return f"/v2/runs/flow-run/{run}"


def test_a_run_that_is_not_new_says_so_and_leads_to_who_made_it(flow, client, night):
    """Made by a flow run of no deployment, shown, another in between, shown again; forgotten; made without Prefect."""
    flow.run_scenario("baseline", seed=1, **SHORT, return_state=True)
    maker = max(client.read_flow_runs(), key=lambda run: run.created).id
    first, told, page = night(flow.run_scenario, seed=1)
    assert told.startswith("nothing new: baseline releases ")
    assert f"was computed by [an earlier flow run]({address(maker)}) and was not computed again." in page
    assert "Since " not in page
    second, told, page = night(flow.run_scenario, seed=2)
    assert "nothing new" not in f"{told}{page}".lower()
    assert f"Since [the run before]({address(first)})" in page
    assert "changed `study.seed` 1 → 2; the model is the same, `" in page
    _, told, page = night(flow.run_scenario, seed=1)
    assert told.startswith("nothing new: baseline releases ")
    assert f"was computed by [an earlier flow run]({address(maker)})" in page
    assert f"Since [the run before]({address(second)})" in page
    assert "changed `study.seed` 2 → 1" in page
    client.delete_flow_run(maker)
    _, _, page = night(flow.run_scenario, seed=1)
    assert f"flow run `{maker}`, which this server does not have ([who has shown it]({address('')}" in page
    plan = flow.Request(scenario="baseline", seed=3, **{**SHORT, "sets": tuple(SHORT["sets"])}).plan()
    flow.study.run(plan, flow.study.open_store(flow.Request(scenario="baseline").folder()), workers=1)
    _, _, page = night(flow.run_scenario, seed=3)
    assert "The run was computed by a run without Prefect and was not computed again." in page


def test_a_sweep_says_what_has_changed_since_the_one_before(night):
    """The first is all new; the same again is nothing new; with another laser each point is compared with its own."""
    from flows.run_sweep import run_sweep  # noqa: PLC0415 - after the environment

    over = ["plant.oven.count=2,4"]
    first, told, page = night(run_sweep, over=over)
    assert told.startswith("sweep of baseline, 2 points: ")
    assert "Runs with that of the scenario itself: 3 computed now, 0 in the store before." in page
    assert "Since" not in page
    second, told, page = night(run_sweep, over=over)
    assert told.startswith("nothing new: sweep of baseline, 2 points: ")
    assert f"The scenario itself was computed by [an earlier flow run]({address(first)})." in page
    assert f"Since [the sweep before]({address(first)}): no run that both have has changed. " in page
    _, _, page = night(run_sweep, over=["plant.oven.count=2,3"], sets=[*SHORT["sets"], "plant.laser.count=3"])
    assert f"Since [the sweep before]({address(second)}): changed `plant.laser.count` 2 → 3" in page
    assert "1 new" in page
