"""Laws of a put into a bucket: in one step also over a leftover, several parts at a time, none left of a dead one."""

import errno
from itertools import pairwise
from threading import Barrier

import pytest
from botocore.exceptions import ClientError, ParamValidationError
from memory_bucket import MemoryBucket

from twin.bench.faults.bucket import local_bucket
from twin.bench.faults.sample import publish_sample
from twin.store import Store, owner, s3_lease
from twin.store.naming import commit_key, intent_key, table_key
from twin.store.s3 import S3Files
from twin.store.s3_errors import Taken
from twin.store.s3_lease import LEASE
from twin.store.s3_requests import Bucket, Unfinished, open_bucket

RUN = "run-0"
LOTS = table_key("lots", RUN)


@pytest.fixture
def bucket():
    """An empty bucket."""
    return MemoryBucket()


@pytest.fixture
def store(bucket, tmp_path):
    """A store in it."""
    return Store("s3://x/y", files=S3Files("s3://x/y", bucket=bucket, workspace=tmp_path))


def lost(key, left=1):
    """Lose so many answers to a put of that key."""
    times = [None] * left

    def after(where: str) -> None:
        if where == key and times:
            times.pop()
            raise Taken(errno.EBUSY, "the same request once more", where)

    return after


@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("answers", [0, 1])
@pytest.mark.parametrize("leftover", [b"", b"left"])
def test_a_leftover_is_replaced_in_one_step_and_the_own_file_is_not_put_twice(bucket, store, leftover, answers, parts):
    """Whoever holds the lease may put his file where another one stands; a lost answer changes nothing."""
    if leftover:
        bucket.put(leftover, LOTS)
    seen = []

    def before(operation: str, key: str) -> None:
        seen.append((operation, key, bucket.head(LOTS)))

    bucket.before, bucket.after, bucket.parts = before, lost(LOTS, answers), parts
    assert publish_sample(store, RUN).published
    assert store.read(RUN, "lots").num_rows == 40
    assert ("remove", LOTS) not in [one[:2] for one in seen]
    assert not leftover or all(head is not None for _, _, head in seen)  # who reads it meanwhile finds something
    assert len({head for _, _, head in seen if head is not None}) == (2 if leftover else 1)


@pytest.mark.parametrize("key", [LOTS, commit_key(RUN), table_key("runs", RUN)])
def test_a_put_that_met_another_one_which_then_failed_is_made_again(bucket, store, key):
    """It was refused, and yet nothing stands there."""
    times = [1]

    def before(operation: str, where: str) -> None:
        if operation == "put" and where == key and times:
            times.pop()
            raise Taken(errno.EBUSY, "busy", where)

    bucket.before = before
    assert publish_sample(store, RUN).published
    assert not times
    assert store.read(RUN, "lots").num_rows == 40


def test_a_file_that_stands_there_is_compared_piece_by_piece(bucket, store, monkeypatch):
    """With signs of life in between, and never whole in memory."""
    clock, signs = [0.0], [0.0]
    monkeypatch.setattr(s3_lease, "_now", lambda: clock[0])
    whole = bucket.get

    def get(key: str, unless: str = "") -> object:
        assert key != LOTS
        return whole(key, unless)

    def before(operation: str, key: str) -> None:
        clock[0] += LEASE / 3.0 if operation == "piece" else 0.0
        if key == intent_key(RUN):
            signs.append(clock[0])

    bucket.before, bucket.after, bucket.get = before, lost(LOTS), get
    assert publish_sample(store, RUN).published
    assert clock[0] > 10.0 * LEASE
    assert max(after - before for before, after in pairwise(signs)) < LEASE


def left(key, age=0.0):
    """Return an upload that nobody has completed."""
    return Unfinished(key, "u", age)


