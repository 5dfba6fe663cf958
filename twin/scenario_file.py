"""A scenario file as a list of entries, each with file and line; nothing in it is trusted, and nothing else is read."""

import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from twin.errors import UsageError, printable

MOST_BYTES = 1 << 20
MOST_ENTRIES = 1000
MOST_LEVELS = 6  # product, stage, setting are three
MOST_COLUMNS = 2000
LONGEST_QUESTION = 300
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_RESERVED = frozenset({"con", "nul", "prn", "aux"})  # names that Windows keeps to itself
_FIT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}\.json")
_HEADER = re.compile(r"\s*\[{1,2}([^\[\]]+)\]{1,2}\s*(?:#.*)?")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_SEGMENT = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_TEXT = re.compile(r"""'[^']*'|"(?:\\.|[^"\\])*"|#.*""")
_BARE = re.compile(r"\s*([A-Za-z0-9_.-]+)\s*=\s*(.*?)\s*(?:#.*)?")


class Entry(NamedTuple):
    """One value that a scenario or a ``--set`` gives.

    Attributes:
        path: Path as it was written.
        value: Value as it was written.
        where: File and line, or ``--set``.
        evidence: Where the value comes from a parameter set: what it was fitted to.
    """

    path: str
    value: object
    where: str
    evidence: str = ""


class Document(NamedTuple):
    """One scenario file.

    Attributes:
        name: Name of the scenario.
        question: The question that it asks.
        base: Scenario that it builds on.
        entries: What it changes.
        fits: Parameter sets that it uses, each with file and line.
    """

    name: str
    question: str = ""
    base: str = ""
    entries: tuple[Entry, ...] = ()
    fits: tuple[tuple[Path, str], ...] = ()


def check_name(name: str, what: str) -> str:
    """Return a name if it is a safe one.

    Raises:
        UsageError: It is not.
    """
    if not NAME.fullmatch(name) or name in _RESERVED:
        raise UsageError(
            f'{what} "{printable(name)}": a name has 1 to 64 of the characters a-z, 0-9, - and _, '
            "and begins with a letter or digit. Choose such a name."
        )
    return name


def read(path: Path) -> Document:
    """Read one scenario file.

    Raises:
        UsageError: It cannot be read, is no TOML, or holds what no scenario holds.
    """
    label = printable(path.name)
    if path.suffix != ".toml":
        raise UsageError(f"{label}: a scenario file ends in .toml. Give a name from twin scenarios, or such a file.")
    name = check_name(path.stem, "file name")
    found = document(_decoded(_content(path, label), label), name, label)
    return found._replace(fits=tuple((path.parent / fit, where) for fit, where in found.fits))


