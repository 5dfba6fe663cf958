"""The how-to pages are true: their blocks, applied to a copy of the code, add a stage and a product that run."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```(python|diff) file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MOST_LINES = 10  # outside new files

RUN = """
from dataclasses import replace
from twin.explain import explain
from twin.scenario import baseline
from twin.settings import tree
from twin.simulate import simulate
plan = baseline()
plan = replace(plan, study=replace(plan.study, warm_up=0.0, horizon={days} * 86400.0))
played = simulate(plan, 1, 0)
assert all(one.holds for one in played.balances), played.balances
names = dict(enumerate(sorted(played.records.names, key=played.records.names.get)))
{check}
"""
STAGE = """
assert "clad_laminate.inspection.speed" in tree(plan)
measured = played.records.measurements.table()
seen = {names[int(code)] for code in measured[:, 3]}
assert "spots" in seen, seen
"""
PRODUCT = """
assert "stiff_film.coating.dry_thickness" in tree(plan) and "plant.stiff_film.campaign" in tree(plan)
assert explain(plan).rate["stiff_film"] > 0.0
lots = played.records.lots.table()
seen = {names[int(code)] for code in lots[:, 2]}
assert "stiff_film" in seen, seen
"""


def applied(page: Path, copy: Path) -> int:
    """Carry out the blocks of a page in a copy, and return how many lines outside new files they change."""
    changed = 0
    for kind, name, body in BLOCK.findall(page.read_text(encoding="utf-8")):
        target = copy / name
        if kind == "python":
            assert not target.exists()
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(body, encoding="utf-8")
            continue
        lines = body.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] != "+")
        new = "".join(line[1:] for line in lines if line[0] != "-")
        text = target.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{page.name}: {name} has {text.count(old)} times\n{old}"
        target.write_text(text.replace(old, new), encoding="utf-8")
        changed += sum(line[0] == "+" for line in lines)
    return changed


@pytest.mark.parametrize(
    ("page", "check", "days"), [("add-a-stage", STAGE, 5), ("add-a-product", PRODUCT, 18)], ids=["stage", "product"]
)
def test_the_page_does_what_it_says(page, check, days, tmp_path):
    """Applied to a copy, the page's blocks change at most ten lines of old files, and the copy runs and balances."""
    for folder in ("twin", "datasets/scenarios"):
        shutil.copytree(HOUSE / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    changed = applied(HOUSE / "docs" / "how-to" / f"{page}.md", tmp_path)
    assert 0 < changed <= MOST_LINES
    code = RUN.format(days=days, check=check)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    for test in tmp_path.glob("tests/stages/test_*.py"):
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:]
