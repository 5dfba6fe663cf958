"""Laws of worker processes: what listens to them ends with them."""

import logging
import threading
from pathlib import Path
from unittest.mock import Mock

import pytest

from twin import study
from twin.scenario import load
from twin.store import Store


@pytest.mark.parametrize("fails", ["store.Store.begin", "study.pool.QueueListener", "study.pool.ProcessPoolExecutor"])
def test_a_study_that_cannot_begin_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str) -> None:
    """When its place in the store cannot be made, or its workers not be heard: no thread stays, and nothing staged."""
    monkeypatch.setattr(f"twin.{fails}", Mock(side_effect=OSError("no room")))
    before = set(threading.enumerate())
    job = study.Job(load("baseline"), Store(tmp_path), workers=2, log=logging.NullHandler())
    with pytest.raises(OSError, match="no room"), job:
        pytest.fail("it has begun")
    for thread in set(threading.enumerate()) - before:
        thread.join(5.0)
    assert set(threading.enumerate()) <= before
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "publish.lock"] == []
