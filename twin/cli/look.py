# ruff: noqa: PLC0415 - what a command needs is imported when it is called, so that `twin --help` answers at once
"""The commands that look and do not compute: `scenarios`, `describe`, `recipe`, `init`, `check`."""

import json as json_text
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from twin.cli.options import Fits, Json, Name, Sets, warn
from twin.errors import UsageError
from twin.layout import columns

if TYPE_CHECKING:
    from twin.describe import Change

Of = Annotated[str, typer.Option("--scenario", metavar="NAME|FILE", help="Of which scenario; default the baseline.")]


def _as_json(rows: Sequence[NamedTuple]) -> str:
    return json_text.dumps([row._asdict() for row in rows], ensure_ascii=False, indent=1)


def scenarios(json: Json = False) -> None:
    """List the shipped scenarios, each with the question it asks."""
    from twin.describe import scenario_names

    found = scenario_names()
    typer.echo(_as_json(found) if json else columns([(one.name, one.question) for one in found]))


def describe(
    glob: Annotated[str, typer.Argument(metavar="[GLOB]", help='Such as "*temperature*" or plant.oven.')] = "*",
    scenario: Of = "baseline",
    json: Json = False,
) -> None:
    """List what can be changed: path, value, range of the machine, window of the claim, source."""
    from twin import describe as described
    from twin.scenario import load

    found = described.describe(load(scenario), glob)
    if json:
        typer.echo(_as_json(found))
    elif len(found) == 1:
        one = found[0]
        typer.echo(columns([(name, text) for name, text in one._asdict().items() if text]))
    else:
        heads = ("path", "value", "machine range", "claim window", "source")
        typer.echo(columns([(one.path, one.value, one.range, one.window, one.source) for one in found], heads))


def recipe(
    product: Annotated[str, typer.Argument(metavar="PRODUCT", help="clad_laminate or adhesive_film.")],
    scenario: Of = "baseline",
    json: Json = False,
) -> None:
    """Print the recipe card of a product in shop units."""
    from twin import describe as described
    from twin.scenario import load

    plan = load(scenario)
    found = described.recipe(plan, product)
    if json:
        typer.echo(_as_json(found))
        return
    typer.echo(f"{product}: {plan.products[product].about}\n")
    heads = ("stage", "quantity", "value", "claim window", "source")
    typer.echo(columns([(one.stage, one.quantity, one.value, one.window, one.source) for one in found], heads))


def init(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it; - for the screen.")] = Path(
        "my-scenario.toml"
    ),
) -> None:
    """Write a commented scenario to start from."""
    from twin.describe import init_text
    from twin.scenario import baseline

    if str(file) != "-" and file.suffix != ".toml":
        raise UsageError(f"init {file}: the name of a scenario file ends in .toml. Use {file}.toml.")
    if not file.absolute().parent.is_dir():
        raise UsageError(f"init {file}: there is no folder {file.parent}. Make it first.")
    text = init_text(baseline())
    if str(file) == "-":
        typer.echo(text, nl=False)
        return
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        raise UsageError(f"{file}: stands there already. Name another file: twin init FILE.") from None
    typer.echo(f"{file} written. Change a value, then: twin check {file}", err=True)


def check(scenario: Name, sets: Sets = None, fits: Fits = None, json: Json = False) -> None:
    """Look whether a scenario can be run, and show what it changes; nothing is computed."""
    from twin import describe as described
    from twin.scenario import load

    plan = load(scenario, sets or (), fits=fits or (), warn=warn)
    found = described.changes(plan)
    if json:
        typer.echo(_as_json(found))
        return
    typer.echo(f"{plan.name}: can be run. {plan.question}")
    typer.echo(_changes(found) if found else "It changes nothing against the baseline.")


def _changes(found: "Sequence[Change]") -> str:
    rows = [(one.path, one.baseline, one.value, one.window) for one in found]
    return columns(rows, ("path", "baseline", "here", "claim window"))


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (scenarios, describe, recipe, init, check):
        app.command()(command)
