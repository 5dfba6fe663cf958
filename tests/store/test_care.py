"""Laws of care: verification names all that is bad and nothing else, quarantine and restore believe nobody's word."""

import hashlib
import io
import json
import tarfile
from unittest.mock import patch

import pytest

from twin.bench.faults.check import unsound
from twin.bench.faults.sample import context, publish_sample, table
from twin.cli import main
from twin.errors import ContractError
from twin.store import Store, open_snapshot
from twin.store.archive import backup, restore
from twin.store.local import LocalFiles
from twin.store.naming import commit_key, table_key, tombstone_key
from twin.store.parquet import write_file
from twin.store.quarantine import quarantine
from twin.store.record import sealed, unsealed
from twin.store.retiring import clear, retire, tombstones
from twin.store.verify import verify
from twin.tables import TABLES

RUN = "run-0"


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """An archive of one whole run."""
    root = tmp_path_factory.mktemp("sample")
    publish_sample(Store(root / "s", fsync=False), RUN, whole=True)
    backup(Store(root / "s", fsync=False).files, root / "a.tar", [RUN])
    return root / "a.tar"


@pytest.fixture
def tables():
    """The tables, which a test may change; afterwards they are the same in the same order."""
    with patch.dict(TABLES):
        yield TABLES


@pytest.fixture
def store(tmp_path, sample):
    """A store with that run."""
    made = Store(tmp_path / "s", fsync=False)
    restore(made.files, sample)
    return made


def resealed(store, **changes: object):
    """Change fields of the record of the run; None takes one away."""
    key = commit_key(RUN)
    record = unsealed(store.files.read(key)) | changes
    store.files.write(sealed({name: value for name, value in record.items() if value is not None}), key)


def test_a_run_of_a_newer_major_version_is_neither_bad_nor_moved(store):
    """Who does not know it says so, and leaves it to who does."""
    resealed(store, contract_version="99.0.0")
    found = verify(store.files)
    assert found.problems == []
    assert [one.key for one in found.newer] == [commit_key(RUN)]
    assert quarantine(store.files, found.problems) == []


def test_a_run_of_a_newer_minor_version_may_have_more_tables(store, tables, monkeypatch):
    """A table that only a newer version knows is no fault, nor a reference to it; a damaged file of it is one."""
    monkeypatch.setattr("twin.store.record._OURS", (1, 0, 0))
    monkeypatch.setattr("twin.store.content.CONTRACT_VERSION", "1.0.0")
    del tables["samples"]
    found = verify(store.files)
    assert found.problems == found.newer == []
    assert found.files == len(tables) + 1
    key = table_key("samples", RUN)
    store.files.write(store.files.read(key)[:-1], key)
    assert [one.key for one in verify(store.files).problems] == [key]


def test_a_damaged_record_never_looks_like_a_newer_one(store):
    """Else it would be left where it is."""
    data = store.files.read(commit_key(RUN)).replace(b'"contract_version": "', b'"contract_version": "9')
    store.files.write(data, commit_key(RUN))
    assert [one.key for one in verify(store.files).problems] == [commit_key(RUN)]


def test_a_damaged_tombstone_is_named_and_moved_alone(store):
    """It does not make bad the run that was published once more."""
    retire(store.files, RUN, "by hand")
    clear(store.files, 0.0)
    publish_sample(store, RUN, whole=True)
    assert len(tombstones(store.files)) == 1
    for bad in (b"garbage", sealed(unsealed(store.files.read(commit_key(RUN))))):
        store.files.write(bad, tombstone_key(RUN))
        found = verify(store.files).problems
        assert [one.key for one in found] == [tombstone_key(RUN)]
    assert quarantine(store.files, found) == [tombstone_key(RUN)]
    assert verify(store.files).problems == []
    assert store.has(RUN)


