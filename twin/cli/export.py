"""The command `twin export`: finished runs in the formats of other tools."""

import json as json_text
from pathlib import Path
from typing import Annotated

import typer

from twin.cli.options import Folder, Json, store_folder, warn
from twin.errors import printable

Runs = Annotated[list[str] | None, typer.Argument(metavar="[RUN]...", help="Ids of runs; default all of the store.")]
Kind = Annotated[str, typer.Option("--format", metavar="delta|csv|xlsx|ocel", help="For which tools.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write; it appears whole or not at all.")]
Tables = Annotated[str | None, typer.Option("--tables", metavar="A,B", help="Which tables; default all.")]
Force = Annotated[bool, typer.Option("--force", help="Replace an earlier export in that folder.")]


def export(
    kind: Kind, out: Out, runs: Runs = None, tables: Tables = None, store: Folder = None, force: Force = False,
    json: Json = False,
) -> None:  # fmt: skip
    """Write finished runs as Delta tables, CSV files, an Excel workbook, or event logs for process mining."""
    from twin.export import export as write  # noqa: PLC0415 - a command imports what it needs when it is called

    done = write(store or store_folder(), out, kind=kind, runs=runs or (), tables=tables, force=force, tell=warn)
    if json:
        typer.echo(json_text.dumps(done._asdict(), indent=1))
        return
    what = "events" if kind == "ocel" else "rows"
    typer.echo(f"{printable(done.folder, 500)}: {kind}, {len(done.runs)} run{'s' * (len(done.runs) != 1)}")
    for name, count in done.rows.items():
        typer.echo(f"  {name:40} {count:>10,} {what}")


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(export)
