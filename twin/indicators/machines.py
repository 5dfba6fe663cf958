"""Machines: time by state, OEE by ISO 22400 from times and masses, and which station is the bottleneck."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from twin.indicators.frame import LINE, Codes, Floats, Mask, Row, Run, row

WORK = ("busy", "set-up")
HELD = (*WORK, "waiting for lab")
OUT = ("off shift", "down", "waiting for repair", "maintenance")
NOT_PLANNED = ("off shift", "maintenance")  # outside planned busy time, as ISO 22400 has it (see twin.line.state)
_BAD = ("repeat", "downgrade", "cut", "scrap")


class Operations(NamedTuple):
    """Operations of lots at stations: stages that overlap count as one.

    Attributes:
        station: Place of the station's name. Shape: (operations,).
        time: How long it took. Shape: (operations,). [s]
        load: Lots treated together. Shape: (operations,). [1]
        mass: Mass treated. Shape: (operations,). [kg]
        bad: Share of it that the station's verdicts did not let pass. Shape: (operations,). [1]
        names: Names of the stations.
        full: The most lots ever in a load, by station. [1]
    """

    station: Codes
    time: Floats
    load: Floats
    mass: Floats
    bad: Floats
    names: list[str]
    full: dict[str, float]


def machine_rows(run: Run) -> Iterator[Row]:
    """Yield time shares of machines and stations, OEE and workload of stations, and the bottleneck."""
    states = run["states"]
    time = run.window.overlap(states.floats("start_s"), states.floats("end_s"))
    for scope in ("unit", "station"):
        yield from _shares(run, scope, time)
    yield from _shares(run, "station", time, "time_share_e10", "semi_e10")
    done = _operations(run)
    loads: list[_Load] = []
    station, names = states.names("station")
    for code in sorted(np.unique(station).tolist(), key=names.__getitem__):
        mine = station == code
        work = float(time[mine & states.where("state", *WORK)].sum())
        able = float(time[mine & ~states.where("state", *OUT)].sum())
        yield row("occupied", "station", names[code], work, float(time[mine].sum()))
        yield row("workload", "station", names[code], work, able)
        yield from _oee(run, names[code], mine, time, done)
        if able > 0.0:
            loads.append(_Load(names[code], work, float(time[mine & states.where("state", *HELD)].sum()), able))
    if loads:
        limits = _bottleneck(run, loads)
        yield row("bottleneck", "line", LINE, limits.held, limits.able, limits.station)


class _Load(NamedTuple):
    """What a station did in its able time: worked, and was held, by work or by waiting for the laboratory. [s]"""

    station: str
    work: float
    held: float
    able: float


def _bottleneck(run: Run, loads: list[_Load]) -> _Load:
    """Return the station that limits: the laboratory if none works more, for then it is what the others wait for."""
    busiest = max(loads, key=lambda one: one.work / one.able)
    if not _handles_lots(run, busiest.station):
        return busiest
    return max(loads, key=lambda one: one.held / one.able)


def _shares(
    run: Run, scope: str, time: Floats, indicator: str = "time_share", column: str = "state"
) -> Iterator[Row]:  # fmt: skip
    states = run["states"]
    subject, subjects = states.names(scope)
    state, kinds = states.names(column)
    table = np.zeros((len(subjects), len(kinds)))
    np.add.at(table, (subject, state), time)
    for place in sorted(range(len(subjects)), key=subjects.__getitem__):
        total = float(table[place].sum())
        for kind in sorted(range(len(kinds)), key=kinds.__getitem__):
            if table[place, kind] > 0.0:
                yield row(indicator, scope, subjects[place], float(table[place, kind]), total, kinds[kind])


def _handles_lots(run: Run, station: str) -> bool:
    """Whether it treats lots of the line, and not only samples."""
    visits = run["visits"]
    mine = visits.where("station", station)
    known = np.zeros(run.lots, dtype=bool)
    known[run["lots"].integers("lot")] = True
    return bool(known[visits.integers("lot")[mine]].any())


def _oee(run: Run, station: str, mine: Mask, time: Floats, done: Operations) -> Iterator[Row]:
    states = run["states"]
    planned = float(time[mine & ~states.where("state", *NOT_PLANNED)].sum())
    busy = float(time[mine & states.where("state", "busy")].sum())
    here = done.station == (done.names.index(station) if station in done.names else -1)
    full = done.full.get(station, 1.0)
    worked, needed = float(done.time[here].sum()), float((done.time[here] * done.load[here] / full).sum())
    treated, passed = float(done.mass[here].sum()), float((done.mass[here] * (1.0 - done.bad[here])).sum())
    factors = (
        row("availability", "station", station, busy, planned),
        row("effectiveness", "station", station, needed, worked),
        row("quality", "station", station, passed, treated),
    )
    yield from factors
    availability, effectiveness, quality = (1.0 if one["value"] is None else one["value"] for one in factors)
    yield row("oee", "station", station, planned * availability * effectiveness * quality, planned)
    total = float(time[mine].sum())
    yield row("oee_e79", "station", station, busy * effectiveness * quality, total)


def _operations(run: Run) -> Operations:
    """Operations that ended in the window, the last stage of those that overlap standing for all."""
    visits = run["visits"]
    full = _full_loads(run)
    inside = run.window.holds(visits.floats("end_s"))
    visits = visits.take(inside)
    station, names = visits.names("station")
    lot, end = visits.integers("lot"), visits.floats("end_s")
    order = np.lexsort((np.arange(visits.rows), end, lot, station))
    same = (np.diff(station[order]) == 0) & (np.diff(lot[order]) == 0) & (np.diff(end[order]) == 0)
    begins = np.concatenate(([True], ~same))[: visits.rows]
    group = np.cumsum(begins) - 1
    last = np.concatenate((np.flatnonzero(begins)[1:] - 1, [visits.rows - 1]))[: int(begins.sum())]
    bad = np.zeros(len(last))
    np.maximum.at(bad, group, _bad(run)[inside][order])
    chosen = order[last]
    load = visits.floats("load")[chosen]
    time = end[chosen] - visits.floats("start_s")[chosen]
    return Operations(station[chosen], time / load, load, visits.floats("mass_out_kg")[chosen], bad, names, full)


def _full_loads(run: Run) -> dict[str, float]:
    """The most lots ever in a load, by station. [1]"""
    station, names = run["visits"].names("station")
    most = np.ones(len(names))
    np.maximum.at(most, station, run["visits"].floats("load"))
    return dict(zip(names, most.tolist(), strict=True))


def _bad(run: Run) -> Floats:
    """Share of each operation's lot that the verdicts on it did not let pass: its n-th judgement. Shape: (visits,)."""
    visits, told = run["visits"], run["dispositions"]
    codes, names = told.names("stage")
    known = {name: place for place, name in enumerate(visits.names("stage")[1])}
    stage = np.array([known.get(name, -1) for name in names] or [-1], dtype=np.int64)[codes]
    length = told.floats("length_m")
    beyond = np.nan_to_num(told.floats("value") - told.floats("upper"))
    part = np.clip(beyond / np.where(length > 0.0, length, np.inf), 0.0, 1.0)
    share = np.where(told.where("action", "cut"), part, told.where("action", *_BAD).astype(np.float64))
    judged = _Judged(told.integers("lot"), stage, told.floats("at_s"), share)
    return _matched(judged, visits.integers("lot"), visits.names("stage")[0], visits.floats("end_s"))


class _Judged(NamedTuple):
    """Verdicts: lot, stage, time, share that did not pass."""

    lot: Codes
    stage: Codes
    at: Floats
    share: Floats


def _matched(judged: _Judged, lot: Codes, stage: Codes, end: Floats) -> Floats:
    """Give each verdict to the last operation of its lot and stage before it; of several the worst counts."""
    stages = int(max(stage.max(initial=0), judged.stage.max(initial=0))) + 1
    real = judged.stage >= 0
    key = judged.lot[real] * stages + judged.stage[real]
    worst = np.zeros(len(lot))
    order = np.lexsort((end, lot * stages + stage))
    done_key, done_end = (lot * stages + stage)[order], end[order]
    at, share = judged.at[real], judged.share[real]
    for one in np.flatnonzero(share > 0.0).tolist():
        low, high = (int(np.searchsorted(done_key, key[one], side)) for side in ("left", "right"))
        place = low + int(np.searchsorted(done_end[low:high], at[one], "right")) - 1
        if place >= low:
            worst[order[place]] = max(worst[order[place]], share[one])
    return worst
