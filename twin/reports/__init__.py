"""What a person looks at: the first screen, comparisons, pages, JSON. Computes nothing."""

import json as json_text

from twin.reports import comparison, plain, screen
from twin.reports.comparison import headline as comparison_headline
from twin.reports.headline import title
from twin.reports.mapped import mapped, mapped_list
from twin.reports.page import headline, indicator_rows, outside, page
from twin.reports.traced import traced
from twin.study import Comparison, Result

__all__ = [
    "compared", "comparison_headline", "comparison_page", "headline", "indicator_rows", "mapped", "mapped_list",
    "outside", "page", "relief", "shown", "title", "traced",
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


def relief(found: Comparison) -> str:
    """Return in one line what the second study releases more than the first."""
    return comparison.relief(found)


def comparison_page(found: Comparison) -> str:
    """Return a comparison as a page in Markdown."""
    return f"# {comparison_headline(found)}\n\n```\n{comparison.screen(found)}\n```\n"
