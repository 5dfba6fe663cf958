"""Stores that were tampered with or stand in a bad place: what a person is told, and that nothing is lost."""

import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from shutil import unpack_archive

import pyarrow as pa
import pyarrow.parquet as pq

import twin
from twin.bench.faults.check import unsound
from twin.bench.faults.sample import below, context, publish_sample, table
from twin.bench.faults.tried import DEAD, RUN, contents, misuse, misuse_anywhere, published, told_as
from twin.store import Store, open_snapshot
from twin.store.archive import backup, restore
from twin.store.naming import commit_key, intent_key, table_key
from twin.store.parquet import ROWS
from twin.store.place import files_to_read
from twin.store.record import sealed, unsealed
from twin.store.verify import verify


@misuse_anywhere("a commit record that is gone", "removed")
def missing_record(root: str | Path) -> list[str]:
    """The run is not shown, verification says why, and the others are read."""
    store = published(root)
    publish_sample(store, "other")
    store.files.remove(commit_key(RUN))
    look = open_snapshot(root)
    named = [one.key for one in verify(files_to_read(root)).problems]
    return [] if look.runs == ["other"] and look.problems and commit_key(RUN) in named else [f"{look.runs} {named}"]


@misuse_anywhere("a row of the catalogue that is gone", "removed, then the execution beside it")
def missing_row(root: str | Path) -> list[str]:
    """The run is told and not shown, and neither is one whose execution is gone as if it had none."""
    store = published(root)
    publish_sample(store, "other")
    store.files.remove(table_key("runs", RUN))
    look = open_snapshot(root)
    bad = [] if look.runs == ["other"] and RUN in look.bad else [f"{look.runs} {look.problems}"]
    bad += told_as(lambda: look.known(RUN), 3, "no row in runs", f"twin verify {RUN}")
    store.files.remove(store.commit("other")["execution_file"])
    return bad + told_as(lambda: open_snapshot(root).table("executions"), 3, "damaged or gone")


@misuse_anywhere("a commit record that was edited", "another number of rows")
def edited_record(root: str | Path) -> list[str]:
    """An edited record is found by its seal."""
    files = published(root).files
    record = json.loads(files.read(commit_key(RUN)))
    record["tables"]["lots"]["rows"] += 1
    files.write(json.dumps(record).encode(), commit_key(RUN))
    bad = told_as(lambda: Store(root, fsync=False).commit(RUN), 3, commit_key(RUN), "edited")
    return bad if not open_snapshot(root).runs else [*bad, "it is shown"]


@misuse_anywhere("a run of a newer contract", "another major version")
def newer_contract(root: str | Path) -> list[str]:
    """A run that a newer version wrote is refused in words, and is not taken for a bad one."""
    files = published(root).files
    record = {**unsealed(files.read(commit_key(RUN))), "contract_version": "99.0.0"}
    files.write(sealed(record), commit_key(RUN))
    bad = told_as(lambda: Store(root, fsync=False).read(RUN, "lots"), 2, "99.0.0", "Update filmtwin")
    bad += [f"verify names {one.key}" for one in verify(files).problems]
    return bad if not open_snapshot(root).runs else [*bad, "it is shown"]


@misuse_anywhere("locks and folders of dead processes", "left in _staging")
def stale_locks(root: str | Path) -> list[str]:
    """What a dead process left is taken over at once."""
    store = published(root)
    if isinstance(root, Path):
        left = root / "_staging" / "gone-1.1-1"
        left.mkdir()
        (left / "owner.json").write_text(json.dumps(DEAD))
        store.files.write(b'{"kind": "publish"', intent_key("gone-2"))
    store.files.write(json.dumps({"kind": "publish", "owner": DEAD}).encode(), intent_key("gone-1"))
    bad = unsound(Store(root, fsync=False))
    return bad + ([] if publish_sample(store, "gone-1").published else ["still locked"])


@misuse_anywhere("names that leave the store", "run ids with .. / and control characters, forged intents")
def traversal(root: str | Path) -> list[str]:
    """Ids that are no plain names are refused before anything is touched."""
    store = published(below(root, "store"))
    before = contents(root).keys()
    names = ("../up", "/etc/passwd", "a/b", "a..b", "a\x1b[31m", "a\nerror: forged", "")
    bad = [one for name in names for one in told_as(partial(store.read, name, "lots"), 2)]
    return bad + [f"made {name}" for name in contents(root).keys() - before] + _forged_intents(root)


def _forged_intents(root: str | Path) -> list[str]:
    """Say which forged intent was obeyed at the next opening."""
    place, victim = below(root, "store"), "victim.txt"
    if isinstance(root, Path):
        (root / victim).write_text("precious")
    else:
        files_to_read(root).write(b"precious", victim)
    said = {"kind": "publish", "run_id": "x", "attempt": "1-1", "tables": [], "folder": str(root), "owner": DEAD}
    forged = (
        {"execution": f"../{victim}"}, {"execution": str(below(root, victim))}, {"tables": [f"../../{victim}\0"]},
        {"execution": table_key("lots", RUN)}, {"attempt": "../.."}, {"run_id": RUN, "tables": ["lots"]},
    )  # fmt: skip
    bad = []
    for more in forged:
        Store(place, fsync=False).files.write(json.dumps({**said, **more}).encode(), intent_key("x"))
        bad += [f"{more}: {one}" for one in unsound(Store(place, fsync=False))]
        around = {name: data for name, data in contents(root).items() if name.split("/")[0] != "store"}
        if around != {victim: b"precious"} or not Store(place, fsync=False).has(RUN):
            bad.append(f"the intent {more} was obeyed")
    return bad


