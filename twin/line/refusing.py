"""Lines that could never work, refused by name before they begin."""

from typing import TYPE_CHECKING

from twin.line.supply import Endless

if TYPE_CHECKING:  # a station asks before it begins
    from twin.line.station import Station


def refuse_impossible(station: "Station") -> None:
    """Refuse a station that cannot work as it was told.

    Raises:
        ValueError: It has no machine, loads nobody can make, people who do not exist, or cards that would be lost.
    """
    load = station.load
    if not station.units:
        raise ValueError(f"station {station.name}: it has no machine; give it servers=1 or more")
    if load is not None and not 1 <= load.minimum <= load.maximum:
        raise ValueError(f"station {station.name}: a load of {load.minimum} to {load.maximum} lots cannot be made")
    for name, people in _needed(station):
        crew = station.line.crews.get(name)
        if crew is None:
            known = ", ".join(station.line.crews) or "none"
            raise ValueError(f"station {station.name}: there is no crew {name!r}; there are: {known}")
        if crew.full_size < people:
            raise ValueError(f"station {station.name}: it needs {people} of crew {name!r}, which has {crew.full_size}")
    _refuse_lost_cards(station)


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
