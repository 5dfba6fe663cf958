"""What goes through the line: released and coated area, lead time, work in process."""

from collections.abc import Iterator

import numpy as np

from twin.indicators.frame import DAY, Codes, Floats, Mask, Row, Run, of, row, scopes
from twin.indicators.rolls import coated


def flow_rows(run: Run) -> Iterator[Row]:
    """Yield released, coated, lead time and work in process, of the line and of each product."""
    lots, days = run["lots"], run.window.days
    area, ended = lots.floats("area_m2"), lots.floats("ended_s")
    shipped = lots.where("fate", "shipped") & run.window.holds(ended)
    second = shipped & (lots.integers("grade") > 0)
    lead = (ended - lots.floats("born_s")) / DAY
    made = coated(run)
    rolls = np.where(run.window.holds(made.at), made.area, 0.0)
    coated_area = np.bincount(made.lot, weights=rolls, minlength=run.lots)[lots.integers("lot")]
    for scope, subject in scopes(run):
        mine = of(lots, subject)
        yield row("released", scope, subject, run.good_area(subject), days)
        yield row("released_second", scope, subject, float(area[second & mine].sum()), days)
        yield row("released_lots", scope, subject, float((shipped & mine).sum()), days)
        yield row("coated", scope, subject, float(coated_area[mine].sum()), days)
        yield from _lead_rows(scope, subject, lead[shipped & mine])
    yield from _wip_rows(run)


def _lead_rows(scope: str, subject: str, lead: Floats) -> Iterator[Row]:
    count = float(len(lead))
    yield row("lead_time", scope, subject, float(lead.sum()), count)
    p90 = float(np.quantile(lead, 0.9)) if len(lead) else None
    yield row("lead_time_p90", scope, subject, float("nan") if p90 is None else p90, count, value=p90)


def _wip_rows(run: Run) -> Iterator[Row]:
    lots = run["lots"]
    times = run.window.overlap(lots.floats("created_s"), lots.floats("ended_s"))
    mass, area = _held(run, "mass"), _held(run, "area")
    length = run.window.seconds
    for scope, subject in scopes(run):
        mine = of(lots, subject)
        yield row("wip_lots", scope, subject, float(times[mine].sum()), length)
        yield row("wip_mass", scope, subject, float(mass[mine].sum()), length)
        yield row("wip_area", scope, subject, float(area[mine].sum()), length)


def _held(run: Run, amount: str) -> Floats:
    """Amount of each lot integrated over its time inside the window, in the amount's unit times seconds. Shape: (lots,)

    Between two operations a lot holds what the first left; before its first it holds what that found, and after its
    last what it had at its end.
    """
    unit = {"mass": "kg", "area": "m2"}[amount]
    lots, visits = run["lots"], run["visits"]
    known: Mask = np.zeros(run.lots, dtype=bool)
    known[lots.integers("lot")] = True
    created = run.by_lot(lots, lots.floats("created_s"))
    order = np.lexsort((np.arange(visits.rows), visits.floats("end_s"), visits.integers("lot")))
    order = order[known[visits.integers("lot")[order]]]
    lot, end = visits.integers("lot")[order], visits.floats("end_s")[order]
    before = _previous(lot, end, created)
    held = run.window.overlap(before, end) * visits.floats(f"{amount}_in_{unit}")[order]
    total = np.bincount(lot, weights=held, minlength=run.lots)
    last = created.copy()
    last[lot] = end
    rest = run.window.overlap(last[lots.integers("lot")], lots.floats("ended_s"))
    return np.asarray(total[lots.integers("lot")] + rest * lots.floats(f"{amount}_{unit}"))


def _previous(lot: Codes, end: Floats, created: Floats) -> Floats:
    """End of the lot's operation before, or its creation. Shape: (visits,). [s]"""
    before = created[lot]
    same = np.flatnonzero(lot[1:] == lot[:-1]) + 1
    before[same] = end[same - 1]
    return before
