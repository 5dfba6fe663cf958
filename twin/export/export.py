"""One export: what is asked for, the format that writes it, and its folder."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from twin.errors import UsageError, nearest, printable
from twin.export import csv_files, delta_tables, event_log, workbook
from twin.export.folder import label, whole
from twin.export.source import Source, chosen_runs, chosen_tables, opened

Write = Callable[[Source, Sequence[str], Sequence[str], Path], dict[str, int]]


class Format(NamedTuple):
    """One format.

    Attributes:
        write: Writes the tables of runs into a folder; returns rows or events by table or file.
        ready: Refuses where an extra is missing.
        tables: Whether tables can be chosen.
    """

    write: Write
    ready: Callable[[], None] = lambda: None
    tables: bool = True


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "delta": Format(delta_tables.write, delta_tables.ready),
        "csv": Format(csv_files.write),
        "xlsx": Format(workbook.write, workbook.ready),
        "ocel": Format(event_log.write, tables=False),
    }
)


class Export(NamedTuple):
    """What was exported.

    Attributes:
        folder: Where it is.
        format: In which format.
        runs: Ids of the runs.
        rows: Rows of each table, or events of each log. [1]
    """

    folder: str
    format: str
    runs: Sequence[str]
    rows: Mapping[str, int]


def export(
    store: Path, out: Path, *, kind: str, runs: Sequence[str] = (), tables: str | None = None, force: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Export:  # fmt: skip
    """Write finished runs of a store into a folder, in the format of another tool; all of it or nothing.

    Args:
        store: Folder of the store.
        out: Folder that is written.
        kind: Format: a name in ``FORMATS``.
        runs: Ids of runs; none for all.
        tables: Names of tables, with commas; None for all.
        force: Whether an earlier export of that name is replaced.
        tell: Told of runs that are left out since their records are bad, newer or unread, where all are exported.

    Raises:
        UsageError: It cannot be done as asked.
        RunError: The disk is full; nothing was exported.
        ContractError: A file of the store is damaged; nothing was exported.
    """
    if kind not in FORMATS:
        raise UsageError(f"--format {printable(kind)}: no such format.{nearest(kind, FORMATS)} Use {_listed()}.")
    form = FORMATS[kind]
    if tables is not None and not form.tables:
        raise UsageError(f"--tables: --format {kind} is one log of all that happened. Leave --tables out.")
    names = chosen_tables(tables)
    form.ready()
    source = opened(store, None if runs else tell)
    ids = chosen_runs(source, runs)
    if out.resolve().is_relative_to(store.resolve()):
        raise UsageError(
            f"--out {printable(out)}: lies in the store, which holds its own files alone. Name a folder outside."
        )
    with whole(out, force=force) as folder:
        rows = form.write(source, ids, names, folder)
        label(folder, {"format": kind, "runs": ids, "rows": rows})
    return Export(str(out), kind, ids, rows)


def _listed() -> str:
    return ", ".join(FORMATS)
