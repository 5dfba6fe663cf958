"""Which streams of random numbers a line has: who draws, whatever is drawn."""

from twin.line.distribution import Constant
from twin.line.line import Line
from twin.line.station import Station
from twin.line.stop import Stopper
from twin.line.supply import Arrivals


def streams(line: Line) -> frozenset[str]:
    """Return the names of all streams of a line, as its parts draw from them; who never draws has none."""
    stops = [part.draws.source for part in line.parts() if isinstance(part, Stopper) and _draws(part)]
    arrivals = [part.draws.source for part in line.parts() if isinstance(part, Arrivals)]
    stages = [name for station in line.stations.values() for name in _of_stages(station)]
    return frozenset((*stops, *arrivals, *stages))


def _draws(stopper: Stopper) -> bool:
    return not (isinstance(stopper.cause.between, Constant) and isinstance(stopper.cause.repair, Constant))


def _of_stages(station: Station) -> list[str]:
    named = [
        draws.source for step, product in _steps(station) for _, draws in station.operation(step, product)
    ]  # fmt: skip
    setups = [station.setup_draws.source] if station.prepares else []
    return [*named, *setups, *([station.lab_draws.source] if station.samplings else [])]


def _steps(station: Station) -> list[tuple[int, str]]:
    return [(step, product) for product, procedure in station.procedures.items() for step in range(len(procedure))]
