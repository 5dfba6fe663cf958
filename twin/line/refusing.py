"""Lines that could never work, refused by name before they begin."""

from collections import Counter
from typing import TYPE_CHECKING

from twin.line.supply import Endless

if TYPE_CHECKING:  # a station asks before it begins
    from twin.line.station import Station


def refuse_impossible(station: "Station") -> None:
    """Refuse a station that cannot work as it was told.

    Raises:
        ValueError: It has no machine, loads nobody can make, people who do not exist, stops that come without end or
            by one name, or cards that would be lost.
    """
    load = station.load
    if not station.units:
        raise ValueError(f"station {station.name}: it has no machine; give it servers=1 or more")
    if load is not None and not 1 <= load.minimum <= load.maximum:
        raise ValueError(f"station {station.name}: a load of {load.minimum} to {load.maximum} lots cannot be made")
    if station.pool is not None and not all(mass > 0.0 for mass in station.pool.masses.values()):
        raise ValueError(f"station {station.name}: a pool of nothing can be taken for ever; give masses above 0")
    for name, people in _needed(station):
        crew = station.line.crews.get(name)
        if crew is None:
            known = ", ".join(station.line.crews) or "none"
            raise ValueError(f"station {station.name}: there is no crew {name!r}; there are: {known}")
        if crew.full_size < people:
            raise ValueError(f"station {station.name}: it needs {people} of crew {name!r}, which has {crew.full_size}")
    _refuse_endless(station)
    _refuse_names(station)
    _refuse_lost_cards(station)


def _refuse_endless(station: "Station") -> None:
    """Refuse what would strike again and again at one instant."""
    endless = [wear.name for wear in station.wears if not wear.between.mean > 0.0]
    endless += [
        outage.name for outage in station.outages
        if outage.times == float("inf") and not outage.between.mean + outage.repair.mean > 0.0
    ]  # fmt: skip
    endless += [work.name for work in station.maintenances if not work.every > 0.0]
    for name in endless:
        raise ValueError(f"station {station.name}: {name} comes without end, with no time between; give one above 0")


def _refuse_names(station: "Station") -> None:
    """Refuse two stops, or two maintenances, of one name at one machine: they would count and draw as one."""
    told = [[work.name for work in station.maintenances]]
    told += [[stopper.cause.name for stopper in unit.stoppers()] for unit in station.units]
    for names in told:
        for name, times in Counter(names).items():
            if times > 1:
                raise ValueError(f"station {station.name}: {times} stops are called {name!r}; give each its own name")


def _needed(station: "Station") -> list[tuple[str, int]]:
    needed = [station.crew] if station.crew is not None else []
    if station.changeover is not None and station.changeover.crew is not None:
        needed.append((station.changeover.crew, station.changeover.people))
    called = [wear.crew for wear in station.wears] + [outage.crew for outage in station.outages]
    called += [work.crew for work in station.maintenances]
    return needed + [(crew, 1) for crew in called if crew is not None]


def _refuse_lost_cards(station: "Station") -> None:
    closed = [one for one in station.line.supplies.values() if isinstance(one, Endless) and one.cards < float("inf")]
    if closed and (station.pool is not None or any(path.cut for path in station.paths)):
        raise ValueError(
            f"station {station.name}: in a closed loop a lot that is cut or pooled would take its card with it; "
            "feed the line without cards, or divide lots elsewhere"
        )
