"""Laws of the house: what may import what, and what a folder of data holds."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from twin.assumptions import PAGE, assumptions, page
from twin.scenario import baseline

HOUSE = Path(__file__).resolve().parent.parent
STAGES = sorted(path.stem for path in (HOUSE / "twin" / "stages").glob("*.py") if path.stem != "__init__")


def test_datasets_hold_no_python():
    """``datasets/`` is data: a library of that name may be installed beside it, and nothing in it can be imported."""
    assert [path.name for path in (HOUSE / "datasets").rglob("*.py")] == []


def test_the_contracts_of_imports_are_kept():
    """Imports run one way; the contracts stand in pyproject.toml, and import-linter finds none broken."""
    linter = Path(sys.executable).with_name("lint-imports")
    if not linter.exists():
        pytest.skip("import-linter belongs to the tools of development")
    done = subprocess.run([linter, "--no-cache"], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_chemistry_needs_no_heavy_library():
    """All stages and products load where SimPy, Prefect, pandas, pyarrow, pint and pydantic cannot be imported."""
    blocked = ("simpy", "prefect", "pandas", "pyarrow", "pint", "pydantic")
    loads = "; ".join(f"import twin.stages.{stage}" for stage in STAGES)
    code = f"import sys; sys.modules.update(dict.fromkeys({blocked!r})); {loads}; import twin.products"
    done = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_tests_of_stages_import_chemistry_alone():
    """No test of a stage names SimPy, Prefect, pandas or the line."""
    heavy = re.compile(r"^\s*(?:import|from) (?:simpy|prefect|pandas|pyarrow|twin\.line)\b", re.MULTILINE)
    told = {path.name: heavy.findall(path.read_text()) for path in (HOUSE / "tests" / "stages").glob("*.py")}
    assert {name: found for name, found in told.items() if found} == {}


def test_the_line_is_importable_without_chemistry():
    """The bare line loads, and no stage, product or polymer has come with it."""
    code = (
        "import sys, twin.line.line, twin.line.station; "
        "print([m for m in sys.modules if m.startswith(('twin.stages', 'twin.products', 'twin.polymer'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_each_stage_stands_in_one_file_with_its_test():
    """Each stage has one file of its name in ``twin/stages`` and one in ``tests/stages``."""
    tested = {path.stem.removeprefix("test_") for path in (HOUSE / "tests" / "stages").glob("test_*.py")}
    assert set(STAGES) <= tested


def test_packages_are_twin_and_flows():
    """What is installed is ``twin`` and ``flows``, and nothing called ``datasets`` or ``tests``."""
    told = tomllib.loads((HOUSE / "pyproject.toml").read_text())
    assert told["tool"]["setuptools"]["packages"]["find"]["include"] == ["twin*", "flows*"]


def test_the_page_of_assumptions_is_up_to_date():
    """The page is what the sources say; if not, write it anew with ``python -m twin.assumptions``."""
    assert PAGE.read_text(encoding="utf-8") == page(baseline())


def test_each_assumption_of_a_limit_has_its_row():
    """Each id that a limit names as its source stands on the page, and each row says where its number is used."""
    plan = baseline()
    rows = assumptions(plan)
    limits = {limit.source for made in plan.products.values() for limit in made.specification}
    assert {source for source in limits if re.fullmatch(r"A-\d+", source)} <= {one.id for one in rows}
    assert all(one.used and (one.value or one.about) for one in rows)
