"""Which words and texts the code of a test uses, and the helpers and tables of its file that it asks."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).parent.parent.parent
Known = dict[str, ast.stmt]


@cache
def known_in(path: str) -> Known:
    """Return functions and tables of a file by name."""
    tree, known = ast.parse((HOUSE / path).read_text(encoding="utf-8")), Known()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            known[node.name] = node
        elif isinstance(node, ast.Assign):
            known.update({one.id: node for one in node.targets if isinstance(one, ast.Name)})
    return known


@cache
def mentioned(test: str) -> frozenset[str]:
    """Return words and texts of a test, given as path::name, docstrings left out.

    >>> "mentioned" in mentioned("tests/test_patents.py::test_each_rule_has_a_test_of_what_it_names")
    True
    """
    path, _, name = test.partition("::")
    known, found, ahead = known_in(path), set[str](), [name]
    seen = set(ahead)
    while ahead:
        words = set(_words(known[ahead.pop()]))
        found |= words
        ahead += sorted((words & set(known)) - seen)
        seen |= words
    return frozenset(found)


def _words(node: ast.AST) -> Iterator[str]:
    """Yield names, attributes, keywords, texts and their words."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    for told in (getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "arg", ""), _text(node)):
        yield from (told or "", *re.findall(r"\w+", told or ""))
    for child in ast.iter_child_nodes(node):
        yield from _words(child)


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
