"""Coated rolls and what was taken off them: each piece with its lot, its area and the reason."""

from typing import NamedTuple

import numpy as np

from twin.indicators.frame import Codes, Floats, Frame, Mask, Run

OTHER = "other"
TRIM, SAMPLE = "panel trim", "sample"


class Coated(NamedTuple):
    """Coated rolls.

    Attributes:
        lot: Number of each. Shape: (rolls,).
        at: When each was coated. Shape: (rolls,). [s]
        area: Its coated area, start-up and splice included. Shape: (rolls,). [m^2]
    """

    lot: Codes
    at: Floats
    area: Floats


class Pieces(NamedTuple):
    """Area that was taken off lots.

    Attributes:
        lot: Number of the lot. Shape: (pieces,).
        area: Area of the piece. Shape: (pieces,). [m^2]
        reason: Place of the reason's name. Shape: (pieces,).
        names: Reasons.
    """

    lot: Codes
    area: Floats
    reason: Codes
    names: list[str]


def coated(run: Run) -> Coated:
    """Return all rolls that were coated: before the operation there was no area, after it there is."""
    visits = run["visits"]
    rolls = visits.take((visits.floats("area_in_m2") <= 0.0) & (visits.floats("area_out_m2") > 0.0))
    lot = rolls.integers("lot")
    codes, names = rolls.names("stage")
    consumed = run["consumption"]
    there = consumed.where("kind", "scrap") & consumed.where(
        "stage", *(names[one] for one in np.unique(codes).tolist())
    )
    area = consumed.floats("amount") * _width(run)[consumed.integers("lot")]
    beside = np.bincount(consumed.integers("lot")[there], weights=area[there], minlength=run.lots)
    return Coated(lot, rolls.floats("end_s"), rolls.floats("area_out_m2") + beside[lot])


def _width(run: Run) -> Floats:
    """Coated width of each lot; 0 for what is no roll. Shape: (lots,). [m]"""
    visits = run["visits"]
    rolls = visits.take((visits.floats("length_out_m") > 0.0) & (visits.floats("area_out_m2") > 0.0))
    return run.by_lot(rolls, rolls.floats("area_out_m2") / rolls.floats("length_out_m"), missing=0.0)


def _area_of_mass(run: Run) -> Floats:
    """Area of a kilogram of each lot of panels; 0 for anything else. Shape: (lots,). [m^2/kg]"""
    visits = run["visits"]
    sublots = visits.take((visits.floats("panels_out") > 0.0) & (visits.floats("mass_out_kg") > 0.0))
    return run.by_lot(sublots, sublots.floats("area_out_m2") / sublots.floats("mass_out_kg"), missing=0.0)


def apart(run: Run) -> Pieces:
    """Return what was taken off for reasons that are no limit: start-up, splice, stopped web, samples."""
    taken = run["consumption"]
    taken = taken.take(taken.where("kind", "scrap", "sample"))
    lot, amount = taken.integers("lot"), taken.floats("amount")
    by_length = taken.where("amount_unit", "m")
    area = np.where(by_length, amount * _width(run)[lot], amount * _area_of_mass(run)[lot])
    codes, names = taken.names("item")
    return Pieces(lot, area, codes, names)


class Verdicts:
    """The verdicts that cost something.

    Attributes:
        names: Reasons: stage, limit and side, or what else it was.
    """

    def __init__(self, run: Run) -> None:
        told = run["dispositions"]
        self._frame: Frame = told.take(~told.where("action", "pass", "noted", "repeat"))
        self._lots = run.lots
        self._reason, self.names = _reasons(self._frame)

    def cut(self) -> Pieces:
        """Return the web that was cut off because a measure in metres missed its limit."""
        cuts = self._frame.where("action", "cut")
        told = self._frame.take(cuts)
        length = told.floats("length_m")
        beyond = np.nan_to_num(told.floats("value") - told.floats("upper"))
        share = np.clip(beyond / np.where(length > 0.0, length, np.inf), 0.0, 1.0)
        return Pieces(told.integers("lot"), share * told.floats("area_m2"), self._reason[cuts], self.names)

    def deciding(self, *actions: str) -> Codes:
        """Return the reason of each lot's first verdict of one of these kinds; -1 for none. Shape: (lots,)."""
        found = np.full(self._lots, -1, dtype=np.int64)
        chosen = np.flatnonzero(self._frame.where("action", *actions))[::-1]
        found[self._frame.integers("lot")[chosen]] = self._reason[chosen]
        return found


def _reasons(told: Frame) -> tuple[Codes, list[str]]:
    stage, stages = told.names("stage")
    limit, limits = told.names("limit")
    value, lower, upper = told.floats("value"), told.floats("lower"), told.floats("upper")
    no_limit: Mask = np.isnan(lower) & np.isnan(upper)
    side = np.select([no_limit, value < lower, value > upper], [3, 1, 2], default=0)
    key = (stage * (len(limits) + 1) + limit) * 4 + side
    keys, reason = np.unique(key, return_inverse=True)
    names = []
    for one in keys.tolist():
        place, which = divmod(one, 4)
        first, second = divmod(place, len(limits) + 1)
        words = limits[second] if which == 3 else f"{stages[first]} {limits[second]}"
        names.append(words + ("", " too low", " too high", "")[which])
    return reason.astype(np.int64), names
