"""The border of units: "110 degC" becomes 383.15 K, and 383.15 K becomes "110 degC"; the only import of pint.

A conversion costs pint 0.3 ms, so nothing but the border calls it, and pint itself is imported when first needed.
"""

import re
from functools import cache
from math import inf, isclose, isfinite, isinf
from typing import TYPE_CHECKING

from twin.errors import printable

if TYPE_CHECKING:
    import pint

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_QUANTITY = re.compile(rf"\s*({_NUMBER})\s*(.*?)\s*", re.ASCII)
_UNIT = re.compile(r"(?:1(?=\s*/)|[A-Za-zµμΩ°%_²³⁻¹·*^/() .-]|(?<=\^)\d|(?<=\*\*)\d|(?<=\^-)\d|(?<=\*\*-)\d)*")
_LONGEST = 80
_DEFINITIONS = (
    "USD = [currency]",
    "panel = count = panels",
    "hole = count = holes",
    "via = count = vias",
    "roll = count = rolls",
    "lot = count = lots",
    "phr = 0.01",  # parts per hundred of resin
    "wt_percent = 0.01",
    "mol_percent = 0.01",
    "vol_percent = 0.01",
)
_SPELLINGS = (("wt%", "wt_percent"), ("wt.%", "wt_percent"), ("mol%", "mol_percent"), ("vol%", "vol_percent"))
_LABELS = {"": "", "1": "", "delta_degC": "K"}
_TRAPS = {
    "C": 'C is coulomb: write "degC"',
    "°": 'write "degC"',
    "deg": 'deg is an angle: write "degC"',
    "F": 'F is farad: write "degF" or "degC"',
    "cps": 'cps is counts a second: write "mPa*s" or "cP"',
    "g/mm": 'g/mm is mass: force by width is "gf/mm"',
    "kg/m": 'kg/m is mass: force by width is "kgf/m"',
    "g/cm": 'g/cm is mass: force by width is "gf/cm"',
    "kg": 'kg is mass: force is "kgf"',
    "m": 'm is metre: minutes are "min"',
    "M": 'M is mol/L: write "min" or "m"',
    "H": 'H is henry: hours are "h"',
    "S": 'S is siemens: seconds are "s"',
}


class UnitsError(ValueError):
    """A text that is no quantity of the wanted kind; the message says what to write instead."""


@cache
def _registry() -> "pint.UnitRegistry[float]":
    import pint  # noqa: PLC0415 - a quarter of a second that only the border pays

    registry: pint.UnitRegistry[float] = pint.UnitRegistry(autoconvert_offset_to_baseunit=True, cache_folder=None)
    for line in _DEFINITIONS:
        registry.define(line)
    return registry


def _spelled(unit: str) -> str:
    for told, known in _SPELLINGS:
        unit = unit.replace(told, known)
    return unit


@cache
def _parsed(unit: str) -> "pint.Unit":
    text = "" if unit == "1" else _spelled(unit)
    if len(text) > _LONGEST or not _UNIT.fullmatch(text) or re.search(r"(\^|\*\*)-?\d\s*(\^|\*\*)", text):
        raise UnitsError(f'"{printable(unit)}" is no unit')
    try:
        return _registry().parse_units(text)
    except Exception as error:  # pint raises AttributeError, TypeError, tokenize errors and more of the like
        raise UnitsError(f'"{printable(unit)}" is no unit that is known') from error


@cache
def _line(unit: str, wanted: str) -> tuple[float, float]:
    """Slope and offset of the conversion, which is a straight line for every unit of this house."""
    source, target = _parsed(unit), _parsed(wanted)
    if source.dimensionality != target.dimensionality:
        raise UnitsError(f'"{printable(unit)}" cannot become "{wanted}"')
    quantity = _registry().Quantity
    try:
        zero, one, two = (float(quantity(value, source).to(target).magnitude) for value in (0.0, 1.0, 2.0))
    except Exception as error:  # an offset unit inside a product, a logarithmic unit
        raise UnitsError(f'"{printable(unit)}" cannot become "{wanted}"') from error
    if not isclose(two - one, one - zero, rel_tol=1e-9):
        raise UnitsError(f'"{printable(unit)}" is no linear unit')
    return one - zero if zero else one, zero


def is_unit(text: str) -> bool:
    """Say whether a text is a unit that this border reads.

    >>> is_unit("W/(m²·K)"), is_unit("wt%"), is_unit("furlong per pint of beer")
    (True, True, False)
    """
    try:
        _parsed(text)
    except UnitsError:
        return False
    return True


