"""What a plan as a whole must be: settings that go together, a plant that makes something, a run that ends."""

from collections.abc import Mapping

from twin.plan import Plan
from twin.settings import Setting, tree

MOST_DAYS = 1_000_000  # simulated days of one run, all replications together
ROWS_A_DAY = 2000  # of the default plant, for the estimate in a message
SECONDS_A_DAY = 0.04  # of one core, likewise
_DAY = 86400.0
_ORDERED = (  # what must not exceed what, wherever both stand side by side
    ("least", "most"),
    ("lab_open", "lab_close"),
    ("down_unit", "count"),
    ("coated_width", "web_width"),
)
_EQUAL = (("coating.solvent", "predrying.solvent"),)  # of one product


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
        *_idle(known, told),
        *_endless(plan, known, told),
    ]


def _head(one: Setting, told: Mapping[str, str]) -> str:
    return told.get(one.path) or f"{one.path} = {one.written()}"


def _disordered(known: Mapping[str, Setting], told: Mapping[str, str]) -> list[str]:
    problems: list[str] = []
    for path, setting in known.items():
        group, _, name = path.rpartition(".")
        for low, high in _ORDERED:
            other = known.get(f"{group}.{high}")
            if name != low or other is None or float(setting.value) <= float(other.value):
                continue
            if other.path in told and path not in told:
                problems.append(f"{_head(other, told)}: {_clash(setting)} or more, or change both.")
            else:
                problems.append(f"{_head(setting, told)}: {_clash(other)} or less, or change both.")
    return problems


def _clash(other: Setting) -> str:
    return f"does not go with {other.path} = {other.written()}. Use {other.written()}"


def _unequal(plan: Plan, known: Mapping[str, Setting], told: Mapping[str, str]) -> list[str]:
    pairs = [(f"{name}.{one}", f"{name}.{other}") for name in plan.products for one, other in _EQUAL]
    return [
        f"{_head(known[one], told)}: {other} is {known[other].value}. Use the same for both."
        for one, other in pairs
        if {one, other} <= known.keys() and known[one].value != known[other].value
    ]


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
