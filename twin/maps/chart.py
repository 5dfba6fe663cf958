"""A map computed: the measures over its sides, the windows of the product's limits, and where the recipe stands."""

from collections.abc import Mapping
from math import inf, isfinite
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.limit import Limit
from twin.maps.asked import Asked, span_of
from twin.maps.nominal import Walk
from twin.maps.sketch import Along, Field, Sketch
from twin.maps.sweep import Floats, Side, setting, side, sweep
from twin.plan import Plan
from twin.units import convert
from twin.windows import resolved

Mask = NDArray[np.bool_]
ENDS = 1e-9  # relative, by which a set-point at the end of its window counts as inside


class Window(NamedTuple):
    """One limit as a map shows it, in shop units.

    Attributes:
        lower: Smallest value that passes; minus infinity for none.
        upper: Largest value that passes; infinity for none.
        word: Whose word it is, such as ``claim 9``.
        source: Its source in full.
        kind: ``recipe``, ``property`` or ``preferred``.
    """

    lower: float
    upper: float
    word: str
    source: str
    kind: str

    def holds(self, values: Floats) -> Mask:
        """Say which values lie inside, by more than the last digits of a conversion. Shape: as the values'."""
        low, high = (end - sign * ENDS * abs(end) if isfinite(end) else end for end, sign in self.signed())
        return np.asarray((values >= low) & (values <= high))

    def beyond(self, unit: str) -> str:
        """Say what lies outside, with a unit as it is written behind a number.

        >>> Window(-inf, 99.0, "claim 1", "claim 1", "property").beyond(" wt%")
        'above 99 wt%'
        """
        words = [f"below {self.lower:g}{unit}"] if isfinite(self.lower) else []
        return " or ".join([*words, *([f"above {self.upper:g}{unit}"] if isfinite(self.upper) else [])])

    def signed(self) -> tuple[tuple[float, int], tuple[float, int]]:
        """Return both ends with the side on which they may be passed by rounding."""
        return (self.lower, 1), (self.upper, -1)


class Axis(NamedTuple):
    """One side, in shop units.

    Attributes:
        label: What it is.
        unit: Shop unit.
        values: Values on it. Shape: (n,).
        recipe: Where the recipe stands.
        windows: Limits of the product that bind it.
        logarithmic: Whether its values grow by factors.
    """

    label: str
    unit: str
    values: Floats
    recipe: float
    windows: tuple[Window, ...]
    logarithmic: bool

    def inside(self, values: Floats) -> Mask:
        """Say which values lie inside the claims on this set-point. Shape: as the values'."""
        held = np.ones(values.shape, dtype=bool)
        for one in self.windows:
            if one.kind == "recipe" and one.upper > one.lower:  # a single value is the condition of a test
                held &= one.holds(values)
        return held


class Bound(NamedTuple):
    """One measure that must stay inside one limit, over the sides.

    Attributes:
        values: The measure. Shape: (up, across).
        window: The limit, in the unit of the values.
        below: What is wrong where it is too low.
        above: What is wrong where it is too high.
        shop: Shop unit of values and window.
    """

    values: Floats
    window: Window
    below: str
    above: str
    shop: str


class Sheet(NamedTuple):
    """One measure over the sides, in shop units.

    Attributes:
        field: What is shown.
        values: Its values; NaN where a stage did not converge. Shape: (up, across).
        bounds: What must hold: limits of this measure first, then those of others.
        recipe: Value that the recipe itself gives.
        curves: Further measures: label, values of shape (across,), value of the recipe.
        smooth: What the values follow from without a kink, by the law of the field. Shape: (up, across).
    """

    field: Field
    values: Floats
    bounds: tuple[Bound, ...]
    recipe: float
    curves: tuple[tuple[str, Floats, float], ...]
    smooth: Floats | None = None

    @property
    def windows(self) -> tuple[Window, ...]:
        """Limits of the measure that is shown."""
        return tuple(one.window for one in self.bounds if one.values is self.values)

    @property
    def others(self) -> tuple[Bound, ...]:
        """Limits of other measures."""
        return tuple(one for one in self.bounds if one.values is not self.values)

    def carried(self, smooth: Floats) -> Floats:
        """Return the values, in the shop unit, that follow from what is smooth. Shape: as that."""
        assert self.field.by is not None  # noqa: S101 - only a field with a law has something smooth
        return _in_shop(self.field.by[1](smooth), self.field)


