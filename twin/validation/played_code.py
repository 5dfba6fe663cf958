"""Which code of the line the exact cases were played with: a hash of what it does, whatever its comments say."""

import ast
import tokenize
from collections.abc import Iterator
from hashlib import sha256
from io import StringIO
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
CASES = ("closed_cases", "exact", "open_cases", "saturated_cases")  # what is played and how it is judged
_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def line_code(house: Path = HOUSE) -> str:
    """Return the hash of the code that the exact cases play: their own modules, and all of twin that these import.

    Comments, docstrings and empty lines do not count: to change one is no reason to play for half an hour.

    Args:
        house: Folder that holds the package.
    """
    digest = sha256()
    for file in sources(house):
        digest.update(f"{file.relative_to(house).as_posix()}\0{bare(file.read_text(encoding='utf-8'))}\0".encode())
    return digest.hexdigest()[:16]


def sources(house: Path = HOUSE) -> list[Path]:
    """Return the files of that code, in their order.

    Args:
        house: Folder that holds the package.
    """
    found: set[Path] = set()
    waiting = [f"twin.bench.{name}" for name in CASES]
    while waiting:
        for file in _files(house, waiting.pop()) - found:
            found.add(file)
            waiting += _imported(file)
    return sorted(found)


def _files(house: Path, module: str) -> set[Path]:
    """The file of a module, and of the packages that it lies in; none for what is no module."""
    parts = module.split(".")
    packages = {house.joinpath(*parts[:end], "__init__.py") for end in range(1, len(parts) + 1)}
    return {one for one in {*packages, house.joinpath(*parts).with_suffix(".py")} if one.is_file()}


def _imported(file: Path) -> Iterator[str]:
    """What of twin a file imports, each name of a module as if it were one too."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "twin":
            yield from (str(node.module), *(f"{node.module}.{one.name}" for one in node.names))
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.partition(".")[0] == "twin")


def bare(text: str) -> str:
    r"""Return Python without comments, docstrings and empty lines.

    >>> bare('def one():  # here\n    "Say one."\n\n    return "# 1"\n')
    'def one():\n    return "# 1"'
    """
    lines = text.splitlines()
    for token in tokenize.generate_tokens(StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, _Documented) and ast.get_docstring(node, clean=False) is not None:
            first, last = node.body[0].lineno, node.body[0].end_lineno or node.body[0].lineno
            lines[first - 1 : last] = [""] * (last + 1 - first)
    return "\n".join(line.rstrip() for line in lines if line.strip())
