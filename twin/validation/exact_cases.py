"""The long run of the exact lines: what it found when it was played last, its date and its code.

`python -m twin.bench.cases --write` plays them and writes datasets/reference/exact_cases.json; it takes half an hour.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from twin.errors import ContractError
from twin.validation.played_code import line_code

FILE = Path(__file__).resolve().parents[2] / "datasets" / "reference" / "exact_cases.json"


class ExactCases(NamedTuple):
    """What the last long run found.

    Attributes:
        passed: Cases of which each quantity was near enough; None where there was no run.
        total: Cases that there are today. [1]
        date: Day of that run, ISO 8601; None where there was none.
        failed: Cases of today that it missed or did not play.
        is_current: Whether it was played with the code of the line as it is; False where there was no run.
    """

    passed: int | None
    total: int
    date: str | None
    failed: tuple[str, ...]
    is_current: bool


def exact_cases(names: Iterable[str], file: Path = FILE) -> ExactCases:
    """Read the result of the last long run, and hold it against the cases and the code of today.

    Args:
        names: Names of the cases of today. [1]
        file: Where the result stands. [1]

    Raises:
        ContractError: The file is there and is no such result.
    """
    wanted = list(names)
    if not file.exists():
        return ExactCases(None, len(wanted), None, tuple(wanted), is_current=False)
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        rows, date, code = list(told["rows"]), str(told["date"]), told.get("code")
        kept = {name for name in wanted if _keeps(name, rows)}
    except (ValueError, KeyError, TypeError) as error:
        again = "python -m twin.bench.cases --write"
        raise ContractError(f"{file}: is no result of the exact cases ({error}). Write it anew: {again}.") from error
    failed = tuple(name for name in wanted if name not in kept)
    return ExactCases(len(kept), len(wanted), date, failed, is_current=code == line_code())


def _keeps(name: str, rows: Iterable[Mapping[str, Any]]) -> bool:
    own = [bool(row["passes"]) for row in rows if row["case"] == name]
    return bool(own) and all(own)


def write(rows: Iterable[NamedTuple], date: str, code: str, file: Path = FILE) -> None:
    """Write down what a long run found.

    Args:
        rows: Its verdicts, with ``case`` and ``passes`` among their fields. [1]
        date: Day of the run, ISO 8601. [1]
        code: The code that was played, as `line_code` said when the run began. [1]
        file: Where to. [1]
    """
    told = {"date": date, "code": code, "rows": [row._asdict() for row in rows]}
    file.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
