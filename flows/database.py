"""The server's own database: whether it is whole, and what is done with one that is not."""

import sqlite3
import time
from pathlib import Path

NAME = "prefect.db"
LOCKED = 5.0  # s; somebody who holds it longer is no damage


def damage(home: Path) -> str:
    """Say what is wrong with the database of a home; empty for one that is whole, or not there yet."""
    file = home / NAME
    if not file.exists():
        return ""
    try:
        base = sqlite3.connect(file, timeout=LOCKED)
        try:
            found = base.execute("pragma quick_check(1)").fetchone()[0]
        finally:
            base.close()
    except sqlite3.OperationalError as error:
        return "" if "locked" in str(error) else str(error)
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else str(found)


def put_aside(home: Path) -> Path:
    """Move a database away with its log, so that the server makes a new one; return where it is now."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for file in list(home.glob(f"{NAME}*")):
        if ".damaged-" not in file.name:
            file.rename(home / f"{file.name}.damaged-{stamp}")
    return home / f"{NAME}.damaged-{stamp}"
