"""The picture of a lot: one small plot a profile, with the limits of the measure that it ends in."""

from math import isfinite

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from twin.limit import Limit
from twin.reports.pictures import style
from twin.reports.traced import common
from twin.stage import Profile
from twin.trace import Facts, Replay, name_of

ACROSS = 2
CLOSE = 0.1  # of a plot's height: what a number takes with its room


def trace_picture(facts: Facts, found: Replay) -> Figure:
    """Draw the profiles behind a lot's measures."""
    with style.styled():
        count = max(1, len(found.profiles))
        rows = -(-count // ACROSS)
        figure = Figure(figsize=(11.5, 1.2 + 3.1 * rows))
        places = np.atleast_1d(figure.subplots(rows, min(count, ACROSS), squeeze=False)).ravel().tolist()
        for axes, (stage, profile) in zip(places, found.profiles, strict=False):
            _draw(axes, stage, profile, _limits(facts, stage, profile))
        for axes in places[len(found.profiles) :]:
            axes.set_axis_off()
        product = (facts.lot["product"] or "").replace("_", " ")
        figure.suptitle(f"{name_of(facts.number)}   {product}, {facts.lot['fate']}", x=0.02, ha="left",
                        fontsize=15, fontweight="bold")  # fmt: skip
        figure.text(0.02, 0.008, f"run {facts.run['run_id']}, replication {facts.replication}", fontsize=8.5,
                    color=style.GREY)  # fmt: skip
        figure.tight_layout(rect=(0.0, 0.02, 1.0, 0.98))
        return figure


def _limits(facts: Facts, stage: str, profile: Profile) -> list[Limit]:
    name = profile.measure or profile.name.replace(" ", "_")
    rows = [one for one in facts.measures if one["stage"] == stage and one["measure"] == name]
    return [limit for one in rows[-1:] for limit in one["limits"]]


def _draw(axes: Axes, stage: str, profile: Profile, limits: list[Limit]) -> None:
    points, along_unit = common(list(profile.points), profile.along_unit)
    ends = [end for one in limits for end in (one.lower, one.upper) if isfinite(end)]
    values, unit = common([*profile.values, *ends], profile.unit)
    shown = values[: len(profile.values)]
    axes.plot(points, shown, color=style.BLUE)
    axes.set_title(f"{stage}: {profile.name}", loc="left", fontsize=12)
    axes.set_xlabel(style.side(profile.along, along_unit))
    axes.set_ylabel(style.side("", unit).strip())
    reach = max(values) - min(values)
    for end in values[len(shown) :]:
        axes.axhline(end, color=style.RED, linewidth=1.6)
        above = not 0.0 <= shown[-1] - end < CLOSE * reach  # else the curve would run through the number
        axes.annotate(style.number(end, unit), (1.0, end), xycoords=("axes fraction", "data"),
                      xytext=(-3, 3 if above else -3), textcoords="offset points", ha="right",
                      va="bottom" if above else "top", color=style.RED, fontsize=9.5)  # fmt: skip
    axes.margins(x=0.0)
    axes.grid(visible=True, color=style.OUTSIDE, linewidth=0.8)