class Chart(NamedTuple):
    """One map.

    Attributes:
        sketch: What it was made of.
        product: Product.
        scenario: Scenario whose recipe it shows.
        across: Side along the bottom.
        up: Side along the left; None for curves.
        sheets: Its pictures.
        flags: Doubts that the stages raised, with the share of the map that carries each. [1]
        untested: Whether a stage left its tested domain there. Shape: (up, across).
    """

    sketch: Sketch
    product: str
    scenario: str
    across: Axis
    up: Axis | None
    sheets: tuple[Sheet, ...]
    flags: Mapping[str, float]
    untested: Mask

    def inside(self) -> Mask:
        """Say where set-points and the measures of all sheets are inside every limit. Shape: (up, across)."""
        rows = np.ones(1, dtype=bool) if self.up is None else self.up.inside(self.up.values)
        held = rows[:, None] & self.across.inside(self.across.values)[None, :]
        for sheet in self.sheets:
            held &= np.isfinite(sheet.values)
            for one in sheet.bounds:
                held &= one.window.holds(one.values)
        return np.asarray(held)


def chart(sketch: Sketch, plan: Plan, asked: Asked) -> Chart:
    """Compute a map.

    Args:
        sketch: The map.
        plan: Whose recipe.
        asked: Product and ranges, where they were given.

    Raises:
        UsageError: The map cannot be drawn for that product or over that range.
    """
    walk = Walk(plan, asked.chosen(sketch, plan))
    recipe = walk.recipe()
    alongs = [(sketch.across, sketch.points[0]), *([(sketch.up, sketch.points[1])] if sketch.up else [])]
    sides = [side(recipe, along, span_of(asked, sketch, along, recipe), count) for along, count in alongs]
    swept = sweep(walk, sketch, recipe, sides)
    point = sweep(walk, sketch, recipe, [one._replace(values=np.array([one.recipe])) for one in sides])
    axes = [_axis(plan, walk.product, one) for one in sides]
    sheets = tuple(_sheet(plan, walk.product, field, swept.measures, point.measures) for field in sketch.fields)
    up = axes[1] if len(axes) > 1 else None
    return Chart(sketch, walk.product, plan.name, axes[0], up, sheets, swept.flags, swept.untested)


def said(source: str) -> str:
    """Return whose word a limit is, without the patent's name: that stands in the title.

    >>> said("metal-clad laminate, claims 1 and 12"), said("A-263")
    ('claims 1 and 12', 'A-263')
    """
    return source.partition(", ")[2] or source


def _limits(plan: Plan, product: str, path: str) -> list[Limit]:
    made = plan.products[product]
    named = [one for one in made.specification if f"{one.stage}.{one.quantity}" == path]
    return [resolved(made, one) for one in named if one.kind != "result"]


def _window(limit: Limit, unit: str, shop: str, scale: float = 1.0) -> Window:
    lower, upper = (convert(end * scale, unit, shop) if isfinite(end) else end for end in (limit.lower, limit.upper))
    return Window(lower, upper, said(limit.source), limit.source, limit.kind)


def _axis(plan: Plan, product: str, one: Side) -> Axis:
    along: Along = one.along
    paths = [along.limited] if along.limited else [path for path, _ in one.settings]
    limits = [limit for path in paths for limit in _limits(plan, product, path)]
    found = [_window(limit, along.unit, along.shop, along.scale) for limit in limits]
    values = np.array([convert(value, along.unit, along.shop) for value in one.values.tolist()])
    recipe = convert(one.recipe, along.unit, along.shop)
    return Axis(along.label, along.shop, values, recipe, tuple(dict.fromkeys(found)), along.logarithmic)


def _sheet(plan: Plan, product: str, field: Field, table: Mapping[str, Floats], point: Mapping[str, Floats]) -> Sheet:
    main, recipe = (_in_shop(one[field.measure], field) for one in (table, point))
    limits = [_window(one, field.unit, field.shop) for one in _limits(plan, product, field.measure)]
    if field.most:
        most = convert(setting(plan.products[product].procedure, field.most), field.unit, field.shop)
        limits.append(
            Window(
                -inf, most, "the recipe", f"the recipe's {field.most.partition('.')[2].replace('_', ' ')}", "property"
            )
        )
    bounds = [Bound(main, one, field.below, field.above, field.shop) for one in limits]
    for path, words in field.also:
        bounds += _also(plan, product, field, path, words, table[path])
    curves = tuple(
        (label, _in_shop(table[path], field)[0], float(_in_shop(point[path], field)[0, 0]))
        for path, label in field.curves
    )
    smooth = np.where(np.isfinite(main), table[field.by[0]], np.nan) if field.by else None
    return Sheet(field, main, tuple(bounds), float(recipe[0, 0]), curves, smooth)


def _also(plan: Plan, product: str, field: Field, path: str, words: str, values: Floats) -> list[Bound]:
    """Return the limits of a further measure, in the shop unit of the field where both have one unit."""
    stage, _, name = path.partition(".")
    unit = plan.products[product].procedure[stage].measures[name]
    shop = field.shop if unit == field.unit else unit
    scaled = _in_shop(values, field) if unit == field.unit else values
    return [Bound(scaled, _window(one, unit, shop), words, words, shop) for one in _limits(plan, product, path)]


def _in_shop(values: Floats, field: Field) -> Floats:
    zero = convert(0.0, field.unit, field.shop)
    return values * (convert(1.0, field.unit, field.shop) - zero) + zero
