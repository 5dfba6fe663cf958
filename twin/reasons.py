"""Why each assumption is believed: a sentence for each, by its id and the place where the number is used."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "datasets" / "reference" / "assumption_reasons.csv"
COLUMNS = ("id", "used", "reason")


@cache
def reasons(path: Path = FILE) -> Mapping[tuple[str, str], str]:
    """Return the sentence of each assumption by id and place, in the file's order; empty where no file is."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["id"], row["used"]): row["reason"] for row in csv.DictReader(file)}


def reason(name: str, used: str) -> str:
    """Return why an assumption is believed; empty where nothing is said.

    Args:
        name: Its id, such as ``A-07``.
        used: Path of the setting, ``price.`` and what it buys, or file. What is said of a stage's setting holds for
            each product that has no sentence of its own.

    >>> reason("A-54", "adhesive_film.predrying.zones") == reason("A-54", "predrying.zones") != ""
    True
    >>> reason("A-9999", "predrying.zones")
    ''
    """
    said = reasons()
    return said.get((name, used)) or said.get((name, used.partition(".")[2]), "")
