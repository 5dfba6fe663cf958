"""Promises of the store: a run is there at once or not at all, the same bytes each time, and anybody can read it."""

import errno
import json
import os
import random
import resource
import signal
import time
from collections.abc import Callable
from operator import itemgetter

import duckdb
import pandas as pd
import pytest

from twin.errors import ContractError, RunError, UsageError
from twin.store import Store, stage_part
from twin.store.local import LocalFiles
from twin.tables import TABLES, RunContext, from_rows

RUN = "toy-0123456789ab"
CONTEXT = RunContext(run_id=RUN, scenario="toy", scenario_hash="h", model_version="m", seed=1)
WINDOW = {"definition": "d", "window_start_s": 0.0, "window_end_s": 1.0, "value_unit": "1"}


def part(replication, rows=50):
    """Tables of one replication: a few indicators and checks."""
    values = [
        {"indicator": f"i{row % 7}", "scope": "line", "subject": "", "detail": str(row), "value": row / 3.0, **WINDOW}
        for row in range(rows)
    ]
    check = {"check": "c", "subject": "", "value": 0.0, "tolerance": 1e-9, "passed": True, "about": ""}
    return {
        "indicators": from_rows("indicators", values, CONTEXT, replication),
        "checks": from_rows("checks", [check], CONTEXT, replication),
    }


def run_row():
    """The run's row of the catalogue."""
    row = {
        "question": "?", "scenario_hash": "h", "model_version": "m", "contract_version": "1", "seed": 1,
        "replications": 3, "warm_up_s": 0.0, "horizon_s": 1.0, "measured_from_utc": 0, "python": "3", "changes": "{}",
    }  # fmt: skip
    return {"runs": from_rows("runs", [row], CONTEXT)}


def publish(store, order=(0, 1, 2), rows=50):
    """Stage three replications and publish them."""
    staging = store.begin(RUN)
    for replication in order:
        staging.add(replication, part(replication, rows))
    return staging.publish(run_row(), {"wall_s": 1.0})


