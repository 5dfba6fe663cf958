"""Stores that were tampered with or stand in a bad place: what a person is told, and that nothing is lost."""

import json
import os
import resource
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing import Barrier, get_context
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from twin.bench.faults.check import Outcome, unsound
from twin.bench.faults.sample import context, publish_sample, table
from twin.errors import TwinError
from twin.store import Store, open_snapshot
from twin.store.archive import backup, restore
from twin.store.hashing import sha256_of
from twin.store.naming import commit_key, table_key
from twin.store.place import files_to_read
from twin.store.record import sealed, unsealed
from twin.store.verify import verify

RUN = "run-0"
_MISUSES: list[tuple[str, str, Callable[[Path], list[str]]]] = []


def _misuse(fault: str, how: str) -> Callable[[Callable[[Path], list[str]]], Callable[[Path], list[str]]]:
    def keep(work: Callable[[Path], list[str]]) -> Callable[[Path], list[str]]:
        _MISUSES.append((fault, how, work))
        return work

    return keep


def misuses(folder: Path) -> Iterator[Outcome]:
    """Try each misuse once in a folder of its own."""
    for number, (fault, how, work) in enumerate(_MISUSES):
        place = folder / str(number)
        place.mkdir(parents=True)
        yield Outcome(fault, how, 1, work(place))


def _told(work: Callable[[], object], code: int, *words: str) -> list[str]:
    """Say what is wrong with what a person is told."""
    try:
        work()
    except TwinError as error:
        text = str(error)
        wrong = [f"no word of {word!r}: {text}" for word in words if word not in text]
        return [*wrong, *([] if error.exit_code == code else [f"exit code {error.exit_code}"])]
    return ["it was not refused"]


def _published(root: Path, **more: bool) -> Store:
    store = Store(root, fsync=False)
    publish_sample(store, RUN, **more)  # type: ignore[arg-type] # of its switches
    return store


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


@_misuse("files may not grow beyond 4 kB", "RLIMIT_FSIZE")
def file_size_limit(root: Path) -> list[str]:
    """A limit on the size of files is told as a full disk, and nothing is published."""
    store = Store(root, fsync=False)
    bad = _apart(lambda: _told(lambda: publish_sample(store, RUN), 1, "disk is full"), resource.RLIMIT_FSIZE, 4096)
    return bad + unsound(Store(root, fsync=False)) + ([] if publish_sample(store, RUN).published else ["not possible"])


@_misuse("no file descriptors are left", "RLIMIT_NOFILE")
def descriptors(root: Path) -> list[str]:
    """Too few descriptors are told, and nothing is half published."""
    store = Store(root, fsync=False)
    publish_sample(store, "other")  # what is looked up once in a process is known from then on
    bad = _apart(lambda: _told(lambda: publish_sample(store, RUN), 1, "too many open files"), resource.RLIMIT_NOFILE, 3)
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


@_misuse("a read-only mount", "bind mount in a namespace")
def read_only(root: Path) -> list[str]:
    """What is there is read; writing is refused by name."""
    _published(root)
    mount = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && exec "$2" -c "$3" "$1"'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh", str(root), sys.executable]
    done = subprocess.run([*command, _READ_ONLY], capture_output=True, text=True, check=False)  # noqa: S603 - our own text
    if done.returncode != 0 and ("unshare" in done.stderr or "mount" in done.stderr):
        return []  # no namespaces here
    return [] if RUN in done.stdout and "2 store" in done.stdout else [f"said: {done.stdout}{done.stderr}"[:300]]


def _publishes_at(root: Path, barrier: "Barrier") -> None:  # type: ignore[valid-type] # a function, not a type
    store = Store(root, fsync=False)
    barrier.wait()  # type: ignore[attr-defined]
    if publish_sample(store, RUN).published:
        sys.exit(7)