def test_uploads_of_runs_that_nobody_publishes_are_swept(bucket, tmp_path, monkeypatch):
    """A living publisher's stay, and what is none of the store's; what is moved without a word goes after a day."""
    monkeypatch.setattr(s3_lease, "_has_ended", lambda *_: False)
    bucket.put(b"{}", intent_key("alive"))
    stay = [
        left(table_key("lots", "alive")), left(f"quarantine/alive/{LOTS}"), left(f"quarantine/strays/{LOTS}", 60.0),
        left("somebody/else.bin", 1e9), left("tables/other/x.parquet", 1e9), left("video.mp4", 1e9),
    ]  # fmt: skip
    go = [
        left(LOTS), left(f"tables/executions/{RUN}.5a-6b.0123456789abcdef.parquet"), left(f"quarantine/{RUN}/{LOTS}"),
        left(f"quarantine/strays/{LOTS}", owner.STALE + 1.0),
    ]  # fmt: skip
    bucket.uploads = [*stay, *go]
    Store("s3://x/y", files=S3Files("s3://x/y", bucket=bucket, workspace=tmp_path))
    assert bucket.uploads == stay


def test_an_upload_that_cannot_be_aborted_holds_up_no_other(bucket, tmp_path, caplog):
    """It is told how many stay and why; one that another has just aborted does not."""
    errors = {
        "a": OSError(errno.EIO, "no answer"), "b": PermissionError(errno.EACCES, "denied"), "c": Taken(16, "gone"),
    }  # fmt: skip
    bucket.uploads = [Unfinished(LOTS, name, 0.0) for name in ("a", "b", "c", "d")]
    plain = bucket.give_up

    def give_up(one: Unfinished) -> None:
        if one.name in errors:
            raise errors[one.name]
        plain(one)

    bucket.give_up = give_up
    Store("s3://x/y", files=S3Files("s3://x/y", bucket=bucket, workspace=tmp_path))
    assert [one.name for one in bucket.uploads] == ["a", "b", "c"]
    assert ["2 uploads stay" in one and "no answer" in one for one in caplog.messages] == [True]


def test_an_upload_that_was_killed_is_gone_from_the_server(tmp_path):
    """Its parts are listed nowhere, and would be paid for ever; where uploads are not shown, the store still opens."""
    with local_bucket() as address:
        place = open_bucket(address)
        at = place._at(LOTS)
        begun = place._client.create_multipart_upload(**at)
        place._client.upload_part(**at, UploadId=begun["UploadId"], PartNumber=1, Body=b"x")
        assert [one.key for one in place.unfinished()] == [LOTS]
        place.put(b"{}", "commits/x.json")
        files = S3Files(address, bucket=place, workspace=tmp_path)
        Store(address, files=files)
        assert list(place.unfinished()) == []

        def refuses(_: object) -> None:
            raise PermissionError(errno.EACCES, "denied")

        place.unfinished = lambda: refuses(None)
        assert Store(address, files=files).runs() == []


