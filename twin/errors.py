"""What may go wrong, by exit code: a message of one to three lines that says where, what, range and next step."""

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import ClassVar

SHOWN = 20  # problems of one scenario that are listed
_LINE = 300  # characters of a foreign error that stand in a line of ours
# From the first address on up to the last @ of all: a password may hold anything, and a slip any of it.
_USER = re.compile(r"://(?!/).*@", re.DOTALL)
# A word as user:password@host, perhaps with the rest of a scheme; neither a path nor the address of a file of SQLite.
_BARE = re.compile(r"(?<![^\s'\"(=<\[])(?!sqlite[a-z+]*:///)(?://)?[^\s/:'\"(=<\[]+:\S*@")
# What follows a scheme as it stands in a header, or follows it in small letters and is no word: "basic authentication".
_HEADER = re.compile(
    r"\b(Basic|Bearer|(?i:authorization['\"]?[:=] *['\"]?(?:basic|bearer|digest|token))"
    r"|(?i:basic|bearer)(?= +(?=[\w+/.~=-]{8})[\w+/.~=-]*[A-Z0-9=])) +"
    r"(?!(?i:authentication|authorization|auth|credentials|token)(?![\w+/.~=-]))[^\s'\"]+"
)


class TwinError(Exception):
    """Root of all errors that a user is shown without a traceback.

    Attributes:
        exit_code: Exit code of the command that meets it.
    """

    exit_code: ClassVar[int] = 1


class RunError(TwinError):
    """The run itself failed: a full disk, a worker that died, a model that did not converge."""


class UsageError(TwinError):
    """What the user asked for cannot be done: a scenario, a name, a value.

    Attributes:
        problems: Each problem in one line, in the order in which they were found.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__(_listed(problems))

    def __reduce__(self) -> tuple[type["UsageError"], tuple[str, ...]]:  # worker processes send it home
        return type(self), self.problems


class ContractError(TwinError):
    """A promise is broken: a balance that does not close, a file whose hash differs, a schema that changed."""

    exit_code: ClassVar[int] = 3


def _listed(problems: tuple[str, ...]) -> str:
    more = len(problems) - SHOWN
    return "\n".join([*problems[:SHOWN], *([f"... and {more} problems more."] if more > 0 else [])])


def printable(text: object, most: int = 60) -> str:
    r"""Return text on one line: control and invisible characters as escapes, a long one cut short.

    >>> printable("up\x1b[31m\n")
    'up\\x1b[31m\\n'
    """
    told = str(text)
    cut = told if len(told) <= most else told[: most - 3] + "..."
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in cut)


def shown(address: object, most: int = 200) -> str:
    r"""Return an address, or text that holds some, as it is shown: no user, no password, on one line, not too long.

    >>> shown("http://somebody:secret@host:4200/api\x1b[31m")
    'http://host:4200/api\\x1b[31m'
    >>> shown("401 Unauthorized for url 'http://somebody:sec/r@t@host/api'")
    "401 Unauthorized for url 'http://host/api'"
    """
    bare = _BARE.sub("", _USER.sub("://", str(address), count=1))
    return printable(_HEADER.sub(r"\1 ***", bare), most)


def said(error: BaseException) -> str:
    """Return what a foreign error says, as ``shown``; its type where it says nothing.

    >>> said(ValueError("no host in http://me:hidden@/api")), said(TimeoutError())
    ('no host in http:///api', 'TimeoutError')
    """
    return shown(error, _LINE) if str(error).strip() else type(error).__name__


def joined(names: Iterable[str], most: int = 12) -> str:
    """Return names as a list in words, the first few of many.

    >>> joined(["a", "b", "c"], most=2)
    'a, b, ...'
    """
    known = list(names)
    return ", ".join([*known[:most], *(["..."] if len(known) > most else [])])


def nearest(word: str, known: Collection[str]) -> str:
    """Return " Did you mean a, b?" for names like the word, or nothing.

    >>> nearest("oven-2-dwn", ["baseline", "oven-2-down"])
    ' Did you mean oven-2-down?'
    """
    close = get_close_matches(word[:200], list(known), n=3, cutoff=0.6)
    return f" Did you mean {' or '.join(close)}?" if close else ""
