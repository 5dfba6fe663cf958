"""Laws of schedules: planned, run, one at a time, never twice, and no storm after a time in which nothing ran."""

import subprocess
import sys
import time
from collections import Counter
from datetime import datetime
from itertools import pairwise

import pytest
import served

pytestmark = [pytest.mark.slow, pytest.mark.server]
NAME = "run_scenario/each-minute"
DOWN = 210.0  # s that everything is down: two periods of the schedule, and the minute that counts as late only
PLAN = """
name: filmtwin
pull: [{{prefect.deployments.steps.set_working_directory: {{directory: "{root}"}}}}]
deployments:
- name: each-minute
  entrypoint: flows/run_scenario.py:run_scenario
  tags: [filmtwin]
  parameters: {{days: 1, replications: 1, workers: 1, sets: ["study.warm_up=1 d"], store: "{store}"}}
  work_pool: {{name: filmtwin}}
  concurrency_limit: {{limit: 1, collision_strategy: CANCEL_NEW}}
  schedules: [{{slug: each-minute, cron: "* * * * *", timezone: Europe/Berlin, active: true}}]
"""


def deploy(up, folder):
    """`prefect deploy --all` of a plan with a schedule that is due each minute."""
    file = folder / "prefect.yaml"
    file.write_text(PLAN.format(root=served.ROOT, store=folder / "store"), encoding="utf-8")
    known = served.environment(
        up.home, PREFECT_API_URL=f"{up.page}/api", PREFECT_API_AUTH_STRING=up.secret, DO_NOT_TRACK="1"
    )
    subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(file)],
        cwd=served.ROOT, env=known, check=True, capture_output=True, timeout=300.0,
    )  # fmt: skip


def mine(up):
    """The flow runs of the deployment that the scheduler has planned."""
    deployment = up.deployment(NAME)
    return [one for one in up.runs() if deployment and one["deployment_id"] == deployment["id"]]


def ended(up, *states: str):
    """Those of them that are in some state."""
    return [one for one in mine(up) if one["state_type"] in states]


def test_a_schedule_runs_and_never_twice_and_never_storms(tmp_path):
    """Each period is planned once, even when deployed again; a long one is never joined by a second; missed ones go."""
    with served.up(tmp_path / "home") as up:
        deploy(up, tmp_path)
        served.wait(lambda: len(ended(up, "COMPLETED")) >= 1, served.START)
        deploy(up, tmp_path)
        known = len(ended(up, "COMPLETED"))
        served.wait(lambda: len(ended(up, "COMPLETED")) > known, served.START)
        times = Counter(one["expected_start_time"] for one in mine(up))
        assert max(times.values()) == 1
        assert len(up.deployment(NAME)["schedules"]) == 1
        up.stop()
    time.sleep(DOWN)
    with served.up(tmp_path / "home") as up:
        missed = [one for one in ended(up, "CANCELLED") if "missed" in one["state"]["message"]]
        assert len(missed) >= 2
        back = max(moment(one["expected_start_time"]) for one in missed)
        served.wait(lambda: any(moment(one["expected_start_time"]) > back for one in ended(up, "COMPLETED")), 600.0)
        assert {one["state_type"] for one in mine(up) if moment(one["expected_start_time"]) <= back} <= {
            "COMPLETED", "CANCELLED",
        }  # fmt: skip
        times = Counter(one["expected_start_time"] for one in mine(up))
        assert max(times.values()) == 1
        done = sorted((moment(one["start_time"]), moment(one["end_time"])) for one in ended(up, "COMPLETED"))
        assert all(end <= begin for (_, end), (begin, _) in pairwise(done))


def moment(text):
    """A time of the API."""
    return datetime.fromisoformat(text)


def test_a_second_run_is_dropped_or_waits(tmp_path):
    """While one runs, a second of the nightly baseline is cancelled, a second what-if waits and then runs."""
    long = {"sets": ["study.warm_up=1 d"], "days": 60, "replications": 30, "workers": 1, "store": str(tmp_path / "s")}
    with served.up(tmp_path / "home", FILMTWIN_STORE=str(tmp_path / "s")) as up:
        first = up.start({"scenario": "baseline", **long})
        served.wait(lambda: up.state(first) == "RUNNING", served.START)
        second = up.start({"scenario": "baseline", **long, "seed": 7})
        assert up.over(second)["state_type"] == "CANCELLED"
        up.ask(f"/flow_runs/{first}/set_state", {"state": {"type": "CANCELLING"}})
        assert up.over(first)["state_type"] == "CANCELLED"
        asked = {"days": 5, "more": ["study.warm_up=1 d"], "compare": False}
        one = up.start({**asked, "replications": 12}, "what_if/what-if")
        served.wait(lambda: up.state(one) == "RUNNING", served.START)
        two = up.start({**asked, "replications": 2}, "what_if/what-if")
        runs = up.over(one), up.over(two)
        assert [run["state_type"] for run in runs] == ["COMPLETED", "COMPLETED"]
        assert moment(runs[1]["start_time"]) >= moment(runs[0]["end_time"])
