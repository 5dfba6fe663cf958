"""Where notifications go: such an address is often a credential by itself, so no command line may carry it.

Everybody on a machine can read the arguments of its processes.
"""

import hmac
import os
import secrets
import stat
from hashlib import scrypt
from pathlib import Path
from urllib.parse import urlsplit

from twin.errors import UsageError, printable

ADDRESS = "FILMTWIN_NOTIFY"
OTHERS = 0o077  # of the mode of a file: what its owner alone has not
SALT = 16  # byte; a new one each time, so that nobody can look addresses up
WORK = {"n": 2**14, "r": 8, "p": 1}  # 1; what one guess costs: 16 MiB and some 50 ms, as RFC 7914 has it for logins


def address(file: str) -> str:
    """Return where notifications go; empty where nobody says.

    What the environment says is taken out of it: every process that we start would get it.

    Args:
        file: File that holds the address in one line; empty for what the environment says.

    Raises:
        UsageError: The file cannot be read, or others can read it; or what is there is no address.
    """
    named = os.environ.pop(ADDRESS, "").strip()
    if not file:
        return _checked(named, ADDRESS) if named else ""
    return _checked(_read(file), f"--notify {printable(file)}")


def fingerprint(told: str, salt: bytes = b"") -> str:
    """Return by what an address is known again, from which nobody can read it: salt and hash as hexadecimal digits.

    Args:
        told: The address.
        salt: Random bytes; a new salt where there are none.
    """
    mixed = salt or secrets.token_bytes(SALT)
    return f"{mixed.hex()}:{scrypt(told.encode(), salt=mixed, dklen=32, **WORK).hex()}"


def is_same(told: str, known: str) -> bool:
    """Say whether an address has a fingerprint; whatever is no fingerprint is that of none.

    Args:
        told: The address.
        known: The fingerprint, as ``fingerprint`` has made it.

    >>> is_same("https://a/", fingerprint("https://a/")), is_same("https://b/", fingerprint("https://a/"))
    (True, False)
    """
    try:
        salt = bytes.fromhex(known.partition(":")[0])
    except ValueError:
        return False
    return bool(salt) and hmac.compare_digest(fingerprint(told, salt).encode(), known.encode())


def _read(file: str) -> str:
    try:
        mode = stat.S_IMODE(Path(file).stat().st_mode)
        told = Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(f"--notify: {error.strerror}. Name a file that holds the address.") from None  # as above
    except UnicodeDecodeError:
        told = ""
    if mode & OTHERS:
        raise UsageError(
            f"--notify {printable(file)}: others can read it (mode {mode:04o}; 0600 is wanted). Run: chmod 600 FILE"
        )
    return told


def _checked(told: str, where: str) -> str:
    """Return an address; what is none is not shown, for it may be a credential with a slip."""
    try:
        parts = urlsplit(told)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and told.isprintable() and " " not in told
    except ValueError:
        good = False
    if not good:
        raise UsageError(f"{where}: holds no address. Write one line such as https://hooks.example.org/...")
    return told