@_misuse("two publishers of one run at once", "20 rounds at a barrier")
def two_publishers(root: Path) -> list[str]:
    """One publishes, the other changes nothing."""
    bad, forked = [], get_context("fork")
    for number in range(20):
        barrier = forked.Barrier(2)
        both = [forked.Process(target=_publishes_at, args=(root / str(number), barrier)) for _ in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join()
        if sorted(one.exitcode or 0 for one in both) != [0, 7]:
            bad.append(f"exit codes {[one.exitcode for one in both]}")
        bad += unsound(Store(root / str(number), fsync=False))
    return bad


@_misuse("a commit record that is gone", "removed")
def missing_record(root: Path) -> list[str]:
    """The run is not shown, verification says why, and the others are read."""
    store = _published(root)
    publish_sample(store, "other")
    (root / commit_key(RUN)).unlink()
    look = open_snapshot(root)
    named = [one.key for one in verify(files_to_read(root)).problems]
    return [] if look.runs == ["other"] and look.problems and commit_key(RUN) in named else [f"{look.runs} {named}"]


@_misuse("a commit record that was edited", "another number of rows")
def edited_record(root: Path) -> list[str]:
    """An edited record is found by its seal."""
    _published(root)
    path = root / commit_key(RUN)
    record = json.loads(path.read_bytes())
    record["tables"]["lots"]["rows"] += 1
    path.write_text(json.dumps(record))
    bad = _told(lambda: Store(root, fsync=False).commit(RUN), 3, commit_key(RUN), "edited")
    return bad if not open_snapshot(root).runs else [*bad, "it is shown"]


@_misuse("a run of a newer contract", "another major version")
def newer_contract(root: Path) -> list[str]:
    """A run that a newer version wrote is refused in words."""
    _published(root)
    path = root / commit_key(RUN)
    path.write_bytes(sealed({**unsealed(path.read_bytes()), "contract_version": "99.0.0"}))
    bad = _told(lambda: Store(root, fsync=False).read(RUN, "lots"), 2, "99.0.0", "Update filmtwin")
    return bad if not open_snapshot(root).runs else [*bad, "it is shown"]


@_misuse("locks and folders of dead processes", "left in _staging")
def stale_locks(root: Path) -> list[str]:
    """What a dead process left is taken over at once."""
    store = _published(root)
    left = root / "_staging" / "gone-1.1-1"
    left.mkdir()
    (left / "owner.json").write_text(json.dumps({"pid": 2**22 + 1, "host": os.uname().nodename, "born": "1"}))
    (root / "_staging" / "gone-1.intent").write_text('{"kind": "publish"')
    return unsound(Store(root, fsync=False)) + ([] if publish_sample(store, "other").published else ["still locked"])


@_misuse("names that leave the store", "run ids with .. / and control characters")
def traversal(root: Path) -> list[str]:
    """Ids that are no plain names are refused before anything is touched."""
    store = _published(root / "store")
    names = ("../up", "/etc/passwd", "a/b", "a..b", "a\x1b[31m", "a\nerror: forged", "")
    bad = [one for name in names for one in _told(lambda name=name: store.read(name, "lots"), 2)]  # type: ignore[misc]
    return bad + [f"made {path}" for path in root.iterdir() if path.name != "store"]


@_misuse("links out of the store", "a table's folder, a file, the commits")
def links(root: Path) -> list[str]:
    """A link is neither written through nor read."""
    store = _published(root / "store")
    path = root / "store" / table_key("lots", RUN)
    path.rename(root / "outside.parquet")
    path.symlink_to(root / "outside.parquet")
    bad = _told(lambda: store.read(RUN, "lots"), 3, "it is a link")
    named = [one.key for one in verify(files_to_read(root / "store")).problems]
    (root / "elsewhere").mkdir()
    (root / "store" / "tables" / "visits").rename(root / "visits")
    (root / "store" / "tables" / "visits").symlink_to(root / "elsewhere")
    bad += _told(lambda: publish_sample(store, "other"), 2, "link out of the store")
    return bad + ([] if table_key("lots", RUN) in named and not any((root / "elsewhere").iterdir()) else [str(named)])


@_misuse("output that everybody could write", "umask 000")
def world_writable(root: Path) -> list[str]:
    """Files are 0640 and folders 0750 whatever the umask."""
    before = os.umask(0)
    try:
        _published(root / "store")
    finally:
        os.umask(before)
    modes = {path: path.stat().st_mode & 0o777 for path in (root / "store").rglob("*")}
    return [f"{path}: {mode:o}" for path, mode in modes.items() if mode & ~(0o750 if path.is_dir() else 0o640)]


@_misuse("archives with .., links and foreign files", "hand-made tar files")
def archives(root: Path) -> list[str]:
    """An archive puts nothing anywhere but whole runs into the store."""
    store = _published(root / "store", whole=True)
    backup(store.files, root / "good.tar", [RUN])
    bad: list[str] = []
    for number, name in enumerate(("../evil", "/evil", "commits/../../evil", f"tables/lots/{RUN}.parquet")):
        for kind in (tarfile.REGTYPE, tarfile.SYMTYPE):
            archive = root / f"{number}-{kind!r}.tar"
            with tarfile.open(archive, "w") as tar:
                member = tarfile.TarInfo(name)
                member.type, member.linkname = kind, "/etc/passwd"
                tar.addfile(member)
            target = Store(root / "target", fsync=False)
            bad += _told(lambda archive=archive, target=target: restore(target.files, archive), 3)  # type: ignore[misc]
    data = (root / "good.tar").read_bytes()
    (root / "cut.tar").write_bytes(data[: len(data) // 2])
    target = Store(root / "target", fsync=False)
    bad += _told(lambda: restore(target.files, root / "cut.tar"), 3)
    bad += unsound(target) + [f"made {one}" for one in target.runs()]
    restore(target.files, root / "good.tar")
    return bad + (
        [] if target.runs() == [RUN] and not verify(target.files).problems else ["a good one is not restored"]
    )


@_misuse("hostile Parquet under a forged record", "another schema, an extension type, garbage")
def hostile(root: Path) -> list[str]:
    """A forged file whose record fits it is named by verification, and its other runs are read."""
    store = _published(root)
    path = root / table_key("lots", RUN)
    evil = pa.schema([pa.field("run_id", pa.binary(), metadata={"ARROW:extension:name": "arrow.py_extension_type"})])
    made: list[Callable[[], object]] = [
        lambda: pq.write_table(table("visits", 3, context(RUN)), path),
        lambda: pq.write_table(pa.table({"run_id": pa.array([b"x"])}, schema=evil), path),
        lambda: path.write_bytes(b"PAR1" + b"\xff" * 64 + b"PAR1"),
    ]
    bad = []
    for make in made:
        make()
        record = unsealed((root / commit_key(RUN)).read_bytes())
        record["tables"]["lots"] |= {"bytes": path.stat().st_size, "sha256": sha256_of(path)}
        (root / commit_key(RUN)).write_bytes(sealed(record))
        if table_key("lots", RUN) not in [one.key for one in verify(store.files).problems]:
            bad.append("verification does not name it")
    return bad


_OTHER_PLACE = """
import sys
from twin.bench.faults.sample import publish_sample
from twin.store import Store
publish_sample(Store(sys.argv[1], fsync=False), "run-0")
"""


@_misuse("other time zones, locales, hash seeds", "3 environments")
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


@_misuse("a store in a bad place", "a file, nothing, half deleted")
def bad_places(root: Path) -> list[str]:
    """One clear line each."""
    (root / "file").write_text("x")
    bad = _told(lambda: open_snapshot(root / "file"), 2, "it is a file") + _told(
        lambda: Store(root / "file"), 2, "file"
    )
    bad += _told(lambda: open_snapshot(root / "nothing"), 2, "no store is there")
    store = _published(root / "half")
    with suppress(FileNotFoundError):
        (root / "half" / table_key("lots", RUN)).unlink()
    bad += _told(lambda: store.read(RUN, "lots"), 3, "damaged or gone")
    return bad + _told(lambda: open_snapshot(root / "half").table("lots"), 3, "damaged or gone")
