"""Distributions of times, and the stage that takes a time and changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, exp, log, sqrt
from typing import ClassVar, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from twin.draws import Draws, Sampler
from twin.material import Lot
from twin.stage import NOTHING, Outcome, Visit

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


class Constant(NamedTuple):
    """Always the same time."""

    mean: float

    def draw(self, draws: Draws, purpose: str) -> float:  # noqa: ARG002 - a constant asks nobody
        """Return the constant. [s]"""
        return self.mean


class Exponential(NamedTuple):
    """Exponential times of a given mean."""

    mean: float

    def draw(self, draws: Draws, purpose: str) -> float:
        """Return the time of this address. [s]"""
        return self.mean * draws.from_block(purpose, _exponentials)


class Erlang(NamedTuple):
    """Sum of ``phases`` exponential times; its squared coefficient of variation is 1/phases."""

    mean: float
    phases: int

    def draw(self, draws: Draws, purpose: str) -> float:
        """Return the time of this address. [s]"""
        return self.mean / self.phases * draws.from_block(purpose, _gammas(self.phases))


class Uniform(NamedTuple):
    """Equally likely between two bounds."""

    low: float
    high: float

    @property
    def mean(self) -> float:
        """Its mean. [s]"""
        return 0.5 * (self.low + self.high)

    def draw(self, draws: Draws, purpose: str) -> float:
        """Return the time of this address. [s]"""
        return self.low + (self.high - self.low) * draws.from_block(purpose, _uniforms)


class Triangular(NamedTuple):
    """Between low and high, most likely near the mode."""

    low: float
    mode: float
    high: float

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


class Lognormal(NamedTuple):
    """Lognormal times of a given mean and squared coefficient of variation."""

    mean: float
    scv: float

    def draw(self, draws: Draws, purpose: str) -> float:
        """Return the time of this address. [s]"""
        variance = log(1.0 + self.scv)
        return self.mean * exp(sqrt(variance) * draws.from_block(purpose, _normals) - 0.5 * variance)


class Geometric(NamedTuple):
    """Number of slots until the first success, at least 1, each of probability ``chance``; times ``slot``. [s]"""

    chance: float
    slot: float = 1.0

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
