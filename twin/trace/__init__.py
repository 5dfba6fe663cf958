"""The history of one lot: where it came from, what it waited for, what was measured, and the profiles behind that."""

from twin.trace.family import Family
from twin.trace.finding import lot_number, name_of, run_named
from twin.trace.gathering import Facts, facts
from twin.trace.replaying import Replay, replay, replayable

__all__ = [
    "Facts", "Family", "Replay", "facts", "lot_number", "name_of", "replay", "replayable", "run_named",
]  # fmt: skip
