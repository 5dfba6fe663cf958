"""Exact cases of saturated lines: the first station never waits, the last is never blocked."""

from collections.abc import Sequence

from twin.bench.exact import Build, Case, Exact, flow, inside, throughput
from twin.line.bare import BareLine, Statistics
from twin.line.distribution import Constant, Exponential, Geometric
from twin.line.stop import Wear


def _first_blocked(run: Statistics) -> float:
    return next(iter(run.stations.values())).shares["blocked"]


# -- saturated lines ---------------------------------------------------------------------------------------------------


def _saturated(places: float, means: Sequence[float], servers: Sequence[int] = (), wears: Sequence[Wear] = ()) -> Build:
    def build(line: BareLine) -> None:
        line.feed()
        for index, mean in enumerate(means):
            count = servers[index] if servers else 1
            line.station(f"station {index + 1}", Exponential(mean), servers=count, places=places, wears=wears)

    return build


def saturated_cases() -> list[Case]:
    """Return these cases."""
    cases = []
    for number, stations, rates, times in (
        (1, 2, {0: 2 / 3, 1: 0.75, 2: 0.8, 4: 6 / 7, 10: 12 / 13}, {0: 2.5, 1: 3.0, 2: 3.5, 4: 4.5, 10: 7.5}),
        (2, 3, {0: 22 / 39, 1: 0.670466, 2: 0.734017, 4: 0.807486, 6: 0.848991},
         {0: 4.181818, 1: 5.267675, 2: 6.312505, 4: 8.355591, 6: 10.374968}),
        (3, 4, {0: 0.514775, 1: 0.631153, 2: 0.700713, 3: 0.747710, 4: 0.781776},
         {0: 5.953280, 1: 7.651182, 2: 9.250789, 3: 10.808124, 4: 12.344217}),
        (4, 5, {0: 0.485798, 1: 0.607583, 2: 0.680489}, {}),
        (4, 6, {0: 0.466713, 1: 0.591826}, {}),
    ):  # fmt: skip
        for places, rate in rates.items():
            build = _saturated(places, [1.0] * stations)
            name = f"{number} {stations} stations, {places} places"
            length = 8000.0 + 2500.0 * places + 600.0 * places**2
            cases.append(Case(name, build, length, flow(rate, times.get(places)), (number, places) == (2, 2)))
    return cases


_WORN = (Wear("failure", Exponential(50.0), Exponential(5.0)),)


def uneven_cases() -> list[Case]:
    """Return these cases."""
    unequal = {
        "throughput": Exact(0.911181, throughput),
        "inside": Exact(2.779513, inside),
        "first blocked": Exact(0.088819, _first_blocked),
    }
    mixed = _saturated(2, (1.0, 2.0, 1.0, 2.0), (1, 2, 1, 2))
    return [
        Case("6 unequal", _saturated(3, (1.0, 0.8)), 230000.0, unequal),
        Case("8 mixed servers", mixed, 12500.0, flow(0.725527, 11.111909), is_fast=True),
        Case("10 unreliable, 4 places", _saturated(4, (1.0, 1.0), (), _WORN), 40000.0, flow(0.748009, 5.110649)),
        Case("10 unreliable, 10 places", _saturated(10, (1.0, 1.0), (), _WORN), 120000.0, flow(0.809708, 8.510082)),
        Case("12 three unreliable", _saturated(3, [1.0] * 3, (), _WORN), 40000.0, flow(0.658382, 8.529233)),
    ]


# -- the slotted line --------------------------------------------------------------------------------------------------


def slotted(positions: int, failure: float, repair: float) -> Build:
    """Build two machines with one slot a part, that fail and are mended with a chance a slot, only while they work.

    A machine that may work fails at the start of the slot; one that is down is mended at the start of the slot and
    works in it. ``positions`` counts the part in the second machine and the finished one that blocks the first, so
    that two places fewer stand between them. The repair is geometric and part of the operation that failed: no rule
    about the order of simultaneous events is needed.
    """

    def build(line: BareLine) -> None:
        line.feed()
        wear = Wear("failure", Geometric(failure), Geometric(repair), counter="operations")
        for name, places in (("first", 0), ("second", positions - 2)):
            line.station(name, Constant(1.0), places=places, wears=[wear])

    return build


def level(run: Statistics) -> float:
    """Return the mean number of parts behind the first machine's work, in the count of the slotted line."""
    return run.inside - 1.0 + run.stations["first"].shares["blocked"]


def slotted_cases() -> list[Case]:
    """Return these cases."""
    cases = []
    for positions, failure, repair, rate, length in (
        (4, 0.01, 0.1, 0.840936, 300000.0),
        (10, 0.01, 0.1, 0.856175, 900000.0),
        (20, 0.01, 0.1, 0.870541, 1050000.0),
        (20, 0.001, 0.01, 0.839698, 220000.0),
    ):
        known = {"throughput": Exact(rate, throughput)}
        if failure == 0.01:  # with longer stops it scatters too much to be simulated to a percent
            known["level"] = Exact(positions / 2, level)
        name = f"13 slotted, p {failure} r {repair}, {positions} positions"
        cases.append(Case(name, slotted(positions, failure, repair), length, known, is_fast=positions == 4))
    return cases
