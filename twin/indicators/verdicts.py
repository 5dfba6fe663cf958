"""Verdicts on a run, beside the laws that it must keep: what a reader of its numbers should doubt.

A law that is broken refuses the run; a verdict that fails stands in the table ``checks`` and on the screen.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from twin.indicators.flags import KINDS, flags
from twin.indicators.frame import DAY, Floats, Frame
from twin.plan import Plan
from twin.tables import RunContext, from_rows

WHOLE_RUN = -1  # number of the replication in rows that are about all of them
OFFERED, WARM_UP, UNFINISHED = "offered load", "warm-up", "unfinished lots"
VERDICTS = (OFFERED, WARM_UP, UNFINISHED, *KINDS)
_UNITS = {OFFERED: "1", WARM_UP: "d", UNFINISHED: "1", **dict.fromkeys(KINDS, "lots")}  # of value and tolerance
MOST_UNFINISHED = 0.25  # share of lots, A-410: with more the lots that are seen are the fast ones
POINTS = 25  # of a campaign cycle, at which progress is looked at
_PASSED_ON = ("cut", "pooled")  # fates of lots that live on in others


class Verdict(NamedTuple):
    """One verdict.

    Attributes:
        check: What is judged, one of ``VERDICTS``.
        subject: Of what: a station, an indicator, a flag; empty for all lots.
        value: What was found; None where it cannot be told.
        tolerance: Up to which value all is well.
        passed: Whether all is well; true where it cannot be told.
        about: What the value is, and what follows from too high a one.
        replication: Number of the replication; -1 for all of them. [1]
    """

    check: str
    subject: str
    value: float | None
    tolerance: float
    passed: bool
    about: str
    replication: int = WHOLE_RUN


class Progress(NamedTuple):
    """What had come out of the line, and how long lots had been in it, up to each of some moments.

    Attributes:
        step: Time between two moments. [s]
        series: Values by name of the indicator. Shape of each: (moments,).
    """

    step: float
    series: dict[str, tuple[float, ...]]


def of_replication(tables: Mapping[str, pa.Table], replication: int) -> list[Verdict]:
    """Return the verdicts on one replication.

    Args:
        tables: Its logs, by name.
        replication: Number of the replication. [1]
    """
    return [_unfinished(Frame(tables["lots"]), replication), *_flagged(tables, replication)]


def _unfinished(lots: Frame, replication: int) -> Verdict:
    inside = float(lots.where("fate", "inside").sum())
    gone = float((~lots.where("fate", "inside", *_PASSED_ON)).sum())
    share = inside / (inside + gone) if inside + gone > 0.0 else 0.0
    about = "Share of lots still inside at the end: their times are not seen, so the times of the others are too short."
    return Verdict(UNFINISHED, "", share, MOST_UNFINISHED, share <= MOST_UNFINISHED, about, replication)


def _flagged(tables: Mapping[str, pa.Table], replication: int) -> list[Verdict]:
    return [
        Verdict(one.kind, one.subject, float(one.lots), one.few, one.lots <= one.few, one.told, replication)
        for one in flags(tables["marks"], tables["visits"])
        if one.subject or not one.lots  # of a kind that is there each doubt is told, else that there is none
    ]


def progress(tables: Mapping[str, pa.Table], plan: Plan) -> Progress:
    """Return what had come out of the line up to each moment, 25 moments to a campaign cycle, the last at the end."""
    until = plan.study.warm_up + plan.study.horizon
    step = cycle(plan) / POINTS
    moments = np.arange(until, -1e-9 * until, -step)[::-1]
    lots = Frame(tables["lots"])
    ended, shipped = lots.floats("ended_s"), lots.where("fate", "shipped") & (lots.integers("grade") == 0)
    area = _cumulated(moments, ended[shipped], lots.floats("area_m2")[shipped])
    inside = _time_since(moments, lots.floats("created_s")) - _time_since(moments, ended)
    return Progress(step, {"released": tuple(area.tolist()), "wip_lots": tuple(inside.tolist())})


def cycle(plan: Plan) -> float:
    """Return the length of a campaign cycle; a day where there is none. [s]"""
    turns = [plan.plant.making(name).campaign for name in plan.products]
    whole = sum(turns) + plan.plant.stocks.campaign_rest
    return whole if sum(turn > 0.0 for turn in turns) > 1 else DAY


def _cumulated(moments: Floats, times: Floats, amounts: Floats) -> Floats:
    order = np.argsort(times, kind="stable")
    total = np.concatenate(([0.0], np.cumsum(amounts[order])))
    return np.asarray(total[np.searchsorted(times[order], moments, side="right")])


def _time_since(moments: Floats, times: Floats) -> Floats:
    """Summed time since each of some events, up to each moment. Shape: (moments,). [s]"""
    ordered = np.sort(times)
    count = np.searchsorted(ordered, moments, side="right")
    total = np.concatenate(([0.0], np.cumsum(ordered)))
    return np.asarray(moments * count - total[count])


def verdict_table(verdicts: Iterable[Verdict], context: RunContext) -> pa.Table:
    """Return verdicts as rows of the table ``checks``."""
    return from_rows("checks", [{**one._asdict(), "value_unit": _UNITS[one.check]} for one in verdicts], context)


def from_table(checks: pa.Table) -> list[Verdict]:
    """Read the verdicts back from the table ``checks``; the laws beside them are left out."""
    rows: list[dict[str, Any]] = checks.to_pylist()
    return [Verdict(*(row[name] for name in Verdict._fields)) for row in rows if row["check"] in VERDICTS]
