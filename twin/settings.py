"""What a user may change: every declared constant of a plan, by path, and how a plan is made with other values.

Paths are ``<product>.<stage>.<setting>``, ``<stage>.<setting>`` for all products that have the stage,
``plant.<part>.<setting>`` and ``study.<setting>``.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from fnmatch import fnmatchcase
from math import isclose
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from twin.errors import UsageError, joined, nearest, printable
from twin.parameter import Parameter
from twin.plan import Plan
from twin.polymer.carriers import CARRIERS
from twin.polymer.solvents import SOLVENTS
from twin.units import in_shop, is_plain, span

Value = float | int | str
SAME = 1e-9  # relative difference of what was written in other units and means the same
MOST = 1e6  # times its default: beyond that a value without an upper end of its range is a slip of the pen
_KNOWN_TEXTS: Mapping[str, Collection[str]] = {"solvent": SOLVENTS, "carrier": CARRIERS}
_SHARED = ("plant", "study")


class Setting(NamedTuple):
    """One setting of one plan.

    Attributes:
        path: Its full path.
        about: Unit, range, source and meaning.
        value: Its value in this plan, in SI units.
        kind: What it holds: float, int or str.
        choices: Texts that are allowed; empty for any.
    """

    path: str
    about: Parameter
    value: Value
    kind: type
    choices: tuple[str, ...] = ()

    @property
    def low(self) -> float:
        """Smallest value that physics or the machine allows, in the setting's SI unit."""
        return self.about.low

    @property
    def high(self) -> float:
        """Largest value that physics or the machine allows, in the setting's SI unit."""
        if self.about.high != float("inf") or self.kind is str:
            return self.about.high
        return max(self.about.low, abs(float(self.value)), 1e-300) * MOST if self.value else self.about.high

    def written(self, value: Value | None = None, digits: int = 6) -> str:
        """Return a value of it, its own by default, as an engineer writes it; by its name where it has one."""
        told = self.value if value is None else value
        names = {one: name for name, one in self.about.named}
        return names[told] if told in names else self.number(told, digits)

    def number(self, told: Value, digits: int = 6) -> str:
        """Return a value as an engineer writes it, also where it has a name."""
        if isinstance(told, str):
            return told
        if self.kind is int and is_plain(self.about.unit):
            return str(told)
        return in_shop(told, self.about.unit, self.about.shop, digits)

    def range(self) -> str:
        """Return what physics or the machine allows, as an engineer writes it."""
        if self.kind is str:
            return joined(self.choices) if self.choices else "a text"
        if self.about.choices:
            return " or ".join(self.written(one) for one in self.about.choices)
        if self.kind is int and self.high != float("inf"):
            return f"{int(self.low)}-{int(self.high)}"
        return "".join(f"{name} or " for name, _ in self.about.named) + span(
            self.low, self.about.high, self.about.unit, self.about.shop
        )


def _setting(path: str, about: Parameter, value: Value, kind: object) -> Setting:
    if get_origin(kind) is Literal:
        return Setting(path, about, value, str, tuple(map(str, get_args(kind))))
    if kind is str:
        return Setting(path, about, value, str, tuple(_KNOWN_TEXTS.get(path.rpartition(".")[2], ())))
    return Setting(path, about, value, int if kind is int else float)


def _walk(prefix: str, holder: Any) -> Iterator[Setting]:  # noqa: ANN401 - any frozen dataclass
    kinds = get_type_hints(type(holder))
    for one in fields(holder):
        path, value, about = f"{prefix}.{one.name}", getattr(holder, one.name), one.metadata.get("parameter")
        if about is not None:
            yield _setting(path, about, value, kinds[one.name])
        elif is_dataclass(value):
            idle = one.metadata.get("without", ())  # settings of a kind of part that this part does not read
            yield from (inner for inner in _walk(path, value) if inner.path.rpartition(".")[2] not in idle)


def tree(plan: Plan) -> dict[str, Setting]:
    """List every setting of a plan by its full path, in the order of the process."""
    found: list[Setting] = []
    for name, product in plan.products.items():
        stages: Mapping[str, Any] = product.procedure
        for stage, settings in stages.items():
            if is_dataclass(settings):
                known, prefix = product.declared(stage), f"{name}.{stage}."
                walked = _walk(f"{name}.{stage}", settings)
                found.extend(one._replace(about=known.get(one.path.removeprefix(prefix), one.about)) for one in walked)
    found.extend(_walk("plant", plan.plant))
    found.extend(_walk("study", plan.study))
    return {one.path: _given(plan, one) if one.path in plan.changes else one for one in found}


def _given(plan: Plan, one: Setting) -> Setting:
    """Say of a value that differs from the baseline that the scenario gave it; the source spoke for another."""
    fitted = plan.fits.get(one.path)
    source = "fitted to measurements" if fitted else "set by the scenario"
    return one._replace(about=replace(one.about, source=source, evidence=fitted or "scenario"))


def expanded(plan: Plan, known: Collection[str], path: str) -> tuple[str, ...]:
    """Return the full paths that a path means: itself, or the same of all products; none if it is unknown."""
    head = path.partition(".")[0]
    if head in plan.products or head in _SHARED:
        return (path,) if path in known else ()
    return tuple(full for name in plan.products if (full := f"{name}.{path}") in known)


