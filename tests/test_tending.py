"""Laws of looking after a store: a bad file is found and told, old runs go, lineage is made up, good data stay."""

import pytest

from twin import lineage, study
from twin.errors import UsageError
from twin.reports import tended
from twin.study import Request
from twin.tending import tend

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
    assert (found.runs, found.problems, found.retired) == (2, (), ())
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
    assert [key for key, _ in found.problems] == [f"tables/visits/{file.name}"]
    assert found.moved == ()
    assert "twin verify --quarantine" in tended.page(found)
    assert tend(store.root, quarantine=True).moved
    assert tend(store.root).problems == ()


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
