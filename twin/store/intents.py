"""Intents: what somebody says before a run is changed, for whoever finds it half done, who believes no word unread."""

import json
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

from twin.store import owner
from twin.store.naming import ATTEMPT, TABLE, execution_of, is_run_id

PUBLISH, RETIRE, ASIDE, OTHER = "publish", "retire", "aside", "other"


class Intent(NamedTuple):
    """A change that somebody began.

    Attributes:
        kind: Publishing, retiring, putting aside, or what needs no settling.
        run_id: The run that is changed.
        attempt: Which attempt of it; empty where none is concerned.
        token: What this change alone has, so that nothing else is taken for it.
        tables: Tables that it publishes before the commit record.
        execution: Key of the row of ``executions`` that it publishes, None where there is none.
    """

    kind: str
    run_id: str
    attempt: str
    token: str
    tables: tuple[str, ...] = ()
    execution: str | None = None


def intent(one: Intent) -> bytes:
    """Return an intent as it stands in the store."""
    return json.dumps({**one._asdict(), "owner": owner.card()}).encode()


def begun(kind: str, run_id: str, attempt: str, tables: tuple[str, ...] = (), execution: str | None = None) -> Intent:
    """Return the intent of a change that this process is about to begin."""
    return Intent(kind, run_id, attempt, secrets.token_hex(8), tables, execution)


def taken_over(said: bytes) -> bytes:
    """Return an intent whose owner ended as it stands while somebody else settles it."""
    try:
        known = dict(json.loads(said))
    except (ValueError, TypeError, RecursionError):
        known = {}
    return json.dumps({**known, "owner": owner.card(), "settler": secrets.token_hex(8)}).encode()


def read_intent(run_id: str, said: bytes) -> Intent | None:
    """Return an intent, None where it is none: its names become keys of files that are written and removed.

    Args:
        run_id: The run under whose name it was found.
        said: What stands there.
    """
    try:
        known: Mapping[str, Any] = json.loads(said)
        tables, execution = tuple(known.get("tables", ())), known.get("execution")
        one = Intent(known["kind"], known["run_id"], known["attempt"], known.get("token", ""), tables, execution)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    texts = all(isinstance(text, str) for text in (*one[:4], *tables, execution or ""))
    return one if texts and one.run_id == run_id and _is_sound(one) else None


def _is_sound(one: Intent) -> bool:
    if not is_run_id(one.run_id) or one.kind not in (PUBLISH, RETIRE, ASIDE, OTHER):
        return False
    execution = None if one.execution is None else execution_of(one.execution)
    return (
        (one.kind in (ASIDE, OTHER) or ATTEMPT.fullmatch(one.attempt) is not None)
        and all(TABLE.fullmatch(name) for name in one.tables)
        and (one.execution is None or (execution is not None and execution.run_id == one.run_id))
    )
