"""Laws of archives: what is restored is whole, what is lost is told, and two who restore do not meet."""

import io
import random
import tarfile
from hashlib import sha256

import pyarrow.parquet as pq
import pytest

from twin.bench.faults.check import unsound
from twin.bench.faults.sample import context, execution_row, publish_sample
from twin.cli import main
from twin.errors import ContractError, RunError, UsageError
from twin.store import Store
from twin.store.archive import backup, restore
from twin.store.naming import commit_key, execution_key, execution_of
from twin.store.parquet import write_file
from twin.store.publishing import publish
from twin.store.retiring import executions
from twin.store.verify import verify

RUNS = ["run-0", "run-1"]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """An archive of two small runs."""
    root = tmp_path_factory.mktemp("archive")
    made = Store(root / "s", fsync=False)
    for run in RUNS:
        publish_sample(made, run, names=("lots",))
    backup(made.files, root / "a.tar", RUNS)
    return root / "a.tar"


@pytest.fixture
def store(tmp_path, archive):
    """A store with those runs."""
    made = Store(tmp_path / "s", fsync=False)
    restore(made.files, archive)
    return made


def members(archive):
    """Return the headers of an archive."""
    with tarfile.open(archive) as tar:
        return tar.getmembers()


def rewritten(path, archive, kept, more=()):
    """Write some members of an archive once more, and others after them."""
    with tarfile.open(archive) as tar, tarfile.open(path, "w") as new:
        for one in filter(kept, tar.getmembers()):
            new.addfile(one, tar.extractfile(one))
        for name, data in more:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    return path


def test_a_bit_flipped_in_any_header_is_told(tmp_path, archive):
    """A header that cannot be read is not taken for the end; what was whole before it may be here."""
    whole = archive.read_bytes()
    for number, one in enumerate(members(archive)):
        data = bytearray(whole)
        data[one.offset + random.randrange(100)] ^= 1 << random.randrange(8)  # in its name
        (tmp_path / "bad.tar").write_bytes(data)
        target = Store(tmp_path / str(number), fsync=False)
        with pytest.raises(ContractError):
            restore(target.files, tmp_path / "bad.tar")
        assert unsound(target) == []


