"""The store of finished runs: publishing, reading, care and recovery."""

from twin.store.staging import Published, Staging, stage_part
from twin.store.store import Store
from twin.store.version import model_version, run_context, run_id, scenario_hash

__all__ = ["Published", "Staging", "Store", "model_version", "run_context", "run_id", "scenario_hash", "stage_part"]