@misuse("links out of the store", "a table's folder, a file, the commits")
def links(root: Path) -> list[str]:
    """A link is neither written through nor read."""
    store = published(root / "store")
    path = root / "store" / table_key("lots", RUN)
    path.rename(root / "outside.parquet")
    path.symlink_to(root / "outside.parquet")
    bad = told_as(lambda: store.read(RUN, "lots"), 3, "it is a link")
    named = [one.key for one in verify(files_to_read(root / "store")).problems]
    (root / "elsewhere").mkdir()
    (root / "store" / "tables" / "visits").rename(root / "visits")
    (root / "store" / "tables" / "visits").symlink_to(root / "elsewhere")
    bad += told_as(lambda: publish_sample(store, "other"), 2, "link out of the store")
    return bad + ([] if table_key("lots", RUN) in named and not any((root / "elsewhere").iterdir()) else [str(named)])


@misuse("output that everybody could write", "umask 000")
def world_writable(root: Path) -> list[str]:
    """Files are 0640 and folders 0750 whatever the umask."""
    before = os.umask(0)
    try:
        published(root / "store")
    finally:
        os.umask(before)
    modes = {path: path.stat().st_mode & 0o777 for path in (root / "store").rglob("*")}
    return [f"{path}: {mode:o}" for path, mode in modes.items() if mode & ~(0o750 if path.is_dir() else 0o640)]


@misuse_anywhere("archives with .., links and foreign files", "hand-made tar files")
def archives(root: str | Path) -> list[str]:
    """An archive puts nothing anywhere but whole runs into the store."""
    store, target = published(below(root, "store"), whole=True), Store(below(root, "target"), fsync=False)
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        backup(store.files, folder / "good.tar", [RUN])
        bad = [one for archive in _evil(folder) for one in told_as(partial(restore, target.files, archive), 3)]
        bad += unsound(target) + [f"made {one}" for one in target.runs()]
        restore(target.files, folder / "good.tar")
    good = target.runs() == [RUN] and not verify(target.files).problems
    return bad + ([] if good else ["a good one is not restored"])


def _evil(folder: Path) -> Iterator[Path]:
    """Make archives that are none, beside a good one, and yield each."""
    for number, name in enumerate(("../evil", "/evil", "commits/../../evil", f"tables/lots/{RUN}.parquet")):
        for kind in (tarfile.REGTYPE, tarfile.SYMTYPE):
            archive = folder / f"{number}-{kind!r}.tar"
            with tarfile.open(archive, "w") as tar:
                member = tarfile.TarInfo(name)
                member.type, member.linkname = kind, "/etc/passwd"
                tar.addfile(member)
            yield archive
    data = (folder / "good.tar").read_bytes()
    (folder / "cut.tar").write_bytes(data[: len(data) // 2])
    yield folder / "cut.tar"


@misuse_anywhere("hostile Parquet under a forged record", "another schema, extension type, huge row group, garbage")
def hostile(root: str | Path) -> list[str]:
    """A forged file whose record fits it is named by verification, and its other runs are read."""
    files = published(root).files
    evil = pa.schema([pa.field("run_id", pa.binary(), metadata={"ARROW:extension:name": "arrow.py_extension_type"})])
    tables = (
        table("visits", 3, context(RUN)),
        pa.table({"run_id": pa.array([b"x"])}, schema=evil),
        table("lots", ROWS + 1, context(RUN)),
    )
    bad = []
    for data, rows in (*((_parquet(one), len(one)) for one in tables), (b"PAR1" + b"\xff" * 64 + b"PAR1", 1)):
        files.write(data, table_key("lots", RUN))
        record = unsealed(files.read(commit_key(RUN)))
        record["tables"]["lots"] |= {"rows": rows, "bytes": len(data), "sha256": sha256(data).hexdigest()}
        files.write(sealed(record), commit_key(RUN))
        if table_key("lots", RUN) not in [one.key for one in verify(files).problems]:
            bad.append("verification does not name it")
    return bad


def _parquet(content: pa.Table) -> bytes:
    written = pa.BufferOutputStream()
    pq.write_table(content, written)
    return bytes(written.getvalue())


@misuse("a store in a bad place", "a file, nothing, half deleted")
def bad_places(root: Path) -> list[str]:
    """One clear line each."""
    (root / "file").write_text("x")
    bad = told_as(lambda: open_snapshot(root / "file"), 2, "it is a file") + told_as(
        lambda: Store(root / "file"), 2, "file"
    )
    bad += told_as(lambda: open_snapshot(root / "nothing"), 2, "no store is there")
    store = published(root / "half")
    with suppress(FileNotFoundError):
        (root / "half" / table_key("lots", RUN)).unlink()
    bad += told_as(lambda: store.read(RUN, "lots"), 3, "damaged or gone")
    return bad + told_as(lambda: open_snapshot(root / "half").table("lots"), 3, "damaged or gone")


@misuse("old data with new code", "a store of contract 1.0.0")
def old_contract(root: Path) -> list[str]:
    """A run of an earlier minor version is listed, verified and read."""
    kept = Path(twin.__file__).parent.parent / "tests" / "store" / "fixtures" / "contract-1.0.0.tar.xz"
    unpack_archive(kept, root)
    publish_sample(Store(root, fsync=False), RUN, whole=True)
    look = open_snapshot(root)
    bad = [*look.problems, *(one.what for one in verify(files_to_read(root)).problems)]
    rows = {name: look.table(name).num_rows for name in ("lots", "buffer_levels", "visits")}
    return bad if len(look.runs) == 2 and min(rows.values()) > 0 else [*bad, f"{look.runs} {rows}"]
