"""Pages whose blocks are run as they stand."""

import contextlib
import io
import re
from pathlib import Path

PAGES = Path(__file__).parents[2] / "docs" / "how-to"
BLOCKS = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```)?", re.DOTALL)


def printed(page: str) -> list[tuple[str, str]]:
    """What each block of a page should print and what it prints, one after the other as a reader would run them."""
    names: dict[str, object] = {}
    pairs = []
    for code, expected in BLOCKS.findall((PAGES / page).read_text(encoding="utf-8")):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, page, "exec"), names)  # noqa: S102 - the page is ours, and running it is the test
        pairs.append((expected, out.getvalue()))
    return pairs
