"""Laws of looking after a store: a bad file is found and told, old runs go, lineage is made up, good data stay."""

from pathlib import Path

import pytest
import yaml

from twin import lineage, study
from twin.bench.faults.sample import publish_sample
from twin.errors import ContractError, UsageError
from twin.reports import tended
from twin.store import Store, open_snapshot
from twin.store.naming import table_key
from twin.study import Request
from twin.tending import tend

DEPLOYED = Path(__file__).resolve().parents[1] / "prefect.yaml"
SHORT = {"sets": ("study.warm_up=1 d",), "replications": 1, "days": 1.0}


@pytest.fixture
def store(tmp_path):
    """A store with two runs."""
    for seed in (1, 2):
        study.run(Request(scenario="baseline", seed=seed, **SHORT).plan(), tmp_path, workers=1)
    return study.open_store(tmp_path)


def test_a_good_store_stays_as_it_is(store):
    """All is verified, nothing goes, the page says so; asked twice it says the same."""
    before = {path: path.read_bytes() for path in store.root.rglob("tables/*/*.parquet")}
    found = tend(store.root, older=1.0, most=2)
    assert (found.runs, found.bad, found.retired) == (2, (), ())
    assert {path: path.read_bytes() for path in store.root.rglob("tables/*/*.parquet")} == before
    assert "all good" in tended.headline(found)
    assert tend(store.root, older=1.0, most=2) == found


def test_a_bad_file_is_told_and_moved_when_asked(store):
    """One byte of one table: the run says which file, and moves it only when told to."""
    file = next(store.root.glob("tables/visits/*.parquet"))
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.chmod(0o600)
    file.write_bytes(data)
    found = tend(store.root)
    assert [key for key, _ in found.bad] == [f"tables/visits/{file.name}"]
    assert found.moved == ()
    assert "twin verify --quarantine" in tended.page(found)
    assert tend(store.root, quarantine=True).moved
    assert tend(store.root).bad == ()


def test_one_bad_file_hides_no_other_run(tmp_path):
    """As the shipped deployment looks after a store, a file that was cut costs its own run and nothing else."""
    for run in ("bad", "good"):
        publish_sample(Store(tmp_path, fsync=False), run, whole=True)
    (tmp_path / table_key("visits", "bad")).write_bytes(b"PAR1")
    with pytest.raises(ContractError, match="twin verify --quarantine"):
        open_snapshot(tmp_path).table("visits")
    deployed = yaml.safe_load(DEPLOYED.read_text(encoding="utf-8"))["deployments"]
    shipped = next(one["parameters"] for one in deployed if one["name"] == "tend-store")
    found = tend(tmp_path, most=shipped["keep_newest"], quarantine=shipped.get("quarantine", False))
    assert [key for key, _ in found.bad] == [table_key("visits", "bad")]
    assert "1 BAD, moved to quarantine" in tended.headline(found)
    look = open_snapshot(tmp_path)
    assert (look.runs, look.problems) == (["good"], [])
    assert look.table("visits")["run_id"].unique().to_pylist() == ["good"]
    assert (tmp_path / "quarantine" / "bad" / table_key("visits", "bad")).read_bytes() == b"PAR1"


def test_retention_takes_the_oldest_beyond_a_count(store):
    """With room for one run the other goes out of sight; an age that nothing has takes nothing; no age takes no run."""
    found = tend(store.root, most=1)
    assert len(found.retired) == 1
    assert study.open_store(store.root).runs() == sorted({*store.runs()} - {*found.retired})
    with pytest.raises(UsageError, match="every run"):
        tend(store.root, older=0.0)


def test_missing_lineage_is_made_up(store):
    """A manifest that is gone comes back as it was."""
    file = next((store.root / lineage.FOLDER).glob("*[0-9a-f].json"))
    before = file.read_bytes()
    file.unlink()
    assert tend(store.root).made_up == (file.stem,)
    assert file.read_bytes() == before


def test_no_store_is_one_line(tmp_path):
    """There is nothing to look after, and none is made."""
    with pytest.raises(UsageError, match="no store is there"):
        tend(tmp_path / "none")
    assert not (tmp_path / "none").exists()
