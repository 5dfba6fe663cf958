"""One question in SQL: looked at before it is run, stopped when it takes too long, cut when it answers too much."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import count
from threading import Event, Timer
from typing import NamedTuple

import duckdb
import pyarrow as pa

from twin.errors import ContractError, RunError, TwinError, UsageError, nearest, printable
from twin.query.views import names
from twin.store.files import lacks_memory
from twin.tables import TABLES

_BATCH = 10_000  # rows
_STREAM = re.compile(r"[\w ]+: \w+ \w+ stream [\w ]*registered as '")  # of DuckDB where a table of ours cannot be read
_OURS = re.compile(r"registered as '\w+' failed: (UsageError|RunError|ContractError): (.*)", re.DOTALL)
_MACHINE = re.compile(r"\[errno (?!2\])\d+\]", re.IGNORECASE)  # of the system, in words of Arrow; 2: it is gone
_FULL = "Out of Memory Error"  # how DuckDB begins, whoever hands it on; further down it repeats the question
_STOPPED = "INTERRUPT Error"
_WORDS = re.compile(r"[A-Z][\w ]* Error: ")  # how it begins where Arrow hands on what is wrong with a question
_WHERE = re.compile(r"^LINE (\d+): (.*)\n( *)\^", re.MULTILINE)
_UNKNOWN = re.compile(r"Table with name (.+?) does not exist")
_COLUMN = re.compile(r'column "(.+?)"')


class Limits(NamedTuple):
    """How much a question may take.

    Attributes:
        seconds: Time. [s]
        rows: Rows of the answer. [1]
        memory: Size of the answer. [MiB]
    """

    seconds: float = 60.0
    rows: int = 100_000
    memory: int = 1024


class Answer(NamedTuple):
    """What came back.

    Attributes:
        table: The rows.
        cut: Whether there were more of them.
    """

    table: pa.Table
    cut: bool


def ask(connection: duckdb.DuckDBPyConnection, sql: str, limits: Limits | None = None) -> Answer:
    """Answer one SELECT.

    Args:
        connection: Where the tables are known.
        sql: One SELECT, WITH, FROM, DESCRIBE or SUMMARIZE.
        limits: Time, rows and memory.

    Raises:
        UsageError: It is no such statement, is wrong, or takes too long.
        RunError: It needs too much memory, or this machine cannot read a file just now.
        ContractError: A file is damaged or gone.
    """
    most = limits or Limits()
    with _refused(most), _within(connection, most.seconds):
        query = _single(connection, sql)
        return _gathered(_bound(connection, sql, query).to_arrow_reader(_BATCH), most)


def _bound(connection: duckdb.DuckDBPyConnection, sql: str, query: str) -> duckdb.DuckDBPyRelation:
    """Look names and types up; what is wrong is asked once more as a plan, since only then DuckDB says where."""
    try:
        return connection.sql(query)
    except duckdb.Error as error:
        try:
            connection.execute(f"EXPLAIN {query}")
        except duckdb.Error as again:
            before, _, _ = sql.partition(query)
            raise UsageError(refusal(str(again), (before.count("\n"), len(before.rpartition("\n")[2]) - 8))) from None
        raise UsageError(refusal(str(error))) from None


def _single(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    found = connection.extract_statements(sql)
    kinds = [str(one.type).rpartition(".")[2] for one in found]
    if kinds == ["SELECT"]:
        return str(found[0].query)
    what = (
        "nothing is asked" if not kinds else f"{len(kinds)} statements" if len(kinds) > 1 else f"{kinds[0]} statement"
    )
    if kinds == ["MULTI"]:  # DuckDB makes two statements of a PIVOT that must first look for its columns
        raise UsageError(
            "query: a PIVOT must name the values that become columns: PIVOT t ON scenario IN ('a', 'b') USING sum(x)."
        )
    raise UsageError(f"query: {what}. The store is read-only: ask one SELECT, WITH, FROM, DESCRIBE or SUMMARIZE.")


def _gathered(reader: pa.RecordBatchReader, most: Limits) -> Answer:
    batches, rows, size = [], 0, 0
    for batch in reader:
        batches.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if size > most.memory * 2**20:
            raise RunError(f"query: the answer is larger than {most.memory} MiB. Ask for fewer rows or columns.")
        if rows > most.rows:
            break
    table = pa.Table.from_batches(batches, reader.schema).rename_columns(_numbered(reader.schema.names))
    return Answer(table.slice(0, most.rows), rows > most.rows)


def _numbered(names: Sequence[str]) -> list[str]:
    """Return names that are all different: what repeats one gets a number.

    >>> _numbered(["a", "a", "a_2", "a"])
    ['a', 'a_3', 'a_2', 'a_4']
    """
    found: list[str] = []
    for place, name in enumerate(names):
        free = (f"{name}_{number}" for number in count(2))
        found.append(name if name not in names[:place] else next(one for one in free if one not in {*names, *found}))
    return found


@contextmanager
def _within(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    done = Event()

    def stop() -> None:
        if not done.is_set():
            connection.interrupt()

    timer = Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        done.set()
        timer.cancel()
        timer.join()


def late(most: Limits) -> UsageError:
    """Return what is raised where a question takes too long."""
    return UsageError(f"query: took longer than {most.seconds:g} s and was stopped. Narrow it, or --seconds.")


@contextmanager
def _refused(most: Limits) -> Iterator[None]:
    try:
        yield
    except TwinError:
        raise
    except (duckdb.Error, pa.ArrowException, OSError, MemoryError) as error:
        raise _said(error, most) from None


def _said(error: Exception, most: Limits) -> TwinError:
    message = str(error)
    if isinstance(error, MemoryError) or message.startswith(_FULL):
        return _too_much(most)
    if message.startswith(_STOPPED):
        return late(most)
    if not _STREAM.match(message) and (isinstance(error, duckdb.Error) or _WORDS.match(message)):
        return UsageError(refusal(message))
    if lacks_memory(error):
        return _too_much(most)
    return _unreadable(message)


def _too_much(most: Limits) -> RunError:
    return RunError(f"query: needs more memory than it may take ({most.memory} MiB). Narrow it, or --memory.")


def _unreadable(message: str) -> TwinError:
    """Return the error of a table that cannot be read: that of the store, which DuckDB hands on in its words."""
    ours = _OURS.search(message)
    if ours is None and _MACHINE.search(message.partition("\n")[0]):
        return RunError(f"query: a file is unread on this machine ({printable(message, 250)}). See to it, ask again.")
    if ours is None:
        return ContractError(f"query: a file is damaged or gone ({printable(message, 250)}). Find it: twin verify.")
    kinds = {one.__name__: one for one in (UsageError, RunError, ContractError)}
    return kinds[ours[1]](printable(ours[2], 500))


def refusal(message: str, shift: tuple[int, int] = (0, 0)) -> str:
    """Return what DuckDB says of a wrong query in one line: place, what, and what was perhaps meant.

    Args:
        message: Its words.
        shift: Lines that stand before what DuckDB saw, and characters before it in its first line. [1]
    """
    head = message.partition("\n")[0].partition(": ")
    what = printable(head[2] or head[0], 200)
    if message.startswith(_STOPPED):
        return "query: took too long and was stopped. Narrow it, or --seconds."
    if head[0] == "Permission Error":
        return "query: files, extensions and settings are closed; only the tables of the store can be asked."
    unknown = _UNKNOWN.search(message)
    if unknown:
        what = f"no table {printable(unknown[1])}"
    return f"query{_place(message, shift)}: {what.rstrip('.!')}.{_meant(message, unknown)}"


def _place(message: str, shift: tuple[int, int]) -> str:
    found = _WHERE.search(message)
    if found is None:
        return ""
    line = int(found[1])
    column = len(found[3]) - len(f"LINE {line}: ") + 1 + (shift[1] if line == 1 else 0)
    told = "" if found[2].startswith("...") else f":{column}"  # a long line is shown in part: the column is lost
    return f":{line + shift[0]}{told}"


def _meant(message: str, unknown: re.Match[str] | None) -> str:
    if unknown:
        return nearest(unknown[1].lower(), [*TABLES, *names()]) or " See the tables: twin query 'SHOW TABLES'."
    column = _COLUMN.search(message)
    candidates = re.findall(r'"(\w+)"', message.partition("Candidate bindings:")[2].partition("\n")[0])
    close = get_close_matches(column[1], candidates, n=1, cutoff=0.5) if column else []
    return f" Did you mean {close[0]}?" if close else ""
