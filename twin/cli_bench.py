"""The command `twin bench`: the measured marks."""

import json
from typing import Annotated

import typer


def bench(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Shorter runs, no measure of memory.")] = False,
) -> None:
    """Measure speed and memory: ratios of CPU time against plain SimPy, and what a simulated year costs."""
    from twin.bench.marks import marks, verdict  # noqa: PLC0415 - a command imports what it needs when it is called

    found = marks(quick=quick, tell=lambda what: typer.echo(f"measuring {what} ...", err=True))
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        typer.echo(f"{name:34} {value:12.4g}   {verdict(name, value)}".rstrip())


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(bench)
