"""The long run of the exact lines: what it found when it was played last, and its date.

`python -m twin.bench.cases --write` plays them and writes datasets/reference/exact_cases.json; it takes half an hour.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from twin.errors import ContractError

FILE = Path(__file__).resolve().parents[2] / "datasets" / "reference" / "exact_cases.json"


class ExactCases(NamedTuple):
    """What the last long run found.

    Attributes:
        passed: Cases of which each quantity was near enough; None where there was no run.
        total: Cases that there are today. [1]
        date: Day of that run, ISO 8601; None where there was none.
        failed: Cases of today that it missed or did not play.
    """

    passed: int | None
    total: int
    date: str | None
    failed: tuple[str, ...]


def exact_cases(names: Iterable[str], file: Path = FILE) -> ExactCases:
    """Read the result of the last long run, and hold it against the cases of today.

    Args:
        names: Names of the cases of today. [1]
        file: Where the result stands. [1]

    Raises:
        ContractError: The file is there and is no such result.
    """
    wanted = list(names)
    if not file.exists():
        return ExactCases(None, len(wanted), None, tuple(wanted))
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        rows, date = list(told["rows"]), str(told["date"])
        kept = {name for name in wanted if _keeps(name, rows)}
    except (ValueError, KeyError, TypeError) as error:
        again = "python -m twin.bench.cases --write"
        raise ContractError(f"{file}: is no result of the exact cases ({error}). Write it anew: {again}.") from error
    return ExactCases(len(kept), len(wanted), date, tuple(name for name in wanted if name not in kept))


def _keeps(name: str, rows: Iterable[Mapping[str, Any]]) -> bool:
    own = [bool(row["passes"]) for row in rows if row["case"] == name]
    return bool(own) and all(own)


def write(rows: Iterable[NamedTuple], date: str, file: Path = FILE) -> None:
    """Write down what a long run found.

    Args:
        rows: Its verdicts, with ``case`` and ``passes`` among their fields. [1]
        date: Day of the run, ISO 8601. [1]
        file: Where to. [1]
    """
    told = {"date": date, "rows": [row._asdict() for row in rows]}
    file.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
