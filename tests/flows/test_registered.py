"""Laws of a server of somebody's own: one command gives it what `twin up` gives its own; units of the page are read."""

import os
import re
import shutil
import signal
import subprocess
import sys
from types import SimpleNamespace

import httpx
import pytest
import served
from pydantic import ValidationError

from flows import notify, register, server

PASSWORD = "somebody:of-their-own-7c1e"  # noqa: S105 - of a server that lives as long as this test
PAGE = served.ROOT / "docs" / "how-to" / "deploy.md"


@pytest.fixture
def bare(tmp_path):
    """A Prefect server as Prefect starts it, on which nothing is registered."""
    home, port = tmp_path / "bare", served.free_port()
    home.mkdir()
    known = served.environment(
        home, PREFECT_SERVER_API_AUTH_STRING=PASSWORD, PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED="true",
        PREFECT_SERVER_ANALYTICS_ENABLED="false", DO_NOT_TRACK="1",
    )  # fmt: skip
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
            cwd=served.ROOT, env=known, stdout=log, stderr=log, text=True, start_new_session=True,
        )  # fmt: skip
    found = served.Served(process, f"http://127.0.0.1:{port}", PASSWORD, home)
    try:
        served.wait(lambda: server.answers(f"{found.page}/api"), served.START)
        yield found
    finally:
        found.stop()


def told(bare, **more: str):
    """The environment of those who use that server."""
    return served.environment(
        bare.home, PREFECT_API_URL=f"{bare.page}/api", PREFECT_API_AUTH_STRING=PASSWORD, DO_NOT_TRACK="1",
        FILMTWIN_ROOT=str(served.ROOT), **more,
    )  # fmt: skip


