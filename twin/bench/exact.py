"""What is known exactly of a line, and how a simulated line is held to it."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from scipy.stats import t as student

from twin.line.bare import BareLine, Statistics

REPLICATIONS = 30
LARGEST_T = 5.3
FAST = 0.05

Build = Callable[[BareLine], None]
Reading = Callable[[Statistics], float]


class Exact(NamedTuple):
    """One quantity of a case.

    Attributes:
        value: The exact answer.
        read: How it is read off a run.
        wide: Whether it is a waiting time, which is held to twice the tolerance.
    """

    value: float
    read: Reading
    wide: bool = False

    @property
    def half_width(self) -> float:
        """Relative half-width to which it is simulated. [1]"""
        return 0.01 if self.wide else 0.005

    @property
    def tolerance(self) -> float:
        """Largest relative error that passes. [1]"""
        return 0.02 if self.wide else 0.01


class Case(NamedTuple):
    """A line and what is known of it.

    Attributes:
        name: Number of the case and its parameters.
        build: Puts the line together.
        length: Time after the warm-up for which one of 30 replications runs. [1]
        exact: What is known, by name.
        is_fast: Whether a short version is one of the usual tests.
    """

    name: str
    build: Build
    length: float
    exact: Mapping[str, Exact]
    is_fast: bool = False


def throughput(run: Statistics) -> float:
    """Return the lots done in a unit of time."""
    return run.throughput


def sojourn(run: Statistics) -> float:
    """Return the mean time from entering the line to leaving it done."""
    return run.sojourn


def inside(run: Statistics) -> float:
    """Return the mean number of lots inside."""
    return run.inside


def flow(rate: float, time: float | None = None) -> dict[str, Exact]:
    """Return what is known of a line by its throughput and perhaps its sojourn time."""
    known = {"throughput": Exact(rate, throughput)}
    return known if time is None else {**known, "sojourn": Exact(time, sojourn)}


class Verdict(NamedTuple):
    """How near the simulation of one quantity came.

    Attributes:
        case: Name of the case.
        quantity: Name of the quantity.
        exact: The exact answer.
        mean: Mean of the replications.
        half_width: Half-width of its 95 % interval, as a share of the exact answer. [1]
        t: Error in standard errors. [1]
        passes: Whether error, half-width and t are within what the case allows.
    """

    case: str
    quantity: str
    exact: float
    mean: float
    half_width: float
    t: float
    passes: bool


def replicate(case: Case, replication: int, *, fast: bool = False, seed: int = 1) -> list[float]:
    """Play one replication and return what the case reads off it."""
    length = case.length * (FAST if fast else 1.0)
    warm_up = max(500.0, 0.04 * length)
    line = BareLine(seed=seed, replication=replication)
    case.build(line)
    run = line.run(warm_up + length, warm_up=warm_up)
    return [exact.read(run) for exact in case.exact.values()]


def verdicts(case: Case, samples: Iterable[list[float]], *, fast: bool = False) -> list[Verdict]:
    """Compare the replications of a case with what is known; a fast trial is held to t alone."""
    found = []
    for (quantity, exact), values in zip(case.exact.items(), zip(*samples, strict=True), strict=True):
        count = len(values)
        mean = sum(values) / count
        error = (sum((value - mean) ** 2 for value in values) / (count - 1) / count) ** 0.5
        half_width = float(student.ppf(0.975, count - 1)) * error / exact.value
        t = (mean - exact.value) / error
        near = half_width <= exact.half_width and abs(mean / exact.value - 1.0) < exact.tolerance
        passes = abs(t) <= LARGEST_T and (fast or near)
        found.append(Verdict(case.name, quantity, exact.value, mean, half_width, t, passes))
    return found
