"""Quarantine: what is damaged goes out of the way, so that the rest stays readable."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from twin.errors import TwinError, printable
from twin.store.files import Files, told
from twin.store.intents import ASIDE, begun, intent
from twin.store.naming import aside_key
from twin.store.publishing import put_aside, settle
from twin.store.strays import Problem
from twin.store.verify import verify_alone


def quarantine(
    files: Files, problems: Iterable[Problem], tell: Callable[[str], None] | None = None
) -> list[str]:  # fmt: skip
    """Move bad runs, and files that belong to none, out of the tables; return what was moved.

    A run goes whole: its row of the catalogue first, then its commit record, then its data. It is looked at once more
    before: meanwhile somebody may have taken it away and published it anew. What is unread stays: it may be good, and
    what keeps this machine from reading it may well keep it from reading all the others.

    Args:
        files: The store's files.
        problems: What verification found.
        tell: Told of each run or file that cannot be moved, and why, before the next one is; None to give up then.

    Raises:
        RunError: A run cannot be moved, and nobody is to be told.
        UsageError: The store cannot be changed, and nobody is to be told.
    """
    found = [one for one in problems if not one.unread]
    moved: list[str] = []
    for run_id in sorted({one.run_id for one in found if one.run_id}):
        with _told(files, run_id, tell):
            moved += _moved(files, run_id)
    for one in found:
        with _told(files, one.key, tell):
            if not one.run_id and files.exists(one.key):
                files.move(one.key, aside_key(one.key))
                moved.append(one.key)
    return moved


def _moved(files: Files, run_id: str) -> list[str]:
    """Move a run that is still bad when nobody else may change it; return what was moved."""
    with files.alone(run_id, intent(begun(ASIDE, run_id, "")), partial(settle, files)):
        bad = not all(one.unread for one in verify_alone(files, run_id))
        return put_aside(files, run_id) if bad else []


@contextmanager
def _told(files: Files, what: str, tell: Callable[[str], None] | None) -> Iterator[None]:
    try:
        with told(files.address):
            yield
    except TwinError as error:
        if tell is None:
            raise
        tell(f"{printable(what, 200)} is NOT moved to quarantine: {printable(error, 300)}")
