"""The store of finished runs: publishing, reading, care and recovery."""

from twin.store.snapshot import Snapshot, open_snapshot
from twin.store.staging import Published, Staging, stage_part
from twin.store.store import Store
from twin.store.version import model_version, run_context, run_id, scenario_hash

open = open_snapshot  # noqa: A001 - reads as twin.store.open(path)

__all__ = [
    "Published", "Snapshot", "Staging", "Store", "model_version", "open", "open_snapshot", "run_context", "run_id",
    "scenario_hash", "stage_part",
]  # fmt: skip
