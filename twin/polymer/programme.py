"""A temperature programme: legs of straight lines, and what a chain of reactions has done at its end.

Scheme and rates are those of ``kinetics``: Arrhenius 1889; Macromolecules 31 (1998), ma9800966.
"""

from collections.abc import Sequence
from typing import NamedTuple

from twin.polymer.kinetics import ImidizationRates, Rings, arrhenius, exposed, gauss_points

STEPS = 6  # pieces of a slope: isoimide within 1e-6 after the patent's programme, 3e-4 at the end of a steep slope


class Leg(NamedTuple):
    """One leg of a programme: straight from where the last one ended, or a hold where nothing changes.

    Attributes:
        time: How long it takes. [s]
        temperature: Temperature at its end. [K]
    """

    time: float
    temperature: float


def duration(legs: Sequence[Leg]) -> float:
    """Time that a programme takes: by definition, the sum of its legs. [s]

    Args:
        legs: The programme.

    >>> duration([Leg(1800.0, 298.15), Leg(3600.0, 373.15)])
    5400.0
    """
    return sum(leg.time for leg in legs)


def exposure(at_room: float, activation: float, start: float, end: float, time: float) -> float:
    """Rate constant integrated over a straight rise or fall of temperature, in any unit times seconds.

    Args:
        at_room: Rate constant at 25 degC, in any unit.
        activation: Activation energy. [J/mol]
        start: Temperature at the start. [K]
        end: Temperature at the end. [K]
        time: How long it takes. [s]

    >>> exposure(2.0, 60e3, 298.15, 298.15, 10.0)
    20.0
    """
    if start == end:
        return arrhenius(at_room, activation, end) * time
    warm = sum(w * arrhenius(at_room, activation, start + (end - start) * x) for x, w in gauss_points(4))
    return warm * time


def followed(
    start: Rings, rates: ImidizationRates, base: float, begin: float, legs: Sequence[Leg], steps: int = STEPS
) -> Rings:
    """The rings after a programme. [mol/m^3]

    Amide acid follows from the exposure alone, in closed form; isoimide takes small pieces of a slope, second order.

    Args:
        start: The rings at the start. [mol/m^3]
        rates: Rate constants.
        base: Concentration of the tertiary amine. [mol/m^3]
        begin: Temperature at the start. [K]
        legs: The programme.
        steps: Pieces of a leg with a slope. [1]

    >>> rates = ImidizationRates(2.2e-10, 60e3, 1e-6, 90e3, 0.85)
    >>> patent = [Leg(1800.0, 298.15), Leg(0.0, 373.15), Leg(3600.0, 373.15)]
    >>> after = followed(Rings(406.4, 0.0, 0.0, 799.7), rates, 506.5, 298.15, patent)
    >>> [round(x / 406.4, 4) for x in after[:3]]
    [0.0, 0.9991, 0.0009]
    """
    rings, was = start, begin
    for leg in legs:
        pieces = 1 if leg.temperature == was else steps
        rise = (leg.temperature - was) / pieces
        for piece in range(pieces if leg.time > 0.0 else 0):
            low, high = was + rise * piece, was + rise * (piece + 1)
            closing = base * exposure(rates.closing, rates.closing_activation, low, high, leg.time / pieces)
            turning = exposure(rates.turning, rates.turning_activation, low, high, leg.time / pieces)
            rings = exposed(rings, closing, turning, rates.direct)
        was = leg.temperature
    return rings


class Moment(NamedTuple):
    """Where a programme stands.

    Attributes:
        time: Time since its start. [s]
        temperature: Temperature now. [K]
        rings: The rings now. [mol/m^3]
    """

    time: float
    temperature: float
    rings: Rings


def course(
    start: Rings, rates: ImidizationRates, base: float, begin: float, legs: Sequence[Leg], pieces: int = 10
) -> list[Moment]:
    """What a programme does on the way: its state at the start and after each piece of each leg.

    Args:
        start: The rings at the start. [mol/m^3]
        rates: Rate constants.
        base: Concentration of the tertiary amine. [mol/m^3]
        begin: Temperature at the start. [K]
        legs: The programme.
        pieces: Pieces of each leg. [1]

    >>> rates = ImidizationRates(2.2e-10, 60e3, 1e-6, 90e3, 0.85)
    >>> way = course(Rings(406.4, 0.0, 0.0, 799.7), rates, 506.5, 298.15, [Leg(1800.0, 298.15)], 2)
    >>> [(one.time, round(one.rings.amic / 406.4, 3)) for one in way]
    [(0.0, 1.0), (900.0, 0.924), (1800.0, 0.857)]
    """
    way = [Moment(0.0, begin, start)]
    for leg in legs:
        if leg.time <= 0.0:  # a jump
            way[-1] = way[-1]._replace(temperature=leg.temperature)
            continue
        foot = way[-1]
        for piece in range(1, pieces + 1):
            last, at = way[-1], foot.temperature + (leg.temperature - foot.temperature) * piece / pieces
            rings = followed(last.rings, rates, base, last.temperature, [Leg(leg.time / pieces, at)])
            way.append(Moment(foot.time + leg.time * piece / pieces, at, rings))
    return way
