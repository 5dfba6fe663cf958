"""What a plan as a whole must be: settings that go together, a plant that makes something, a run that ends."""

from collections.abc import Mapping
from typing import Any

from twin.errors import joined
from twin.plan import Plan
from twin.products.product import Product
from twin.settings import Setting, same, tree

MOST_DAYS = 1_000_000  # simulated days of one run, all replications together
ROWS_A_DAY = 2000  # of the default plant, for the estimate in a message
SECONDS_A_DAY = 0.04  # of one core, likewise
_DAY = 86400.0
_DIGITS = 1e-5  # what the six digits of a message leave out
_STRICT = frozenset({"lab_open"})  # what must not equal it either
_ORDERED = (  # what must not exceed what, wherever both stand side by side
    ("least", "most"),
    ("lab_open", "lab_close"),
    ("down_unit", "count"),
    ("coated_width", "web_width"),
)
_EQUAL = (("coating.solvent", "predrying.solvent"),)  # of one product
_CARRIERS = (  # stage that a web of another carrier cannot go through, and why
    ("curing", "copper foil", "the oven melts any other web"),
    ("lamination", "release film", "the press takes the film off its web"),
)
_ROOMS = (("plant.oven_load.most", "plant.oven.places"), ("plant.press_load.most", "plant.press.places"))


def check(plan: Plan, told: Mapping[str, str]) -> list[str]:
    """List what cannot be, one line each; the size of the run is counted before it is one.

    Args:
        plan: The plan.
        told: Where and how a setting got its value, by path, for the message.
    """
    known = tree(plan)
    return [
        *_disordered(known, told),
        *_unequal(plan, known, told),
        *_other_solvent(plan, known, told),
        *_other_carrier(plan, known, told),
        *_crowded(known, told),
        *(line for name in plan.products for line in _never(plan, name, known, told)),
        *_idle(known, told),
        *_endless(plan, known, told),
    ]


def pointless(plan: Plan, told: Mapping[str, str]) -> list[str]:
    """List what was told and changes nothing: stops of a machine that never come."""
    known, end = tree(plan), plan.study.horizon
    found: list[str] = []
    for path, unit in known.items():
        group, _, name = path.rpartition(".")
        if name != "down_unit":
            continue
        begin, length = known[f"{group}.down_from"], known[f"{group}.down_for"]
        if unit.value and not float(length.value):
            found.append(f"{_head(unit, told)}: stops nothing without {length.path}, which is {length.written()}.")
        if not unit.value and float(length.value):
            found.append(f"{_head(length, told)}: stops nothing without {unit.path}, which is 0.")
        if unit.value and float(length.value) and float(begin.value) >= end:
            days = f"{end / _DAY:.6g} d"
            found.append(f"{_head(begin, told)}: the stop never comes, the measured time is {days} (study.horizon).")
    return found


def _head(one: Setting, told: Mapping[str, str]) -> str:
    return told.get(one.path) or f"{one.path} = {one.written()}"


def _disordered(known: Mapping[str, Setting], told: Mapping[str, str]) -> list[str]:
    problems: list[str] = []
    for path, setting in known.items():
        group, _, name = path.rpartition(".")
        for low, high in _ORDERED:
            other = known.get(f"{group}.{high}")
            if name != low or other is None or not _exceeds(setting, other, name in _STRICT):
                continue
            problems.append(_clash(setting, other, told, strict=name in _STRICT))
    return problems


def _exceeds(one: Setting, other: Setting, strict: bool = False) -> bool:  # noqa: FBT001, FBT002 - private
    first, second = float(one.value), float(other.value)
    return first > second or (strict and first == second)


def _clash(low: Setting, high: Setting, told: Mapping[str, str], *, strict: bool = False) -> str:
    """Say that one setting must not exceed another; the one that was given is the one to change."""
    mine, other, side = (high, low, "more") if high.path in told and low.path not in told else (low, high, "less")
    use = f"{side} than {other.written()}" if strict else f"{other.written()} or {side}"
    return f"{_head(mine, told)}: does not go with {other.path} = {other.written()}. Use {use}, or change both."


def _unequal(plan: Plan, known: Mapping[str, Setting], told: Mapping[str, str]) -> list[str]:
    pairs = [(f"{name}.{one}", f"{name}.{other}") for name in plan.products for one, other in _EQUAL]
    pairs += [(f"{name}.lamination.panel_area", "plant.stocks.panel_area") for name in plan.products]
    return [
        f"{_head(known[mine], told)}: {other} is {known[other].written()}. Use the same for both."
        for one, two in pairs
        if {one, two} <= known.keys() and not same(known[one].value, known[two].value)
        for mine, other in [(two, one) if two in told and one not in told else (one, two)]
    ]


