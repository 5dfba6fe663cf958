"""A question and its answer as bytes: what a process of its own does."""

from collections.abc import Sequence
from contextlib import closing

import pyarrow as pa

from twin.apart import Said
from twin.errors import RunError, UsageError, nearest, printable
from twin.query.asking import Limits, ask, late
from twin.query.opening import opened
from twin.query.telling import FORMATS, told
from twin.query.views import names

_TELLING = 8  # times the size that an answer may have: what it takes as plain values and as text


def answered(
    said: Said, store: str, runs: Sequence[str], sql: str, view: str | None, form: str, limits: tuple[float, int, int]
) -> tuple[bytes, bool]:
    """Ask a store; return the answer in its form, and whether there were more rows. The limits hold for all of it.

    Args:
        said: Told of runs that are left out, and when the limits begin to hold.
        store: Folder of the store, or its address in a bucket.
        runs: Ids of the runs to see; none for all.
        sql: The question, where no view is named.
        view: Name of a shipped view.
        form: One of ``FORMATS``.
        limits: Time [s], rows [1] and memory [MiB].

    Raises:
        UsageError: It cannot be asked, or took too long.
        RunError: It needs too much memory.
        ContractError: A file is damaged.
    """
    if form not in FORMATS:
        raise UsageError(f"--format {printable(form)}: there is no such. Use {', '.join(FORMATS)}.")
    question = sql if view is None else _of(view)
    most = Limits(*limits)
    with closing(opened(store, runs, memory=most.memory, tell=said.tell)) as connection:
        said.begin(most.seconds, (1 + _TELLING) * most.memory, late(most))
        try:
            answer = ask(connection, question, most)
            return told(answer.table, form), answer.cut
        except MemoryError:
            raise RunError("query: the answer needs more memory than there may be. Ask for fewer rows.") from None
        except pa.ArrowException as error:
            why = printable(str(error).partition("\n")[0], 160)
            raise UsageError(f"query: no {form} holds the answer ({why}). Cast its columns to text.") from None


def _of(view: str) -> str:
    if view not in names():
        meant = nearest(view, names()) or " List them: twin query --views."
        raise UsageError(f"--view {printable(view)}: there is no such view.{meant}")
    return f"SELECT * FROM {view}"  # noqa: S608 - one of our names
