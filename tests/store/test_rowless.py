"""Laws of a run of which a hand took a part away: whichever part it is, the run is told, and never gone unseen."""

import json
from collections import Counter

import pytest
from memory_bucket import MemoryBucket

from twin.bench.faults.sample import publish_sample
from twin.cli import main
from twin.errors import ContractError, UsageError
from twin.store import Snapshot, Store
from twin.store.local import LocalFiles
from twin.store.naming import commit_key, intent_key, table_key
from twin.store.retiring import clear, retire
from twin.store.s3 import S3Files
from twin.store.verify import verify

RUNS = ["run-0", "run-1", "run-2"]
HURT, *WELL = RUNS
ROW = table_key("runs", HURT)


@pytest.fixture(params=["disk", "bucket"])
def store(request, tmp_path):
    """A store of three runs."""
    root, files = tmp_path / "s", None
    if request.param == "bucket":
        root, files = "s3://x/y", S3Files("s3://x/y", bucket=MemoryBucket(), workspace=tmp_path)
    made = Store(root, fsync=False, files=files)
    for run in RUNS:
        publish_sample(made, run, whole=True)
    return made


def test_a_run_whose_row_was_taken_away_is_told(store):
    """In one line with the store and the next step; the others are read, and verification names the same run."""
    store.files.remove(ROW)
    look = Snapshot(store.files)
    assert (look.runs, [*look.bad], look.unread, look.newer) == (WELL, [HURT], {}, {})
    line = f"run {HURT} has no row in runs, so it is left out: twin verify {HURT} --store {store.files.address}"
    assert look.problems == [line]
    with pytest.raises(ContractError, match="no row in runs"):
        look.known(HURT)
    assert set(look.table("lots")["run_id"].to_pylist()) == {*WELL}
    assert {one.run_id for one in verify(store.files).bad} == {HURT}


def test_a_catalogue_that_was_taken_away_hides_no_run(tmp_path, capsys):
    """A list, a question and an export warn of each; the list does not say that there are no runs yet."""
    made = Store(tmp_path / "s", fsync=False)
    for run in RUNS:
        publish_sample(made, run, names=("lots",))
        made.files.remove(table_key("runs", run))
    export = ("export", "--format", "csv", "--tables", "lots", "--out", str(tmp_path / "x"))
    for words in (("store", "ls"), ("query", "FROM lots"), export):
        main([*words, "--store", str(made.root)])
        told = capsys.readouterr()
        assert [run for run in RUNS if f"warning: run {run} has no row in runs" in told.err] == RUNS
        assert "No runs yet" not in told.out
    assert main(["store", "ls", "--json", "--store", str(made.root)]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_run_at_which_somebody_is_just_now_is_not_told(store, monkeypatch):
    """Who publishes or retires says so before: its row comes last and goes first. What is left is told."""
    store.files.remove(ROW)
    store.files.write(b"{}", intent_key(HURT))
    assert Snapshot(store.files).problems == []
    store.files.remove(intent_key(HURT))
    looks = Counter()
    kind = type(store.files)
    plain = kind.exists

    def exists(files: object, key: str) -> bool:
        looks[key] += 1
        return plain(files, key) or (key == intent_key(HURT) and looks[key] == 2)

    monkeypatch.setattr(kind, "exists", exists)
    assert Snapshot(store.files).problems == []  # he began after the first look
    assert len(Snapshot(store.files).problems) == 1
    assert retire(store.files, WELL[0], "by hand")
    assert clear(store.files, 0.0) == [WELL[0]]
    assert [*Snapshot(store.files).bad] == [HURT]


def test_a_row_that_this_machine_cannot_look_for_leaves_its_run_unread(store, monkeypatch):
    """Nor are the others held up by it."""
    store.files.remove(ROW)
    kind = type(store.files)
    plain = kind.exists

    def exists(files: object, key: str) -> bool:
        if key == ROW:
            raise PermissionError(13, "Permission denied", key)
        return plain(files, key)

    monkeypatch.setattr(kind, "exists", exists)
    look = Snapshot(store.files)
    assert (look.runs, [*look.unread], look.bad) == (WELL, [HURT], {})


def test_opening_lists_the_commits_once_and_looks_for_no_run_that_is_whole(store, monkeypatch):
    """A thousand runs are opened as fast as before: three listings, each record once, and no other question."""
    asked = Counter()
    for name in ("listed", "read", "exists"):
        for kind in (LocalFiles, S3Files):
            plain = getattr(kind, name)
            monkeypatch.setattr(
                kind, name, lambda it, key, name=name, plain=plain: asked.update([(name, key)]) or plain(it, key)
            )
    Snapshot(store.files)
    listings = [("listed", one) for one in ("tables/runs", "commits", "tables/executions")]
    assert asked == Counter([*listings, *(("read", commit_key(run)) for run in RUNS)])


def test_an_execution_that_was_taken_away_is_told(store):
    """By the snapshot and by the store alike, also beside another execution; the other tables are read."""
    promised = store.commit(HURT)["execution_file"]
    (again,) = [one.key for one in store.files.listed("tables/executions") if f"/{WELL[0]}." in one.key]
    more = f"tables/executions/{HURT}.1-1.{again.rpartition('.')[0][-16:]}.parquet"
    store.files.remove(promised)
    for key in (None, more):
        if key is not None:
            store.files.write(store.files.read(again), key)
        look = Snapshot(store.files)
        assert (look.runs, look.problems) == (RUNS, [])
        for read in (lambda look=look: look.table("executions", [HURT]), lambda: store.read(HURT, "executions")):
            with pytest.raises(ContractError, match=rf"executions/{HURT}\..* is damaged or gone"):
                read()
        assert look.table("executions", WELL).num_rows == 2
        assert look.table("lots").num_rows == store.read(HURT, "lots").num_rows * 3


def test_an_execution_that_went_with_its_run_is_no_damage(store):
    """A snapshot that was taken before says that the run was retired since."""
    look = Snapshot(store.files)
    assert retire(store.files, HURT, "by hand")
    clear(store.files, 0.0)
    with pytest.raises(UsageError, match=f"run {HURT} was retired since"):
        look.table("executions")
    assert Snapshot(store.files).table("executions").num_rows == 2


def test_a_run_that_is_shown_lacks_none_of_its_executions(tmp_path, capsys):
    """`twin store show` ends with 3 and names the file, in place of an empty section."""
    made = Store(tmp_path / "s", fsync=False)
    publish_sample(made, HURT, names=("lots",))
    made.files.remove(made.commit(HURT)["execution_file"])
    assert main(["store", "show", HURT, "--store", str(made.root)]) == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert f"tables/executions/{HURT}" in told.err