def _other_solvent(plan: Plan, known: Mapping[str, Setting], told: Mapping[str, str]) -> list[str]:
    """What dissolves the powder is what is coated and dried; the recipe fixes it, a setting can only contradict it."""
    problems: list[str] = []
    for name, product in plan.products.items():
        held: Any = product.procedure.get("dissolution")
        solvents = tuple(solvent for solvent, _ in getattr(held, "solvents", ()))
        one = known.get(f"{name}.coating.solvent")
        if solvents and one is not None and one.value not in solvents:
            problems.append(f"{_head(one, told)}: the varnish of {name} is made with {joined(solvents)}. Use that.")
    return problems


def _other_carrier(plan: Plan, known: Mapping[str, Setting], told: Mapping[str, str]) -> list[str]:
    return [
        f"{_head(one, told)}: {name} has {stage}, and {why}. Use {carrier}."
        for name, product in plan.products.items()
        for stage, carrier, why in _CARRIERS
        if stage in product.procedure
        and (one := known.get(f"{name}.coating.carrier")) is not None
        and one.value != carrier
    ]


def _crowded(known: Mapping[str, Setting], told: Mapping[str, str]) -> list[str]:
    """A load of several lots waits for its last one, so that there must be places for all of it."""
    return [
        _clash(known[most], known[places], told)
        for most, places in _ROOMS
        if {most, places} <= known.keys() and float(known[most].value) > 1.0 and _exceeds(known[most], known[places])
    ]


def _never(plan: Plan, name: str, known: Mapping[str, Setting], told: Mapping[str, str]) -> list[str]:
    """What a product's turn on the coater waits for, and what can never come."""
    making = f"plant.{name}."
    own = {path.removeprefix(making): one for path, one in known.items() if path.startswith(making)}
    if not own or not float(own["campaign"].value):
        return []
    target, turn = own["powder_target"], own["campaign"]
    if not float(target.value):
        return [f"{_head(target, told)}: no powder is made for {turn.path} = {turn.written()}. Use more than 0."]
    return [
        f"{_head(one, told)}: above {one.written(bound)}, {what}. Use {one.written(one.low)} to {one.written(bound)}."
        for one, bound, what in _bounds(plan.products[name], own)
        if float(one.value) > bound * (1.0 + _DIGITS)
    ]


def _bounds(product: Product, own: Mapping[str, Setting]) -> list[tuple[Setting, float, str]]:
    """Return what must not exceed what it is taken from: settings, most, and what that is."""
    powder, charge = own["varnish_powder"], own["charge"]
    stock = float(own["powder_target"].value) + float(own["powder_batch"].value)
    found = [(powder, stock, "powder_target and powder_batch together: the powder for a varnish never comes")]
    held = product.procedure.get("dissolution")
    ratios = [getattr(held, f"{what}_ratio", 0.0) for what in ("solvent", "epoxy", "hardener")]
    if ratios[0]:
        found.append((charge, float(powder.value) * (1.0 + sum(ratios)), "all of one varnish"))
    return found


def _idle(known: Mapping[str, Setting], told: Mapping[str, str]) -> list[str]:
    turns = {path: one for path, one in known.items() if path.startswith("plant.") and path.endswith(".campaign")}
    if not turns or any(float(one.value) for one in turns.values()):
        return []
    first = next((path for path in turns if path in told), next(iter(turns)))
    return [f"{_head(known[first], told)}: no product has a turn on the coater, so nothing is made. Use more than 0."]


def _endless(plan: Plan, known: Mapping[str, Setting], told: Mapping[str, str]) -> list[str]:
    study = plan.study
    each = (study.horizon + study.warm_up) / _DAY
    days = study.replications * each
    if days <= MOST_DAYS:
        return []
    named = ("study.replications", "study.horizon", "study.warm_up")
    path = next((one for one in named if one in told), named[0])
    size = f"{study.replications:,} x {each:,.6g} d are {days:,.0f} simulated days"
    cost = f"about {days * ROWS_A_DAY:.1g} rows and {days * SECONDS_A_DAY / 3600.0:,.0f} h of one core"
    return [f"{_head(known[path], told)}: {size}, {cost}. Use at most {MOST_DAYS:,} days in all."]
