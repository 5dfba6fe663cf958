"""Claim windows: which set-points a product's patent binds, and which of a plan lie outside them."""

import re
from collections.abc import Mapping
from dataclasses import is_dataclass
from math import isclose
from typing import Any, NamedTuple

from twin.limit import Limit
from twin.parameter import Parameter, parameters
from twin.plan import Plan
from twin.polymer.solvents import AMBIENT, SOLVENTS
from twin.products.product import Product
from twin.stages.coating import varnish_density, wet_thickness
from twin.units import in_shop, span


class Computed(NamedTuple):
    """A figure of a recipe that follows from settings.

    Attributes:
        stage: Stage that it belongs to.
        name: Its name.
        value: Its value in SI units.
        unit: SI unit.
        shop: Unit in which an engineer reads it.
        about: How it follows.
        of: Settings that it follows from, such as ``dissolution.epoxy_ratio``.
    """

    stage: str
    name: str
    value: float
    unit: str
    shop: str
    about: str
    of: tuple[str, ...] = ()


def _varnish(dissolution: Any) -> list[Computed]:  # noqa: ANN401 - any stage with these settings
    epoxy, hardener, solvent = dissolution.epoxy_ratio, dissolution.hardener_ratio, dissolution.solvent_ratio
    solids = (1.0 + epoxy + hardener) / (1.0 + epoxy + hardener + solvent)
    of = tuple(f"dissolution.{name}_ratio" for name in ("solvent", "epoxy", "hardener"))
    return [
        Computed("dissolution", "epoxy_phr", 100.0 * epoxy, "phr", "phr", "Epoxy on 100 parts of polyimide.", of[1:2]),
        Computed("dissolution", "solids", solids, "kg/kg", "wt%", "Solids of the varnish.", of),
    ]


def _coat(coating: Any, solids: float) -> list[Computed]:  # noqa: ANN401 - any stage with these settings
    film, solvent = coating.film_density, SOLVENTS[coating.solvent].density
    wet = wet_thickness(coating.dry_thickness, solids, film, solvent)
    load = wet * varnish_density(solids, film, solvent)
    dry = coating.dry_thickness * film
    return [
        Computed("coating", "wet_thickness", wet, "m", "um", "Wet coating that dries to the dry thickness."),
        Computed("coating", "wet_load", load, "kg/m^2", "g/m^2", "Varnish on the web."),
        Computed("coating", "dry_load", dry, "kg/m^2", "g/m^2", "Dry film on the web."),
    ]


def _dryer(predrying: Any, speed: float) -> list[Computed]:  # noqa: ANN401 - any stage with these settings
    time = predrying.zone_length / speed
    of = ("coating.speed", "predrying.zone_length", "predrying.zones")
    return [
        Computed("predrying", "zone_time", time, "s", "min", "Time of the web in one zone.", of[:2]),
        Computed(
            "predrying", "dryer_time", time * predrying.zones, "s", "min", "Time in all zones, idle ones too.", of
        ),
    ]


def _borders(coating: Any, winding: Any) -> list[Computed]:  # noqa: ANN401 - any stages with these settings
    if not winding.spacer_tape:
        return []
    beside = coating.web_width - coating.coated_width - 2.0 * winding.tape_width
    of = ("coating.coated_width", "coating.web_width", "winding.tape_width")
    about = "Width of the bare borders that the tapes leave; below 0 they lie on the coating."
    return [Computed("coating", "border_beside_tape", round(beside, 9), "m", "mm", about, of)]


def computed(product: Product) -> list[Computed]:
    """Return the figures that follow from a product's recipe; what lacks its settings is left out."""
    stages: Mapping[str, Any] = product.procedure
    found: list[Computed] = []
    solids = 0.0
    try:
        if "dissolution" in stages:
            found += _varnish(stages["dissolution"])
            solids = found[-1].value
        if "coating" in stages and solids:
            found += _coat(stages["coating"], solids)
        if "coating" in stages and "predrying" in stages:
            found += _dryer(stages["predrying"], stages["coating"].speed)
        if "coating" in stages and "winding" in stages:
            found += _borders(stages["coating"], stages["winding"])
    except (AttributeError, KeyError, ZeroDivisionError):  # a product with stages of another make
        return found
    return found


