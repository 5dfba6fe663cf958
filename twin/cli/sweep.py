# ruff: noqa: PLC0415 - what a command needs is imported when it is called, so that `twin --help` answers at once
"""The command `sweep`: one scenario at many settings."""

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.cli.options import Days, Executor, Folder, Json, Name, Replications, Seed, Sets, Workers
from twin.errors import UsageError

if TYPE_CHECKING:
    from twin.study.sweep import Point

Over = Annotated[
    list[str] | None,
    typer.Option("--over", metavar="PATH=VALUES", help='"95:130:5 degC" or "3,4". Repeatable: every combination.'),
]
Png = Annotated[Path | None, typer.Option("--png", metavar="FILE", help="Draw it too: .png, .svg or .pdf.")]
Listed = Annotated[Path | None, typer.Option("--list", metavar="FILE", help="Points as CSV: heads are paths.")]


def sweep(
    scenario: Name,
    over: Over = None,
    points_file: Listed = None,
    sets: Sets = None,
    replications: Replications = None,
    seed: Seed = None,
    days: Days = None,
    store: Folder = None,
    workers: Workers = None,
    executor: Executor = None,
    png: Png = None,
    json: Json = False,
) -> None:
    """Study a scenario at many settings, each paired with the scenario itself; what is stored is not computed again."""
    from twin import study
    from twin.reports import swept
    from twin.study import sweep as sweeping

    if bool(over) == bool(points_file):
        raise UsageError("twin sweep: give --over PATH=VALUES (one or several times), or --list FILE.")
    if png is not None:
        _drawable(png)
    points = sweeping.listed(points_file) if points_file else sweeping.grid([sweeping.axis(one) for one in over or ()])
    request = study.Request(
        scenario=scenario, sets=tuple(sets or ()), replications=replications, seed=seed, days=days,
        store=None if store is None else str(store), workers=workers,
    )  # fmt: skip
    for one in sweeping.requests(request, points):
        one.plan()  # what cannot be is refused before anything is computed
    count = workers or study.usable_cores()
    estimate = sweeping.seconds(request, len(points), count)
    typer.echo(
        f"{len(points)} points and the scenario itself: about {_written(estimate)} where none is stored.", err=True
    )
    with study.shared(executor, count) as pool:
        found = sweeping.sweep(
            request,
            points,
            lambda one: study.run(one.plan(), one.open_store(), pool=pool),
            lambda at, one: _told(at, len(points), one),
        )
    if png is not None:
        from twin.reports.pictures import save, sweep_picture

        save(sweep_picture(found), png)
        typer.echo(f"picture: {png}", err=True)
    typer.echo(json_text.dumps(swept.plain(found), indent=1) if json else swept.screen(found))


def _drawable(file: Path) -> None:
    """Refuse a picture that cannot be written, before anything is computed.

    Raises:
        UsageError: It is of no known format, or its folder is not there.
    """
    from twin.reports.pictures import FORMATS

    if file.suffix.lower() not in FORMATS:
        raise UsageError(f"--png {file}: use a name that ends in one of {', '.join(FORMATS)}.")
    if not file.absolute().parent.is_dir():
        raise UsageError(f"--png {file}: there is no folder {file.parent}. Make it first.")


def _written(seconds: float) -> str:
    return f"{seconds / 60.0:.0f} min" if seconds > 90.0 else f"{max(1.0, seconds):.0f} s"


def _told(number: int, total: int, point: "Point") -> None:
    settings = ", ".join(f"{path} = {value}" for path, value in point.settings.items())
    how = "failed" if point.result is None else "computed" if point.result.computed else "stored"
    typer.echo(f"  {number} of {total}: {settings} ({how})", err=True)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(sweep)