@pytest.mark.parametrize(
    "changes",
    [
        {"run": None}, {"attempt": None}, {"attempt": "../x"}, {"attempt": 7}, {"published_utc": None},
        {"published_utc": "yesterday"}, {"published_utc": "2026-01-01T00:00:00"}, {"encoding": "tiny"}, {"run": []},
        {"execution_file": "tables/lots/x"}, {"execution_file": "../x"}, {"run": {"horizon_s": "long"}},
    ],
    ids=str,
)  # fmt: skip
def test_a_sealed_record_that_lacks_what_every_one_has_is_damaged(store, changes, capsys):
    """It is named by verification, and the run is left out of what is listed."""
    resealed(store, **changes)
    assert [one.key for one in verify(store.files).problems] == [commit_key(RUN)]
    assert open_snapshot(store.root).runs == []
    assert main(["store", "ls", "--store", str(store.root)]) == 0
    assert "fault of the program" not in capsys.readouterr().err


def archive(path, source, *, rows=None, record=lambda one: one, **instead: bytes):
    """Write an archive anew with another record, and other content of some tables; the record fits all of it."""
    with tarfile.open(source) as tar:
        found = {one.name: tar.extractfile(one).read() for one in tar if one.name != "archive.json"}
    known = record(unsealed(found.pop(commit_key(RUN))))
    found |= {table_key(name, RUN): data for name, data in instead.items()}
    for name in instead:
        data = found[table_key(name, RUN)]
        more = {} if rows is None else {"rows": rows}
        known["tables"][name] |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), **more}
    with tarfile.open(path, "w") as tar:
        for name, data in {commit_key(RUN): sealed(known), **found}.items():
            member = tarfile.TarInfo(known["execution_file"] if "/executions/" in name else name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def test_a_forged_archive_brings_nothing_into_the_tables(tmp_path, sample):
    """Whoever made the record may have made the files up: what verification would name is not published."""
    write_file("lots", table("lots", 3, context("another")), tmp_path / "other.parquet")
    write_file("lots", table("lots", 3, context(RUN)), tmp_path / "few.parquet")
    few = (tmp_path / "few.parquet").read_bytes()

    def misplaced(record: dict[str, str]) -> dict[str, str]:
        return {**record, "execution_file": record["execution_file"].replace("executions", "visits")}

    forged = {
        "cannot be read": archive(tmp_path / "1.tar", sample, lots=b"PAR1" + b"\xff" * 50 + b"PAR1"),
        "run_id is not": archive(tmp_path / "2.tar", sample, lots=(tmp_path / "other.parquet").read_bytes(), rows=3),
        "3 rows instead": archive(tmp_path / "3.tar", sample, lots=few),
        "refer by": archive(tmp_path / "4.tar", sample, lots=few, rows=3),  # visits refer to more of them
        "a name in it is none": archive(tmp_path / "5.tar", sample, record=misplaced),
    }
    target = Store(tmp_path / "t", fsync=False)
    for why, one in forged.items():
        with pytest.raises(ContractError, match=f"{why}.*Nothing of that run was restored"):
            restore(target.files, one)
    assert target.runs() == []
    assert unsound(target) == []


def test_a_member_is_not_written_beyond_its_record(tmp_path, sample, monkeypatch):
    """A file that is longer than promised, or takes more room than in the archive, is refused before it is written."""
    written = []
    monkeypatch.setattr("twin.store.archive.fresh", written.append)
    with tarfile.open(sample) as tar:
        first = tar.getmember(commit_key(RUN))
        record = tar.extractfile(first).read()
    size = unsealed(record)["tables"]["lots"]["bytes"]
    for member in (plain_member(1 << 22), sparse_member(size)):
        with tarfile.open(tmp_path / "long.tar", "w") as tar:
            tar.addfile(first, io.BytesIO(record))
            tar.fileobj.write(member)
        with pytest.raises(ContractError, match="size differs" if member[156:157] == b"0" else "no file of the run"):
            restore(Store(tmp_path / "t", fsync=False).files, tmp_path / "long.tar")
    assert written == []


def plain_member(size):
    """Return a member of that many zeros."""
    member = tarfile.TarInfo(table_key("lots", RUN))
    member.size = size
    return member.tobuf() + bytes(size)


def sparse_member(size):
    """Return a member without content that says it unpacks to that many zeros."""
    member = tarfile.TarInfo(table_key("lots", RUN))
    member.type = tarfile.GNUTYPE_SPARSE
    head = bytearray(member.tobuf(tarfile.GNU_FORMAT))
    head[386:410] = b"%011o\0%011o\0" % (size, 0)  # where the only piece of data stands, and its length
    head[483:495] = b"%011o\0" % size
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


def test_a_backup_touches_no_file_but_its_own(store, tmp_path):
    """A file that is named nearly like the archive stays."""
    (tmp_path / "x.tar.new").write_text("mine")
    backup(store.files, tmp_path / "x.tar", [RUN])
    assert (tmp_path / "x.tar.new").read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"s", "x.tar", "x.tar.new"}


