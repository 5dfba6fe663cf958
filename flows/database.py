"""The server's own database: whether it is whole, and what is done with one that is not."""

import sqlite3
import time
from pathlib import Path

from twin.errors import RunError, said

NAME = "prefect.db"
LOCKED = 5.0  # s; somebody who holds it longer is no damage
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)  # a full disk or one that cannot be read spoils no database
PRIMARY = 0xFF  # of a code; the rest says more of the same


def damage(home: Path) -> str:
    """Say what is wrong with the database of a home; empty for one that is whole, not there yet, or out of reach."""
    file = home / NAME
    if not file.exists():
        return ""
    try:
        base = sqlite3.connect(file, timeout=LOCKED)
        try:
            found = base.execute("pragma quick_check(1)").fetchone()[0]
        finally:
            base.close()
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)  # none: what it says of itself is no text
        return said(error) if code & PRIMARY in DAMAGED else ""
    return "" if found == "ok" else str(found)


def put_aside(home: Path) -> Path:
    """Move a database away with its log, so that the server makes a new one; return where it is now.

    Raises:
        RunError: It cannot be moved.
    """
    stamp = time.strftime("%Y%m%d-%H%M%S")
    try:
        for file in list(home.glob(f"{NAME}*")):
            if ".damaged-" not in file.name:
                file.rename(home / f"{file.name}.damaged-{stamp}")
    except OSError as error:
        raise RunError(f"the damaged {home / NAME} cannot be moved away: {error.strerror}. See twin doctor.") from None
    return home / f"{NAME}.damaged-{stamp}"
