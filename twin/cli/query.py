# ruff: noqa: PLC0415 - what a command needs is imported when it is called, so that `twin --help` answers at once
"""The command that asks the store in SQL: `query`."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from twin.cli.options import Folder, store_folder, warn
from twin.errors import UsageError

Question = Annotated[str, typer.Argument(metavar="[SQL]", help='Such as "SELECT * FROM runs"; - reads it from stdin.')]
View = Annotated[str | None, typer.Option("--view", metavar="NAME", help="A shipped view (twin query --views).")]
Runs = Annotated[list[str] | None, typer.Option("--run", metavar="RUN", help="See this run alone. Repeatable.")]
Form = Annotated[str, typer.Option("--format", metavar="table|csv|json|parquet", help="How it is told.")]
Output = Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write it to a new file.")]


def query(
    sql: Question = "",
    view: View = None,
    views: Annotated[bool, typer.Option("--views", help="List the shipped views, each with its question.")] = False,
    run: Runs = None,
    form: Form = "table",
    output: Output = None,
    store: Folder = None,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, max=3600, help="Stop after this time.")] = 60.0,
    rows: Annotated[int, typer.Option("--rows", min=1, max=10_000_000, help="Most rows of the answer.")] = 100_000,
    memory: Annotated[int, typer.Option("--memory", min=64, max=65536, help="Most memory, in MiB.")] = 1024,
) -> None:
    """Ask the store in SQL (DuckDB): read-only, with a view for each table and each shipped question."""
    if views:
        from twin.layout import columns
        from twin.query.views import views as shipped

        typer.echo(columns([(one.name, one.question) for one in shipped()]))
        return
    if form == "parquet" and output is None and sys.stdout.isatty():
        raise UsageError("--format parquet: is no text for a terminal. Add --output FILE.")
    if output is not None and os.path.lexists(output):
        raise _taken(output)
    from twin.apart import apart

    question, limits = _question(sql, view), (seconds, rows, memory)
    given = (str(store or store_folder()), tuple(run or ()), question, view, form, limits)
    data, cut = apart("query", "twin.query.answering", "answered", given, warn)
    _deliver(data, output)
    if cut:
        warn(f"only the first {rows} rows are shown; --rows N shows more.")


def _question(sql: str, view: str | None) -> str:
    if sql and view is not None:
        raise UsageError("query: give either SQL or --view, not both.")
    if not sql and view is None:
        raise UsageError('query: nothing is asked. Try: twin query "SELECT * FROM runs", or twin query --views.')
    return sys.stdin.read() if sql == "-" else sql


def _deliver(data: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    from twin.store.beside import whole

    with whole(output) as beside, beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())  # before it has its name: a power cut leaves no empty answer


def _taken(output: Path) -> UsageError:
    return UsageError(f"--output {output}: stands there already. Name another file.")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(query)
