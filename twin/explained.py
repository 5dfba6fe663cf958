"""What limits a line, as text or JSON; apart from the reports, since it needs neither a run nor a store."""

import json as json_text
from collections.abc import Mapping
from dataclasses import asdict
from math import isfinite
from typing import Any

from twin.capacity import LABORATORY
from twin.explain import Capacity, Explanation
from twin.layout import columns, short


def text(name: str, found: Explanation, relief: str | None = None, asked: str = "") -> str:
    """Return capacity and load of each station, the bottleneck, and what its relief brought where that was tried.

    Args:
        name: Name of the scenario.
        found: What limits it.
        relief: What one machine more at the bottleneck brought.
        asked: Scenario and changes as typed; empty for the name alone.
    """
    made = "  ".join(f"{product} {short(rate)}" for product, rate in found.rate.items())
    heads = (
        "station", "machines", "h/d each", "h a roll", "capacity m2/d", "load m2/d", "load %", "allows m2/d",
        "one more, m2/d",
    )  # fmt: skip
    rows = [_row(one) for one in found.stations]
    first = found.bottlenecks[0]
    told = [
        f"{name}   at most {short(sum(found.rate.values()))} m2/d coated ({made}); queues and blocking left out",
        columns(rows, heads, numeric=range(1, len(heads))),
        "hours      with set-ups, and the wait for a result where it holds the machine; in the laboratory of analysts",
        "m2/d       capacity and load: what passes the station itself; allows: of the whole line, limited by it alone",
        f"bottleneck {' or '.join(found.bottlenecks)}; the next station allows {100.0 * found.margin:.0f} % more",
    ]
    if relief is None:
        told.append(f"relief     try it: twin explain {asked or name} --confirm")
    else:
        told.append(f"relief     one more {'analyst' if first == LABORATORY else first}: {relief}")
    return "\n".join(told)


def json(name: str, found: Explanation, confirmed: Mapping[str, Any] | None = None) -> str:
    """Return all numbers of an explanation as JSON.

    Args:
        name: Name of the scenario.
        found: What limits it.
        confirmed: The comparison with the relieved line, as plain data, where it was made.
    """
    whole = {"scenario": name, **asdict(found)}
    for part in (whole, *whole["stations"]):
        part.update({key: None for key, value in part.items() if isinstance(value, float) and not isfinite(value)})
    return json_text.dumps({**whole, "confirmed": confirmed}, ensure_ascii=False, indent=1)


def _row(one: Capacity) -> tuple[str, ...]:
    hours = " / ".join(short(value) for value in one.hours.values())
    return (
        one.station, str(one.count), short(one.available), hours, short(one.capacity), short(one.demand),
        f"{100.0 * one.load:.0f}", short(one.allowed), short(max(0.0, one.relief)),
    )  # fmt: skip
