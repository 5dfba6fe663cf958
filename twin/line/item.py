"""A lot on its way through the line: the lot itself and what only the events need to know of it."""

from collections.abc import Mapping
from typing import Any

from twin.material import Lot

Results = list[tuple[str, Mapping[str, float]]]
THERE = "in process"  # maker of lots that are there before the line begins, and why the books receive them


class Item:
    """A lot in its place.

    Attributes:
        lot: The lot as its last operation left it.
        ordinal: Count among the lots of its maker and product; its draws are keyed by it. [1]
        maker: Who made it: a source or the station that split or pooled it.
        born: When its oldest ancestor entered the line. [s]
        created: When it was made. [s]
        since: When it came to the place where it is. [s]
        ended: When its last operation ended. [s]
        priority: Small goes first. [1]
        attempts: How often it has been through each stage, where more than once; under ``""`` how often it was sent
            back on its way, which counts for every stage.
        misses: How often it has missed each limit.
        grade: 0 first grade, 1 downgraded.
        money: What has been spent on it. [USD]
        marks: Doubts and claims it carries.
        results: Measures that wait for a verdict.
        to: Where it goes next, once that is chosen.
        origin: Number of the lot whose web it came from: what a batch did can be told from it. [1]
    """

    __slots__ = (
        "attempts", "born", "created", "ended", "grade", "lot", "maker", "marks", "misses", "money", "ordinal",
        "origin", "priority", "results", "since", "to",
    )  # fmt: skip

    def __init__(self, lot: Lot, ordinal: int, maker: str, now: float, born: float, priority: int = 0) -> None:
        self.lot = lot
        self.ordinal = ordinal
        self.maker = maker
        self.born = born
        self.created = now
        self.since = now
        self.ended = now
        self.priority = priority
        self.attempts: dict[str, int] | None = None
        self.misses: dict[str, int] | None = None
        self.grade = 0
        self.money = 0.0
        self.marks: tuple[str, ...] = ()
        self.results: Results | None = None
        self.origin = lot.number
        self.to = ""

    def attempt(self, stage: str) -> int:
        """Return how often it has been through the stage before, or was sent back on its way. [1]"""
        passes = self.attempts
        return passes.get(stage, 0) + passes.get("", 0) if passes else 0

    def again(self, stage: str = "") -> None:
        """Count one pass through the stage; without a name, that the lot is sent back on its way."""
        passes = self.attempts or {}
        self.attempts = {**passes, stage: passes.get(stage, 0) + 1}

    def missed(self, limit: str) -> int:
        """Count one miss of a limit and return how many there were before. [1]"""
        before = self.misses.get(limit, 0) if self.misses else 0
        self.misses = {**(self.misses or {}), limit: before + 1}
        return before

    def state(self) -> dict[str, Any]:
        """Write it down as plain data."""
        data = {name: getattr(self, name) for name in self.__slots__ if name not in {"lot", "results"}}
        data["lot"] = {**self.lot._asdict(), "properties": dict(self.lot.properties)}
        data["results"] = None if self.results is None else [[stage, dict(m)] for stage, m in self.results]
        return data

    @classmethod
    def restored(cls, data: Mapping[str, Any]) -> "Item":
        """Read one back from what ``state`` wrote."""
        lot = Lot(**{**data["lot"], "parents": tuple(data["lot"]["parents"])})
        item = cls(lot, data["ordinal"], data["maker"], data["since"], data["born"], data["priority"])
        for name in ("created", "ended", "attempts", "misses", "grade", "money", "origin", "to"):
            setattr(item, name, data[name])
        item.marks = tuple(data["marks"])
        item.results = None if data["results"] is None else [(stage, m) for stage, m in data["results"]]
        return item
