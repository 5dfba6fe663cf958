"""How fast and how small the store is: ratios against plain pyarrow in the same call, medians of interleaved rounds."""

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from twin.bench.faults.sample import context, execution_row, publish_sample, run_tables, table
from twin.store import Store, open_snapshot
from twin.store.naming import TABLES_FOLDER
from twin.store.parquet import COMPACT, STANDARD, write_file
from twin.store.place import files_to_read
from twin.store.verify import verify
from twin.tables.logs import LOGS

_ROWS = 5_000
_WRITERS = 2
_PARTS = 5  # replications of a run whose logs are streamed through staging
_WAYS = ("plain", "synced", "unsynced", "streamed")


class StoreMarks(NamedTuple):
    """Marks of the store.

    Attributes:
        commit_vs_naive: Publishing the logs, 5,000 rows each, with the run's row and its execution, with fsync by two
            writers, over plain writes of the same tables by pyarrow with the same compression. [1]
        commit_nosync_vs_naive: The same without fsync. [1]
        commit_streamed_vs_naive: The same without fsync, in five replications of 1,000 rows each, staged apart and
            joined to one file a table. [1]
        commit_ms: What publishing a run takes, with fsync. [ms]
        size_vs_snappy_float64: Logs of a year of the plant, compact, over what pyarrow writes by itself. [1]
        size_standard_vs_snappy_float64: The same logs in the standard encoding. [1]
        verify_mb_per_s: Verification of that year. [MB/s]
        open_1000_runs_s: Opening a snapshot of 1,000 runs. [s]
        query_1000_runs_s: The first query over a table of all of them, hashes included. [s]
    """

    commit_vs_naive: float
    commit_nosync_vs_naive: float
    commit_streamed_vs_naive: float
    commit_ms: float
    size_vs_snappy_float64: float
    size_standard_vs_snappy_float64: float
    verify_mb_per_s: float
    open_1000_runs_s: float
    query_1000_runs_s: float


def store_marks(*, quick: bool = False, tell: Callable[[str], None] = lambda _: None) -> StoreMarks:
    """Measure the marks of the store.

    Args:
        quick: Fewer rounds, and 100 runs instead of 1,000.
        tell: Called with what is being measured.
    """
    with TemporaryDirectory(prefix="store-") as folder:
        tell("publishing against plain writes")
        synced, unsynced, streamed, seconds = commits(Path(folder) / "commits", rounds=10 if quick else 40)
        tell("a year of the plant: size and verification")
        small, standard, speed = _year(Path(folder), days=30 if quick else 365)
        tell("many runs")
        opening, asking = _many(Path(folder) / "many", 100 if quick else 1000)
    return StoreMarks(synced, unsynced, streamed, 1e3 * seconds, small, standard, speed, opening, asking)


def commits(folder: Path, rounds: int) -> tuple[float, float, float, float]:
    """Return what publishing costs over plain writes: with fsync, without, in parts [1], and with it by a run [s]."""
    folder.mkdir(parents=True)
    with ProcessPoolExecutor(_WRITERS, get_context("spawn")) as pool:
        list(pool.map(_written, [str(folder)] * _WRITERS, range(_WRITERS), [1] * _WRITERS))
        both = pool.map(_written, [str(folder)] * _WRITERS, range(_WRITERS, 2 * _WRITERS), [rounds] * _WRITERS)
        times = [one for found in both for one in found]
    plain, synced, unsynced, streamed = (median(one[place] for one in times) for place in range(len(_WAYS)))
    return synced / plain, unsynced / plain, streamed / plain, synced


def _written(folder: str, writer: int, rounds: int) -> list[tuple[float, ...]]:
    """Write runs in all ways in turn; return how long each took, a round a row. [s]"""
    return [tuple(_seconds(way, Path(folder), f"run-{writer}-{one}") for way in _WAYS) for one in range(rounds)]


def _seconds(way: str, folder: Path, run_id: str) -> float:
    rows, run = _ROWS // _PARTS, context(run_id)
    parts = [{spec.name: table(spec.name, rows, run, number) for spec in LOGS} for number in range(_PARTS)]
    whole = {name: pa.concat_tables([one[name] for one in parts]).unify_dictionaries() for name in parts[0]}
    whole = {name: one.combine_chunks() for name, one in whole.items()}
    store = None if way == "plain" else Store(folder / way, fsync=way == "synced")
    begun = time.perf_counter()
    if store is None:
        _plainly(folder / way, run_id, whole)
    else:
        staged = parts if way == "streamed" else [whole]
        staging = store.begin(run_id, single=len(staged) == 1)
        for number, tables in enumerate(staged):
            staging.add(number, tables)
        staging.publish(run_tables(run), {}, execution_row(run, staging.attempt))
    return time.perf_counter() - begun


def _plainly(folder: Path, run_id: str, tables: dict[str, pa.Table]) -> None:
    run = context(run_id)
    for name, one in {**tables, **run_tables(run), "executions": execution_row(run, "0-0")}.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        pq.write_table(one, folder / name / f"{run_id}.parquet", compression="zstd", compression_level=3)


def _year(folder: Path, days: int) -> tuple[float, float, float]:
    """Return the sizes of a year's logs, compact and standard, over pyarrow's own [1], and verification [MB/s]."""
    from twin import study  # noqa: PLC0415 - only here is anything computed

    plan = study.Request(scenario="baseline", replications=1, days=float(days)).plan()
    result = study.run(plan, folder / "year", workers=1)
    files = files_to_read(folder / "year")
    begun = time.perf_counter()
    found = verify(files)
    speed = found.bytes / 1e6 / (time.perf_counter() - begun)
    sizes = {"snappy": 0, STANDARD: 0, COMPACT: 0}
    for name in (spec.name for spec in LOGS):
        one = Store(folder / "year").read(result.run_id, name)
        target = folder / "one.parquet"
        pq.write_table(one, target)
        sizes["snappy"] += target.stat().st_size
        for encoding in (STANDARD, COMPACT):
            write_file(name, one, target, encoding)
            sizes[encoding] += target.stat().st_size
    return sizes[COMPACT] / sizes["snappy"], sizes[STANDARD] / sizes["snappy"], speed


def _many(root: Path, runs: int) -> tuple[float, float]:
    """Return how long opening many runs [s] and the first query over them [s] take."""
    store = Store(root, fsync=False)
    for number in range(runs):
        publish_sample(store, f"run-{number:04d}", rows=100)
    begun = time.perf_counter()
    look = open_snapshot(root)
    opened = time.perf_counter()
    query = "SELECT indicator, avg(value) FROM indicators JOIN runs USING (run_id) GROUP BY indicator"
    look.duckdb("indicators", "runs").execute(query).fetchall()
    asked = time.perf_counter()
    if len(look.runs) != runs or not any((root / TABLES_FOLDER).iterdir()):
        raise RuntimeError("runs are missing")
    return opened - begun, asked - opened
