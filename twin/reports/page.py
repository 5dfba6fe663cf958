"""What stands beside a flow run: a headline in words, a page in Markdown and a table."""

from collections.abc import Sequence

from twin.layout import behind, beside
from twin.reports.changed import grid, news, table
from twin.reports.headline import DAY, bottleneck, doubts, lines, title, unclean, written
from twin.store.place import written as written_place
from twin.study import Key, Result
from twin.study.bands import Left
from twin.study.since import Since

_NOISE = "The intervals hold replication noise, not doubt about the constants."
NAMED = 3  # changes that a headline names


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


def headline(result: Result, asked: Sequence[str] = ()) -> str:
    """Say in one sentence what a study found, with intervals, and whether anything of it is new.

    Args:
        result: The study.
        asked: What was changed for it, each like ``path=value``.
    """
    released, half = written(result.estimate(*Key("released")), "m2/d")
    good, ends = written(result.estimate(*Key("yield")), "%")
    sure = f" ({ends} %)" if ends != "-" else ""
    at = f"at {good} % yield{sure}" if good != "-" else "and no roll was finished and judged"
    limits = bottleneck(result)
    what = f"{result.plan.name}{f' with {_listed(asked)}' if asked else ''}"
    head = "" if result.computed else "nothing new: "
    return f"{head}{what} releases {released}{behind(half)} m2/d {at}{f'; the {limits} limits it' if limits else ''}"


def _listed(asked: Sequence[str]) -> str:
    return ", ".join([*asked[:NAMED], *([f"{len(asked) - NAMED} more changes"] if len(asked) > NAMED else [])])


def page(
    result: Result, change: Since | None = None, *, left: Sequence[Left] = (), earlier: str = "", made: str = "",
    pictures: str = "", asked: Sequence[str] = (), against: Since | None = None,
) -> str:  # fmt: skip
    """Return the page: headline, indicators, what has changed, pictures, where the data are.

    Args:
        result: The study.
        change: What has changed since an earlier run.
        left: Numbers that have left their band.
        earlier: Address of the earlier run's page; empty for none.
        made: Who computed a run that was in the store, in Markdown; empty where nobody knows.
        pictures: Pictures in Markdown.
        asked: What was changed for it, each like ``path=value``.
        against: The scenario without these changes, compared with it.
    """
    rows = indicator_rows(result)
    name = f"{result.plan.name} as it is"
    text = [
        f"# {headline(result, asked)}",
        news(result, change, earlier, made),
        *(f"**Left its band:** {outside(one)}." for one in left),
        f"What if {', '.join(f'`{one}`' for one in asked)}?" if asked else result.plan.question,
        f"{title(result)}; warm-up {result.plan.study.warm_up / DAY:g} d.",
        f"## Against {name}\n\n{table(result, against, name)}\n\n## All numbers" if against is not None else "",
        grid(list(rows[0]), [list(row.values()) for row in rows]),
        "\n".join(
            f"- {text[0].upper()}{text[1:].rstrip('.')}." for text in [*doubts(result), *unclean(result), _NOISE]
        ),
        *([pictures] if pictures else []),
        f"Tables: `{written_place(result.store)}`, run `{result.run_id}`.",
    ]
    return "\n\n".join(part for part in text if part) + "\n"


def outside(one: Left) -> str:
    """Say how a number has left its band."""
    scale = 100.0 if one.band.text.rstrip().endswith("%") else 1.0
    mean, half = beside(scale * one.mean, scale * 0.5 * (one.upper - one.lower))
    how = "with its whole interval" if one.sure else "its interval reaches into the band"
    return f"{one.band.text}: the mean is {mean}{behind(half)}, {how}"
