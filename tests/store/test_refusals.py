"""Stores and runs that the store refuses in one line before it writes anything."""

import re

import pytest

from twin.bench.faults.sample import publish_sample
from twin.cli import main
from twin.errors import TwinError, UsageError
from twin.store import Store, open_snapshot
from twin.store.local import LocalFiles
from twin.store.retiring import retire


def test_a_store_that_is_a_file_is_refused(tmp_path):
    """A file in the place of the store, or of a folder in it, is a one-line error of use."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "tables").write_text("x")
    for root in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / "s"):
        with pytest.raises(TwinError, match="is a file where a folder is needed") as told:
            Store(root)
        assert told.value.exit_code == 2


def test_a_store_whose_name_is_too_long_is_refused(tmp_path, capsys):
    """By whoever reads it, and by whoever would make it: another name helps, and not another try."""
    place = str(tmp_path / ("x" * 300))
    for words in (["store", "ls"], ["verify"], ["store", "sweep"]):
        assert main([*words, "--store", place]) == 2
        err = capsys.readouterr().err
        assert err.count("\n") == 1
        assert "is too long a name" in err
    with pytest.raises(UsageError, match="is too long a name"):
        Store(place)


def test_the_longest_name_that_is_told_is_taken(tmp_path):
    """One character more is refused, and told by the same number."""
    store = Store(tmp_path, fsync=False)
    with pytest.raises(UsageError, match="at most") as told:
        store.has("x" * 1000)
    most = int(re.findall(r"at most ([0-9]+) of them", str(told.value))[0])
    assert publish_sample(store, "x" * most, names=()).published
    with pytest.raises(UsageError, match=f"at most {most} "):
        store.has("x" * (most + 1))


@pytest.mark.parametrize("name", ["commits", "retired", "tables"])
def test_a_store_with_a_link_out_of_it_is_not_read(tmp_path, capsys, name):
    """Nor verified as good: what the link leads to is of somebody else. A link to the whole store is one to a store."""
    store = Store(tmp_path / "s", fsync=False)
    publish_sample(store, "toy-1", whole=True)
    publish_sample(store, "toy-2", whole=True)
    retire(store.files, "toy-2", "by hand")
    (tmp_path / "s").rename(tmp_path / "moved")
    (tmp_path / "s").symlink_to(tmp_path / "moved")
    assert main(["verify", "--store", str(store.root)]) == 0
    (tmp_path / "moved" / name).rename(tmp_path / "out")
    (tmp_path / "moved" / name).symlink_to(tmp_path / "out")
    capsys.readouterr()
    for words in (["store", "ls"], ["query", "FROM runs"], ["verify"], ["verify", "--quarantine"], ["store", "sweep"]):
        assert main([*words, "--store", str(store.root)]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert (
            told.err == f"error: store {store.root}: {store.root / name} is a link out of the store. Remove the link.\n"
        )


@pytest.mark.parametrize("name", ["", "../up", "a/b", "A", ".hidden", "a..b", "x" * 101, "a\n", "ä"])
def test_a_run_id_that_is_no_plain_name_is_refused(tmp_path, name):
    """Ids that could leave the store or differ between file systems are errors of use."""
    with pytest.raises(UsageError):
        Store(tmp_path, fsync=False).begin(name)


def test_a_run_that_is_not_there_is_told_by_its_nearest_names(tmp_path, monkeypatch):
    """However many there are, a few are named and each is not looked for: in a bucket that would take minutes."""
    store = Store(tmp_path, fsync=False)
    for number in range(8):
        publish_sample(store, f"toy-{number}", names=())
    asked = []
    plain = LocalFiles.exists
    monkeypatch.setattr(LocalFiles, "exists", lambda it, key: asked.append(key) or plain(it, key))
    for ask in (store.commit, open_snapshot(tmp_path).known):
        with pytest.raises(UsageError) as told:
            ask("toy-9")
        assert str(told.value).count("toy-") == 1 + 3
        assert "Of the 8 that are there: twin store ls." in str(told.value)
    assert len(asked) <= 2
