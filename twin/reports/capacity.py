"""The screen that says what limits a line, before any run."""

from twin.explain import Capacity, Explanation
from twin.layout import columns, short
from twin.reports.headline import verdict, written
from twin.study import Comparison, Key


def screen(name: str, found: Explanation, confirmed: Comparison | None) -> str:
    """Return capacity and load of each station, the bottleneck, and what the relief brought where it was tried."""
    made = "  ".join(f"{product} {short(rate)}" for product, rate in found.rate.items())
    heads = ("station", "machines", "h/d a machine", "h a roll", "capacity m2/d", "load %", "one more: m2/d, at most")
    rows = [_row(one) for one in found.stations]
    limits = " or ".join(found.bottlenecks)
    told = [
        f"{name}   at most {short(sum(found.rate.values()))} m2/d coated ({made}); queues and blocking left out; "
        "hours hold set-ups and the wait for results",
        columns(rows, heads, numeric=range(1, len(heads))),
        f"bottleneck {limits}; the next station has {100.0 * found.margin:.0f} % more capacity",
    ]
    if confirmed is None:
        told.append(f"relief     try it: twin explain {name} --confirm")
    else:
        told.append(f"relief     one more {found.bottlenecks[0]}: {_relief(confirmed)}")
    return "\n".join(told)


def _row(one: Capacity) -> tuple[str, ...]:
    hours = " / ".join(short(value) for value in one.hours.values())
    load, relief = f"{100.0 * one.load:.0f}", short(max(0.0, one.relief))
    return (one.station, str(one.count), short(one.available), hours, short(one.capacity), load, relief)


def _relief(confirmed: Comparison) -> str:
    pair = confirmed.pairs[Key("released")]
    mean, half = written(pair.change.difference, "m2/d")
    before, after = written(pair.first, "m2/d")[0], written(pair.second, "m2/d")[0]
    told = " ".join(filter(None, (f"+-{half}", verdict(pair.change))))
    runs = f"{confirmed.first.replications} replications"
    return f"released {before} becomes {after} m2/d, {mean} {told} ({runs})"
