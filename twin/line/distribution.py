"""Distributions of times, and the stage that takes a time and changes nothing.

A distribution whose times cannot be (a negative mean, bounds the wrong way round, NaN) is refused when it is made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, exp, inf, log, sqrt
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from twin.draws import Draws, Sampler
from twin.errors import UsageError
from twin.material import Lot
from twin.stage import NOTHING, Outcome, Visit

_MEAN = "give a finite mean, 0 or more"
_new = tuple.__new__


@runtime_checkable
class Distribution(Protocol):
    """Anything that gives a time from an address."""

    @property
    def mean(self) -> float:
        """Its mean. [s]"""
        ...

    def draw(self, draws: Draws, purpose: str) -> float:
        """Return the time that belongs to the address. [s]"""
        ...


def _exponentials(generator: np.random.Generator, size: int) -> NDArray[np.float64]:
    return generator.standard_exponential(size)


def _uniforms(generator: np.random.Generator, size: int) -> NDArray[np.float64]:
    return generator.random(size)


def _normals(generator: np.random.Generator, size: int) -> NDArray[np.float64]:
    return generator.standard_normal(size)


@lru_cache(maxsize=64)
def _gammas(phases: int) -> Sampler:
    return lambda generator, size: generator.standard_gamma(phases, size)


def _refusal(one: object, advice: str) -> UsageError:
    return UsageError(f"{one!r} is no distribution of times: {advice}")


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same time."""

    mean: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.mean < inf:
            raise _refusal(self, _MEAN)

    def draw(self, draws: Draws, purpose: str) -> float:  # noqa: ARG002 - a constant asks nobody
        """Return the constant. [s]"""
        return self.mean


@dataclass(frozen=True, slots=True)
class Exponential:
    """Exponential times of a given mean."""

    mean: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.mean < inf:
            raise _refusal(self, _MEAN)

    def draw(self, draws: Draws, purpose: str) -> float:
        """Return the time of this address. [s]"""
        return self.mean * draws.from_block(purpose, _exponentials)


@dataclass(frozen=True, slots=True)
class Erlang:
    """Sum of ``phases`` exponential times; its squared coefficient of variation is 1/phases."""

    mean: float
    phases: int

    def __post_init__(self) -> None:
        if not (0.0 <= self.mean < inf and 1 <= self.phases < inf):
            raise _refusal(self, f"{_MEAN}, and 1 phase or more")

    def draw(self, draws: Draws, purpose: str) -> float:
        """Return the time of this address. [s]"""
        return self.mean / self.phases * draws.from_block(purpose, _gammas(self.phases))


@dataclass(frozen=True, slots=True)
class Uniform:
    """Equally likely between two bounds."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.low <= self.high < inf:
            raise _refusal(self, "give finite bounds, 0 <= low <= high")

    @property
    def mean(self) -> float:
        """Its mean. [s]"""
        return 0.5 * (self.low + self.high)

    def draw(self, draws: Draws, purpose: str) -> float:
        """Return the time of this address. [s]"""
        return self.low + (self.high - self.low) * draws.from_block(purpose, _uniforms)


@dataclass(frozen=True, slots=True)
class Triangular:
    """Between low and high, most likely near the mode."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.low <= self.mode <= self.high < inf:
            raise _refusal(self, "give finite bounds, 0 <= low <= mode <= high")

    @property
    def mean(self) -> float:
        """Its mean. [s]"""
        return (self.low + self.mode + self.high) / 3.0

    def draw(self, draws: Draws, purpose: str) -> float:
        """Return the time of this address. [s]"""
        share, width = draws.from_block(purpose, _uniforms), self.high - self.low
        if share * width < self.mode - self.low:
            return self.low + sqrt(share * width * (self.mode - self.low))
        return self.high - sqrt((1.0 - share) * width * (self.high - self.mode))


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Lognormal times of a given mean and squared coefficient of variation."""

    mean: float
    scv: float

    def __post_init__(self) -> None:
        if not (0.0 <= self.mean < inf and 0.0 <= self.scv < inf):
            raise _refusal(self, f"{_MEAN}, and a finite scv, 0 or more")

    def draw(self, draws: Draws, purpose: str) -> float:
        """Return the time of this address. [s]"""
        variance = log(1.0 + self.scv)
        return self.mean * exp(sqrt(variance) * draws.from_block(purpose, _normals) - 0.5 * variance)


@dataclass(frozen=True, slots=True)
class Geometric:
    """Number of slots until the first success, at least 1, each of probability ``chance``; times ``slot``. [s]"""

    chance: float
    slot: float = 1.0

    def __post_init__(self) -> None:
        if not (0.0 < self.chance <= 1.0 and 0.0 <= self.slot < inf):
            raise _refusal(self, "give a chance above 0 and up to 1, and a finite slot, 0 or more")

    @property
    def mean(self) -> float:
        """Its mean. [s]"""
        return self.slot / self.chance

    def draw(self, draws: Draws, purpose: str) -> float:
        """Return the time of this address. [s]"""
        share = 1.0 - draws.from_block(purpose, _uniforms)
        if self.chance >= 1.0:
            return self.slot
        return self.slot * max(1, ceil(log(share) / log(1.0 - self.chance)))


@dataclass(frozen=True, slots=True)
class Service:
    """The plainest stage: it takes a time and changes nothing.

    Attributes:
        time: Distribution of the service time. [s]
    """

    time: Distribution
    name: ClassVar[str] = "service"
    measures: ClassVar[Mapping[str, str]] = NOTHING  # type: ignore[assignment] # an empty mapping has any type

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Return the lot unchanged after its service time; an interrupted service goes on where it stopped."""
        duration = self.time.draw(draws, "service")
        if visit.elapsed is not None:
            duration = max(0.0, duration - visit.elapsed)
        return _new(Outcome, (lot, duration, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, ()))
