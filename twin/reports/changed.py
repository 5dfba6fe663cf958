"""What differs between two runs of a store, as a paragraph and a table in Markdown."""

from collections.abc import Sequence

from twin.layout import behind, beside, short
from twin.reports.headline import lines, written
from twin.study import Result
from twin.study.since import Moved, Since

SHOWN = 12  # changed parameters that are listed


def news(result: Result, change: Since | None, earlier: str, made: str = "") -> str:
    """Say whether anything is new, and what is since the run before; empty for a new run without one before.

    Args:
        result: The study.
        change: What has changed since the run before; None for nothing, or where there is nothing to compare with.
        earlier: Address of that run's page; empty for none.
        made: Who computed a run that was in the store, in Markdown; empty where nobody knows.
    """
    text = []
    if not result.computed:
        by = f"was computed by {made}" if made else "was in the store"
        text.append(f"Nothing is new: same inputs, same code. The run {by} and was not computed again.")
    if change is not None:
        link = f"[the run before]({earlier})" if earlier else "the run before"
        text.append(f"Since {link} (`{change.before}`): {told(change)}")
    return "\n\n".join(text)


def told(change: Since) -> str:
    """Say which inputs differ, which models were used, and which numbers moved beyond noise."""
    numbers = "; ".join(map(moved, change.moved)) or "no indicator beyond noise"
    return f"{differs(change)}. Moved: {numbers}."


def differs(change: Since) -> str:
    """Say which inputs differ, and from which model to which."""
    inputs = [f"`{path}` {old} → {new}" for path, (old, new) in list(change.inputs.items())[:SHOWN]]
    more = len(change.inputs) - len(inputs)
    what = ", ".join([*inputs, *([f"{more} more"] if more > 0 else [])]) or "no input"
    before, after = change.models
    return f"changed {what}; the model is {f'the same, `{after}`' if before == after else f'`{after}`, was `{before}`'}"


def table(result: Result, change: Since, before: str) -> str:
    """Return the numbers of the first screen in both runs, with the difference, its interval and whether it is one.

    Args:
        result: The later study.
        change: The two runs compared.
        before: What the earlier one is called.
    """
    known = {one.key: one for one in change.numbers}
    how = "same random numbers" if change.pairs else "other random numbers"
    heads = ("indicator", "of", before, "now", f"change ({how})", "±95 %", "unit", "")
    rows, head = [], ""
    for line in lines(result):
        head = line.head or head
        if line.key in known:
            one, percent = known[line.key], line.unit == "%"
            mean, half = _change(one, 100.0 if percent else 1.0)
            now = written(result.estimate(*line.key), line.unit)[0]
            then = short((100.0 if percent else 1.0) * one.before)
            rows.append((head, line.about, then, now, mean, half, line.unit, "**moved**" if one.real else "noise"))
    return grid(heads, rows)


def grid(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *rows))


def _change(one: Moved, scale: float) -> tuple[str, str]:
    mean, half = beside(scale * one.change.mean, scale * one.change.half_width)
    return f"{'+' if one.change.mean > 0.0 else ''}{mean}", half


def moved(one: Moved) -> str:
    """Say from what to what a number has moved, with the change and its interval."""
    scale, unit = (100.0, "%") if one.unit == "1" else (1.0, one.unit)
    mean, half = _change(one, scale)
    name = " ".join(part for part in (one.key.indicator, one.key.subject, one.key.detail) if part)
    told = f"{name.replace('_', ' ')} {short(scale * one.before)} → {short(scale * one.after)} {unit}"
    return f"{told} ({mean}{behind(half)})"
