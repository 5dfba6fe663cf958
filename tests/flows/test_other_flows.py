"""Laws of the flows that run several studies: each is a run like any other, logs and names say what happened."""

import multiprocessing
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest

from twin.errors import RunError

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


@pytest.mark.parametrize("before", ["2026-03-28", "2026-10-24"])
def test_a_day_is_that_of_the_schedule_s_clocks(flow, before):
    """Due at 01:00 in Berlin, three nights around a change of the clocks are three days, and each is its own date."""
    from flows import parameters  # noqa: PLC0415 - after the environment

    assert flow
    first = datetime.fromisoformat(f"{before}T01:00").replace(tzinfo=ZoneInfo("Europe/Berlin"))
    nights = [first + timedelta(days=number) for number in range(3)]
    days = [parameters.day(night.astimezone(UTC), "Europe/Berlin") for night in nights]
    assert days == [int(f"{night:%Y%m%d}") for night in nights]
    assert len(set(days)) == 3
    zones = [("off", False), ("Asia/Tokyo", True), ("Europe/Berlin", True)]
    schedules = [SimpleNamespace(active=on, schedule=SimpleNamespace(timezone=zone)) for zone, on in zones]
    assert parameters.zone_of(schedules) == "Asia/Tokyo"
    assert parameters.zone_of([]) == "UTC"


def test_a_seed_by_date_asks_the_deployment_for_its_zone(flow, monkeypatch):
    """The schedule of the flow run's own deployment says in which zone its days are counted."""
    from prefect import get_client  # noqa: PLC0415 - after the environment
    from prefect.client.schemas.actions import DeploymentScheduleCreate  # noqa: PLC0415 - as above
    from prefect.client.schemas.schedules import CronSchedule  # noqa: PLC0415 - as above

    from flows import parameters  # noqa: PLC0415 - as above

    cron = DeploymentScheduleCreate(schedule=CronSchedule(cron="0 1 * * *", timezone="Europe/Berlin"), active=False)
    with get_client(sync_client=True) as client:
        known = client.create_deployment(
            flow_id=client.create_flow(flow.run_scenario), name="by-date", schedules=[cron]
        )
    due = SimpleNamespace(scheduled_start_time=datetime(2026, 3, 29, 23, 0, tzinfo=UTC))
    monkeypatch.setattr(parameters, "runtime", SimpleNamespace(flow_run=due, deployment=SimpleNamespace(id=known)))
    missed = away_once(monkeypatch, parameters, "get_client")
    assert parameters.seed_of(1, "by date") == 20260330
    assert missed == ["get_client"]
    assert parameters.seed_of(1, "fixed") == 1


def test_a_comparison_leaves_both_runs_and_a_page(flows_of, tmp_path):
    """Both runs are in the store, and the page says whether they differ; a bad name fails before any is computed."""
    compare, _ = flows_of
    state = compare("baseline", "predry-hot", store=str(tmp_path), **SHORT, return_state=True)
    found = ask(lambda client: client.request("POST", "/artifacts/filter", json={}).json())
    mine = latest()
    page = next(one["data"] for one in found if one["flow_run_id"] == str(mine.id) and one["type"] == "markdown")
    assert len(set(state.result())) == 2
    assert state.message.startswith("predry-hot releases ")
    assert " ±" in state.message
    assert page.startswith(f"# {state.message}\n")
    assert "predry-hot against baseline" in page
    assert {f"run:{one}" for one in state.result()} <= set(mine.tags)
    state = compare("baseline", "predry-hott", store=str(tmp_path / "none"), **SHORT, return_state=True)
    assert state.is_failed()
    assert "Did you mean predry-hot" in state.message
    other = tmp_path / "other.toml"
    other.write_text('question = "Another seed?"\n\n[study]\nseed = 2\n')
    state = compare("baseline", str(other), store=str(tmp_path / "none"), **SHORT, return_state=True)
    assert "do not pair: study.seed is 1 and 2" in state.message
    assert not (tmp_path / "none").exists()


def test_a_sweep_computes_what_is_new_and_survives_a_bad_point(flow, flows_of, tmp_path):
    """Points that are stored are not computed again; one that is refused fails alone, with its sentence."""
    _, sweep = flows_of
    state = sweep(["plant.oven.count=2,3"], store=str(tmp_path), **SHORT, return_state=True)
    assert state.result() == 0
    mine = latest()
    tasks = len([one for one in ask(lambda client: client.read_task_runs()) if one.flow_run_id == mine.id])
    assert tasks == 2 * 2  # the scenario itself has three ovens: it and the second point are one run
    assert state.message.startswith("sweep of baseline, 2 points: most is released with plant.oven.count = ")
    store = flow.study.open_store(tmp_path)
    assert {f"run:{run}" for run in store.runs()} | {"filmtwin", "baseline"} == set(mine.tags)
    assert {str(store.read(run, "executions")["flow_run_id"][0]) for run in store.runs()} == {str(mine.id)}
    state = sweep(points=[{"plant.oven.count": "2"}], store=str(tmp_path), **SHORT, return_state=True)
    assert state.message.startswith("nothing new: sweep of baseline, 1 point: ")
    state = sweep(["study.seed=1,2"], store=str(tmp_path / "none"), **SHORT, return_state=True)
    assert "study.seed: cannot be swept" in state.message
    state = sweep(["plant.oven.count=4000,5000"], store=str(tmp_path / "none"), **SHORT, return_state=True)
    assert state.is_failed()
    assert "no point can be studied; the first: " in state.message
    assert not (tmp_path / "none").exists()
    state = sweep(["plant.oven.count=2"], points=[{"plant.oven.count": "2"}], return_state=True)
    assert "one of both" in state.message
    state = sweep(["plant.oven.count=2,3,4000"], store=str(tmp_path), **SHORT, return_state=True)
    assert state.result() == 1
    mine = latest()
    assert not [one for one in ask(lambda client: client.read_task_runs()) if one.flow_run_id == mine.id]
    found = ask(lambda client: client.request("POST", "/artifacts/filter", json={}).json())
    page = next(one["data"] for one in found if one["flow_run_id"] == str(mine.id) and one["type"] == "markdown")
    assert "plant.oven.count = 4000" in page


