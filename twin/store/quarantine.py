"""Quarantine: what is damaged goes out of the way, so that the rest stays readable."""

from collections.abc import Iterable
from functools import partial

from twin.store.files import Files, told
from twin.store.intents import OTHER, begun, intent
from twin.store.naming import LAST, QUARANTINE, TABLES_FOLDER, aside_key, commit_key, execution_of, table_key
from twin.store.publishing import settle
from twin.store.verify import Problem, verify_alone


def quarantine(files: Files, problems: Iterable[Problem]) -> list[str]:
    """Move bad runs, and files that belong to none, out of the tables; return what was moved.

    A run goes whole: its row of the catalogue first, then its commit record, then its data. It is looked at once more
    before: meanwhile somebody may have taken it away and published it anew.
    """
    found = list(problems)
    moved = []
    with told(files.address):
        for run_id in sorted({one.run_id for one in found if one.run_id}):
            with files.alone(run_id, intent(begun(OTHER, run_id, "")), partial(settle, files)):
                if verify_alone(files, run_id):
                    moved += _run_away(files, run_id)
        for one in found:
            if not one.run_id and files.exists(one.key):
                files.move(one.key, aside_key(one.key))
                moved.append(one.key)
    return moved


def _run_away(files: Files, run_id: str) -> list[str]:
    first = [table_key(LAST, run_id), commit_key(run_id)]
    rest = [one.key for one in files.listed(TABLES_FOLDER) if one.key not in first and _is_of(one.key, run_id)]
    moved = [key for key in [*first, *rest] if files.exists(key)]
    for key in moved:
        files.move(key, f"{QUARANTINE}/{run_id}/{key}")
    files.settle(sorted({key.rpartition("/")[0] for key in moved}))
    return moved


def _is_of(key: str, run_id: str) -> bool:
    execution = execution_of(key)
    return key.endswith(f"/{run_id}.parquet") if execution is None else execution.run_id == run_id
