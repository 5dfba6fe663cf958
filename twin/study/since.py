"""What changed from one run in the store to a later one: inputs, code, and the numbers that moved beyond noise."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from twin.store import Store
from twin.study.interval import Estimate, apart, paired
from twin.study.result import Key, Series, gathered

WATCHED = ("released", "yield", "lead_time", "wip_lots", "oee", "cost", "solvent_lost")
Row = Mapping[str, Any]
PAIRED = ("seed", "replications", "warm_up_s", "horizon_s")


@dataclass(frozen=True, slots=True)
class Moved:
    """One number in both runs.

    Attributes:
        key: Which number.
        unit: Its unit.
        before: Mean in the earlier run.
        after: Mean in the later run.
        change: Later minus earlier, with its 95 % interval.
        real: Whether the interval leaves out 0.
    """

    key: Key
    unit: str
    before: float
    after: float
    change: Estimate
    real: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """Two stored runs compared.

    Attributes:
        before: Id of the earlier run.
        after: Id of the later run.
        inputs: Path -> (value before, value after), as text with unit, of every parameter that differs.
        models: Model version of the earlier run, and of the later one.
        pairs: Whether both drew the same random numbers, so that replications pair.
        numbers: The watched numbers that both have.
    """

    before: str
    after: str
    inputs: Mapping[str, tuple[str, str]]
    models: tuple[str, str]
    pairs: bool
    numbers: tuple[Moved, ...]

    @property
    def moved(self) -> tuple[Moved, ...]:
        """The numbers that moved beyond noise."""
        return tuple(one for one in self.numbers if one.real)


def since(store: Store, before: str, after: str) -> Since:
    """Compare two runs of a store.

    Args:
        store: Where both are.
        before: Id of the earlier run.
        after: Id of the later run.

    Raises:
        UsageError: One is not there.
        ContractError: A file is damaged.
    """
    runs = [store.read(one, "runs").to_pylist()[0] for one in (before, after)]
    series = [_series(store, one, run["replications"]) for one, run in zip((before, after), runs, strict=True)]
    pairs = all(runs[0][name] == runs[1][name] for name in PAIRED)
    shared = [key for key in series[1] if key in series[0] and key.indicator in WATCHED]
    return Since(
        before=before, after=after, inputs=_inputs(*(_parameters(store, one) for one in (before, after))),
        models=(runs[0]["model_version"], runs[1]["model_version"]), pairs=pairs,
        numbers=tuple(_moved(key, series[0][key], series[1][key], pairs=pairs) for key in shared),
    )  # fmt: skip


def _series(store: Store, run: str, replications: int) -> dict[Key, Series]:
    return gathered([store.read(run, "indicators")], range(replications))


def _parameters(store: Store, run: str) -> dict[str, Row]:
    rows = store.read(run, "parameters").select(["path", "value", "value_text", "value_unit"]).to_pylist()
    return {row.pop("path"): row for row in rows}


def _inputs(before: Mapping[str, Row], after: Mapping[str, Row]) -> dict[str, tuple[str, str]]:
    pairs = {path: (before.get(path), after.get(path)) for path in dict.fromkeys((*before, *after))}
    return {path: _texts(*pair) for path, pair in pairs.items() if pair[0] != pair[1]}


def _texts(before: Row | None, after: Row | None) -> tuple[str, str]:
    """Return two values as text, in as many digits as tell them apart: a date as a seed has eight."""
    short = _text(before, "g"), _text(after, "g")
    return short if short[0] != short[1] else (_text(before, ".17g"), _text(after, ".17g"))


def _text(row: Row | None, digits: str) -> str:
    if row is None:
        return "not there"
    value = row["value_text"] if row["value"] is None else format(row["value"], digits)
    return f"{value} {row['value_unit'] or ''}".strip().removesuffix(" 1")


def _moved(key: Key, before: Series, after: Series, *, pairs: bool) -> Moved:
    means = before.estimate().mean, after.estimate().mean
    change = paired(before.values, after.values).difference if pairs else apart(before.values, after.values)
    known = change.n > 1 and isfinite(change.half_width)
    return Moved(key, after.unit, *means, change, real=known and not change.low <= 0.0 <= change.high)
