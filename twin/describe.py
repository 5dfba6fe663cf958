"""What `describe`, `recipe`, `scenarios`, `init` and `check` show: rows of text, computed from one plan."""

from pathlib import Path
from typing import NamedTuple

from twin import windows
from twin.errors import UsageError, joined, nearest, printable
from twin.plan import Plan
from twin.plausible import ID
from twin.reasons import reason
from twin.scenario import QUESTION, SCENARIOS, shipped
from twin.scenario_file import read
from twin.settings import Setting, find, tree
from twin.units import in_shop

_CARD_UNITS = {  # how a recipe card writes what a table writes otherwise
    "epoxy_ratio": "phr",
    "hardener_ratio": "phr",
    "dry_thickness": "um",
    "wet_thickness": "um",
    "tension": "N/m",
    "chamber_pressure": "Pa",
    "pressure": "MPa",
}
_ON_CARD = frozenset({*_CARD_UNITS, "speed", "taper", "gap", "coated_width", "vacuum_time", "zones", "solvent_mass"})
_HEAD = """\
# A scenario: what differs from the baseline, and nothing else. Take away the # before a line, and change its value.
# Values carry their units in quotes: "110 degC", "5 um", "3 m/min", "72 h"; counts and shares are plain numbers.
# Try it:  twin check FILE   then   twin run FILE.   All settings: twin describe
question = "What if ...?"
# base = "baseline"
"""
_PARTS = ("study", "plant.oven", "plant.oven_load", "plant.laser", "plant.stocks", "plant.people")


class Description(NamedTuple):
    """One setting, as `twin describe` shows it; all values as an engineer writes them."""

    path: str
    value: str
    unit: str
    range: str
    window: str
    source: str
    evidence: str
    why: str
    about: str


class Line(NamedTuple):
    """One line of a recipe card."""

    stage: str
    quantity: str
    value: str
    window: str
    source: str
    about: str


class Shipped(NamedTuple):
    """One scenario with the question that it asks."""

    name: str
    question: str


class Change(NamedTuple):
    """One setting that a scenario changes, as `twin check` shows it."""

    path: str
    baseline: str
    value: str
    window: str


def _window(plan: Plan, path: str) -> str:
    product, _, rest = path.partition(".")
    stage, _, name = rest.rpartition(".")
    return windows.window(plan.products[product], stage, name) if product in plan.products else ""


def describe(plan: Plan, glob: str = "*") -> list[Description]:
    """Return the settings whose path a pattern means, or which lie below it.

    Raises:
        UsageError: There is none; the message names the nearest.
    """
    return [
        Description(
            path=one.path,
            value=one.written(),
            unit=one.about.shop,
            range=one.range(),
            window=_window(plan, one.path),
            source=one.about.source,
            evidence=one.about.evidence,
            why=" ".join(filter(None, (reason(name, one.path) for name in ID.findall(one.about.source)))),
            about=one.about.about,
        )
        for one in find(plan, glob)
    ]


def _on_card(plan: Plan, one: Setting) -> bool:
    """Say whether a setting is what an operator sets: from the patent, bound by it, or this product's own."""
    product, stage, name = one.path.split(".", 2)
    own = plan.products[product].sets(stage, name)
    return own or one.about.evidence == "patent" or name in _ON_CARD or bool(_window(plan, one.path))


def _settings_of(plan: Plan, product: str) -> list[Setting]:
    return [one for path, one in tree(plan).items() if path.startswith(f"{product}.") and _on_card(plan, one)]


def recipe(plan: Plan, product: str) -> list[Line]:
    """Return the recipe card of a product in shop units: what is set, and what follows from it.

    Raises:
        UsageError: There is no such product.
    """
    if product not in plan.products:
        hint = nearest(product, plan.products)
        raise UsageError(f"{printable(product)}: no such product.{hint} Products: {joined(plan.products)}.")
    made = plan.products[product]
    lines = [_line(plan, one) for one in _settings_of(plan, product)]
    for one in windows.computed(made):
        value = in_shop(one.value, one.unit, one.shop)
        lines.append(Line(one.stage, one.name, value, windows.window(made, one.stage, one.name), "computed", one.about))
    order = list(made.procedure)
    return sorted(lines, key=lambda line: order.index(line.stage))


def _line(plan: Plan, one: Setting) -> Line:
    _, stage, name = one.path.split(".", 2)
    unit = _CARD_UNITS.get(name)
    value = one.written() if unit is None or isinstance(one.value, str) else in_shop(one.value, one.about.unit, unit)
    source = one.about.source.partition(" (")[0]  # what stands in brackets, `describe` says
    return Line(stage, name, value, _window(plan, one.path), source, one.about.about)


def scenario_names(folder: Path = SCENARIOS) -> list[Shipped]:
    """Return the shipped scenarios with their questions, the baseline first, also where no folder is."""
    found = [Shipped("baseline", QUESTION)]
    for name in shipped(folder):
        try:
            told = Shipped(name, read(folder / f"{name}.toml").question)
        except UsageError as error:  # one broken file must not hide the others
            told = Shipped(printable(name), f"cannot be read: {error}")
        found = [*found, told] if name != "baseline" else [told, *found[1:]]
    return found


def changes(plan: Plan) -> list[Change]:
    """Return what a plan changes against the baseline, in shop units."""
    known = tree(plan)
    return [
        Change(path, known[path].written(_plain(first)), known[path].written(), _window(plan, path))
        for path, (first, _) in plan.changes.items()
    ]


def _plain(value: object) -> float | int | str:
    return value if isinstance(value, int | float | str) else str(value)


def init_text(plan: Plan) -> str:
    """Return a commented scenario to start from: every line that is uncommented as it stands changes nothing."""
    parts = (*_PARTS, *(f"plant.{name}" for name in plan.products if hasattr(plan.plant, name)))
    groups = {part: find(plan, f"{part}.*") for part in parts}
    for product, made in plan.products.items():
        for stage in made.procedure:
            groups[f"{product}.{stage}"] = [
                one for one in _settings_of(plan, product) if one.path.split(".")[1] == stage
            ]
    return _HEAD + "".join(_group(plan, head, settings) for head, settings in groups.items() if settings)


def _group(plan: Plan, head: str, settings: list[Setting]) -> str:
    lines = [f"\n# [{head}]"]
    for one in settings:
        value = one.written(digits=10)
        quoted = one.kind is str or " " in value or value.isalpha()  # a text, a unit, or a name such as idle
        told = f'"{value}"' if quoted else value
        window = _window(plan, one.path)
        claim = f"; claimed {window}" if window else ""
        note = f"{one.about.about} Range {one.range()}{claim}."
        lines.append(f"# {one.path.rpartition('.')[2]} = {told}  # {note}")
    return "\n".join(lines) + "\n"
