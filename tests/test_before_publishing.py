"""Laws of what is looked at before a run is published, and of a stored run that is computed again."""

import pytest

from twin import study
from twin.cli import main
from twin.errors import ContractError
from twin.scenario import load
from twin.store import Store
from twin.store.naming import table_key
from twin.study import job
from twin.tables import TABLES
from twin.tables.keeping import misplaced

SHORT = ("study.warm_up=1 d", "study.horizon=1 d", "study.replications=1")


@pytest.fixture(scope="module")
def plan():
    """A day of the baseline."""
    return load("baseline", SHORT)


@pytest.fixture(scope="module")
def done(plan, tmp_path_factory):
    """It in a store."""
    return study.run(plan, tmp_path_factory.mktemp("done"), workers=1)


def test_verdicts_on_the_whole_run_keep_the_contract_too(plan, tmp_path, monkeypatch):
    """They join the checks when those were looked at already; a key that stands there twice is not published."""
    usual = job.all_verdicts
    monkeypatch.setattr(job, "all_verdicts", lambda *how: 2 * usual(*how))
    with pytest.raises(ContractError, match=r"checks: .* rows repeat the key"):
        study.run(plan, tmp_path, workers=1)
    assert not list((tmp_path / "tables").rglob("*.parquet"))


def test_rows_of_another_replication_are_not_published(plan, tmp_path, monkeypatch):
    """Each replication alone is looked at, so none may hold rows of another: together they would repeat keys."""
    from twin import indicators  # noqa: PLC0415 - its function of the same name is put in place here

    usual = indicators.indicators
    monkeypatch.setattr(indicators, "indicators", lambda logs, plan, _, whose: usual(logs, plan, 7, whose))
    with pytest.raises(ContractError, match="indicators: its replication is not 0 everywhere"):
        study.run(plan, tmp_path, workers=1)


def test_rows_of_another_run_are_named(done):
    """In every table, and nothing else is."""
    store = Store(done.store)
    found = {name: store.read(done.run_id, name) for name, spec in TABLES.items() if spec.per == "replication"}
    found["checks"] = found["checks"].slice(0, 0)  # here verdicts on the whole run stand beside those of replications
    assert misplaced(found, done.run_id, 0) == []
    told = misplaced(found, "other", 0)
    assert {line.partition(":")[0] for line in told} == {name for name, one in found.items() if one.num_rows}


@pytest.mark.parametrize("table", ["lots", "runs"])
def test_a_stored_file_that_was_damaged_is_no_identical_one(done, table, capsys):
    """Computing again compares with the bytes that stand there, and not with what a record says of them."""
    file = done.store / table_key(table, done.run_id)
    data = file.read_bytes()
    file.write_bytes(data[:99] + bytes([data[99] ^ 1]) + data[100:])
    asked = [f"--set={one}" for one in SHORT]
    try:
        code = main(["run", "baseline", *asked, "--workers", "1", "--store", str(done.store), "--force"])
    finally:
        file.write_bytes(data)
    assert code == 3
    told = capsys.readouterr().err
    assert f"differs in {table}." in told
    advice = told.rpartition("twin ")[2].split()
    assert advice == ["verify", done.run_id, "--store", str(done.store)]
    assert main(advice) == 0  # the file is whole again
    assert f"differs: {table}" in Store(done.store).read(done.run_id, "executions")["outcome"].to_pylist()
