"""Any line in a few lines of Python: stations in the order in which lots pass them, and what a run amounts to."""

from collections.abc import Mapping, Sequence
from math import inf, nan
from typing import NamedTuple, Unpack, cast

from twin.errors import UsageError
from twin.line.buffer import Buffer, Exit, Return
from twin.line.calendar import Calendar
from twin.line.crew import Crew
from twin.line.distribution import Distribution, Service
from twin.line.line import Line
from twin.line.rules import Load, Path, StationRules
from twin.line.state import DOWN, REPAIR_WAIT, STATES
from twin.line.station import Procedure, Station
from twin.line.supply import Arrivals, Endless
from twin.records import Records
from twin.stage import Stage

DONE, SCRAPPED, LOST = "done", "scrapped", "lost"
Work = Distribution | Stage | Procedure


class StationStatistics(NamedTuple):
    """What one station did since the warm-up.

    Attributes:
        shares: Share of machine time in each state, by name of the state; they add up to 1. [1]
        wait: Mean time that a lot waits in the buffer before it. [s]
        delayed: Share of the lots that had to wait. [1]
        queue: Mean number of lots in the buffer before it. [1]
        up: Mean number of its machines that are not down. [1]
    """

    shares: Mapping[str, float]
    wait: float
    delayed: float
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
    procedures: Mapping[str, Procedure]
    servers: int
    places: float
    ranked: bool
    life: float
    paths: list[Path]
    rules: StationRules


class _Source(NamedTuple):
    """A source as it was asked for: arrivals with a time between them, or else an endless supply with cards."""

    product: str
    between: Distribution | None
    cards: float
    priority: int
    to: str


