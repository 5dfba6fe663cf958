"""Laws of `twin up`: shut to others, complete, alone; what dies is told or starts again; Ctrl-C leaves nothing."""

import base64
import os
import signal
import socket
import stat
import sys
from pathlib import Path

import pytest
import served
from served import START, command, told, tree, wait

pytestmark = [pytest.mark.slow, pytest.mark.server]
DEAD = 120.0  # s within which a killed run must be told to have crashed


@pytest.fixture(scope="module")
def up(tmp_path_factory):
    """A running `twin up`, whose runs may have a store in the folder of a test."""
    known = {"FILMTWIN_STORE": str(tmp_path_factory.getbasetemp() / "store")}
    with served.up(tmp_path_factory.mktemp("up") / "home", **known) as found:
        yield found


def start(up, store, **more: object):
    """Start a flow run of the nightly deployment with other parameters; return its id."""
    return up.start({"scenario": "baseline", "store": str(store), "workers": 1, "sets": ["study.warm_up=1 d"], **more})


def test_the_address_is_printed_when_a_run_would_be_taken(up):
    """The first of all here: as soon as the address stands there, the worker is online."""
    assert [one["status"] for one in up.ask("/work_pools/filmtwin/workers/filter", {})[1]] == ["ONLINE"]


def listening(up):
    """The addresses on which processes of `twin up` listen, as the kernel writes them."""
    mine = set()
    for pid in tree(up.process.pid):
        for one in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                mine.add(str(one.readlink()))
            except OSError:
                continue
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text(encoding="utf-8").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in mine:
                found.append(fields[1])
    return found


def test_only_loopback_listens(up):
    """Every socket on which a process of `twin up` listens is one of this machine alone."""
    found = listening(up)
    assert f"0100007F:{up.port:04X}" in found
    assert all(one.startswith("0100007F:") for one in found)


