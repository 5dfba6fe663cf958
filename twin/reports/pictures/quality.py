"""The picture of quality: how far each measure stays from its limit, in standard deviations of what was made."""

from collections.abc import Sequence
from math import isinf

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from twin.layout import short
from twin.reports.pictures import style
from twin.reports.pictures.study import fitted, framed
from twin.reports.traced import common
from twin.study.drawn import Quality

FAR = 10.0  # standard deviations beyond which a measure never meets its limit
BEYOND = 4.0  # standard deviations outside that are shown
WISHED = 3.0


def quality_picture(found: Sequence[Quality]) -> Figure | None:
    """Draw a line for each limit: median, middle half and middle 98 % of the lots; nothing where nothing spreads."""
    if not found:
        return None
    products = list(dict.fromkeys(one.product for one in found))
    height = 1.35 + 0.29 * (len(found) + len(products))
    with style.styled():
        about = "each lot's distance from the limit, in standard deviations; bars: middle half, lines: 98 % of the lots"
        figure, axes = framed(height, "Quality against limits", about)
        axes.axvspan(-BEYOND, 0.0, color="#fbe3d6", linewidth=0)
        axes.axvline(0.0, color=style.RED, linewidth=2.0)
        axes.axvline(WISHED, color=style.GREY, linewidth=0.9, linestyle=":")
        at, ticks = 0, []
        for product in products:
            axes.text(-BEYOND + 0.1, at, product.replace("_", " "), fontweight="bold", fontsize=10.5, va="center")
            for one in (one for one in found if one.product == product):
                at += 1
                ticks.append((at, one.limit))
                _line(axes, at, one)
            at += 1
        axes.set_yticks([place for place, _ in ticks], [name for _, name in ticks], fontsize=9.5)
        axes.set_ylim(at - 0.4, -0.7)
        axes.set_xlim(-BEYOND, FAR + 9.0)
        axes.set_xticks([-3, 0, 3, 6, 9], ["3 outside", "limit", "3 inside", "6", "9"], fontsize=9.5)
        axes.spines["bottom"].set_bounds(-BEYOND, FAR)
        return fitted(figure, height)


def _line(axes: Axes, at: int, one: Quality) -> None:
    places = [_inside(one, value) for value in one.shares]
    low, first, middle, third, high = sorted(min(max(place, -BEYOND), FAR) for place in places)
    colour = style.RED if one.missed > 0.0 else style.BLUE
    if low >= FAR:
        axes.plot([FAR - 0.25], [at], marker=">", color=style.BLUE, markersize=6, linestyle="none")
    else:
        axes.plot([low, high], [at, at], color=colour, linewidth=1.4)
        axes.plot([first, third], [at, at], color=colour, linewidth=6.0, solid_capstyle="butt")
        axes.plot([middle], [at], marker="o", color=style.PAPER, markersize=3.6, markeredgecolor=colour)
    axes.text(FAR + 0.5, at, _told(one), fontsize=9, va="center", color=colour if one.missed > 0.0 else style.BLACK)


def _inside(one: Quality, value: float) -> float:
    """Distance of a value from the nearer limit, in standard deviations; positive inside."""
    return min(value - one.lower, one.upper - value) / one.sd


def _told(one: Quality) -> str:
    ends = [end for end in (one.lower, one.upper) if not isinf(end)]
    values, unit = common([one.shares[2], *ends], one.unit)
    shop = "" if unit == "1" else f" {style.unit(unit)}"
    if len(ends) == 2:
        span = f"{values[1]:.4g}-{values[2]:.4g}"
    else:
        span = f"{'at least' if isinf(one.upper) else 'at most'} {values[1]:.4g}"
    missed = f"; {100.0 * one.missed:.3g} % miss it" if one.missed > 0.0 else ""
    return f"{short(values[0])} ({span}{shop}){missed}"
