"""A DuckDB connection that knows one view a table over the finished runs of a store, the shipped views, and no more."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from twin.errors import ContractError, UsageError, joined, printable
from twin.query.views import views
from twin.tables import CONTRACT_VERSION, TABLES, schema

MEMORY = 1024  # MiB
_LOCKS = (
    "SET python_enable_replacements = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET TimeZone = 'UTC'",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


def opened(store: Path, runs: Sequence[str] = (), *, memory: int = MEMORY) -> duckdb.DuckDBPyConnection:
    """Return a connection to the finished runs of a store: a view for each table and each shipped view.

    It reads the tables through Arrow and may open no file itself, load nothing and change no setting.

    Args:
        store: Folder of the store.
        runs: Ids of the runs to see; none for all.
        memory: The most memory that a query may take. [MiB]

    Raises:
        UsageError: There is no store, or no such run.
        ContractError: A commit record or a file of a run is damaged.
    """
    files = _files(store, _chosen(store, runs))
    connection = duckdb.connect(":memory:", config={"memory_limit": f"{memory}MiB", "temp_directory": ""})
    for name in TABLES:
        connection.register(name, _dataset(name, files.get(name, ())))
    for view in views():
        connection.execute(view.sql)
    for lock in _LOCKS:
        connection.execute(lock)
    return connection


def _chosen(store: Path, runs: Sequence[str]) -> list[Path]:
    commits = store / "commits"
    if not commits.is_dir():
        what = "is a file, not a store" if store.is_file() else "no store is here"
        raise UsageError(f"store {store}: {what}. Name its folder (--store DIR), or make one: twin run baseline.")
    known = {path.stem: path for path in sorted(commits.glob("[!.]*.json"))}
    strange = [run for run in runs if run not in known]
    if strange:
        there = joined(known, most=5) or "none yet"
        raise UsageError(f"store {store}: no run {printable(strange[0])}. Known are: {there}.")
    return [known[run] for run in runs] if runs else list(known.values())


def _files(store: Path, commits: Iterable[Path]) -> Mapping[str, list[Path]]:
    files: dict[str, list[Path]] = {}
    for commit in commits:
        for name, path in _named(store, commit):
            if not path.is_relative_to(store.resolve()):
                raise ContractError(f"{commit}: {name} lies outside the store. Look at the record: twin verify.")
            files.setdefault(name, []).append(path)
    return files


def _named(store: Path, commit: Path) -> list[tuple[str, Path]]:
    """Tables and files that a commit record names, and the executions of its run, which come later."""
    try:
        tables = json.loads(commit.read_bytes())["tables"]
        found = [
            (name, (store / str(tables[name]["path"])).resolve())
            for name in tables
            if name in TABLES and name != "executions"
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
        raise ContractError(
            f"{commit}: no commit record ({type(error).__name__}). What else is damaged: twin verify."
        ) from error
    return found + [
        ("executions", path.resolve()) for path in sorted(store.glob(f"tables/executions/{commit.stem}.*.parquet"))
    ]


def _dataset(name: str, files: Sequence[Path]) -> ds.Dataset | pa.Table:
    """One table over all files: what an older contract does not have is missing, what a newer one adds is left out."""
    wanted = pa.schema([(field.name, _plain(field.type)) for field in schema(TABLES[name])])
    if not files:
        return wanted.empty_table()
    options = ds.ParquetFragmentScanOptions(page_checksum_verification=True)
    try:
        for path in files if name == "runs" else ():
            _same_major(path, pq.read_schema(path))
        return ds.dataset(
            [str(path) for path in files],
            schema=wanted,
            format=ds.ParquetFileFormat(default_fragment_scan_options=options),
        )
    except (OSError, pa.ArrowInvalid) as error:
        raise ContractError(f"table {name}: {printable(error, 160)}. Find the damaged file: twin verify.") from error


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _same_major(path: Path, found: pa.Schema) -> None:
    version = (found.metadata or {}).get(b"twin.contract_version", b"?").decode("utf-8", "replace")
    if version.partition(".")[0] != CONTRACT_VERSION.partition(".")[0]:
        raise ContractError(
            f"{path}: contract {printable(version)}, this program reads {CONTRACT_VERSION}. "
            "Use the filmtwin that wrote it."
        )
