"""Laws of a shared server: PostgreSQL does what SQLite does, tells nobody its password, and keeps all at a restart."""

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import served

SECRET = "pg-secret-5f1d"  # noqa: S105 - of a database that lives as long as this test
DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: float(one.parent.name))  # off the PATH
PLACES = os.pathsep.join([*map(str, reversed(DEBIAN)), os.environ.get("PATH", os.defpath)])
TOOLS = [shutil.which(name, path=PLACES) for name in ("initdb", "pg_ctl", "psql")]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.server,
    pytest.mark.skipif(
        not all(TOOLS), reason="no initdb, pg_ctl and psql in PATH or /usr/lib/postgresql: apt-get install postgresql"
    ),
]


def as_nobody(*command: str):
    """A command of PostgreSQL, which refuses to be run by root."""
    drop = ["setpriv", "--reuid=nobody", "--clear-groups"] if os.geteuid() == 0 else []
    subprocess.run([*drop, *command], check=True, cwd="/tmp", stdout=subprocess.DEVNULL, timeout=120.0)  # noqa: S108 - nobody may be here


@pytest.fixture
def database():
    """Address of a database on a server of its own; whatever fails, neither the server nor its folder is left."""
    folder = Path("/tmp") / f"filmtwin-pg-{os.getpid()}"  # noqa: S108 - nobody cannot enter pytest's folders
    port, data = served.free_port(), folder / "data"
    folder.mkdir(mode=0o755)
    try:
        begin(folder, data, port)
        yield f"postgresql+asyncpg://filmtwin:{SECRET}@127.0.0.1:{port}/filmtwin"
    finally:
        if (data / "postmaster.pid").exists():
            as_nobody(TOOLS[1], "-D", str(data), "-m", "fast", "stop")
        shutil.rmtree(folder)


def begin(folder, data, port):
    """Start a server of PostgreSQL with an empty database."""
    (folder / "password").write_text(SECRET, encoding="utf-8")
    if os.geteuid() == 0:
        for one in (folder, folder / "password"):
            shutil.chown(one, "nobody")
    as_nobody(TOOLS[0], "-D", str(data), "-A", "scram-sha-256", "-U", "filmtwin", f"--pwfile={folder / 'password'}")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    as_nobody(TOOLS[1], "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    subprocess.run(
        [TOOLS[2], "-h", "127.0.0.1", "-p", str(port), "-U", "filmtwin", "postgres", "-c", "create database filmtwin"],
        check=True, env={**os.environ, "PGPASSWORD": SECRET}, stdout=subprocess.DEVNULL, timeout=120.0,
    )  # fmt: skip


def watched(database):
    """How many flow runs the automation waits to hear from."""
    asked = [
        "-At",
        database.replace("+asyncpg", "").replace(f":{SECRET}", ""),
        "-c",
        "select count(*) from automation_bucket",
    ]
    known = {**os.environ, "PGPASSWORD": SECRET}
    return int(subprocess.run([TOOLS[2], *asked], check=True, env=known, capture_output=True, text=True).stdout)


def test_everything_works_on_postgresql_and_stays(database, tmp_path):
    """A deployment runs; its password is in no file and on no command line; after a restart the run is still there."""
    home = tmp_path / "home"
    known = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": database, "FILMTWIN_STORE": str(tmp_path / "store")}
    with served.up(home, **known) as up:
        asked = {"sets": ["study.warm_up=1 d"], "days": 1, "replications": 1, "store": str(tmp_path / "store")}
        run = up.over(up.start(asked))
        assert run["state_type"] == "COMPLETED", run["state"]
        assert not (home / "prefect.db").exists()
        assert not [one for one in home.rglob("*") if one.is_file() and SECRET.encode() in one.read_bytes()]
        assert not [one for one in Path("/proc").glob("[0-9]*") if SECRET in served.told(one.name)]
        before = up.shape()
        resource = {"prefect.resource.id": f"prefect.flow-run.{uuid4()}"}
        beat = {"occurred": datetime.now(UTC).isoformat(), "event": "prefect.flow-run.heartbeat", "id": str(uuid4())}
        up.ask("/events", [{**beat, "resource": resource}])
        served.wait(lambda: watched(database), 30.0)
        up.stop()
    with served.up(home, **known) as up:
        assert watched(database) == 0  # while no server was there, nobody could be heard
        assert up.run(run["id"])["state_type"] == "COMPLETED"
        assert up.shape() == before


def test_the_check_tells_which_database_and_no_password(tmp_path):
    """`twin up --check` names the database that is used, without its password."""
    known = {
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"postgresql+asyncpg://filmtwin:{SECRET}@127.0.0.1:5432/filmtwin"
    }
    said, _ = served.command(tmp_path / "home", "--check", **known).communicate(timeout=served.START)
    assert "postgresql+asyncpg://127.0.0.1:5432/filmtwin" in said
    assert SECRET not in said
