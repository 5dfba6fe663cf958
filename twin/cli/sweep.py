# ruff: noqa: PLC0415 - what a command needs is imported when it is called, so that `twin --help` answers at once
"""The command `sweep`: one scenario at many settings."""

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.cli.maps import target
from twin.cli.options import Days, Executor, Folder, Json, Name, Replications, Seed, Sets, Workers, warn
from twin.errors import RunError, UsageError

if TYPE_CHECKING:
    from twin.request import Request
    from twin.study.sweep import Point, Sweep

Over = Annotated[
    list[str] | None,
    typer.Option("--over", metavar="PATH=VALUES", help='"95:130:5 degC" or "3,4". Repeatable: every combination.'),
]
Png = Annotated[Path | None, typer.Option("--png", metavar="FILE", help="Picture: .png, .svg or .pdf.")]
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
    """Study a scenario at many settings, each paired with the scenario itself; what is stored is not computed again.

    A point that fails takes no other along; the exit code is then 1. The picture goes to sweep-NAME.png here, or where
    --png says; with --json there is one only then.
    """
    from twin import study
    from twin.reports import swept
    from twin.study import sweep as sweeping

    if bool(over) == bool(points_file):
        raise UsageError("twin sweep: give --over PATH=VALUES (one or several times), or --list FILE.")
    points = sweeping.listed(points_file) if points_file else sweeping.grid([sweeping.axis(one) for one in over or ()])
    request = study.Request(
        scenario=scenario, sets=tuple(sets or ()), replications=replications, seed=seed, days=days,
        store=None if store is None else str(store), workers=workers,
    )  # fmt: skip
    name = request.plan().name
    picture = target(png, "--png") if png else None if json else Path(f"sweep-{name}.png")
    found = _swept(request, points, executor)
    typer.echo(json_text.dumps(swept.plain(found), indent=1) if json else swept.screen(found))
    undrawn = "" if picture is None else _drawn(found, picture)
    failed = [point.error for point in found.points if point.result is None]
    if undrawn and (failed or not png):  # a picture that nobody asked for decides nothing
        warn(undrawn)
    if failed:
        raise RunError(f"{len(failed)} of {len(points)} points failed, the first: {failed[0]}")
    if undrawn and png:
        raise RunError(undrawn)


def _swept(request: "Request", points: list[dict[str, str]], executor: str | None) -> "Sweep":
    """Say what will be done, and do it."""
    from twin import study
    from twin.study import sweep as sweeping

    bad = sweeping.refuse_hopeless(request, points)
    for one in bad:
        warn(f"this point will fail: {one}")
    count = request.workers or study.usable_cores()
    estimate = sweeping.seconds(request, len(points) - len(bad), count)
    typer.echo(
        f"{len(points)} points and the scenario itself: about {_written(estimate)} where none is stored.", err=True
    )
    with study.shared(executor, count) as pool:
        return sweeping.sweep(
            request,
            points,
            lambda one: study.run(one.plan(), one.open_store(), pool=pool),
            lambda at, one: _told(at, len(points), one),
        )


def _drawn(found: "Sweep", file: Path) -> str:
    """Draw the picture; return why it cannot be written, or nothing."""
    from twin.reports.pictures import save, sweep_picture

    try:
        save(sweep_picture(found), file)
    except OSError as error:
        return f"{file}: no picture can be written there ({error.strerror or error}). Name another: --png FILE."
    typer.echo(f"{file} written", err=True)
    return ""


def _written(seconds: float) -> str:
    return f"{seconds / 60.0:.0f} min" if seconds > 90.0 else f"{max(1.0, seconds):.0f} s"


def _told(number: int, total: int, point: "Point") -> None:
    how = "failed" if point.result is None else "computed" if point.result.computed else "stored"
    typer.echo(f"  {number} of {total}: {point.name} ({how})", err=True)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(sweep)
