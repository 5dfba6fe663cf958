"""What a ranking has simulated so far, one line of a file a replication, so that it goes on where it was stopped."""

import json
from collections.abc import Iterable, Mapping
from math import nan
from pathlib import Path
from typing import Any, NamedTuple

from twin.errors import TwinError, UsageError, printable
from twin.plan import Plan
from twin.study.replicate import replicate
from twin.study.result import Key

MEASURES: Mapping[str, Key] = {name: Key(name) for name in ("released", "yield", "cost")}
BASELINE = "baseline"
ENDS = ("low", "high")

Values = tuple[float, float, float]


class Task(NamedTuple):
    """One replication of one case at one end.

    Attributes:
        path: Path of the setting, or ``baseline``.
        end: ``low`` or ``high``; empty for the baseline.
        replication: Number of the replication. [1]
    """

    path: str
    end: str
    replication: int


class Found(NamedTuple):
    """What one replication found.

    Attributes:
        values: Its measures.
        consumed: What was paid for by name, for each square metre shipped. [kg/m^2] or its own unit
    """

    values: tuple[float | None, ...]
    consumed: Mapping[str, float]


def measured(plan: Plan, replication: int) -> Found | str:
    """Play one replication and return what it found, or in words why it cannot be played; runs in a worker process."""
    try:
        part = replicate(plan, replication, None, consuming=True)
    except (TwinError, ArithmeticError, ValueError, LookupError, RuntimeError, AssertionError) as error:
        return f"failed: {type(error).__name__}: {printable(error, 120)}"
    if part.broken:
        return f"failed: {printable(part.broken[0], 120)}"
    rows = {Key(*(str(one[name] or "") for name in Key._fields)): one["value"] for one in part.indicators.to_pylist()}
    return Found(tuple(rows.get(key) for key in MEASURES.values()), part.consumed or {})


class Journal:
    """The replications that are done, by task, kept in a file of one line each.

    Attributes:
        done: Measures of each task, or why it failed.
        consumed: Of each replication of the baseline, what was paid for by name. [kg/m^2] or its own unit
    """

    def __init__(self, path: Path, identity: str) -> None:
        """Open a file and read what it holds.

        Raises:
            UsageError: It belongs to another ranking.
        """
        self._path = path
        self.done: dict[Task, Values | str] = {}
        self.consumed: dict[int, Mapping[str, float]] = {}
        content = path.read_text(encoding="utf-8") if path.exists() else ""
        lines = content.splitlines()
        if content and not content.endswith("\n"):  # the last line was cut short: what is added begins a new one
            with path.open("a", encoding="utf-8") as file:
                file.write("\n")
        if not lines:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"ranking": identity}) + "\n", encoding="utf-8")
            return
        told = [one for one in map(_parsed, lines) if one is not None]
        if not told or told[0] != {"ranking": identity}:
            raise UsageError(
                f"{path}: holds another ranking (other model, plan or seed). Name another: --journal FILE."
            )
        for one in told[1:]:
            self._keep(Task(*one["task"]), one["found"], one.get("consumed", {}))

    def add(
        self, task: Task, found: tuple[float | None, ...] | str, consumed: Mapping[str, float] | None = None
    ) -> None:
        """Write down one replication; what it consumed only of the baseline."""
        used = dict(consumed or {}) if task.path == BASELINE else {}
        told = {"task": list(task), "found": found, **({"consumed": used} if used else {})}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")
        self._keep(task, found, used)

    def _keep(self, task: Task, found: tuple[float | None, ...] | str, consumed: Mapping[str, float]) -> None:
        self.done[task] = found if isinstance(found, str) else values(found)
        if consumed:
            self.consumed[task.replication] = consumed


def _parsed(line: str) -> dict[str, Any] | None:
    """Read a line; the last one may be cut short."""
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def values(found: Iterable[float | None] | str) -> Values:
    """Return three measures; NaN for one that is not defined."""
    assert not isinstance(found, str)  # noqa: S101 - asked for before
    one, two, three = (nan if value is None else float(value) for value in found)
    return one, two, three
