"""Any line in a few lines of Python: stations in the order in which lots pass them, and the statistics of a run."""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any, NamedTuple, TypedDict, Unpack

from twin.line.buffer import Buffer, Exit, Return
from twin.line.calendar import Calendar, Campaign
from twin.line.crew import Crew
from twin.line.distribution import Distribution, Service
from twin.line.line import Line
from twin.line.rules import Changeover, Load, Path, Pool
from twin.line.state import DOWN, REPAIR_WAIT, STATES
from twin.line.station import Procedure, Station
from twin.line.stop import Maintenance, Outage, Wear
from twin.line.supply import Arrivals, Endless
from twin.records import Records
from twin.stage import Stage

DONE, SCRAPPED, LOST = "done", "scrapped", "lost"
Work = Distribution | Stage


class StationRules(TypedDict, total=False):
    """What else a station may be told; see the types."""

    load: Load
    pool: Pool
    changeover: Changeover
    crew: tuple[str, int]
    calendar: Calendar
    campaign: Campaign
    wears: Sequence[Wear]
    outages: Sequence[Outage]
    maintenances: Sequence[Maintenance]


class StationStatistics(NamedTuple):
    """What one station did since the warm-up.

    Attributes:
        shares: Share of machine time in each state, by name of the state; they add up to 1. [1]
        wait: Mean time that a lot waits in the buffer before it. [s]
        queue: Mean number of lots in the buffer before it. [1]
        up: Mean number of its machines that are not down. [1]
    """

    shares: Mapping[str, float]
    wait: float
    queue: float
    up: float


class Statistics(NamedTuple):
    """What a run did since the warm-up.

    Attributes:
        time: How long that was. [s]
        throughput: Lots that were done, per second. [1/s]
        sojourn: Their mean time from entering the line to leaving it. [s]
        inside: Mean number of lots inside: waiting, worked on or blocking. [1]
        lost: Share of the lots that left which found no room at the entry. [1]
        gone: Number of lots that left, by fate. [1]
        sojourns: Mean time inside of the lots that left, by fate. [s]
        stations: What each station did, by name.
    """

    time: float
    throughput: float
    sojourn: float
    inside: float
    lost: float
    gone: Mapping[str, int]
    sojourns: Mapping[str, float]
    stations: Mapping[str, StationStatistics]


class _Post(NamedTuple):
    """A station as it was asked for; it is built once its neighbours are known."""

    name: str
    work: Mapping[str, Procedure]
    servers: int
    places: float
    ranked: bool
    life: float
    paths: list[Path]
    rules: StationRules


class BareLine:
    """A line of stations that only take time, put together by a few calls.

    Lots go from each station to the one that was added after it; from the last one they leave as ``done``.

    >>> from twin.line.distribution import Exponential
    >>> line = BareLine(seed=7)
    >>> line.arrive(Exponential(2.0))
    >>> line.station("mill", Exponential(1.0), servers=1)
    >>> 0.45 < line.run(until=5000.0, warm_up=500.0).throughput < 0.55
    True

    Attributes:
        line: The line itself; its stations are there once it has begun.
    """

    def __init__(self, *, seed: int = 1, replication: int = 0, records: Records | None = None) -> None:
        self.line = Line(seed=seed, replication=replication, records=records)
        self._posts: list[_Post] = []
        self._sources: list[tuple[str, Distribution | float, str, int, str]] = []
        self._begun = False

    # -- putting it together ------------------------------------------------------------------------------------------

    def arrive(self, between: Distribution, *, product: str = "", priority: int = 0, to: str = "") -> None:
        """Let lots arrive from outside; one that finds no room is lost.

        Args:
            between: Time between two arrivals. [s]
            product: Product of these lots; two sources need two products, which keeps their draws apart.
            priority: Small goes first, at stations with ``ranked=True``. [1]
            to: Station to which they come; the first one when empty.
        """
        self._add_source(product, between, priority, to)

    def feed(self, *, cards: float = inf, product: str = "", to: str = "") -> None:
        """Never let a station wait for material.

        Args:
            cards: Carriers of a closed loop: so many lots are inside at most, and a new one needs a free card. [1]
            product: Product of these lots.
            to: Station that takes the material; the first one when empty.
        """
        self._add_source(product, cards, 0, to)

    def crew(self, name: str, size: int, calendar: Calendar | None = None) -> None:
        """Add people whom stations and repairs call by name."""
        self.line.crews[name] = Crew(self.line, name, size, calendar)

    def station(
        self,
        name: str,
        work: Work | Mapping[str, Work],
        *,
        servers: int = 1,
        places: float = inf,
        ranked: bool = False,
        life: float = inf,
        to: str = "",
        paths: Sequence[Path] = (),
        rework: float = 0.0,
        scrap: float = 0.0,
        **rules: Unpack[StationRules],
    ) -> None:
        """Add a station behind those that were added before.

        Args:
            name: Its name, and that of the buffer before it.
            work: Distribution of the service time, or a stage; by product where products differ. [s]
            servers: Machines side by side. [1]
            places: Places in the buffer before it, without those in the machines. [1]
            ranked: Whether the buffer serves by priority and not first come first served.
            life: How long a lot may wait in the buffer before it is scrapped. [s]
            to: Where lots go; a name that is no station is a way out of the line. Empty for the next station.
            paths: Ways on that are tried in this order before ``to``.
            rework: Share that comes back to this station at once, behind those that wait. [1]
            scrap: Share that leaves the line as scrapped. [1]
            rules: Load, pool, set-up, crew, calendar, campaign, wear, outages, maintenance.

        Raises:
            ValueError: The name is taken, a share is impossible, or a load can never come together.
        """
        if any(post.name == name for post in self._posts):
            raise ValueError(f"station {name}: there is one of this name already")
        if not (0.0 <= rework < 1.0 and 0.0 <= scrap <= 1.0 - rework):
            raise ValueError(f"station {name}: rework {rework} and scrap {scrap} are no shares that leave a rest")
        load = rules.get("load")
        if load is not None and places < load.minimum:
            raise ValueError(f"station {name}: {places} places never hold the smallest load, {load.minimum}")
        ways = [Path(f"back to {name}", chance=rework, again=True)] if rework else []
        ways += [Path(SCRAPPED, chance=scrap / (1.0 - rework))] if scrap else []
        ways += [*paths, Path(to)]
        self._posts.append(_Post(name, _procedures(work), servers, places, ranked, life, ways, rules))

    def _add_source(self, product: str, rate: Distribution | float, priority: int, to: str) -> None:
        if any(source[0] == product for source in self._sources):
            raise ValueError(f"product {product!r} has a source already; give the second one a product of its own")
        self._sources.append((product, rate, priority and priority, priority, to))  # type: ignore[arg-type]

    # -- running ------------------------------------------------------------------------------------------------------

    def begin(self) -> Line:
        """Build what was asked for and put the first events on the agenda; return the line."""
        return self.line

    def run(self, until: float, *, warm_up: float = 0.0) -> Statistics:
        """Play until a time and return the statistics since the warm-up. [s]"""
        if not self._begun:
            self.begin()
        if warm_up > self.line.env.now:
            self.line.run(warm_up)
            self.line.clear_statistics()
        self.line.run(until)
        return self.statistics()

    def statistics(self) -> Statistics:
        """Return the statistics up to now."""
        return statistics(self.line)


def _procedures(work: Any) -> Mapping[str, Procedure]:  # noqa: ANN401
    return {}


def statistics(line: Line) -> Statistics:
    """Return the statistics of any line up to now."""
    raise NotImplementedError
