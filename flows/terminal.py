"""A flow run from a terminal: which server, what is shown, which exit code."""

import json
import os
import signal
import sys
from contextlib import ExitStack
from types import FrameType
from typing import TYPE_CHECKING, Any

from flows import embedded, server
from flows.tidying import lost, refused, say
from twin.errors import UsageError, shown

if TYPE_CHECKING:
    from flows.work import Desk

INTERRUPTED = 130
TERMINATED = 143


def main(arguments: list[str]) -> int:
    """Run the flow and show its result.

    Args:
        arguments: The flow's parameters as JSON, and how the result is shown as JSON.

    Returns:
        The exit code of the command line.
    """
    asked = json.loads(arguments[0]) if arguments else {"scenario": "baseline"}
    show = json.loads(arguments[1]) if len(arguments) > 1 else {}
    signal.signal(signal.SIGTERM, _terminated)
    try:
        with ExitStack() as stack:
            _settle_server(stack)
            desk = _flow(asked)
    except KeyboardInterrupt:
        say("interrupted; nothing was published.")
        return INTERRUPTED
    except embedded.NoServerError as error:
        say(f"error: {error}")
        return 1
    except UsageError as error:
        say(f"error: {error}")
        return error.exit_code
    except lost() as error:
        say(refused(error))
        return 1
    return _answer(desk, show)


def _terminated(number: int, frame: FrameType | None) -> None:
    """Leave in the ordinary way, so that workers and server end too."""
    del number, frame
    raise SystemExit(TERMINATED)


def _settle_server(stack: ExitStack) -> None:
    """Settle on a server.

    Raises:
        UsageError: One answers, but refuses us.
    """
    wanted = os.environ.get("PREFECT_API_URL", "")
    address = server.choose()
    if wanted and address != wanted:
        instead = shown(address) if address else f"an own one ({os.environ['PREFECT_HOME']})"
        nobody = f"warning: PREFECT_API_URL: no Prefect server answers at {shown(wanted)}"
        say(f"{nobody}; the run goes to {instead}.")
    if address is not None and (why := server.complaint(address)):
        raise UsageError(why)
    if address is None:
        if sys.stderr.isatty():
            say("starting the embedded Prefect server (some 15 s) ...")
        os.environ["PREFECT_API_URL"] = stack.enter_context(embedded.running())
    elif sys.stderr.isatty():
        say(f"Prefect server: {shown(address)}")


def _flow(asked: dict[str, Any]) -> "Desk":
    from flows.run_scenario import run_scenario  # noqa: PLC0415 - Prefect after its settings
    from flows.work import DESK, Desk  # noqa: PLC0415 - as above
    from twin.cli.options import progress_line  # noqa: PLC0415 - as above

    desk = Desk(progress=progress_line())
    DESK.set(desk)
    desk.state = run_scenario(**asked, return_state=True)
    return desk


def _answer(desk: "Desk", show: dict[str, bool]) -> int:
    from twin import reports  # noqa: PLC0415 - as above

    if desk.result is not None:
        sys.stdout.write(reports.shown(desk.result, json=show.get("json", False), details=show.get("details", False)))
        sys.stdout.write("\n")
        return 0
    ended = getattr(desk.state, "message", None) or "the flow run ended"
    for line in str(desk.error).splitlines() if desk.error else [shown(ended, 300)]:
        say(f"error: {line}")
    return desk.error.exit_code if desk.error else 1
