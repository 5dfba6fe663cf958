"""The command `twin bench`: the measured marks."""

import json
import os
import sys
from enum import StrEnum
from typing import Annotated

import typer


class What(StrEnum):
    """What is measured."""

    line = "line"
    store = "store"
    orchestration = "orchestration"


def bench(
    what: Annotated[
        What, typer.Argument(help="The line and its physics, the store, or orchestration by Prefect.")
    ] = What.line,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Shorter runs, no measure of memory.")] = False,
) -> None:
    """Measure speed and memory: ratios against plain SimPy, pyarrow and runs, and what a simulated year costs."""
    if what is What.orchestration:
        asked = json.dumps({"json": as_json, "quick": quick})
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-m", "flows.bench.orchestration", asked])  # noqa: S606 - our own interpreter; nothing in twin knows Prefect
    from twin.bench.marks import marks, verdict  # noqa: PLC0415 - a command imports what it needs when it is called
    from twin.bench.store_marks import store_marks  # noqa: PLC0415 - as above

    def tell(what: str) -> None:
        typer.echo(f"measuring {what} ...", err=True)

    found = marks(quick=quick, tell=tell) if what is What.line else store_marks(quick=quick, tell=tell)._asdict()
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        typer.echo(f"{name:34} {value:12.4g}   {verdict(name, value)}".rstrip())


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(bench)
