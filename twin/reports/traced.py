"""The history of a lot, as text for the screen and as plain data."""

import json as json_text
from collections.abc import Sequence
from datetime import datetime
from math import isfinite
from textwrap import fill
from typing import Any

from twin.layout import columns, short
from twin.limit import Limit
from twin.stage import Profile
from twin.trace import Facts, Replay, name_of
from twin.units import UnitsError, convert, label

WIDE = 100
HOUR = 3600.0
SAMPLES = 7  # values of a profile on the screen
_SHOP = {"K": "degC", "kg/kg": "wt%", "N/m": "N/cm", "Pa*s": "poise", "m/s": "m/min", "mol/mol": "mol%"}
Row = dict[str, Any]


def in_shop(value: float, unit: str, name: str = "") -> tuple[float, str]:
    """Return a value and its unit as an engineer reads them; a rise is a difference, and stays in kelvin.

    >>> in_shop(353.15, "K"), in_shop(20e-6, "m"), in_shop(7200.0, "s"), in_shop(22.9, "K", "adiabatic_rise")
    ((80.0, 'degC'), (20.0, 'um'), (2.0, 'h'), (22.9, 'K'))
    """
    wanted = unit if name.endswith("_rise") else _SHOP.get(unit, unit)
    if unit == "m" and 0.0 < abs(value) < 1e-3:
        wanted = "um"
    elif unit == "m" and 0.0 < abs(value) < 1.0:
        wanted = "cm"
    elif unit == "s" and abs(value) >= HOUR:
        wanted = "h"
    elif unit == "Pa" and abs(value) >= 1e3:
        wanted = "kPa"
    try:
        return convert(value, unit, wanted), wanted
    except UnitsError:
        return value, unit


def told(value: float | None, unit: str, name: str = "") -> str:
    """Return a value of a measure with its unit, short."""
    if value is None or not isfinite(value):
        return "-"
    number, shop = in_shop(value, unit, name)
    return f"{short(number)}{label(shop)}"


def traced(facts: Facts, found: Replay | None, why_not: str, *, json: bool = False) -> str:
    """Return the history of a lot as text for the screen, or all of it as JSON.

    Args:
        facts: What the tables say.
        found: What lies behind it; None where it could not be played again.
        why_not: Why not.
        json: All of it, as JSON.
    """
    if json:
        return json_text.dumps(_plain(facts, found, why_not), ensure_ascii=False, indent=1, default=_told)
    parts = [_head(facts), _way(facts), _limits(facts), _measures(facts), _events(facts), _profiles(found, why_not)]
    return "\n\n".join(part for part in parts if part)


def _head(facts: Facts) -> str:
    lot = facts.lot
    product = (lot["product"] or "").replace("_", " ")
    grade = "" if lot["fate"] != "shipped" else ", first grade" if not lot["grade"] else f", grade {lot['grade'] + 1}"
    rows = [
        (name_of(facts.number), f"{product}, {lot['material'].replace('_', ' ')}: {lot['fate']}{grade}"),
        ("run", f"{facts.run['run_id']}, replication {facts.replication}"),
        (
            "made",
            f"{_when(lot['created_utc'])}, ended {_when(lot['ended_utc'])}; first of it began {_when(lot['born_utc'])}",
        ),
        ("amount", _amount(lot)),
        ("made of", _names(facts.family.before()) or "nothing before it"),
        ("became", _names(facts.family.after()) or "nothing else"),
        ("verdict", _verdict(facts)),
    ]
    return "\n".join(_whole(f"{head:<9}{text}") for head, text in rows)


def _when(moment: datetime | None) -> str:
    return "-" if moment is None else f"{moment:%a %d %b %H:%M}"


def _amount(lot: Row) -> str:
    amounts = ((lot["mass_kg"], "kg"), (lot["length_m"], "m"), (lot["panels"], "panels"), (lot["area_m2"], "m2"))
    return ", ".join(f"{short(value)} {unit}" for value, unit in amounts if value) or "nothing left"


def _names(lots: tuple[int, ...], most: int = 9) -> str:
    more = f" and {len(lots) - most} more" if len(lots) > most else ""
    return " ".join(name_of(one) for one in lots[:most]) + more


