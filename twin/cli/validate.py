# ruff: noqa: PLC0415 - what a command needs is imported when it is called, so that `twin --help` answers at once
"""The command `twin validate`: the twin held to the patent's own measurements, to exact physics and exact lines."""

import json as json_text

import typer

from twin.cli.options import Json
from twin.errors import ContractError


def validate(json: Json = False) -> None:
    """Predict the rows of the patent's Table 1, leave each out in turn, and evaluate the exact checks."""
    from twin.reports import validation
    from twin.validation.marks import marks, missed

    found = marks()
    told = validation.plain(found) if json else None
    typer.echo(json_text.dumps(told, ensure_ascii=False, indent=1) if told else validation.page(found))
    broken = missed(found)
    if broken:
        raise ContractError("\n".join(broken))


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(validate)
