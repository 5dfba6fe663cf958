"""Laws of trust: nothing that comes from outside is ever executed, unpickled or handed to a shell."""

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parent.parent
SOURCES = sorted([*(HOUSE / "twin").rglob("*.py"), *(HOUSE / "flows").rglob("*.py")])
BANNED_MODULES = {"pickle", "cloudpickle", "dill", "marshal", "shelve", "joblib", "pty", "commands"}
BANNED_CALLS = {"eval", "exec", "__import__"}
BANNED_METHODS = {
    ("os", "system"), ("os", "popen"), ("subprocess", "getoutput"), ("subprocess", "getstatusoutput"),
    ("yaml", "load"), ("yaml", "unsafe_load"), ("pandas", "read_pickle"), ("pd", "read_pickle"),
    ("pandas", "eval"), ("pd", "eval"),
}  # fmt: skip
# Guides of our own docs are executed to write their output under them: by whoever works on the docs, never by a run.
ALLOWED = {"twin/guide.py": ["exec"]}


def sins(tree):
    """What a module does that this project does not do, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            yield from (f"{node.lineno}: import {one}" for one in names if one.split(".")[0] in BANNED_MODULES)
        elif isinstance(node, ast.Call):
            yield from called(node)


def called(node):
    """What is wrong with a call."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name in BANNED_CALLS:
        yield f"{node.lineno}: {name}"
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        pair = (node.func.value.id, node.func.attr)
        if pair in BANNED_METHODS:
            yield f"{node.lineno}: {'.'.join(pair)}"
    for one in node.keywords:
        if one.arg in {"shell", "allow_pickle"} and not (
            isinstance(one.value, ast.Constant) and one.value.value is False
        ):
            yield f"{node.lineno}: {one.arg}"


def test_nothing_is_executed_unpickled_or_given_to_a_shell():
    """No pickle, no eval, no shell in any module of the project."""
    found = {str(one.relative_to(HOUSE)): list(sins(ast.parse(one.read_text(encoding="utf-8")))) for one in SOURCES}
    assert len(found) > 100
    assert {name: [one.partition(": ")[2] for one in what] for name, what in found.items() if what} == ALLOWED


@pytest.mark.parametrize(
    "bad",
    ["import pickle", "from cloudpickle import loads", "eval('1')", "import os; os.system('ls')",
     "import subprocess; subprocess.run('ls', shell=True)", "import numpy; numpy.load('x', allow_pickle=True)"],
)  # fmt: skip
def test_the_law_sees_what_it_forbids(bad):
    """Each of them is found."""
    assert len(list(sins(ast.parse(bad)))) == 1
