"""Yield and losses of a cohort: the coated rolls of which the last part ended in the window."""

from collections.abc import Iterator, Mapping

import numpy as np

from twin.indicators.frame import Codes, Floats, Mask, Row, Run, of, row, scopes
from twin.indicators.rolls import OTHER, SAMPLE, TRIM, Pieces, Verdicts, apart, coated

_LIVES_ON = ("cut", "pooled")  # fates of lots that go on under other numbers


class Cohort:
    """The coated rolls of the window, each with all its area accounted for: good, lost or cut off apart.

    What a roll's pieces do not explain is counted as lost, so good area never exceeds coated area.

    Attributes:
        rolls: Numbers of the rolls. Shape: (rolls,).
        good: Area of each roll shipped as first grade, by lot. Shape: (lots,). [m^2]
        lost: Area of each roll that was lost or downgraded, by reason and lot. Shape: (lots,). [m^2]
        apart: Area of each roll that was cut off apart, by reason and lot. Shape: (lots,). [m^2]
    """

    def __init__(self, run: Run) -> None:
        lots = run["lots"]
        self._run = run
        self._roll = run.by_lot(lots, lots.integers("origin"), missing=-1.0).astype(np.int64)
        self._part = ~lots.where("fate", *_LIVES_ON)
        made = coated(run)
        self.rolls = self._ended(np.unique(self._roll[made.lot]))
        shipped, grade = lots.where("fate", "shipped"), lots.integers("grade")
        self.good = self._sum(shipped & (grade == 0))
        self.lost: dict[str, Floats] = {}
        self.apart: dict[str, Floats] = {}
        verdicts = Verdicts(run)
        self._book(self.lost, verdicts.cut())
        self._book(self.lost, self._whole(shipped & (grade > 0), verdicts, "downgrade"))
        self._book(self.lost, self._whole(self._part & ~shipped, verdicts, "scrap"))
        self._book(self.apart, apart(run))
        self._close(self._by_roll(made.lot, made.area))

    def _ended(self, rolls: Codes) -> Codes:
        """Rolls whose last part ended in the window."""
        lots, last = self._run["lots"], np.full(self._run.lots, -np.inf)
        ended = np.where(lots.where("fate", "inside"), np.inf, lots.floats("ended_s"))[self._part]
        np.maximum.at(last, lots.integers("origin")[self._part], ended)
        return rolls[self._run.window.holds(last[rolls])]

    def _by_roll(self, lot: Codes, area: Floats) -> Floats:
        roll = self._roll[lot]
        known = roll >= 0
        return np.asarray(np.bincount(roll[known], weights=area[known], minlength=self._run.lots))

    def _sum(self, chosen: Mask) -> Floats:
        lots = self._run["lots"]
        return self._by_roll(lots.integers("lot")[chosen], lots.floats("area_m2")[chosen])

    def _whole(self, chosen: Mask, verdicts: Verdicts, *actions: str) -> Pieces:
        """Lots that were lost as a whole, each by its own verdict or else by its roll's."""
        lots = self._run["lots"]
        lot, decided = lots.integers("lot")[chosen], verdicts.deciding(*actions)
        reason = np.where(decided[lot] >= 0, decided[lot], decided[self._roll[lot]])
        names = [*verdicts.names, OTHER]
        return Pieces(lot, lots.floats("area_m2")[chosen], np.where(reason >= 0, reason, len(names) - 1), names)

    def _book(self, book: dict[str, Floats], pieces: Pieces) -> None:
        for code in np.unique(pieces.reason).tolist():
            mine = pieces.reason == code
            name = pieces.names[code]
            area = self._by_roll(pieces.lot[mine], pieces.area[mine])
            book[name] = book[name] + area if name in book else area

    def _close(self, coated_area: Floats) -> None:
        """Book what nothing explains: trim where a roll was cut into panels, a loss elsewhere."""
        explained = self.good + sum(self.lost.values()) + sum(self.apart.values())
        rest = coated_area - explained
        rest = np.where(rest > 1e-9 * coated_area, rest, 0.0)
        lots = self._run["lots"]
        paneled = self._sum(lots.where("fate", "cut")) > 0.0
        self.apart[TRIM] = np.where(paneled, rest, 0.0)
        self.lost[OTHER] = self.lost.get(OTHER, np.zeros_like(rest)) + np.where(paneled, 0.0, rest)

    def of(self, product: str) -> Codes:
        """Return the rolls of a product; all of them for the line."""
        if not product:
            return self.rolls
        lots = self._run["lots"]
        return self.rolls[np.isin(self.rolls, lots.integers("lot")[lots.where("product", product)])]


def loss_rows(run: Run) -> Iterator[Row]:
    """Yield yield, losses by reason, and what is shown apart, of the line and of each product."""
    cohort = Cohort(run)
    for scope, subject in scopes(run):
        rolls = cohort.of(subject)
        good = float(cohort.good[rolls].sum())
        lost = _sums(cohort.lost, rolls)
        beside = _sums(cohort.apart, rolls)
        judged = good + sum(lost.values())
        whole = judged + sum(beside.values())
        yield row("yield", scope, subject, good, judged)
        yield row("yield_gross", scope, subject, good, whole)
        for name in sorted(beside):
            yield row("apart_share", scope, subject, beside[name], whole, name)
        for name in sorted(lost):
            yield row("lost", scope, subject, lost[name], run.window.days, name)
            yield row("lost_share", scope, subject, lost[name], judged, name)


def scrap_rows(run: Run) -> Iterator[Row]:
    """Yield the mass that was scrapped before anything was coated with it, by reason, of the line and each product."""
    lots, verdicts = run["lots"], Verdicts(run)
    mass, decided = lots.floats("mass_kg"), verdicts.deciding("scrap")[lots.integers("lot")]
    gone = lots.where("fate", "scrapped") & (lots.floats("area_m2") <= 0.0) & run.window.holds(lots.floats("ended_s"))
    for scope, subject in scopes(run):
        mine = gone & of(lots, subject)
        for code in np.unique(decided[mine]).tolist():
            name = verdicts.names[code] if code >= 0 else OTHER
            yield row("scrapped", scope, subject, float(mass[mine & (decided == code)].sum()), run.window.days, name)


def _sums(book: Mapping[str, Floats], rolls: Codes) -> dict[str, float]:
    sums = {name: float(area[rolls].sum()) for name, area in book.items()}
    return {name: area for name, area in sums.items() if area > 0.0 or name in {OTHER, TRIM, SAMPLE}}