def _verdict(facts: Facts) -> str:
    row = facts.decisive
    if row is None:
        return "every limit met" if facts.lot["fate"] != "inside" else "still inside; no limit missed so far"
    missed = f"{row['limit']} {row['quantity'] or ''}".strip()
    value = f" {_of(row, 'value')}" if row["value"] is not None else ""
    return f"{row['action']}: {row['stage']} {missed}{value}, must be {_ends(row)} ({row['source'] or 'the plant'})"


def _ends(row: Row) -> str:
    lower, upper = row["lower"], row["upper"]
    low = None if lower is None or not isfinite(lower) else _of(row, "lower")
    high = None if upper is None or not isfinite(upper) else _of(row, "upper")
    if low and high:
        return low if low == high else f"{low} to {high}"
    return f"at least {low}" if low else f"at most {high}" if high else "-"


def _of(row: Row, what: str) -> str:
    return told(row[what], row["value_unit"] or "", row["quantity"] or "")


def _way(facts: Facts) -> str:
    rows = [
        (
            name_of(one["lot"]), one["stage"], one["unit"], _when(one["start_utc"]), short(one["wait_s"] / HOUR),
            short((one["end_s"] - one["start_s"]) / HOUR), str(one["load"]), str(one["attempt"] + 1),
            f"{short(one['mass_in_kg'])} > {short(one['mass_out_kg'])}",
        )
        for one in facts.visits
    ]  # fmt: skip
    heads = ("lot", "stage", "machine", "began", "waited h", "took h", "load", "try", "mass kg")
    return columns(rows, heads, numeric=(4, 5, 6, 7)) if rows else "It has not been at any machine yet."


def _limits(facts: Facts) -> str:
    """Every measure that has a limit, the limits that were missed with what followed, and whose scatter misses them."""
    rows, missed = [], []
    for one in facts.measures:
        for limit in one["limits"]:
            lot, unit, held = name_of(one["lot"]), one["value_unit"], limit.accepts(one["value"])
            seen, name = told(one["lab_value"], unit, one["measure"]), one["measure"].replace("_", " ")
            whose = limit.source.partition(", ")[2] or limit.source
            value, verdict = told(one["value"], unit, one["measure"]), "ok" if held else "MISSED"
            rows.append((lot, name, value, seen, _span(limit, unit), verdict, whose))
            missed += [] if held else [f"missed   {lot} {limit.id}: {_followed(facts, one['lot'], limit)}"]
    if not rows:
        return ""
    table = columns(rows, ("lot", "measure", "value", "lab", "must be", "", "source"), numeric=(2, 3))
    return "\n".join([*(line.rstrip() for line in table.splitlines()), *map(_whole, missed)])


def _followed(facts: Facts, lot: int, limit: Limit) -> str:
    actions = [one["action"] for one in facts.verdicts if one["lot"] == lot and one["limit"] == limit.id]
    cause = f"; cause: scatter of {limit.cause}" if limit.cause else ""
    return f"{' then '.join(actions) or 'noted'} ({limit.about}{cause})"


def _span(limit: Limit, unit: str) -> str:
    low, high = (told(end, unit, limit.quantity) if isfinite(end) else "" for end in (limit.lower, limit.upper))
    if low and high:
        return low if low == high else f"{low.partition(' ')[0]} to {high}"
    return f">= {low}" if low else f"<= {high}"


def _measures(facts: Facts) -> str:
    """List the measures without a limit, of the lot itself or the nearest that has been measured, some to a line."""
    lot = next((one for one in (facts.number, *facts.family.before()[::-1]) if _free(facts, one)), None)
    if lot is None:
        return ""
    lines = [f"further measures of {name_of(lot)}"]
    for one in _free(facts, lot):
        text = f"{one['measure'].replace('_', ' ')} {told(one['value'], one['value_unit'], one['measure'])}"
        if len(lines) > 1 and len(lines[-1]) + len(text) + 3 <= WIDE:
            lines[-1] += f" · {text}"
        else:
            lines.append(f"  {text}")
    return "\n".join(lines)


def _free(facts: Facts, lot: int) -> list[Row]:
    return [one for one in facts.measures if one["lot"] == lot and not one["limits"]]


