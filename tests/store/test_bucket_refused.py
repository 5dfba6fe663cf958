"""Laws of a bucket that cannot be opened: no store in it, no such name, no rights; one line, and an error of use."""

import os
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from twin.bench.faults.bucket import local_bucket
from twin.bench.faults.sample import publish_sample
from twin.cli import main
from twin.errors import UsageError
from twin.store import Store, open_snapshot
from twin.store.retiring import clear, retire
from twin.store.s3_requests import Bucket

READ = (
    ["store", "ls"], ["store", "sweep"], ["query", "FROM runs"], ["verify"], ["verify", "--quarantine"],
    ["store", "retire", "--keep", "1"], ["export", "--format", "csv", "--out", "x"],
)  # fmt: skip


@pytest.fixture(scope="module")
def bucket():
    """A bucket of a local S3 server."""
    with local_bucket() as address:
        yield address


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """Call a command on a place; return the line with which it ends as an error of use."""
    monkeypatch.chdir(tmp_path)

    def call(words: list[str], place: str) -> str:
        assert main([*words, "--store", place]) == 2
        told = capsys.readouterr()
        assert (told.out, told.err.count("\n")) == ("", 1), told
        assert not [*tmp_path.iterdir()]
        return told.err

    return call


@pytest.fixture
def elsewhere(monkeypatch, tmp_path_factory):
    """Take away all credentials, and return the folder in which a profile would stand."""
    folder = tmp_path_factory.mktemp("aws")
    for name in [one for one in os.environ if one.startswith("AWS_") and "ENDPOINT" not in one]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it keeps what it found first
    return folder


@pytest.mark.parametrize("words", READ, ids=" ".join)
def test_a_prefix_with_nothing_below_it_is_no_store(bucket, refused, words):
    """As a folder that is not there; who reads makes nothing."""
    assert f"store {bucket}/nothere: no store is there" in refused(words, f"{bucket}/nothere")
    assert not keys_in(bucket)


def keys_in(address: str) -> list[str]:
    """List what stands in the whole bucket."""
    found = boto3.client("s3").list_objects_v2(Bucket=address.removeprefix("s3://").partition("/")[0])
    return [one["Key"] for one in found.get("Contents", ())]


def test_a_store_begins_with_the_first_run_and_stays_when_the_last_is_gone(bucket):
    """Who publishes makes one; where all runs were retired there is one without runs, which is no error."""
    place = f"{bucket}/begins"
    store = Store(place)
    with pytest.raises(UsageError, match="no store is there"):
        open_snapshot(place)
    publish_sample(store, "a-1", names=())
    assert open_snapshot(place).runs == ["a-1"]
    retire(store.files, "a-1", "enough")
    clear(store.files, 0.0)
    assert open_snapshot(place).runs == []


@pytest.mark.parametrize("place", ["s3://no bucket/x", "s3://a:b/x", "s3://a\nb/x", f"s3://{'x' * 256}", "s3://"])
def test_an_address_that_names_no_bucket_is_refused(refused, place):
    """In a line of our own, by whoever reads and by whoever would write; none is taken for a folder."""
    for words in (["store", "ls"], ["verify"], ["run", "baseline"]):
        told = refused(words, place)
        assert "is no name of a bucket" in told
        assert "s3://bucket/prefix" in told
    with pytest.raises(UsageError, match="is no name of a bucket"):
        Store(Path(place))


@pytest.mark.usefixtures("elsewhere")
def test_missing_credentials_are_told(bucket, refused):
    """With what to set; a profile that no file holds is named."""
    for words in (["store", "ls"], ["verify"]):
        assert "no credentials for S3: set AWS_ACCESS_KEY_ID" in refused(words, bucket)
    with pytest.raises(UsageError, match="no credentials for S3"):
        Store(bucket)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_PROFILE", "plant")
        assert "profile (plant) could not be found" in refused(["store", "ls"], bucket)


def test_a_profile_in_a_file_opens_the_store(bucket, elsewhere, monkeypatch):
    """As boto3 finds it: without a word in the environment but its name."""
    (elsewhere / "credentials").write_text("[plant]\naws_access_key_id = a\naws_secret_access_key = b\n")
    monkeypatch.setenv("AWS_PROFILE", "plant")
    publish_sample(Store(f"{bucket}/profile"), "a-1", names=())
    assert open_snapshot(f"{bucket}/profile").runs == ["a-1"]


def test_credentials_that_are_denied_are_told(refused, monkeypatch):
    """By the name of the bucket, and with the word of the server."""

    class Denying:
        def list_objects_v2(self, **_: object) -> None:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not yours"}}, "ListObjectsV2")

    monkeypatch.setattr("twin.store.s3.open_bucket", lambda _: Bucket(Denying(), "theirs", "p"))
    assert "store s3://theirs/p: theirs is not accessible (not yours)" in refused(["store", "ls"], "s3://theirs/p")