def files(root):
    """All finished files of a store with their bytes."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.glob("tables/*/*.parquet"))}


def is_whole_or_absent(root):
    """Whether a run is finished with all its files as recorded, or no reader sees anything of it."""
    if not (root / "tables/runs" / f"{RUN}.parquet").exists():
        return not any(root.glob("tables/*/*")) and not (root / "commits" / f"{RUN}.json").exists()
    store = Store(root)
    tables = store.commit(RUN)["tables"]
    return all(len(store.read(RUN, name)) == known["rows"] for name, known in tables.items())


def test_what_is_published_is_read_back(tmp_path):
    """A published run is read back as it was, its rows in order, and nothing else lies in the table folders."""
    store = Store(tmp_path, fsync=False)
    assert publish(store).published
    assert store.has(RUN)
    given = [row for number in range(3) for row in part(number)["indicators"].to_pylist()]
    found = store.read(RUN, "indicators")
    assert found.to_pylist() == sorted(given, key=itemgetter(*TABLES["indicators"].sorting))
    assert found.schema.field("value_unit").metadata[b"description"]
    assert found.schema.metadata[b"twin.run_id"] == RUN.encode()
    assert {path.suffix for path in tmp_path.glob("tables/*/*")} == {".parquet"}
    assert not [path for path in (tmp_path / "_staging").iterdir() if path.is_dir()]


def test_equal_input_gives_equal_bytes_in_whatever_order_the_parts_come(tmp_path):
    """Two stores that are given the same parts in different orders hold the same bytes."""
    publish(Store(tmp_path / "a", fsync=False))
    publish(Store(tmp_path / "b", fsync=False), order=(2, 0, 1))
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_a_second_publisher_changes_nothing(tmp_path):
    """Publishing a run that is there already is no error and changes no byte, not even with other content."""
    store = Store(tmp_path, fsync=False)
    publish(store)
    before = files(tmp_path), (tmp_path / "commits" / f"{RUN}.json").read_bytes()
    assert not publish(store, rows=9).published
    assert (files(tmp_path), (tmp_path / "commits" / f"{RUN}.json").read_bytes()) == before


def test_computing_again_shows_which_tables_differ(tmp_path):
    """A run computed again is compared table by table."""
    store = Store(tmp_path, fsync=False)
    publish(store)
    for rows, expected in ((50, []), (49, ["indicators"])):
        again = store.begin(RUN)
        for replication in range(3):
            again.add(replication, part(replication, rows))
        assert store.differences(RUN, again.finish(run_row())) == expected
        again.abandon()


def test_a_run_that_lacks_a_replication_in_one_table_is_refused(tmp_path):
    """Tables of different replications are never joined to a run."""
    store = Store(tmp_path, fsync=False)
    staging = store.begin(RUN)
    staging.add(0, part(0))
    staging.add(1, {"checks": part(1)["checks"]})
    with pytest.raises(RunError, match="lack replications"):
        staging.publish(run_row(), {})
    staging.abandon()
    assert is_whole_or_absent(tmp_path)


def test_plain_tools_read_the_folder(tmp_path):
    """Plain pandas and DuckDB read the table folder of two runs without our help, and join it with the catalogue."""
    store = Store(tmp_path, fsync=False)
    publish(store)
    assert len(pd.read_parquet(tmp_path / "tables" / "indicators")) == 150
    facts, catalogue = (f"'{tmp_path}/tables/{name}/*.parquet'" for name in ("indicators", "runs"))
    query = f"SELECT count(*), max(value) FROM {facts} JOIN {catalogue} USING (run_id)"  # noqa: S608 - our own paths
    assert duckdb.connect().execute(query).fetchone() == (150, 49 / 3.0)


def _forked(work) -> int:
    """Do something in a process of its own, which never returns; return its number."""
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(0)
    return child


def test_a_publisher_killed_at_any_moment_leaves_no_half_run(tmp_path):
    """However a publisher is killed, the next opening finds the run whole or absent, and it can be published then."""
    begun = time.monotonic()
    publish(Store(tmp_path / "timed", fsync=False))
    usual = time.monotonic() - begun
    moments = random.Random(5)
    outcomes = []
    root = tmp_path / "s"
    for delay in [0.0, *(moments.uniform(0.0, 1.3 * usual) for _ in range(20)), 20.0 * usual]:
        child = _forked(lambda: publish(Store(root, fsync=False)))
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        store = Store(root, fsync=False)
        assert is_whole_or_absent(root)
        assert not list(root.glob("_staging/*/owner.json"))
        outcomes.append(store.has(RUN))
        for path in [*root.glob("tables/*/*"), *root.glob("commits/*")]:
            path.unlink()
    assert not outcomes[0]
    assert outcomes[-1]


# names are given to: two tables, the commit record, the catalogue; with the last step nothing happens
@pytest.mark.parametrize("step", range(5))
def test_a_crash_between_any_two_steps_is_settled(tmp_path, step):
    """Whatever the step after which a publisher dies, the next opening finishes the run or takes it away."""
    os.waitpid(_forked(lambda: _publish_and_die(tmp_path, step)), 0)
    store = Store(tmp_path, fsync=False)
    assert is_whole_or_absent(tmp_path)
    assert publish(store).published != (step >= 3)
    assert is_whole_or_absent(tmp_path)


def _publish_and_die(root, step) -> None:
    """Die without a word instead of giving the name of that number."""
    _at_name(step, lambda: os._exit(9), lambda name, work: setattr(LocalFiles, name, work))
    publish(Store(root, fsync=False))


def _at_name(step, fails, patch) -> None:
    """Let the giving of a final name fail: the first, the second, ..."""
    left = [step]

    def failing(real: Callable[..., bool | None]) -> Callable[..., bool | None]:
        def work(*arguments: object) -> bool | None:
            if left[0] == 0:
                fails()
            left[0] -= 1
            return real(*arguments)

        return work

    for name in ("put", "create"):
        patch(name, failing(getattr(LocalFiles, name)))


@pytest.mark.parametrize("step", range(4))
def test_a_full_disk_leaves_nothing_half_published(tmp_path, monkeypatch, step):
    """When the disk is full at any step of publishing, the error says so in one line and nothing is there."""
    store = Store(tmp_path, fsync=False)

    def full() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    _at_name(step, full, lambda name, work: monkeypatch.setattr(LocalFiles, name, work))
    with pytest.raises(RunError, match="disk is full; nothing was published") as told:
        publish(store)
    assert "\n" not in str(told.value)
    monkeypatch.undo()
    assert is_whole_or_absent(tmp_path)
    assert publish(store).published


def test_a_file_that_grows_too_large_is_told_in_one_line(tmp_path):
    """A real limit of the operating system on the way is a clear error, and nothing is published."""
    store = Store(tmp_path, fsync=False)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(RunError, match="disk is full"):
            publish(store, rows=5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert is_whole_or_absent(tmp_path)


def test_a_link_out_of_the_store_is_refused(tmp_path):
    """Neither a folder of the store nor a table's folder may be a link that leads out of it."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "commits").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="link out of the store"):
        Store(tmp_path / "a")
    store = Store(tmp_path / "b", fsync=False)
    (tmp_path / "b" / "tables" / "checks").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="link out of the store"):
        publish(store)
    assert not any((tmp_path / "elsewhere").iterdir())
    assert not store.has(RUN)


def test_a_damaged_file_is_found_on_reading(tmp_path):
    """A flipped bit in a table's data is never read as data."""
    store = Store(tmp_path, fsync=False)
    publish(store)
    path = tmp_path / "tables" / "indicators" / f"{RUN}.parquet"
    data = bytearray(path.read_bytes())
    data[60] ^= 0x10
    path.write_bytes(bytes(data))
    with pytest.raises(ContractError, match="damaged or gone"):
        store.read(RUN, "indicators")


def test_an_unknown_run_is_told_with_what_is_there(tmp_path):
    """Asking for a run that is not there names those that are like it, and says how many there are."""
    store = Store(tmp_path, fsync=False)
    publish(store)
    for asked, told in ((f"{RUN[:-1]}x", f"mean {RUN}"), ("other-run", "Of the 1 that are there")):
        with pytest.raises(UsageError, match=told):
            store.read(asked, "indicators")


def test_the_work_of_a_living_process_is_left_alone(tmp_path):
    """Opening a store does not touch what another living process prepares; what a dead one left goes."""
    living = Store(tmp_path, fsync=False).begin(RUN)
    living.add(0, part(0))
    dead = Store(tmp_path, fsync=False).begin("dead-run")
    card = json.loads((dead.path / "owner.json").read_bytes())
    (dead.path / "owner.json").write_text(json.dumps({**card, "born": "1"}))
    Store(tmp_path, fsync=False)
    assert living.path.exists()
    assert not dead.path.exists()
    living.abandon()


def test_staging_after_the_attempt_was_given_up_does_not_bring_it_back(tmp_path):
    """A worker that is late gets an error, and leaves no folder behind."""
    staging = Store(tmp_path, fsync=False).begin(RUN)
    staging.abandon()
    with pytest.raises(RunError):
        stage_part(staging.path, 0, part(0))
    assert not staging.path.exists()
