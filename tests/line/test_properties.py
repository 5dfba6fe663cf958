"""Laws that hold in every line, tried on random small plants with everything that can happen to a lot."""

import json
from collections.abc import Mapping
from itertools import pairwise
from math import inf

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from random_plants import LAB, Plant, plants, times

from twin.line import laws, snapshot
from twin.line.bare import BareLine
from twin.line.distribution import Distribution, Exponential
from twin.line.item import Item
from twin.line.line import Line
from twin.line.rules import Load
from twin.line.state import BLOCKED, BUSY, IDLE, LAB_WAIT, OFF_SHIFT
from twin.line.station import Station
from twin.records import COLUMNS, Records

END = 120.0
PLANTS = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def table(records: Records, name: str) -> dict[str, NDArray[np.float64]]:
    rows = np.array(getattr(records, name).table(), dtype=float).reshape(-1, len(COLUMNS[name]))
    return dict(zip(COLUMNS[name], rows.T, strict=True))


# -- the laws ----------------------------------------------------------------------------------------------------------


def check_books(line: Line) -> None:
    for quantity, missing in line.ledger.imbalance(line.items.values()).items():
        assert abs(missing) < 1e-9, quantity


def check_times(line: Line) -> None:
    for unit in line.units():
        assert abs(sum(unit.log.totals) - line.env.now) < 1e-9 * line.env.now
    assert abs(line.inside_area - line.time_inside()) <= 1e-9 * max(1.0, line.inside_area)


def check_nobody_waits_in_vain(line: Line) -> None:
    for buffer in line.buffers.values():
        station = buffer.station
        if buffer.blocked:
            assert len(buffer.queue) >= buffer.places
            assert buffer.queue or not station.free
        if station.free:
            assert not _startable(station, line.env.now)
    for crew in line.crews.values():
        assert not crew.calls or crew.free < crew.calls[0][1]


def _startable(station: Station, now: float) -> bool:
    """Whether any load in the queue could start: of the turn's product, of one kind, and large or old enough."""
    turn = station.campaign.active(now) if station.campaign else None
    kinds: dict[object, list[Item]] = {}
    for item in station.inbound.queue:
        if turn in {None, item.lot.product}:
            kinds.setdefault((item.lot.product, item.lot.material, bool(item.attempts)), []).append(item)
    if station.pool:
        return any(
            sum(item.lot.mass for item in kind) >= station.pool.masses[kind[0].lot.product] for kind in kinds.values()
        )
    rule = station.load or Load()
    return any(len(kind) >= rule.minimum or now > kind[0].since + rule.patience for kind in kinds.values())


def check_holders(line: Line) -> None:
    """Who waits for a result has a sample in the laboratory, who is blocked stands in a row for a place."""
    sampled = {item.lot.parents[0] for item in line.items.values() if item.lot.material == "sample"}
    places = [*line.buffers.values(), *line.exits.values()]
    rows = {(holder.key, item.lot.number) for place in places for holder, item in place.blocked}
    assert len(rows) == sum(len(place.blocked) for place in places)
    for station in line.stations.values():
        held = {item.lot.number for unit in station.units for item in unit.items} | set(station.quarantine.items)
        assert station.awaited == sampled & held
        for unit in station.units:
            state = unit.halted_in if unit.halts else unit.log.state
            mine = {item.lot.number for item in unit.items}
            assert (state == LAB_WAIT) <= bool(mine & station.awaited or unit.halts)
            assert not mine or state not in {IDLE, OFF_SHIFT}
            assert mine or state not in {BUSY, BLOCKED, LAB_WAIT}
            assert {number for key, number in rows if key == unit.key} == (mine if state == BLOCKED else set())
        waiting = {number for key, number in rows if key == station.quarantine.key}
        assert waiting == set(station.quarantine.items) - station.awaited


def check_states(records: Records) -> None:
    rows = table(records, "states")
    for unit in np.unique(rows["unit"]):
        mine = rows["unit"] == unit
        start, end = rows["start"][mine], rows["end"][mine]
        assert start[0] == 0.0
        assert end[-1] == END
        assert (start[1:] == end[:-1]).all()
        assert (end > start).all()


def check_clock(records: Records) -> None:
    for name, column in (
        ("visits", "end"), ("lots", "ended"), ("levels", "at"), ("genealogy", "at"), ("dispositions", "at"),
        ("consumption", "at"),
    ):  # fmt: skip
        assert (np.diff(table(records, name)[column]) >= 0.0).all(), name
    visits = table(records, "visits")
    assert (visits["arrived"] <= visits["start"]).all()
    assert (visits["start"] <= visits["end"]).all()
    stops = table(records, "stoppages")
    assert (stops["start"] <= stops["end"]).all()


def check_capacity(line: Line, records: Records) -> None:
    levels, visits = table(records, "levels"), table(records, "visits")
    for name, buffer in line.buffers.items():
        held = levels["level"][levels["buffer"] == records.names[name]]
        station = buffer.station
        judged = station.limits and (station.requeues or station.leaves_for_rework)
        if not judged and not any(path.again for path in station.paths):
            assert (held <= buffer.places).all(), name
        load = buffer.station.load
        mine = visits["station"] == records.names[name]
        assert (visits["load"][mine] <= (load.maximum if load else 1)).all()
    for unit in np.unique(visits["unit"]):
        mine = visits["unit"] == unit
        spans = sorted(set(zip(visits["start"][mine], visits["end"][mine], strict=True)))
        assert all(before[1] <= after[0] for before, after in pairwise(spans))


