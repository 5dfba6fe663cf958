"""Random numbers with an address: each is a pure function of who draws it, for which lot, and for what.

A draw has no stream and no position. It is the hash of (root seed, replication, source, number, purpose), so that the
k-th roll draws the same numbers in two scenarios, and one draw more or one station more changes no other draw.
Plain service times come from blocks of 4096 that are indexed by the lot's number, which is faster and as repeatable.
"""

from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from math import exp, log, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

_STANDARD = NormalDist()
_TWO_64 = 2.0**-64
_BLOCK_BITS = 12
_BLOCK = 1 << _BLOCK_BITS
_BLOCKS_KEPT = 8

Sampler = Callable[[np.random.Generator, int], NDArray[np.float64]]


@lru_cache(maxsize=4096)
def _prefix(seed: int, replication: int, source: str) -> bytes:
    return f"{seed}/{replication}/{source}/".encode()


class Draws:
    """The random numbers of one source, pointed at one lot at a time.

    Attributes:
        seed: Root seed of the study. [1]
        replication: Number of the replication. [1]
        source: Who draws: a stage of a station, an outage, the lab.
        number: Number of the lot, the outage, or whatever is counted. [1]
        attempt: How often that lot was here before. [1]
    """

    __slots__ = (
        "_attempt", "_block", "_blocks", "_high", "_purpose", "_sampler", "attempt", "number", "replication",
        "seed", "source",
    )  # fmt: skip

    def __init__(self, seed: int, replication: int = 0, source: str = "", number: int = 0, attempt: int = 0) -> None:
        self.seed = seed
        self.replication = replication
        self.source = source
        self.number = number
        self.attempt = attempt
        self._blocks: dict[tuple[str, Sampler, int, int], list[float]] = {}
        self._block: list[float] = []
        self._purpose, self._attempt, self._high = "", -1, -1
        self._sampler: Sampler | None = None

    def at(self, number: int, attempt: int = 0) -> "Draws":
        """Point at another lot, and return itself."""
        self.number = number
        self.attempt = attempt
        return self

    def of(self, number: int, attempt: int = 0) -> "Draws":
        """Return the same source pointed at another lot, such as the first of its load, and stay where it is.

        >>> one, other = Draws(1).at(5), Draws(1).at(9)
        >>> one.of(3).uniform("oven") == other.of(3).uniform("oven"), one.number
        (True, 5)
        """
        return Draws(self.seed, self.replication, self.source, number, attempt)

    def _hash(self, purpose: str, size: int = 8) -> bytes:
        key = _prefix(self.seed, self.replication, self.source)
        return blake2b(key + f"{self.number}/{self.attempt}/{purpose}".encode(), digest_size=size).digest()

    def uniform(self, purpose: str, low: float = 0.0, high: float = 1.0) -> float:
        """Return a number between low and high, both left out.

        >>> 0.0 < Draws(1).uniform("assay") < 1.0 and Draws(1).uniform("assay") == Draws(1).uniform("assay")
        True
        """
        share = (int.from_bytes(self._hash(purpose), "little") + 0.5) * _TWO_64
        return low + (high - low) * min(share, 1.0 - 2.0**-53)

    def normal(self, purpose: str, mean: float = 0.0, sd: float = 1.0) -> float:
        """Return a normal number; with ``sd`` 0 it is the mean exactly."""
        return mean + sd * _STANDARD.inv_cdf(self.uniform(purpose))

    def lognormal(self, purpose: str, median: float, sigma: float) -> float:
        """Return a lognormal number from its median and the standard deviation of its logarithm."""
        return median * exp(self.normal(purpose, 0.0, sigma))

    def exponential(self, purpose: str, mean: float) -> float:
        """Return an exponential number of the given mean."""
        return -mean * log(self.uniform(purpose))

    def triangular(self, purpose: str, low: float, mode: float, high: float) -> float:
        """Return a triangular number between low and high, most likely near the mode.

        >>> Draws(1).triangular("x", 2.0, 2.0, 2.0)
        2.0
        """
        share, width = self.uniform(purpose), high - low
        if width <= 0.0:
            return mode
        if share * width < mode - low:
            return low + sqrt(share * width * (mode - low))
        return high - sqrt((1.0 - share) * width * (high - mode))

    def generator(self, purpose: str) -> np.random.Generator:
        """Return a numpy generator of its own, for whoever needs many numbers at once."""
        return np.random.Generator(np.random.Philox(key=int.from_bytes(self._hash(purpose, 16), "little")))

    def normals(self, purpose: str, size: int) -> NDArray[np.float64]:
        """Return that many independent standard normal numbers. Shape: (size,)."""
        return self.generator(purpose).standard_normal(size)

    def from_block(self, purpose: str, sampler: Sampler) -> float:
        """Return the number that a block of samples holds for this lot: ten times faster than a hash.

        >>> draw = Draws(1, source="mill").at(5000)
        >>> draw.from_block("service", np.random.Generator.standard_exponential) == draw.from_block(
        ...     "service", np.random.Generator.standard_exponential)
        True
        """
        number = self.number
        if (
            number >> _BLOCK_BITS != self._high
            or self.attempt != self._attempt
            or purpose is not self._purpose
            or sampler is not self._sampler
        ):
            self._turn_to(purpose, sampler)
        return self._block[number & (_BLOCK - 1)]

    def _turn_to(self, purpose: str, sampler: Sampler) -> None:
        """Open the block of this purpose, attempt and number."""
        self._purpose, self._attempt, self._high = purpose, self.attempt, self.number >> _BLOCK_BITS
        self._sampler = sampler
        key = (purpose, sampler, self._attempt, self._high)
        self._block = self._blocks.get(key) or self._fill(key, sampler)

    def _fill(self, key: tuple[str, Sampler, int, int], sampler: Sampler) -> list[float]:
        purpose, _, attempt, high = key
        address = _prefix(self.seed, self.replication, self.source) + f"block {high}/{attempt}/{purpose}".encode()
        seed = int.from_bytes(blake2b(address, digest_size=16).digest(), "little")
        block: list[float] = sampler(np.random.Generator(np.random.Philox(key=seed)), _BLOCK).tolist()
        if len(self._blocks) >= _BLOCKS_KEPT:
            del self._blocks[next(iter(self._blocks))]
        self._blocks[key] = block
        return block
