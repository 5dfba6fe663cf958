"""The assumptions of a plan as cases of a ranking, and the ranking as the file that is shipped."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import NamedTuple

from twin import consistency, plausible, windows
from twin.errors import UsageError, printable
from twin.plan import Plan
from twin.plausible import ID, Doubt, doubt
from twin.prices import Price, prices, unit
from twin.settings import Setting, changed
from twin.study.ranking import Case, Ranking

FILE = Path(__file__).resolve().parent.parent / "datasets" / "reference" / "assumption_ranking.csv"
CHOSEN = "not ranked: chosen, or of value 0 without a range"
UNUSED = "not ranked: nothing of it is consumed"
CHANGES = ("swing", "se", "at_low", "at_high")  # high less low end, its error, and both ends less the baseline
COLUMNS = (
    "rank", "path", "ids", "low", "high", "basis", "largest_pct",
    *(f"throughput_{one}_m2_per_d" for one in CHANGES), *(f"yield_{one}_pct" for one in CHANGES),
    *(f"cost_{one}_usd_per_m2" for one in CHANGES), "replications", "note", "horizon_d", "computed", "model_version",
)  # fmt: skip


class Assumed(NamedTuple):
    """One assumption that a setting holds, of all products together.

    Attributes:
        path: Path, without the product where all that have it share the assumption.
        settings: The setting of each product that has it.
        doubts: How far each may be off; None for what is chosen.
    """

    path: str
    settings: tuple[Setting, ...]
    doubts: tuple[Doubt | None, ...]

    @property
    def ids(self) -> str:
        """Ids of the assumption, in one text."""
        return " ".join(dict.fromkeys(ID.findall(self.settings[0].about.source)))

    def ends(self) -> tuple[str, str, str]:
        """Low end, high end and basis as people write them; of products that differ, the first."""
        for setting, one in zip(self.settings, self.doubts, strict=True):
            if one is not None:
                value = (int(one.low), int(one.high)) if setting.kind is int else (one.low, one.high)
                return setting.written(value[0], 4), setting.written(value[1], 4), one.basis
        return "", "", CHOSEN


class Priced(NamedTuple):
    """One price as a row of the ranking.

    Attributes:
        name: What is paid for.
        price: Its price.
    """

    name: str
    price: Price

    @property
    def path(self) -> str:
        """What it is called in the ranking."""
        return f"price.{self.name}"

    @property
    def ids(self) -> str:
        """Id of the assumption."""
        return self.price.source

    def ends(self) -> tuple[str, str, str]:
        """Low end, high end and basis as people write them."""
        low, high = (f"{end:.4g} {unit(self.name)}" for end in (self.price.low, self.price.high))
        return low, high, self.price.basis


def priced(glob: str = "*") -> list[Priced]:
    """List the prices, as ``price.ESDA``."""
    return [one for one in map(Priced, prices(), prices().values()) if fnmatchcase(one.path, glob)]


def assumed(plan: Plan, glob: str = "*") -> list[Assumed]:
    """List the assumptions among the settings of a plan, in the order of the process.

    Raises:
        UsageError: None has such a path.
    """
    found = [
        Assumed(path, tuple(same), tuple(map(doubt, same)))
        for path, same in plausible.assumed(plan).items()
        if fnmatchcase(path, glob)
    ]
    if not found and not priced(glob):
        raise UsageError(f"--only {printable(glob)}: no assumption has such a path. See: twin assumptions.")
    return found


def cases(plan: Plan, found: list[Assumed]) -> Iterator[Case]:
    """Yield each assumption that can be off, at both ends; what machine or physics refuse is a text."""
    for one in found:
        if any(one.doubts):
            yield Case(one.path, (_at(plan, one, "low"), _at(plan, one, "high")))


def _at(plan: Plan, one: Assumed, end: str) -> Plan | str:
    ends = {
        setting.path: int(value) if setting.kind is int else value
        for setting, known in zip(one.settings, one.doubts, strict=True)
        if known is not None
        for value in [float(getattr(known, end))]
    }
    try:
        moved = changed(plan, ends)
    except UsageError as error:
        return f"refused: {printable(error, 160)}"
    problems = consistency.check(moved, {})
    return f"refused: {printable(problems[0], 160)}" if problems else replace(moved, marks=windows.marks(moved))


def identity(plan: Plan, found: list[Case], model_version: str) -> str:
    """Return what makes two rankings the same: model, plan, length, seed and cases."""
    told = [model_version, repr(plan.study), *(f"{one.path} {_changes(end)}" for one in found for end in one.plans)]
    return sha256("\n".join([*told, repr(dict(plan.changes))]).encode()).hexdigest()[:16]


def _changes(end: Plan | str) -> str:
    return end if isinstance(end, str) else repr(dict(end.changes))


def as_csv(ranking: Ranking, found: Sequence[Assumed | Priced], days: float, day: str, model_version: str) -> str:
    """Return a ranking as the text of its file; what is not ranked stands at the end, with the reason.

    Args:
        ranking: The ranking.
        found: All assumptions and prices, ranked or not.
        days: What each replication measured, in days.
        day: When it was computed, like 2026-11-22.
        model_version: By which model.
    """
    made = (f"{days:g}", day, model_version)
    known = {one.path: one for one in found}
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for number, row in enumerate(ranking.rows, 1):
        one = known.pop(row.path)
        measures = zip(row.swings, row.errors, row.lows, row.highs, strict=True)
        numbers = [
            _told(scale * value) for four, scale in zip(measures, (1.0, 100.0, 1.0), strict=True) for value in four
        ]
        largest = _told(100.0 * ranking.share(row)) if ranking.share(row) >= 0.0 else ""
        table.writerow([
            number, one.path, one.ids, *one.ends(), largest, *numbers, row.replications, row.note, *made,
        ])  # fmt: skip
    for one in known.values():
        reason = UNUSED if isinstance(one, Priced) else CHOSEN
        table.writerow(["", one.path, one.ids, *one.ends()[:2], "", *[""] * 13, 0, reason, *made])
    return out.getvalue()


def _told(value: float) -> str:
    return f"{value:.4g}" if isfinite(value) else ""


def top_rows(text: str, most: int) -> list[tuple[str, ...]]:
    """Return the first rows of a ranking for a person: rank, path, ids, ends, three swings with error, pairs."""
    rows = list(csv.DictReader(io.StringIO(text)))[:most]
    measures = [COLUMNS[at : at + 4] for at in (7, 11, 15)]
    return [
        (
            *(row[name] for name in ("rank", "path", "ids", "low", "high")),
            *(_change(*(row[name] for name in names)) or row["note"] for names in measures),
            row["replications"],
        )
        for row in rows
    ]


def _change(swing: str, error: str, low: str, high: str) -> str:
    """Swing and error; and both ends, where the baseline does not lie between them."""
    if not swing:
        return ""
    told = f"{_signed(swing)} +- {error}"
    aside = float(low) * float(high) > 0.0 and min(abs(float(low)), abs(float(high))) > float(error)
    return f"{told} (ends {_signed(low)}, {_signed(high)})" if aside else told


def _signed(told: str) -> str:
    return told if told.startswith("-") or float(told) == 0.0 else f"+{told}"


def shipped(path: Path = FILE) -> str:
    """Return the text of the ranking that is shipped; empty if there is none."""
    return path.read_text(encoding="utf-8") if path.is_file() else ""
