"""What a person looks at: the first screen, comparisons, pages, JSON. Computes nothing."""

import json as json_text

from twin.explain import Explanation
from twin.reports import capacity, comparison, plain, screen
from twin.reports.comparison import headline as comparison_headline
from twin.reports.headline import title
from twin.reports.mapped import mapped, mapped_list
from twin.reports.page import headline, indicator_rows, outside, page
from twin.reports.traced import traced
from twin.study import Comparison, Result

__all__ = [
    "compared", "comparison_headline", "comparison_page", "explained", "headline", "indicator_rows", "mapped",
    "mapped_list", "outside", "page", "shown", "title", "traced",
]  # fmt: skip


def shown(result: Result, *, json: bool = False, details: bool = False) -> str:
    """Return a study as text for the screen.

    Args:
        result: The study.
        json: All of it, as JSON.
        details: The table of stations too.
    """
    if json:
        return json_text.dumps(plain.study(result), ensure_ascii=False, indent=1)
    first = screen.screen(result)
    return f"{first}\n\n{screen.stations(result)}" if details else first


def compared(found: Comparison, *, json: bool = False) -> str:
    """Return a comparison as text for the screen, or all of it as JSON."""
    if json:
        return json_text.dumps(plain.comparison(found), ensure_ascii=False, indent=1)
    return comparison.screen(found)


def comparison_page(found: Comparison) -> str:
    """Return a comparison as a page in Markdown."""
    return f"# {comparison_headline(found)}\n\n```\n{comparison.screen(found)}\n```\n"


def explained(name: str, found: Explanation, confirmed: Comparison | None = None, *, json: bool = False) -> str:
    """Return what limits a line as text for the screen, or all of it as JSON.

    Args:
        name: Name of the scenario.
        found: What limits it.
        confirmed: The runs with and without relief, where they were made.
        json: All of it, as JSON.
    """
    if json:
        relief = None if confirmed is None else plain.comparison(confirmed)
        whole = {"scenario": name, **plain.capacity(found), "confirmed": relief}
        return json_text.dumps(whole, ensure_ascii=False, indent=1)
    return capacity.screen(name, found, confirmed)
