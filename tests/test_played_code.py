"""A result of the exact cases is of one code of the line: whatever changes what they play makes it one of the past."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from twin import cli
from twin.bench import cases
from twin.bench.cases import CASES
from twin.validation import marks as told
from twin.validation.exact_cases import FILE, exact_cases
from twin.validation.played_code import HOUSE, bare, line_code, sources

LOADED = """
import sys
import twin.bench.closed_cases, twin.bench.open_cases, twin.bench.saturated_cases
print(*(one.__file__ for name, one in sys.modules.items() if name.split(".")[0] == "twin"), sep="\\n")
"""
CHANGES = [  # file, what stands there, what else might, and whether that is other code
    ("line/station.py", r"\Z", "\nMORE = 1\n", True),
    ("draws.py", r"\Z", "\nMORE = 1\n", True),
    ("bench/exact.py", r"LARGEST_T = 5.3", "LARGEST_T = 9.3", True),
    ("bench/open_cases.py", r"\Z", "\nMORE = 1\n", True),
    ("line/station.py", r"\Z", "\n# more\n", False),
    ("line/station.py", r'\A"""', '"""More. ', False),
    ("products/clad_laminate.py", r"\Z", "\nMORE = 1\n", False),
]


def test_all_that_the_cases_load_counts() -> None:
    """Each file of twin that a process loads to play them is one of the sources."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, cwd=HOUSE)
    loaded = {Path(one).resolve() for one in done.stdout.split()}
    assert HOUSE / "twin/line/station.py" in loaded
    assert loaded - set(sources()) == set()


@pytest.fixture(scope="module")
def now() -> str:
    """The code as it is."""
    return line_code()


@pytest.mark.parametrize(("name", "stands", "then", "is_other"), CHANGES)
def test_another_line_is_another_code(tmp_path: Path, now: str, name, stands, then, is_other) -> None:
    """A statement of the line, its draws or the cases counts; comments, docstrings and the products do not."""
    for source in {*sources(), HOUSE / "twin" / name}:
        copy = tmp_path / source.relative_to(HOUSE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    file = tmp_path / "twin" / name
    text = file.read_text(encoding="utf-8")
    changed = re.sub(stands, then, text, count=1)
    assert changed != text
    file.write_text(changed, encoding="utf-8")
    assert (line_code(tmp_path) != now) == is_other


def test_what_is_left_of_a_file_means_the_same() -> None:
    """Without comments and docstrings each statement still stands, at its depth."""
    text = 'class A:\n    """About."""\n\n    x = 1  # one\n\ndef f():\n    """Say\n    it.\n    """\n    return "#"\n'
    assert bare(text) == 'class A:\n    x = 1\ndef f():\n    return "#"'


def test_the_kept_result_is_of_today_s_code() -> None:
    """Whoever changes the line plays the cases again: python -m twin.bench.cases --write."""
    found = exact_cases(CASES)
    assert found.is_current, f"datasets/reference/exact_cases.json of {found.date} is of another code of the line"
    assert found.passed == found.total


@pytest.mark.parametrize("code", ["0123456789abcdef", None])
def test_a_result_of_another_code_is_told_and_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: str | None
) -> None:
    """By its date, as cases to be played; it is neither passed nor failed, and the command ends as well as before."""
    file = tmp_path / "cases.json"
    kept = {key: value for key, value in json.loads(FILE.read_text(encoding="utf-8")).items() if key != "code"}
    file.write_text(json.dumps(kept if code is None else kept | {"code": code}), encoding="utf-8")
    monkeypatch.setattr(told, "exact_cases", lambda names: exact_cases(names, file))
    assert cli.main(["validate"]) == 0
    out = capsys.readouterr().out
    assert f"{len(cases.CASES)}, not played with this code of the line (last on {kept['date']}): python -m" in out
    found = told.marks()
    assert (found["exact_cases_passed"], found["exact_cases_current"]) == (None, False)
    assert found["exact_cases_date"] == kept["date"]