def _events(facts: Facts) -> str:
    lines = [
        f"stop     {one['unit']} for {short((one['end_s'] - one['start_s']) / HOUR)} h during {one['stage']} "
        f"of {name_of(one['lot'])}: {one['cause']}"
        for one in facts.stops
    ]
    lines += [f"mark     {name_of(one['lot'])}: {one['mark']} (since {one['stage']})" for one in facts.marks]
    return "\n".join(map(_whole, lines))


def _whole(line: str) -> str:
    """Return a line that begins with a word and its gap, over several lines where it is too long for one."""
    return fill(line, WIDE, subsequent_indent=" " * 9, break_on_hyphens=False, break_long_words=False)


def _profiles(found: Replay | None, why_not: str) -> str:
    if found is None:
        return f"No profiles: {why_not}.\nRun the scenario again with this code to see them: twin run."
    doubt = [
        "Played again: every measure is that of the tables."
        if found.same
        else f"Doubt: the replay differs from the tables by {short(100.0 * found.worst, 2)} % of a measure at worst; "
        "these are not the profiles of the run."
    ]
    blocks = [_profile(stage, one) for stage, one in found.profiles]
    none = [fill(f"no profiles are known of {', '.join(found.without)}", WIDE)] if found.without else []
    return "\n".join([*doubt, *blocks, *none])


def _profile(stage: str, one: Profile) -> str:
    places = columns_of(one.values)
    along = common([one.points[place] for place in places], one.along_unit)
    values = common([one.values[place] for place in places], one.unit)
    rows = [
        (f"{stage}: along {one.along}", *(short(value) for value in along[0]), along[1]),
        (f"  {one.name}", *(short(value) for value in values[0]), values[1]),
    ]
    return columns(rows, numeric=range(1, len(places) + 1))


def columns_of(values: Sequence[float]) -> list[int]:
    """Return the places of the values that are shown: evenly apart, with the least and the greatest among them.

    >>> columns_of([5.0, 4.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 9.0, 8.0, 7.0, 6.0, 5.0])
    [0, 2, 4, 6, 8, 10, 12]
    >>> columns_of([5.0, 4.0, 4.0, 0.0, 3.0, 4.0, 5.0, 6.0, 8.0, 9.0, 7.0, 6.0, 5.0])
    [0, 3, 4, 6, 9, 10, 12]
    """
    count = range(len(values))
    places = {round(n * (len(values) - 1) / (SAMPLES - 1)) for n in range(SAMPLES)}
    kept = {0, len(values) - 1}
    for extreme in (min(count, key=values.__getitem__), max(count, key=values.__getitem__)):
        if extreme not in places:  # it takes the place of the nearest that is not needed itself
            places.remove(min(places - kept, key=lambda place: (abs(place - extreme), place)))
        places.add(extreme)
        kept.add(extreme)
    return sorted(places)


def common(values: list[float], unit: str) -> tuple[list[float], str]:
    """Return values in the one unit in which an engineer reads the largest of them.

    >>> common([0.0, 3600.0, 36000.0], "s")
    ([0.0, 1.0, 10.0], 'h')
    """
    shop = in_shop(max(values, key=abs, default=0.0), unit)[1]
    try:
        return [convert(value, unit, shop) for value in values], shop
    except UnitsError:
        return values, unit


def _plain(facts: Facts, found: Replay | None, why_not: str) -> Row:
    whole = facts._asdict()
    whole["measures"] = [{**one, "limits": [limit._asdict() for limit in one["limits"]]} for one in facts.measures]
    whole["family"] = facts.family._asdict()
    whole["decisive"] = facts.decisive
    whole["profiles"] = None if found is None else [{"stage": stage, **one._asdict()} for stage, one in found.profiles]
    whole["replay"] = {"agrees": found.same, "worst": found.worst} if found else {"agrees": None, "why_not": why_not}
    return {name: _finite(value) for name, value in whole.items()}


def _finite(value: Any) -> Any:  # noqa: ANN401 - any plain data
    if isinstance(value, float) and not isfinite(value):
        return None
    if isinstance(value, dict):
        return {str(name): _finite(one) for name, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list | tuple) else value


def _told(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