def convert(value: float, unit: str, wanted: str) -> float:
    """Return a value in another unit, to fifteen digits, so that 5 um is 5e-6 m and not a digit beside it.

    Raises:
        UnitsError: One of the units is unknown, or they measure different things.

    >>> convert(5.0, "um", "m"), convert(383.15, "K", "degC")
    (5e-06, 110.0)
    """
    if unit == wanted or isinf(value):
        return value
    slope, offset = _line(unit, wanted)
    digits = 15 if offset == 0.0 else 12  # what a difference of two large numbers still knows
    return float(f"{value * slope + offset:.{digits}g}")


def is_plain(unit: str) -> bool:
    """Say whether numbers of this unit are written without one: shares, ratios and counts.

    >>> is_plain("kg/kg"), is_plain("1"), is_plain("s")
    (True, True, False)
    """
    return unit in {"", "1"} or _parsed(unit).dimensionless


def to_si(text: str | float, unit: str, example: str = "") -> float:
    """Read a quantity as people write it.

    Args:
        text: Number and unit; a plain number only where ``unit`` is dimensionless.
        unit: SI unit of the answer.
        example: How it may be written, for the message.

    Raises:
        UnitsError: The text is no quantity, lacks its unit, or measures something else.

    >>> to_si("110 degC", "K"), to_si("1300 poise", "Pa*s"), to_si("18 wt%", "kg/kg"), to_si(0.18, "1")
    (383.15, 130.0, 0.18, 0.18)
    """
    advice = f' Write it like "{example}".' if example else ""
    number, told = _split(str(text), advice)
    if not told:
        if is_plain(unit):
            return number + 0.0
        raise UnitsError(f"the unit is missing.{advice or f' It is held in {unit}.'}")
    try:
        value = convert(number, told, unit)
    except UnitsError as error:
        trap = _trap(told)
        raise UnitsError(f"{trap or error}.{'' if trap else advice}") from None
    if not isfinite(value):
        raise UnitsError(f"it is no finite number.{advice}")
    return value + 0.0  # no negative zero


def _trap(unit: str) -> str:
    return _TRAPS.get(unit.replace(" ", ""), "")


def _split(text: str, advice: str) -> tuple[float, str]:
    found = _QUANTITY.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        decimal = " Decimals stand behind a point." if re.match(r"\s*[+-]?\d+,\d", text) else ""
        raise UnitsError(f"it is no finite number with a unit.{decimal}{advice}")
    number, unit = float(found[1]), found[2]
    if unit[:1] in {",", ":"}:
        raise UnitsError(f"it is no finite number with a unit. Decimals stand behind a point.{advice}")
    if not isfinite(number):
        raise UnitsError(f"it is no finite number.{advice}")
    return number, unit


def label(unit: str) -> str:
    """Return a unit as it is printed behind a number, with its space; nothing for what has none."""
    name = _LABELS.get(unit, unit)
    return f" {name}" if name else ""


def in_shop(value: float, si_unit: str, shop_unit: str, digits: int = 6) -> str:
    """Return a value as an engineer reads it.

    >>> in_shop(383.15, "K", "degC"), in_shop(130.0, "Pa*s", "poise"), in_shop(3, "1", "1")
    ('110 degC', '1300 poise', '3')
    """
    return f"{convert(value, si_unit, shop_unit):.{digits}g}{label(shop_unit)}"


def span(low: float, high: float, si_unit: str, shop_unit: str) -> str:
    """Return a range as an engineer reads it.

    >>> span(293.15, 523.15, "K", "degC"), span(3600.0, float("inf"), "s", "h"), span(-0.5, 0.5, "1", "1")
    ('20-250 degC', '1 h or more', '-0.5 to 0.5')
    """
    if low <= 0.0 and convert(0.0, si_unit, shop_unit) < 0.0:  # from absolute zero on
        low = -inf
    if isinf(low) and isinf(high):
        return "any value"
    if isinf(high):
        return f"{in_shop(low, si_unit, shop_unit)} or more"
    if isinf(low):
        return f"{in_shop(high, si_unit, shop_unit)} or less"
    if low == high:
        return in_shop(low, si_unit, shop_unit)
    first = f"{convert(low, si_unit, shop_unit):.6g}"
    between = " to " if first.startswith("-") or "e" in first else "-"
    return f"{first}{between}{in_shop(high, si_unit, shop_unit)}"
