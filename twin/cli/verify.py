# ruff: noqa: PLC0415 - what a command needs is imported when it is called, so that `twin --help` answers at once
"""The command that verifies the store: `verify`. What is proven is bad; what this machine could not read is unread."""

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.cli.options import Folder, Json, Runs, megabytes, say_each, store_folder, warn
from twin.errors import ContractError, TwinError

if TYPE_CHECKING:
    from twin.store import Snapshot
    from twin.store.files import Files
    from twin.store.verify import Verified


def verify(
    runs: Runs = None,
    folder: Folder = None,
    json: Json = False,
    quarantine: Annotated[bool, typer.Option("--quarantine", help="Move what is bad out of the tables.")] = False,
) -> int:
    """Look at every file: hashes, checksums, counts, contract, references. Exit code 3 when one is bad or unread."""
    from twin.store import open_snapshot
    from twin.store.naming import asked_run_id
    from twin.store.quarantine import quarantine as move
    from twin.store.verify import verify as look

    place = folder or store_folder()
    shot = open_snapshot(place)  # says what is wrong with the place itself
    files, closed = _files(place, to_move=quarantine)
    found = look(files, None if not runs else [_there(files, shot, asked_run_id(one)) for one in runs])
    stay: list[str] = []
    moved = move(files, found.problems, stay.append) if quarantine and closed is None else []
    for one in stay:
        warn(one)
    if json:
        typer.echo(json_text.dumps({**_plain(found), "moved": moved}, indent=1))
    else:
        _say(found)
    if closed is not None:
        warn(f"nothing is moved to quarantine: {closed}")
    _say_next(found, moved, stay, None if quarantine else files.address)
    return ContractError.exit_code if found.problems else 0 if closed is None else closed.exit_code


def _files(place: Path, *, to_move: bool) -> tuple["Files", TwinError | None]:
    """Return the files of a store, and why it cannot be changed where it shall be: it can be verified all the same."""
    from twin.store import Store
    from twin.store.place import files_to_read

    try:
        return (Store(place).files if to_move else files_to_read(place)), None
    except TwinError as error:
        return files_to_read(place), error


def _plain(found: "Verified") -> dict[str, Any]:
    """Return what verification found as plain data."""
    kinds = {"bad": found.bad, "unread": found.unread, "newer": found.newer}
    lists = {name: [{"run_id": one.run_id, "key": one.key, "what": one.what} for one in some]
             for name, some in kinds.items()}  # fmt: skip
    return {"runs": found.runs, "files": found.files, "bytes": found.bytes, **lists}


def _say(found: "Verified") -> None:
    kinds = (("BAD", found.bad), ("UNREAD", found.unread), ("NEWER", found.newer))
    for head, some in kinds:
        say_each(head, some)
    counts = [f"{len({one.run_id or one.key for one in some})} {head}" for head, some in kinds if some]
    verdict = ", ".join(counts if found.problems else ["good", *counts])
    typer.echo(f"{found.runs} runs, {found.files} whole files, {megabytes(found.bytes)}: {verdict}")


def _say_next(found: "Verified", moved: list[str], stay: list[str], to_mend: str | None) -> None:
    if moved:
        rest = "" if found.unread or stay else "; the rest can be read"
        typer.echo(f"moved {len(moved)} files to quarantine{rest}.", err=True)
    elif found.bad and to_mend is not None:
        typer.echo(f"take it out of the way: twin verify --quarantine --store {to_mend}", err=True)
    if found.unread:
        typer.echo("what is unread may be good and stays: see to what it says, then verify again.", err=True)
    if found.newer:
        typer.echo("what is newer was not looked at: verify it with the filmtwin that wrote it.", err=True)


def _there(files: "Files", shot: "Snapshot", run_id: str) -> str:
    from twin.store.naming import LAST, commit_key, no_run, table_key

    if not files.exists(commit_key(run_id)) and not files.exists(table_key(LAST, run_id)):
        raise no_run(files.address, run_id, {*shot.records, *shot.bad, *shot.unread, *shot.newer})
    return run_id


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(verify)
