# ruff: noqa: PLC0415 - what a command needs is imported when it is called, so that `twin --help` answers at once
"""The command that asks the store in SQL: `query`."""

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from twin.cli.options import Folder, store_folder, warn
from twin.errors import UsageError, printable

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
    from twin import query as asking

    if views:
        from twin.layout import columns

        typer.echo(columns([(one.name, one.question) for one in asking.views()]))
        return
    if form not in asking.FORMATS:
        raise UsageError(f"--format {printable(form)}: there is no such. Use {', '.join(asking.FORMATS)}.")
    if form == "parquet" and output is None and sys.stdout.isatty():
        raise UsageError("--format parquet: is no text for a terminal. Add --output FILE.")
    limits = asking.Limits(seconds, rows, memory)
    question = _question(sql, view)
    with closing(asking.opened(store or store_folder(), run or (), memory=memory, tell=warn)) as connection:
        answer = asking.ask(connection, question, limits)
    _deliver(asking.told(answer.table, form), output)
    if answer.cut:
        warn(f"only the first {rows} rows are shown; --rows N shows more.")


def _question(sql: str, view: str | None) -> str:
    if view is None:
        if not sql:
            raise UsageError('query: nothing is asked. Try: twin query "SELECT * FROM runs", or twin query --views.')
        return sys.stdin.read() if sql == "-" else sql
    from difflib import get_close_matches

    from twin.query.views import names

    if sql:
        raise UsageError("query: give either SQL or --view, not both.")
    if view not in names():
        close = get_close_matches(view, names(), n=1)
        meant = f"Did you mean {close[0]}?" if close else "List them: twin query --views."
        raise UsageError(f"--view {printable(view)}: there is no such view. {meant}")
    return f"SELECT * FROM {view}"  # noqa: S608 - one of our names


def _deliver(data: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    try:
        with output.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise UsageError(f"--output {output}: stands there already. Name another file.") from None


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(query)
