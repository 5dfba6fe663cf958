"""Laws of a store in a bucket, where a lease stands for a lock: nobody undoes another's work, or leaves half of his."""

import errno
import json
import os
from functools import partial
from itertools import pairwise

import pytest
from memory_bucket import MemoryBucket

from twin.bench.faults.sample import publish_sample
from twin.errors import TwinError
from twin.store import Store, owner, s3_lease
from twin.store.publishing import is_published, settle
from twin.store.s3 import S3Files
from twin.store.s3_lease import LEASE, Lease

RUN = "run-0"


class Died(BaseException):
    """What stands for the end of a process."""


@pytest.fixture
def bucket():
    """An empty bucket."""
    return MemoryBucket()


@pytest.fixture
def files(bucket, tmp_path):
    """Make files of a store in that bucket; each call is another machine with a workspace of its own."""

    def make(machine: str = "a") -> S3Files:
        (tmp_path / machine).mkdir(exist_ok=True)
        return S3Files("s3://x/y", bucket=bucket, workspace=tmp_path / machine)

    return make


@pytest.fixture
def _dead(monkeypatch) -> None:
    """Let every holder of a lease count as ended."""
    monkeypatch.setattr(s3_lease, "_has_ended", lambda *_: True)


def at(operation, key, does):
    """Do something at the first request of that kind for that key."""
    left = [does]

    def before(one: str, where: str) -> None:
        if one == operation and where == key and left:
            left.pop()()

    return before


def left_by_a_dead_publisher(bucket, files, monkeypatch, where):
    """Publish, and end without a word before that key is put."""

    def ends() -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr("twin.store.publishing.settle", ends)
        patched.setattr(Lease, "_regain", lambda *_: ends())
        patched.setattr("twin.store.staging.Staging.abandon", lambda _: None)
        bucket.before = at("put", where, ends)
        with pytest.raises(Died):
            publish_sample(Store("s3://x/y", files=files()), RUN)
    bucket.before = lambda *_: None


def refuses():
    """Fail once, as a network does."""
    raise OSError(errno.EIO, "no answer")


@pytest.mark.usefixtures("_dead")
@pytest.mark.parametrize("machine", ["a", "b"])
def test_settling_that_fails_once_is_done_by_the_next(bucket, files, monkeypatch, caplog, machine):
    """Who settles a dead one's work and fails leaves word of what is to be settled, says so, and can go on."""
    left_by_a_dead_publisher(bucket, files, monkeypatch, f"tables/runs/{RUN}.parquet")
    fails = at("put", f"tables/runs/{RUN}.parquet", refuses), at("remove", f"commits/{RUN}.json", refuses)
    bucket.before = lambda *request: [fail(*request) for fail in fails]
    assert Store("s3://x/y", files=files(machine)).settled == 0
    assert f"a change of {RUN} stays half done ([Errno 5] no answer)" in caplog.text
    assert json.loads(bucket.objects[f"_staging/{RUN}.intent"][0])["kind"] == "publish"
    bucket.before = lambda *_: None
    store = Store("s3://x/y", files=files(machine))
    assert is_published(store.files, RUN) == (machine == "a")  # elsewhere nobody has its last files
    assert machine == "a" or not bucket.objects


def swept(bucket, files, monkeypatch):
    """Let another machine sweep the bucket after so long a silence that the lease has ended."""
    with monkeypatch.context() as patched:
        patched.setattr(s3_lease, "_held", set())
        patched.setattr(owner.platform, "node", lambda: "another")
        bucket.before, bucket.age = lambda *_: None, LEASE + 1.0
        other = files("b")
        assert other.sweep(partial(settle, other)) == 1
        bucket.age = 0.0


@pytest.mark.parametrize("where", [f"commits/{RUN}.json", f"tables/runs/{RUN}.parquet", f"tables/lots/{RUN}.parquet"])
def test_who_lost_the_lease_while_it_slept_publishes_nothing(bucket, files, monkeypatch, where):
    """A computer that was suspended in the midst of publishing is told so, and leaves no part of a run."""
    store = Store("s3://x/y", files=files())
    bucket.before = at("put", where, lambda: swept(bucket, files, monkeypatch))
    with pytest.raises(TwinError):
        publish_sample(store, RUN)
    assert not bucket.objects
    assert publish_sample(store, RUN).published


