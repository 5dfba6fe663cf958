# ruff: noqa: PLC0415 - what a command needs is imported when it is called, so that `twin --help` answers at once
"""The command `trace`: the history of one lot, and what lies behind its measures."""

from pathlib import Path
from typing import Annotated

import typer

from twin.cli.maps import target
from twin.cli.options import Folder, Json, store_folder

Lot = Annotated[str, typer.Argument(metavar="LOT", help="Such as L-0412 or 412; table lots lists them.")]


def trace(
    lot: Lot,
    run: Annotated[str, typer.Option("--run", metavar="RUN_ID|SCENARIO", help="Default the latest in the store.")] = "",
    replication: Annotated[int, typer.Option("--replication", metavar="N", help="Which replication.")] = 0,
    png: Annotated[Path | None, typer.Option("--png", metavar="FILE", help="Draw the profiles, too.")] = None,
    store: Folder = None,
    json: Json = False,
) -> None:
    """Tell the history of a lot: where it came from, its waits, its measures against limits, its verdict, its profiles.

    The profiles come from playing its replication again, with the code that made the run.
    """
    from twin import reports
    from twin import trace as traces
    from twin.errors import UsageError
    from twin.store import Store

    number, picture = traces.lot_number(lot), None if png is None else target(png, "--png")
    folder = store or store_folder()
    if not folder.is_dir():
        raise UsageError(
            f"--store {folder}: no such folder. Make a run there first: twin run baseline --store {folder}"
        )
    opened = Store(folder)
    chosen = traces.run_named(opened, run)
    plan, why_not = traces.replayable(opened, chosen)
    found = traces.facts(opened, chosen, replication, number, plan)
    again = None if why_not or plan is None else traces.replay(plan, found)
    typer.echo(reports.traced(found, again, why_not, json=json))
    if picture is None:
        return
    if again is None or not again.profiles:
        typer.echo(f"no picture: {why_not or 'no stage of it shows profiles'}.", err=True)
        return
    from twin.reports.pictures import save, trace_picture

    save(trace_picture(found, again), picture)
    typer.echo(f"{picture} written", err=True)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(trace)
