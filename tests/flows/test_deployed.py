"""Laws of deployed flows: bad input starts nothing, cancel stops all, the page says what changed or left its band."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import served

pytestmark = [pytest.mark.slow, pytest.mark.server]
SHORT = {"sets": ["study.warm_up=1 d"], "days": 1, "replications": 2, "workers": 1}
NOBODY = "tcp://127.0.0.1:9"  # of the port that discards
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
)
SENTENCES = (
    ({"scenario": "/etc/passwd"}, "passwd"),
    ({"scenario": "$(touch owned)"}, "a name has 1 to 64"),
    ({"sets": ["plant.oven.count=3; touch x"]}, "plant.oven.count"),
    ({"executor": f"dask:{NOBODY}"}, "no Dask scheduler answers"),
    ({"executor": "dask:tcp://127.0.0.1:10"}, "FILMTWIN_DASK"),
    ({"store": "/etc/cron.d/x"}, "writes below"),
    ({"bands": ["yield"]}, "yield"),
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
    yield f"http://127.0.0.1:{web.server_port}/", got
    web.shutdown()
    web.server_close()


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """The store of all runs here; a run may name another one beside it."""
    return tmp_path_factory.getbasetemp() / "store"


@pytest.fixture(scope="module")
def up(tmp_path_factory, told, store):
    """A running `twin up` that sends notifications."""
    home, known = tmp_path_factory.mktemp("up") / "home", {"FILMTWIN_STORE": str(store), "FILMTWIN_DASK": NOBODY}
    with served.up(home, "--notify", told[0], **known) as found:
        yield found


def logs(up, run):
    """What stands in the log of a flow run."""
    return "\n".join(one["message"] for one in up.ask("/logs/filter", {"logs": {"flow_run_id": {"any_": [run]}}})[1])


def page(up, run):
    """The page that a flow run has left."""
    found = up.ask("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run]}}})[1]
    return next(one["data"] for one in found if one["type"] == "markdown")


def asked_for(up):
    """The flow runs that somebody asked for; the server plans those of schedules by itself, at any moment."""
    return [one for one in up.runs() if not one["auto_scheduled"]]


def test_what_the_schema_forbids_makes_no_run(up):
    """Text for a number, a number out of range, shell text, a path, an unknown field, a huge list: refused, no run."""
    before = len(asked_for(up))
    for name, parameters in HOSTILE:
        assert up.try_to_start(parameters, name)[0] in {409, 422}, (name, str(parameters)[:80])
    for variables in ({"command": "sh -c id"}, {"env": {"PATH": "/evil"}}, {"working_dir": "/"}):
        body = {"parameters": {}, "job_variables": variables}
        assert up.ask(f"/deployments/{up.deployment()['id']}/create_flow_run", body)[0] in {409, 422}, variables
    huge = b'{"parameters": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}"
    assert up.ask(f"/deployments/{up.deployment()['id']}/create_flow_run", huge)[0] in {400, 409, 413, 422}
    assert len(asked_for(up)) == before


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


def test_tending_goes_through_its_deployment(up, store):
    """The store is verified, its page says so, and no run goes that is neither old nor too many."""
    known = set(store.glob("tables/runs/*"))
    run = up.over(up.start({}, "tend_store/tend-store"))
    assert run["state_type"] == "COMPLETED", run["state"]
    assert "all good" in run["state"]["message"]
    assert str(store) in page(up, run["id"])
    assert set(store.glob("tables/runs/*")) == known


def test_the_password_stands_nowhere_that_people_look(up):
    """Not in logs of runs, not in artifacts, not in parameters."""
    secret = up.secret.partition(":")[2]
    time.sleep(1.0)
    for what in ("logs", "artifacts", "flow_runs", "deployments", "block_documents"):
        assert secret not in json.dumps(up.ask(f"/{what}/filter", {})[1]), what
