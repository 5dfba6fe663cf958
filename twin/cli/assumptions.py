# ruff: noqa: PLC0415 - what a command needs is imported when it is called, so that `twin --help` answers at once
"""The command `assumptions`: every number that no source gives, and which of them matter."""

import json as json_text
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.cli.options import Days, Json, Seed, Sets, Workers, progress_line, warn
from twin.errors import UsageError
from twin.layout import columns

if TYPE_CHECKING:
    from twin.plan import Plan
    from twin.ranked import Assumed, Priced
    from twin.study.journal import Journal
    from twin.study.ranking import Case, Ranking

SHOWN = 20  # rows on the screen


def assumptions(
    glob: Annotated[str, typer.Argument(metavar="[GLOB]", help="Which: an id such as A-51, or a path.")] = "*",
    rank: Annotated[bool, typer.Option("--rank", help="Simulate both ends of each, and rank what they move.")] = False,
    scenario: Annotated[str, typer.Option("--scenario", metavar="NAME|FILE", help="Of which scenario.")] = "baseline",
    sets: Sets = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the ranking as CSV.")] = None,
    journal: Annotated[
        Path | None, typer.Option("--journal", metavar="FILE", help="Where what is done is kept; it goes on there.")
    ] = None,
    screening: Annotated[int, typer.Option("--screening", min=2, help="Replications of all.")] = 2,
    replications: Annotated[int, typer.Option("--replications", min=2, help="Of those that moved most.")] = 10,
    most: Annotated[int, typer.Option("--most", min=0, help="How many those are.")] = 30,
    days: Days = None,
    seed: Seed = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """List the assumptions: id, value, range, how far in doubt, why, where used; with --rank, which ones matter.

    A ranking is resumed where it was stopped. It measures one cycle of campaigns (14 days) unless --days says more.
    """
    from twin.scenario import load

    options = [f"study.horizon={days or 14.0} d", *([f"study.seed={seed}"] if seed is not None else [])]
    plan = load(scenario, [*(sets or ()), *(options if rank else [])], warn=warn)
    if not rank:
        _list(plan, glob, json=json)
        return
    begin = time.monotonic()
    found, ranking = _ranked(plan, glob, journal, (screening, replications, most), workers)
    text = _text(found, ranking, plan)
    if out is not None:
        out.write_text(text, encoding="utf-8")
    typer.echo(_as_json(text) if json else _shown(text, ranking))
    typer.echo(f"{ranking.runs} replications simulated in {time.monotonic() - begin:.0f} s.", err=True)


def _ranked(
    plan: "Plan", glob: str, journal: Path | None, sizes: tuple[int, int, int], workers: int | None
) -> "tuple[list[Assumed | Priced], Ranking]":
    from twin.ranked import assumed, cases, priced
    from twin.study.ranking import rank

    found, prices = assumed(plan, glob), priced(glob)
    asked = list(cases(plan, found))
    if not asked and not prices:
        raise UsageError(f"{glob}: nothing of it can be ranked: it is chosen, or 0 without a range.")
    screening, replications, most = sizes
    return [*found, *prices], rank(
        plan, asked, _journal(plan, asked, journal), screening=screening, replications=replications, most=most,
        workers=workers, progress=progress_line(), prices={one.name: one.price for one in prices},
    )  # fmt: skip


def _journal(plan: "Plan", asked: "list[Case]", journal: Path | None) -> "Journal":
    from twin.ranked import identity
    from twin.store.version import model_version
    from twin.study.journal import Journal

    name = identity(plan, asked, model_version())
    path = journal or Path(tempfile.gettempdir()) / f"filmtwin-ranking-{name}.jsonl"
    typer.echo(f"what is done is kept in {path}", err=True)
    return Journal(path, name)


def _text(found: "list[Assumed | Priced]", ranking: "Ranking", plan: "Plan") -> str:
    from twin.ranked import as_csv
    from twin.store.version import model_version

    day = datetime.now(UTC).date().isoformat()
    return as_csv(ranking, found, plan.study.horizon / 86400.0, day, model_version())


def _as_json(text: str) -> str:
    import csv
    import io

    return json_text.dumps(list(csv.DictReader(io.StringIO(text))), ensure_ascii=False, indent=1)


def _shown(text: str, ranking: "Ranking") -> str:
    from twin.ranked import top_rows
    from twin.study.ranking import BOOKED

    released, good, cost = ranking.baseline
    heads = ("", "assumption", "id", "from", "to", "throughput m2/d", "yield %", "cost USD/m2", "pairs")
    refused = sum(row.note not in {"", BOOKED} for row in ranking.rows)
    head = f"baseline: {released:.4g} m2/d, yield {100.0 * good:.4g} %, {cost:.4g} USD/m2"
    table = columns(top_rows(text, SHOWN), heads)
    told = f"{len(ranking.rows)} ranked; {refused} without a swing, each with its reason in the CSV (--out FILE)."
    return f"{head}; swing from low to high end, +- standard error\n\n{table}\n\n{told}"


def _list(plan: "Plan", glob: str, *, json: bool) -> None:
    from fnmatch import fnmatchcase

    from twin.assumptions import assumptions as listed

    found = [one for one in listed(plan) if fnmatchcase(one.id, glob) or fnmatchcase(one.used, glob)]
    if not found:
        raise UsageError(f"{glob}: no such assumption. All of them: twin assumptions.")
    if json:
        typer.echo(json_text.dumps([one._asdict() for one in found], ensure_ascii=False, indent=1))
        return
    heads = ("id", "value", "range", "in doubt", "what", "used where", "why")  # the longest last, where it pads no row
    rows = [(one.id, one.value, one.range, one.doubt, one.about, one.used, one.why) for one in found]
    typer.echo(columns(rows, heads))


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(assumptions)
