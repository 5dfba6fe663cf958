"""How a map is described: which settings run along its sides, which measures it shows, and in what units."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Law = Callable[[NDArray[np.float64]], NDArray[np.float64]]


class Along(NamedTuple):
    """One side of a map.

    Attributes:
        settings: What is moved, each ``stage.setting``: the first takes the values, the others keep their difference
            from it, or their ratio to it where ``ratio`` is set. A dryer zone that is idle stays so.
        label: What stands at the side.
        unit: SI unit of its values.
        shop: Unit in which it is written.
        low: Where the side begins. In the SI unit.
        high: Where it ends. In the SI unit.
        logarithmic: Whether the values grow by factors, and are drawn so.
        crowded: Whether the values grow by factors, and are drawn evenly all the same.
        ratio: Whether further settings keep their ratio, and not their difference.
        limited: Quantity of the product's limits that bind this side, as ``stage.quantity``; empty for the first
            setting.
        scale: Value of the first setting for 1 of that quantity.
    """

    settings: tuple[str, ...]
    label: str
    unit: str
    shop: str
    low: float
    high: float
    logarithmic: bool = False
    crowded: bool = False
    ratio: bool = False
    limited: str = ""
    scale: float = 1.0


class Field(NamedTuple):
    """One measure that a map shows.

    Attributes:
        measure: What is shown, ``stage.measure``.
        label: Its name in words.
        unit: SI unit of the measure.
        shop: Unit in which it is written.
        levels: Values at which a line is drawn, in the shop unit.
        below: What is wrong where it is too low, in a few words.
        above: What is wrong where it is too high.
        also: Further measures whose limits must hold: ``(stage.measure, words)``.
        most: Setting that is its upper limit beside those of the product, ``stage.setting``.
        classes: Names of its values 1, 2, 3, ... where it is a class.
        curves: Further measures that are drawn as curves beside it: ``(stage.measure, label)``.
        by: What is smooth and positive where the measure has a kink, ``stage.property``, and the law from the one to
            the other in SI units; the law goes on where the measure is cut off. A picture goes between points by it.
    """

    measure: str
    label: str
    unit: str
    shop: str
    levels: tuple[float, ...] = ()
    below: str = ""
    above: str = ""
    also: tuple[tuple[str, str], ...] = ()
    most: str = ""
    classes: tuple[str, ...] = ()
    curves: tuple[tuple[str, str], ...] = ()
    by: tuple[str, Law] | None = None


class Sketch(NamedTuple):
    """One map, before anything is computed.

    Attributes:
        name: Its name on the command line.
        title: What it shows, in one line.
        products: Products that it can be drawn for, the usual one first.
        across: Side along the bottom.
        up: Side along the left; None for a map of curves.
        fields: What is shown, one picture each.
        points: Number of values across and up. [1]
        instead: Settings that differ from the recipe everywhere, so that the measure can be told:
            ``(stage.setting, value in SI)``.
        note: What a reader should know, in one line.
    """

    name: str
    title: str
    products: tuple[str, ...]
    across: Along
    up: Along | None
    fields: tuple[Field, ...]
    points: tuple[int, int]
    instead: tuple[tuple[str, float], ...] = ()
    note: str = ""
