"""What a person may ask of a map: the product, and the range of each side; what cannot be is refused in one line."""

from collections.abc import Mapping
from math import inf
from typing import NamedTuple

from twin.errors import UsageError, joined, nearest, printable
from twin.maps.sketch import Along, Sketch
from twin.parameter import Parameter, parameters
from twin.plan import Plan
from twin.stage import Stage
from twin.units import UnitsError, in_shop, span, to_si

Span = tuple[str, str]


class Asked(NamedTuple):
    """What was asked for.

    Attributes:
        product: Product; empty for the map's usual one.
        across: Range of the side along the bottom, as its two ends in text; None for the usual one.
        up: The same of the side along the left.
    """

    product: str = ""
    across: Span | None = None
    up: Span | None = None

    def chosen(self, sketch: Sketch, plan: Plan) -> str:
        """Return the product to draw the map for.

        Raises:
            UsageError: There is no such product, or the map cannot be drawn for it.
        """
        able = [name for name in sketch.products if name in plan.products] + [
            name for name in plan.products if name not in sketch.products and _has(plan, name, sketch)
        ]
        if not self.product and able:
            return able[0]
        if self.product in able:
            return self.product
        what = f"--product {printable(self.product)}"
        if self.product in plan.products:
            raise UsageError(f"{what}: map {sketch.name} needs stages that it does not have. Use {joined(able)}.")
        raise UsageError(f"{what}: no such product.{nearest(self.product, plan.products)} Products: {joined(able)}.")


def _has(plan: Plan, product: str, sketch: Sketch) -> bool:
    """Say whether a product has every stage of which a map moves a setting or shows a measure."""
    sides = [sketch.across, *([sketch.up] if sketch.up else [])]
    paths = [path for side in sides for path in side.settings] + [one.measure for one in sketch.fields]
    return all(path.partition(".")[0] in plan.products[product].procedure for path in paths)


def ranged(text: str | None, option: str) -> Span | None:
    """Part a range as it is written, ``LOW:HIGH UNIT``, into its two ends; the unit may stand behind both.

    Raises:
        UsageError: It is no range.

    >>> ranged("60:140 degC", "--across"), ranged("1 m/min : 4 m/min", "--up")
    (('60 degC', '140 degC'), ('1 m/min', '4 m/min'))
    """
    if text is None:
        return None
    low, colon, high = (part.strip() for part in text.partition(":"))
    if not colon or not low or not high or ":" in high:
        raise UsageError(f'{option} {printable(text)}: it is no range. Write it like "60:140 degC".')
    unit = high.lstrip("+-.0123456789eE").strip()
    has_unit = low.lstrip("+-.0123456789eE").strip()
    return (low if has_unit or not unit else f"{low} {unit}", high)


def span_of(asked: Asked, sketch: Sketch, along: Along, recipe: Mapping[str, Stage]) -> tuple[float, float]:
    """Return both ends of a side, in its SI unit.

    Raises:
        UsageError: The range is empty, in another kind of unit, or what machine or physics cannot do.
    """
    option, given = ("--across", asked.across) if along is sketch.across else ("--up", asked.up)
    if given is None:
        return along.low, along.high
    known = _parameter(recipe, along.settings[0])
    example = (
        f"{in_shop(along.low, along.unit, along.shop, 3).split()[0]}:{in_shop(along.high, along.unit, along.shop, 3)}"
    )
    head = f"{option} {printable(':'.join(given))}"
    try:
        low, high = (to_si(one, along.unit) for one in given)
    except UnitsError as error:
        raise UsageError(f'{head}: {error} Write it like "{example}".') from None
    if not low < high:
        raise UsageError(f'{head}: its first end must be below its second. Write it like "{example}".')
    least = max(known.low, 0.0) if along.unit != "K" else known.low
    most = known.high
    if low < least or high > most or (along.logarithmic and low <= 0.0):
        allowed = (
            span(least, most, along.unit, along.shop)
            if most < inf
            else f"{in_shop(least, along.unit, along.shop)} or more"
        )
        whose = known.limit or known.source
        raise UsageError(
            f'{head}: outside what {along.settings[0]} can be, {allowed} ({whose}). Try {option} "{example}".'
        )
    return low, high


def _parameter(recipe: Mapping[str, Stage], path: str) -> Parameter:
    stage, _, name = path.partition(".")
    return parameters(recipe[stage])[name]