def away_once(monkeypatch, module, *names: str):
    """Let the server be away when something first needs it; list what was asked for then."""
    missed = []

    def first(name: str, call: Callable[..., object]) -> Callable[..., object]:
        def asked(*arguments: object, **options: object) -> object:
            if name not in missed:
                missed.append(name)
                raise httpx.ConnectError("refused")
            return call(*arguments, **options)

        return asked

    monkeypatch.setattr(sys.modules["flows.work"], "await_server", lambda: None)
    for name in names:
        monkeypatch.setattr(module, name, first(name, getattr(module, name)))
    return missed


def test_a_start_outlives_a_server_that_is_away(flow, flows_of, monkeypatch, tmp_path):
    """Names, progress, the page and what the deployment says are asked for again."""
    from prefect.exceptions import ObjectNotFound  # noqa: PLC0415 - after the environment

    from flows import permitted, run_sweep, tend_store  # noqa: PLC0415 - as above

    def enough(*_arguments: object) -> None:
        raise RunError("this far it came")

    monkeypatch.setattr(run_sweep.sweeping, "sweep", enough)
    missed = away_once(monkeypatch, run_sweep, "name_run", "Watch")
    state = flows_of[1](["plant.oven.count=3"], store=str(tmp_path), **SHORT, return_state=True)
    assert (state.message, missed) == ("this far it came", ["name_run", "Watch"])
    missed = away_once(monkeypatch, tend_store, "name_run", "create_table_artifact")
    state = tend_store.tend_store(store=str(flow.study.open_store(tmp_path).root), return_state=True)
    assert (state.is_completed(), missed) == (True, ["name_run", "create_table_artifact"])
    missed = away_once(monkeypatch, permitted, "get_client")
    monkeypatch.setattr(permitted, "runtime", SimpleNamespace(deployment=SimpleNamespace(id=UUID(int=1))))
    with pytest.raises(ObjectNotFound):  # by the second question
        permitted.deployment()
    assert missed == ["get_client"]


@pytest.mark.slow
def test_a_comparison_that_its_server_has_forgotten_is_finished(flow, flows_of, monkeypatch, tmp_path):
    """As after a new database: the second run is simulated and published like the first; its end cannot be told."""
    from prefect.exceptions import ObjectNotFound  # noqa: PLC0415 - after the environment

    module = sys.modules["flows.compare_scenarios"]
    play = module.play

    def forgotten(*asked: object) -> object:
        done = play(*asked)
        if len(flow.study.open_store(tmp_path).runs()) == 1:
            ask(lambda client: client.delete_flow_run(latest().id))
        return done

    monkeypatch.setattr(module, "play", forgotten)
    with pytest.raises(ObjectNotFound):
        flows_of[0]("baseline", "predry-hot", store=str(tmp_path), **{**SHORT, "replications": 1, "workers": 1})
    assert len(flow.study.open_store(tmp_path).runs()) == 2


def test_a_cancelled_sweep_stops(flow, flows_of, tmp_path):
    """Cancelled in mid block, minutes before its end, it stops within ten seconds; nothing is left."""
    from prefect.states import Cancelling  # noqa: PLC0415 - after the environment

    assert flow
    asked = []

    def cancel() -> None:
        while not any(tmp_path.glob("_staging/*/*.part")):
            time.sleep(0.05)
        asked.append(time.monotonic())
        ask(lambda client: client.set_flow_run_state(latest().id, Cancelling(), force=True))

    threading.Thread(target=cancel, daemon=True).start()
    long = {**SHORT, "days": 20, "replications": 4000}
    state = flows_of[1](["plant.oven.count=2"], store=str(tmp_path), **long, return_state=True)
    assert time.monotonic() - asked[0] < 10.0
    assert state.is_cancelled()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "publish.lock"]
    assert not multiprocessing.active_children()


def test_what_fails_after_publishing_says_that_the_run_is_there(flow, monkeypatch, tmp_path):
    """The page cannot be made: the flow run fails, and its message names the run that stands in the store."""

    def broken(*_arguments: object, **_options: object) -> str:
        raise ValueError("no picture")

    monkeypatch.setattr(flow, "leave", broken)
    state = flow.run_scenario("baseline", store=str(tmp_path), **SHORT, return_state=True)
    (run,) = flow.study.open_store(tmp_path).runs()
    assert state.is_failed()
    assert state.message == f"run {run} is published, but its page could not be made: no picture"
    state = flow.run_scenario("baseline", bands=["released[nothing] 1..2"], store=str(tmp_path / "none"), **SHORT,
                              return_state=True)  # fmt: skip
    assert "told of the line (no brackets), clad_laminate" in state.message
    assert not (tmp_path / "none").exists()
