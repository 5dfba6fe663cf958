# ruff: noqa: PLC0415 - what a command needs is imported when it is called, so that `twin --help` answers at once
"""The commands that compute: `run`, `compare`, `explain`."""

import json as json_text
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from twin.cli.options import (
    Days,
    Details,
    Executor,
    Fits,
    Folder,
    Json,
    Name,
    Replications,
    Seed,
    Sets,
    Workers,
    progress_line,
    warn,
)

if TYPE_CHECKING:
    from twin.plan import Plan
    from twin.request import Request
    from twin.study import Comparison, Result


def _study(request: "Request") -> "Result":
    from twin import study

    plan, shown = request.plan(warn), progress_line()
    if not study.is_elsewhere(request.executor):
        return study.run(plan, request.open_store(), workers=request.workers, force=request.force, progress=shown)
    if not request.force and request.folder().is_dir():  # none is made before a cluster has answered
        known = study.existing(plan, request.open_store())
        if known is not None:
            return known
    with study.shared(request.executor, request.workers or study.usable_cores()) as pool:
        return study.run(plan, request.open_store(), force=request.force, progress=shown, pool=pool)


def _by_flow(request: "Request", *, json: bool, details: bool) -> None:
    """Hand the request to the flow, which takes the place of this process; nothing here knows Prefect."""
    show = {"json": json, "details": details}
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "flows", json_text.dumps(request.told()), json_text.dumps(show)])  # noqa: S606 - our own interpreter


def run(
    scenario: Name,
    sets: Sets = None,
    fits: Fits = None,
    replications: Replications = None,
    seed: Seed = None,
    days: Days = None,
    store: Folder = None,
    workers: Workers = None,
    executor: Executor = None,
    json: Json = False,
    details: Details = False,
    prefect: Annotated[bool, typer.Option("--prefect", help="Run as a Prefect flow.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Compute again and compare with what is stored.")] = False,
    only: Annotated[
        int | None, typer.Option("--only", min=0, metavar="K", help="Repeat replication K alone; publish nothing.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="standard, or compact: logs to 7 digits and 1 ms.")
    ] = None,
    durability: Annotated[
        str | None, typer.Option("--durability", help="fsync, or none: quicker, a power cut may cost the run.")
    ] = None,
) -> None:
    """Simulate a scenario and show what it brings; its tables go to the store.

    A run that is in the store already is shown, not computed again.
    """
    from twin import reports, study

    request = study.Request(
        scenario=scenario, sets=tuple(sets or ()), fits=tuple(map(str, fits or ())), replications=replications,
        seed=seed, days=days, store=None if store is None else str(store), workers=workers, force=force,
        encoding=encoding, durability=durability, executor=executor,
    )  # fmt: skip
    if prefect:
        request.plan()  # what cannot be is told here, in the words of a plain run
        _by_flow(request, json=json, details=details)
    result = _study(request) if only is None else study.one(request.plan(warn), only)
    typer.echo(reports.shown(result, json=json, details=details))


def compare(
    first: Name,
    second: Name,
    sets: Sets = None,
    replications: Replications = None,
    seed: Seed = None,
    days: Days = None,
    store: Folder = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Compare two scenarios under common random numbers: difference, interval, and whether it is one."""
    from twin import reports, study

    asked = [
        study.Request(
            scenario=one, sets=tuple(sets or ()), replications=replications, seed=seed, days=days,
            store=None if store is None else str(store), workers=workers,
        )
        for one in (first, second)
    ]  # fmt: skip
    study.refuse_unpaired(*(one.plan() for one in asked))  # before either is computed
    typer.echo(reports.compared(study.compare(*map(_study, asked)), json=json))


def explain(
    scenario: Name,
    sets: Sets = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Run the scenario with and without one machine more at the bottleneck.")
    ] = False,
    replications: Replications = None,
    seed: Seed = None,
    days: Days = None,
    store: Folder = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Say what limits the line, before any run: capacity and load of each station, bottleneck, margin."""
    from twin import explain as capacity
    from twin import explained
    from twin.request import Request

    request = Request(
        scenario=scenario, sets=tuple(sets or ()), replications=replications, seed=seed, days=days,
        store=None if store is None else str(store), workers=workers,
    )  # fmt: skip
    plan = request.plan(warn)
    found = capacity.explain(plan)
    relief, numbers = None, None
    if confirm:
        from twin import reports

        pair = _relieved(request, plan, found.bottlenecks[0])
        relief, numbers = reports.relief(pair), reports.plain.comparison(pair)
    if json:
        typer.echo(explained.json(plan.name, found, numbers))
    else:
        typer.echo(explained.text(plan.name, found, relief, plan.asked))


def _relieved(request: "Request", plan: "Plan", station: str) -> "Comparison":
    """Run a plan as it is and with one machine more at a station, and compare."""
    from twin import study
    from twin.explain import relieved

    more = replace(relieved(plan, station), name=f"{plan.name}-more-{station.replace(' ', '-')}")
    folder, shown = request.folder(), progress_line()
    return study.compare(*(study.run(one, folder, workers=request.workers, progress=shown) for one in (plan, more)))


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (run, compare, explain):
        app.command()(command)
