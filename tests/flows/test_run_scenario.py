"""Laws of the flow: one run, a few tasks, artifacts; it fails and stops as cleanly as the command line."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from uuid import UUID

import pytest

pytestmark = pytest.mark.server
ROOT = Path(__file__).resolve().parents[2]
SHORT = {"sets": ["study.warm_up=1 d"], "days": 3, "workers": 2}


def run(flow, scenario="baseline", replications=1, store="", progress=None):
    """Run the flow; return its state and its flow run."""
    desk = flow.Desk(progress=progress)
    token = flow.DESK.set(desk)
    try:
        state = flow.run_scenario(scenario, replications=replications, store=store, **SHORT, return_state=True)
    finally:
        flow.DESK.reset(token)
    return state, desk


def ask(question):
    """Ask the server."""
    from prefect import get_client  # noqa: PLC0415 - after the environment

    with get_client(sync_client=True) as client:
        return question(client)


def latest():
    """The flow run that began last."""
    return ask(lambda client: max(client.read_flow_runs(), key=lambda run: run.created))


def artifacts(run_id):
    """Artifacts of a flow run by kind."""
    found = ask(lambda client: client.request("POST", "/artifacts/filter", json={}).json())
    return {one["type"]: one for one in found if one["flow_run_id"] == str(run_id) and one["key"]}


def is_clean(folder):
    """Whether a store holds no run and no half-done one."""
    return not [path for path in Path(folder).rglob("*") if path.is_file() and path.name != "publish.lock"]


def once_staged(folder, act):
    """Do something as soon as replications are on their way into a store."""

    def watch() -> None:
        while not any(Path(folder).glob("_staging/*/*.part")):
            time.sleep(0.05)
        act()

    threading.Thread(target=watch, daemon=True).start()


def test_a_flow_run_publishes_and_leaves_its_answer(flow, tmp_path, caplog):
    """One flow run with a task a block: the run is in the store, and progress, table and page stand beside it."""
    state, desk = run(flow, replications=3, store=str(tmp_path))
    assert state.is_completed()
    assert desk.result.run_id in flow.study.open_store(tmp_path).runs()
    mine = latest()
    ended = [one for one in caplog.records if one.name == "prefect.task_runs" and "Finished" in one.getMessage()]
    assert len(ended) == 2  # one a worker, where replications are that few; the server may hear of them later
    found = artifacts(mine.id)
    assert float(found["progress"]["data"]) == 100.0
    assert "m2/d" in found["markdown"]["data"]
    assert desk.result.run_id in found["markdown"]["data"]
    assert {"indicator", "mean", "95 %", "n", "unit"} <= set(json.loads(found["table"]["data"])[0])


def test_progress_moves_while_the_flow_runs(flow, tmp_path, monkeypatch):
    """Whoever looks before the last block is over sees a part: in the artifact on the server, and at the terminal."""
    monkeypatch.setattr("flows.work.PATIENCE", 0.05)  # s; so short a study may be over before it is looked at once
    seen = []

    def look(done: int, total: int) -> None:
        mine = latest()
        seen.append((done, total, mine.state.name, float(artifacts(mine.id)["progress"]["data"])))

    state, desk = run(flow, replications=24, store=str(tmp_path), progress=look)
    assert state.is_completed(), desk.error
    assert [one[0] for one in seen] == sorted({one[0] for one in seen})
    midway = [one for one in seen if one[0] < 24]
    assert midway
    for done, total, state_name, shown in midway:
        assert (total, state_name) == (24, "Running")
        assert shown == pytest.approx(100.0 * done / total)
    assert seen[-1][0] == 24


def test_a_flow_run_of_a_stored_run_computes_nothing(flow, tmp_path):
    """Asked again, the flow shows the stored run, with no task at all."""
    run(flow, replications=1, store=str(tmp_path))
    state, desk = run(flow, replications=1, store=str(tmp_path))
    mine = latest()
    assert state.is_completed()
    assert not desk.result.computed
    assert not [one for one in ask(lambda client: client.read_task_runs()) if one.flow_run_id == mine.id]


def test_a_bad_scenario_fails_with_the_sentence_of_the_command_line(flow, tmp_path):
    """The message of the failed flow run is what the command line would say."""
    state, desk = run(flow, scenario="basline", store=str(tmp_path))
    assert state.is_failed()
    assert state.message == str(desk.error)
    assert "no such scenario. Did you mean baseline" in state.message
    assert latest().state.message == state.message


def test_a_killed_worker_fails_the_flow_run(flow, tmp_path):
    """When a worker is shot the flow run fails with one line; nothing is published, no process is left."""

    def shoot() -> None:
        os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)

    once_staged(tmp_path, shoot)
    state, _ = run(flow, replications=200, store=str(tmp_path))
    assert state.is_failed()
    assert "worker process was killed" in state.message
    assert is_clean(tmp_path)
    assert not multiprocessing.active_children()


def test_a_cancelled_flow_run_stops(flow, tmp_path):
    """Cancelled on the server, the flow run stops within ten seconds; nothing is published, no process is left."""
    asked = []

    def cancel() -> None:
        from prefect.states import Cancelling  # noqa: PLC0415 - after the environment

        asked.append(time.monotonic())
        ask(lambda client: client.set_flow_run_state(UUID(str(latest().id)), Cancelling(), force=True))

    once_staged(tmp_path, cancel)
    state, _ = run(flow, replications=400, store=str(tmp_path))
    assert time.monotonic() - asked[0] < 10.0
    assert state.is_cancelled()
    assert latest().state.is_cancelled()
    assert is_clean(tmp_path)
    assert not multiprocessing.active_children()


@pytest.mark.slow
def test_a_flow_run_that_takes_too_long_is_ended(flow, tmp_path):
    """TimedOut, on the server too; no process computes on, nothing is published, nothing stays staged."""
    begun = []
    once_staged(tmp_path, lambda: begun.append(time.monotonic()))
    limited = flow.run_scenario.with_options(timeout_seconds=30.0)
    state = limited("baseline", replications=8000, store=str(tmp_path), **SHORT, return_state=True)
    ended = time.monotonic()
    assert (state.type.value, state.name) == ("FAILED", "TimedOut")
    assert latest().state.name == "TimedOut"
    assert begun
    assert ended - begun[0] < 40.0
    assert is_clean(tmp_path)
    assert not multiprocessing.active_children()


def command(folder, *options: str):
    """`twin run --prefect` as a terminal starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "twin", "run", "baseline", "--prefect", "--store", str(folder), *options], cwd=ROOT,
        start_new_session=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_a_running_server_gets_the_flow_run_of_the_command_line(flow, tmp_path):
    """`twin run --prefect` uses the server that answers, shows the screen, and exits as the plain command does."""
    assert flow
    before = len(ask(lambda client: client.read_flow_runs()))
    process = command(tmp_path, "--replications", "1", "--days", "2")
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert out.startswith("baseline ")
    assert len(ask(lambda client: client.read_flow_runs())) == before + 1


