"""The life of a store through its commands: what they show, what they change, and what they leave."""

import json

import pytest

from twin.bench.faults.sample import publish_sample
from twin.cli import main
from twin.errors import UsageError
from twin.store import Store, open_snapshot
from twin.store.archive import backup
from twin.store.naming import commit_key, table_key
from twin.store.retiring import tombstones

RUNS = ["run-0", "run-1", "run-2"]


@pytest.fixture
def store(tmp_path):
    """A store of three runs."""
    made = Store(tmp_path / "s", fsync=False)
    for run_id in RUNS:
        publish_sample(made, run_id, whole=True)
    return made


@pytest.fixture
def say(store, capsys):
    """Call a command on that store; return exit code, stdout, stderr."""

    def call(*words: object, folder: object = store.root) -> tuple[int, str, str]:
        code = main([str(one) for one in words] + ["--store", str(folder)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_what_is_listed_and_shown_is_what_the_records_say(store, say):
    """In words and as JSON: the runs, the tables of one with their rows, the room that all take."""
    assert [line.split()[0] for line in say("store", "ls")[1].splitlines()] == ["run", *RUNS]
    record = store.commit("run-1")
    shown = json.loads(say("store", "show", "run-1", "--json")[1])
    assert {name: one["rows"] for name, one in shown["tables"].items()} == {
        name: one["rows"] for name, one in record["tables"].items()
    }
    assert len(shown["executions"]) == 1
    words = say("store", "show", "run-1")[1]
    assert all(name in words for name in record["tables"])
    used = json.loads(say("store", "du", "--json")[1])
    files = list(store.root.glob("tables/lots/*.parquet"))
    assert used["lots"] == {"files": 3, "bytes": sum(one.stat().st_size for one in files)}
    assert "lots" in say("store", "du")[1]


def test_a_run_that_is_not_there_is_told_by_its_nearest_names(store, say, tmp_path):
    """Whichever command asks for it: what is like it, and how many there are; a bad one is told as what it is."""
    (store.root / table_key("lots", "run-0")).write_bytes(b"PAR1")
    (store.root / commit_key("run-2")).write_text("{}")
    folder = ("--out", tmp_path / "out", "--tables", "lots")
    for words in (("verify",), ("store", "backup", tmp_path / "a.tar"), ("export", "--format", "csv", *folder)):
        code, _, err = say(*words, "run-9")
        assert (code, len(err.splitlines())) == (2, 1), err
        assert "no run run-9. Did you mean run-" in err
        assert "that are there: twin store ls." in err
        code, out, err = say(*words, "run-2")
        assert code == 3
        assert commit_key("run-2") in out + err
        assert "no run" not in err
        assert "run-2" not in say(*words, "run-1")[2]  # nobody asked
    with pytest.raises(UsageError, match=r"no run run-9\. Did you mean run-.* Of the 3 that"):
        backup(store.files, tmp_path / "b.tar", ["run-9"])


def test_retiring_by_age_or_count_takes_the_oldest(store, say):
    """`--dry-run` only says which; a rule that finds none retires none."""
    assert say("store", "retire", "--keep", 1, "--dry-run")[:2] == (0, "run-0\nrun-1\n")
    assert open_snapshot(store.root).runs == RUNS
    assert say("store", "retire", "--older-than", "1 d") == (0, "", "0 runs retired\n")
    assert say("store", "retire", "--keep", 2, "--reason", "to make room") == (0, "run-0\n", "1 runs retired\n")
    assert open_snapshot(store.root).runs == RUNS[1:]
    ((_, tombstone),) = tombstones(store.files)
    assert tombstone["reason"] == "to make room"
    assert list(store.root.glob("tables/lots/run-0*"))  # an hour long, for who reads it
    assert say("store", "sweep")[1] == "0 changes settled that were left half done; data of 0 runs removed\n"
    assert say("store", "sweep", "--at-once")[1].endswith("data of 1 runs removed\n")
    assert not list(store.root.glob("tables/*/run-0*"))
    assert say("verify")[0] == 0


@pytest.mark.parametrize("age", ["soon", "-1d", "-0.5 h", "0s", "1e-400 d", "1e400d", "nan d", "infs"])
def test_an_age_that_is_none_retires_nothing(store, say, age):
    """A slip of a sign would take every run, with all its data."""
    code, out, err = say("store", "retire", "--older-than", age, "--at-once")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert store.runs() == RUNS


def test_a_retirement_that_names_no_run_is_refused(say):
    """Neither a run that is not there, nor a rule beside a name, nor nothing at all."""
    for words in (["run-9"], ["run-0", "--keep", "1"], []):
        code, _, err = say("store", "retire", *words)
        assert code == 2
        assert len(err.splitlines()) == 1


def test_a_run_that_is_named_twice_counts_once(say, tmp_path):
    """It is looked at, written and retired once, and so it is told."""
    twice = ["run-0", "run-1", "run-0"]
    assert say("verify", *twice)[1].startswith("2 runs, ")
    assert ": 2 runs, " in say("store", "backup", tmp_path / "a.tar", *twice)[2]
    assert say("store", "retire", *twice, "--dry-run")[1].split() == twice[:2]


def test_a_backup_comes_back_whole(store, say, tmp_path):
    """Where it was restored, the runs are the same to the byte; a second time changes nothing."""
    assert say("store", "backup", tmp_path / "all.tar", *RUNS[:2])[0] == 0
    assert say("store", "restore", tmp_path / "all.tar", folder=tmp_path / "new")[2] == (
        "2 runs restored, 0 were here already\n"
    )
    for key in (table_key("lots", run_id) for run_id in RUNS[:2]):
        assert (tmp_path / "new" / key).read_bytes() == (store.root / key).read_bytes()
    again = say("store", "restore", tmp_path / "all.tar", "--verify", folder=tmp_path / "new")
    assert again == (0, "", "0 runs restored, 2 were here already\n")


def test_a_backup_takes_nobodys_place(say, tmp_path):
    """A file that stands there stays; an archive of a run that is not there is not begun."""
    (tmp_path / "mine.tar").write_bytes(b"mine")
    code, _, err = say("store", "backup", tmp_path / "mine.tar")
    assert (code, err.count("\n")) == (2, 1)
    assert "stands there already" in err
    assert (tmp_path / "mine.tar").read_bytes() == b"mine"
    code, _, err = say("store", "backup", tmp_path / "new.tar", "run-9")
    assert (code, err.count("\n")) == (2, 1)
    assert "no run run-9" in err
    assert [one.name for one in tmp_path.glob("*.tar")] == ["mine.tar"]


def test_a_backup_into_a_folder_is_refused(say, tmp_path, monkeypatch):
    """Also into one without a name of its own: the line says that a file is to be named."""
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    for folder in (".", "", "/", "..", tmp_path):
        code, _, err = say("store", "backup", folder)
        assert (code, err.count("\n")) == (2, 1), err
        assert "is a folder. Name a file" in err
    assert sorted(tmp_path.iterdir()) == before


def test_a_restored_run_whose_file_was_damaged_is_named(store, say, tmp_path):
    """Verification after a restore names the file; the exit code says that not all is well."""
    assert say("store", "backup", tmp_path / "all.tar")[0] == 0
    file = store.root / table_key("lots", "run-1")
    file.write_bytes(file.read_bytes()[:-1])
    code, out, _ = say("store", "restore", tmp_path / "all.tar", "--verify")
    assert code == 3
    assert table_key("lots", "run-1") in out
    code, out, err = say("verify", "--json", "--quarantine")
    assert code == 3
    assert json.loads(out)["moved"]
    assert "moved" in err
    assert open_snapshot(store.root).runs == ["run-0", "run-2"]
