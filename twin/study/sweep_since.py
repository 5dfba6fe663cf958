"""What changed from one sweep to a later one: which points are the same runs, which moved, and which are new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from twin.errors import TwinError
from twin.store import Store
from twin.store.naming import is_run_id
from twin.study.since import Since, since
from twin.study.sweep import Point, Sweep


class Step(NamedTuple):
    """One point that both sweeps have, by different runs.

    Attributes:
        point: The point, in the later sweep.
        since: Its two runs compared.
    """

    point: Point
    since: Since


@dataclass(frozen=True, slots=True)
class SweepSince:
    """Two sweeps compared, the scenario itself counted as a point.

    Attributes:
        steps: Points that both have, by different runs.
        same: Number of points that are the same run in both. [1]
        added: Number of points whose run in the earlier sweep is not known. [1]
        unread: Number of points of whose two runs one cannot be read. [1]
    """

    steps: tuple[Step, ...]
    same: int
    added: int
    unread: int = 0


def sweep_since(store: Store, found: Sweep, before: Sequence[Mapping[str, str]]) -> SweepSince:
    """Compare a sweep with an earlier one.

    Args:
        store: Where the runs of both are.
        found: The later sweep.
        before: A row a point of the earlier one: its settings as written, and its ``run``.
    """
    known = {_place(found, row): str(row.get("run", "")) for row in before}
    steps, same, added, unread = [], 0, 0, 0
    for point in (Point({}, found.base), *found.points):
        if point.result is None:
            continue
        earlier = known.get(_place(found, point.settings or dict.fromkeys(found.paths, point.name)), "")
        if earlier == point.result.run_id:
            same += 1
            continue
        try:
            if is_run_id(earlier) and store.has(earlier):
                steps.append(Step(point, since(store, earlier, point.result.run_id)))
            else:  # it failed, it is new, or its run is no longer in this store
                added += 1
        except TwinError:  # a damaged file, or one of a newer version: verification says which
            unread += 1
    return SweepSince(tuple(steps), same, added, unread)


def _place(found: Sweep, settings: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(str(settings.get(path, "")) for path in found.paths)
