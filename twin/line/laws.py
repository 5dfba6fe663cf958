"""Laws that every run keeps, asked of the line itself: books, times, whereabouts, capacity."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from twin.line.ledger import TOLERANCE
from twin.line.line import Line
from twin.line.station import Station
from twin.records import COLUMNS, Records


class Balance(NamedTuple):
    """One law that a replication must keep.

    Attributes:
        name: What is balanced.
        residual: How far it is off: relative for amounts and times, a count for lots. [1]
        tolerance: How far it may be off. [1]
    """

    name: str
    residual: float
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether the law is kept."""
        return abs(self.residual) <= self.tolerance


def check(line: Line) -> tuple[Balance, ...]:
    """Check all laws on a line whose states are settled."""
    return (*_books(line), *_times(line), lost_and_doubled(line), *_capacity(line))


def lost_and_doubled(line: Line) -> Balance:
    """Count lots that stand in no place of the line, or in two: in buffers, machines and quarantine together."""
    where = [item.lot.number for buffer in line.buffers.values() for item in buffer.queue]
    where += [item.lot.number for unit in line.units() for item in unit.items]
    where += [number for station in line.stations.values() for number in station.quarantine.items]
    places = Counter(where)
    wrong = sum(places[number] != 1 for number in {*places, *line.items})
    return Balance("lots in one place", float(wrong), 0.0)


def _books(line: Line) -> Iterator[Balance]:
    for quantity, residual in line.ledger.imbalance(line.items.values()).items():
        yield Balance(f"ledger {quantity}", residual, TOLERANCE)


def _times(line: Line) -> Iterator[Balance]:
    elapsed = line.env.now - line.statistics_from
    for unit in line.units():
        yield Balance(f"states of {unit.name}", (sum(unit.log.totals) - elapsed) / max(elapsed, 1.0), TOLERANCE)
    inside, summed = line.inside_area, line.time_inside()
    yield Balance("lots inside", (inside - summed) / max(1.0, summed), TOLERANCE)


def _capacity(line: Line) -> Iterator[Balance]:
    """Compare what was written down with the places of each buffer and the size of each load."""
    if line.records is None:
        return
    for name, buffer in line.buffers.items():
        if not _takes_back(buffer.station):
            over = _highest(line.records, "levels", "buffer", name, "level") - buffer.places
            yield Balance(f"places of {name}", max(0.0, over), 0.0)
    for name, station in line.stations.items():
        most = station.load.maximum if station.load else 1
        over = _highest(line.records, "visits", "station", name, "load") - most
        yield Balance(f"load of {name}", max(0.0, over), 0.0)


def _takes_back(station: Station) -> bool:
    """Say whether lots come back to its queue to be worked on again: for them there is always room."""
    judged = (limit for limits in station.limits.values() for limit in limits)
    repeats = any("repeat" in (*limit.below, *limit.above) for limit in judged)
    queued = repeats and (station.requeues or station.leaves_for_rework)
    return queued or any(path.again for path in station.paths)


def _highest(records: Records, table: str, whose: str, name: str, column: str) -> float:
    """Return the largest value in the rows of one name; 0 where there is none."""
    columns, rows = COLUMNS[table], getattr(records, table).table()
    mine = rows[:, columns.index(whose)] == records.names.get(name, -1)
    return float(np.max(rows[mine, columns.index(column)], initial=0.0))
