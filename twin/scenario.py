"""A scenario becomes a plan: its values are read, checked against machine and physics, and set against the claims.

What machine or physics cannot do is refused, all of it at once; what only leaves a patent's window is a warning.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from twin import consistency, windows
from twin.errors import UsageError, joined, nearest, printable
from twin.fitting.parameter_set import read_set
from twin.limit import Limit
from twin.plan import Plan
from twin.plant import Plant
from twin.products.product import Product
from twin.reading import RefusedError, read, shown
from twin.scenario_file import Document, Entry, check_name, from_option
from twin.scenario_file import read as read_file
from twin.settings import Value, changed, expanded, missing, tree

SCENARIOS = Path(__file__).resolve().parent.parent / "datasets" / "scenarios"
QUESTION = "What does the pilot plant make as it stands?"
MOST_BASES = 5
_SHOWN_NAMES = 20


class Given(NamedTuple):
    """A value that a scenario gives to one setting.

    Attributes:
        entry: As it was written.
        value: In SI units.
        level: How near to the user it was written; the nearest counts.
    """

    entry: Entry
    value: Value
    level: tuple[int, int]


def baseline() -> Plan:
    """Return the plan of the default plant with all products, as it is without any scenario file."""
    from twin.products import PRODUCTS  # noqa: PLC0415 - all stages, which a message about a bad name can do without

    products = {  # plain dicts, which a plan takes along to worker processes
        name: replace(product, procedure=dict(product.procedure)) for name, product in PRODUCTS.items()
    }
    return Plan(name="baseline", question=QUESTION, products=products, plant=Plant())


def ignore(message: str) -> None:
    """Take a warning and do nothing."""


def load(
    source: str | Path,
    sets: Iterable[str] = (),
    *,
    fits: Iterable[str | Path] = (),
    scenarios_dir: Path = SCENARIOS,
    warn: Callable[[str], None] = ignore,
    base: Plan | None = None,
) -> Plan:
    """Return the plan of a scenario.

    Args:
        source: Name of a shipped scenario, or a path to a file that ends in .toml.
        sets: Further values, each ``path=value``; they count before those of the file.
        fits: Parameter sets; they count before the file, and after ``sets``.
        scenarios_dir: Where the shipped scenarios lie; without it there is the baseline alone.
        warn: Is called with each warning, one line without "warning: ".
        base: The plan from which all differ; the default plant if None.

    Raises:
        UsageError: There is no such scenario, or it holds what cannot be; all its problems together.
    """
    chain = _chain(str(source), scenarios_dir)
    start = base or baseline()
    options = tuple(from_option(one) for one in sets)
    layers = [layer for one in chain for layer in (_fitted(one.fits), one.entries)]
    layers += [_fitted((Path(one), "--fit") for one in fits), options]
    given, problems = _resolved(start, layers)
    if problems:
        raise UsageError(*problems)
    plan = _applied(start, given)
    told = {path: _head(one.entry) for path, one in given.items()}
    problems = consistency.check(plan, told)
    if problems:
        raise UsageError(*problems)
    for message in dict.fromkeys([*_warnings(start, plan, given), *consistency.pointless(plan, told)]):
        warn(message)
    question = next((one.question for one in reversed(chain) if one.question), start.question)
    known = {path: one.entry.evidence for path, one in given.items() if one.entry.evidence}
    return replace(plan, name=chain[-1].name, question=question, marks=windows.marks(plan), fits=known)


def _fitted(named: Iterable[tuple[Path, str]]) -> tuple[Entry, ...]:
    """Return what parameter sets give, as if a file had said it.

    Raises:
        UsageError: One cannot be used; or two of them give the same setting.
    """
    found: dict[str, Entry] = {}
    for path, where in named:
        try:
            told = read_set(path)
        except UsageError as error:
            raise UsageError(f"{where}: {error}") from None
        for one, (value, unit) in told.values.items():
            if one in found:
                raise UsageError(
                    f"{where}: {printable(told.name)} gives {one}, and so does {found[one].where}. Name one."
                )
            text = value if unit in ("", "1") else f"{value!r} {unit}"
            found[one] = Entry(one, text, f"{where}: {printable(told.name)}", told.evidence)
    return tuple(found.values())


def _chain(source: str, folder: Path) -> list[Document]:
    """Return the scenario after all that it builds on."""
    found = [_document(source, folder)]
    while found[0].base:
        name = found[0].base
        if name in {one.name for one in found} or len(found) > MOST_BASES:
            raise UsageError(
                f"{found[0].name}.toml: base = {printable(name)}: scenarios build on each other in a circle."
            )
        found.insert(0, _document(check_name(name, "base"), folder))
    return found


def _document(source: str, folder: Path) -> Document:
    if not source or not source.isprintable() or len(source) > 4000:
        raise UsageError(f'scenario "{printable(source)}": a name or a path of printable characters is needed.')
    if re.search(r"[/\\]|\.toml$|^\.+$", source):
        return read_file(Path(source))
    known = shipped(folder)
    if source in known:
        return read_file(folder / f"{source}.toml")
    if source == "baseline":
        return Document(name=source, question=QUESTION)
    if source.lower() not in known:
        check_name(source, "scenario")
    names = sorted({*known, "baseline"})
    hint = nearest(source.lower(), names)
    raise UsageError(
        f"{printable(source)}: no such scenario.{hint} Shipped: {joined(names, _SHOWN_NAMES)}; "
        "or give a file that ends in .toml."
    )


def shipped(folder: Path = SCENARIOS) -> list[str]:
    """List the names of the scenarios in a folder; none if there is no such folder."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def _resolved(plan: Plan, layers: list[tuple[Entry, ...]]) -> tuple[dict[str, Given], list[str]]:
    """Read all entries; of several for one setting the nearest counts, within one layer the full path."""
    known = tree(plan)
    given: dict[str, Given] = {}
    problems: list[str] = []
    for layer, entries in enumerate(layers):
        problems += _doubles(entries)
        for entry in entries:
            paths = expanded(plan, known, entry.path)
            if not paths:
                problems.append(f"{_head(entry)}: {missing(plan, entry.path)}")
            for path in paths:
                try:
                    one = Given(entry, read(known[path], entry.value), (layer, int(path == entry.path)))
                except RefusedError as error:
                    problems.append(f"{_head(entry)}: {error}")
                    break
                if path not in given or given[path].level <= one.level:
                    given[path] = one
    return given, problems


