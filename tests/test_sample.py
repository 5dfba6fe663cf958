"""The sample store opens with the tools of an analyst, without our code, and is small enough to be kept."""

import json
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from twin import sample
from twin.errors import ContractError
from twin.sample import FOLDER, LARGEST, RUNS, size_of
from twin.store import Store
from twin.tables import TABLES


def test_the_sample_is_small_and_holds_data_alone():
    """Under 2 MB, and nothing but Parquet files and commit records."""
    assert 100_000 < size_of(FOLDER) < LARGEST == 2_000_000
    assert {path.suffix for path in FOLDER.rglob("*") if path.is_file() and "_staging" not in path.parts} == {
        ".parquet", ".json",
    }  # fmt: skip


def test_the_sample_opens_with_pandas_polars_and_duckdb():
    """All three read each table whole, with the rows that stand in the files, and find both runs."""
    for name in TABLES:
        files = sorted((FOLDER / "tables" / name).glob("*.parquet"))
        rows = sum(pq.read_metadata(file).num_rows for file in files)
        first = pd.read_parquet(FOLDER / "tables" / name)
        second = pl.read_parquet(FOLDER / "tables" / name / "*.parquet")
        third = duckdb.read_parquet(f"{FOLDER}/tables/{name}/*.parquet").fetchall()
        assert len(first) == len(second) == len(third) == rows
        assert list(first.columns) == second.columns == [column.name for column in TABLES[name].columns]
    runs = pd.read_parquet(FOLDER / "tables" / "runs")
    assert sorted(runs["scenario"].astype(str)) == sorted(RUNS)


def test_the_runs_of_the_sample_are_paired_and_finished():
    """Both have seed, length and replications in common, and differ in the oven alone."""
    runs = pd.read_parquet(FOLDER / "tables" / "runs").astype({"scenario": str}).set_index("scenario")
    for column in ("seed", "replications", "warm_up_s", "horizon_s", "model_version", "contract_version"):
        assert len(set(runs[column])) == 1
    changed = {name: set(json.loads(text)) for name, text in runs["changes"].items()}
    assert {path.rpartition(".")[0] for path in changed["oven-2-down"] - changed["baseline"]} == {"plant.oven"}
    assert sorted(path.stem for path in (FOLDER / "commits").glob("*.json")) == sorted(runs["run_id"].astype(str))


def test_our_own_reader_finds_every_table_unharmed(tmp_path: Path):
    """The store's reader, which checks what it reads, opens each table of each run of a copy."""
    store = Store(shutil.copytree(FOLDER, tmp_path / "copy"), fsync=False)
    for run in store.runs():
        for name in TABLES:
            assert store.read(run, name).num_rows >= (0 if name == "marks" else 1), (run, name)
    with pytest.raises(Exception, match="no run"):
        store.read("none", "runs")


def test_the_sample_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    """What was there before is gone, what only writers need does not come along; one too large changes nothing."""
    short = ("study.warm_up=12 h", "study.horizon=1 d", "study.replications=1")
    monkeypatch.setattr(sample, "RUNS", {"baseline": short})
    folder = tmp_path / "sample"
    (folder / "tables" / "lots").mkdir(parents=True)
    (folder / "tables" / "lots" / "old.parquet").write_bytes(b"old")
    monkeypatch.setattr(sample, "LARGEST", 1000)
    with pytest.raises(ContractError, match=r"more than 1000\. Shorten the runs"):
        sample.write(folder)
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["old.parquet"]
    monkeypatch.setattr(sample, "LARGEST", LARGEST)
    assert sample.write(folder) == size_of(folder) > 1000
    assert sorted(path.name for path in folder.iterdir()) == ["commits", "tables"]
    assert not (folder / "tables" / "lots" / "old.parquet").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["sample"]
