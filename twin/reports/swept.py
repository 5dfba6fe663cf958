"""The table of a sweep: what each point brings, and what it changes against the scenario itself."""

from typing import Any

from twin.errors import joined
from twin.layout import behind, beside, columns
from twin.reports import changed
from twin.reports.headline import bottleneck, strays, unclean, verdict, where, written
from twin.reports.headline import title as studied
from twin.study import Key, Result
from twin.study.sweep import Point, Sweep

NAMED = 3  # settings that a headline names
RELEASED = Key("released")
NUMBERS = ((RELEASED, "released", "m2/d"), (Key("yield"), "yield", "%"), (Key("cost"), "cost", "USD/m2"))


def title(found: Sweep) -> str:
    """Say in one line what was swept."""
    return f"sweep of {found.base.plan.name}: {len(found.points)} points, {studied(found.base)}, common random numbers"


def headline(found: Sweep) -> str:
    """Say in one sentence which point releases most, and what that changes, with intervals; and whether any is new.

    It is one whose checks are clean, where there is any.
    """
    done = [
        (point.result.estimate(*RELEASED).mean, not unclean(point.result), point)
        for point in found.points
        if point.result is not None
    ]
    failed = len(found.points) - len(done)
    count = f"{len(found.points)} point{'s' if len(found.points) != 1 else ''}{f' ({failed} failed)' if failed else ''}"
    head = f"{'' if found.computed else 'nothing new: '}sweep of {found.base.plan.name}, {count}"
    if not done:
        return head
    best, is_clean, point = max([one for one in done if one[1]] or done, key=lambda one: one[0])
    more = sum(mean > best for mean, _, _ in done)
    doubt = (
        f"; more with {more} whose checks are not clean" if more else "" if is_clean else "; its checks are not clean"
    )
    return f"{head}: most is released with {_best(found, point)}{doubt}"


def _best(found: Sweep, point: Point) -> str:
    assert point.result is not None, "a point that failed is no best one"  # noqa: S101 - a slip in our code
    mean, half = written(point.result.estimate(*RELEASED), "m2/d")
    change, wide = _change(found, point)
    settings = joined((f"{path} = {value}" for path, value in point.settings.items()), most=NAMED)
    return f"{settings}: {mean}{behind(half)} m2/d, {change}{behind(wide)} against it as it is"


def screen(found: Sweep) -> str:
    """Return the table of a sweep as text for the screen."""
    heads, cells = _table(found)
    told = [
        title(found), columns(cells, heads, numeric=range(len(found.paths), len(heads) - 2)), *failures(found),
        f"tables     {where(found.base)}  (a point is a run like any other)",
    ]  # fmt: skip
    return "\n".join(told)


def rows(found: Sweep) -> list[dict[str, str]]:
    """Return the table of a sweep, a row a point, for whoever draws tables."""
    heads, cells = _table(found, runs=True)
    names = [head if head != "+-95 %" else f"{heads[at - 1]} {head}" for at, head in enumerate(heads)]
    return [dict(zip(names, row, strict=True)) for row in cells]


def grid(found: Sweep) -> str:
    """Return the table of a sweep in Markdown."""
    return changed.grid(*_table(found, runs=True))


def _table(found: Sweep, *, runs: bool = False) -> tuple[list[str], list[list[str]]]:
    heads = [*found.paths]
    for _, name, unit in NUMBERS:
        heads += [f"{name} {unit}", "+-95 %"]
    heads += ["released, change", "+-95 %", "bottleneck", "checks"]
    points = (Point(dict.fromkeys(found.paths, Point({}, None).name), found.base), *found.points)
    rows = [_row(found, point) for point in points]
    if not runs:
        return heads, rows
    ids = ["-" if point.result is None else point.result.run_id for point in points]
    return [*heads, "run"], [[*row, one] for row, one in zip(rows, ids, strict=True)]


def failures(found: Sweep) -> list[str]:
    """List the points that failed, a line each with why."""
    return [f"failed     {point.name}: {point.error}" for point in found.points if point.result is None]


def _row(found: Sweep, point: Point) -> list[str]:
    cells = list(point.settings.values())
    if point.result is None:
        return [*cells, *["-"] * (2 * len(NUMBERS) + 2), "failed", "-"]
    for key, _, unit in NUMBERS:
        cells += written(point.result.estimate(*key), unit)
    cells += ["", ""] if point.result is found.base else _change(found, point)
    return [*cells, bottleneck(point.result), _checked(point.result)]


def _checked(result: Result) -> str:
    if doubts := len(unclean(result)):
        return f"{doubts} not clean"
    return "lots beyond a domain" if strays(result) else "clean"


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
    told: dict[str, Any] = {"run_id": point.result.run_id, "not_clean": sorted(unclean(point.result))}
    for key, name, _ in NUMBERS:
        one = point.result.estimate(*key)
        told[name] = {"mean": one.mean, "low": one.low, "high": one.high, "n": one.n}
    change = found.change(point, RELEASED)
    if change is not None:
        told["released_change"] = {"mean": change.difference.mean, "half_width": change.difference.half_width}
    return told
