"""Lots on their way through a product's stages, without the line."""

from twin.draws import Draws
from twin.material import Lot, portion
from twin.plant import Plant
from twin.products import Product
from twin.stage import Outcome, Stage, Visit

PLANT = Plant()


def prepared(product: Product, stage: str, lot: Lot) -> Lot:
    """The part of a lot that a stage gets: a charge of varnish, a sublot of panels."""
    if stage == "coating":
        return portion(lot, PLANT.making(product.name).charge / lot.mass)
    if stage in {"lamination", "drilling"} and not lot.panels:
        area, count = PLANT.stocks.panel_area, float(PLANT.stocks.sublot)
        part = portion(lot, count * area / (lot.length * lot.properties["coated_width"]))
        return part.becoming({"panel_area": area}, length=0.0, panels=count, material="panels")
    return lot


def visited(stage: Stage, lot: Lot, seed: int = 1) -> Outcome:
    """What a stage does to a lot without waits; ovens are full."""
    load = PLANT.oven_load.most if stage.name == "curing" else 1
    return stage.run(lot, Visit(load=load), Draws(seed, 0, stage.name, lot.number))
