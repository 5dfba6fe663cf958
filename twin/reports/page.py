"""What stands beside a flow run: a headline in words, a page in Markdown and a table."""

from collections.abc import Sequence

from twin.layout import beside, short
from twin.reports.headline import CLEAN, DAY, bottleneck, doubts, lines, title, verdict_lines, written
from twin.store.place import written as written_place
from twin.study import Key, Result
from twin.study.bands import Left
from twin.study.since import Moved, Since

_NOISE = "The intervals hold replication noise, not doubt about the constants."
SHOWN = 12  # changed parameters that are listed


def indicator_rows(result: Result) -> list[dict[str, str]]:
    """Return the numbers of the first screen as rows of a table."""
    rows, head = [], ""
    for line in lines(result):
        head = line.head or head
        found = result.estimate(*line.key)
        mean, half = written(found, line.unit)
        rows.append(
            {"indicator": head, "of": line.about, "mean": mean, "95 %": half, "n": str(found.n), "unit": line.unit}
        )
    return rows


def headline(result: Result) -> str:
    """Say in one sentence what a study found, with intervals."""
    released, half = written(result.estimate(*Key("released")), "m2/d")
    good, ends = written(result.estimate(*Key("yield")), "%")
    at = f"at {good} % yield ({ends} %)" if good != "-" else "and no roll was finished and judged"
    limits = bottleneck(result)
    return f"{result.plan.name} releases {released} +-{half} m2/d {at}{f'; the {limits} limits it' if limits else ''}"


def page(
    result: Result, change: Since | None = None, *, left: Sequence[Left] = (), earlier: str = "", pictures: str = ""
) -> str:
    """Return the page: headline, indicators, what has changed, pictures, where the data are.

    Args:
        result: The study.
        change: What has changed since an earlier run.
        left: Numbers that have left their band.
        earlier: Address of the earlier run's page; empty for none.
        pictures: Pictures in Markdown.
    """
    rows = indicator_rows(result)
    heads = list(rows[0])
    table = [f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *(row.values() for row in rows))]
    text = [
        f"# {headline(result)}",
        _news(result, change, earlier),
        *(f"**Left its band:** {outside(one)}." for one in left),
        result.plan.question,
        f"{title(result)}; warm-up {result.plan.study.warm_up / DAY:g} d.",
        "\n".join(table),
        " ".join([*(f"{text.rstrip('.')}." for text in _doubts(result)), _NOISE]),
        *([pictures] if pictures else []),
        f"Tables: `{written_place(result.store)}`, run `{result.run_id}`.",
    ]
    return "\n\n".join(part for part in text if part) + "\n"


def _doubts(result: Result) -> list[str]:
    return doubts(result) + [text for text in verdict_lines(result) if text != CLEAN]


def outside(one: Left) -> str:
    """Say how a number has left its band."""
    scale = 100.0 if one.band.text.rstrip().endswith("%") else 1.0
    mean, half = beside(scale * one.mean, scale * 0.5 * (one.upper - one.lower))
    how = "with its whole interval" if one.sure else "its interval reaches into the band"
    return f"{one.band.text}: the mean is {mean} +-{half}, {how}"


def _news(result: Result, change: Since | None, earlier: str) -> str:
    """Say what is new since the run before."""
    link = f"[the run before]({earlier})" if earlier else "the run before"
    if change is None:
        if result.computed:
            return ""
        same = f": same inputs, same code; see {link}" if earlier else ""
        return f"Nothing is new{same}. The run was in the store and was not computed again."
    inputs = [f"`{path}` {old} -> {new}" for path, (old, new) in list(change.inputs.items())[:SHOWN]]
    more = len(change.inputs) - len(inputs)
    what = ", ".join([*inputs, *([f"{more} more"] if more > 0 else [])]) or "no input"
    moved = "; ".join(_moved(one) for one in change.moved) or "no indicator beyond noise"
    return (
        f"Since {link} (`{change.before}`): changed {what}; the model is {'another' if change.code else 'the same'}. "
        f"Moved: {moved}."
    )


def _moved(one: Moved) -> str:
    scale, unit = (100.0, "%") if one.unit == "1" else (1.0, one.unit)
    mean, half = beside(scale * one.change.mean, scale * one.change.half_width)
    name = " ".join(part for part in (one.key.indicator, one.key.subject, one.key.detail) if part)
    return f"{name} {short(scale * one.before)} -> {short(scale * one.after)} {unit} ({mean} +-{half})"
