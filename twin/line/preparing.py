"""What must be done to a machine before its load: maintenance that is due, and the set-up."""

from typing import TYPE_CHECKING, NamedTuple

from twin.line.state import MAINTENANCE, SETUP

if TYPE_CHECKING:  # a station gives the rules, a unit asks
    from twin.line.station import Station
    from twin.line.unit import Unit


class Job(NamedTuple):
    """Work on the machine itself, before or between lots.

    Attributes:
        state: State of the machine meanwhile.
        duration: Time it takes. [s]
        crew: Who must come; None when nobody.
        people: How many of them. [1]
        name: Cause in tables; a maintenance that is done resets the counter of that name.
    """

    state: int
    duration: float
    crew: str | None
    people: int
    name: str


def is_due(station: "Station", unit: "Unit") -> bool:
    """Say whether any maintenance of a machine is due."""
    return any(unit.counters.get(work.name, 0.0) >= work.every for work in station.maintenances)


def preparations(station: "Station", unit: "Unit") -> list[Job]:
    """Return what must be done to a machine before its load: maintenance that is due, and the set-up."""
    jobs = []
    for number, work in enumerate(station.maintenances):
        if unit.counters.get(work.name, 0.0) >= work.every:
            draws = station.setup_draws.at(unit.batch, number)
            duration = work.duration.draw(draws, f"{unit.name}/{work.name}")
            jobs.append(Job(MAINTENANCE, duration, work.crew, 1, work.name))
    if unit.items and station.changeover is not None:
        item = unit.items[0]
        product = item.lot.product
        time = station.changeover.times.get((unit.last, product))
        unit.last = product
        if time is not None:
            before = item.attempt(station.procedure(product)[0][0].name)
            duration = time.draw(station.setup_draws.at(item.ordinal, before), f"set-up/{product}")
            jobs.append(Job(SETUP, duration, station.changeover.crew, station.changeover.people, "set-up"))
    return jobs
