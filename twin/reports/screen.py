"""The first screen of a study, and its table of stations."""

import shlex
from collections import Counter
from textwrap import wrap

from twin.layout import columns, short
from twin.reports.headline import asked, bottleneck, doubts, lines, title, verdict_lines, where, written
from twin.study import Key, Result

_STATES = {
    "busy": ("busy",),
    "blocked": ("blocked",),
    "starved": ("idle",),
    "down": ("down", "waiting for repair", "maintenance"),
    "set-up": ("set-up",),
    "waits for crew": ("waiting for crew",),
    "waits for lab": ("waiting for lab",),
    "off shift": ("off shift",),
}
_SELDOM = ("waits for crew", "waits for lab", "off shift")  # left out of the first screen where they are nothing
_MOST_LOSSES = 3
_MOST_VERDICTS = 4
_HEAD = 11
_ABOUT = 58
_MOST = 25  # lines
_WIDE = 119  # characters of a note beside its head


def screen(result: Result) -> str:
    """Return the first screen: at most 25 lines."""
    rows = [(f"{result.plan.name:<10} ", title(result), "mean", "+-95 %", "n", "unit")]
    for line in lines(result):
        mean, half = written(result.estimate(*line.key), line.unit)
        rows.append((line.head, line.about, mean, half, str(result.estimate(*line.key).n), line.unit))
    wide = max(_ABOUT, *(len(row[1]) for row in rows))
    told = [
        f"{head:<{_HEAD}}{about:<{wide}}  {mean:>7}  {half:>9}  {n:>3}  {unit}".rstrip()
        for head, about, mean, half, n, unit in rows
    ]
    found, last, notes = [*_station(result), *_losses(result), *_fitted(result)], _closing(result), doubts(result)
    room = _MOST - len(told) - len(found) - len(last)
    most = min(max(room - len(notes), 2), room - bool(notes), _MOST_VERDICTS)
    checks = _fitting(verdict_lines(result), most, "table checks")
    kept = _fitting(notes, room - len(checks), "--json, under doubts")
    found += _folded(kept, room - len(checks))
    found += [("" if place else "checks", text) for place, text in enumerate(checks)]
    told += [f"{head:<{_HEAD}}{text}" for head, text in [*found, *last]]
    return "\n".join(told)


def _fitting(texts: list[str], room: int, place: str) -> list[str]:
    """Keep as many texts as there is room for, at least one, and say in the last line how many there are besides."""
    kept = texts[: max(1, room)]
    if more := len(texts) - len(kept):
        kept[-1] += f" | and {more} more: {place}"
    return kept


def _folded(notes: list[str], room: int) -> list[tuple[str, str]]:
    """Lay long notes on several lines, as long as there is room for them."""
    found: list[tuple[str, str]] = []
    for place, note in enumerate(notes, start=1):
        parts = wrap(note, _WIDE)
        fits = len(found) + len(parts) + len(notes) - place <= room
        found += [("" if number else "note", part) for number, part in enumerate(parts if fits else [note])]
    return found


def share(result: Result, station: str, *states: str) -> float:
    """Return the share of a station's time that it spent in some states, in percent."""
    found = [result.estimate("time_share", "station", station, state).mean for state in states]
    return 100.0 * sum(value for value in found if value == value)  # noqa: PLR0124 - leaves out NaN


def _station(result: Result) -> list[tuple[str, str]]:
    name = bottleneck(result)
    if not name:
        return []
    shares = {word: share(result, name, *states) for word, states in _STATES.items()}
    told = "  ".join(f"{word} {value:.0f} %" for word, value in shares.items() if word not in _SELDOM or value >= 0.5)
    return [
        ("bottleneck", f"{_named(result, name)}: {told}"),
        ("", f"relief brings: twin explain {asked(result.plan)} --confirm"),
    ]


def _named(result: Result, name: str) -> str:
    """Return the bottleneck, and where replications differ the next one too, with how many say so."""
    counts = {key.detail: result.estimate(*key).n for key in result.keys("bottleneck", "line")}
    often = counts.pop(name)
    if often == result.replications or not counts:
        return name
    other = max(counts, key=lambda one: (counts[one], one))
    return f"{name} or {other} ({often} and {counts[other]} of {result.replications} replications); {name}"


def _losses(result: Result) -> list[tuple[str, str]]:
    scrapped = _lost(result, "scrapped")
    found = [("lost m2/d", _lost(result, "lost") or "nothing")]
    return [*found, ("lost kg/d", f"{scrapped}   (never coated)")] if scrapped else found


def _lost(result: Result, indicator: str) -> str:
    """Name what took most, and how much."""
    found = {key.detail: result.estimate(*key).mean for key in result.keys(indicator, "line") if key.detail}
    ranked = sorted(((detail, mean) for detail, mean in found.items() if mean > 0.0), key=lambda one: (-one[1], one[0]))
    named = [one for one in ranked if one[0] != "other"][:_MOST_LOSSES]
    rest = sum(mean for detail, mean in ranked if (detail, mean) not in named)
    texts = [f"{detail} {short(mean)}" for detail, mean in named]
    texts += [f"other {short(rest)}"] if rest > 0.0 else []
    return "   ".join(texts)


def _closing(result: Result) -> list[tuple[str, str]]:
    study, name = result.plan.study, result.plan.name
    again = f"twin run {asked(result.plan)} --seed {study.seed} --only 0"
    found = []
    if result.run_id:
        stored = "" if result.computed else ", stored before"
        found.append(("tables", f"{where(result)}  (run {result.run_id}{stored})"))
        found.append(("", f"repeat one replication: {again}"))
    else:
        found.append(("tables", "none: a replication that is repeated alone is not published"))
    other = "oven-2-down" if name == "baseline" else shlex.split(asked(result.plan))[0]
    found.append(("next", f"twin compare baseline {other}"))
    return found


def _fitted(result: Result) -> list[tuple[str, str]]:
    """Say how many constants of the run were fitted, and by which parameter sets, in one line."""
    sets = Counter(evidence.removeprefix("fitted: ").partition(",")[0] for evidence in result.plan.fits.values())
    told = ", ".join(f"{count} constant{'s' if count != 1 else ''} from {name}" for name, count in sets.items())
    return [("fitted", told)] if told else []


def stations(result: Result) -> str:
    """Return the table of stations: where their time went, in percent."""
    names = list(dict.fromkeys(key.subject for key in result.keys("time_share", "station")))
    rows = [
        (
            name,
            *(f"{share(result, name, *states):.1f}" for states in _STATES.values()),
            *(_percent(result, indicator, name) for indicator in ("workload", "oee")),
            short(result.operations.get(name, 0) / result.replications),
        )
        for name in names
    ]
    heads = ("station  % of time", *_STATES, "workload", "OEE", "operations")
    return columns(rows, heads, numeric=range(1, len(heads)))


def _percent(result: Result, indicator: str, station: str) -> str:
    found = result.estimate(*Key(indicator, "station", station))
    return written(found, "%")[0]
