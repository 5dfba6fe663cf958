"""The laboratory's desk: samples go to its station, results come back with their error; lots wait meanwhile."""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from twin.draws import Draws
from twin.line import writing
from twin.line.buffer import Holder
from twin.line.item import Item, Results
from twin.line.rules import LabValue, Sampling

if TYPE_CHECKING:  # quarantine belongs to a station
    from twin.line.line import Line
    from twin.line.station import Procedure, Station


class Desk:
    """Where the laboratory hands out its results."""

    def __init__(self, line: "Line", name: str) -> None:
        self.line = line
        self.name = name
        self.blocked: deque[tuple[Holder, Item]] = deque()

    def offer(self, sample: Item) -> bool:
        """Tell whoever holds the lot that the result of its sample is here."""
        line = self.line
        writing.sample(line, sample)
        del line.items[sample.lot.number]
        line.component(sample.maker).reported(line.items[sample.lot.parents[0]])
        return True


class Quarantine:
    """Where lots wait for the laboratory so that their machine can go on.

    Attributes:
        items: The lots that wait, by number.
    """

    def __init__(self, station: "Station") -> None:
        self.station = station
        self.line = station.line
        self.key = f"quarantine {station.name}"
        self.items: dict[int, Item] = {}

    def reported(self, item: Item) -> None:
        """Judge the lot and send it on."""
        station = self.station
        station.awaited.discard(item.lot.number)
        del self.items[item.lot.number]
        if not station.judge(item):
            return
        for part in station.divide([item]):
            to = station.destination(part)
            if not to.offer(part):
                self.items[part.lot.number] = part
                to.blocked.append((self, part))

    def moved(self, item: Item) -> None:
        """Learn that a lot that found no room has gone."""
        del self.items[item.lot.number]

    def state(self) -> dict[str, Any]:
        """Write it down as plain data."""
        return {"items": list(self.items)}

    def restore(self, data: Mapping[str, Any]) -> None:
        """Read back what ``state`` wrote."""
        self.items = {number: self.line.items[number] for number in data["items"]}


def lab_value(value: float, seen: LabValue, name: str, draws: Draws) -> float:
    """Return what the laboratory reports for a true value, in the same unit.

    >>> lab_value(0.1234, LabValue(resolution=0.01), "w", Draws(1))
    0.12
    """
    noisy = value + draws.normal(f"lab/{name}", 0.0, 1.0) * (seen.sd + seen.relative_sd * abs(value))
    if seen.resolution <= 0.0:
        return noisy
    return round(noisy / seen.resolution) * seen.resolution


def lab_results(item: Item, sampling: Sampling, draws: Draws) -> dict[str, float]:
    """Return what the laboratory reports of the lot, and put it in place of the truth before the verdict."""
    seen: dict[str, float] = {}
    results: Results = []
    for stage, measures in item.results or ():
        if stage == sampling.stage:
            product = item.lot.product
            seen = {
                name: lab_value(measures[name], how, f"{product}/{name}", draws)
                for name, how in sampling.sees.items()
                if name in measures
            }
            results.append((stage, {**measures, **seen}))
        else:
            results.append((stage, measures))
    item.results = results
    return seen


def refuse_lost_operations(name: str, procedures: "Mapping[str, Procedure]", samplings: Sequence[Sampling]) -> None:
    """Refuse a sample whose lot leaves for quarantine before the last operation: the rest would never be done."""
    for procedure in procedures.values():
        early = {stage.name for operation in procedure[:-1] for stage in operation}
        for sampling in samplings:
            if sampling.hold == "stock" and sampling.stage in early:
                raise ValueError(
                    f"station {name}: the sample after {sampling.stage} holds the lot in stock, but it has "
                    "more operations here; let it wait in the machine (hold='unit')"
                )
