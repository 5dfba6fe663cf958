"""The sample store: two small paired runs in datasets/sample, so that an analyst starts without running anything.

`python -m twin.sample` writes it anew: the baseline, and the same days with the second oven down for three of them. It
also writes anew what the blocks of docs/how-to/analyse.md print, since they read the sample.
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from twin import study
from twin.errors import ContractError
from twin.guide import refresh
from twin.scenario import load

PROJECT = Path(__file__).resolve().parent.parent
FOLDER = PROJECT / "datasets" / "sample"
PAGE = PROJECT / "docs" / "how-to" / "analyse.md"
LENGTH = ("study.warm_up=6 d", "study.horizon=10 d", "study.replications=3")
RUNS = {"baseline": LENGTH, "oven-2-down": (*LENGTH, "plant.oven.down_from=2 d")}
KEPT = ("tables", "commits")  # what a store is to its readers; the rest is for writers
LARGEST = 2_000_000  # it is kept in version control [byte]


def write(folder: Path = FOLDER) -> int:
    """Simulate the runs and put their tables in the folder, in place of what was there; return their size. [byte]

    Args:
        folder: Folder of the sample.

    Raises:
        ContractError: It became too large to be kept; nothing was changed.
    """
    with TemporaryDirectory(dir=folder.parent, prefix=".sample-") as beside:
        made = Path(beside) / "made"
        for name, changes in RUNS.items():
            study.run(load(name, changes), made, workers=1)
        size = size_of(made)
        if size > LARGEST:
            raise ContractError(
                f"{folder}: would hold {size} bytes, more than {LARGEST}. Shorten the runs in {__file__}."
            )
        for part in KEPT:
            shutil.rmtree(folder / part, ignore_errors=True)
            shutil.copytree(made / part, folder / part)
    return size


def size_of(folder: Path) -> int:
    """Return the size of the tables and records of a store. [byte]"""
    return sum(path.stat().st_size for part in KEPT for path in (folder / part).rglob("*") if path.is_file())


if __name__ == "__main__":
    print(f"{FOLDER}: {write()} bytes")  # noqa: T201 - the command's one line
    refresh(PAGE, PROJECT)
