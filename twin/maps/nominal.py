"""A product's recipe without scatter, and a lot that walks through it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, NamedTuple, cast

from twin.draws import Draws
from twin.material import Lot, portion
from twin.plan import Plan
from twin.stage import Outcome, Stage, Visit

SCATTERS = ("_sd", "_sigma", "_spread")
WITHIN = frozenset({"hole_sd"})  # scatter inside one lot, which decides its class and is no draw
Procedure = Mapping[str, Stage]


def unscattered(stage: Stage) -> Stage:
    """Return a stage of which every draw is its mean or median.

    >>> from twin.stages.predrying import Predrying
    >>> unscattered(Predrying()).temperature_sd
    0.0
    """
    held: Any = stage
    known = fields(held) if hasattr(held, "__dataclass_fields__") else ()
    names = [one.name for one in known if one.name.endswith(SCATTERS) and one.name not in WITHIN]
    return cast("Stage", replace(held, **dict.fromkeys(names, 0.0))) if names else stage


class Walk(NamedTuple):
    """How a lot of one product goes through its stages in one plant.

    Attributes:
        plan: The plan, which says how batches are divided.
        product: Name of the product.
    """

    plan: Plan
    product: str

    def recipe(self) -> dict[str, Stage]:
        """Return the product's stages without scatter, in order."""
        return {name: unscattered(stage) for name, stage in self.plan.products[self.product].procedure.items()}

    def through(self, procedure: Procedure, lot: Lot, stages: Sequence[str]) -> Iterator[tuple[str, Outcome]]:
        """Take a lot through some stages, one after the other; yield what each did."""
        for name in stages:
            found = procedure[name].run(self.divided(lot, name), self._visit(name), Draws(0, 0, f"map/{name}"))
            lot = found.lot
            yield name, found

    def divided(self, lot: Lot, stage: str) -> Lot:
        """Return what a stage is given of a batch: powder for a varnish, varnish for a roll, a roll's sublot."""
        making, stocks = self.plan.plant.making(self.product), self.plan.plant.stocks
        sizes = {"dissolution": making.varnish_powder, "coating": making.charge}
        if stage in sizes and lot.mass > 0.0:
            return portion(lot, sizes[stage] / lot.mass)
        if stage in {"lamination", "drilling"} and lot.panels == 0.0:
            area = lot.length * lot.properties.get("coated_width", 0.0)
            share = stocks.sublot * stocks.panel_area / area if area > 0.0 else 1.0
            cut = {"panel_area": stocks.panel_area}
            return portion(lot, share).becoming(cut, length=0.0, panels=float(stocks.sublot), material="panels")
        return lot

    def _visit(self, stage: str) -> Visit:
        plant = self.plan.plant
        loads = {"curing": plant.oven_load.most, "lamination": plant.press_load.most}
        return Visit(load=int(loads.get(stage, 1)))
