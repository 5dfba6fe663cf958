"""Peel and ageing fitted to some rows of Table 1: as many parameters as those rows can tell, and no more."""

from collections.abc import Sequence
from math import exp, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.polymer.cure import BEST_EPOXY
from twin.polymer.monomers import DIAMINES, DIANHYDRIDES, EPOXIES
from twin.validation.recipes import EPOXY_NAMES
from twin.validation.table_1 import Row

TEST_TIME = 3.6e6  # s, JP 2003-027014 [0058]
Floats = NDArray[np.float64]


class Fit(NamedTuple):
    """What some rows tell of peel and ageing.

    Attributes:
        fresh: Coefficients of the fresh peel over ``features``; 0 for what the rows cannot tell. Shape: (5,). [N/m]
        loss: Coefficients of the rate of loss over ``features`` without the epoxy. Shape: (5,). [1/s]
    """

    fresh: Floats
    loss: Floats

    def peel(self, row: Row) -> float:
        """Fresh peel strength of a row. [N/m]"""
        return float(self.fresh @ features(row))

    def aged(self, row: Row) -> float:
        """Peel strength of a row after the ageing test. [N/m]"""
        return self.peel(row) * exp(-float(self.loss @ chemistry(row)) * TEST_TIME)


def features(row: Row) -> Floats:
    """What of a row decides on its peel: bare film, epoxy, TMEG, TETRAD-C, TMEG with APB. Shape: (5,). [1]

    Main effects stand before their product, which counts for nothing where the rows cannot tell it from them.

    Args:
        row: The row. [1]
    """
    parts = 100.0 * row.epoxy_mass / row.thermoplastic_mass / BEST_EPOXY
    known = chemistry(row)
    known[1] = parts * exp(1.0 - parts)
    return known


def chemistry(row: Row) -> Floats:
    """As ``features``, without the amount of epoxy, which ageing is not known to depend on. Shape: (5,). [1]

    Args:
        row: The row. [1]
    """
    aliphatic = DIANHYDRIDES[row.dianhydride].nature == "aliphatic ester"
    short = DIAMINES[row.diamine].nature == "short meta"
    glycidyl = bool(row.epoxy) and EPOXIES[EPOXY_NAMES[row.epoxy]].nature == "glycidyl amine"
    return np.array([1.0, 0.0, float(aliphatic), float(glycidyl), float(aliphatic and short)])


def fit(rows: Sequence[Row]) -> Fit:
    """Fit peel and ageing to measured rows by least squares; a rate counts by what rounding leaves of it.

    Args:
        rows: Rows with both peel strengths. [1]
    """
    measured = [(row, row.peel, row.aged) for row in rows if row.peel and row.aged]
    fresh = _solved(
        np.array([features(row) for row, _, _ in measured]), np.array([peel for _, peel, _ in measured]),
        np.ones(len(measured)),
    )  # fmt: skip
    rates = np.array([log(peel / aged) / TEST_TIME for _, peel, aged in measured])
    weights = np.array([(peel**-2 + aged**-2) ** -0.5 for _, peel, aged in measured])
    return Fit(fresh, _solved(np.array([chemistry(row) for row, _, _ in measured]), rates, weights))


def _solved(columns: Floats, values: Floats, weights: Floats) -> Floats:
    """Coefficients by weighted least squares of the columns that each add something to those before. [1]"""
    weighed = columns * weights[:, None]
    kept: list[int] = []
    for column in range(columns.shape[1]):
        if np.linalg.matrix_rank(weighed[:, [*kept, column]]) > len(kept):
            kept.append(column)
    found = np.zeros(columns.shape[1])
    found[kept] = np.linalg.lstsq(weighed[:, kept], values * weights, rcond=None)[0]
    return found
