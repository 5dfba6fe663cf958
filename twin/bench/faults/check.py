"""Whether a store is sound: each run whole or absent, nothing doubled, nothing left over, every folder readable."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd
import polars as pl

from twin.store import Snapshot, Store, open_snapshot, owner
from twin.store.naming import EXECUTIONS, STAGING, TABLES_FOLDER, table_key
from twin.store.record import entries
from twin.store.retiring import executions


class Outcome(NamedTuple):
    """What came of one kind of fault.

    Attributes:
        fault: What failed.
        how: How it was injected.
        times: How often. [1]
        bad: What should not have been, each in words.
        told: Figures worth telling.
    """

    fault: str
    how: str
    times: int
    bad: list[str]
    told: str = ""


def unsound(store: Store) -> list[str]:
    """Return what is wrong with a store after it was opened once more; nothing is, if all is well.

    Args:
        store: The store, which nobody is changing.
    """
    look = open_snapshot(store.root)
    bad = [*look.problems, *_leftovers(store, look)]
    for run_id, record in look.records.items():
        for name, entry in entries(record).items():
            if store.read(run_id, name).num_rows != entry.rows:
                bad.append(f"{run_id} has not all rows of {name}")
    return bad


def _leftovers(store: Store, look: Snapshot) -> list[str]:
    """Files that belong to no run: in the table folders, or in the staging folder."""
    wanted = {table_key(name, run_id) for run_id, record in look.records.items() for name in record["tables"]}
    wanted |= {key for run_id in look.records for key in executions(store.files, run_id)}
    found = {one.key for one in store.files.listed(TABLES_FOLDER)}
    staged = [one.key for one in store.files.listed(STAGING) if one.name != "publish.lock"]
    folders = [path.name for path in store.files.workspace.iterdir() if path.is_dir() and not _is_used(path)]
    return [f"left over: {key}" for key in (*sorted(found - wanted), *staged, *folders)] + [
        f"missing: {key}" for key in sorted(wanted - found)
    ]


def _is_used(folder: Path) -> bool:
    """Say whether a living process keeps there what it reads."""
    return folder.suffix == owner.NEW and not owner.is_scrap_left_behind(folder)


READERS: dict[str, Callable[[Path], Iterable[str]]] = {
    "pandas": lambda folder: pd.read_parquet(folder, columns=["run_id"])["run_id"].tolist(),
    "polars": lambda folder: pl.read_parquet(folder, columns=["run_id"])["run_id"].to_list(),
    "duckdb": lambda folder: [one for (one,) in duckdb.execute(f"SELECT run_id FROM '{folder}/*.parquet'").fetchall()],  # noqa: S608 - our own path
}


def unreadable(root: Path) -> list[str]:
    """Return what plain tools cannot read, or see other than it was published."""
    look, bad = open_snapshot(root), []
    for folder in sorted((root / TABLES_FOLDER).iterdir()):
        if folder.name == EXECUTIONS or not any(folder.iterdir()):
            continue
        wanted = {run: entries(record)[folder.name].rows for run, record in look.records.items()}
        for name, read in READERS.items():
            try:
                rows = Counter(read(folder))
            except Exception as error:  # noqa: BLE001 - whatever a foreign reader says
                bad.append(f"{name} cannot read {folder.name}: {type(error).__name__}")
                continue
            if {run: rows[run] for run in wanted} != wanted:
                bad.append(f"{name} sees other rows of {folder.name}")
    return bad
