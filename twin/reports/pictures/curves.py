"""Measures along one setting: a curve each, its name at its end, the claim's window shaded."""

import numpy as np
from matplotlib.axes import Axes

from twin.maps import Chart, Sheet
from twin.reports.pictures import style
from twin.reports.pictures.surface import HALO

STROKES = ((style.BLUE, "-"), (style.RED, "--"), (style.BLACK, ":"))


def draw_curves(axes: Axes, chart: Chart, sheet: Sheet) -> None:
    """Draw one measure, and those beside it, along the bottom side."""
    across = chart.across.values
    axes.set_xlim(across[0], across[-1])
    curves = [(sheet.field.label, sheet.values[0], sheet.recipe), *sheet.curves]
    highest = max(float(np.nanmax(values)) for _, values, _ in curves)
    axes.set_ylim(0.0, 1.18 * highest if highest > 0.0 else 1.0)
    _windows(axes, chart)
    _untested(axes, chart)
    for number, ((label, values, recipe), (colour, dashes)) in enumerate(zip(curves, STROKES, strict=False)):
        axes.plot(across, values, color=colour, linestyle=dashes, linewidth=2.6)
        place, below = round(0.66 * (len(across) - 1)), number > 0
        axes.annotate(
            label, (across[place], values[place]), xytext=(-6, -8) if below else (6, 6), textcoords="offset points",
            ha="right" if below else "left", va="top" if below else "bottom", color=colour, fontsize=12,
            fontweight="bold", path_effects=HALO,
        )  # fmt: skip
        axes.plot(chart.across.recipe, recipe, marker="*", markersize=18, color=style.BLACK,
                  markeredgecolor=style.PAPER, markeredgewidth=1.4, zorder=9)  # fmt: skip
        axes.annotate(
            f"recipe: {style.number(recipe, sheet.field.shop)}", (chart.across.recipe, recipe), xytext=(8, 9),
            textcoords="offset points", fontsize=11.5, fontweight="bold", path_effects=HALO,
        )  # fmt: skip
    name = sheet.field.measure.partition(".")[2].replace("_", " ")
    axes.set_ylabel(style.side(f"{name} strength" if name == "peel" else name, sheet.field.shop))


def _untested(axes: Axes, chart: Chart) -> None:
    """Hatch where a stage left its tested domain, to half-way to the next point."""
    across, mask = chart.across.values, chart.untested[0]
    ends = np.concatenate([across[:1], 0.5 * (across[1:] + across[:-1]), across[-1:]])
    for place in np.flatnonzero(mask):
        axes.axvspan(ends[place], ends[place + 1], facecolor="none", edgecolor=style.HATCH, hatch="//", linewidth=0.0)


def _windows(axes: Axes, chart: Chart) -> None:
    low, high = float(chart.across.values[0]), float(chart.across.values[-1])
    for one in chart.across.windows:
        ends = max(one.lower, low), min(one.upper, high)
        text = f"{one.source}: {one.lower:g}-{one.upper:g} {style.unit(chart.across.unit)}"
        if one.kind == "recipe":
            axes.axvspan(*ends, color=style.INSIDE, linewidth=0)
            axes.text(ends[1], 0.985, f"{text} ", transform=axes.get_xaxis_transform(), ha="right", va="top",
                      color=style.BLUE, fontsize=10.5)  # fmt: skip
        else:
            axes.plot(ends, (0.015, 0.015), transform=axes.get_xaxis_transform(), color=style.GREEN, linewidth=5,
                      solid_capstyle="butt")  # fmt: skip
            told = f"preferred: {one.lower:g}-{one.upper:g} {style.unit(chart.across.unit)}"
            axes.text(sum(ends) / 2.0, 0.035, told, transform=axes.get_xaxis_transform(), ha="center",
                      va="bottom", color=style.GREEN, fontsize=10.5)  # fmt: skip