def test_ctrl_c_stops_the_flow_of_the_command_line(flow, tmp_path):
    """Ctrl-C ends it within 5 s with code 130; the flow run is told to have crashed, and nothing is published."""
    assert flow
    process = command(tmp_path, "--replications", "400", "--workers", "2")
    begun = []

    def interrupt() -> None:
        begun.append(time.monotonic())
        os.killpg(process.pid, signal.SIGINT)

    once_staged(tmp_path, interrupt)
    out, err = process.communicate()
    assert time.monotonic() - begun[0] < 5.0
    assert (process.returncode, out) == (130, "")
    assert err.endswith("interrupted; nothing was published.\n")
    assert latest().state.is_crashed()
    assert is_clean(tmp_path)


def test_ctrl_c_does_not_reach_the_embedded_server(own_server):
    """The embedded server has a session of its own, and its home is the one it was given."""
    process = next(int(one.name) for one in Path("/proc").glob("[0-9]*") if is_server(one, own_server))
    assert os.getsid(process) != os.getsid(0)
    assert (own_server.home / "prefect.db").is_file()


def is_server(process, own_server):
    """Whether a process is the embedded server of these tests."""
    port = own_server.address.split(":")[2].split("/")[0]
    try:
        told = (process / "cmdline").read_text(encoding="utf-8").split("\0")
    except OSError:
        return False
    return "flows.embedded" in told and port in told
