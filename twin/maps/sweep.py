"""The sweep of a map: the product's stages run over a grid of settings, and what both sides share is run once."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.maps.nominal import Procedure, Walk
from twin.maps.sketch import Along, Sketch
from twin.material import Lot
from twin.polymer.solvents import AMBIENT
from twin.stage import Stage

Floats = NDArray[np.float64]
Named = tuple[str, float]
UNTESTED = "extrapolated"
DOUBTS = (UNTESTED, "not converged")


class Side(NamedTuple):
    """A side on its way, in SI units.

    Attributes:
        along: What it was made of.
        settings: Settings that really move, with their values in the recipe.
        values: Values on it. Shape: (n,).
    """

    along: Along
    settings: tuple[Named, ...]
    values: Floats

    @property
    def recipe(self) -> float:
        """Where the recipe stands."""
        return self.settings[0][1]

    def put(self, procedure: Procedure, value: float) -> dict[str, Stage]:
        """Return the procedure with the side's settings moved to a value."""
        changed = dict(procedure)
        for path, own in self.settings:
            moved = value * own / self.recipe if self.along.ratio else value + own - self.recipe
            changed |= moved_to(changed, path, moved)
        return changed

    def first(self, order: list[str]) -> int:
        """Return the place of the first stage that it moves. [1]"""
        return min(order.index(path.partition(".")[0]) for path, _ in self.settings)


class Swept(NamedTuple):
    """What a sweep found.

    Attributes:
        measures: Every wanted measure, ``stage.measure``, or property of the lot behind that stage, in SI units. Shape
            of each: (up, across).
        flags: Doubts that stages raised, with the share of the grid that carries each. [1]
        untested: Whether a stage left its tested domain there. Shape: (up, across).
    """

    measures: dict[str, Floats]
    flags: dict[str, float]
    untested: NDArray[np.bool_]


class _Reached(NamedTuple):
    """A lot behind some of its stages, with all that was measured and doubted on the way."""

    lot: Lot
    known: dict[str, float]
    raised: frozenset[str] = frozenset()


def moved_to(procedure: Procedure, path: str, value: float) -> dict[str, Stage]:
    """Return the procedure with one setting, ``stage.setting``, moved to a value."""
    stage, _, name = path.partition(".")
    held: Any = procedure[stage]
    return {**procedure, stage: replace(held, **{name: value})}


def setting(procedure: Procedure, path: str) -> float:
    """Return the value of a setting, ``stage.setting``."""
    stage, _, name = path.partition(".")
    return float(getattr(procedure[stage], name))


def side(recipe: Procedure, along: Along, ends: tuple[float, float], count: int) -> Side:
    """Return a side over a range, in SI units; of the zones of a dryer only those move that are passed and heated."""
    known = [(path, setting(recipe, path)) for path in along.settings]
    zones = round(getattr(recipe.get("predrying"), "zones", 0.0))
    moving = [
        (path, value)
        for path, value in known
        if ".zone_" not in path or (value > AMBIENT and int(path.rpartition("_")[2]) <= zones)
    ]
    space = np.geomspace if along.logarithmic or (along.crowded and ends[0] > 0.0) else np.linspace
    return Side(along, tuple(moving or known[:1]), np.asarray(space(*ends, count)))


def wanted(sketch: Sketch) -> list[str]:
    """List the measures and properties that a map needs, ``stage.measure``."""
    found = [one.measure for one in sketch.fields]
    found += [path for one in sketch.fields for path, _ in (*one.also, *one.curves)]
    found += [one.by[0] for one in sketch.fields if one.by]
    return list(dict.fromkeys(found))


def sweep(walk: Walk, sketch: Sketch, recipe: Procedure, sides: list[Side]) -> Swept:
    """Run the stages over the grid of one side, or of two: the first runs across, the second up."""
    base = dict(recipe)
    for path, value in sketch.instead:
        base = moved_to(base, path, value)
    ranked = sorted(sides, key=lambda one: one.first(list(base)))
    shape = tuple(len(one.values) for one in ranked)
    table = {path: np.full(shape, np.nan) for path in wanted(sketch)}
    flags: dict[str, float] = {}
    untested = np.zeros(shape, dtype=bool)
    for place, reached in _reached(walk, base, ranked, _stops(list(base), ranked, list(table))):
        for path, values in table.items():
            values[place] = reached.known.get(path, np.nan)
        for flag in sorted(reached.raised):
            flags[flag] = flags.get(flag, 0.0) + 1.0 / float(np.prod(shape))
        untested[place] = any(flag.startswith(UNTESTED) for flag in reached.raised)
    turned = len(sides) > 1 and ranked[0] is sides[0]
    measures = {path: np.atleast_2d(values.T if turned else values) for path, values in table.items()}
    return Swept(measures, flags, np.atleast_2d(untested.T if turned else untested))


def _stops(order: list[str], ranked: list[Side], paths: list[str]) -> list[list[str]]:
    """Part the stages: before the first side moves anything, then between one side and the next, to the last needed."""
    last = max(order.index(path.partition(".")[0]) for path in paths) + 1
    ends = [0, *(one.first(order) for one in ranked), last]
    return [order[low:high] for low, high in pairwise(ends)]


def _reached(
    walk: Walk, base: Procedure, ranked: list[Side], parts: list[list[str]]
) -> Iterator[tuple[tuple[int, ...], _Reached]]:
    start = _after(walk, base, _Reached(Lot(0, walk.product), {}), parts[0])
    waiting: list[tuple[tuple[int, ...], Procedure, _Reached]] = [((), base, start)]
    while waiting:
        place, procedure, reached = waiting.pop()
        depth = len(place)
        if depth == len(ranked):
            yield place, reached
            continue
        for number, value in enumerate(ranked[depth].values.tolist()):
            moved = ranked[depth].put(procedure, value)
            waiting.append(((*place, number), moved, _after(walk, moved, reached, parts[depth + 1])))


def _after(walk: Walk, procedure: Procedure, before: _Reached, stages: list[str]) -> _Reached:
    lot, known, raised = before.lot, dict(before.known), before.raised
    for name, found in walk.through(procedure, before.lot, stages):
        lot = found.lot
        sound = not any(flag.startswith("not converged") for flag in found.flags)
        told = {**lot.properties, **found.measures}
        known |= {f"{name}.{path}": value if sound else float("nan") for path, value in told.items()}
        raised |= {flag for flag in found.flags if flag.startswith(DOUBTS)}
    return _Reached(lot, known, raised)