def test_who_lost_the_lease_touches_no_file_of_whoever_published_since(bucket, files, monkeypatch):
    """A file that arrives late, and is encoded otherwise, does not take the place of the one that a record names."""

    def others() -> None:
        swept(bucket, files, monkeypatch)
        assert publish_sample(Store("s3://x/y", files=files("b"), encoding="compact"), RUN).published

    bucket.before = at("put", f"tables/lots/{RUN}.parquet", others)
    store = Store("s3://x/y", files=files())
    with pytest.raises(TwinError):
        publish_sample(store, RUN)
    assert store.read(RUN, "lots").num_rows == 40
    assert store.commit(RUN)["encoding"] == "compact"


def test_a_long_upload_gives_signs_of_life(bucket, files, monkeypatch):
    """However long one file takes, its publisher is never silent for so long that others take his lease."""
    clock, signs = [0.0], [0.0]
    monkeypatch.setattr(s3_lease, "_now", lambda: clock[0])

    def before(operation: str, key: str) -> None:
        if operation == "part":
            clock[0] += LEASE / 3.0
        if key.endswith(".intent"):
            signs.append(clock[0])

    store = Store("s3://x/y", files=files())
    bucket.before, bucket.parts = before, 10
    assert publish_sample(store, RUN).published
    assert clock[0] > 10.0 * LEASE
    assert max(after - before for before, after in pairwise(signs)) < LEASE


def before_the_last_sign_of_life(bucket, does):
    """Do something when the run's row is put and its publisher has not said since that he is alive."""

    def then() -> None:
        bucket.before = at("put", f"_staging/{RUN}.intent", does)

    bucket.before = at("put", f"tables/runs/{RUN}.parquet", then)


def test_a_run_that_others_saw_is_never_taken_back(bucket, files, monkeypatch):
    """Who sleeps after the last step, and finds that others have settled and used his run, has published it."""

    def others() -> None:
        swept(bucket, files, monkeypatch)
        assert not publish_sample(Store("s3://x/y", files=files("b")), RUN).published

    before_the_last_sign_of_life(bucket, others)
    store = Store("s3://x/y", files=files())
    assert publish_sample(store, RUN).published
    assert store.has(RUN)
    assert store.read(RUN, "lots").num_rows == 40
    assert f"_staging/{RUN}.intent" not in bucket.objects


def test_a_network_that_fails_after_the_last_step_undoes_nothing(bucket, files):
    """The run stands, and its publisher is told so."""
    before_the_last_sign_of_life(bucket, refuses)
    store = Store("s3://x/y", files=files())
    assert publish_sample(store, RUN).published
    assert store.has(RUN)
    assert f"_staging/{RUN}.intent" not in bucket.objects


def test_the_second_publisher_waits_until_the_first_is_done(bucket, files, monkeypatch):
    """However long the first one uploads, the second is a no-op and no error."""
    store = Store("s3://x/y", files=files())
    naps = []
    held = json.dumps({"kind": "other", "owner": {**owner.card(), "pid": os.getppid(), "born": "x"}}).encode()
    bucket.put(held, f"_staging/{RUN}.intent")
    monkeypatch.setattr(s3_lease, "_has_ended", lambda *_: False)

    def sleep(_: float) -> None:
        naps.append(1)
        if len(naps) == 1000:
            bucket.remove(f"_staging/{RUN}.intent")
            publish_sample(Store("s3://x/y", files=files("b")), RUN)

    monkeypatch.setattr(s3_lease.time, "sleep", sleep)
    assert not publish_sample(store, RUN).published
    bucket.put(held, f"_staging/{RUN}.intent")
    bucket.age = LEASE + 1.0
    with pytest.raises(TwinError, match="no sign of life"):
        publish_sample(store, "run-0")


def test_a_copy_that_is_gone_is_fetched_again(bucket, files):
    """An object that is unchanged is good, whatever became of the copy of it here."""
    bucket.put(b"abc", "tables/lots/a.parquet")
    one, sha = files(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    one.checked("tables/lots/a.parquet", 3, sha).unlink()
    assert one.checked("tables/lots/a.parquet", 3, sha).read_bytes() == b"abc"


def test_what_a_living_reader_keeps_is_not_swept(files, tmp_path):
    """The copies of a process that lives stay for as long as it does; those of a dead one go."""
    reader = files()
    (kept,) = (tmp_path / "a").iterdir()
    os.utime(kept, (1, 1))
    assert reader
    assert not owner.is_scrap_left_behind(kept)
    assert owner.is_scrap_left_behind(kept.with_name(kept.name.replace(f"-{os.getpid()}-", f"-{2**22 + 1}-")))