def at(bare, *module: str):
    """Run a module that uses that server; return its exit code and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", *module], cwd=served.ROOT, env=told(bare), check=False, capture_output=True, text=True,
        timeout=served.START,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def registered(up):
    """What is registered: deployments, what the pool lets a run ask for, what the automations wait for."""
    pool = up.ask("/work_pools/filmtwin")[1]
    watching = {
        one["name"]: (one["enabled"], one["trigger"]["posture"], one["trigger"]["within"],
                      sorted(one["trigger"]["expect"]), [each["type"] for each in one["actions"]])
        for one in up.ask("/automations/filter", {})[1]
    }  # fmt: skip
    return up.shape(), (pool["type"], pool["base_job_template"], pool["concurrency_limit"]), watching


def ids(up):
    """Ids of deployments and of their schedules."""
    found = up.ask("/deployments/filter", {})[1]
    return {one["name"]: (one["id"], [each["id"] for each in one["schedules"]]) for one in found}


@pytest.mark.slow
@pytest.mark.server
def test_a_server_of_ones_own_gets_what_twin_up_gives(bare, tmp_path):
    """Pool, deployments and automations are those of `twin up`; a second time changes none; a plain worker runs one."""
    assert at(bare, "prefect", "--no-prompt", "deploy", "--all")[0] != 0  # into a pool that is not there
    code, said = at(bare, "flows.register")
    assert code == 0, said
    given, known = registered(bare), ids(bare)
    with served.up(tmp_path / "home") as up:
        assert given == registered(up)
        assert len(given[0]) == 4
        assert len(given[2]) == 2
    code, said = at(bare, "prefect", "--no-prompt", "deploy", "--all")
    assert code == 0, said
    assert at(bare, "flows.register")[0] == 0
    assert (registered(bare), ids(bare)) == (given, known)
    store = str(tmp_path / "store")
    run = bare.start({"sets": ["study.warm_up=1 d"], "days": 1, "replications": 1, "store": store})
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", "filmtwin", "--type", "process"]
    with (bare.home / "worker.log").open("w") as log:
        worker = subprocess.Popen(
            command, cwd=served.ROOT, env=told(bare, FILMTWIN_STORE=store), stdout=log, stderr=log, text=True,
            start_new_session=True,
        )  # fmt: skip
    try:
        over = bare.over(run)
        assert over["state_type"] == "COMPLETED", over["state"]
    finally:
        served.stop(worker, signal.SIGTERM)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "no server is named"),
        ("http://127.0.0.1:9/api", "no Prefect server answers at http://127.0.0.1:9/api. "),
        ("http://me:hidden@127.0.0.1:9/api", "no Prefect server answers at http://127.0.0.1:9/api. "),
        ("http://me:hidden@127.0.0.1/api", "no Prefect server answers at http://127.0.0.1/api. "),
        ("http://127.0.0.1:9/a b\x1b[31m\n", r"no Prefect server answers at http://127.0.0.1:9/a b\x1b[31m\n. "),
    ],
)
def test_a_server_that_is_none_is_one_line(address, why, monkeypatch, tmp_path, capsys):
    """Which variable, what is wrong, what next; exit code 2, and nothing is left behind."""
    mine = {**os.environ, "PREFECT_HOME": str(tmp_path / "home"), "PREFECT_API_URL": address}
    monkeypatch.setattr(os, "environ", mine)
    assert register.main() == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: PREFECT_API_URL: {why}")
    assert len(said.splitlines()) == 1
    assert not (tmp_path / "home").exists()


@pytest.fixture
def named(monkeypatch, tmp_path):
    """A server that is named and suits; what is registered there is noted, or fails as a test says."""
    told = SimpleNamespace(error=None, notify=[], deploys=[])
    mine = {**os.environ, "PREFECT_HOME": str(tmp_path), "PREFECT_API_URL": "http://me:hidden@host:4200/api\x1b[31m"}
    monkeypatch.setattr(os, "environ", mine)
    monkeypatch.setattr(server, "answers", lambda _: True)
    monkeypatch.setattr(server, "complaint", lambda _: "")

    def everything(deploy: object, notify: str = "") -> None:
        told.notify.append(notify)
        told.deploys.append(dict(deploy.environment))
        if told.error:
            raise told.error

    monkeypatch.setattr(register, "everything", everything)
    return told


def test_the_address_of_notifications_is_heeded_and_passed_on_to_nobody(named, capsys):
    """It goes to the automation, and the process that registers the deployments does not get it."""
    os.environ[notify.ADDRESS] = "https://hooks.example.org/one"
    assert register.main() == 0
    assert named.notify == ["https://hooks.example.org/one"]
    assert notify.ADDRESS not in named.deploys[0]
    assert capsys.readouterr().err.startswith("http://host:4200/api\\x1b[31m: work pool ")
    os.environ[notify.ADDRESS] = "no address"
    assert register.main() == 2
    assert len(named.notify) == 1


def test_a_server_that_is_lost_while_it_is_registered_is_one_line(named, capsys):
    """Whatever Prefect's client raises, it is told without a traceback; code 1."""
    from prefect.exceptions import ObjectNotFound  # noqa: PLC0415 - it imports Prefect

    other = ValidationError.from_exception_data("WorkPool", [])  # its answer is JSON, but that of something else
    lost = httpx.ConnectError("away"), ObjectNotFound(ValueError("404")), RuntimeError("two\nlines"), other
    for named.error in lost:
        assert register.main() == 1
        said = capsys.readouterr().err
        assert said.startswith("error: the server was lost or refused what was asked (")
        assert len(said.splitlines()) == 1


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not there")
def test_the_units_of_the_page_are_read_by_systemd(tmp_path):
    """Each unit is one that systemd takes without a word, its command being there."""
    text = PAGE.read_text(encoding="utf-8")
    units = re.findall(r"`/etc/systemd/system/([\w-]+\.service)`[^\[]*?\n\n((?: {4}.*\n|\n)+)", text)
    assert [name for name, _ in units] == ["filmtwin.service", "filmtwin-worker.service"]
    for name in ("twin", "prefect"):
        command = tmp_path / "opt" / ".venv" / "bin" / name
        command.parent.mkdir(parents=True, exist_ok=True)
        command.touch(mode=0o755)
    for name, unit in units:
        lines = "\n".join(line.removeprefix("    ") for line in unit.splitlines())
        (tmp_path / name).write_text(lines.replace("/opt/filmtwin", str(tmp_path / "opt")), encoding="utf-8")
        asked = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(tmp_path / name)]
        done = subprocess.run(asked, check=False, capture_output=True, text=True, timeout=60.0)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")
