"""A long cylinder whose surface has taken a new value: what is left inside of the old one, heat or solute alike.

Sources: Crank, The Mathematics of Diffusion (1975), chapter 5; Carslaw and Jaeger, Conduction of Heat in Solids (1959),
section 7.6; zeros of the Bessel function J0 from Abramowitz and Stegun, Handbook of Mathematical Functions (1964).
"""

from math import exp, pi, sqrt
from typing import Final


def _zero(order: int) -> float:
    """Zero of J0 by McMahon's expansion, better than 1e-8 from the third on (Abramowitz and Stegun 9.5.12). [1]."""
    near = (order - 0.25) * pi
    inverse = 1.0 / (8.0 * near)
    return float(near + inverse * (1.0 - inverse**2 * (124.0 / 3.0 - inverse**2 * (120928.0 / 15.0))))


ZEROS: Final = (2.404825557695773, 5.520078110286311, *(_zero(order) for order in range(3, 41)))
SLOPES: Final = (  # J1 at the first zeros (Abramowitz and Stegun, table 9.5)
    0.519147497289467, -0.340264806558368, 0.271452299928382, -0.232459831364725, 0.206546433077996, -0.187728803040439,
)  # fmt: skip


def axis_left(fourier: float) -> float:
    """Share of the old value that is left at the axis; six terms, good to 1e-4. [1]

    Carslaw and Jaeger (1959), section 7.6; below a Fourier number of 0.02 the axis has not noticed.

    Args:
        fourier: Diffusivity times time over the radius squared. [1]

    >>> [round(axis_left(one), 6) for one in (0.1, 0.2, 0.4)]
    [0.848355, 0.501487, 0.158489]
    """
    if fourier < 0.02:
        return 1.0
    pairs = zip(ZEROS, SLOPES, strict=False)
    return sum(2.0 / (zero * slope) * exp(-zero * zero * fourier) for zero, slope in pairs)


def mean_left(fourier: float) -> float:
    """Share of the old value that is left on average: the series, and for short times the expansion in roots. [1]

    Crank (1975), chapter 5.

    Args:
        fourier: Diffusivity times time over the radius squared. [1]

    >>> [round(mean_left(one), 6) for one in (0.1, 0.2, 0.4)]
    [0.394176, 0.217852, 0.068431]
    """
    if fourier <= 0.0:
        return 1.0
    if fourier < 2e-3:
        return 1.0 - 4.0 * sqrt(fourier / pi) + fourier + fourier * sqrt(fourier / pi) / 3.0
    return sum(4.0 / zero**2 * exp(-(zero**2) * fourier) for zero in ZEROS)
