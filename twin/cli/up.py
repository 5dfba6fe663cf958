"""The command `up`: server, worker and deployments on this machine."""

import json
import os
import sys
from typing import Annotated

import typer

from twin.errors import UsageError


def up(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option("--port", help="Port; default 4200, or a free one.")] = None,
    expose: Annotated[bool, typer.Option("--expose", help="Allow an address beyond this machine.")] = False,
    public: Annotated[
        str, typer.Option("--public", metavar="URL", help="Address that people type, where a proxy stands before it.")
    ] = "",
    open_: Annotated[bool, typer.Option("--no-auth", help="No password; on loopback alone.")] = False,
    notify: Annotated[
        str, typer.Option("--notify", metavar="FILE", help="Holds the address that takes notifications; mode 600.")
    ] = "",
    check: Annotated[bool, typer.Option("--check", help="Show what would be exposed, start nothing.")] = False,
) -> None:
    """Start server, worker and deployments on this machine; Ctrl-C stops them."""
    if "://" in notify:  # not shown again: it is often a credential, and everybody can read a command line
        raise UsageError("--notify: names a file. Put the address into one of mode 600, or into FILMTWIN_NOTIFY.")
    asked = {
        "host": host, "port": port, "expose": expose, "public": public, "open": open_, "notify": notify, "check": check,
    }  # fmt: skip
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "flows.up", json.dumps(asked)])  # noqa: S606 - our own interpreter; nothing in twin knows Prefect


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(up)
