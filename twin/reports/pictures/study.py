"""Pictures of a study: where the machines' time went, work in process over time, what was lost to which limit."""

from collections.abc import Mapping, Sequence
from math import isfinite

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from twin.reports.pictures import style
from twin.study.drawn import BANDED, Loss, Wip

DAY = 86400.0  # s
WIDTH = 8.2  # inches
STATES = {
    "busy": style.GREEN, "set-up": style.SKY, "blocked": style.ORANGE, "waiting for lab": "#f3d38b",
    "waiting for crew": "#e8c05c", "idle": style.OUTSIDE, "maintenance": style.PURPLE, "waiting for repair": "#8c3b00",
    "down": style.RED, "off shift": "#bdbdbd",
}  # fmt: skip
NAMES = {"idle": "starved"}
READ = 0.06  # share below which no number fits into a bar
LINES = (style.BLACK, style.BLUE, style.RED, style.GREEN, style.PURPLE)
MOST = 12  # losses that are shown


def framed(height: float, title: str, about: str) -> tuple[Figure, Axes]:
    """Return an empty picture under its headings."""
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.subplots()
    figure.text(0.015, 1.0 - 0.14 / height, title, fontsize=14, fontweight="bold", va="top")
    figure.text(0.015, 1.0 - 0.43 / height, about, fontsize=10, color=style.GREY, va="top")
    return figure, axes


def fitted(figure: Figure, height: float) -> Figure:
    """Fit what was drawn below the headings."""
    figure.tight_layout(rect=(0.0, 0.0, 1.0, 1.0 - 0.62 / height))
    return figure


def states_picture(stations: Mapping[str, Mapping[str, float]], order: Sequence[str]) -> Figure:
    """Draw a bar a station, whose parts are the shares of its time.

    Args:
        stations: Station -> state -> share. [1]
        order: The stations, from the top.
    """
    names = [name for name in order if name in stations]
    height = 1.55 + 0.36 * len(names)
    with style.styled():
        figure, axes = framed(height, "Where the machines' time went", "mean over the replications, measured time")
        known = [state for state in STATES if any(stations[name].get(state, 0.0) > 0.0 for name in names)]
        begin = [0.0] * len(names)
        for state in known:
            shares = [100.0 * stations[name].get(state, 0.0) for name in names]
            axes.barh(range(len(names)), shares, left=begin, color=STATES[state], label=NAMES.get(state, state),
                      height=0.72, edgecolor=style.PAPER, linewidth=0.6)  # fmt: skip
            _numbers(axes, shares, begin, state)
            begin = [low + share for low, share in zip(begin, shares, strict=True)]
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.set_xlim(0.0, 100.0)
        axes.set_xlabel("share of time  [%]")
        axes.legend(ncols=5, fontsize=9.5, loc="lower left", bbox_to_anchor=(-0.02, 1.0), frameon=False,
                    columnspacing=1.2, handlelength=1.1)  # fmt: skip
        return fitted(figure, height)


def _numbers(axes: Axes, shares: Sequence[float], begin: Sequence[float], state: str) -> None:
    dark = state in {"busy", "down", "waiting for repair"}
    for at, (share, low) in enumerate(zip(shares, begin, strict=True)):
        if share >= 100.0 * READ:
            axes.text(low + share / 2.0, at, f"{share:.0f}", ha="center", va="center", fontsize=9.5,
                      color=style.PAPER if dark else style.BLACK)  # fmt: skip


def wip_picture(found: Wip, warm_up: float) -> Figure:
    """Draw the lots inside the line over time.

    Args:
        found: The counts.
        warm_up: When the measured time begins. [s]
    """
    height = 3.9
    band = "eight of ten replications" if found.replications >= BANDED else "all replications"
    about = f"lines: mean of {found.replications} replications; bands: {band}"
    with style.styled():
        figure, axes = framed(height, "Work in process", about if found.replications > 1 else "one replication")
        days = found.times / DAY
        for course, colour in zip(found.courses, LINES, strict=False):
            axes.fill_between(days, course.low, course.high, color=colour, alpha=0.16, linewidth=0)
            axes.plot(days, course.mean, color=colour, linewidth=1.9, label=course.name.replace("_", " "))
        axes.axvspan(0.0, warm_up / DAY, color=style.OUTSIDE, alpha=0.6, linewidth=0)
        axes.text(warm_up / DAY, 0.985, "warm-up ", transform=axes.get_xaxis_transform(), ha="right", va="top",
                  color=style.GREY, fontsize=9.5)  # fmt: skip
        axes.set_xlim(0.0, float(days[-1]))
        axes.set_ylim(0.0, 1.2 * max(float(course.high.max()) for course in found.courses) + 1.0)
        axes.set_xlabel("simulated time  [d]")
        axes.set_ylabel("lots inside the line")
        axes.legend(ncols=5, fontsize=9.5, loc="lower left", bbox_to_anchor=(-0.02, 1.0), frameon=False)
        return fitted(figure, height)


def losses_picture(found: Sequence[Loss]) -> Figure | None:
    """Draw a bar for each limit that cost yield, with its interval; nothing without losses."""
    if not found:
        return None
    shown = sorted(found, key=lambda one: -one.share.mean)[:MOST]
    height = 1.5 + 0.4 * len(shown)
    more = f"; the largest {MOST} of {len(found)}" if len(found) > MOST else ""
    with style.styled():
        figure, axes = framed(height, "Yield lost, by limit", f"share of the judged area; bars: 95 % intervals{more}")
        means = [100.0 * one.share.mean for one in shown]
        ends = [_ends(one) for one in shown]
        axes.barh(range(len(shown)), means, color=style.ORANGE, height=0.62)
        for at, (low, high) in enumerate(ends):
            axes.plot([low, high], [at, at], color=style.BLACK, linewidth=1.6)
            axes.text(high, at, f"  {means[at]:.3g} %", va="center", fontsize=10)
        axes.set_yticks(range(len(shown)), [f"{one.product.replace('_', ' ')}\n{one.reason}" for one in shown])
        axes.tick_params(axis="y", labelsize=9.5)
        axes.invert_yaxis()
        axes.set_xlim(0.0, 1.18 * max(high for _, high in ends))
        axes.set_xlabel("lost  [%]")
        return fitted(figure, height)


def _ends(one: Loss) -> tuple[float, float]:
    mean = 100.0 * one.share.mean
    if not isfinite(one.share.low):
        return mean, mean
    return 100.0 * one.share.low, 100.0 * one.share.high