class _Server:
    """A client of a server that answers what a test wants."""

    def __init__(self, *errors: str, tag: str = "", knows: bool = True) -> None:
        self.errors, self.tag, self.knows = [*errors], tag, knows
        self.done: list[str] = []
        self.parts: dict[int, bytes] = {}
        self.together = Barrier(2, timeout=5.0)

    def put_object(self, **asked: object) -> dict[str, str]:
        """Refuse as often as wanted, then take it."""
        if self.errors:
            raise ClientError({"Error": {"Code": self.errors.pop(0)}}, "PutObject")
        self.done.append(f"put {'IfMatch' in asked or 'IfNoneMatch' in asked}")
        return {"ETag": "new"}

    def head_object(self, **_: object) -> dict[str, object]:
        """Tell the version."""
        if not self.tag:
            raise ClientError({"Error": {"Code": "404"}}, "HeadObject")
        return {"ETag": self.tag, "ContentLength": 1}

    def create_multipart_upload(self, **_: object) -> dict[str, str]:
        """Begin."""
        return {"UploadId": "u"}

    def upload_part(self, *, PartNumber: int, Body: bytes, **_: object) -> dict[str, str]:  # noqa: N803 - names of S3
        """Take a part when another one is on its way as well."""
        if PartNumber <= 2:
            self.together.wait()
        self.parts[PartNumber] = Body
        return {"ETag": str(PartNumber)}

    def complete_multipart_upload(self, **asked: object) -> None:
        """Refuse a condition that is not known here."""
        conditional = "IfMatch" in asked or "IfNoneMatch" in asked
        if conditional and not self.knows:
            raise ClientError({"Error": {"Code": "NotImplemented"}}, "CompleteMultipartUpload")
        numbers = [one["PartNumber"] for one in asked["MultipartUpload"]["Parts"]]
        self.done.append(f"complete {numbers} {conditional}")

    def abort_multipart_upload(self, **_: object) -> None:
        """Give up."""
        self.done.append("abort")


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A file of three parts."""
    monkeypatch.setattr("twin.store.s3_uploads.PART", 10)
    (tmp_path / "x").write_bytes(bytes(range(25)))
    return tmp_path / "x"


def test_parts_are_sent_together_and_each_is_a_sign_of_life(file):
    """And the whole is what the file is."""
    server, signs = _Server(), []
    Bucket(server, "x", "").put_file(file, "k", lambda: signs.append(1))
    assert b"".join(server.parts[number] for number in (1, 2, 3)) == file.read_bytes()
    assert (len(signs), server.done) == (3, ["complete [1, 2, 3] True"])


def test_an_upload_whose_lease_is_lost_is_given_up(file):
    """Nothing of it stays, and nothing is completed."""

    def lost_it() -> None:
        raise Taken(errno.EBUSY, "taken over", "k")

    server = _Server()
    with pytest.raises(Taken, match="taken over"):
        Bucket(server, "x", "").put_file(file, "k", lost_it)
    assert server.done == ["abort"]


@pytest.mark.parametrize(("tag", "match"), [("", ""), ("old", "old")])
def test_a_server_that_completes_without_conditions_is_looked_at_first(file, tag, match):
    """Then the lease is what keeps others away; another version is not replaced."""
    server = _Server(tag=tag, knows=False)
    Bucket(server, "x", "").put_file(file, "k", match=match)
    assert server.done == ["complete [1, 2, 3] False"]
    other = _Server(tag="other", knows=False)
    with pytest.raises(Taken):
        Bucket(other, "x", "").put_file(file, "k", match=match)
    assert other.done == ["abort"]


@pytest.mark.parametrize("code", ["ConditionalRequestConflict", "OperationAborted", "409"])
def test_a_request_that_met_another_one_is_made_again(monkeypatch, code):
    """It was not refused for what stands there; who meets others for too long is refused."""
    naps = []
    monkeypatch.setattr("twin.store.s3_errors.time.sleep", naps.append)
    server = _Server(code, code)
    assert Bucket(server, "x", "").put(b"", "k", absent=True) == "new"
    assert len(naps) == 2
    with pytest.raises(Taken):
        Bucket(_Server(*[code] * 99), "x", "").put(b"", "k", absent=True)
    assert len(naps) < 20


class _Refusing:
    """A client of a server that knows no condition on deletes."""

    def __init__(self, error: Exception, tag: str) -> None:
        self.error, self.tag, self.deleted = error, tag, []

    def delete_object(self, **asked: str) -> None:
        """Refuse conditions."""
        if "IfMatch" in asked:
            raise self.error
        self.deleted.append(asked["Key"])

    def head_object(self, **_: str) -> dict[str, str | int]:
        """Tell the version."""
        return {"ETag": self.tag, "ContentLength": 1}


@pytest.mark.parametrize(
    "error",
    [ClientError({"Error": {"Code": "NotImplemented"}}, "DeleteObject"), ParamValidationError(report="IfMatch")],
)
def test_a_lease_is_released_where_deletes_know_no_condition(error):
    """Then the version is looked at first; another one stays."""
    client = _Refusing(error, "mine")
    Bucket(client, "x", "").remove("k", match="mine")
    assert client.deleted == ["k"]
    with pytest.raises(Taken):
        Bucket(_Refusing(error, "other"), "x", "").remove("k", match="mine")
