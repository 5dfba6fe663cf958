"""What is done at the opening of a store: what a killed process left behind is finished or taken away."""

import json
from pathlib import Path
from typing import Any

from twin.store import owner
from twin.store.files import LocalFiles
from twin.store.naming import Places
from twin.store.staging import FINISHED, LAST, MANIFEST, retract


def sweep(files: LocalFiles, places: Places) -> int:
    """Finish or take away every attempt whose process has ended; return how many there were. [1]"""
    if not places.staging.is_dir():
        return 0
    found = [folder for folder in sorted(places.staging.iterdir()) if folder.is_dir() and owner.is_left_behind(folder)]
    if found:
        with files.alone(places.lock):
            for folder in found:
                _settle(files, places, folder)
    return len(found)


def _settle(files: LocalFiles, places: Places, folder: Path) -> None:
    run_id, attempt = folder.name.rpartition(".")[::2]
    manifest = _read(folder / MANIFEST)
    if manifest is not None:
        commit = _read(places.commit(run_id))
        if commit is None:
            retract(files, places, run_id, [name for name in manifest["tables"] if name != LAST])
        elif commit.get("attempt") == attempt and not places.table(LAST, run_id).exists():
            files.publish(folder / FINISHED / f"{LAST}.parquet", places.table(LAST, run_id))
    files.remove(folder)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found
