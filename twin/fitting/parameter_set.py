"""A parameter set as a file: what a fit found, of which data and by which equations, with a checksum of its own."""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from twin.errors import UsageError, printable
from twin.fitting.kinds import KINDS, law_version

FORMAT = "filmtwin parameter set"
VERSION = 1
MOST_BYTES = 4 << 20
SUFFIX = ".fit.json"
_HASH = re.compile(r"[0-9a-f]{64}")


class ParameterSet(NamedTuple):
    """What a scenario takes from a parameter set.

    Attributes:
        name: Name of the file.
        kind: Kind of fit.
        values: Value with its unit by path; only what the data told.
        evidence: What the table ``parameters`` says of how well they are known.
        model_version: Model with which it was fitted.
    """

    name: str
    kind: str
    values: Mapping[str, tuple[float, str]]
    evidence: str
    model_version: str


def checksum(content: Mapping[str, Any]) -> str:
    """Return the hash of everything in a set but its checksum."""
    told = {name: value for name, value in content.items() if name != "checksum"}
    return sha256(json.dumps(told, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def written(content: Mapping[str, Any]) -> str:
    """Return a set as the text of its file, with format, version and checksum."""
    whole = {"format": FORMAT, "version": VERSION, **content}
    return json.dumps({**whole, "checksum": checksum(whole)}, indent=1, ensure_ascii=False) + "\n"


def read_set(path: Path) -> ParameterSet:
    """Read a parameter set.

    Raises:
        UsageError: It cannot be read, was edited, or was fitted with another version of the equations.
    """
    label = printable(path.name)
    content = _content(path, label)
    kind = content["kind"]
    again = f"Fit it again: twin fit {kind} --data {printable(content['data']['file'])}"
    if content["law_version"] != law_version(kind):
        raise UsageError(
            f"{label}: fitted with another version of the equations of {kind} ({printable(content['law_version'])}; "
            f"here {law_version(kind)}). {again}"
        )
    told = [one for one in content["parameters"] if one["status"] == "fitted"]
    return ParameterSet(
        name=path.name,
        kind=kind,
        values={one["path"]: (one["value"], one["unit"]) for one in told},
        evidence=f"fitted: {path.name}, data sha256:{content['data']['sha256']}",
        model_version=content["model_version"],
    )


def _content(path: Path, label: str) -> dict[str, Any]:
    """Content of the file, whole and as it was written."""
    form = "no parameter set as twin fit writes it"
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(MOST_BYTES + 1) if path.is_file() else b"")
    except FileNotFoundError:
        raise UsageError(f"{label}: there is no such parameter set. twin fit KIND --data FILE writes one.") from None
    except (OSError, ValueError, RecursionError):
        raise UsageError(f"{label}: {form}. twin fit KIND --data FILE writes one.") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise UsageError(f"{label}: {form}. twin fit KIND --data FILE writes one.")
    if content.get("version") != VERSION:
        raise UsageError(
            f"{label}: format version {printable(content.get('version'))}; this filmtwin reads {VERSION}. "
            "Fit the data again with twin fit."
        )
    if content.get("checksum") != checksum(content):
        raise UsageError(
            f"{label}: was edited after it was fitted (its checksum is another). Fit the data again, or change the "
            "value in the scenario, where it is seen as a change."
        )
    if not _is_whole(content):
        raise UsageError(f"{label}: {form}. twin fit KIND --data FILE writes one.")
    return content


def _is_whole(content: Mapping[str, Any]) -> bool:
    """Say whether a file with the right checksum holds what is read from it; anybody can make a checksum."""
    try:
        numbers = [one["value"] for one in content["parameters"]]
        texts = [content["model_version"], content["law_version"], content["data"]["file"]]
        texts += [one[name] for one in content["parameters"] for name in ("path", "unit", "status")]
        return (
            content["kind"] in KINDS
            and _HASH.fullmatch(content["data"]["sha256"]) is not None
            and all(isinstance(one, str) and one.isprintable() and len(one) <= 200 for one in texts)
            and all(isinstance(one, float | int) and isfinite(one) for one in numbers)
        )
    except (KeyError, TypeError):
        return False
