"""Laws of the store's marks: all ways write the same rows, a ratio is over plain writes, and no run may be missing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pyarrow.parquet as pq
import pytest

from twin.bench import store_marks
from twin.bench.faults.sample import publish_sample
from twin.store import Store, open_snapshot
from twin.tables.logs import LOGS


@pytest.fixture
def small(monkeypatch):
    """Tables of some rows, and writers that are threads."""
    monkeypatch.setattr(store_marks, "_ROWS", 100)
    monkeypatch.setattr(store_marks, "ProcessPoolExecutor", lambda workers, _: ThreadPoolExecutor(workers))


@pytest.mark.usefixtures("small")
def test_all_ways_write_the_same_rows(tmp_path):
    """Else one of them would have less to do: plainly, with fsync, without, and joined from its parts."""
    for way in store_marks._WAYS:
        assert store_marks._seconds(way, tmp_path, "run-0") > 0.0
    for name in (spec.name for spec in LOGS):
        plain = pq.read_table(tmp_path / "plain" / name / "run-0.parquet")
        assert plain.num_rows == 100
        for way in store_marks._WAYS[1:]:
            assert Store(tmp_path / way).read("run-0", name).to_pylist() == plain.to_pylist()


@pytest.mark.usefixtures("small")
def test_each_writer_publishes_each_round(tmp_path):
    """Two writers, a round to warm up and one that counts: four runs in each store, and ratios of time."""
    found = store_marks.commits(tmp_path / "commits", rounds=1)
    assert all(0.0 < one < float("inf") for one in found)
    for way in store_marks._WAYS[1:]:
        assert len(open_snapshot(tmp_path / "commits" / way).runs) == 4


@pytest.mark.usefixtures("small")
def test_what_publishing_costs_is_told_over_plain_writes(tmp_path, monkeypatch):
    """The medians of all writers and rounds, one over the other; the first round of each writer counts for nothing."""

    def written(_: str, writer: int, rounds: int) -> list[tuple[float, ...]]:
        return [(2.0, 3.0, 2.2, 4.0)] * rounds if writer > 1 else [(1e3, 1.0, 1.0, 1.0)]

    monkeypatch.setattr(store_marks, "_written", written)
    assert store_marks.commits(tmp_path / "commits", rounds=3) == (1.5, 1.1, 2.0, 3.0)


def test_a_store_takes_less_room_than_plain_files(tmp_path):
    """Compact takes no more than standard, even of two days; and verification has read something."""
    compact, standard, speed = store_marks._year(tmp_path, days=2)
    assert 0.0 < compact <= standard < 1.0
    assert speed > 0.0


def test_runs_that_are_missing_are_no_mark(tmp_path, monkeypatch):
    """All are opened and asked for; where one is not there, nothing is told."""
    assert all(one > 0.0 for one in store_marks._many(tmp_path / "all", 3))
    assert open_snapshot(tmp_path / "all").runs == ["run-0000", "run-0001", "run-0002"]
    monkeypatch.setattr(store_marks, "publish_sample", lambda store, _, **more: publish_sample(store, "one", **more))
    with pytest.raises(RuntimeError, match="runs are missing"):
        store_marks._many(tmp_path / "one", 3)


@pytest.mark.parametrize("quick", [False, True])
def test_quick_marks_are_the_same_marks_of_less(monkeypatch, quick):
    """A tenth of the runs, fewer rounds and days; publishing is told in milliseconds."""
    asked, told = [], []

    def takes(found: tuple[float, ...]) -> Callable[..., tuple[float, ...]]:
        return lambda _, *size, **named: (asked.extend([*size, *named.values()]), found)[1]

    monkeypatch.setattr(store_marks, "commits", takes((1.5, 1.1, 1.2, 0.009)))
    monkeypatch.setattr(store_marks, "_year", takes((0.4, 0.5, 200.0)))
    monkeypatch.setattr(store_marks, "_many", takes((0.1, 0.2)))
    found = store_marks.store_marks(quick=quick, tell=told.append)
    assert found == (1.5, 1.1, 1.2, pytest.approx(9.0), 0.4, 0.5, 200.0, 0.1, 0.2)
    assert asked == ([10, 30, 100] if quick else [40, 365, 1000])
    assert len(told) == 3