class BareLine:
    """A line of stations, put together by a few calls.

    Lots go from each station to the one that was added after it; from the last one they leave as ``done``.

    >>> from twin.line.distribution import Exponential
    >>> line = BareLine(seed=7)
    >>> line.arrive(Exponential(2.0))
    >>> line.station("mill", Exponential(1.0))
    >>> 0.45 < line.run(until=5000.0, warm_up=500.0).throughput < 0.55
    True

    Attributes:
        line: The line itself; its stations are in it once it has begun.
    """

    def __init__(self, *, seed: int = 1, replication: int = 0, records: Records | None = None) -> None:
        self.line = Line(seed=seed, replication=replication, records=records)
        self._posts: list[_Post] = []
        self._sources: list[_Source] = []
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
        if not between.mean > 0.0:
            raise UsageError("arrive: lots without time between them never end; give a mean above 0, or use feed()")
        self._add(_Source(product, between, 0.0, priority, to))

    def feed(self, *, cards: float = inf, product: str = "", to: str = "") -> None:
        """Never let a station wait for material.

        Args:
            cards: Carriers of a closed loop: so many lots are inside at most, and a new one needs a free card. [1]
            product: Product of these lots.
            to: Station that takes the material; the first one when empty.
        """
        self._add(_Source(product, None, cards, 0, to))

    def _add(self, source: _Source) -> None:
        if any(other.product == source.product for other in self._sources):
            raise ValueError(f"product {source.product!r} has a source; give the second source a product of its own")
        self._sources.append(source)

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
            work: Distribution of the service time [s], or a stage, or operations one after the other, each of stages
                that overlap; by product where products differ.
            servers: Machines side by side. [1]
            places: Places in the buffer before it, without those in the machines. [1]
            ranked: Whether the buffer serves by priority and not first come first served.
            life: How long a lot may wait in the buffer before it is scrapped. [s]
            to: Where lots go; a name that is no station is a way out of the line. Empty for the next station.
            paths: Ways on that are tried in this order before ``to``.
            rework: Share that comes back to this station, behind those that wait and whatever its places. [1]
            scrap: Share that leaves the line as scrapped. [1]
            rules: Load, pool, set-up, crew, calendar, campaign, wear, outages, maintenance, limits, samples.

        Raises:
            ValueError: The name is taken, a share is impossible, or a load can never come together.
        """
        if any(post.name == name for post in self._posts):
            raise ValueError(f"station {name}: there is one of this name already")
        if not (0.0 <= rework < 1.0 and 0.0 <= scrap <= 1.0 - rework):
            raise ValueError(f"station {name}: rework {rework} and scrap {scrap} leave no share that goes on")
        least = rules.get("load", Load()).minimum if rules.keys() & {"load", "pool", "campaign"} else 0
        if places < least:
            raise ValueError(f"station {name}: {places} places never hold the lots that it takes together")
        ways = [Path(_back(name), chance=rework, again=True)] if rework else []
        ways += [Path(SCRAPPED, chance=scrap / (1.0 - rework))] if scrap else []
        ways += [*paths, Path(to)]
        self._posts.append(_Post(name, _procedures(work), servers, places, ranked, life, ways, rules))

    # -- running ------------------------------------------------------------------------------------------------------

    def begin(self) -> Line:
        """Build what was asked for, put the first events on the agenda, and return the line."""
        self.build().begin()
        self._begun = True
        return self.line

    def build(self) -> Line:
        """Build what was asked for and return the line, which has not begun: a written state may be read into it."""
        if not self._posts:
            raise UsageError("this line has no station; add one with station(name, time) before it runs")
        following = [post.name for post in self._posts[1:]] + [DONE]
        for post in self._posts:
            ends = dict.fromkeys(["", *(one.product for one in self._sources)], post.life) if post.life < inf else None
            self.line.buffers[post.name] = Buffer(self.line, post.name, post.places, ranked=post.ranked, life=ends)
        for post, behind in zip(self._posts, following, strict=True):
            paths = [path if path.to else path._replace(to=behind) for path in post.paths]
            self._open_exits(post.name, paths)
            self.line.stations[post.name] = Station(
                self.line, post.name, post.procedures, self.line.buffers[post.name], paths=paths,
                servers=post.servers, **post.rules,
            )  # fmt: skip
        for source in self._sources:
            self._open_source(source)
        return self.line

    def _open_exits(self, station: str, paths: Sequence[Path]) -> None:
        exits = self.line.exits
        exits[_back(station)] = Return(self.line, _back(station), station)
        for path in paths:
            if path.to not in self.line.buffers and path.to not in exits:
                exits[path.to] = Exit(self.line, path.to, path.to)

    def _open_source(self, source: _Source) -> None:
        line, to = self.line, source.to or self._posts[0].name
        name = f"source {source.product}".strip()
        if source.between is not None:
            line.arrivals[name] = Arrivals(line, name, source.between, to, source.product, source.priority)
            return
        if line.stations[to].picks or line.buffers[to].supply is not None:
            raise ValueError(f"station {to}: an endless supply gives one lot at a time to one station without loads")
        line.supplies[name] = line.buffers[to].supply = Endless(line, name, source.product, source.cards)

    def run(self, until: float, *, warm_up: float = 0.0) -> Statistics:
        """Play until a time and return the statistics since the warm-up. [s]"""
        if not self._begun:
            self.begin()
        if warm_up > self.line.env.now:
            self.line.run(warm_up)
            self.line.clear_statistics()
        self.line.run(until)
        return statistics(self.line)


def _back(station: str) -> str:
    return f"back to {station}"


def _procedures(work: Work | Mapping[str, Work]) -> Mapping[str, Procedure]:
    return {product: _operations(one) for product, one in (work.items() if isinstance(work, Mapping) else [("", work)])}


def _operations(work: Work) -> Procedure:
    if isinstance(work, Distribution):  # first, since a named tuple may be one
        return [[Service(work)]]
    return [[cast("Stage", work)]] if hasattr(work, "run") else work  # so may a stage


def statistics(line: Line) -> Statistics:
    """Return the statistics of a line since its warm-up; any line, however it was built."""
    line.settle()
    time = line.env.now - line.statistics_from
    gone, sojourns = dict(line.gone), {fate: total / line.gone[fate] for fate, total in line.gone_time.items()}
    return Statistics(
        time=time,
        throughput=gone.get(DONE, 0) / time,
        sojourn=sojourns.get(DONE, nan),
        inside=line.mean_inside(),
        lost=gone.get(LOST, 0) / max(1, sum(gone.values())),
        gone=gone,
        sojourns=sojourns,
        stations={name: _of_station(station, time) for name, station in line.stations.items()},
    )


def _of_station(station: Station, time: float) -> StationStatistics:
    buffer, machines = station.inbound, len(station.units)
    spent = [sum(unit.log.totals[state] for unit in station.units) / time for state in range(len(STATES))]
    waited = buffer.waited + buffer.waiting()
    return StationStatistics(
        shares={state.name: share / machines for state, share in zip(STATES, spent, strict=True)},
        wait=waited / buffer.taken if buffer.taken else nan,
        delayed=buffer.delayed / buffer.taken if buffer.taken else nan,
        queue=waited / time,
        up=machines - spent[DOWN] - spent[REPAIR_WAIT],
    )