def _content(path: Path, label: str) -> bytes:
    """Bytes of a regular file of this very folder; no link out of it is followed, no device is read."""
    try:
        folder = path.parent.resolve(strict=True)
        real = (folder / path.name).resolve(strict=True)
        if real.parent != folder and folder not in real.parents:
            raise UsageError(
                f"{label}: a link that leaves its folder is not followed. Give the file that it points to."
            )
        about = real.stat()
        if not stat.S_ISREG(about.st_mode):
            kind = "a folder" if stat.S_ISDIR(about.st_mode) else "no regular file"
            raise UsageError(f"{label}: is {kind}. Give a scenario file that ends in .toml.")
        with os.fdopen(os.open(real, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise UsageError(f"{label}: there is no such file. twin scenarios lists what is shipped.") from None
    except (OSError, RuntimeError, ValueError) as error:  # no rights, name too long, links in a circle
        raise UsageError(f"{label}: cannot be read: {printable(getattr(error, 'strerror', None) or error)}.") from None
    if len(content) > MOST_BYTES:
        raise UsageError(f"{label}: larger than 1 MiB. A scenario shows only what differs and fits on a screen.")
    return content


def _decoded(content: bytes, label: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        raise UsageError(f"{label}:1: begins with a byte order mark. Save it as plain UTF-8.")
    if b"\0" in content:
        raise UsageError(f"{label}: is a binary file (it holds zero bytes). Give a TOML text.")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UsageError(f"{label}:{line}: is not UTF-8 (byte {error.start}). Save it as plain UTF-8.") from None
    for line, told in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        bad = next((one for one in told if not one.isprintable() and one != "\t"), "")
        if bad:
            raise UsageError(f"{label}:{line}: holds the control character U+{ord(bad):04X}. Take it out.")
    return text


def document(text: str, name: str, label: str) -> Document:
    """Turn the text of a scenario into its entries.

    Raises:
        UsageError: It is no TOML, or holds what no scenario holds.
    """
    _refuse_absurd(text, label)
    lines = _lines(text)
    try:
        table = tomllib.loads(text)
    except RecursionError:
        raise UsageError(f"{label}: nested too deeply. Settings lie at most {MOST_LEVELS} levels deep.") from None
    except ValueError as error:
        raise UsageError(_explained(error, text, label, lines)) from None
    question, base = (_heading(table, key, label, lines) for key in ("question", "base"))
    fits = _fits(table.pop("fits", []), _at("fits", label, lines))
    entries = tuple(_entries(table, "", label, lines))
    _refuse_doubles(entries, label, lines)
    return Document(name=name, question=question, base=base, entries=entries, fits=fits)


def _refuse_absurd(text: str, label: str) -> None:
    """Refuse what would keep a parser busy, before it is parsed."""
    deep = 0
    for line, told in enumerate(text.split("\n"), 1):
        bare = _TEXT.sub("", told) if len(told) <= MOST_COLUMNS else told
        deep = max(deep + sum(map(bare.count, "[{")) - sum(map(bare.count, "]}")), 0)
        if len(told) > MOST_COLUMNS:
            raise UsageError(f"{label}:{line}: a line of more than {MOST_COLUMNS} characters. Shorten it.")
        if (
            max(deep, bare.count("["), bare.count("{")) > MOST_LEVELS
            or bare.partition("=")[0].count(".") >= MOST_LEVELS
        ):
            raise UsageError(f"{label}:{line}: nested too deeply. Settings lie at most {MOST_LEVELS} levels deep.")
        if line > 10 * MOST_ENTRIES:
            raise UsageError(f"{label}: more than {10 * MOST_ENTRIES} lines. A scenario fits on a screen.")


def _lines(text: str) -> dict[str, list[int]]:
    """Lines at which each key stands, by path."""
    found: dict[str, list[int]] = {}
    table, inside = "", ""
    for line, told in enumerate(text.split("\n"), 1):
        if not inside:
            header, key = _HEADER.fullmatch(told.rstrip("\r")), _KEY.match(told)
            if header:
                table = _path(header[1]) + "."
                found.setdefault(table[:-1], []).append(line)
            elif key:
                found.setdefault((table if table != "." else "") + _path(key[1]), []).append(line)
        for quotes in ('"""', "'''"):
            if told.count(quotes) % 2 and inside in ("", quotes):
                inside = "" if inside else quotes
    return found


def _path(keys: str) -> str:
    return ".".join(one.strip("\"'") for one in _SEGMENT.findall(keys))


def _at(path: str, label: str, lines: Mapping[str, list[int]]) -> str:
    """Return file and line of a path: of itself, or of the inline table that it stands in."""
    while path and path not in lines:
        path = path.rpartition(".")[0]
    return f"{label}:{lines[path][-1]}" if path else label


def _heading(table: dict[str, object], key: str, label: str, lines: Mapping[str, list[int]]) -> str:
    told = table.pop(key, "")
    where = _at(key, label, lines)
    if not isinstance(told, str):
        raise UsageError(f'{where}: {key} = {printable(told)}: a text is needed. Write {key} = "...".')
    if len(told) > LONGEST_QUESTION or not told.isprintable():
        raise UsageError(f"{where}: {key}: one line of at most {LONGEST_QUESTION} printable characters. Shorten it.")
    return told


def _fits(told: object, where: str) -> tuple[tuple[Path, str], ...]:
    """Names of parameter sets in the folder of the scenario; no other folder is looked into."""
    given = told if isinstance(told, list) else [told]
    names = [one for one in given if isinstance(one, str) and _FIT.fullmatch(one)]
    if len(names) != len(given) or len(names) > MOST_LEVELS:
        raise UsageError(
            f"{where}: fits = {printable(told)}: names of parameter sets beside this file are needed. "
            'Write fits = ["drying.fit.json"].'
        )
    return tuple((Path(one), where) for one in names)


def _entries(table: Mapping[str, object], prefix: str, label: str, lines: Mapping[str, list[int]]) -> Iterator[Entry]:
    for key, value in table.items():
        path = prefix + key
        if isinstance(value, dict):
            yield from _entries(value, f"{path}.", label, lines)
        else:
            yield Entry(path, value, _at(path, label, lines))


def _refuse_doubles(entries: tuple[Entry, ...], label: str, lines: Mapping[str, list[int]]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise UsageError(f"{label}: {len(entries)} settings; at most {MOST_ENTRIES}. Show only what differs.")
    seen: set[str] = set()
    for path, _, where, _ in entries:  # "plant.oven" in quotes is another key to TOML and the same to us
        if path in seen:
            raise UsageError(f"{where}: {printable(path)} stands twice{_first(path, lines)}. Keep one.")
        seen.add(path)


def _first(path: str, lines: Mapping[str, list[int]]) -> str:
    return f", first in line {lines[path][0]}" if path in lines else ""


def _explained(error: ValueError, text: str, label: str, lines: Mapping[str, list[int]]) -> str:
    """Say in one line what is wrong with a text that is no TOML, and how to write it."""
    message = str(error)
    found = re.search(r"\(at line (\d+)", message)
    line = int(found[1]) if found else text.count("\n") + 1
    twice = {path: at for path, at in lines.items() if len(at) > 1}
    if twice and re.search(r"overwrite|twice|immutable|Cannot (?:declare|mutate)", message):
        path, at = min(twice.items(), key=lambda one: abs(one[1][-1] - line))
        return f"{label}:{at[-1]}: {printable(path)} stands twice, first in line {at[0]}. Keep one."
    told = (text.split("\n")[line - 1 :] or [""])[0]
    bare = _BARE.fullmatch(told.rstrip("\r"))
    if bare and bare[2] and not bare[2].startswith(('"', "'", "[", "{")):
        value = printable(bare[2])
        return f'{label}:{line}: {bare[1]} = {value}: a text, also one with a unit, stands in quotes. Write "{value}".'
    return f"{label}:{line}: no TOML: {printable(message.partition(' (at')[0], 120)}. Correct that line."


def from_option(text: str) -> Entry:
    """Turn the text of one ``--set`` into an entry.

    Raises:
        UsageError: It is not of the form path=value.

    >>> from_option("plant.oven.count=2"), from_option("coating.speed = 3 m/min").value
    (Entry(path='plant.oven.count', value=2, where='--set', evidence=''), '3 m/min')
    """
    path, equals, told = (part.strip() for part in text.partition("="))
    if not equals or not path or not told:
        raise UsageError(
            f"--set {printable(text) or '(empty)'}: of the form path=value. Write --set plant.oven.count=2."
        )
    if len(text) > MOST_COLUMNS or not text.isprintable() or not re.fullmatch(r"[A-Za-z0-9_.-]+", path):
        raise UsageError(f"--set {printable(text)}: a path has letters, digits, _ and points. See twin describe.")
    return Entry(path, _value(told), "--set")


def _value(told: str) -> object:
    try:
        return tomllib.loads(f"value = {told}")["value"]
    except (ValueError, RecursionError, KeyError):
        return told  # a text without its quotes, which a shell takes away
