"""A measure over two settings: lines of equal value in shop units, limits in red and blue, the window in green."""

from math import isfinite
from typing import Any, NamedTuple

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from scipy.interpolate import PchipInterpolator, RegularGridInterpolator
from scipy.ndimage import distance_transform_edt

from twin.maps import Axis, Chart, Sheet, Window
from twin.maps.chart import Bound, Mask
from twin.maps.sweep import Floats
from twin.reports.pictures import style

FINE = 361  # points a side between which edges are drawn smooth
ROOM = 0.035  # of a side: what is narrower gets no words
HALO: list[Any] = [patheffects.withStroke(linewidth=3.0, foreground=style.PAPER)]
LEAST = 1e-12  # of what a law needs positive
STEEP = 95.0  # degrees downward to which a label follows its line
CLASS_COLOURS = (style.INSIDE, style.NEAR, style.OUTSIDE)


class Fine(NamedTuple):
    """The sides in fine steps.

    Attributes:
        across: Values along the bottom. Shape: (FINE,).
        up: Values along the left. Shape: (FINE,).
        chart: The map.
    """

    across: Floats
    up: Floats
    chart: Chart

    def spread(self, values: Floats, *, nearest: bool = False) -> Floats:
        """Return values of the grid between its points. Shape: (FINE, FINE)."""
        assert self.chart.up is not None  # noqa: S101 - a map of curves is drawn elsewhere
        known = [_even(self.chart.up, self.chart.up.values), _even(self.chart.across, self.chart.across.values)]
        wanted = [_even(self.chart.up, self.up), _even(self.chart.across, self.across)]
        if nearest or not np.isfinite(values).all():
            method = "nearest" if nearest else "linear"
            between = RegularGridInterpolator(known, values, method=method, bounds_error=False, fill_value=None)
            return np.asarray(between(tuple(np.meshgrid(*wanted, indexing="ij"))))
        rows = PchipInterpolator(known[0], below_zero(values), axis=0)(
            wanted[0]
        )  # keeps what rises rising, and overshoots nowhere
        return np.asarray(PchipInterpolator(known[1], rows, axis=1)(wanted[1]))

    def bound(self, sheet: Sheet, values: Floats) -> Floats:
        """Return values of a sheet or of one of its bounds between the points. Shape: (FINE, FINE)."""
        if values is sheet.values and sheet.smooth is not None and np.isfinite(sheet.smooth).all():
            return sheet.carried(np.exp(self.spread(np.log(np.maximum(sheet.smooth, LEAST)))))
        return self.spread(values, nearest=bool(sheet.field.classes))


def below_zero(values: Floats) -> Floats:
    """Carry on below zero, up and down, what a measure cuts off at zero, so that its edge is drawn where it is.

    >>> below_zero(np.array([[0.0], [0.0], [0.1], [0.4]]))[:, 0].round(9).tolist()
    [-0.5, -0.2, 0.1, 0.4]
    """
    carried, size = values.copy(), len(values)
    for order in (range(size - 3, -1, -1), range(2, size)):
        step = 1 if order.step < 0 else -1
        for row in order:
            one, two = carried[row + step], carried[row + 2 * step]
            cut = (values[row] == 0.0) & (carried[row] == 0.0) & (one != 0.0) & (two > one)
            carried[row] = np.where(cut, np.minimum(2.0 * one - two, 0.0), carried[row])
    return carried


def _even(axis: Axis, values: Floats) -> Floats:
    return np.log(values) if axis.logarithmic else values


def _steps(axis: Axis) -> Floats:
    space = np.geomspace if axis.logarithmic else np.linspace
    return np.asarray(space(axis.values[0], axis.values[-1], FINE))


def fine_of(chart: Chart) -> Fine:
    """Return a map's sides in fine steps."""
    assert chart.up is not None  # noqa: S101 - as above
    return Fine(_steps(chart.across), _steps(chart.up), chart)