def short_path(plan: Plan, path: str) -> str:
    """Return a path without its product; what is shared by all has none and stays.

    >>> from twin.plant import Plant
    >>> short_path(Plan(name="", question="", products={}, plant=Plant()), "plant.oven.count")
    'plant.oven.count'
    """
    head, _, rest = path.partition(".")
    return rest if head in plan.products else path


def find(plan: Plan, pattern: str) -> list[Setting]:
    """Return the settings whose path, with or without its product, is or lies below a pattern with ``*`` and ``?``.

    Raises:
        UsageError: There is none; the message names the nearest.
    """
    wanted = (pattern, f"{pattern}.*")
    found = [
        one
        for path, one in tree(plan).items()
        if any(fnmatchcase(name, mask) for name in (path, short_path(plan, path)) for mask in wanted)
    ]
    if not pattern or len(pattern) > 200 or not found:
        raise UsageError(f"{printable(pattern)}: {missing(plan, pattern)}")
    return found


def _members(plan: Plan, known: Collection[str], path: str) -> list[str]:
    """Names right below a path that is a group and no setting."""
    heads = tuple(f"{head}{path}." for head in ("", *(f"{name}." for name in plan.products)))
    below = (one[len(head) :] for one in known for head in heads if one.startswith(head))
    return list(dict.fromkeys(one.partition(".")[0] for one in below))


def missing(plan: Plan, path: str) -> str:
    """Say why a path names no setting, and what might have been meant."""
    known = tree(plan)
    members = _members(plan, known, path)
    if members:
        return f"a group of settings, not one. Use one of {path}.: {joined(members)}."
    if expanded(plan, known, path.rpartition(".")[0]):
        return f"{path.rpartition('.')[0]} is one value and has nothing below it. Use {path.rpartition('.')[0]}."
    if _is_fixed(plan, path):
        return "the recipe of the product fixes it; it is no setting. A new product is the way to change it."
    names = {*known, *(short_path(plan, one) for one in known)}
    hint = nearest(path, [one for one in names if one.count(".") == path.count(".")]) or nearest(path, names)
    if not hint:  # the right name at the wrong place
        last = path.rpartition(".")[2]
        same = [one for one in names if one.rpartition(".")[2] == last]
        hint = f" Did you mean {' or '.join(sorted(same, key=len)[:3])}?" if same else ""
    return f"no such setting.{hint} All of them: twin describe."


def _is_fixed(plan: Plan, path: str) -> bool:
    stage, _, name = path.rpartition(".")
    return any(
        stage in (key, f"{product}.{key}") and name in _names(held)
        for product, made in plan.products.items()
        for key, held in made.procedure.items()
    )


def _names(holder: object) -> frozenset[str]:
    return frozenset(one.name for one in fields(holder)) if is_dataclass(holder) else frozenset()


def _replaced(holder: Any, values: Mapping[tuple[str, ...], Value]) -> Any:  # noqa: ANN401 - any frozen dataclass
    """Return the dataclass with values put at relative paths."""
    new: dict[str, object] = {}
    for head in dict.fromkeys(path[0] for path in values):
        below = {path[1:]: value for path, value in values.items() if path[0] == head}
        new[head] = below[()] if () in below else _replaced(getattr(holder, head), below)
    return replace(holder, **new)


def _below(values: Mapping[str, Value], prefix: str) -> dict[tuple[str, ...], Value]:
    return {
        tuple(path.removeprefix(prefix).split(".")): value for path, value in values.items() if path.startswith(prefix)
    }


def same(one: object, other: object) -> bool:
    """Say whether two values mean the same, although one was written in other units.

    >>> same(2 / 60, 0.0333333333333333), same("NMP", "DMF")
    (True, False)
    """
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return isinstance(one, int | float) and isinstance(other, int | float) and isclose(one, other, rel_tol=SAME)


def changed(plan: Plan, values: Mapping[str, Value]) -> Plan:
    """Return the plan with other values, in SI units, at full paths; ``changes`` says what differs from the baseline.

    Raises:
        UsageError: A path is unknown, or a stage refuses the combination of its values.
    """
    known = tree(plan)
    for path in values:
        if path not in known:
            raise UsageError(f"{printable(path)}: {missing(plan, path)}")
    differ = {path: value for path, value in values.items() if not same(value, known[path].value)}
    products = dict(plan.products)
    for name, product in plan.products.items():
        if any(path.startswith(f"{name}.") for path in differ):
            stages = {key: _renewed(held, differ, f"{name}.{key}.") for key, held in product.procedure.items()}
            products[name] = replace(product, procedure=stages)
    changes = dict(plan.changes)
    for path, value in differ.items():
        first = changes.pop(path, (known[path].value, None))[0]
        if not same(first, value):
            changes[path] = (first, value)
    return replace(
        plan,
        products=products,
        plant=_renewed(plan.plant, differ, "plant."),
        study=_renewed(plan.study, differ, "study."),
        changes=changes,
    )


def _renewed(holder: Any, values: Mapping[str, Value], prefix: str) -> Any:  # noqa: ANN401 - any frozen dataclass
    below = _below(values, prefix)
    if not below:
        return holder
    try:
        return _replaced(holder, below)
    except (ValueError, TypeError, KeyError, ZeroDivisionError) as error:  # what a stage says when it is made
        first = prefix + ".".join(next(iter(below)))
        raise UsageError(
            f"{first}: refused together with the other settings of its stage: {printable(error)}"
        ) from error
