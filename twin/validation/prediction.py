"""What the twin's own stages make of the rows of Table 1, beside what was measured."""

from collections.abc import Mapping
from functools import cache
from typing import Literal, NamedTuple

from twin.draws import Draws
from twin.limit import Limit
from twin.material import Lot, portion
from twin.plant import Plant
from twin.products import Product
from twin.stage import Visit
from twin.validation.recipes import recipe
from twin.validation.table_1 import Row, rows
from twin.windows import bound, outside, resolved, word

CLASSES: Mapping[float, str] = {1.0: "good", 2.0: "triangle", 3.0: "bad"}
NEAR = 50.0  # N/m, error of peel that counts as met: Table 1 is rounded to 1 N/cm
POWDER = 5.0  # kg of the given resin of Comparative 5; nothing that is compared depends on it
UNKNOWN = "extrapolated: absorption of Example 1"  # nobody tells how a film without polyimide absorbs at 355 nm
ABSORBING = ("epoxy_phr", "reactive_share")  # what the laser asks of a film


By = Literal["stage", "rule"]


class Prediction(NamedTuple):
    """One row: predicted, and through it what was observed.

    Attributes:
        row: The row as observed.
        soluble: Whether the resin dissolves in the varnish solvent; None where the resin is given, not predicted.
        laser: ``good``, ``triangle`` or ``bad``; None where there is no film.
        laser_alone: The same as the stage says it, without the rule of this comparison for a film without polyimide.
        peel: Peel strength, fresh; None where there is no film. [N/m]
        aged: Peel strength after the ageing test; None likewise. [N/m]
        flags: Doubts that the stages raise of it.
        marks: Claims and paragraphs that its recipe leaves.
    """

    row: Row
    soluble: bool | None
    laser: str | None
    laser_alone: str | None
    peel: float | None
    aged: float | None
    flags: tuple[str, ...]
    marks: tuple[str, ...]

    @property
    def laser_by(self) -> By | None:
        """Whose answer ``laser`` is: the stage's, or that of a rule which stands in this module; None for no answer."""
        if self.laser is None:
            return None
        return "stage" if self.row.is_polyimide else "rule"

    @property
    def is_extrapolated(self) -> bool:
        """Whether a stage was outside the domain for which it was fitted or tested."""
        return any(flag.startswith("extrapolated") for flag in self.flags)


@cache
def predictions() -> tuple[Prediction, ...]:
    """Predict every row."""
    return tuple(predicted(row) for row in rows())


def predicted(row: Row) -> Prediction:
    """Send one lot of a row through the stages at nominal draws: from its monomers, or from its resin.

    Args:
        row: The row. [1]
    """
    product = recipe(row)
    made = _made(product, is_polyimide=row.is_polyimide)
    measures = made.measures
    marks = [word(limit) for limit in product.specification if _set_outside(product, limit)] + made.missed
    return Prediction(
        row=row,
        soluble=measures["soluble"] == 1.0 if row.is_polyimide else None,
        laser=CLASSES[measures["laser_class"]] if "laser_class" in measures else None,
        laser_alone=made.laser_alone,
        peel=measures.get("peel"),
        aged=measures.get("peel_aged"),
        flags=tuple(dict.fromkeys(made.flags)),
        marks=tuple(dict.fromkeys(f"outside {one}" for one in marks)),
    )


class _Made(NamedTuple):
    """What the stages say of one lot: measures, doubts, measures beyond a recipe's limit, and the laser by itself."""

    measures: dict[str, float]
    flags: list[str]
    missed: list[str]
    laser_alone: str | None


def _made(product: Product, *, is_polyimide: bool) -> _Made:
    """Send one lot through the stages, until its resin does not dissolve."""
    lot, names = Lot(0, product.name), list(product.procedure)
    if not is_polyimide:
        lot, names = _given(product.name), names[names.index("dissolution") :]
    made = _Made({}, [] if is_polyimide else [UNKNOWN], [], None)
    for name in names:
        lot = _part(name, lot)
        if name == "drilling":
            made, lot = made._replace(laser_alone=_laser(product, lot)), lot if is_polyimide else _seen(lot)
        done = product.procedure[name].run(lot, Visit(), Draws(0, 0, name, 0))
        lot = done.lot
        made.measures.update(done.measures)
        made.flags.extend(done.flags)
        made.missed.extend(word(one) for one in product.limits(name, "recipe") if _misses(product, one, done.measures))
        if made.measures.get("soluble") == 0.0:
            break
    return made


def _given(product: str) -> Lot:
    """A resin that is bought: of its chains the twin knows nothing, so that each stage takes its own reference."""
    return Lot(0, product, "powder", mass=POWDER, properties={"polymer_mass": POWDER})


def _laser(product: Product, lot: Lot) -> str:
    """Class of a sublot as the stage says it."""
    return CLASSES[product.procedure["drilling"].run(lot, Visit(), Draws(0, 0, "drilling", 0)).measures["laser_class"]]


def _seen(lot: Lot) -> Lot:
    """A film without polyimide as the laser sees it: the mixing rule of polyimide and epoxy says nothing of it."""
    return lot._replace(properties={name: value for name, value in lot.properties.items() if name not in ABSORBING})


def _part(stage: str, lot: Lot) -> Lot:
    """What a stage gets of a lot: a charge of varnish, a sublot of panels."""
    plant = Plant()
    if stage == "coating":
        return portion(lot, min(1.0, plant.making(lot.product).charge / lot.mass))
    if stage == "lamination":
        area, count = plant.stocks.panel_area, float(plant.stocks.sublot)
        part = portion(lot, min(1.0, count * area / (lot.length * lot.properties["coated_width"])))
        return part.becoming({"panel_area": area}, length=0.0, panels=count, material="panels")
    return lot


def _set_outside(product: Product, limit: Limit) -> bool:
    value = bound(product, limit)
    return value is not None and outside(resolved(product, limit), value)


def _misses(product: Product, limit: Limit, measures: Mapping[str, float]) -> bool:
    """Whether a measure leaves a limit that no set-point tells."""
    told = limit.quantity in measures and not limit.basis and bound(product, limit) is None
    return told and outside(limit, measures[limit.quantity])