def check_loads(line: Line, records: Records) -> None:
    """No load mixes products, or first passes with reworked lots; a lot is reworked once it was anywhere before."""
    lots = table(records, "lots")
    product = dict(zip(lots["lot"], lots["product"], strict=True))
    product |= {float(number): float(line.code(item.lot.product)) for number, item in line.items.items()}
    been: set[tuple[float, ...]] = set()
    again: set[float] = set()
    loads: dict[tuple[float, float], set[tuple[float, bool]]] = {}
    visits = table(records, "visits")
    lab = records.names[LAB]
    asked = (visits[name] for name in ("lot", "station", "stage", "unit", "start"))
    for lot, station, stage, unit, start in zip(*asked, strict=True):
        if station == lab:
            continue
        if (lot, station, stage) in been:
            again.add(lot)
        been.add((lot, station, stage))
        loads.setdefault((unit, start), set()).add((product[lot], lot in again))
    assert all(len(kinds) == 1 for kinds in loads.values())


def check_lots(line: Line, records: Records) -> None:
    ended = [*table(records, "lots")["lot"], *table(records, "samples")["sample"]]
    assert sorted([*map(int, ended), *line.items]) == list(range(line.number))


def check_gone(line: Line, records: Records) -> None:
    """The statistics count every lot that left, by whatever gate or exit, with its time inside."""
    names = {float(code): name for name, code in records.names.items()}
    rows = table(records, "lots")
    left: dict[str, list[float]] = {}
    for fate, spent in zip(rows["fate"], rows["ended"] - rows["born"], strict=True):
        left.setdefault(names[fate], []).append(spent)
    told = {fate: spent for fate, spent in left.items() if fate not in {"cut", "pooled"}}
    assert line.gone == {fate: len(spent) for fate, spent in told.items()}
    assert all(abs(line.gone_time[fate] - sum(spent)) < 1e-9 * (1.0 + sum(spent)) for fate, spent in told.items())


def check_attempts(records: Records) -> None:
    """A lot's next pass through a stage is told apart from the one before, so that it draws anew."""
    visits = table(records, "visits")
    passes = list(zip(*(visits[name] for name in ("lot", "station", "stage", "attempt")), strict=True))
    assert len(passes) == len(set(passes))


@PLANTS
@given(plants())
def test_every_law_holds_in_random_plants(plant: Plant) -> None:
    """Books close, states add up, nobody is lost, doubled, or waits in vain; the clock and the places are kept."""
    records = Records()
    line = plant.built(records).begin()
    for moment in (0.3 * END, 0.31 * END, 0.77 * END, END):
        line.run(moment)
        check_books(line)
        check_times(line)
        check_nobody_waits_in_vain(line)
        check_holders(line)
        assert [law for law in laws.check(line) if not law.holds] == []
        assert line.inside == sum(item.lot.material != "sample" for item in line.items.values())
    check_states(records)
    check_clock(records)
    check_capacity(line, records)
    check_loads(line, records)
    check_lots(line, records)
    check_gone(line, records)
    check_attempts(records)


@settings(PLANTS, max_examples=20)
@given(plants(), st.floats(0.0, END))
def test_a_random_plant_goes_on_from_its_state_as_if_it_were_never_cut(plant: Plant, cut: float) -> None:
    """Written down anywhere and read by a line of the same plan, it ends in the same state to the last bit."""
    whole, second = plant.built(Records()).begin(), plant.built(Records()).build()
    whole.env.run(until=max(cut, 1e-9))
    text = json.dumps(snapshot.state(whole), allow_nan=False)
    snapshot.restore(second, json.loads(text))
    assert json.dumps(snapshot.state(second)) == text
    for line in (whole, second):
        line.run(END + 1.0)
    assert snapshot.state(second) == snapshot.state(whole)


@PLANTS
@given(plants())
def test_the_same_seed_writes_the_same_bytes(plant: Plant) -> None:
    """Two runs of one plant and seed write the same records to the last byte; one that writes none plays the same."""
    both, results = [], [plant.built().run(END)]
    for _ in range(2):
        records = Records()
        results.append(plant.built(records).run(END))
        both.append((records.names, [bytes(getattr(records, name).data) for name in COLUMNS]))
    assert both[0] == both[1]
    assert repr(results[0]) == repr(results[1]) == repr(results[2])


def services(stations: Mapping[str, Distribution], places: float) -> dict[tuple[str, int], float]:
    """Service time of each lot at each station."""
    records = Records()
    line = BareLine(seed=4, records=records)
    line.arrive(Exponential(2.0))
    for name, time in stations.items():
        line.station(name, time, places=places)
    line.run(END)
    names = {code: name for name, code in records.names.items()}
    rows = table(records, "visits")
    spans = zip(rows["station"], rows["lot"], rows["end"] - rows["start"], strict=True)
    return {(names[int(station)], int(lot)): round(span, 9) for station, lot, span in spans}


@PLANTS
@given(st.lists(times(), min_size=1, max_size=4), times(), st.integers(0, 4), st.sampled_from([0, 1, inf]))
def test_one_station_more_changes_no_other_draw(
    old: list[Distribution], new: Distribution, at: int, places: float
) -> None:
    """Each lot takes the same time at each old station, wherever a new one is put in."""
    before = {f"station {number}": time for number, time in enumerate(old)}
    entries = list(before.items())
    entries.insert(min(at, len(entries)), ("new", new))
    first, second = services(before, places), services(dict(entries), places)
    both = first.keys() & second.keys()
    assert both
    assert {key: first[key] for key in both} == {key: second[key] for key in both}
