"""Laws of the faults that are injected: whoever is to survive one must complete, and nothing published may be lost."""

import re
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from flows.bench import demands, faults
from flows.bench.stand import NAMES
from flows.child import ROOT
from twin.errors import RunError

LOCKED = "sqlite3.OperationalError: database is locked\n"


@pytest.fixture
def stand(tmp_path, monkeypatch):
    """A stand on which time passes at once: runs end as they are told to, and one is published beside two others."""
    monkeypatch.setattr(demands, "wait_until", lambda what, *_, **__: what())
    monkeypatch.setattr(faults, "begun", lambda *_: "mine")
    monkeypatch.setattr(faults, "kill", lambda _: made.published_now.append("new"))
    monkeypatch.setattr(demands, "until", at_once)
    monkeypatch.setattr(faults, "until", at_once)
    made = SimpleNamespace(
        home=tmp_path, pid=1, ends={}, states=["PENDING", "RUNNING", "COMPLETED"], published_now=["a", "b"],
        server=lambda: 2, worker=lambda: 3, start=lambda: 20.0, stop=lambda: None,
        deploy=lambda: dict.fromkeys(NAMES, "some"), states_of=lambda _: made.states,
        published=lambda: sorted(made.published_now),
        shipped=["nightly-baseline", "weekly-sweep", "what-if", "tend-store"],
    )  # fmt: skip
    made.api = lambda: SimpleNamespace(
        run=lambda run: {"state": {"type": made.ends.get(run, "COMPLETED"), "message": "told so"}},
        start=lambda *_, **__: "next", deployments=lambda: dict.fromkeys([*made.shipped, *NAMES], "some"),
    )  # fmt: skip
    (tmp_path / "server.log").write_text("")
    return made


def at_once(what, allowance, about):
    """Wait for what does not happen by waiting."""
    if not what():
        raise RunError(f"{about}: not within {allowance:.0f} s.")
    return 1.0


def hold(stand, monkeypatch, *, met=True):
    """Let the lock be held for no time, in which somebody meets it and the run is published."""
    log = stand.home / "server.log"

    def sleep(seconds: float) -> None:
        assert seconds == faults.HELD
        stand.published_now.append("new")
        log.write_text(LOCKED * 3 if met else "")

    monkeypatch.setattr(faults, "time", SimpleNamespace(sleep=sleep))
    return faults.locked(stand)


@pytest.mark.parametrize("ended", ["FAILED", "CRASHED", "CANCELLED"])
def test_a_run_that_must_survive_must_complete(stand, monkeypatch, ended):
    """Published is not enough: with any other end the fault was not survived."""
    assert "COMPLETED" in faults.server_killed(stand).told
    stand.ends, stand.published_now = {"mine": ended}, ["a"]
    with pytest.raises(RunError, match=f"the run is {ended}, not COMPLETED: told so"):
        faults.server_killed(stand)
    stand.published_now = ["a"]
    with pytest.raises(RunError, match=f"the run is {ended}"):
        hold(stand, monkeypatch)


@pytest.mark.parametrize("ended", ["FAILED", "CRASHED"])
def test_the_next_run_must_complete(stand, monkeypatch, ended):
    """After a worker's death, and on a new database."""
    stand.ends = {"mine": "CRASHED", "next": ended}
    monkeypatch.setattr(faults, "processes", SimpleNamespace(tree=lambda _: [], below=lambda *_: []))
    monkeypatch.setattr(faults, "kill", lambda _: None)
    with pytest.raises(RunError, match=f"the next run is {ended}"):
        faults.worker_known(stand)
    monkeypatch.setattr(faults, "kill", lambda _: stand.published_now.append("new"))
    with pytest.raises(RunError, match=f"the next run is {ended}"):
        faults._spoiled(stand, 5, "cut", lambda _: None)


def test_a_living_run_may_not_be_called_crashed_while_the_server_is_away(stand):
    """Though it is set right afterwards."""
    stand.states = ["RUNNING", "CRASHED", "RUNNING", "COMPLETED"]
    with pytest.raises(RunError, match="called crashed: its states were RUNNING, CRASHED"):
        faults.server_killed(stand)


@pytest.mark.parametrize("when", ["spoiled", "started"])
def test_what_was_published_before_the_fault_is_there_by_name(stand, when):
    """One lost and another gained is a loss, whenever it goes: at the fault or at the next start."""
    told = faults._spoiled(stand, 5, "cut", lambda _: None).told
    assert "all 3 published runs are there; twin up: 4 deployments" in told

    def lose(*_: object) -> float:
        stand.published_now = ["b", "new", "other"]
        return 20.0

    stand.published_now = ["a", "b"]
    if when == "started":
        stand.start = lose
    with pytest.raises(RunError, match=r"published runs are lost: a$"):
        faults._spoiled(stand, 5, "cut", lose if when == "spoiled" else lambda _: None)


def test_the_one_command_brings_back_what_is_shipped(stand):
    """The stand's own deployments are no substitute for those of prefect.yaml."""
    shipped = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert {one["name"] for one in shipped} == set(stand.shipped)
    assert len(shipped) == faults.SHIPPED
    stand.shipped.pop()
    with pytest.raises(RunError, match="brought back the deployments nightly-baseline, weekly-sweep, what-if alone"):
        faults._spoiled(stand, 5, "cut", lambda _: None)


def test_the_lock_is_held_for_longer_than_any_writer_waits(stand, monkeypatch):
    """Prefect's own source says how long that is; and where nobody has met the lock, nothing was tried."""
    package = find_spec("prefect")
    assert package is not None
    source = Path(str(package.origin)).parent / "server" / "database" / "configurations.py"
    waits = [int(one) / 1000.0 for one in re.findall(r"busy_timeout = (\d+)", source.read_text(encoding="utf-8"))]
    assert waits
    assert max(waits) == faults.WAITS
    assert max(waits) + 20.0 <= faults.HELD
    assert "3 refused; published; COMPLETED" in hold(stand, monkeypatch).told
    stand.published_now = ["a", "b"]
    (stand.home / "server.log").write_text("")
    with pytest.raises(RunError, match="nobody has met the lock"):
        hold(stand, monkeypatch, met=False)
