"""The kinds of fit by name, and the version of the equations behind each."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from twin.fitting.drilling import DRILLING
from twin.fitting.drying import DRYING
from twin.fitting.gel import GEL
from twin.fitting.law import Law
from twin.fitting.peel import PEEL

KINDS: Mapping[str, Law] = MappingProxyType({law.kind: law for law in (PEEL, DRYING, GEL, DRILLING)})


@cache
def law_version(kind: str) -> str:
    """Return the hash of the files that hold the equations of a kind of fit; a changed law has another one."""
    folder = Path(__file__).resolve().parent.parent
    digest = sha256()
    for name in (*KINDS[kind].sources, f"fitting/{kind}.py"):
        digest.update(name.encode() + b"\0" + (folder / name).read_bytes() + b"\0")
    return digest.hexdigest()[:12]
