"""The command line `twin`: what it accepts, and how it speaks when something goes wrong.

Commands import what they need when they are called, so that `twin --help` answers at once.
"""

import errno
import os
import signal
import sys
import traceback
from types import FrameType
from typing import Annotated

import typer

import twin
from twin.cli import (
    assumptions,
    bench,
    doctor,
    export,
    fit,
    look,
    maps,
    query,
    run,
    store,
    sweep,
    trace,
    up,
    validate,
    verify,
)
from twin.errors import TwinError

INTERRUPTED = 130
TERMINATED = 143

app = typer.Typer(
    name="twin",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="A digital twin of a polyimide film line. Start with: twin run baseline",
    epilog="Exit codes: 0 done, 1 the run failed, 2 bad usage or scenario, 3 a contract or balance is broken, "
    "130 interrupted.",
)
PARTS = (run, sweep, look, maps, trace, validate, fit, assumptions, verify, store, up, doctor, export, query, bench)
for part in PARTS:
    part.add_to(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"filmtwin {twin.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback when something fails.")] = False,
) -> None:
    """Take the options that stand before a command."""
    del version, debug  # dealt with before any command is called


def _terminated(number: int, frame: FrameType | None) -> None:
    """Leave in the ordinary way on SIGTERM, so that workers end and nothing half-done stays."""
    del number, frame
    raise SystemExit(TERMINATED)


def _explain(error: Exception) -> tuple[list[str], int]:
    """Put an error into lines for a person, with the exit code."""
    if isinstance(error, TwinError):
        return str(error).splitlines() or [type(error).__name__], error.exit_code
    if isinstance(error, typer.TyperException) and hasattr(error, "format_message"):
        context = getattr(error, "ctx", None)
        hint = f" See: {context.command_path} --help" if context is not None else ""
        return [f"{error.format_message().rstrip('. ')}.{hint}"], 2
    if isinstance(error, OSError):
        return [_system(error)], 1
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    return [f"{what}. This is a fault of the program: --debug shows where."], 1


def _system(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"{where}the disk is full; nothing was published. Free some space, or name another store: --store DIR."
    if error.errno in {errno.EACCES, errno.EROFS, errno.EPERM}:
        return f"{where}cannot be written or read ({error.strerror}). Name another store: --store DIR."
    return f"{where}{error.strerror or error}"


def _say(lines: list[str]) -> None:
    for number, line in enumerate(lines):
        head = "" if number and line.startswith("... ") else "error: "
        typer.echo(f"{head}{line}", err=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: What stands behind `twin`; None for those of this process.

    Returns:
        The exit code.
    """
    given = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in given
    signal.signal(signal.SIGTERM, _terminated)
    try:
        outcome = app([one for one in given if one != "--debug"], prog_name="twin", standalone_mode=False)
        sys.stdout.flush()
        code = int(outcome or 0)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone; that is its right
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:  # noqa: BLE001 - the one place that turns any error into words
        if debug:
            traceback.print_exc()
        lines, code = _explain(error)
        _say(lines)
    if code == INTERRUPTED:
        typer.echo("interrupted; nothing was published.", err=True)
    return code
