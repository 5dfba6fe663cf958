"""Whether a store is sound: each run whole or absent, nothing doubled, nothing left over, every folder readable."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd
import polars as pl

from twin.store import Snapshot, Store, open_snapshot, owner
from twin.store.files import Files
from twin.store.naming import EXECUTIONS, QUARANTINE, RETIRED, STAGING, TABLES_FOLDER, table_key
from twin.store.place import files_to_read
from twin.store.record import entries, found_tombstone
from twin.store.retiring import executions, tombstones


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
    look = Snapshot(files_to_read(store.root))  # also where nothing was ever published
    bad = [*look.problems, *_leftovers(store, look), *_graves(store)]
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


def _graves(store: Store) -> Iterator[str]:
    """Yield tombstones that nobody can read, and rows of the catalogue beside them that no tombstone answers for."""
    known = {run: record["cleared_utc"] is None for run, record in tombstones(store.files)}
    for one in store.files.listed(RETIRED):
        run, _, kind = one.name.rpartition(".")
        if not (run in known if kind == "json" else known.get(run)):
            yield f"left over: {one.key}"


def in_quarantine(store: Store) -> list[str]:
    """Return what lies in quarantine, where nothing was damaged that would have to."""
    return [f"put aside: {one.key}" for one in store.files.listed(QUARANTINE)]


def attempts(store: Store) -> dict[str, str]:
    """Return which attempt published each run that is there."""
    return {run: str(store.commit(run)["attempt"]) for run in store.runs()}


def lost(store: Store, before: Mapping[str, str], run_id: str, *, done: bool) -> list[str]:
    """Return what is not there that must be, after one run was changed by a process that was killed.

    Args:
        store: The store, opened after it.
        before: Which attempt had published each run that was there.
        run_id: The run that was changed.
        done: Whether the process had said that it was done.
    """
    now = attempts(store)
    others = sorted((before.keys() | now.keys()) - {run_id})
    bad = [f"{run} is lost, or another one" for run in others if now.get(run) != before.get(run)]
    was, here = before.get(run_id), now.get(run_id)
    if done and (was is None) == (here is None):
        bad.append(f"what was done to {run_id} is lost")
    if was is not None and here is not None and here != was:
        bad.append(f"{run_id} is another one")
    tombstone = found_tombstone(store.files, run_id)
    if was is not None and here is None and (tombstone is None or tombstone["attempt"] != was):
        bad.append(f"{run_id} went without a tombstone")
    return bad


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
    look, files, bad = open_snapshot(root), files_to_read(root), list[str]()
    for folder in sorted((root / TABLES_FOLDER).iterdir()):
        if not any(folder.iterdir()):
            continue
        wanted = _rows(folder.name, look, files)
        for name, read in READERS.items():
            try:
                rows = Counter(read(folder))
            except Exception as error:  # noqa: BLE001 - whatever a foreign reader says
                bad.append(f"{name} cannot read {folder.name}: {type(error).__name__}")
                continue
            if {run: rows[run] for run in wanted} != wanted:
                bad.append(f"{name} sees other rows of {folder.name}")
    return bad


def _rows(table: str, look: Snapshot, files: Files) -> dict[str, int]:
    """Return how many rows each run has in a table. [1]"""
    if table == EXECUTIONS:
        return {run: len(executions(files, run)) for run in look.records}
    found = {run: entries(record).get(table) for run, record in look.records.items()}
    return {run: one.rows for run, one in found.items() if one is not None}
