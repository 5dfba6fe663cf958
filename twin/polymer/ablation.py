"""Vias by ultraviolet pulses: depth a pulse, pulses a point of a trepanned bore, taper, and what a film may measure.

Etching by Beer and Lambert with a threshold; the taper follows from the fluence that is left on a sloping wall (Tokarev
et al., Appl. Phys. A 76 (2003) 385). That the bore is trepanned with a smaller spot is an assumption, A-92.
"""

from math import asin, erfc, floor, inf, log, pi, sqrt, tan


def absorption(polyimide: float, additive: float, share: float) -> float:
    """Absorption coefficient of a mixture, by shares. [1/m].

    Args:
        polyimide: Absorption coefficient of the polyimide. [1/m]
        additive: Absorption coefficient of epoxy and hardener. [1/m]
        share: Share of epoxy and hardener, by volume; by mass when densities are alike. [1]

    >>> absorption(2.0e6, 0.0, 0.25)
    1500000.0
    """
    return (1.0 - share) * polyimide + share * additive


def incubated_threshold(first: float, pulses: float, exponent: float) -> float:
    """Threshold fluence after many pulses on one spot, ``F_1 N^(S-1)``. [J/m^2].

    Args:
        first: Threshold of the first pulse. [J/m^2]
        pulses: Pulses on the spot. [1]
        exponent: Incubation exponent S; 1 is none. [1]

    >>> round(incubated_threshold(1000.0, 40.0, 0.9))
    692
    """
    return float(first * pulses ** (exponent - 1.0))


def etch_depth(fluence: float, threshold: float, coefficient: float) -> float:
    """Depth that one pulse takes away; nothing below the threshold. [m].

    Args:
        fluence: Fluence of the pulse. [J/m^2]
        threshold: Threshold fluence. [J/m^2]
        coefficient: Absorption coefficient. [1/m]

    >>> round(etch_depth(3000.0, 1000.0, 2.2e6) * 1e6, 6)
    0.499369
    """
    return log(fluence / threshold) / coefficient if fluence > threshold else 0.0


def pulses_per_hole(frequency: float, rate: float, jump: float) -> float:
    """Whole pulses that fall on one hole between two jumps of the mirrors. [1].

    Args:
        frequency: Pulses a second. [1/s]
        rate: Holes a second. [1/s]
        jump: Time to jump and settle. [s]

    >>> pulses_per_hole(20e3, 100.0, 2e-3)
    160.0
    """
    return float(max(0, floor(frequency * (1.0 / rate - jump) + 1e-6)))


def pulses_per_point(pulses: float, spot: float, bore: float) -> float:
    """Pulses on each point of a bore that a smaller spot trepans. [1].

    Args:
        pulses: Pulses a hole. [1]
        spot: Radius of the spot. [m]
        bore: Radius of the bore. [m]

    >>> pulses_per_point(160.0, 10e-6, 20e-6)
    40.0
    """
    return pulses * min(1.0, spot / bore) ** 2


def highest_rate(needed: float, frequency: float, jump: float, spot: float, bore: float) -> float:
    """Highest rate at which each point of a bore still gets the pulses it needs. [1/s].

    Args:
        needed: Pulses that each point needs. [1]
        frequency: Pulses a second. [1/s]
        jump: Time to jump and settle. [s]
        spot: Radius of the spot. [m]
        bore: Radius of the bore. [m]

    At 0.25 um a pulse and with a quarter to spare, films of 5 and 15 um:

    >>> [round(highest_rate(1.25 * film / 0.25, 20e3, 2e-3, 10.0, 20.0)) for film in (5.0, 15.0)]
    [143, 59]
    """
    return 1.0 / (jump + needed / (frequency * min(1.0, spot / bore) ** 2))


def wall_slope(fluence: float, threshold: float) -> float:
    """How far a wall leans inward per depth: it stands where its share of the fluence is the threshold. [1].

    Args:
        fluence: Fluence of the pulse. [J/m^2]
        threshold: Threshold fluence. [J/m^2]

    >>> round(wall_slope(3000.0, 1000.0), 4)
    0.3536
    """
    return tan(asin(threshold / fluence)) if fluence > threshold else inf


def exit_diameter(bore: float, thickness: float, slope: float) -> float:
    """Diameter of a hole at its far end; 0 where its walls meet. [m].

    Args:
        bore: Diameter at its entrance. [m]
        thickness: Thickness of the film. [m]
        slope: How far its wall leans inward per depth. [1]

    >>> [round(exit_diameter(40.0, film, wall_slope(3.0, 1.0)), 1) for film in (5.0, 10.0, 15.0)]
    [36.5, 32.9, 29.4]
    """
    return max(0.0, bore - 2.0 * thickness * slope)


def hole_volume(bore: float, depth: float, slope: float) -> float:
    """Volume of a hole, a truncated cone, or a cone where its walls meet before that. [m^3].

    Args:
        bore: Diameter at its entrance. [m]
        depth: How deep it is. [m]
        slope: How far its wall leans inward per depth. [1]

    >>> round(hole_volume(2.0, 1.0, 0.0), 6), round(hole_volume(2.0, 9.0, 1.0), 6)  # pi, and pi / 3
    (3.141593, 1.047198)
    """
    if slope > 0.0:
        depth = min(depth, 0.5 * bore / slope)
    end = bore - 2.0 * depth * slope if depth > 0.0 else bore
    return pi / 12.0 * depth * (bore * bore + bore * end + end * end)


def share_beyond(bound: float, mean: float, relative_sd: float) -> float:
    """Share of normally distributed thicknesses above a bound. [1].

    Args:
        bound: The bound. [m]
        mean: Mean thickness. [m]
        relative_sd: Standard deviation as a share of the mean; at 0 the share is 0 or 1. [1]

    >>> share_beyond(5.0, 5.0, 0.01), share_beyond(5.0, 5.0, 0.0), share_beyond(5.0, 6.0, 0.0)
    (0.5, 0.0, 1.0)
    """
    if relative_sd <= 0.0:
        return 1.0 if mean > bound else 0.0
    return 0.5 * erfc((bound / mean - 1.0) / (relative_sd * sqrt(2.0)))
