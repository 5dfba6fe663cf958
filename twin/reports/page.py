"""What stands beside a flow run: a page in Markdown and a table."""

from twin.reports.headline import DAY, bottleneck, doubts, lines, title, written
from twin.store.place import written as written_place
from twin.study import Result

_NOISE = "The intervals hold replication noise, not doubt about the constants."


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


def page(result: Result) -> str:
    """Return the page: headline, indicators, where the data are."""
    rows = indicator_rows(result)
    released = next((row for row in rows if row["indicator"] == "released" and row["of"] == "total"), rows[0])
    made = next((row for row in rows if row["indicator"] == "yield"), rows[0])
    heads = list(rows[0])
    table = [f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *(row.values() for row in rows))]
    station = bottleneck(result)
    text = [
        f"# {result.plan.name}: {released['mean']} +-{released['95 %']} m2/d at {made['mean']} % yield",
        result.plan.question,
        f"{title(result)}; warm-up {result.plan.study.warm_up / DAY:g} d. Bottleneck: {station or 'none'}.",
        "\n".join(table),
        " ".join([*(f"{text}." for text in doubts(result)), _NOISE]),
        f"Tables: `{written_place(result.store)}`, run `{result.run_id}`.",
    ]
    return "\n\n".join(text) + "\n"
