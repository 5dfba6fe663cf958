"""Laws of what keeps a server going: writers wait for each other, and a damaged database is put aside."""

import errno
import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from flows import database, safety
from flows.bench import processes
from flows.child import ROOT
from twin.errors import RunError


def test_writers_of_the_server_wait_for_each_other(flow, own_server):
    """Thirty-two clients that set states at once are all served; none is told that the database is locked."""
    from prefect import get_client  # noqa: PLC0415 - after the environment
    from prefect.states import Completed, Pending, Running, Scheduled  # noqa: PLC0415 - as above

    def one(number: int) -> str:
        with get_client(sync_client=True) as client:
            run = client.create_flow_run(flow.run_scenario, parameters={"scenario": "baseline"}, state=Scheduled())
            for state in (Pending(), Running(), Completed(message=str(number))):
                client.set_flow_run_state(run.id, state, force=True)
            return client.read_flow_run(run.id).state.message

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(one, range(32)), key=int) == [str(number) for number in range(32)]
    assert "database is locked" not in (own_server.home / "embedded.log").read_text(encoding="utf-8")


def test_what_needs_the_server_is_done_when_it_is_back(flow, monkeypatch):
    """Refused twice, a call is made a third time after waiting for the server; what is wrong with it is told."""
    work, seen = sys.modules["flows.work"], []
    monkeypatch.setattr(work, "await_server", lambda: seen.append("waited"))
    monkeypatch.setattr(work, "PAUSE", 0.0)

    def call() -> str:
        if len(seen) < 2:
            raise httpx.ConnectError("refused")
        return "answered"

    assert flow is not None
    assert work.patiently(call) == "answered"
    assert seen == ["waited", "waited"]
    with pytest.raises(ValueError, match="wrong"):
        work.patiently(lambda: int("wrong"))


@pytest.mark.parametrize("code", [404, 500])
def test_a_server_that_stays_away_is_one_line(flow, monkeypatch, code):
    """What it refuses is told at once; what it cannot do is asked for again, and told in one line at last."""
    work, seen = sys.modules["flows.work"], []
    monkeypatch.setattr(work, "await_server", lambda: seen.append("waited"))
    monkeypatch.setattr(work, "PAUSE", 0.0)

    def call() -> None:
        asked = httpx.Request("GET", "http://127.0.0.1/")
        raise httpx.HTTPStatusError("it cannot", request=asked, response=httpx.Response(code, request=asked))

    assert flow is not None
    with pytest.raises(RunError, match="refuses .* .it cannot" if code == 404 else "away 5 times .it cannot") as caught:
        work.patiently(call)
    assert len(seen) == (0 if code == 404 else work.TIMES)
    assert len(str(caught.value).splitlines()) == 1


@pytest.fixture
def home(tmp_path):
    """A home with a database of some pages."""
    with sqlite3.connect(tmp_path / database.NAME) as base:
        base.execute("create table runs (name text)")
        base.executemany("insert into runs values (?)", [("x" * 500,) for _ in range(200)])
    return tmp_path


def test_a_whole_database_is_left_alone(home, tmp_path_factory):
    """Neither a whole one nor one that is not there yet is damaged."""
    assert database.damage(home) == ""
    assert database.damage(tmp_path_factory.mktemp("empty")) == ""


@pytest.mark.parametrize("share", [0.9, 0.5, 0.1])
def test_a_cut_database_is_found(home, share):
    """Cut anywhere, a database is called damaged; put aside, it is still there under another name."""
    file = home / database.NAME
    os.truncate(file, int(file.stat().st_size * share))
    assert database.damage(home)
    aside = database.put_aside(home)
    assert not file.exists()
    assert aside.is_file()
    assert database.damage(home) == ""


def test_a_database_out_of_reach_is_not_damaged(home, monkeypatch):
    """What cannot be opened, or is held, may be whole: it stays where it is."""
    (home / "other" / database.NAME).mkdir(parents=True)
    assert database.damage(home / "other") == ""
    monkeypatch.setattr(database, "LOCKED", 0.1)
    with closing(sqlite3.connect(home / database.NAME)) as base:
        base.execute("begin exclusive")
        assert database.damage(home) == ""


def test_a_damaged_database_that_cannot_be_moved_is_one_line(home, monkeypatch):
    """As on a file system that is read-only."""

    def rename(*_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(RunError, match="cannot be moved away: Read-only file system") as caught:
        database.put_aside(home)
    assert len(str(caught.value).splitlines()) == 1


def test_what_is_kept_is_for_the_environment_to_say(monkeypatch):
    """Runs go after 30 days, unless the environment says otherwise; a port is never the environment's."""
    name = "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD"
    bind = safety.Bind("127.0.0.1", 4242, "user:password")
    monkeypatch.delenv(name, raising=False)
    assert safety.server_settings(bind)[name] == str(30 * 86400)
    monkeypatch.setenv(name, "7200")
    monkeypatch.setenv("PREFECT_SERVER_API_PORT", "1")
    assert safety.server_settings(bind)[name] == "7200"
    assert safety.server_settings(bind)["PREFECT_SERVER_API_PORT"] == "4242"


def test_worker_processes_of_prefect_s_engine_load_nothing_of_it():
    """A process that Prefect's engine spawns imports neither the engine nor Prefect."""
    text = (
        "import sys, types\n"
        "main = sys.modules['__main__']\n"
        "main.__spec__ = types.SimpleNamespace(name='prefect.engine')\n"
        "import flows\n"
        "from multiprocessing.spawn import get_preparation_data\n"
        "print([name for name in get_preparation_data('x') if name.startswith('init_main')])\n"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_cpu_of_a_tree_counts_children_that_have_ended():
    """What a child used is counted after its end too, and once."""
    before = processes.cpu([os.getpid()])
    subprocess.run([sys.executable, "-c", "sum(range(20_000_000))"], check=True)
    assert 0.1 < processes.cpu([os.getpid()]) - before < 30.0


def test_a_mark_is_judged_only_where_it_is_one():
    """A replication outside 25-50 ms of CPU makes the overhead another mark, and one line says so."""
    from flows.bench.orchestration import another_mark  # noqa: PLC0415 - the other tests do without

    assert [another_mark(cpu) for cpu in (25.0, 33.0, 50.0)] == [""] * 3
    for cpu in (24.0, 51.0, float("nan")):
        assert "25-50 ms" in another_mark(cpu)
        assert "\n" not in another_mark(cpu)


def test_without_a_browser_the_page_is_not_called_tested():
    """`make test-ui` fails with one line where Chromium is not there; nothing is skipped in silence."""
    done = subprocess.run(
        ["make", "chromium", "CHROMIUM=/nowhere/chromium"],  # noqa: S607 - whatever make there is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: /nowhere/chromium is not there")
    assert "chromium" in (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ntest-ui:")[2].splitlines()[0]


def test_all_tests_say_what_they_leave_out():
    """PostgreSQL, systemd and a browser may be missing: `make test-all` names each reason at its end."""
    done = subprocess.run(
        ["make", "-n", "test-all"],  # noqa: S607 - whatever make there is
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert " -rs" in done.stdout
