"""An export is there whole or not at all, replaces nothing but an export, and says in one line why it was refused."""

import json
import os
import shutil
import sys
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit

import pytest

from twin.cli import main
from twin.export import csv_files, export
from twin.sample import FOLDER


@pytest.fixture
def store(tmp_path):
    """A copy of the sample store."""
    return Path(shutil.copytree(FOLDER, tmp_path / "store"))


def told(capsys, *arguments: object) -> tuple[int, str]:
    """Exit code and standard error of `twin export`."""
    code = main(["export", *map(str, arguments)])
    return code, capsys.readouterr().err


def test_bad_input_is_one_line_and_exit_code_2(store, tmp_path, capsys):
    """A wrong run, table, format, store or folder is named, with what was meant; nothing is written."""
    run = next((FOLDER / "commits").glob("baseline-*.json")).stem
    (tmp_path / "file").write_text("mine")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    out, good = tmp_path / "out", ("--format", "csv", "--tables", "runs")
    cases = [
        (("--store", store, "--out", out, *good, run[:-1]), f"Did you mean {run}"),
        (("--store", store, "--out", out, "--format", "csv", "--tables", "lot"), "Did you mean lots"),
        (("--store", store, "--out", out, "--format", "csv", "--tables", ","), "There are: states"),
        (("--store", store, "--out", out, "--format", "cvs"), "Did you mean csv"),
        (("--store", store, "--out", out, "--format", "ocel", "--tables", "lots"), "Leave --tables out"),
        (("--store", tmp_path / "none", "--out", out, *good), "no store is there"),
        (("--store", store, "--out", tmp_path / "file", *good), "is a file"),
        (("--store", store, "--out", tmp_path / "file" / "below", *good), "cannot be written"),
        (("--store", store, "--out", "/proc/none/out", *good), "cannot be written"),
        (("--store", store, "--out", tmp_path / "mine", *good, "--force"), "thesis.docx, which no export wrote"),
        (("--store", store, "--out", tmp_path / "link", *good, "--force"), "is a link"),
        (("--store", store, "--out", store / "tables" / "mine", *good), "lies in the store"),
        (("--store", store, "--out", out, *good, "bad\x1b[31m\nrun"), r"bad\x1b[31m\nrun"),
    ]
    for arguments, words in cases:
        code, err = told(capsys, *arguments)
        assert (code, len(err.splitlines())) == (2, 1), err
        assert words in err
    assert not out.exists()
    assert not (tmp_path / "none").exists()
    assert (tmp_path / "mine" / "thesis.docx").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_export_is_replaced_only_when_asked_and_as_a_whole(store, tmp_path, capsys):
    """A second export is refused without --force; with it, nothing of the first is left."""
    out = tmp_path / "below" / "out"
    assert main(["export", "--store", str(store), "--format", "csv", "--tables", "runs,lots", "--out", str(out)]) == 0
    again = ("--store", store, "--format", "csv", "--tables", "runs", "--out", out)
    code, err = told(capsys, *again)
    assert code == 2
    assert "--force" in err
    assert told(capsys, *again, "--force")[0] == 0
    assert sorted(path.name for path in out.iterdir()) == ["export.json", "runs.csv"]
    assert json.loads((out / "export.json").read_text())["rows"] == {"runs": 2}
    (out / "notes.txt").write_text("mine")
    assert told(capsys, *again, "--force")[0] == 2
    assert (out / "notes.txt").exists()


def test_what_fails_half_way_leaves_all_as_it_was(store, tmp_path, capsys, monkeypatch):
    """A full disk in the second table: exit code 1, the export of before is there whole, and nothing lies beside it."""
    out = tmp_path / "out"
    export(store, out, kind="csv", tables="runs,lots")
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    real = csv_files._one

    def full(source, runs, name, path) -> int:
        if name == "lots":
            raise OSError(28, "No space left on device")
        return real(source, runs, name, path)

    monkeypatch.setattr(csv_files, "_one", full)
    arguments = ("--store", store, "--format", "csv", "--tables", "runs,lots,marks", "--out")
    code, err = told(capsys, *arguments, out, "--force")
    assert code == 1
    assert "disk is full" in err
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert told(capsys, *arguments, tmp_path / "new")[0] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "store"]


@pytest.mark.parametrize("kind", ["csv", "delta", "xlsx", "ocel"])
def test_nobody_else_can_write_what_is_exported(store, tmp_path, kind):
    """Whatever the umask and the library that writes: files 0640, folders 0750, those above the export too."""
    before = os.umask(0)
    try:
        export(store, tmp_path / "above" / "out", kind=kind, tables=None if kind == "ocel" else "runs,marks")
    finally:
        os.umask(before)
    made = [tmp_path / "above", *(tmp_path / "above").rglob("*")]
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in made} == {
        path.name: "0o750" if path.is_dir() else "0o640" for path in made
    }


@pytest.mark.parametrize("kind", ["csv", "delta", "xlsx", "ocel"])
def test_a_full_disk_is_one_line_in_every_format(store, tmp_path, capsys, kind):
    """Files may grow to 20 kB and no more: exit code 1, and neither the export nor a part of it is there."""
    before = getrlimit(RLIMIT_FSIZE)
    setrlimit(RLIMIT_FSIZE, (20_000, before[1]))
    try:
        code, err = told(capsys, "--store", store, "--format", kind, "--out", tmp_path / "out")
    finally:
        setrlimit(RLIMIT_FSIZE, before)
    assert (code, len(err.splitlines())) == (1, 1), err
    assert "disk is full; nothing was exported" in err
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_a_damaged_file_is_exit_code_3_and_nothing_is_exported(store, tmp_path, capsys):
    """A flipped byte in the store is found before an export appears."""
    file = next((store / "tables" / "lots").glob("baseline-*.parquet"))
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    code, err = told(capsys, "--store", store, "--format", "csv", "--tables", "lots", "--out", tmp_path / "out")
    assert (code, len(err.splitlines())) == (3, 1)
    assert "damaged" in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("kind", "module"), [("delta", "deltalake"), ("xlsx", "xlsxwriter")])
def test_a_missing_extra_is_named(store, tmp_path, capsys, monkeypatch, kind, module):
    """Where the library of a format is not installed, one line says how to get it."""
    monkeypatch.setitem(sys.modules, module, None)
    code, err = told(capsys, "--store", store, "--format", kind, "--out", tmp_path / "out")
    assert code == 2
    assert f".venv/bin/pip install -e '.[{kind}]'" in err
