"""Laws of deployed flows: bad input starts nothing, cancel stops all, the page says what changed or left its band."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import served
from pyarrow import parquet, types

from flows import strict

pytestmark = [pytest.mark.slow, pytest.mark.server]
SHORT = {"sets": ["study.warm_up=1 d"], "days": 1, "replications": 2, "workers": 1}
NOBODY = "tcp://127.0.0.1:9"  # of the port that discards
HOOK = "hook-5f1c9e2ab7d04c6e"  # in the address of notifications, of which whoever knows it can send some
HOSTILE = (
    ("run_scenario/nightly-baseline", {"replications": "ten"}),
    ("run_scenario/nightly-baseline", {"replications": 10**9}),
    ("run_scenario/nightly-baseline", {"scenario": "x" * 5000}),
    ("run_scenario/nightly-baseline", {"scenario": ["baseline"]}),
    ("run_scenario/nightly-baseline", {"sets": ["plant.oven.count=" + "9" * 400]}),
    ("run_scenario/nightly-baseline", {"sets": ["a=1"] * 1000}),
    ("run_scenario/nightly-baseline", {"seed_rule": "$(date)"}),
    ("run_scenario/nightly-baseline", {"store": "x" * 100_000}),
    ("run_scenario/nightly-baseline", {"fits": ["x" * 10_000] * 5000}),
    ("run_scenario/nightly-baseline", {"executor": "dask:" + "x" * 1000}),
    ("run_sweep/weekly-sweep", {"over": ["plant.oven.count=3,4"] * 100_000}),
    ("run_sweep/weekly-sweep", {"points": [{"plant.oven.count": 3}]}),
    ("tend_store/tend-store", {"older_than_days": 1e-6}),
    ("what_if/what-if", {"machines": {"ovens": "2; rm -rf /"}}),
    ("what_if/what-if", {"machines": {"ovens": 2, "doors": 3}}),
    ("what_if/what-if", {"scenario": "../../etc/passwd"}),
    ("what_if/what-if", {"days": "28"}),
    ("what_if/what-if", {"days": 0}),
    ("tend_store/tend-store", {"keep_newest": 0}),
    ("run_sweep/weekly-sweep", {"workers": -1}),
    ("run_scenario/nightly-baseline", {"seed": 10**400}),
    ("run_scenario/nightly-baseline", {"seed": 2**63}),
    ("run_scenario/nightly-baseline", {"seed": -1}),
    ("run_scenario/nightly-baseline", {"days": 10**30}),
    ("run_sweep/weekly-sweep", {"days": 3661}),
    ("what_if/what-if", {"extra": 10**30}),
    ("what_if/what-if", {"extra": 1}),
    ("tend_store/tend-store", {"stores": "x"}),
)
SENTENCES = (
    ({"scenario": "/etc/passwd"}, "passwd"),
    ({"scenario": "$(touch owned)"}, "a name has 1 to 64"),
    ({"sets": ["plant.oven.count=3; touch x"]}, "plant.oven.count"),
    ({"executor": f"dask:{NOBODY}"}, "no Dask scheduler answers"),
    ({"executor": "dask:tcp://127.0.0.1:10"}, "FILMTWIN_DASK"),
    ({"store": "/etc/cron.d/x"}, "writes below"),
    ({"bands": ["yield"]}, "yield"),
    ({"scenario": "/etc/x.toml"}, "a deployed run reads"),
    ({"fits": ["/etc/passwd"]}, "a deployed run reads"),
)


@pytest.fixture(scope="module")
def told():
    """Address that takes notifications, and what it was sent."""
    got = []

    class Takes(BaseHTTPRequestHandler):
        """Takes."""

        def do_POST(self) -> None:
            """Keep it."""
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    web = HTTPServer(("127.0.0.1", 0), Takes)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{web.server_port}/{HOOK}", got
    web.shutdown()
    web.server_close()


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """The store of all runs here; a run may name another one beside it."""
    return tmp_path_factory.getbasetemp() / "store"


@pytest.fixture(scope="module")
def up(tmp_path_factory, told, store):
    """A running `twin up` that sends notifications."""
    known = {"FILMTWIN_STORE": str(store), "FILMTWIN_DASK": NOBODY, "FILMTWIN_NOTIFY": told[0]}
    with served.up(tmp_path_factory.mktemp("up") / "home", **known) as found:
        yield found


@pytest.fixture(scope="module")
def published(up):
    """A run of the baseline that stands in the store."""
    ended = up.over(up.start({**SHORT, "scenario": "baseline", "seed": 40}))
    assert ended["state_type"] == "COMPLETED", ended["state"]
    return ended["id"]


def logs(up, run):
    """What stands in the log of a flow run."""
    return "\n".join(one["message"] for one in up.ask("/logs/filter", {"logs": {"flow_run_id": {"any_": [run]}}})[1])


def page(up, run):
    """The page that a flow run has left."""
    found = up.ask("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run]}}})[1]
    return next(one["data"] for one in found if one["type"] == "markdown")


def refusal(parameters):
    """The answer to them: one that is too long is not even looked at."""
    return 413 if len(json.dumps(parameters)) > strict.MOST else 422


def asked_for(up):
    """The flow runs that somebody asked for; the server plans those of schedules by itself, at any moment."""
    return [one for one in up.runs() if not one["auto_scheduled"]]


def test_what_the_schema_forbids_makes_no_run(up):
    """Text for a number, a number out of range, shell text, a path, an unknown field, a huge list: refused, no run.

    The switch of the form that would let them through is refused as well, for one run and for many.
    """
    before = len(asked_for(up))
    for name, parameters in HOSTILE:
        assert up.try_to_start(parameters, name)[0] in {409, refusal(parameters)}, (name, str(parameters)[:80])
        assert up.try_to_start(parameters, name, enforce=False)[0] == refusal(parameters), (name, str(parameters)[:80])
        many = [{"parameters": parameters, "enforce_parameter_schema": False}]
        path = f"/deployments/{up.deployment(name)['id']}/create_flow_run/bulk"
        assert up.ask(path, many)[0] == refusal(parameters), name
    for variables in ({"command": "sh -c id"}, {"env": {"PATH": "/evil"}}, {"working_dir": "/"}):
        body = {"parameters": {}, "job_variables": variables}
        assert up.ask(f"/deployments/{up.deployment()['id']}/create_flow_run", body)[0] in {409, 422}, variables
    huge = b'{"parameters": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}"
    assert up.ask(f"/deployments/{up.deployment()['id']}/create_flow_run", huge)[0] in {400, 409, 413, 422}
    assert len(asked_for(up)) == before


def test_no_number_makes_the_runs_unreadable(up):
    """An integer beyond 64 bits is refused wherever it comes; lists of runs can be read afterwards."""
    own, wide = up.deployment(), {"seed": 10**30}
    for path, body, method in (
        ("/flow_runs/", {"flow_id": own["flow_id"], "parameters": wide, "state": {"type": "SCHEDULED"}}, "POST"),
        (f"/deployments/{own['id']}", {"parameters": wide}, "PATCH"),
        (f"/deployments/{own['id']}/create_flow_run", {"context": wide}, "POST"),
        ("/artifacts/", {"type": "table", "data": wide}, "POST"),
        ("/variables/", {"name": "wide", "value": wide}, "POST"),
    ):
        assert up.ask(path, body, method=method)[0] == 422, path
    for what in ("flow_runs/filter", "flow_runs/paginate", "deployments/filter", "artifacts/filter"):
        assert up.ask(f"/{what}", {})[0] == 200, what


def planned(up, own, parameters):
    """What is answered to a schedule with them: a new one, one that is changed, and among those of its deployment."""
    one = {"schedule": {"cron": "0 3 * * *"}, "slug": "x", "parameters": parameters}
    path, whole = f"/deployments/{own['id']}", {"name": own["name"], "flow_id": own["flow_id"], "schedules": [one]}
    asked = [
        ("POST", f"{path}/schedules", [one]),
        ("PATCH", path, {"schedules": [one]}),
        ("POST", "/deployments/", whole),
    ]
    asked += [("PATCH", f"{path}/schedules/{each['id']}", {"parameters": parameters}) for each in own["schedules"]]
    return {up.ask(where, body, method=method)[0] for method, where, body in asked}


def test_no_way_leads_past_the_schema(up):
    """No deployment gives it up, no run of one is made beside it or planned, none that waits is told something else."""
    asked = len(asked_for(up))
    waits = next(run for run in up.runs("SCHEDULED") if run["deployment_id"] == up.deployment()["id"])
    for name, parameters in HOSTILE:
        own = up.deployment(name)
        beside = {"flow_id": own["flow_id"], "deployment_id": own["id"], "work_pool_name": "filmtwin",
                  "parameters": parameters, "state": {"type": "SCHEDULED"}}  # fmt: skip
        assert up.ask("/flow_runs/", beside)[0] == refusal(parameters), name
        assert up.ask(f"/deployments/{own['id']}", {"enforce_parameter_schema": False}, method="PATCH")[0] == 422
        told = up.ask(f"/flow_runs/{waits['id']}", {"parameters": parameters}, method="PATCH")
        assert told[0] == refusal(parameters), name
        assert planned(up, own, parameters) == {refusal(parameters)}, name
        assert up.deployment(name)["enforce_parameter_schema"]
        assert up.deployment(name)["schedules"] == own["schedules"]
    assert up.run(waits["id"])["parameters"] == waits["parameters"]
    assert len(asked_for(up)) == asked


def test_what_only_the_plan_can_tell_fails_with_a_sentence(up, tmp_path):
    """It fails with the command line's sentence before any simulation; no store is made, nothing is executed."""
    for one, words in SENTENCES:
        ended = up.over(up.start({**SHORT, "store": str(tmp_path / "s"), **one}))
        assert (ended["state_type"], words in ended["state"]["message"]) == ("FAILED", True), (one, ended["state"])
        assert len(ended["state"]["message"].splitlines()) == 1
        patience = 10.0 if "executor" in one else 0.0  # until a scheduler must have answered
        assert ended["total_run_time"] < patience + 5.0 or served.is_busy()
    assert not list(tmp_path.glob("s/tables/*/*"))


