"""What a slot die lays: the thinnest coating that it bridges, a profile across the web, and a wander along it.

Profile and wander are estimates (A-48, A-330, A-331); a wander is a first-order autoregression (Box and Jenkins 1970).
"""

from math import exp, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LANES = 5  # across the web, of equal width
SECTIONS = 25  # along a roll, of equal length


class Wander(NamedTuple):
    """Thickness along a roll, summed up.

    Attributes:
        deviation: Standard deviation of the thickness over its mean. [1]
        thickest: Thickness where it is thickest, over the mean. [1]
        place: Where that is, from the beginning of the roll. [m]
    """

    deviation: float
    thickest: float
    place: float


def low_flow_limit(gap: float, capillary: float) -> float:
    """Thinnest wet coating that a slot bead bridges; good below a capillary number of 0.3. [m].

    After Higgins and Scriven (Chem. Eng. Sci. 35 (1980) 673).

    Args:
        gap: Gap between die and web. [m]
        capillary: Capillary number, viscosity times speed over surface tension. [1]

    >>> [round(1e6 * low_flow_limit(200e-6, number), 4) for number in (0.5, 0.1)]
    [59.1318, 25.1073]
    """
    return gap / (1.0 + 2.0 * float((capillary / 0.65) ** (-2.0 / 3.0)))


def lanes_across(bow: float, scatter: NDArray[np.float64]) -> tuple[float, ...]:
    """Thickness of each lane over the mean, from a bow and a scatter; their mean is 1. [1].

    Args:
        bow: How much thicker a parabola is at the middle of the web than at its borders. [1]
        scatter: Deviation of each lane beside the bow. Shape: (lanes,). [1]

    >>> [round(lane, 4) for lane in lanes_across(0.01, np.zeros(5))]
    [0.9968, 1.0016, 1.0032, 1.0016, 0.9968]
    """
    places = (2.0 * np.arange(scatter.size) + 1.0) / scatter.size - 1.0
    lanes = np.maximum(1.0 - bow * places**2 + scatter, 0.1)
    return tuple((lanes / lanes.mean()).tolist())


def wander_along(length: float, reach: float, deviation: float, shocks: NDArray[np.float64]) -> Wander:
    """Wander of the thickness along a roll: a first-order autoregression over sections of equal length, of mean 1.

    Args:
        length: Length of the roll. [m]
        reach: Length over which the wander forgets itself. [m]
        deviation: Its standard deviation, in the long run. [1]
        shocks: Standard normal numbers, one a section. Shape: (sections,). [1]

    >>> wander_along(500.0, 20.0, 0.0, np.ones(25))
    Wander(deviation=0.0, thickest=1.0, place=10.0)
    """
    kept = exp(-length / shocks.size / reach)
    fresh = sqrt(1.0 - kept * kept)
    here, walk = 0.0, []
    for number, shock in enumerate(shocks.tolist()):
        here = shock if number == 0 else kept * here + fresh * shock
        walk.append(deviation * here)
    along = np.array(walk)
    along -= along.mean()
    top = int(along.argmax())
    return Wander(float(along.std()), 1.0 + float(along[top]), (top + 0.5) * length / shocks.size)
