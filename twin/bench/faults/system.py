"""Limits of the system, and company at the store: what a person is told, and that nothing is half done."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Barrier, get_context
from pathlib import Path

from twin.bench.faults.check import unsound
from twin.bench.faults.sample import below, publish_sample
from twin.bench.faults.tried import RUN, NotPossibleError, misuse, misuse_anywhere, published, told_as
from twin.store import Store
from twin.store.naming import commit_key

_MEET = 60.0  # s; how long a publisher waits at the barrier for one that may have died
_END = 120.0  # s; when two publishers must have ended


def _apart(work: Callable[[], list[str]], limit: int, soft: int) -> list[str]:
    """Do something under a limit of the system, in a process of its own that ends with it."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        with suppress(BaseException):
            resource.setrlimit(limit, (soft, resource.getrlimit(limit)[1]))
            os.write(writes, json.dumps(work()).encode())
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads, "rb") as said:
        found: list[str] = json.loads(said.read() or b'["it died"]')
    os.waitpid(child, 0)
    return found


@misuse("files may not grow beyond 4 kB", "RLIMIT_FSIZE")
def file_size_limit(root: Path) -> list[str]:
    """A limit on the size of files is told as a full disk, and nothing is published."""
    store = Store(root, fsync=False)
    bad = _apart(lambda: told_as(lambda: publish_sample(store, RUN), 1, "disk is full"), resource.RLIMIT_FSIZE, 4096)
    return bad + unsound(Store(root, fsync=False)) + ([] if publish_sample(store, RUN).published else ["not possible"])


@misuse("no file descriptors are left", "RLIMIT_NOFILE")
def descriptors(root: Path) -> list[str]:
    """Too few descriptors are told, and nothing is half published."""
    store = Store(root, fsync=False)
    publish_sample(store, "other")  # what is looked up once in a process is known from then on
    bad = _apart(
        lambda: told_as(lambda: publish_sample(store, RUN), 1, "too many open files"), resource.RLIMIT_NOFILE, 3
    )
    return bad + unsound(Store(root, fsync=False)) + ([] if publish_sample(store, RUN).published else ["not possible"])


_READ_ONLY = """
import sys
from twin.bench.faults.sample import publish_sample
from twin.errors import TwinError
from twin.store import Store, open_snapshot
print(open_snapshot(sys.argv[1]).runs)
try:
    publish_sample(Store(sys.argv[1]), "run-1")
except TwinError as error:
    print(error.exit_code, error)
"""


@misuse("a read-only mount", "bind mount in a namespace")
def read_only(root: Path) -> list[str]:
    """What is there is read; writing is refused by name."""
    published(root)
    mount = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && exec "$2" -c "$3" "$1"'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh", str(root), sys.executable]
    command = [*command, _READ_ONLY]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own text
    if done.returncode != 0 and ("unshare" in done.stderr or "mount" in done.stderr):
        raise NotPossibleError("no namespaces")
    return [] if RUN in done.stdout and "2 store" in done.stdout else [f"said: {done.stdout}{done.stderr}"[:300]]


def _publishes_at(
    root: str | Path, barrier: "Barrier", environment: dict[str, str]  # type: ignore[valid-type] # a function, not a type
) -> None:  # fmt: skip
    os.environ.update(environment)  # the server of processes keeps what was there at its start
    store = Store(root, fsync=False)
    barrier.wait()  # type: ignore[attr-defined] # as above
    if publish_sample(store, RUN).published:
        sys.exit(7)


@misuse_anywhere("two publishers of one run at once", "20 rounds at a barrier")
def two_publishers(root: str | Path) -> list[str]:
    """One publishes, the other changes nothing."""
    for number in range(20):
        bad = _both_publish(below(root, str(number)))
        if bad:  # where they hang, they would do so nineteen times more
            return bad
    return []


def _both_publish(place: str | Path) -> list[str]:
    forked = get_context("forkserver")  # a server of one thread: whoever asks may have many
    barrier = forked.Barrier(2, timeout=_MEET)
    both = [forked.Process(target=_publishes_at, args=(place, barrier, {**os.environ})) for _ in range(2)]
    for one in both:
        one.start()
    end = time.monotonic() + _END
    for one in both:
        one.join(max(0.0, end - time.monotonic()))
    bad = [f"one did not end within {_END:g} s" for one in both if one.is_alive()]
    for one in both:
        one.kill()
        one.join()
    if sorted(one.exitcode or 0 for one in both) != [0, 7]:
        bad.append(f"exit codes {[one.exitcode for one in both]}")
    return bad + unsound(Store(place, fsync=False))


_OTHER_PLACE = """
import sys
from twin.bench.faults.sample import publish_sample
from twin.store import Store
publish_sample(Store(sys.argv[1], fsync=False), "run-0")
"""


@misuse("other time zones, locales, hash seeds", "3 environments")
def places(root: Path) -> list[str]:
    """The same run has the same bytes everywhere."""
    found = []
    for zone, language, seed in (
        ("UTC", "C", "0"),
        ("Asia/Kolkata", "C.UTF-8", "1"),
        ("America/St_Johns", "POSIX", "2"),
    ):
        more = {"TZ": zone, "LANG": language, "LC_ALL": language, "PYTHONHASHSEED": seed}
        folder = root / seed
        subprocess.run([sys.executable, "-c", _OTHER_PLACE, str(folder)], env={**os.environ, **more}, check=True)  # noqa: S603 - our own text
        tables = json.loads((folder / commit_key(RUN)).read_bytes())["tables"]
        found.append({name: one["sha256"] for name, one in tables.items()})
    return [] if found[0] == found[1] == found[2] else ["the bytes differ"]
