"""How far an assumption may be off: the range that its own words state, or else a rule.

The range that a setting declares is what physics or the machine allow, and far wider than what is in doubt.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from twin.plan import Plan
from twin.settings import Setting, short_path, tree
from twin.units import UnitsError, convert

ID = re.compile(r"\bA-\d+\b")
FACTOR = 1.3  # A-406 (1.2-1.5): doubt about an estimate that states no range, either way
SCATTER = 2.0  # A-406 (1.5-3): the same about the size of a scatter
WARMTH = 5.0  # K, A-406 (2-10): the same about a temperature
NARROW = 4.0  # A-406 (2-5): a declared range whose ends are no further apart is no machine's limit but the doubt itself
# factors of doubt where words give none: no diffusivity in such a film is published; polyimides have 1250-1400
FURTHER = {"predrying.dry_diffusivity": 10.0, "coating.film_density": 1.04}
_NUMBER = r"\d+\.?\d*(?:e[+-]?\d+)?"
_SPAN = re.compile(rf"(?<![\w.\-x/])({_NUMBER})(?:-| to )({_NUMBER})(?![\w.]*\d)\s*([A-Za-z%][A-Za-z0-9/*^%]*)?")
_FACTOR = re.compile(r"\bx/(\d+(?:\.\d+)?)")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_SHARES = frozenset({"1", "kg/kg", "mol/mol"})


class Doubt(NamedTuple):
    """How far a value may be off.

    Attributes:
        low: Smallest value that is plausible, in SI units.
        high: Largest value.
        basis: ``stated`` in the words of the setting, ``declared`` as its whole range, or the rule.
    """

    low: float
    high: float
    basis: str


def assumed(plan: Plan) -> dict[str, list[Setting]]:
    """Group the settings whose source is an assumption: of all products under one path where they share its ids."""
    groups: dict[str, list[Setting]] = {}
    for path, one in tree(plan).items():
        groups.setdefault(short_path(plan, path), []).append(one)
    found: dict[str, list[Setting]] = {}
    for path, same in groups.items():
        shared = len({tuple(ID.findall(one.about.source)) for one in same}) == 1
        for one in same:
            if ID.search(one.about.source):
                found.setdefault(path if shared else one.path, []).append(one)
    return found


def doubt(setting: Setting) -> Doubt | None:
    """Return how far a setting may be off, inside what it allows; None for what is chosen, not assumed.

    A text, a choice between few values or by name, the length of a study and a planned stop are chosen; of a value of
    0 no rule tells how far off it is.
    """
    about = setting.about
    chosen = setting.kind is str or about.choices or setting.value in dict(about.named).values()
    if chosen or setting.path.startswith("study.") or setting.path.rpartition(".")[2].startswith("down_"):
        return None
    found = _stated(setting) or _by_rule(setting)
    if found is None:
        return None
    low, high = max(found.low, setting.low), min(found.high, setting.high)
    if setting.kind is int:
        low, high = float(round(low)), float(round(high))
    return found._replace(low=low, high=high) if low < high else None


def _stated(setting: Setting) -> Doubt | None:
    """Read a range such as "; 30-55 kJ/mol." or "x/3" from the words; the value must lie in it."""
    value = float(setting.value)
    words = " ".join([setting.about.about, *_BRACKETS.findall(setting.about.source)])
    told = _FACTOR.search(words)
    factor = float(told[1]) if told else FURTHER.get(".".join(setting.path.split(".")[-2:]))
    if factor:
        return Doubt(value / factor, value * factor, "stated")
    for low, high, unit in _SPAN.findall(words):
        for first, last in _in_units(float(low), float(high), unit.rstrip("."), setting):
            if first * (1.0 - 1e-9) <= value <= last * (1.0 + 1e-9) and first < last:
                return Doubt(first, last, "stated")
    low, high = setting.about.low, setting.about.high
    if setting.about.unit != "K" and not _is_nearly_all(setting) and 0.0 < low < high <= NARROW * low:
        return Doubt(low, high, "declared")
    return None


def _in_units(low: float, high: float, unit: str, setting: Setting) -> Iterator[tuple[float, float]]:
    """Both ends in the setting's SI unit: by the unit that stands behind, the shop's, SI, or thousands of it."""
    about = setting.about
    names = [{"%": "percent"}.get(unit, unit)] if unit else []
    for name in [*names, about.shop, about.unit, f"k{about.unit}"]:
        try:
            yield convert(low, name, about.unit), convert(high, name, about.unit)
        except UnitsError:
            continue


def _is_nearly_all(setting: Setting) -> bool:
    """Say whether it is a share of more than a half, of which what is left to 1 is in doubt: an assay, a recovery."""
    return setting.about.unit in _SHARES and setting.about.high <= 1.2 and 0.5 < float(setting.value) < 1.0


def _by_rule(setting: Setting) -> Doubt | None:
    value, name = float(setting.value), setting.path.rpartition(".")[2]
    if value == 0.0:
        return None
    if name.endswith(("_sd", "_sigma", "_spread")):
        return Doubt(value / SCATTER, value * SCATTER, f"rule: scatter by a factor of {SCATTER:g}")
    if setting.kind is int and value < 10.0:
        return Doubt(value - 1.0, value + 1.0, "rule: one less or more")
    if setting.about.unit == "K" and setting.about.low >= 100.0:
        return Doubt(value - WARMTH, value + WARMTH, f"rule: +-{WARMTH:g} K")
    if _is_nearly_all(setting):
        left = 1.0 - value
        return Doubt(1.0 - left * FACTOR, 1.0 - left / FACTOR, f"rule: what is left to 1 by a factor of {FACTOR:g}")
    return Doubt(value / FACTOR, value * FACTOR, f"rule: by a factor of {FACTOR:g}")
