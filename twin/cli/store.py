# ruff: noqa: PLC0415 - what a command needs is imported when it is called, so that `twin --help` answers at once
"""The commands that look after the store: `store ls | show | retire | sweep | du | backup | restore`."""

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.cli.options import Folder, Json, Runs, megabytes, say_each, store_folder, warn
from twin.errors import ContractError, RunError, UsageError, printable
from twin.layout import columns

if TYPE_CHECKING:
    from twin.store import Snapshot, Store

Run = Annotated[str, typer.Argument(metavar="RUN", help="Id of a run: twin store ls.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="The archive.")]
_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}

store = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look after the store of finished runs.")


def _snapshot(folder: Path | None, *, silent: bool = False) -> "Snapshot":
    """Open a store, and warn of the runs that are left out, unless others are asked for."""
    from twin.store import open_snapshot

    found = open_snapshot(folder or store_folder())
    for problem in () if silent else found.problems:
        warn(problem)
    return found


def _store(folder: Path | None) -> "Store":
    """Open a store that is there already, to change it."""
    from twin.store import Store, open_snapshot

    place = folder or store_folder()
    open_snapshot(place)
    return Store(place)


def _time(text: str) -> float:
    """Read a length of time such as 90 d or 12h. [s]

    >>> _time("90 d")
    7776000.0
    """
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz ")
    unit = text[len(number) :].strip()
    try:
        return float(number) * _UNITS[unit]
    except (ValueError, KeyError):
        raise UsageError(f"{printable(text)!r}: use a number with s, min, h or d, such as 90d.") from None


@store.command()
def ls(folder: Folder = None, json: Json = False) -> None:
    """List the finished runs, the newest last."""
    from twin.store.retiring import described

    look = _snapshot(folder)
    found = [described(record) for record in look.records.values()]
    found.sort(key=lambda one: (one["published_utc"], one["run_id"]))
    if json:
        typer.echo(json_text.dumps(found, indent=1))
        return
    heads = ("run", "published", "replications", "days", "seed", "size")
    rows = [
        (one["run_id"], printable(one["published_utc"][:19]), printable(one["replications"]), f"{one['days']:g}",
         printable(one["seed"]), megabytes(one["bytes"]))
        for one in found
    ]  # fmt: skip
    none = "No run can be read." if look.problems else "No runs yet. Make one: twin run baseline"
    typer.echo(columns(rows, heads) if rows else none)


@store.command()
def show(run: Run, folder: Folder = None, json: Json = False) -> None:
    """Show a run: what it was asked, its tables, its executions."""
    from twin.store.naming import EXECUTIONS
    from twin.store.retiring import described

    look = _snapshot(folder)
    executions = look.table(EXECUTIONS, [run]).to_pylist()
    record = look.records[run]
    if json:
        typer.echo(json_text.dumps({**record, "executions": executions}, indent=1, default=str))
        return
    facts = {**described(record), "bytes": megabytes(described(record)["bytes"])}
    typer.echo(columns([(name, printable(value, 200)) for name, value in facts.items()]))
    tables = [(name, str(one["rows"]), megabytes(one["bytes"])) for name, one in record["tables"].items()]
    typer.echo("\n" + columns(tables, ("table", "rows", "size")))
    times = [
        (f"{one['started_utc']:%Y-%m-%d %H:%M:%S}", one["host"], one["outcome"], _page(one["flow_run_id"]))
        for one in executions
    ]
    typer.echo("\n" + columns(times, ("executed", "on", "outcome", "page of its flow run, at twin up")))


def _page(flow_run: str | None) -> str:
    """Return the address of a flow run's page, below that of the user interface; empty where none asked for it."""
    return f"/v2/runs/flow-run/{printable(flow_run)}" if flow_run else ""


@store.command()
def du(folder: Folder = None, json: Json = False) -> None:
    """Show how much room each table takes, and what is staged, retired or in quarantine."""
    from twin.store.place import files_to_read
    from twin.store.usage import usage

    place = folder or store_folder()
    _snapshot(folder)
    found = usage(files_to_read(place), warn)
    if json:
        typer.echo(json_text.dumps({name: one._asdict() for name, one in found.items()}, indent=1))
        return
    rows = [(name, str(one.files), megabytes(one.bytes)) for name, one in found.items()]
    typer.echo(columns(rows, ("what", "files", "size")))


@store.command()
def retire(
    runs: Runs = None,
    folder: Folder = None,
    older: Annotated[str | None, typer.Option("--older-than", metavar="TIME", help="Runs of that age, as 90d.")] = None,
    most: Annotated[int | None, typer.Option("--keep", metavar="N", help="All but the newest N.")] = None,
    at_once: Annotated[bool, typer.Option("--at-once", help="Remove their data now, not an hour later.")] = False,
    dry: Annotated[bool, typer.Option("--dry-run", help="Only say which.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="Stands on the tombstone.")] = "retired by hand",
) -> None:
    """Take runs out of the store: out of sight at once, their data an hour later, a tombstone stays."""
    from twin.store.files import told
    from twin.store.retiring import KEEP, clear
    from twin.store.retiring import retire as retire_run

    if not runs and older is None and most is None:
        raise UsageError("which runs? Name them, or use --older-than TIME or --keep N.")
    if runs and (older is not None or most is not None):
        raise UsageError("RUN beside --older-than or --keep: a rule chooses its own runs. Use one or the other.")
    look = _snapshot(folder)
    gone = _chosen(look, runs or [], older, most)
    files = None if dry else _store(folder).files
    done = []
    try:
        with told(look.address):
            for run_id in gone:
                if files is None or retire_run(files, run_id, printable(reason, 200)):
                    done.append(run_id)  # noqa: PERF401 - what was done before a failure is told
            if files is not None:
                clear(files, 0.0 if at_once else KEEP, warn)
    finally:  # once it is done: nobody takes one that failed for retired, and who reads no further stops nothing
        typer.echo("".join(f"{run_id}\n" for run_id in done), nl=False)
    if files is not None:
        typer.echo(f"{len(done)} runs retired", err=True)


def _chosen(look: "Snapshot", runs: list[str], older: str | None, most: int | None) -> list[str]:
    """Return the runs that are named, each of which is there, or those that a rule takes."""
    from twin.store.naming import asked_run_id
    from twin.store.retiring import outdated

    named = [look.known(asked_run_id(one)) for one in runs]
    age = None if older is None else _time(older)
    return named or outdated(look.records.items(), older=age, most=most)


@store.command()
def sweep(
    folder: Folder = None,
    at_once: Annotated[bool, typer.Option("--at-once", help="Remove the data of all retired runs now.")] = False,
) -> None:
    """Settle what killed processes left, and remove the data of runs that were retired an hour ago or earlier."""
    from twin.store import Store
    from twin.store.files import told
    from twin.store.retiring import KEEP, clear

    _snapshot(folder)
    opened = Store(folder or store_folder())
    with told(opened.files.address):
        cleared = clear(opened.files, 0.0 if at_once else KEEP, warn)
    typer.echo(f"{opened.settled} changes settled that were left half done; data of {len(cleared)} runs removed")


@store.command()
def backup(file: File, runs: Runs = None, folder: Folder = None) -> None:
    """Write runs, or all, into one tar file."""
    from twin.store.archive import backup as write
    from twin.store.naming import asked_run_id
    from twin.store.place import files_to_read

    look = _snapshot(folder, silent=bool(runs))
    chosen = [look.known(asked_run_id(one)) for one in runs] if runs else look.runs
    size = write(files_to_read(folder or store_folder()), file, chosen)
    typer.echo(f"{file}: {len(chosen)} runs, {megabytes(size)}", err=True)


@store.command()
def restore(
    file: File,
    folder: Folder = None,
    check: Annotated[bool, typer.Option("--verify", help="Then verify each run that it brought.")] = False,
) -> int:
    """Publish the runs of an archive; those that are here already stay as they are."""
    from twin.store import Store
    from twin.store.archive import restore as read
    from twin.store.members import listed_in
    from twin.store.verify import verify as look

    listed_in(file)  # a store is made for an archive alone
    files = Store(folder or store_folder()).files
    done = read(files, file)
    typer.echo(f"{sum(done.values())} runs restored, {len(done) - sum(done.values())} were here already", err=True)
    if not check:
        return 0
    found = look(files, list(done))
    say_each("BAD", found.bad)
    say_each("UNREAD", found.unread)
    if found.unread and not found.bad:
        raise RunError(
            f"store {files.address}: what came is here, but {len(found.unread)} files are unread on this machine "
            f"({printable(found.unread[0].what, 120)}). See to what it says, then: twin verify --store {files.address}"
        )
    return ContractError.exit_code if found.bad else 0


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(store, name="store")
