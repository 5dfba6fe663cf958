"""The picture of a map: the window shaded, the limits drawn with whose word they are, the recipe marked."""

from math import isinf
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from twin.maps import Chart, Window
from twin.reports.pictures import style
from twin.reports.pictures.curves import draw_curves
from twin.reports.pictures.surface import draw_surface


def picture(chart: Chart) -> Figure:
    """Draw a map."""
    with style.styled():
        count = len(chart.sheets)
        figure = Figure(figsize=(8.2, 6.0) if count == 1 else (12.4, 6.0))
        places = np.atleast_1d(figure.subplots(1, count, sharey=count > 1))
        for axes, sheet in zip(places.tolist(), chart.sheets, strict=True):
            if chart.up is None:
                draw_curves(axes, chart, sheet)
            else:
                draw_surface(axes, chart, sheet)
            axes.set_xlabel(style.side(chart.across.label, chart.across.unit))
        if chart.up is not None:
            places[0].set_ylabel(style.side(chart.up.label, chart.up.unit))
        _words(figure, chart, count)
        return figure


def _words(figure: Figure, chart: Chart, count: int) -> None:
    left = 0.115 if count == 1 else 0.075
    figure.subplots_adjust(left=left, right=0.975, top=0.80 if count == 1 else 0.77, bottom=0.16, wspace=0.1)
    grey: dict[str, Any] = {"fontsize": 10.5, "color": style.GREY}
    scenario = "" if chart.scenario == "baseline" else f", scenario {chart.scenario}"
    figure.text(left, 0.945, chart.sketch.title, fontsize=15, fontweight="bold")
    whose = f"{chart.product.replace('_', ' ')}{scenario}{_patent(chart)}"
    sides = [chart.across, *([chart.up] if chart.up else [])]
    single = any(one.lower == one.upper for side in sides for one in side.windows)
    figure.text(left, 0.9, f"{whose}   ·   green: inside every limit shown", **grey)
    for place, (text, colour) in enumerate(_limits(chart)):
        figure.text(left + 0.5 * place, 0.862, text, fontsize=10.5, color=colour)
    told = f"twin map {chart.sketch.name}: computed by the stages, without scatter"
    notes = [chart.sketch.note] if chart.sketch.note else []
    if chart.untested.any():
        notes.append(f"hatched: extrapolated ({100.0 * chart.untested.mean():.0f} %)")
    note = "; ".join([told, *notes, *(["a limit of one value is a line, no area"] if single else [])])
    figure.text(left, 0.015, fill(note, 118 if count == 1 else 200), fontsize=8.5, color=style.GREY, va="bottom")


def _patent(chart: Chart) -> str:
    windows = [one.window for sheet in chart.sheets for one in sheet.bounds]
    windows += [one for axis in (chart.across, chart.up) if axis is not None for one in axis.windows]
    named = dict.fromkeys(one.source.partition(",")[0] for one in windows if "," in one.source)
    return f"   ·   patent: {' and '.join(named)}" if named else ""


def _limits(chart: Chart) -> list[tuple[str, str]]:
    """Say whose limits the lines are: those of the measures in red, those of the set-points in blue."""
    if chart.up is None:
        return []
    sheets = [one for one in chart.sheets if not one.field.classes]
    ends = [(window, sheet.field.shop) for sheet in sheets for window in sheet.windows]
    measured = [f"{_span(window, shop)} ({window.word})" for window, shop in dict.fromkeys(ends)]
    others = [one for sheet in sheets for one in sheet.others]
    measured += [
        f"{one.above} {one.window.beyond(f' {style.unit(one.shop)}'.rstrip())} ({one.window.word})"
        for one in others
        if not one.window.holds(one.values).all()
    ]
    return [("lines:  " + ";  ".join(measured), style.RED)] if measured else []


def _span(window: Window, shop: str) -> str:
    if isinf(window.lower):
        return f"at most {style.number(window.upper, shop)}"
    if isinf(window.upper):
        return f"at least {style.number(window.lower, shop)}"
    return f"{window.lower:g}-{style.number(window.upper, shop)}"
