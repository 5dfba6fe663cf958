"""The shipped views: SQL files in datasets/views, each with a question and its columns in its head."""

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import twin

FOLDER = Path(twin.__file__).resolve().parent.parent / "datasets" / "views"
BARE = "tables.sql"  # what a plain DuckDB reads first; we bring the tables ourselves
_NAME = re.compile(r"^CREATE OR REPLACE VIEW (\w+)", re.MULTILINE)


class View(NamedTuple):
    """One shipped file of views.

    Attributes:
        name: Name of the view that it is about: its last.
        question: Question that it answers, from its first comment.
        sql: Statements that make it.
    """

    name: str
    question: str
    sql: str


@lru_cache(maxsize=1)
def views() -> tuple[View, ...]:
    """Return the shipped views: those of the indicators first, since others build on them."""
    inner = sorted((FOLDER / "indicators").glob("*.sql"))
    outer = sorted(path for path in FOLDER.glob("*.sql") if path.name != BARE)
    return tuple(_view(path) for path in (*inner, *outer))


def _view(path: Path) -> View:
    text = path.read_text(encoding="utf-8")
    question = text.partition("\n")[0].removeprefix("--").strip()
    return View(_NAME.findall(text)[-1], question, text)


def names() -> list[str]:
    """Return the names of all views, the helping ones too."""
    return sorted({name for view in views() for name in _NAME.findall(view.sql)})
