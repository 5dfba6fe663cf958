"""Guides that run: the blocks of a page are executed one after the other, and what they print stands under them."""

import re
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path

_BLOCK = re.compile(r"```python\n(.*?)```\n(?:\n```text\n.*?```\n)?", re.DOTALL)


def refreshed(text: str, folder: Path) -> str:
    r"""Return a page with what its blocks of Python print now under each of them.

    Args:
        text: The page, as Markdown; each block sees the names of those before it.
        folder: Folder in which they run.

    >>> print(refreshed("```python\nprint(6 * 7)\n```\n", Path()).replace("```", "~"))
    ~python
    print(6 * 7)
    ~
    <BLANKLINE>
    ~text
    42
    ~
    <BLANKLINE>
    """
    names: dict[str, object] = {"__name__": "guide"}
    with chdir(folder):
        return _BLOCK.sub(lambda found: _with_output(found[1], names), text)


def _with_output(code: str, names: dict[str, object]) -> str:
    out = StringIO()
    with redirect_stdout(out):
        exec(compile(code, "guide", "exec"), names)  # noqa: S102 - the page is ours, and running it is the aim
    printed = "\n".join(line.rstrip() for line in out.getvalue().splitlines())
    return f"```python\n{code}```\n" + (f"\n```text\n{printed}\n```\n" if printed else "")


def refresh(page: Path, folder: Path) -> None:
    """Write under the blocks of a page what they print now."""
    page.write_text(refreshed(page.read_text(encoding="utf-8"), folder), encoding="utf-8")
