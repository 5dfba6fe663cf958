"""Whether the books of a replication close: what the line says of itself, and what its tables say."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from twin.indicators.frame import Codes, Floats, Frame
from twin.tables import RunContext, from_rows

TOLERANCE = 1e-9


class Balance(Protocol):
    """One law that the line has checked of itself."""

    @property
    def name(self) -> str:
        """What is balanced."""

    @property
    def residual(self) -> float:
        """How far it is off, relative. [1]"""

    @property
    def tolerance(self) -> float:
        """How far it may be off. [1]"""


def checks(
    balances: Iterable[Balance],
    replication: int,
    context: RunContext,
    tables: Mapping[str, pa.Table] | None = None,
) -> pa.Table:
    """Return the checks of one replication.

    Args:
        balances: What the line has checked of itself: ledgers, states, lots inside.
        replication: Number of the replication. [1]
        context: Whose rows they are.
        tables: Its logs; with them it is also checked what they say themselves.
    """
    rows = [_row("balance", one.name, one.residual, one.tolerance, "What the line counted itself.") for one in balances]
    if tables is not None:
        frames = {name: Frame(table) for name, table in tables.items()}
        until = float(frames["states"].floats("end_s").max(initial=0.0))
        rows += [*_states(frames["states"], until), *_lots(frames, until), *_machines(frames["visits"])]
    return from_rows("checks", rows, context, replication)


def failed(checks: pa.Table) -> list[str]:
    """List what does not hold, in words."""
    return [
        f"{one['check']} {one['subject']}".strip() + f" is off by {one['value']:.3g} (allowed {one['tolerance']:.0e})"
        for one in checks.to_pylist()
        if not one["passed"]
    ]


def _row(check: str, subject: str, value: float, tolerance: float, about: str) -> dict[str, Any]:
    return {
        "check": check, "subject": subject, "value": value, "tolerance": tolerance,
        "passed": bool(abs(value) <= tolerance), "about": about, "value_unit": "1",
    }  # fmt: skip


def _states(states: Frame, until: float) -> Iterator[dict[str, Any]]:
    unit, names = states.names("unit")
    start, end = states.floats("start_s"), states.floats("end_s")
    for code in sorted(np.unique(unit).tolist(), key=names.__getitem__):
        mine = unit == code
        total = float((end[mine] - start[mine]).sum()) / until - 1.0
        yield _row("states add up", names[code], total, TOLERANCE, "Times in all states over the whole run, relative.")
        gaps = np.abs(np.append(start[mine], until) - np.insert(end[mine], 0, 0.0))
        worst = float(gaps.max()) / until
        yield _row("states join", names[code], worst, TOLERANCE, "Longest gap or overlap of states over the whole run.")


def _lots(frames: Mapping[str, Frame], until: float) -> Iterator[dict[str, Any]]:
    lots, visits, parents = frames["lots"], frames["visits"], frames["genealogy"]
    number = lots.integers("lot")
    twice = len(number) - len(np.unique(number))
    yield _row("lots are single", "", float(twice), 0.0, "Lots that ended more than once.")
    strange = ~np.isin(np.concatenate((parents.integers("parent"), parents.integers("child"))), number)
    yield _row("parents are known", "", float(strange.sum()), 0.0, "Ends of the genealogy that are no lot.")
    created, ended = lots.floats("created_s"), lots.floats("ended_s")
    back = (ended < created) | (created < lots.floats("born_s")) | (ended > until * (1.0 + TOLERANCE))
    back_visits = (visits.floats("end_s") < visits.floats("start_s")) | (
        visits.floats("start_s") < visits.floats("arrived_s")
    )
    yield _row(
        "time runs on", "", float(back.sum() + back_visits.sum()), 0.0, "Lots and operations that end too early."
    )
    yield _row("lots inside", "", _inside(created, ended), TOLERANCE, _INSIDE)
    overlaps = _overlaps(visits.integers("lot"), visits)
    yield _row("lots are in one place", "", float(overlaps), 0.0, "Operations of one lot that overlap at two machines.")
    yield _row("lots wait in one place", "", float(_absent(visits)), 0.0, _WAITING)


_WAITING = "Lots that came to a station before their operation at another one had ended."
_INSIDE = "Integral of the number inside, event by event, against the lots' summed times inside, relative."


def _inside(created: Floats, ended: Floats) -> float:
    times = np.concatenate((created, ended))
    order = np.argsort(times, kind="stable")
    change = np.concatenate((np.ones(len(created)), -np.ones(len(ended))))[order]
    integral = float((np.cumsum(change)[:-1] * np.diff(times[order])).sum()) if len(times) else 0.0
    summed = float((ended - created).sum())
    return (integral - summed) / max(1.0, summed)


def _machines(visits: Frame) -> Iterator[dict[str, Any]]:
    about = "Loads at one machine that overlap."
    yield _row("capacity is kept", "", float(_overlaps(visits.names("unit")[0], visits)), 0.0, about)


def _absent(visits: Frame) -> int:
    """Count lots that wait at a station while they are still worked on at the one before."""
    lot, station = visits.integers("lot"), visits.names("station")[0]
    arrived, start, end = (visits.floats(name) for name in ("arrived_s", "start_s", "end_s"))
    order = np.lexsort((end, start, lot))
    lot, station, arrived, end = lot[order], station[order], arrived[order], end[order]
    moved = (lot[1:] == lot[:-1]) & (station[1:] != station[:-1])
    return int((moved & (arrived[1:] < end[:-1])).sum())


def _overlaps(who: Codes, visits: Frame) -> int:
    """Count operations that begin before the last one of the same lot or machine has ended; a load is one."""
    start, end, unit = visits.floats("start_s"), visits.floats("end_s"), visits.names("unit")[0]
    order = np.lexsort((unit, end, start, who))
    who, start, end, unit = who[order], start[order], end[order], unit[order]
    same = who[1:] == who[:-1]
    together = (start[1:] == start[:-1]) & (end[1:] == end[:-1]) & (unit[1:] == unit[:-1])
    return int((same & ~together & (start[1:] < end[:-1])).sum())