def bound(product: Product, limit: Limit) -> float | None:
    """Return the set-point that a recipe limit binds, in SI units; None when only a run can tell it, or it is idle."""
    if limit.kind != "recipe" or limit.stage not in product.procedure:
        return None
    held = product.procedure[limit.stage]
    if limit.basis and limit.quantity not in (_heated(held) or {"zone_1"}):  # a dryer without heat is no drying
        return None
    value = getattr(held, limit.quantity, None)
    if isinstance(value, int | float):
        return value
    known = {(one.stage, one.name): one.value for one in computed(product)}
    return known.get((limit.stage, limit.quantity))


def _heated(predrying: Any) -> set[str]:  # noqa: ANN401 - any stage with these settings
    """Zones that dry: the web passes them, and they are warmer than the hall."""
    passed = [f"zone_{number}" for number in range(1, round(getattr(predrying, "zones", 0.0)) + 1)]
    return {zone for zone in passed if getattr(predrying, zone, 0.0) > AMBIENT}


def resolved(product: Product, limit: Limit) -> Limit:
    """Return a limit with its ends in the quantity's own unit: those below a boiling point get their solvent's."""
    if not limit.basis:
        return limit
    solvent = getattr(product.procedure.get(limit.stage), "solvent", "")
    if solvent not in SOLVENTS:
        return limit._replace(lower=float("-inf"), upper=float("inf"), basis="")
    boils = SOLVENTS[solvent].boiling_point
    return limit._replace(lower=boils + limit.lower, upper=boils + limit.upper, basis="")


def word(limit: Limit) -> str:
    """Return whose word a limit is, as a mark says it.

    >>> word(Limit("A02", "recipe", "predrying", "zone_1", 0.0, 1.0, "metal-clad laminate, claim 11", ""))
    'claim 11'
    """
    found = re.search(r"claims? \d+(?:\([A-Z]\))?|\[\d{4}\]|paragraph \d+", limit.source)
    return (found[0] if found else limit.source).replace("[", "paragraph ").replace("]", "")


def marks(plan: Plan) -> tuple[tuple[str, str, str], ...]:
    """Return a mark (product, stage, text) for each set-point that lies outside its claim window."""
    found = [
        (name, limit.stage, f"outside {word(limit)}")
        for name, limit, value in set_points(plan)
        if outside(limit, value)
    ]
    return tuple(dict.fromkeys(found))


def set_points(plan: Plan) -> list[tuple[str, Limit, float]]:
    """Return each recipe limit of a plan, resolved, with its product and the set-point that it binds."""
    return [
        (name, resolved(product, limit), value)
        for name, product in plan.products.items()
        for limit in product.specification
        if (value := bound(product, limit)) is not None
    ]


def follows_from(product: Product, limit: Limit) -> tuple[str, ...]:
    """Return the settings, such as ``coating.speed``, that make the set-point of a recipe limit."""
    known = {(one.stage, one.name): one.of for one in computed(product)}
    return known.get((limit.stage, limit.quantity), (f"{limit.stage}.{limit.quantity}",))


def outside(limit: Limit, value: float) -> bool:
    """Say whether a set-point lies outside its window, by more than the last digits of a conversion."""
    return not limit.accepts(value) and not any(isclose(value, end) for end in (limit.lower, limit.upper))


def reads(product: Product, limit: Limit) -> str:
    """Return the window of a recipe limit as an engineer reads it."""
    return span(limit.lower, limit.upper, *_units(product, limit))


def figure(product: Product, limit: Limit, value: float) -> str:
    """Return a set-point that a recipe limit binds, as an engineer reads it."""
    return in_shop(value, *_units(product, limit))


def _units(product: Product, limit: Limit) -> tuple[str, str]:
    """SI unit and shop unit of what a recipe limit binds."""
    held = product.procedure[limit.stage]
    known: Mapping[str, Parameter] = parameters(held) if is_dataclass(held) else {}
    units = {name: (one.unit, one.shop) for name, one in known.items()}
    units |= {one.name: (one.unit, one.shop) for one in computed(product) if one.stage == limit.stage}
    return units.get(limit.quantity, ("", ""))


def window(product: Product, stage: str, name: str) -> str:
    """Return the claim windows of a setting, or of what follows from it, with whose word each is; "" if it has none."""
    path = f"{stage}.{name}"
    told = []
    for limit in product.specification:
        own = (limit.stage, limit.quantity) == (stage, name)
        if limit.kind != "recipe" or not (own or path in follows_from(product, limit)):
            continue
        idle = " where heated" if limit.basis and bound(product, limit) is None else ""
        head = "" if own else f"{limit.quantity} "
        told.append(f"{head}{reads(product, resolved(product, limit))}{idle} ({word(limit)})")
    return "; ".join(told)
