"""The picture of a sweep: what each point brings, with intervals, against the scenario itself."""

from collections.abc import Sequence
from math import isfinite
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from twin.reports.pictures import style
from twin.reports.pictures.study import WIDTH
from twin.reports.swept import title
from twin.study import Estimate, Key
from twin.study.sweep import Point, Sweep

PANELS = (("released", "released  [m²/d]", 1.0), ("yield", "yield  [%]", 100.0), ("cost", "cost  [USD/m²]", 1.0))
COLOURS = (style.BLUE, style.RED, style.BLACK, style.PURPLE, style.ORANGE, style.SKY, style.GREY)  # green: the scenario
TICKS = 12  # values of a setting that are named
MOST = 40  # points that have room as rows
BESIDE = 0.008  # of a side, by which curves stand beside each other so that intervals can be told apart
LABEL = 70  # letters of a row's label


class Place(NamedTuple):
    """Where a point stands.

    Attributes:
        at: Its place along the side.
        series: Its curve; 0 where there is one. [1]
        point: The point.
    """

    at: float
    series: int
    point: Point


def sweep_picture(found: Sweep) -> Figure:
    """Draw a sweep: over numbers as curves, else as a row a point."""
    across = _numbers(found)
    others = list(dict.fromkeys(_others(found, point) for point in found.points))
    pairs = [] if across is None else list(zip(across, found.points, strict=True))
    drawn = sorted({at for at, point in pairs if point.result is not None})
    with style.styled():
        if len(drawn) < 2 or len(others) > len(COLOURS):
            return _rows(found)
        apart = BESIDE * (drawn[-1] - drawn[0])
        places = []
        for at, point in pairs:
            number = others.index(_others(found, point))
            places.append(Place(at + apart * (number - 0.5 * (len(others) - 1)), number, point))
        return _curves(found, places, others, drawn)


def _numbers(found: Sweep) -> list[float] | None:
    """Return the values of the first setting; None where one is no number or its unit differs."""
    told = [point.settings[found.paths[0]].partition(" ") for point in found.points]
    if len({unit for _, _, unit in told}) > 1:
        return None
    try:
        return [float(number) for number, _, _ in told]
    except ValueError:
        return None


def _others(found: Sweep, point: Point) -> str:
    return ", ".join(f"{path} = {point.settings[path]}" for path in found.paths[1:])


def _curves(found: Sweep, places: Sequence[Place], others: Sequence[str], ticks: Sequence[float]) -> Figure:
    height = 7.6
    figure = Figure(figsize=(WIDTH, height))
    panels = figure.subplots(len(PANELS), 1, sharex=True).tolist()
    for axes, (indicator, label, scale) in zip(panels, PANELS, strict=True):
        _base(axes, found.base.estimate(*Key(indicator)), scale, upright=False)
        for number, name in enumerate(others):
            mine = sorted((one for one in places if one.series == number), key=lambda one: one.at)
            _curve(axes, mine, Key(indicator), scale, number, name)
        axes.set_ylabel(label)
        axes.grid(visible=True, color=style.OUTSIDE, linewidth=0.8)
    if len(ticks) <= TICKS:
        panels[-1].set_xticks(ticks, [f"{at:g}" for at in ticks])
    unit = found.points[0].settings[found.paths[0]].partition(" ")[2]
    panels[-1].set_xlabel(style.side(found.paths[0], unit))
    if others != [""]:
        panels[0].legend(fontsize=9.5, frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(-0.02, 1.0))
    return _headed(figure, found, height)


def _curve(axes: Axes, places: Sequence[Place], key: Key, scale: float, number: int, name: str) -> None:
    drawn = [(one.at, one.point.result.estimate(*key)) for one in places if one.point.result is not None]
    known = [(at, one) for at, one in drawn if isfinite(one.mean)]
    colour = COLOURS[number]
    axes.plot([at for at, _ in known], [scale * one.mean for _, one in known], color=colour, marker="o", markersize=5.5,
              linewidth=1.4, label=name)  # fmt: skip
    for at, one in known:
        low, high = _ends(one)
        axes.plot([at, at], [scale * low, scale * high], color=colour, linewidth=2.4, alpha=0.55)


def _ends(one: Estimate) -> tuple[float, float]:
    return (one.low, one.high) if isfinite(one.low) else (one.mean, one.mean)


def _base(axes: Axes, one: Estimate, scale: float, *, upright: bool) -> None:
    """Draw the scenario itself: a line and its interval, across or upright."""
    if isfinite(one.mean):
        low, high = _ends(one)
        (axes.axvspan if upright else axes.axhspan)(scale * low, scale * high, color=style.INSIDE, linewidth=0)
        (axes.axvline if upright else axes.axhline)(scale * one.mean, color=style.GREEN, linewidth=1.3)


def _rows(found: Sweep) -> Figure:
    points = found.points[:MOST]
    height = 1.7 + 0.3 * len(points)
    figure = Figure(figsize=(WIDTH + 1.6, height))
    panels = figure.subplots(1, len(PANELS), sharey=True).tolist()
    for axes, (indicator, label, scale) in zip(panels, PANELS, strict=True):
        _base(axes, found.base.estimate(*Key(indicator)), scale, upright=True)
        for at, point in enumerate(points):
            one = None if point.result is None else point.result.estimate(*Key(indicator))
            if one is not None and isfinite(one.mean):
                axes.plot([scale * end for end in _ends(one)], [at, at], color=style.BLUE, linewidth=2.4, alpha=0.55)
                axes.plot([scale * one.mean], [at], color=style.BLUE, marker="o", markersize=5.5)
        axes.set_xlabel(label)
        axes.grid(visible=True, axis="x", color=style.OUTSIDE, linewidth=0.8)
    panels[0].set_yticks(range(len(points)), [_label(found, point) for point in points], fontsize=9)
    panels[0].set_ylim(len(points) - 0.5, -0.5)
    return _headed(figure, found, height)


def _label(found: Sweep, point: Point) -> str:
    names = [path.rpartition(".")[0].rpartition(".")[2] or path for path in found.paths]
    names = [f"{head} {path.rpartition('.')[2]}" for head, path in zip(names, found.paths, strict=True)]
    told = ", ".join(f"{name} {point.settings[path]}" for name, path in zip(names, found.paths, strict=True))
    told = told if len(told) <= LABEL else f"... {told[-LABEL:]}"
    return f"{told}{' (failed)' if point.result is None else ''}"


def _headed(figure: Figure, found: Sweep, height: float) -> Figure:
    more = f"; the first {MOST} of {len(found.points)} points" if len(found.points) > MOST else ""
    figure.text(
        0.015, 1.0 - 0.14 / height, f"Sweep of {found.base.plan.name}", fontsize=14, fontweight="bold", va="top"
    )
    about = title(found).partition(": ")[2]
    figure.text(0.015, 1.0 - 0.43 / height, about, fontsize=10, color=style.GREY, va="top")
    figure.text(0.015, 1.0 - 0.65 / height, f"bars: 95 % intervals; green: {found.base.plan.name} as it is{more}",
                fontsize=10, color=style.GREY, va="top")  # fmt: skip
    figure.tight_layout(rect=(0.0, 0.0, 1.0, 1.0 - 0.85 / height))
    return figure
