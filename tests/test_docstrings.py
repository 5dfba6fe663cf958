"""Laws of the docstrings: every unit can be read, and every physics function says units, source and an example."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import twin
from twin.units import is_unit

TWIN = Path(twin.__file__).parent
PHYSICS = sorted(path for folder in ("polymer", "stages") for path in (TWIN / folder).glob("*.py"))
NUMBER = re.compile(r"\b(float|int|Array|NDArray|Row|Coefficients|Blend)\b")
BRACKETS = re.compile(r"(?<!`)\[([^\[\]\n]+)\](?!`)")
NO_UNIT = re.compile(r'\d{2,}|[\d.]+, [\d.]+|"\w+"')  # a paragraph of a patent, an interval, a column
CITED = r"\bA-\d+|NFPA|\b(1[89]|20)\d\d\b|\bclaim \d|[Hh]andbook|CODATA|IUPAC|\bSources: "
SHARED = re.compile(CITED)  # what a module may cite for all that it holds
SOURCE = re.compile(rf"{CITED}|[Tt]extbook|[Bb]y definition|[Gg]eometry|[Bb]alance of mass")  # what each may say itself
EXAMPLE = re.compile(r"^>>> .*(?:\n(?:\.\.\.|>>>) .*)*\n(?!>>>|\.\.\.)(?=.*(?:\d|True|False))", re.MULTILINE)


def trees(paths: list[Path]) -> Iterator[tuple[Path, ast.Module]]:
    """Yield the syntax trees of files."""
    for path in paths:
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def prose(node: ast.AST) -> str:
    """Docstring of a node without its examples and what they print."""
    text = ast.get_docstring(node) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) else None
    return re.sub(r"(?m)^\s*>>>.*(\n\s*\S.*)*", "", text or "")


def entries(text: str, section: str) -> dict[str, str]:
    """Names and descriptions of a section of a docstring, such as ``Args``; long ones run over several lines."""
    found = re.search(rf"^{section}:\n((?:    .*\n?|\n)*)", text, re.MULTILINE)
    lines = re.findall(r"(?m)^ {4}(\w+): (.*(?:\n {8}.*)*)", found.group(1) if found else "")
    return {name: re.sub(r"\s+", " ", told).strip() for name, told in lines}


def units(text: str) -> list[str]:
    """Units that a text names in brackets; what takes any unit says so."""
    return ["any"] * ("any unit" in text) + [unit for unit in BRACKETS.findall(text) if not NO_UNIT.fullmatch(unit)]


def faults(function: ast.FunctionDef, above: str) -> Iterator[str]:
    """Say what a physics function leaves out; ``above`` are the docstrings of its module and its record."""
    text, whole = prose(function), ast.get_docstring(function) or ""
    told = entries(text, "Args")
    arguments = [one for one in (*function.args.args, *function.args.kwonlyargs) if one.arg != "self"]
    for one in arguments:
        if NUMBER.search(ast.unparse(one.annotation or one)) and not units(told.get(one.arg, "")):
            yield f"no unit of its argument {one.arg}"
    returned = ast.unparse(function.returns) if function.returns else "None"
    if NUMBER.search(returned) and not units(text.partition("Args:")[0] + text.partition("Returns:")[2]):
        yield "no unit of what it returns"
    if not (SOURCE.search(text) or SHARED.search(above)):
        yield "no source"
    if not EXAMPLE.search(whole):
        yield "no example with a number"


def is_formula(node: ast.stmt) -> bool:
    """Say whether a statement defines a public function that takes or returns a number."""
    if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
        return False
    notes = [one.annotation for one in (*node.args.args, *node.args.kwonlyargs)]
    return any(note is not None and NUMBER.search(ast.unparse(note)) for note in (*notes, node.returns))


def physics() -> list[tuple[str, ast.FunctionDef, str]]:
    """All formulas of the physics, those of its records too: name with file, syntax, docstrings above it."""
    found = []
    for path, tree in trees(PHYSICS):
        records = [one for one in tree.body if isinstance(one, ast.ClassDef) and not one.name.startswith("_")]
        above, held = prose(tree), [(f"{one.name}.", prose(one), one.body) for one in records]
        for owner, more, body in (("", "", tree.body), *held):
            names = [one for one in body if isinstance(one, ast.FunctionDef) and is_formula(one)]
            found += [(f"{path.stem}.{owner}{one.name}", one, f"{above}\n{more}") for one in names]
    return found


def test_entries_run_over_several_lines() -> None:
    """A section is read entry by entry, with what is indented below, up to the next paragraph."""
    text = "Law.\n\nArgs:\n    time: How long\n        it takes. [s]\n    load: Lots. [1]\n\nMore: no."
    assert entries(text, "Args") == {"time": "How long it takes. [s]", "load": "Lots. [1]"}


def test_units_in_docstrings() -> None:
    """Each [unit] in a docstring is a unit that the border reads."""
    found = [
        (f"{path.relative_to(TWIN)}:{getattr(node, 'lineno', 1)}", unit)
        for path, tree in trees(sorted(TWIN.rglob("*.py")))
        for node in ast.walk(tree)
        for unit in units(prose(node))
    ]
    assert len(found) > 500
    assert [one for one in found if not is_unit(one[1]) and one[1] != "any"] == []


@pytest.mark.parametrize(("name", "function", "above"), physics(), ids=[name for name, *_ in physics()])
def test_physics_says_units_source_and_example(name: str, function: ast.FunctionDef, above: str) -> None:
    """A public function of the physics names the unit of each number, a source, and an example with a number."""
    assert list(faults(function, above)) == [], name


def test_attributes_have_units() -> None:
    """Each number that a public record of the physics holds has a unit in the record's docstring, or is a parameter."""
    missing = [
        (path.stem, f"{record.name}.{field.target.id}")
        for path, tree in trees(PHYSICS)
        for record in tree.body
        if isinstance(record, ast.ClassDef) and not record.name.startswith("_")
        for field in record.body
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if NUMBER.search(ast.unparse(field.annotation)) and "param(" not in ast.unparse(field.value or field.target)
        if "ClassVar" not in ast.unparse(field.annotation)
        if not units(entries(prose(record), "Attributes").get(field.target.id, ""))
    ]
    assert missing == []


