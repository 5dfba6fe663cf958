"""The table of a sweep: what each point brings, and what it changes against the scenario itself."""

from typing import Any

from twin.errors import joined
from twin.layout import behind, beside, columns
from twin.reports.headline import bottleneck, verdict, where, written
from twin.reports.headline import title as studied
from twin.study import Key
from twin.study.sweep import Point, Sweep

NAMED = 3  # settings that a headline names
RELEASED = Key("released")
NUMBERS = ((RELEASED, "released", "m2/d"), (Key("yield"), "yield", "%"), (Key("cost"), "cost", "USD/m2"))


def title(found: Sweep) -> str:
    """Say in one line what was swept."""
    return f"sweep of {found.base.plan.name}: {len(found.points)} points, {studied(found.base)}, common random numbers"


def headline(found: Sweep) -> str:
    """Say in one sentence which point releases most, and what that changes, with intervals."""
    points = [(point.result.estimate(*RELEASED), point) for point in found.points if point.result is not None]
    failed = len(found.points) - len(points)
    count = f"{len(found.points)} point{'s' if len(found.points) != 1 else ''}{f' ({failed} failed)' if failed else ''}"
    head = f"sweep of {found.base.plan.name}, {count}"
    if not points:
        return head
    best, point = max(points, key=lambda one: one[0].mean)
    mean, half = written(best, "m2/d")
    change, wide = _change(found, point)
    settings = joined((f"{path} = {value}" for path, value in point.settings.items()), most=NAMED)
    gain = f"{change}{behind(wide)} against it as it is"
    return f"{head}: most is released with {settings}: {mean}{behind(half)} m2/d, {gain}"


def screen(found: Sweep) -> str:
    """Return the table of a sweep as text for the screen."""
    heads, cells = _table(found)
    told = [
        title(found), columns(cells, heads, numeric=range(len(found.paths), len(heads) - 1)), *_failures(found),
        f"tables     {where(found.base)}  (a point is a run like any other)",
    ]  # fmt: skip
    return "\n".join(told)


def rows(found: Sweep) -> list[dict[str, str]]:
    """Return the table of a sweep, a row a point, for whoever draws tables."""
    heads, cells = _table(found, runs=True)
    names = [head if head != "+-95 %" else f"{heads[at - 1]} {head}" for at, head in enumerate(heads)]
    return [dict(zip(names, row, strict=True)) for row in cells]


def page(found: Sweep, picture: str = "") -> str:
    """Return the page of a sweep in Markdown.

    Args:
        found: The sweep.
        picture: Its picture in Markdown.
    """
    heads, cells = _table(found, runs=True)
    table = [f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *cells)]
    text = [
        f"# {headline(found)}", f"{title(found)}.", "\n".join(table), *_failures(found), picture,
        f"Tables: `{found.base.store}`.",
    ]  # fmt: skip
    return "\n\n".join(part for part in text if part) + "\n"


def _table(found: Sweep, *, runs: bool = False) -> tuple[list[str], list[list[str]]]:
    heads = [*found.paths]
    for _, name, unit in NUMBERS:
        heads += [f"{name} {unit}", "+-95 %"]
    heads += ["released, change", "+-95 %", "bottleneck"]
    points = (Point(dict.fromkeys(found.paths, "as it is"), found.base), *found.points)
    rows = [_row(found, point) for point in points]
    if not runs:
        return heads, rows
    ids = ["-" if point.result is None else point.result.run_id for point in points]
    return [*heads, "run"], [[*row, one] for row, one in zip(rows, ids, strict=True)]


def _failures(found: Sweep) -> list[str]:
    return [f"failed     {_settings(point)}: {point.error}" for point in found.points if point.result is None]


def _settings(point: Point) -> str:
    return ", ".join(f"{path} = {value}" for path, value in point.settings.items())


def _row(found: Sweep, point: Point) -> list[str]:
    cells = list(point.settings.values())
    if point.result is None:
        return [*cells, *["-"] * (2 * len(NUMBERS) + 2), "failed"]
    for key, _, unit in NUMBERS:
        cells += written(point.result.estimate(*key), unit)
    cells += ["", ""] if point.result is found.base else _change(found, point)
    return [*cells, bottleneck(point.result)]


def _change(found: Sweep, point: Point) -> tuple[str, str]:
    """Return what a point changes in what is released, with why that may be no change, and the half-width."""
    change = found.change(point, RELEASED)
    if change is None:
        return "", ""
    mean, half = beside(change.difference.mean, change.difference.half_width)
    signed = mean if mean.startswith("-") else f"+{mean}"
    return " ".join(filter(None, (signed, f"({told})" if (told := verdict(change)) else ""))), half


def plain(found: Sweep) -> dict[str, Any]:
    """Return a sweep as plain data: one entry a point."""
    return {
        "scenario": found.base.plan.name,
        "base": {"run_id": found.base.run_id, **_numbers(found, Point({}, found.base))},
        "points": [
            {"settings": dict(point.settings), "error": point.error or None, **_numbers(found, point)}
            for point in found.points
        ],
    }


def _numbers(found: Sweep, point: Point) -> dict[str, Any]:
    if point.result is None:
        return {}
    told: dict[str, Any] = {"run_id": point.result.run_id}
    for key, name, _ in NUMBERS:
        one = point.result.estimate(*key)
        told[name] = {"mean": one.mean, "low": one.low, "high": one.high, "n": one.n}
    change = found.change(point, RELEASED)
    if change is not None:
        told["released_change"] = {"mean": change.difference.mean, "half_width": change.difference.half_width}
    return told
