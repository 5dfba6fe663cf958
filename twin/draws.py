"""Random numbers with an address: each is a pure function of who draws it, for which lot, and for what.

A draw has no stream and no position. It is the hash of (root seed, replication, source, lot, purpose), so that the
k-th roll draws the same numbers in two scenarios, and one draw more or one station more changes no other draw.
"""

from functools import lru_cache
from hashlib import blake2b
from math import exp, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_STANDARD = NormalDist()
_TWO_64 = 2.0**-64


@lru_cache(maxsize=4096)
def _prefix(seed: int, replication: int, source: str) -> bytes:
    return f"{seed}/{replication}/{source}/".encode()


class Draws(NamedTuple):
    """The random numbers of one source for one lot.

    Attributes:
        seed: Root seed of the study. [1]
        replication: Number of the replication. [1]
        source: Who draws: a stage, a station, the lab.
        number: Number of the lot, the outage, or whatever is counted. [1]
        attempt: How often that lot was here before. [1]
    """

    seed: int
    replication: int = 0
    source: str = ""
    number: int = 0
    attempt: int = 0

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
