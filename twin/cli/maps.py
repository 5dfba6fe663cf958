# ruff: noqa: PLC0415 - what a command needs is imported when it is called, so that `twin --help` answers at once
"""The command `map`: a picture of what one or two settings bring, with the window of the claims."""

import os
from pathlib import Path
from typing import Annotated

import typer

from twin.cli.options import Json, Sets, warn
from twin.errors import UsageError, joined, printable

Range = Annotated[str | None, typer.Option(metavar="LOW:HIGH UNIT", help='Such as "60:140 degC".')]


def draw(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="A map: twin map --list.")] = "",
    listed: Annotated[bool, typer.Option("--list", help="List the maps.")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Picture: .png, .svg or .pdf.")] = None,
    product: Annotated[str, typer.Option("--product", metavar="P", help="For which product.")] = "",
    across: Range = None,
    up: Range = None,
    scenario: Annotated[str, typer.Option("--scenario", metavar="NAME|FILE", help="Whose recipe.")] = "baseline",
    sets: Sets = None,
    json: Json = False,
) -> None:
    """Draw a map: what one or two settings of the recipe bring, the window of the claims shaded, the recipe marked.

    The stages themselves compute it, without scatter. Without --out the picture is written to NAME.png here.
    """
    from twin import maps, reports
    from twin.scenario import load

    if listed or not name:
        typer.echo(reports.mapped_list(maps.MAPS, json=json))
        return
    sketch = maps.named(name)
    asked = maps.Asked(product, maps.ranged(across, "--across"), maps.ranged(up, "--up"))
    drawn = None if json and out is None else target(out or Path(f"{name}.png"), "--out")
    found = maps.chart(sketch, load(scenario, sets or (), warn=warn), asked)
    typer.echo(reports.mapped(found, json=json))
    if drawn is not None:
        from twin.reports import pictures

        pictures.save(pictures.picture(found), drawn)
        typer.echo(f"{drawn} written", err=True)


def target(path: Path, option: str) -> Path:
    """Return where a picture goes.

    Raises:
        UsageError: No picture can be written there.
    """
    endings = (".png", ".svg", ".pdf")
    if path.suffix.lower() not in endings:
        raise UsageError(f"{option} {printable(path)}: a picture ends in {joined(endings)}. Name it so.")
    if path.is_dir() or not path.absolute().parent.is_dir():
        what = "is a folder" if path.is_dir() else "its folder does not exist"
        raise UsageError(f"{option} {printable(path)}: {what}. Name a file in a folder that is there.")
    if not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
        raise UsageError(f"{option} {printable(path)}: it cannot be written there. Name a file in a folder of yours.")
    return path


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("map")(draw)