def test_only_loopback_listens_while_a_cluster_computes(up, tmp_path):
    """A Dask cluster of this machine opens ports: of this machine alone; and no command line has the password."""
    before = listening(up)
    run = start(up, tmp_path / "store", days=20, replications=500, workers=2, executor="dask")
    wait(lambda: any(tmp_path.glob("store/_staging/*/*.part")), START)
    found = listening(up)
    secret = up.secret.partition(":")[2]
    lines = [told(one.name) for one in Path("/proc").glob("[0-9]*")]
    up.ask(f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLING"}})
    assert len(found) >= len(before) + 3  # the scheduler and two workers
    assert all(one.startswith("0100007F:") for one in found), found
    assert not [one for one in lines if secret in one]
    assert up.over(run)["state_type"] == "CANCELLED"


def test_without_the_password_nothing_is_told(up):
    """No credential and a wrong one are 401, the right one is welcome; a post without the CSRF token is 403."""
    assert up.ask("/admin/version", secret="")[0] == 401
    assert up.ask("/admin/version", secret="twin:wrong")[0] == 401  # noqa: S106 - a wrong one
    assert up.ask("/admin/version")[0] == 200
    assert up.ask("/flow_runs/filter", {}, secret=up.secret)[0] == 403
    assert up.ask("/flow_runs/filter", {})[0] == 200


def test_alien_hosts_and_pages_are_refused(up):
    """Another Host or Origin is 403 even with the password; its own is not."""
    assert up.ask("/admin/version", Host="evil.example")[0] == 403
    assert up.ask("/admin/version", Origin="http://evil.example")[0] == 403
    assert up.ask("/admin/version", Origin=up.page)[0] == 200


def test_the_password_stands_in_one_file_alone(up):
    """That file is its owner's; the password is in no log, no announcement, no command line of any process."""
    assert stat.S_IMODE((up.home / "auth").stat().st_mode) == 0o600
    secret = up.secret.partition(":")[2]
    coded = base64.b64encode(up.secret.encode()).decode()
    files = [one for one in up.home.rglob("*") if one.is_file() and one.name != "auth"]
    assert {"server.log", "worker.log", "deploy.log", "server.json"} <= {one.name for one in files}
    for one in files:
        data = one.read_bytes()
        assert secret.encode() not in data, one
        assert coded.encode() not in data, one
    for one in Path("/proc").glob("[0-9]*"):
        assert secret not in told(one.name)


def test_deployments_and_automations_are_there(up):
    """All deployments of prefect.yaml with their schedules, one run at a time each; both automations; the worker."""
    _, found = up.ask("/deployments/filter", {})
    names = {one["name"]: one for one in found}
    assert set(names) == {"nightly-baseline", "weekly-sweep", "what-if", "tend-store"}
    schedules = {name: [each["slug"] for each in one["schedules"]] for name, one in names.items()}
    assert schedules == {
        "nightly-baseline": ["nightly"],
        "weekly-sweep": ["weekly"],
        "what-if": [],
        "tend-store": ["tend"],
    }
    assert {one["global_concurrency_limit"]["limit"] for one in found} == {1}
    _, automations = up.ask("/automations/filter", {})
    assert {one["name"]: one["enabled"] for one in automations} == {
        "filmtwin: no heartbeat": True, "filmtwin: KPI left its band": False,
    }  # fmt: skip
    wait(lambda: up.ask("/work_pools/filmtwin/workers/filter", {})[1], 60.0)


def test_each_schedule_has_its_next_run(up):
    """The server plans scheduled runs: each deployment with a schedule has at least one that is due in the future."""
    wait(lambda: len(planned(up)) == 3, 90.0)
    assert planned(up) == {"nightly-baseline", "weekly-sweep", "tend-store"}


def planned(up):
    """Deployments that have a scheduled run."""
    _, deployments = up.ask("/deployments/filter", {})
    names = {one["id"]: one["name"] for one in deployments}
    _, runs = up.ask("/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}})
    return {names[one["deployment_id"]] for one in runs if one["auto_scheduled"]}


def test_a_second_one_is_refused(up):
    """Another `twin up` on the same home ends with code 2 and one line that names the first."""
    second = command(up.home)
    out, err = second.communicate(timeout=60.0)
    assert (second.returncode, out) == (2, "")
    assert err.startswith(f"error: twin up runs already ({up.page}")
    assert up.process.poll() is None


def test_a_killed_worker_is_told_and_starts_again(up, tmp_path):
    """Worker and flow run killed: Crashed within 120 s, nothing published, and a new worker takes the next run."""
    run = start(up, tmp_path / "store", days=20, replications=500)
    wait(lambda: any(tmp_path.glob("store/_staging/*/*.part")), START)
    for pid in [*up.of("flows.worker"), *up.of("prefect.engine"), *up.of("flow_run")]:
        for one in reversed(tree(pid)):
            os.kill(one, signal.SIGKILL)
    took = wait(lambda: up.state(run) == "CRASHED", DEAD)
    assert not list(tmp_path.glob("store/tables/runs/*.parquet"))
    again = start(up, tmp_path / "store", days=1, replications=1)
    assert up.over(again)["state_type"] == "COMPLETED"
    sys.stdout.write(f"crashed after {took:.0f} s\n")


def test_a_killed_server_takes_no_result_along(up, tmp_path):
    """The server killed in mid run: the simulation publishes, the server is there again, the run is not running."""
    run = start(up, tmp_path / "store", days=10, replications=24)
    wait(lambda: any(tmp_path.glob("store/_staging/*/*.part")), START)
    (pid,) = up.of("flows.serve")
    os.kill(pid, signal.SIGKILL)
    wait(lambda: list(tmp_path.glob("store/tables/runs/*.parquet")), START)
    assert up.over(run)["state_type"] == "COMPLETED"
    assert up.process.poll() is None
    assert up.of("flows.serve") != [pid]
    assert len(list(tmp_path.glob("store/tables/runs/*.parquet"))) == 1


def test_a_server_that_dies_of_its_database_gets_a_new_one(up):
    """Overwritten and killed, it starts again with a new database; deployments, limits and automations are there."""
    (up.home / "prefect.db").write_bytes(b"no database" * 10000)
    (pid,) = up.of("flows.serve")
    os.kill(pid, signal.SIGKILL)
    wait(lambda: len(automations(up) or ()) == 2, START)  # what is registered last
    assert list(up.home.glob("prefect.db.damaged-*"))
    test_deployments_and_automations_are_there(up)
    _, pool = up.ask("/work_pools/filmtwin")
    assert pool["concurrency_limit"] == 4
    assert up.process.poll() is None


def automations(up):
    """All automations; none while the server does not answer."""
    try:
        return up.ask("/automations/filter", {})[1]
    except OSError:
        return []


def test_a_deployment_that_names_a_missing_scenario_fails_with_its_sentence(up, tmp_path):
    """The message of the failed run is the command line's; no simulation is started, no store is made."""
    run = start(up, tmp_path / "store", scenario="basline")
    found = up.over(run)
    assert found["state_type"] == "FAILED"
    assert "no such scenario. Did you mean baseline" in found["state"]["message"]
    assert not (tmp_path / "store").exists()


def at_work(up, store):
    """All processes of `twin up`, with those of a flow run whose worker was killed after it had begun."""
    start(up, store, days=20, replications=500)
    wait(lambda: any(store.glob("_staging/*/*.part")), START)
    mine = tree(up.process.pid)
    assert [pid for pid in mine if "multiprocessing" in told(pid)]
    (worker,) = up.of("flows.worker")
    os.kill(worker, signal.SIGKILL)
    wait(lambda: set(up.of("flows.worker")) - {worker}, START)
    return {*mine, *tree(up.process.pid)}


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL])
def test_a_closed_terminal_and_a_kill_leave_no_process(tmp_path, number):
    """Server, worker and flow runs end with `twin up`, whatever has ended it."""
    with served.up(tmp_path / "home", "--no-auth", FILMTWIN_STORE=str(tmp_path / "store")) as up:
        assert up.ask("/flow_runs/filter", {})[0] == 200  # without a password, and for all that it works
        mine = at_work(up, tmp_path / "store")
        up.process.send_signal(number)
        assert up.process.wait(30.0) == (0 if number == signal.SIGHUP else -signal.SIGKILL)
        wait(lambda: not [pid for pid in mine if told(pid)], 15.0)
        assert not list(tmp_path.glob("store/tables/runs/*.parquet"))


def test_ctrl_c_leaves_no_process(up, tmp_path):
    """Ctrl-C ends it with code 0 within half a minute; nothing of it is left, and nothing listens."""
    mine = at_work(up, tmp_path / "store")
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(30.0) == 0
    wait(lambda: not [pid for pid in mine if told(pid)], 5.0)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", up.port)) != 0
    assert not (up.home / "server.json").exists()