def test_a_record_with_a_name_that_no_run_has_is_moved(store):
    """What verification names, quarantine takes away."""
    (store.root / "commits" / "Bad Name.json").write_text("{}")
    found = verify(store.files).problems
    assert [one.key for one in found] == ["commits/Bad Name.json"]
    assert quarantine(store.files, found) == ["commits/Bad Name.json"]
    assert verify(store.files).problems == []


def test_no_name_of_a_file_speaks_to_the_terminal(store, monkeypatch, capsys):
    """A stray whose name holds an escape and a line is told in one plain line, also where it cannot be moved."""
    (store.root / "commits" / "odd\x1b[2J\nwarning: all good.json").write_text("{}")
    monkeypatch.setattr(LocalFiles, "move", lambda _, key, _to: (store.root / key / "below").touch())
    assert main(["verify", "--quarantine", "--store", str(store.root)]) == 3
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err
    told = [line for line in said.err.splitlines() if line.startswith("warning: ")]
    assert len(told) == 1
    assert "odd\\x1b[2J\\nwarning: all good.json is NOT moved to quarantine" in told[0]


def test_quarantine_looks_once_more_before_it_moves_a_run(store):
    """A run that was taken away and published anew since verification looked is good, and stays."""
    path = store.root / table_key("lots", RUN)
    path.write_bytes(path.read_bytes()[:-1])
    found = verify(store.files).problems
    retire(store.files, RUN, "damaged")
    clear(store.files, 0.0)
    publish_sample(store, RUN, whole=True)
    assert quarantine(store.files, found) == []
    assert store.has(RUN)


def test_a_record_without_its_catalogue_row_is_moved_also_under_the_lock(store):
    """The word of quarantine itself does not excuse a run."""
    (store.root / table_key("runs", RUN)).unlink()
    found = verify(store.files).problems
    assert commit_key(RUN) in quarantine(store.files, found)
    assert verify(store.files).problems == []


def test_a_rule_of_retention_beside_names_is_refused(store, capsys):
    """Nobody shall believe that a rule was heeded which was not."""
    for rule in (("--keep", "1"), ("--older-than", "90d")):
        assert main(["store", "retire", RUN, *rule, "--store", str(store.root)]) == 2
        assert "Use one or the other" in capsys.readouterr().err
    assert store.has(RUN)


def test_a_newer_run_is_told_by_the_command(store, capsys):
    """`twin verify` says which runs are newer, and quarantines none of them."""
    resealed(store, contract_version="99.0.0")
    assert main(["verify", "--quarantine", "--store", str(store.root)]) == 0
    said = capsys.readouterr().out
    assert f"NEWER  {commit_key(RUN)}" in said
    assert "good, 1 NEWER" in said
    assert main(["verify", "--json", "--store", str(store.root)]) == 0
    assert json.loads(capsys.readouterr().out)["newer"][0]["key"] == commit_key(RUN)
