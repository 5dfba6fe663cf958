"""The guide to bare lines does what it says."""

import contextlib
import io
import re
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "build-a-bare-line.md"
BLOCKS = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```)?", re.DOTALL)


def printed() -> list[tuple[str, str]]:
    """What each block of the guide should print and what it prints, one after the other as a reader would run them."""
    names: dict[str, object] = {}
    pairs = []
    for code, expected in BLOCKS.findall(GUIDE.read_text(encoding="utf-8")):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, str(GUIDE), "exec"), names)  # noqa: S102 - the guide is ours, and running it is the test
        pairs.append((expected, out.getvalue()))
    return pairs


def test_every_block_of_the_guide_prints_what_the_guide_says() -> None:
    """The blocks of the guide run as they stand, and print the text under them."""
    pairs = printed()
    assert len(pairs) >= 10
    assert [actual for _, actual in pairs] == [expected for expected, _ in pairs]