def test_units_of_measures() -> None:
    """Each measure that a stage declares has a unit that the border reads."""
    found = {
        (path.stem, name): unit
        for path in PHYSICS
        if path.parent.name == "stages" and path.stem != "__init__"
        for held in vars(importlib.import_module(f"twin.stages.{path.stem}")).values()
        if isinstance(held, type) and held.__module__ == f"twin.stages.{path.stem}"
        for name, unit in getattr(held, "measures", {}).items()
    }
    assert len(found) > 50
    assert {name: unit for name, unit in found.items() if not is_unit(unit)} == {}


def test_a_function_that_says_nothing_is_found() -> None:
    """The rule has teeth: each thing left out is named, and what is complete passes."""
    bare = ast.parse('def f(time: float) -> float:\n    """Law."""').body[0]
    assert isinstance(bare, ast.FunctionDef)
    assert len(list(faults(bare, ""))) == 4
    full = ast.parse(
        'def f(time: float) -> float:\n    """Law (A-07). [s]\n\n    Args:\n        time: How long. [s]\n\n'
        '    >>> f(1.0)\n    1.0\n    """'
    ).body[0]
    assert isinstance(full, ast.FunctionDef)
    assert list(faults(full, "")) == []


def test_a_word_in_passing_is_no_source() -> None:
    """What a module is about is no source of its formulas: a module cites by name and year, by number or by id."""
    law = ast.parse('def f() -> float:\n    """Law. [s]\n\n    >>> f()\n    1.0\n    """').body[0]
    assert isinstance(law, ast.FunctionDef)
    assert list(faults(law, "Web and wound roll: geometry, amounts, the oven of the patent.")) == ["no source"]
    for cited in ("Hakiel 1987.", "JP 2003-027014.", "See A-61.", "Sources: geometry."):
        assert list(faults(law, cited)) == []
