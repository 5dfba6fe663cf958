"""Laws of the table of faults: what is bad is printed and ends with 1, each play has a place of its own."""

from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import pytest

from twin.bench.faults import __main__ as table
from twin.bench.faults import boundary, crowd, damage, kill, misuse, plays, tried
from twin.bench.faults.bucket import local_bucket
from twin.bench.faults.check import Outcome
from twin.bench.faults.inject import HOW
from twin.errors import TwinError, UsageError
from twin.store.naming import commit_key, table_key

FULL = {"crowd": 5000, "kills": 1000, "flips": 1000, "bucket crowd": 300, "bucket kills": 400, "bucket damage": 300}


def test_faults_are_injected_in_processes_of_their_own(monkeypatch, capsys):
    """A two-hundredth of the flipped bits: each is survived, told in the table, and the exit code is 0."""
    monkeypatch.setattr(table, "PLAYS", ["flips"])
    assert table.main(["0.005"]) == 0
    found = capsys.readouterr()
    assert "a flipped bit in any file, local disk" in found.out
    assert found.out.splitlines()[-1].split()[-2:] == ["5", "survived"]
    assert "survived" in found.err


def test_what_is_bad_is_printed_and_ends_with_one(monkeypatch, capsys):
    """In a line each, five of a fault at most; what could not be tried is not called survived."""
    bad = [f"lost {number}\x1b[31m" for number in range(7)]
    rows = [
        Outcome("fine", "so", 3, [], "4 told"),
        Outcome("rare", "so", 0, [], "not possible here"),
        Outcome("lossy", "so", 9, bad),
    ]
    asked = []
    monkeypatch.setattr(table, "everything", lambda folder, share: asked.append((folder, share)) or rows)
    assert table.main([]) == 1
    lines = capsys.readouterr().out.splitlines()
    ends = {line.split()[0]: line for line in lines}
    assert ends["fine"].endswith("survived (4 told)")
    assert ends["rare"].endswith("not tried (not possible here)")
    assert ends["lossy"].endswith("7 BAD")
    told = [line for line in lines if line.startswith("BAD lossy: lost")]
    assert len(told) == 5
    assert all(line.isprintable() for line in told)
    ((folder, share),) = asked
    assert share == 1.0
    assert not folder.exists()


@contextmanager
def no_bucket():
    """Stand in for a bucket."""
    yield "s3://none/store"


@pytest.fixture
def counted(monkeypatch):
    """Faults that are not injected: returns where each was to be, and how often."""
    asked = []

    def one(root: str | Path, times: object, **_: object) -> Outcome:
        asked.append((root, times))
        return Outcome("x", "y", 1, [])

    monkeypatch.setattr(plays, "local_bucket", no_bucket)
    monkeypatch.setattr(crowd, "crowd", lambda root, times: [one(root, times)])
    for module, name in ((kill, "kills"), (damage, "flips"), (damage, "truncations"), (boundary, "publishing"),
                         (boundary, "retiring"), (boundary, "recovering")):  # fmt: skip
        monkeypatch.setattr(module, name, one)
    for name in ("misuses", "misuses_of_buckets"):
        monkeypatch.setattr(misuse, name, lambda root: [one(root, 1)])
    return asked


@pytest.mark.parametrize(("name", "full"), FULL.items())
def test_a_share_is_one_of_the_full_number(tmp_path, counted, name, full):
    """And five at least, so that no fault is left out."""
    for share, times in ((1.0, full), (0.1, full // 10), (1e-4, 5)):
        folder = tmp_path / str(share)
        folder.mkdir()
        counted.clear()
        assert plays.play(name, folder, share)
        assert counted[0][1] == times


def test_all_plays_are_played_apart(tmp_path, counted):
    """Each has a folder of its own, or a bucket; every file is cut at each per cent when all is asked for."""
    for name in plays.PLAYS:
        counted.clear()
        plays.play(name, tmp_path, 1.0)
        home = tmp_path / name.replace(" ", "-")
        assert home.is_dir()
        assert counted
        assert all(str(root).startswith("s3://" if name.startswith("bucket") else str(home)) for root, _ in counted)
        if name == "cuts":
            assert counted[0][1] == range(100)


def test_each_boundary_has_an_empty_place(tmp_path, counted):
    """Publishing, over each half of a run, retiring and recovery, in each of the ways to fail."""
    (tmp_path / "disk").mkdir()
    found = list(plays.PLAYS["disk"](tmp_path, 1.0))
    roots = [root for root, _ in counted]
    assert len(found) == len(set(roots)) == len(HOW) * (3 + len(boundary.HALVES))


def test_each_misuse_of_a_bucket_has_an_address(monkeypatch):
    """Below the one that was given; what is wrong is told under its name."""
    listed = [("one, S3", "so", lambda root: [f"at {root}"]), ("two, S3", "so", lambda _: [])]
    monkeypatch.setattr(tried, "IN_BUCKETS", listed)
    found = list(tried.misuses_of_buckets("s3://none"))
    assert found == [Outcome("one, S3", "so", 1, ["at s3://none/0"]), Outcome("two, S3", "so", 1, [])]


def test_what_a_person_is_told_is_held_to_its_words_and_code():
    """No refusal, other words, another exit code or a control character: each is found."""

    def refuses(error: TwinError) -> Callable[[], None]:
        def work() -> None:
            raise error

        return work

    assert tried.told_as(refuses(UsageError("the disk is full")), 2, "disk is full") == []
    assert tried.told_as(lambda: None, 2) == ["it was not refused"]
    (words,) = tried.told_as(refuses(UsageError("no")), 2, "disk is full")
    assert words.startswith("no word of 'disk is full'")
    assert tried.told_as(refuses(UsageError("no")), 3) == ["exit code 2"]
    assert tried.told_as(refuses(UsageError("no\x1b")), 2) == ["control characters in it"]


def test_what_was_made_in_a_bucket_or_changed_is_seen():
    """Two looks through a bucket differ where a file was edited or went, and only there."""
    with local_bucket() as address:
        files = tried.published(address).files
        before, key = tried.contents(address), commit_key(tried.RUN)
        assert {key, table_key("lots", tried.RUN)} <= before.keys()
        assert tried.contents(address) == before
        files.write(b"edited", key)
        assert tried.contents(address) == {**before, key: b"edited"}
        files.remove(key)
        assert tried.contents(address).keys() == before.keys() - {key}