def test_an_archive_that_was_cut_is_told(tmp_path, archive):
    """However many of its bytes are gone, also where one member ends and the next would begin, or zeros stand there."""
    whole = archive.read_bytes()
    places = [one.offset for one in members(archive)]
    end = whole.rstrip(b"\0")
    last = -(-len(end) // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
    assert whole[last:] == bytes(len(whole) - last)
    target = Store(tmp_path / "t", fsync=False)
    for size in (*places, last, last + tarfile.BLOCKSIZE, *(random.randrange(last) for _ in range(5))):
        for data in (whole[:size], whole[:size] + bytes(2 * tarfile.BLOCKSIZE) * (size < last)):
            (tmp_path / "bad.tar").write_bytes(data)
            with pytest.raises(ContractError):
                restore(target.files, tmp_path / "bad.tar")
    assert unsound(target) == []


def test_a_command_that_lost_runs_does_not_end_well(tmp_path, archive, capsys):
    """Neither without nor with verification of what came."""
    second = next(one for one in members(archive) if one.name == commit_key(RUNS[1]))
    data = bytearray(archive.read_bytes())
    data[second.offset] ^= 1
    (tmp_path / "bad.tar").write_bytes(data)
    for more in ((), ("--verify",)):
        code = main(["store", "restore", str(tmp_path / "bad.tar"), *more, "--store", str(tmp_path / "t")])
        assert code == 3
        assert "not restored" in capsys.readouterr().err


def test_an_archive_that_lacks_what_it_lists_is_told(tmp_path, archive):
    """A run that was left out is named."""
    bad = rewritten(tmp_path / "bad.tar", archive, lambda one: RUNS[1] not in one.name)
    with pytest.raises(ContractError, match=f"not the whole archive.*{RUNS[1]}"):
        restore(Store(tmp_path / "t", fsync=False).files, bad)


def test_an_archive_without_a_list_is_restored(tmp_path, archive):
    """Earlier versions wrote none; but what ends without an end is told there too."""
    plain = rewritten(tmp_path / "plain.tar", archive, lambda one: one.name != "archive.json")
    assert restore(Store(tmp_path / "t", fsync=False).files, plain) == dict.fromkeys(RUNS, True)
    second = next(one for one in members(plain) if one.name == commit_key(RUNS[1]))
    plain.write_bytes(plain.read_bytes()[: second.offset])
    with pytest.raises(ContractError, match="cut"):
        restore(Store(tmp_path / "u", fsync=False).files, plain)


def test_a_backup_refuses_executions_that_are_damaged_or_gone(store, tmp_path):
    """What could not be restored is told when the store is still there."""
    path = store.root / executions(store.files, RUNS[0])[0]
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    for _ in range(2):
        with pytest.raises(ContractError, match=path.name):
            backup(store.files, tmp_path / "a.tar", RUNS)
        path.unlink(missing_ok=True)
    assert not [one for one in tmp_path.iterdir() if one.name.startswith("a.tar")]


def test_two_who_restore_the_same_do_not_meet(tmp_path, archive, monkeypatch):
    """The second is through while the first is about to publish: then that changes nothing, and says so."""
    target, seen = Store(tmp_path / "t", fsync=False), []

    def late(files, prepared) -> bool:
        monkeypatch.undo()
        seen.append(restore(files, archive))
        return publish(files, prepared)

    monkeypatch.setattr("twin.store.archive.publish", late)
    assert restore(target.files, archive) == dict.fromkeys(RUNS, False)
    assert seen == [dict.fromkeys(RUNS, True)]
    assert unsound(target) == []


def test_an_execution_stands_there_once_under_its_own_name(store, tmp_path, archive):
    """A row under another's name, of another run, or a second one of that name: named, and not restored."""
    first = executions(store.files, RUNS[0])[0]
    attempt = execution_of(first).attempt
    rows = {
        ("1-1", "not that of its name"): execution_row(context(RUNS[0]), attempt),
        ("2-2", "not that of its name"): execution_row(context(RUNS[1]), "2-2"),
        (attempt, "here already"): execution_row(context(RUNS[0], seed=2), attempt),
    }
    for (name, why), row in rows.items():
        write_file("executions", row, tmp_path / "row")
        data = with_run(tmp_path / "row", RUNS[0])
        key = execution_key(RUNS[0], name, sha256(data).hexdigest())
        store.files.write(data, key)
        assert [one.key for one in verify(store.files).problems if "/executions/" in one.key] == [key]
        store.files.remove(key)
        bad = rewritten(tmp_path / "bad.tar", archive, lambda one: RUNS[0] in one.name, [(key, data)])
        with pytest.raises(ContractError, match=why):
            restore(Store(tmp_path / "t", fsync=False).files, bad)


def with_run(path, run):
    """Return a file whose key-values name another run than its rows may."""
    found = pq.ParquetFile(path).read()
    facts = found.schema.metadata | {b"twin.run_id": run.encode()}
    pq.write_table(found.replace_schema_metadata(facts), path)
    return path.read_bytes()


@pytest.mark.parametrize("name", ["none.tar", "text.tar", "folder.tar", "other.tar"])
def test_no_store_is_made_for_what_is_no_archive(tmp_path, name, capsys):
    """The file is named, and nothing is made."""
    (tmp_path / "text.tar").write_text("no archive\n" * 100)
    (tmp_path / "folder.tar").mkdir()
    with tarfile.open(tmp_path / "other.tar", "w") as tar:
        tar.add(tmp_path / "text.tar", "holiday/text.txt")
    assert main(["store", "restore", str(tmp_path / name), "--store", str(tmp_path / "new")]) in (2, 3)
    assert name in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_an_archive_that_cannot_be_written_is_named(store, tmp_path):
    """Not the store, which has nothing to do with it; and nothing is left."""
    (tmp_path / "file").write_text("x")
    for place in ("none", "file"):
        with pytest.raises(UsageError, match=rf"^{tmp_path}/{place}/x\.tar: cannot be written"):
            backup(store.files, tmp_path / place / "x.tar", RUNS)


def test_a_full_disk_under_an_archive_is_told(store, tmp_path, monkeypatch):
    """The archive is named, and what was written of it is taken away."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("twin.store.archive.add", full)
    with pytest.raises(RunError, match=r"x\.tar: cannot be written .No space left"):
        backup(store.files, tmp_path / "x.tar", RUNS)
    assert [one.name for one in tmp_path.iterdir()] == ["s"]


def test_an_archive_has_one_list(tmp_path, archive):
    """A second one is no file of a run, wherever it stands."""
    with tarfile.open(archive) as tar, tarfile.open(tmp_path / "two.tar", "w") as new:
        first, *others = tar.getmembers()
        for one in (first, first, *others):
            new.addfile(one, tar.extractfile(one))
    with pytest.raises(ContractError, match=first.name):
        restore(Store(tmp_path / "s", fsync=False).files, tmp_path / "two.tar")


def test_an_archive_that_leads_back_to_itself_is_refused(tmp_path, archive):
    """A member of less than no bytes would be read for ever."""
    data = bytearray(archive.read_bytes())
    start = members(archive)[1].offset
    data[start + 124 : start + 136] = (-1024).to_bytes(12, "big", signed=True)  # its size, in the form for large ones
    data[start + 148 : start + 156] = b" " * 8
    data[start + 148 : start + 156] = b"%06o\0 " % sum(data[start : start + 512])
    (tmp_path / "back.tar").write_bytes(data)
    with pytest.raises(ContractError):
        restore(Store(tmp_path / "s", fsync=False).files, tmp_path / "back.tar")


def extended(**known: str) -> bytes:
    """Return an extended header of pax that says this of the next member."""
    return tarfile.TarInfo._create_pax_generic_header(known, tarfile.XHDTYPE, "utf-8")


def claimed(kind: bytes) -> bytes:
    """Return a header of that kind that is longer than any file."""
    member = tarfile.TarInfo("x")
    member.type, member.size = kind, 1 << 80
    return member.tobuf(tarfile.GNU_FORMAT)


NONSENSE = {
    "map": extended(**{"GNU.sparse.map": "abc"}),
    "sparse": extended(**{"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}),
    "size": extended(**{"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "x"}),
    "long name": claimed(tarfile.GNUTYPE_LONGNAME),
    "long header": claimed(tarfile.XHDTYPE),
    "one after the other": extended(path="x") * 2000,
}


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("header", NONSENSE.values(), ids=NONSENSE)
def test_a_header_that_says_nonsense_is_told_as_damage(tmp_path, archive, header, first, capsys):
    """Wherever it stands: one line of what and where, and never a fault of the program."""
    whole = archive.read_bytes()
    place = 0 if first else members(archive)[1].offset
    (tmp_path / "bad.tar").write_bytes(whole[:place] + header + whole[place:])
    assert main(["store", "restore", str(tmp_path / "bad.tar"), "--store", str(tmp_path / "t")]) == 3
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert f"bad.tar: damaged or cut at byte {place}," in err
    assert (tmp_path / "t").exists() != first
