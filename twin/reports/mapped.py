"""A map in words and as plain data."""

import json as json_text
from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy as np

from twin.layout import columns, short
from twin.maps import Axis, Chart, Sheet, Sketch, Window
from twin.units import label


def mapped_list(maps: Mapping[str, Sketch], *, json: bool = False) -> str:
    """Return the list of maps as text for the screen, or as JSON."""
    rows = [(one.name, one.title, one.products) for one in maps.values()]
    if json:
        told = [{"name": name, "title": title, "products": list(products)} for name, title, products in rows]
        return json_text.dumps(told, ensure_ascii=False, indent=1)
    return columns([(name, title, ", ".join(products)) for name, title, products in rows], ("map", "shows", "products"))


def mapped(chart: Chart, *, json: bool = False) -> str:
    """Return a map in words, or all of its numbers as JSON."""
    if json:
        return json_text.dumps(_plain(chart), ensure_ascii=False)
    lines = [f"{chart.sketch.title}   ({chart.product}, {chart.scenario})"]
    share = f"{100.0 * float(chart.inside().mean()):.0f} % of the map"
    rows = [(_side(one), _at(one.recipe, one.unit), _span(one), "") for one in _axes(chart)]
    for sheet in chart.sheets:
        limits = "; ".join([*(_limit(one, sheet) for one in sheet.windows), *_others(sheet)]) or "no limit"
        rows.append((sheet.field.label, _value(sheet, sheet.recipe), limits, share))
        rows += [(name, _at(value, sheet.field.shop), "no limit", "") for name, _, value in sheet.curves]
    lines.append(columns(rows, (" ", "recipe", "limits", "inside them all")))
    lines += [f"note: {flag}, at {100.0 * share:.0f} % of the points" for flag, share in chart.flags.items()]
    return "\n".join(lines)


def _axes(chart: Chart) -> list[Axis]:
    return [chart.across, *([chart.up] if chart.up else [])]


def _side(axis: Axis) -> str:
    return f"{axis.label}, {short(axis.values[0])} to {_at(float(axis.values[-1]), axis.unit)}"


def _at(value: float, unit: str) -> str:
    return f"{short(value)}{label(unit)}"


def _value(sheet: Sheet, value: float) -> str:
    classes = sheet.field.classes
    return classes[round(value) - 1] if classes else _at(value, sheet.field.shop)


def _span(axis: Axis) -> str:
    return "; ".join(_window(one, axis.unit) for one in axis.windows if one.kind == "recipe") or "no claim"


def _window(one: Window, unit: str) -> str:
    ends = f"{one.lower:g} to {one.upper:g}" if isfinite(one.lower) and isfinite(one.upper) else ""
    one_end = f"at least {one.lower:g}" if isfinite(one.lower) else f"at most {one.upper:g}"
    alone = f"{one.lower:g}" if one.lower == one.upper else ""
    return f"{alone or ends or one_end}{label(unit)} ({one.word})"


def _limit(one: Window, sheet: Sheet) -> str:
    """Limits of what is mapped; of a class, the names that lie inside."""
    classes = sheet.field.classes
    inside = [name for number, name in enumerate(classes, 1) if one.lower <= number <= one.upper]
    return f"{' or '.join(inside)} ({one.word})" if classes else _window(one, sheet.field.shop)


def _others(sheet: Sheet) -> list[str]:
    """Limits of further measures, each with what is wrong outside it."""
    return [f"{one.above} {one.window.beyond(label(one.shop))} ({one.window.word})" for one in sheet.others]


def _plain(chart: Chart) -> dict[str, Any]:
    return {
        "map": chart.sketch.name,
        "title": chart.sketch.title,
        "product": chart.product,
        "scenario": chart.scenario,
        "sides": [_plain_axis(one) for one in _axes(chart)],
        "sheets": [_plain_sheet(chart, one) for one in chart.sheets],
        "flags": dict(chart.flags),
        "extrapolated": chart.untested.tolist(),
    }


def _plain_axis(axis: Axis) -> dict[str, Any]:
    return {
        "label": axis.label, "unit": axis.unit, "values": axis.values.tolist(), "recipe": axis.recipe,
        "windows": [_plain_window(one) for one in axis.windows],
    }  # fmt: skip


def _plain_sheet(chart: Chart, sheet: Sheet) -> dict[str, Any]:
    return {
        "measure": sheet.field.measure, "label": sheet.field.label, "unit": sheet.field.shop,
        "recipe": _number(sheet.recipe), "classes": list(sheet.field.classes),
        "windows": [_plain_window(one) for one in sheet.windows],
        "values": [[_number(value) for value in row] for row in np.asarray(sheet.values).tolist()],
        "inside": chart.inside().tolist(),
        "curves": [{"label": name, "values": values.tolist(), "recipe": one} for name, values, one in sheet.curves],
    }  # fmt: skip


def _plain_window(one: Window) -> dict[str, Any]:
    return {"lower": _number(one.lower), "upper": _number(one.upper), "source": one.source, "kind": one.kind}


def _number(value: float) -> float | None:
    return value if isfinite(value) else None
