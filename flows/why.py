"""Why a process that we have started did not come up, in one line: from how it ended and what it said at last."""

import re
import signal
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from twin.errors import printable, shown

READ = 65536  # byte at the end of a log that are looked at
SHOWN = 200  # characters of a line that are shown
LAST = 300  # lines of that, of which a traceback takes 200; what was said long before the end is not its reason
KNOWN = {  # what stands in a log -> what that means for whoever has typed twin up; the most telling first
    r"address already in use": "another process listens on its port. Leave --port out, or name a free one",
    r"Can't locate revision identified by '(\w+)'": (
        "its database is of another version of Prefect (revision {0}), this is {prefect}. Take that version, or set "
        "PREFECT_HOME to another folder"
    ),
    r"password authentication failed|InvalidPasswordError": (
        "its database refuses the password. Look at PREFECT_SERVER_DATABASE_CONNECTION_URL"
    ),
    r'database "([\w-]+)" does not exist': "there is no database {0}. Run: createdb {0}",
    r"Connect call failed \(([^)]*)\)": "nobody answers at {0}. Start what listens there, or name another address",
    r"No space left on device|database or disk is full": "the disk is full. Free space, then start again",
    r"attempt to write a readonly database|unable to open database file": (
        "its database cannot be written. Look at the rights of its folder, PREFECT_HOME"
    ),
    r"No module named '([\w.]+)'": "the package {0} is missing. Run: make setup",
}
_RAISED = re.compile(r"(?:[A-Za-z_][\w.]*\.)?\w*(?:Error|Exception|Exit|Interrupt|NotFound|Unavailable|Timeout): \S.*")


def because(log: Path, since: int = 0, code: int | None = None) -> str:
    """Return the rest of a sentence that says what has not come up: the reason, and the log with all the rest.

    Args:
        log: What the process has said.
        since: How long the log was before. [byte]
        code: Exit code of the process, less than 0 for the signal that has killed it; None for one that has not ended
            by itself.
    """
    told = reason(_added(log, since), code)
    return f": {told}. {log} says more" if told else f"; {log} says why"


def reason(text: str, code: int | None = None) -> str:
    r"""Return why a process has not come up; empty where nothing says so.

    Args:
        text: What it has said.
        code: As in ``because``.

    >>> reason("Traceback:\n  x\nsome.TooBadError: no http://me:hidden@host\n\nExiting.\n")
    'some.TooBadError: no http://host'
    """
    if code is not None and code < 0:
        return f"it was killed ({_name(-code)})"
    lines = [line.strip() for line in text.splitlines() if re.search(r"\w", line)][-LAST:]
    for pattern, meaning in KNOWN.items():
        if found := re.search(pattern, "\n".join(lines), re.IGNORECASE):
            return meaning.format(*(shown(one, SHOWN) for one in found.groups()), prefect=version("prefect"))
    raised = [line for line in lines if _RAISED.fullmatch(line)]
    last = (raised or lines)[-1:]
    return shown(last[0], SHOWN).rstrip(".") if last else f"it ended with code {code}" if code is not None else ""


def _name(number: int) -> str:
    with suppress(ValueError):
        return signal.Signals(number).name
    return printable(f"signal {number}")


def _added(log: Path, since: int) -> str:
    """Return what a log has got since, or its end; all of one that was begun anew meanwhile."""
    with suppress(OSError), log.open("rb") as opened:
        size = opened.seek(0, 2)
        opened.seek(max(since if since <= size else 0, size - READ))
        return opened.read(READ).decode("utf-8", "replace")
    return ""
