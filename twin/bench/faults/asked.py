"""Hostile questions, and hostile texts in a store: what a query can reach, and what its answer does to who reads it."""

import csv
import io
import re
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from zipfile import ZipFile

import duckdb
import pyarrow as pa

from twin.bench.faults.sample import below, context, execution_row, run_tables
from twin.bench.faults.tried import RUN, contents, misuse, misuse_anywhere, published, told_as
from twin.export import export
from twin.query import ask, opened
from twin.store import Store

FORBIDDEN = (
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_parquet('/tmp/*.parquet')",
    "SELECT * FROM read_blob('{store}/commits/*')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT content FROM (SELECT * FROM read_text('/proc/self/environ'))",
    "WITH a AS (FROM read_json('/etc/hostname')) SELECT * FROM a",
    "SELECT * FROM query('COPY runs TO ''{store}/x.csv''')",
    "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
    "SELECT getenv('HOME')",
    "SELECT * FROM look",
    "COPY runs TO '{store}/x.csv'",
    "COPY (SELECT 1) TO '{store}/../x.csv'",
    "ATTACH '{store}/x.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA version",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "CREATE TABLE x AS SELECT 1",
    "CREATE OR REPLACE VIEW runs AS SELECT 1",
    "DROP VIEW yield_loss",
    "DELETE FROM runs",
    "INSERT INTO runs SELECT * FROM runs",
    "WITH a AS (SELECT 1) INSERT INTO runs SELECT * FROM a",
    "CALL pragma_version()",
    "EXPORT DATABASE '{store}/../x'",
    "IMPORT DATABASE '{store}/../x'",
    "CHECKPOINT",
    "USE memory",
    "EXPLAIN ANALYZE SELECT 1",
    "SELECT 1; SELECT 2",
    "SELECT 1; COPY runs TO '{store}/../x.csv'",
    "/* a /* nested */ */ COPY runs TO '{store}/../x.csv'",
    "-- SELECT\nCOPY runs TO '{store}/../x.csv'",
    "/* never closed SELECT 1",
    "",
    ";;",
    "-- nothing",
)
STARTS = ("=", "+", "-", "@", "\t=", "\r=", " =", "＝")
ESCAPES = ("\x1b[2J\x1b[31mred \x9b31m", "fine\nerror: forged", "a\rb \u202egnp.exe")
HOSTILE = (*(f"{start}HYPERLINK(A1)" for start in STARTS), *ESCAPES)
_SETTINGS = ("enable_external_access = true", "lock_configuration = false", "python_enable_replacements = true")


@misuse_anywhere(
    "injection and file access through queries", f"{len(FORBIDDEN)} statements, {len(_SETTINGS)} settings, run ids"
)
def injection(root: str | Path) -> list[str]:
    """Every statement that is no question to the tables is refused in a line, and no file is read, made or changed."""
    store = below(root, "store")
    published(store, whole=True)
    before = contents(root)
    look, bad = opened(store), []
    for sql in FORBIDDEN:
        asked = sql.format(store=store)
        bad += [f"{sql}: {one}" for one in told_as(lambda asked=asked: ask(look, asked), 2, "query")]  # type: ignore[misc]
    for setting in _SETTINGS:
        try:
            look.execute(f"SET {setting}")
            bad.append(f"{setting} was accepted")
        except duckdb.Error:
            pass
    for name in ("x'; COPY runs TO 'y", "../store", f"{RUN}' OR '1'='1"):
        bad += told_as(lambda name=name: opened(store, [name]), 2, "no run")  # type: ignore[misc]
    look.close()
    return bad + ([] if contents(root) == before else ["files were made or changed"])


def _hostile_store(root: Path) -> Store:
    """Publish a run whose texts are hostile: its question, its changes, and what its execution says."""
    store, run = Store(root, fsync=False), context(RUN)
    once = run_tables(run, ("parameters", "columns"))
    for name, column in (("parameters", "about"), ("parameters", "value_text"), ("columns", "description")):
        table = once[name]
        texts = pa.array([HOSTILE[row % len(HOSTILE)] for row in range(len(table))], pa.string())
        once[name] = table.set_column(table.column_names.index(column), table.schema.field(column), texts)
    runs = once["runs"]
    place = runs.column_names.index("question")
    once["runs"] = runs.set_column(place, runs.schema.field(place), pa.array(["".join(HOSTILE)], pa.string()))
    staging = store.begin(RUN)
    staging.publish(once, {"wall_s": 1.0}, execution_row(run, staging.attempt))
    return store


@misuse("spreadsheet formulas", f"{len(STARTS)} ways to begin one; CSV of a query and of an export, XLSX")
def formulas(root: Path) -> list[str]:
    """No cell of a file that we write is a formula."""
    _hostile_store(root / "store")
    code, out, err = _twin("query", "FROM parameters", "--format", "csv", "--store", str(root / "store"))
    bad = [] if code == 0 else [err]
    export(root / "store", root / "csv", kind="csv")
    texts = [out, *(path.read_text(encoding="utf-8-sig") for path in (root / "csv").glob("*.csv"))]
    cells = [cell for text in texts for row in csv.reader(io.StringIO(text)) for cell in row]
    bad += [f"CSV: {cell!r}" for cell in cells if cell.strip(" \t\r").startswith(STARTS) and not _is_number(cell)]
    export(root / "store", root / "xlsx", kind="xlsx")
    for path in (root / "xlsx").glob("*.xlsx"):
        with ZipFile(path) as book:
            bad += [f"XLSX: a formula in {name}" for name in book.namelist() if re.search(rb"<f[ >]", book.read(name))]
    return bad if any("HYPERLINK" in cell for cell in cells) else [*bad, "the texts are not there"]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@misuse("terminal escapes and forged log lines", f"{len(ESCAPES)} texts in a store, in names and in questions")
def escapes(root: Path) -> list[str]:
    """No control character of a store's texts, or of what is typed, reaches a terminal; no line is forged."""
    _hostile_store(root / "store")
    where = ("--store", str(root / "store"))
    commands = [("store", "ls"), ("store", "show", RUN), ("store", "du"), ("verify",), ("query", "FROM runs")]
    commands += [
        ("query", "FROM parameters"),
        ("query", 'SELECT 1 AS "\x1b[2J\nx"'),
        ("query", "FROM runs", "--run", "\x1b[2J"),
    ]
    commands += [one for text in ESCAPES for one in (("store", "show", text), ("query", text), ("verify", text))]
    commands += [("query", "--run", text, "--view", text) for text in ESCAPES]
    bad = []
    for command in commands:
        _, out, err = _twin(*command, *where)
        for told in (out, err):
            lines = told.split("\n")
            bad += [
                f"{command}: {line!r}" for line in lines if not line.isprintable() or line.startswith("error: forged")
            ]
    return bad


def _twin(*arguments: str) -> tuple[int, str, str]:
    """Run a command of ours in this process; return its exit code, output and messages."""
    from twin.cli import main  # noqa: PLC0415 - the command line imports the bench

    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = main(list(arguments))
    found = []
    for stream in (out, err):
        stream.flush()
        found.append(stream.buffer.getvalue().decode())
    return code, found[0], found[1]