def draw_surface(axes: Axes, chart: Chart, sheet: Sheet) -> None:
    """Draw one measure over both sides."""
    assert chart.up is not None  # noqa: S101 - as above
    fine = fine_of(chart)
    if chart.across.logarithmic:
        axes.set_xscale("log")
    if chart.up.logarithmic:
        axes.set_yscale("log")
    axes.set_xlim(fine.across[0], fine.across[-1])
    axes.set_ylim(fine.up[0], fine.up[-1])
    classes = sheet.field.classes
    if classes:
        _classes(axes, fine, sheet)
    else:
        axes.contourf(fine.across, fine.up, inside(fine).astype(float), levels=(0.5, 1.5), colors=[style.INSIDE])
        _lines(axes, fine, sheet)
        _reasons(axes, fine)
    _untested(axes, fine)
    _set_points(axes, chart.across, vertical=True)
    _set_points(axes, chart.up, vertical=False)
    _recipe(axes, chart, sheet)
    if len(chart.sheets) > 1:
        crowded = any(one.kind == "recipe" for one in chart.across.windows) and _claims_within(chart.across)
        axes.set_title(style.side(sheet.field.label, sheet.field.shop), loc="left", pad=24 if crowded else 10)


def inside(fine: Fine) -> Mask:
    """Say where all sheets of the map are inside every limit, alike in each of its pictures."""
    assert fine.chart.up is not None  # noqa: S101 - as above
    held = fine.chart.up.inside(fine.up)[:, None] & fine.chart.across.inside(fine.across)[None, :]
    for sheet in fine.chart.sheets:
        held = held & np.isfinite(fine.bound(sheet, sheet.values))
        for one in sheet.bounds:
            held &= one.window.holds(fine.bound(sheet, one.values))
    return np.asarray(held)


def _lines(axes: Axes, fine: Fine, sheet: Sheet) -> None:
    values, shop = fine.bound(sheet, sheet.values), sheet.field.shop
    limits = [end for one in sheet.windows for end in (one.lower, one.upper) if isfinite(end)]
    plain = [level for level in sheet.field.levels if not any(abs(level - end) < 1e-6 for end in limits)]
    if plain:
        drawn = axes.contour(fine.across, fine.up, values, levels=sorted(plain), colors=style.GREY, linewidths=0.9)
        _labelled(axes, drawn, {level: style.number(level, shop) for level in plain}, 10)
    for owner, one in _bounds(fine):
        values = fine.bound(owner, one.values)
        for end in (one.window.lower, one.window.upper):
            if values.min() < end < values.max():
                drawn = axes.contour(fine.across, fine.up, values, levels=[end], colors=style.RED, linewidths=2.4)
                if one.values is sheet.values:
                    _labelled(axes, drawn, {end: style.number(end, shop)}, 11)


def _untested(axes: Axes, fine: Fine) -> None:
    """Hatch where a stage left its tested domain."""
    mask = fine.spread(fine.chart.untested.astype(float), nearest=True) > 0.5
    if mask.any():
        drawn = axes.contourf(
            fine.across, fine.up, mask.astype(float), levels=(0.5, 1.5), colors="none", hatches=["//"]
        )
        drawn.set_edgecolor(style.HATCH)
        drawn.set_linewidth(0.0)


def _bounds(fine: Fine) -> list[tuple[Sheet, Bound]]:
    """List what must hold in any picture of the map, each with the sheet that it stands in."""
    return [(sheet, one) for sheet in fine.chart.sheets for one in sheet.bounds]


def _labelled(axes: Axes, drawn: Any, texts: dict[float, str], size: float) -> None:  # noqa: ANN401 - a set of contours
    for one in axes.clabel(drawn, fmt=texts, fontsize=size, inline=True, inline_spacing=6):
        one.set_path_effects(HALO)
        one.set_rotation(upright(one.get_rotation()))


def upright(angle: float) -> float:
    """Return the angle of a label so that it never stands on its head, and that all steep ones read downward. [deg].

    >>> upright(-85.0), upright(89.0), upright(30.0), upright(180.0)
    (-85.0, -91.0, 30.0, 0.0)
    """
    return (angle + STEEP) % 180.0 - STEEP


def _reasons(axes: Axes, fine: Fine) -> None:
    """Write where and why a point is outside, at the widest place of that region."""
    for owner, one in _bounds(fine):
        values = fine.bound(owner, one.values)
        for words, mask in ((one.below, values < one.window.lower), (one.above, values > one.window.upper)):
            if words and mask.any():
                _words_inside(axes, fine, words, mask)


def _words_inside(axes: Axes, fine: Fine, words: str, mask: Mask, **look: Any) -> None:  # noqa: ANN401 - of a text
    padded = np.pad(mask & _free(fine), 1)
    depth = distance_transform_edt(padded)[1:-1, 1:-1]
    if depth.max() < ROOM * FINE:
        return
    # words are wide and low: look for the place that is wide first
    row, column = np.unravel_index(np.argmax(depth - 0.02 * np.abs(np.arange(FINE) - FINE / 2)[None, :]), depth.shape)
    told: dict[str, Any] = {"fontsize": 11.5, "style": "italic", "color": style.GREY, "path_effects": HALO} | look
    axes.text(fine.across[column], fine.up[row], words, ha="center", va="center", **told)


