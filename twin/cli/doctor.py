# ruff: noqa: PLC0415 - what a command needs is imported when it is called, so that `twin --help` answers at once
"""The command `doctor`: can this machine run the twin?"""

import os
from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def doctor(
        store: Annotated[Path | None, typer.Option("--store", help="Folder of the store.")] = None,
    ) -> int:
        """Look whether this machine can run the twin; each fault comes with the command that mends it."""
        from twin.cli.options import store_folder
        from twin.doctor import findings
        from twin.doctor_server import server_findings
        from twin.request import project

        home = Path(os.environ.get("PREFECT_HOME") or project() / ".prefect")
        found = [*findings(store or store_folder()), *server_findings(home)]
        for one in found:
            typer.echo(f"{'ok  ' if one.good else 'BAD '} {one.text}")
            if not one.good and one.mend:
                typer.echo(f"       mend: {one.mend}")
        return 0 if all(one.good for one in found) else 1
