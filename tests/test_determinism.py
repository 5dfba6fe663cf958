"""Same plan and seed give the same bytes: on any number of workers, under any hash seed, in any process."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from twin.building import build
from twin.plant import DAY
from twin.records import COLUMNS, Records
from twin.scenario import load

CHILD = """
import sys
from pathlib import Path
from twin.scenario import load
from twin.study import run
if __name__ == "__main__":
    plan = load("baseline", ["study.warm_up=2 d", "study.horizon=6 d", "study.replications=4"])
    run(plan, Path(sys.argv[1]), workers=int(sys.argv[2]))
"""


def digests(folder: Path) -> dict[str, str]:
    """Hash of every table file that is a function of plan, seed and code."""
    files = sorted((folder / "tables").rglob("*.parquet"))
    assert files
    return {
        str(file.relative_to(folder)): sha256(file.read_bytes()).hexdigest()
        for file in files
        if "executions" not in file.parts
    }


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return study(tmp_path_factory.mktemp("one") / "store", workers=1, hash_seed="0")


def study(store: Path, *, workers: int, hash_seed: str) -> dict[str, str]:
    """Run the same small study in a process of its own and return the hashes of its tables."""
    script = store.parent / "child.py"
    script.write_text(CHILD, encoding="utf-8")
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(__file__).parents[1])}
    subprocess.run([sys.executable, str(script), str(store), str(workers)], check=True, env=environment)
    return digests(store)


@pytest.mark.parametrize(("workers", "hash_seed"), [(2, "1"), (4, "2")])
def test_the_tables_are_the_same_to_the_byte(
    reference: dict[str, str], tmp_path: Path, workers: int, hash_seed: str
) -> None:
    """Neither workers nor hash seed nor process change a byte of any table."""
    assert study(tmp_path / "store", workers=workers, hash_seed=hash_seed) == reference


def _records(**settings: str) -> Records:
    plan = load("baseline", [f"{path.replace('__', '.')}={value}" for path, value in settings.items()])
    line = build(plan, 3, 0, Records())
    line.begin()
    line.run(9.0 * DAY)
    assert line.records is not None
    return line.records


def _drawn(records: Records, stage: str, measure: str, product: str) -> list[float]:
    """Values of one measure after one stage, in the order of the lots."""
    columns = {name: records.measurements.table()[:, place] for place, name in enumerate(COLUMNS["measurements"])}
    wanted = [columns[name] == records.names[text] for name, text in (("stage", stage), ("measure", measure))]
    mine = wanted[0] & wanted[1] & (columns["product"] == records.names[product])
    return columns["value"][mine].tolist()


def test_the_kth_roll_draws_the_same_in_two_scenarios() -> None:
    """A laser more and a slower laboratory change no draw of any roll: defects of the k-th roll stay."""
    one, two = _records(), _records(plant__laser__count="3", plant__people__lab_delay="1.5")
    first, second = (_drawn(records, "coating", "defects", "clad_laminate") for records in (one, two))
    shared = min(len(first), len(second))
    assert shared > 15
    assert first[:shared] == second[:shared]
