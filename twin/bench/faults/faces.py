"""How a store is looked at while others change it: our snapshot in all its ways, plain tools as it is documented."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd
import polars as pl

from twin.bench.faults.sample import SMALL
from twin.contract import bare_views
from twin.query import ask, opened
from twin.store import Snapshot, open_snapshot
from twin.store.record import entries

ROWS = 40  # of each table of each run
_SEEN = (*SMALL, "runs")
_TRIES = 10  # a plain tool reads again where a file has vanished meanwhile, and so often at most
_GONE = ("No such file", "No files found")  # how DuckDB says it
_Look = Callable[[str | Path], list[str]]


class Face(NamedTuple):
    """A way to look at a store.

    Attributes:
        what: Who looks.
        look: Looks once, and returns what should not have been.
        share: How often it looks, of the full number: one looks fast, another does not. [1]
        plain: Whether it reads a folder itself, where a file may go between its listing and its reading.
    """

    what: str
    look: _Look
    share: float = 1.0
    plain: bool = False


def looked(face: Face, root: str | Path) -> tuple[list[str], int]:
    """Look once; return what should not have been, and how often it was read again."""
    for again in range(_TRIES):
        try:
            return face.look(root), again
        except Exception as error:
            if not (face.plain and has_vanished(error)):
                raise
    return face.look(root), _TRIES


def has_vanished(error: Exception) -> bool:
    """Say whether a tool says that a file is not there, and not that it cannot be read."""
    return isinstance(error, FileNotFoundError) or any(said in str(error) for said in _GONE)


def _snapshot(root: str | Path) -> list[str]:
    look = open_snapshot(root)
    return _compared(look, {name: look.table(name, columns=["run_id"])["run_id"].to_pylist() for name in _SEEN})


def _connected(root: str | Path) -> list[str]:
    look = open_snapshot(root)
    with look.duckdb(*_SEEN) as known:
        return _compared(look, {name: _runs_in(known, name) for name in _SEEN})


def _asked(root: str | Path) -> list[str]:
    with opened(root) as known:
        found = {name: ask(known, f"SELECT run_id FROM {name}").table["run_id"].to_pylist() for name in _SEEN}  # noqa: S608 - a table of ours
    return _judged(found.pop("runs"), found)


def _pandas(root: str | Path) -> list[str]:
    """The documented join: the catalogue first, then each table."""
    found = {name: pd.read_parquet(Path(root) / "tables" / name, columns=["run_id"]) for name in ("runs", *SMALL)}
    rows = {name: frame["run_id"].astype(str).tolist() for name, frame in found.items()}
    return _judged(rows.pop("runs"), rows)


def _polars(root: str | Path) -> list[str]:
    """The same join."""
    found = {name: pl.read_parquet(Path(root) / "tables" / name, columns=["run_id"]) for name in ("runs", *SMALL)}
    rows = {name: frame["run_id"].cast(pl.String).to_list() for name, frame in found.items()}
    return _judged(rows.pop("runs"), rows)


def _shipped(root: str | Path) -> list[str]:
    """The views that are shipped for a plain DuckDB, read anew."""
    views = bare_views((*SMALL, "runs")).replace("'tables/", f"'{root}/tables/")
    with duckdb.connect() as known:
        known.execute(views)
        return _judged(_runs_in(known, "runs"), {name: _runs_in(known, name) for name in SMALL})


FACES = (
    Face("the snapshot", _snapshot),
    Face("its DuckDB connection", _connected, share=0.2),
    Face("twin query", _asked, share=0.2),
    Face("a plain join on runs (pandas)", _pandas, plain=True),
    Face("a plain join on runs (polars)", _polars, share=0.2, plain=True),
    Face("the shipped plain views", _shipped, plain=True),
)


def _runs_in(known: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    return [run for (run,) in known.execute(f"SELECT run_id::VARCHAR FROM {name}").fetchall()]  # noqa: S608 - a table of ours


def _compared(look: Snapshot, found: Mapping[str, list[str]]) -> list[str]:
    """Compare what was found with the records of the snapshot."""
    rows = {name: Counter(runs) for name, runs in found.items()}
    wanted = {run: {name: entries(record)[name].rows for name in _SEEN} for run, record in look.records.items()}
    return [*look.problems, *_doubled(found["runs"])] + [
        f"{name} of {run}: {rows[name][run]} of {count} rows"
        for run, tables in wanted.items() for name, count in tables.items() if rows[name][run] != count
    ]  # fmt: skip


def _judged(runs: list[str], found: Mapping[str, list[str]]) -> list[str]:
    """Compare what was found with what each run is known to have."""
    rows = {name: Counter(some) for name, some in found.items()}
    return _doubled(runs) + [
        f"{name} of {run}: {count[run]} rows" for run in runs for name, count in rows.items() if count[run] != ROWS
    ]


def _doubled(runs: Iterable[str]) -> list[str]:
    return [f"runs has {run} {count} times" for run, count in Counter(runs).items() if count > 1]