def test_cancel_stops_all_within_ten_seconds(up, store):
    """Cancelled from the page: no process computes after ten seconds, nothing is published, nothing stays staged."""
    run = up.start({**SHORT, "scenario": "baseline", "days": 60, "replications": 200, "seed": 99})
    served.wait(lambda: up.of("multiprocessing"), served.START)
    known = [*up.of("multiprocessing"), *up.of("prefect.engine")]
    before = set(store.glob("tables/runs/*"))
    up.ask(f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLING"}})
    took = served.wait(lambda: not [pid for pid in known if served.told(pid)], 60.0)
    assert up.over(run)["state_type"] == "CANCELLED"
    assert set(store.glob("tables/runs/*")) == before
    assert took < 10.0 or served.is_busy(), took


def test_the_second_night_says_what_has_changed(up, told):
    """Band left: a line on the page and a notification. Another seed: said, linked. The same again: nothing new."""
    nights = [{"seed": 1, "bands": ["yield 99.9..100 %"]}, {"seed": 2}, {"seed": 2}]
    runs = [up.over(up.start({**SHORT, "scenario": "baseline", **one}))["id"] for one in nights]
    pages = [page(up, run) for run in runs]
    assert "**Left its band:** yield 99.9..100 %" in pages[0]
    assert f"/v2/runs/flow-run/{runs[0]}" in pages[1]
    assert "changed `study.seed` 1 → 2" in pages[1]
    assert "Nothing is new: same inputs, same code" in pages[2]
    assert f"/v2/runs/flow-run/{runs[1]}" in pages[2]
    assert up.run(runs[2])["state"]["message"].startswith("nothing new: baseline releases")
    served.wait(lambda: told[1], 120.0)
    assert "left its band" in told[1][0]["title"]
    assert "yield 99.9..100 %" in told[1][0]["text"]


def test_logs_of_workers_reach_the_page(up):
    """What worker processes say stands in the log of the flow run, wherever they compute."""
    for number, executor in enumerate(("processes", "dask")):
        run = up.start({**SHORT, "scenario": "baseline", "seed": 50 + number, "executor": executor})
        assert up.over(run)["state_type"] == "COMPLETED"
        served.wait(lambda run=run: " s of CPU" in logs(up, run), 60.0)


def test_tending_goes_through_its_deployment(up, store, published):
    """The store is verified, its page says so, and no run goes that is neither old nor too many."""
    assert page(up, published)
    known = set(store.glob("tables/runs/*"))
    run = up.over(up.start({}, "tend_store/tend-store"))
    assert run["state_type"] == "COMPLETED", run["state"]
    assert "all good" in run["state"]["message"]
    assert str(store) in page(up, run["id"])
    assert set(store.glob("tables/runs/*")) == known


def test_no_secret_stands_where_others_look(up, store, published):
    """Password and address of notifications: in nothing that the server tells, in no file, in no command line."""
    assert page(up, published)
    secret = up.secret.partition(":")[2]
    secrets = (secret, base64.b64encode(up.secret.encode()).decode(), HOOK)
    time.sleep(1.0)
    for what in ("logs", "artifacts", "flow_runs", "deployments", "block_documents", "variables", "events",
                 "automations"):  # fmt: skip
        status, told = up.ask(f"/{what}/filter", {})
        assert status == 200
        assert not [one for one in secrets if one in json.dumps(told)], what
    scenarios = served.ROOT / "datasets" / "scenarios"
    files = [one for place in (up.home, store, scenarios) for one in place.rglob("*") if one.is_file()]
    assert {"prefect.db", "server.log", "worker.log", "baseline.toml"} <= {one.name for one in files}
    assert [one for one in files if one.suffix == ".parquet"]
    for one in files:
        found = told_in(one)
        assert not [each for each in secrets if each.encode() in found and one.name != "auth"], one
    for one in Path("/proc").glob("[0-9]*"):
        assert not [each for each in secrets if each in served.told(one.name)], one
    for pid in served.tree(up.process.pid)[1:]:
        assert HOOK.encode() not in environment(pid)


def told_in(file):
    """What stands in a file: its bytes, of a table all that is no number; empty for one that has gone meanwhile."""
    try:
        if file.suffix != ".parquet":
            return file.read_bytes()
        found = parquet.read_table(file)
    except FileNotFoundError:
        return b""
    texts = [str(one.to_pylist()) for one in found.columns if not types.is_primitive(one.type)]
    return f"{found.schema} {found.schema.metadata} {texts}".encode()


def environment(pid):
    """The environment that a process began with; empty for one that has gone."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""
