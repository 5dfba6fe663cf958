"""What a study has found: one number a replication and indicator, and what they say together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from twin.indicators import CATALOGUE
from twin.indicators.verdicts import Verdict
from twin.plan import Plan
from twin.study.interval import NOTHING, Estimate, estimate


class Key(NamedTuple):
    """Name of one number, as in the table ``indicators``.

    Attributes:
        indicator: Name of the indicator.
        scope: What it is about: line, product, station, ...
        subject: Which of them; empty for the line.
        detail: Which part of it: a state, a loss with its limit; empty for the whole.
    """

    indicator: str
    scope: str = "line"
    subject: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One number in all replications.

    Attributes:
        unit: Its unit.
        values: One value a replication, in their order; NaN where it is not defined.
    """

    unit: str
    values: tuple[float, ...]

    @property
    def ratio(self) -> bool:
        """Whether it lies in [0, 1] by its definition."""
        return self.unit == "1"

    def estimate(self) -> Estimate:
        """Return mean and interval."""
        return estimate(self.values, ratio=self.ratio)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A study that is done.

    Attributes:
        plan: What was simulated.
        run_id: Its run in the store; empty when nothing was published.
        store: Folder of the store.
        series: All numbers by name, in the order of their names.
        operations: Station -> number of operations in all replications, warm-up included.
        replications: How many replications there are. [1]
        computed: Whether it was computed now, rather than found in the store.
        wall: How long that took. [s]
        verdicts: Verdicts on it, those that pass too.
    """

    plan: Plan
    run_id: str
    store: Path
    series: Mapping[Key, Series]
    operations: Mapping[str, int]
    replications: int
    computed: bool = False
    wall: float = 0.0
    verdicts: tuple[Verdict, ...] = ()

    def estimate(self, *name: str) -> Estimate:
        """Return mean and interval of one number; without a row it is what the catalogue says, or nothing at all."""
        key = Key(*name)
        absent = CATALOGUE[key.indicator].absent if key.scope == "product" else NOTHING.mean
        found = self.series.get(key) or Series(CATALOGUE[key.indicator].unit, (absent,) * self.replications)
        return found.estimate()

    def keys(self, indicator: str, scope: str) -> list[Key]:
        """List the numbers of one indicator and scope, in order."""
        return [key for key in self.series if key.indicator == indicator and key.scope == scope]

    def summaries(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of the table ``summaries``."""
        for key, series in self.series.items():
            found = series.estimate()
            numbers = {"mean": found.mean, "sd": found.sd, "half_width": found.half_width}
            ends = {"lower": found.low, "upper": found.high}
            known = {name: value if isfinite(value) else None for name, value in {**numbers, **ends}.items()}
            about = CATALOGUE[key.indicator]
            told = {"definition": about.definition, "standard": about.standard or None}
            yield {**key._asdict(), **known, "n": found.n, "value_unit": series.unit, **told}


def gathered(rows: Sequence[pa.Table], replications: Sequence[int]) -> dict[Key, Series]:
    """Bring the values of all replications together; the order in which they are given plays no part.

    Args:
        rows: Tables of indicators.
        replications: Numbers of the replications that they hold, in order.

    Returns:
        One series a number; a replication without a row of it counts as the catalogue says.
    """
    place = {number: at for at, number in enumerate(replications)}
    values: dict[Key, list[float]] = {}
    for table in rows:
        names = [table[name].to_pylist() for name in Key._fields]
        for number, *key, value in zip(
            table["replication"].to_pylist(), *names, table["value"].to_pylist(), strict=True
        ):
            known = Key(*(str(part or "") for part in key))
            if known not in values:
                values[known] = [CATALOGUE[known.indicator].absent] * len(place)
            values[known][place[number]] = float("nan") if value is None else value
    return {key: Series(CATALOGUE[key.indicator].unit, tuple(values[key])) for key in sorted(values)}
