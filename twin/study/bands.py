"""Bands in which a number is expected to stay, as a person writes them: ``released 1200..1600 m2/d``."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf, isfinite

from twin.building import build
from twin.errors import UsageError, printable
from twin.indicators import CATALOGUE
from twin.plan import Plan
from twin.study.result import Key, Result

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_WRITTEN = re.compile(
    r"(?P<name>[a-z_0-9]+)(?:\[(?P<subject>[^\]]{1,60})\])?\s+"
    rf"(?P<low>{_NUMBER})?\.\.(?P<high>{_NUMBER})?\s*(?P<unit>[^\s\d.+-]\S*)?"
)
SCOPES = ("product", "station", "item", "unit")
OF_STATIONS = {"occupied", "workload", "availability", "effectiveness", "quality", "oee", "oee_e79"}
OF_ITEMS = {"given_off"}
IN_PARTS = {"apart_share", "lost", "lost_share", "scrapped", "time_share", "time_share_e10", "bottleneck"}


@dataclass(frozen=True, slots=True)
class Band:
    """Where one number is expected.

    Attributes:
        key: The number.
        low: Lower end, in the number's unit; minus infinity for none.
        high: Upper end; infinity for none.
        text: As it was written.
    """

    key: Key
    low: float
    high: float
    text: str


@dataclass(frozen=True, slots=True)
class Left:
    """A number that has left its band.

    Attributes:
        band: The band.
        mean: Mean over the replications, in the number's unit.
        lower: Lower end of its 95 % interval.
        upper: Upper end of its 95 % interval.
    """

    band: Band
    mean: float
    lower: float
    upper: float

    @property
    def sure(self) -> bool:
        """Whether the whole interval lies outside, not the mean alone."""
        return self.upper < self.band.low or self.lower > self.band.high


def band(text: str) -> Band:
    """Read a band: an indicator, a product or station in brackets where it is not the line's, low..high, its unit.

    Raises:
        UsageError: It is none.

    >>> band("yield 85..97 %").low, band("released[clad_laminate] 1000.. m2/d").key.subject
    (0.85, 'clad_laminate')
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"band {printable(text)!r}: write INDICATOR LOW..HIGH UNIT, such as: yield 85..97 %")
    name, subject, unit = found["name"], found["subject"] or "", found["unit"] or ""
    if name not in CATALOGUE:
        raise UsageError(f"band {printable(text)!r}: no indicator {name}. There are: {', '.join(CATALOGUE)}.")
    scale = _scale(text, CATALOGUE[name].unit, unit)
    low, high = _end(text, found["low"], -inf) * scale, _end(text, found["high"], inf) * scale
    if not low <= high or (low, high) == (-inf, inf):
        raise UsageError(f"band {printable(text)!r}: its ends hold nothing back. Write the lower one first.")
    return Band(Key(name, "line", subject), low, high, text.strip())


def refuse_unknown(bands: Iterable[Band], plan: Plan) -> None:
    """Refuse a band for which no study of a plan can have a number, before it is made.

    Args:
        bands: The bands.
        plan: What will be simulated.

    Raises:
        UsageError: An indicator is told in parts alone, or not of this subject.
    """
    for one in bands:
        name, subject = one.key.indicator, one.key.subject
        head = f"band {printable(one.text)!r}: this scenario has no such number; {name}"
        if name in IN_PARTS:
            raise UsageError(f"{head} is told in parts alone, and a band holds one number.")
        if name in OF_ITEMS:
            if not subject:
                raise UsageError(f"{head} is told of one item at a time: name it in brackets.")
            continue  # what is given off is known when it was
        known = _stations(plan) if name in OF_STATIONS else ["", *_made(plan)]
        if subject not in known:
            raise UsageError(f"{head} is told of {', '.join(each or 'the line (no brackets)' for each in known)}.")


def _made(plan: Plan) -> list[str]:
    return [name for name in plan.products if plan.plant.making(name).campaign > 0.0]


def _stations(plan: Plan) -> list[str]:
    return list(build(plan, 0, 0, None).stations)


def _scale(text: str, own: str, unit: str) -> float:
    if own == "1" and unit in {"%", "1", ""}:
        return 0.01 if unit == "%" else 1.0
    if unit in {own, ""}:
        return 1.0
    raise UsageError(f"band {printable(text)!r}: its unit is {'%' if own == '1' else own}, not {printable(unit)}.")


def _end(text: str, told: str | None, none: float) -> float:
    value = none if told is None else float(told)
    if told is not None and not isfinite(value):
        raise UsageError(f"band {printable(text)!r}: {printable(told)} is no finite number.")
    return value


def left(result: Result, bands: list[Band]) -> list[Left]:
    """List the bands that the means of a study have left.

    Raises:
        UsageError: A band names a number that the study does not have.
    """
    found = []
    for one in bands:
        estimate = result.series[_known(result, one)].estimate()
        if not one.low <= estimate.mean <= one.high:
            found.append(Left(one, estimate.mean, estimate.low, estimate.high))
    return found


def _known(result: Result, one: Band) -> Key:
    keys = [one.key._replace(scope=scope) for scope in (("line",) if not one.key.subject else SCOPES)]
    key = next((key for key in keys if key in result.series), None)
    if key is None:
        raise UsageError(f"band {one.text!r}: this scenario has no such number.")
    return key
