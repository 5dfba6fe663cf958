"""Made-up runs that fit the contract, of any size, for measuring and breaking the store."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from twin.store import Store
from twin.store.staging import Published
from twin.tables import TABLES, Column, RunContext, Table, execution_table
from twin.tables.build import from_rows, named, numbers, repeated, timestamps

SMALL = ("lots", "visits", "indicators")  # tables of a run that is only to be broken
_MACHINES = 8


def place_of(root: str | Path) -> str:
    """Return what a table of results calls the place of a store."""
    return "local disk" if isinstance(root, Path) else "S3"


def below(root: str | Path, name: str) -> str | Path:
    """Return a place in another one: a folder, or an address in a bucket."""
    return root / name if isinstance(root, Path) else f"{root}/{name}"


def context(run_id: str, seed: int = 1) -> RunContext:
    """Return what the tables of a made-up run say of it."""
    return RunContext(run_id=run_id, scenario="sample", scenario_hash="0" * 12, model_version="0" * 16, seed=seed)


def table(name: str, rows: int, run: RunContext, replication: int = 0) -> pa.Table:
    """Make one table: the same rows for the same run and replication.

    Args:
        name: Name of the table.
        rows: How many rows. [1]
        run: Whose rows they are.
        replication: Number of the replication. [1]
    """
    draw = np.random.default_rng([run.seed, replication, len(name)])
    columns = [_column(TABLES[name], column, rows, run, replication, draw) for column in TABLES[name].columns]
    return pa.Table.from_arrays(columns, schema=run.schema(name))


def _column(
    spec: Table, column: Column, rows: int, run: RunContext, replication: int, draw: np.random.Generator
) -> pa.Array:  # fmt: skip
    same: dict[str, str] = {"run_id": run.run_id, "scenario": run.scenario}
    counted = np.arange(rows, dtype=np.float64)
    if column.name in same:
        return repeated(same[column.name], rows)
    if column.kind == "name":
        return _names(column, rows, _MACHINES if column.name == "unit" or column.name not in spec.key else max(1, rows))
    if column.kind == "time":
        return timestamps(counted * 60.0, 1_700_000_000_000_000)
    if column.kind == "number":
        return numbers(column, counted * 60.0 if column.unit == "s" else draw.lognormal(size=rows))
    if column.kind in ("count", "integer"):
        return numbers(column, np.full(rows, float(replication)) if column.name == "replication" else counted)
    return pa.array(np.ones(rows, dtype=bool)) if column.kind == "flag" else _texts(column, rows)


def _names(column: Column, rows: int, size: int) -> pa.Array:
    return named(np.arange(rows, dtype=np.int64) % size, [f"{column.name} {place}" for place in range(size)])


def _texts(column: Column, rows: int) -> pa.Array:
    return pa.array([f"{column.name} {place}" for place in range(rows)], pa.string())


def run_tables(run: RunContext, names: Iterable[str] = ()) -> dict[str, pa.Table]:
    """Return the tables that a made-up run has once; ``runs`` among them."""
    row: Mapping[str, Any] = {
        "question": "?", "scenario_hash": run.scenario_hash, "model_version": run.model_version,
        "contract_version": run.contract_version, "seed": run.seed, "replications": 1, "warm_up_s": 0.0,
        "horizon_s": 86400.0, "measured_from_utc": datetime(2026, 1, 1, tzinfo=UTC), "python": "3", "changes": "{}",
    }  # fmt: skip
    return {"runs": from_rows("runs", [row], run), **{name: table(name, _MACHINES, run) for name in names}}


def execution_row(run: RunContext, attempt: str) -> pa.Table:
    """Return a row of ``executions`` of a made-up run."""
    return execution_table(run, execution_id=attempt, started=datetime(2026, 1, 1, tzinfo=UTC), wall=1.0, workers=1)


def publish_sample(
    store: Store, run_id: str, *, rows: int = 40, names: Iterable[str] = SMALL, whole: bool = False
) -> Published:  # fmt: skip
    """Publish a made-up run.

    Args:
        store: Where.
        run_id: Its id.
        rows: Rows of each of its logs. [1]
        names: Its logs.
        whole: Whether it has all tables of the contract.
    """
    run = context(run_id)
    logs = [name for name, spec in TABLES.items() if spec.per == "replication"] if whole else list(names)
    once = [name for name, spec in TABLES.items() if spec.per == "run" and name != "runs"] if whole else []
    staging = store.begin(run_id)
    try:
        staging.add(0, {name: table(name, rows, run) for name in logs})
    except BaseException:
        staging.abandon()
        raise
    return staging.publish(run_tables(run, once), {"wall_s": 1.0}, execution_row(run, staging.attempt))
