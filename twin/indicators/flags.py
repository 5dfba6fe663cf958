"""Which lots carry a doubt: asked outside a fitted or tested domain, not converged, made outside a claim, or other.

A mark counts at the lot where it was raised; what is made of that lot carries it on.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from twin.indicators.frame import Frame

EXTRAPOLATED, NOT_CONVERGED, OUTSIDE, OTHER = "extrapolation", "convergence", "claims", "other doubts"
FEW = 0.05  # share of a stage's lots, A-415: fewer outside a domain do not move a mean beyond its interval
KINDS: Mapping[str, str] = {
    EXTRAPOLATED: "Lots for which a model was asked outside the domain in which it was fitted or tested.",
    NOT_CONVERGED: "Lots for which a solver gave up; they carry its last finite value.",
    OUTSIDE: "Lots made at a set-point outside a claim or paragraph of their patent.",
    OTHER: "Lots with a doubt of a stage that is none of these.",
}
_TOLD: Mapping[str, str] = {
    EXTRAPOLATED: "{} asked outside the data or the tests behind it",
    NOT_CONVERGED: "the solver of {} gave up; they carry its last finite value",
    OUTSIDE: "made outside {}",
    OTHER: "{}",
}
_WORDS: Mapping[str, str] = {  # of doubts that do not explain themselves
    "above speed cap: predrying": "web faster than the air of the dryer allows (measure speed_cap)",
    "above trap capacity: curing": "more solvent than the trap of the oven holds",
    "peel, cure": "peel at such a degree of cure",
    "telescoping: winding": "laps that may slip sideways",
    "non-gelling formula": "epoxy and hardener that cannot gel",
}
_SAID = (("extrapolated: ", EXTRAPOLATED), ("not converged: ", NOT_CONVERGED), ("outside ", OUTSIDE))


class Flag(NamedTuple):
    """How many lots of a replication carry a doubt.

    Attributes:
        kind: Kind of doubt, one of ``KINDS``.
        subject: What it is about; empty for all of its kind together.
        lots: Lots at which it was raised. [1]
        among: Lots that went through the stages that raised it. [1]
        stage: Those stages; empty where nobody tells.
    """

    kind: str
    subject: str
    lots: int
    among: int = 0
    stage: str = ""

    @property
    def few(self) -> float:
        """Up to how many lots all is well: single ones leave a domain when a machine stops on them. [1]"""
        return FEW * self.among if self.kind == EXTRAPOLATED else 0.0

    @property
    def told(self) -> str:
        """The doubt in a sentence.

        >>> Flag(EXTRAPOLATED, "peel", 11, 55, "lamination").told
        '11 of 55 lots (20 %) in lamination: peel asked outside the data or the tests behind it.'
        >>> Flag(OUTSIDE, "claim 13", 40, 40, "curing").told
        '40 of 40 lots (100 %) in curing: made outside claim 13.'
        """
        if not self.subject:
            return KINDS[self.kind]
        what = _WORDS.get(self.subject, self.subject.removeprefix(f"{self.stage}, "))
        share = f" ({100.0 * self.lots / self.among:.3g} %)" if self.among else ""
        where = f" in {self.stage}" if self.stage else ""
        return f"{self.lots} of {self.among} lots{share}{where}: {_TOLD[self.kind].format(what)}."


def split(mark: str) -> tuple[str, str]:
    """Return the kind of a mark, and what it is about.

    >>> split("extrapolated: cure"), split("outside claim 11"), split("non-gelling formula")
    (('extrapolation', 'cure'), ('claims', 'claim 11'), ('other doubts', 'non-gelling formula'))
    """
    for said, kind in _SAID:
        if mark.startswith(said):
            return kind, mark.removeprefix(said)
    return OTHER, mark


def flags(marks: pa.Table, visits: pa.Table) -> Iterator[Flag]:
    """Yield how many lots carry each kind of doubt, none too, and each doubt of it.

    Args:
        marks: The table ``marks`` of a replication.
        visits: Its table ``visits``.
    """
    frame, treated = Frame(marks), Frame(visits)
    stages, stage_names = frame.names("stage")
    codes, names = frame.names("mark")
    lots = frame.integers("lot")
    known = [split(name) for name in names]
    for kind in KINDS:
        mine = [code for code, (own, _) in enumerate(known) if own == kind]
        yield Flag(kind, "", len(np.unique(lots[np.isin(codes, mine)])))
        for code in sorted(mine, key=lambda one: names[one]):
            raised = codes == code
            at = {stage_names[one] for one in np.unique(stages[raised])}
            among = len(np.unique(treated.integers("lot")[treated.where("stage", *at)]))
            count = len(np.unique(lots[raised]))
            yield from [Flag(kind, known[code][1], count, among, " and ".join(sorted(at)))] if count else []
