"""Which lots carry a doubt: outside the fitted or tested domain, not converged, outside a claim; a check a kind.

These checks break no law: they say how far a run may be trusted, in its tables and on its first screen. A mark counts
at the lot where it was raised; what is made of that lot carries it on.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from twin.indicators.frame import Frame

KINDS: Mapping[str, str] = {
    "extrapolated": "Lots for which a model was asked outside the domain in which it was fitted or tested.",
    "not converged": "Lots for which a solver gave up; they carry its last finite value.",
    "outside": "Lots made at a set-point outside a claim or paragraph of their patent.",
    "doubt": "Lots with any other doubt of a stage.",
}


def split(mark: str) -> tuple[str, str]:
    """Return the kind of a mark, and what it is about.

    >>> split("extrapolated: cure"), split("outside claim 11"), split("non-gelling formula")
    (('extrapolated', 'cure'), ('outside', 'claim 11'), ('doubt', 'non-gelling formula'))
    """
    for kind in KINDS:
        if mark.startswith(kind):
            return kind, mark.removeprefix(kind).lstrip(": ")
    return "doubt", mark


def flag_rows(marks: Frame) -> Iterator[dict[str, Any]]:
    """Yield the rows of the table ``checks`` about the marks of a replication: each kind in all, then each mark.

    Args:
        marks: The table ``marks``.
    """
    codes, names = marks.names("mark")
    lots = marks.integers("lot")
    kinds = np.array([split(name)[0] for name in names] or [""])
    for kind in KINDS:
        mine = kinds[codes] == kind if len(codes) else np.zeros(0, dtype=bool)
        yield _row(kind, "", len(np.unique(lots[mine])))
        told = sorted({names[code] for code in np.unique(codes[mine]).tolist()})
        for name in told:
            yield _row(kind, split(name)[1], len(np.unique(lots[codes == names.index(name)])))


def _row(kind: str, subject: str, lots: int) -> dict[str, Any]:
    return {
        "check": kind, "subject": subject, "value": float(lots), "tolerance": 0.0, "passed": lots == 0,
        "about": KINDS[kind],
    }  # fmt: skip


def flagged(checks: Iterable[pa.Table]) -> dict[str, int]:
    """Return how many lots carry each mark, all replications together: ``extrapolated cure`` and the like.

    Args:
        checks: Tables of checks.
    """
    found: dict[str, int] = {}
    for table in checks:
        for check, subject, value in zip(*(table[name].to_pylist() for name in _COLUMNS), strict=True):
            if check in KINDS and subject:
                name = f"{check} {subject}"
                found[name] = found.get(name, 0) + int(value)
    return dict(sorted(found.items(), key=lambda one: one[0].removeprefix("doubt ")))


_COLUMNS = ("check", "subject", "value")


def in_words(found: Mapping[str, int]) -> str:
    """Return the doubts in one line for the first screen; nothing where no lot carries one.

    Args:
        found: How many lots carry each.

    >>> in_words({"extrapolated cure": 3, "extrapolated peel": 1, "outside claim 11": 40})
    'lots with doubts | extrapolated cure: 3, extrapolated peel: 1, outside claim 11: 40'
    """
    told = [f"{name.removeprefix('doubt ')}: {lots}" for name, lots in found.items()]
    return f"lots with doubts | {', '.join(told)}" if told else ""
