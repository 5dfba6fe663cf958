"""Quarantine: what is damaged goes out of the way, so that the rest stays readable."""

from collections.abc import Iterable
from functools import partial

from twin.store.files import Files, told
from twin.store.intents import ASIDE, begun, intent
from twin.store.naming import aside_key
from twin.store.publishing import put_aside, settle
from twin.store.strays import Problem
from twin.store.verify import verify_alone


def quarantine(files: Files, problems: Iterable[Problem]) -> list[str]:
    """Move bad runs, and files that belong to none, out of the tables; return what was moved.

    A run goes whole: its row of the catalogue first, then its commit record, then its data. It is looked at once more
    before: meanwhile somebody may have taken it away and published it anew. What could not be read stays: it may be
    good, and what keeps this machine from reading it may well keep it from reading all the others.
    """
    found = [one for one in problems if not one.unread]
    moved = []
    with told(files.address):
        for run_id in sorted({one.run_id for one in found if one.run_id}):
            with files.alone(run_id, intent(begun(ASIDE, run_id, "")), partial(settle, files)):
                if not all(one.unread for one in verify_alone(files, run_id)):
                    moved += put_aside(files, run_id)
        for one in found:
            if not one.run_id and files.exists(one.key):
                files.move(one.key, aside_key(one.key))
                moved.append(one.key)
    return moved
