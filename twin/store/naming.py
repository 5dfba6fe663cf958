"""Names of runs and where their files stand in a store."""

import re
from pathlib import Path

RUN_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")


def checked_run_id(run_id: str) -> str:
    """Return a run id that can be a file name everywhere.

    Raises:
        ValueError: It cannot; the message says what a name may hold.

    >>> checked_run_id("baseline-3f9c2a7b51e0")
    'baseline-3f9c2a7b51e0'
    """
    if RUN_ID.fullmatch(run_id) is None or ".." in run_id:
        raise ValueError("use small letters, digits, '-', '_' and '.', at most 80 of them, a letter or digit first")
    return run_id


class Places:
    """Where things stand under the root of a store.

    Attributes:
        root: The store's folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tables = root / "tables"
        self.commits = root / "commits"
        self.staging = root / "_staging"
        self.lock = self.staging / "publish.lock"

    def table(self, name: str, run_id: str) -> Path:
        """Return the file of one table of one run."""
        return self.tables / name / f"{run_id}.parquet"

    def commit(self, run_id: str) -> Path:
        """Return the commit record of a run."""
        return self.commits / f"{run_id}.json"

    def stage(self, run_id: str, attempt: str) -> Path:
        """Return the folder in which one attempt prepares a run."""
        return self.staging / f"{run_id}.{attempt}"