def _doubles(entries: tuple[Entry, ...]) -> list[str]:
    paths = [one.path for one in entries]
    return [
        f"{_head(one)}: {one.path} stands twice. Keep one." for at, one in enumerate(entries) if one.path in paths[:at]
    ]


def _head(entry: Entry) -> str:
    return f"{entry.where}: {printable(entry.path)} = {shown(entry.value)}"


def _applied(plan: Plan, given: Mapping[str, Given]) -> Plan:
    try:
        return changed(plan, {path: one.value for path, one in given.items()})
    except UsageError as error:
        told = str(error)
        path = told.partition(":")[0]
        raise UsageError(f"{_head(given[path].entry)}{told.removeprefix(path)}" if path in given else told) from error


def _warnings(start: Plan, plan: Plan, given: Mapping[str, Given]) -> list[str]:
    """List the set-points that this scenario moved, and that lie outside a claim's window."""
    before = {(name, limit): value for name, limit, value in windows.set_points(start)}
    found: list[str] = []
    for name, limit, value in windows.set_points(plan):
        moved = before.get((name, limit)) != value
        if not moved or not windows.outside(limit, value):
            continue
        product = plan.products[name]
        head = _cause(product, limit, given)
        if not head.partition(" = ")[0].endswith(limit.quantity):
            head += f": {limit.quantity} = {windows.figure(product, limit, value)}"
        side = "other than" if limit.lower == limit.upper else "outside"
        whose = f"{name.replace('_', ' ')}, {windows.word(limit)}"
        found.append(f"{head}: {side} {windows.reads(product, limit)} ({whose}); its lots carry that mark.")
    return found


def _cause(product: Product, limit: Limit, given: Mapping[str, Given]) -> str:
    """Name what moved a set-point: the setting itself or one that it follows from, else another of its stage."""
    made_of = [f"{product.name}.{one}" for one in windows.follows_from(product, limit)]
    causes = [one for one in made_of if one in given]
    causes += [one for one in given if one.startswith(f"{product.name}.{limit.stage}.")]
    return _head(given[causes[0]].entry) if causes else made_of[0]
