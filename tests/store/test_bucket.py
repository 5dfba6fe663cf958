"""A store in a bucket from the command line: what a person types works there as in a folder."""

import json

import pytest

from twin import store as stores
from twin.bench.faults.bucket import local_bucket
from twin.bench.faults.sample import publish_sample
from twin.cli import main
from twin.errors import UsageError
from twin.store import Store
from twin.store.archive import backup, restore
from twin.store.retiring import clear, retire
from twin.store.s3_errors import Taken
from twin.store.s3_requests import open_bucket
from twin.store.verify import verify


@pytest.fixture
def say(capsys):
    """Call the command line; return its exit code and what it says on stdout."""

    def call(*arguments: str) -> tuple[int, str]:
        code = main(list(arguments))
        return code, capsys.readouterr().out

    return call


@pytest.fixture(scope="module")
def bucket():
    """A bucket of a local S3 server."""
    with local_bucket() as address:
        yield address


def test_a_run_is_published_verified_and_listed_in_a_bucket(bucket, say):
    """A study goes into a bucket, is found there the second time, and is verified, listed and shown from there."""
    run = ("run", "baseline", "--days", "2", "--replications", "1", "--workers", "1", "--store", bucket, "--json")
    first, again = (json.loads(say(*run)[1]) for _ in range(2))
    assert first["run_id"] == again["run_id"]
    code, verdict = say("verify", "--store", bucket)
    assert (code, verdict.split()[-1]) == (0, "good")
    (one,) = json.loads(say("store", "ls", "--store", bucket, "--json")[1])
    assert one["run_id"] == first["run_id"]
    assert "published" in say("store", "show", first["run_id"], "--store", bucket)[1]


def test_doctor_says_whether_a_bucket_answers(bucket, say):
    """A bucket that is there is named with its runs; one that is not makes doctor fail."""
    assert f"ok   store: {bucket} answers" in say("doctor", "--store", bucket)[1]
    code, said = say("doctor", "--store", "s3://nobody-has-this/x")
    assert "BAD  store: s3://nobody-has-this/x does NOT answer" in said
    assert code == 1


def test_a_bucket_is_a_store_like_any_other(tmp_path):
    """Publishing, reading, verifying, retiring and restoring work in a bucket, and its bytes are those of a folder."""
    with local_bucket() as address:
        store, folder = Store(address), Store(tmp_path / "s", fsync=False)
        for one in (store, folder):
            publish_sample(one, "a-1", whole=True)
        assert not publish_sample(store, "a-1", whole=True).published
        hashes = [{name: one["sha256"] for name, one in it.commit("a-1")["tables"].items()} for it in (store, folder)]
        assert hashes[0] == hashes[1]
        assert stores.open(address).pandas("lots").equals(stores.open(folder.root).pandas("lots"))
        assert verify(store.files).problems == []
        backup(store.files, tmp_path / "all.tar", ["a-1"])
        assert retire(store.files, "a-1", "enough")
        assert clear(store.files, 0.0) == ["a-1"]
        assert store.runs() == []
        assert restore(store.files, tmp_path / "all.tar") == {"a-1": True}
        assert verify(store.files).problems == []


@pytest.mark.parametrize("size", [10, 6 << 20])
def test_a_file_is_put_only_where_nothing_is(bucket, tmp_path, monkeypatch, size):
    """Whole or in parts: the second one is refused, and the first stays as it was."""
    monkeypatch.setattr("twin.store.s3_uploads.PART", 5 << 20)
    place, parts = open_bucket(bucket), []
    for number in (1, 2):
        (tmp_path / str(number)).write_bytes(bytes([number]) * size)
    place.put_file(tmp_path / "1", f"tables/{size}", lambda: parts.append(1))
    with pytest.raises(Taken):
        place.put_file(tmp_path / "2", f"tables/{size}")
    assert place.get(f"tables/{size}").data == bytes([1]) * size
    assert len(parts) == (2 if size > 10 else 0)


def test_a_bucket_that_is_not_there_is_told(tmp_path):
    """No such bucket is an error of use in one line."""
    with local_bucket(), pytest.raises(UsageError, match="no bucket"):
        Store("s3://nobody-has-this/one")
    assert not list(tmp_path.iterdir())
