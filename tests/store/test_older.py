"""Runs of every earlier contract verify, open and answer; where they are defined otherwise, they say so."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from twin.indicators import CATALOGUE
from twin.query import ask, opened, views
from twin.sample import FOLDER
from twin.store import open_snapshot
from twin.store.local import LocalFiles
from twin.store.verify import verify
from twin.tables import CONTRACT_VERSION, TABLES

KEPT = Path(__file__).parent / "fixtures"
KEY = ["replication", "indicator", "scope", "subject", "detail"]
VALUES = ["numerator", "denominator", "value"]


@pytest.fixture
def older(tmp_path):
    """A store as contract 1.1.0 wrote it: two days of the baseline, one replication."""
    shutil.unpack_archive(KEPT / "contract-1.1.0.tar.xz", tmp_path)
    return tmp_path


def test_a_run_of_contract_1_1_is_verified_opened_and_asked(older):
    """As it was published: every file fits its record, every table has its rows, and every view has an answer."""
    seen = verify(LocalFiles(older))
    look = open_snapshot(older)
    (record,) = look.records.values()
    assert record["contract_version"] == "1.1.0"
    assert (seen.problems, look.problems) == ([], [])
    connection = opened(older)
    for name in TABLES:
        rows = record["tables"][name]["rows"] if name != "executions" else 1
        found = ask(connection, f"SELECT count(*) AS n FROM {name}").table.to_pylist()  # noqa: S608 - our own names
        assert found == [{"n": rows}], name
        assert len(look.table(name)) == rows, name
    for view in views():
        ask(connection, f"FROM {view.name}")


@pytest.mark.parametrize("version", ["1.1.0", CONTRACT_VERSION])
def test_a_byte_that_differs_is_named_in_a_run_of_any_contract(tmp_path, version):
    """Verification of the sample, and of what is older, looks at every file."""
    if version == CONTRACT_VERSION:
        shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    else:
        shutil.unpack_archive(KEPT / f"contract-{version}.tar.xz", tmp_path)
    files = LocalFiles(tmp_path)
    assert {one["contract_version"] for one in open_snapshot(tmp_path).records.values()} == {version}
    good = verify(files)
    assert good.problems == []
    assert good.files == len([*tmp_path.glob("tables/*/*")])
    path = min(tmp_path.glob("tables/samples/*"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert [one.key for one in verify(files).problems] == [path.relative_to(tmp_path).as_posix()]


def test_an_indicator_that_is_not_recomputed_is_defined_otherwise(older):
    """What the SQL of today does not give for a run of an older model says so by its definition."""
    told, again = (opened(older).sql(f"FROM {name}").df() for name in ("indicators", "indicators_recomputed"))
    both = told.merge(again, on=KEY, how="outer", suffixes=("", "_again"), indicator=True)
    close = [np.isclose(both[name], both[f"{name}_again"], rtol=1e-9, atol=1e-9, equal_nan=True) for name in VALUES]
    off = {*both[(both["_merge"] != "both") | ~np.all(close, axis=0)].indicator}
    meant = told.set_index("indicator").definition.to_dict()
    assert {"availability", "oee"} < off < {*meant}
    assert {name for name in off if meant[name] == CATALOGUE[name].definition} == set()