def _free(fine: Fine) -> Mask:
    """Say where neither a claim's line runs nor the recipe's words stand. Shape: (FINE, FINE)."""
    assert fine.chart.up is not None  # noqa: S101 - as above
    rows, columns = np.ones(FINE, dtype=bool), np.ones(FINE, dtype=bool)
    for clear, axis, steps in ((rows, fine.chart.up, fine.up), (columns, fine.chart.across, fine.across)):
        for one in axis.windows:
            for end in (one.lower, one.upper):
                clear[np.abs(np.arange(FINE) - np.searchsorted(steps, end)) < ROOM * FINE] = False
    free = np.asarray(rows[:, None] & columns[None, :])
    row = int(np.searchsorted(fine.up, fine.chart.up.recipe))
    column = int(np.searchsorted(fine.across, fine.chart.across.recipe))
    free[max(0, row - FINE // 20) : row + FINE // 8, max(0, column - FINE // 20) : column + FINE // 2] = False
    return free


def _classes(axes: Axes, fine: Fine, sheet: Sheet) -> None:
    values = fine.spread(sheet.values, nearest=True)
    names = sheet.field.classes
    levels = [number + 0.5 for number in range(len(names) + 1)]
    axes.contourf(fine.across, fine.up, values, levels=levels, colors=CLASS_COLOURS[: len(names)])
    axes.contour(fine.across, fine.up, values, levels=levels[1:-1], colors=style.RED, linewidths=2.0)
    for number, name in enumerate(names, 1):
        _words_inside(axes, fine, name, values == number, fontsize=13, style="normal", color=style.BLACK)


def _set_points(axes: Axes, axis: Axis, *, vertical: bool) -> None:
    """Draw the ends of a claim on a set-point, with whose word they are."""
    low, high = float(axis.values[0]), float(axis.values[-1])
    for one in axis.windows:
        if one.kind != "recipe":
            continue
        for end in dict.fromkeys((one.lower, one.upper)):
            if low < end < high:
                _claim(axes, axis, one, end, vertical=vertical)


def _claims_within(axis: Axis) -> bool:
    low, high = float(axis.values[0]), float(axis.values[-1])
    return any(low < end < high for one in axis.windows for end in (one.lower, one.upper))


def _claim(axes: Axes, axis: Axis, window: Window, end: float, *, vertical: bool) -> None:
    text = f"{style.number(end, axis.unit, 4)}, {window.word}"
    look: dict[str, Any] = {"color": style.BLUE, "fontsize": 9.5, "path_effects": HALO}
    if vertical:
        axes.axvline(end, color=style.BLUE, linewidth=1.6, linestyle=(0, (5, 3)))
        axes.text(end, 1.012, text, transform=axes.get_xaxis_transform(), ha="center", va="bottom", **look)
    else:
        axes.axhline(end, color=style.BLUE, linewidth=1.6, linestyle=(0, (5, 3)))
        axes.text(0.99, end, text, transform=axes.get_yaxis_transform(), ha="right", va="bottom", **look)


def _recipe(axes: Axes, chart: Chart, sheet: Sheet) -> None:
    assert chart.up is not None  # noqa: S101 - as above
    at = (chart.across.recipe, chart.up.recipe)
    axes.plot(*at, marker="*", markersize=19, color=style.BLACK, markeredgecolor=style.PAPER, markeredgewidth=1.4,
              linestyle="none", zorder=9, clip_on=False)  # fmt: skip
    classes = sheet.field.classes
    value = classes[round(sheet.recipe) - 1] if classes else style.number(sheet.recipe, sheet.field.shop)
    right = at[0] > 0.4 * chart.across.values[0] + 0.6 * chart.across.values[-1]
    axes.annotate(
        f"recipe: {value}", at, xytext=(-13 if right else 13, 12), textcoords="offset points", fontsize=11.5,
        fontweight="bold", ha="right" if right else "left", va="bottom", zorder=10,
        bbox={"boxstyle": "round,pad=0.25", "facecolor": style.PAPER, "edgecolor": "none", "alpha": 0.92},
    )  # fmt: skip
