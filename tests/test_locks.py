"""The locks hold one version of each package for each Python that is supported, and all that is needed. No network."""

import re
import tomllib
from collections import Counter
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

HOUSE = Path(__file__).parent.parent
PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
PYTHONS = ("3.11.0", "3.11.99", "3.12.0", "3.12.99", "3.13.0", "3.13.99")
LOCKS = ("requirements.lock", "requirements-dev.lock")
HASHED = re.compile(r"(\s*\\\n\s+--hash=sha256:[0-9a-f]{64})+\s*")

Locked = dict[str, Version]


def environment(python: str) -> dict[str, str]:
    """What markers ask of CPython on Linux."""
    return {
        "implementation_name": "cpython", "implementation_version": python, "os_name": "posix",
        "platform_machine": "x86_64", "platform_python_implementation": "CPython", "platform_release": "6",
        "platform_system": "Linux", "platform_version": "6", "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]), "sys_platform": "linux", "extra": "",
    }  # fmt: skip


@cache
def entries(lock: str) -> list[tuple[str, str]]:
    """Requirement and hashes of each entry."""
    text = (HOUSE / lock).read_text(encoding="utf-8")
    cut = [re.split(r"(?=\s*\\\n)", one, maxsplit=1) for one in re.split(r"\n(?=\S)", text.strip())]
    return [(one[0], "".join(one[1:])) for one in cut]


def holding(lock: str, python: str) -> list[Requirement]:
    """The entries whose marker holds for a Python."""
    found, where = [Requirement(one) for one, _ in entries(lock)], environment(python)
    return [one for one in found if one.marker is None or one.marker.evaluate(where)]


@cache
def locked(lock: str, python: str) -> Locked:
    """What a Python gets, version by name."""
    return {canonicalize_name(one.name): pinned(one) for one in holding(lock, python)}


def pinned(one: Requirement) -> Version:
    """The one version of an entry."""
    (only,) = one.specifier
    assert (only.operator, one.url) == ("==", None)
    return Version(only.version)


def needed(asked: list[str], python: str, extras: frozenset[str] = frozenset()) -> list[Requirement]:
    """Those of some requirements that hold for a Python and for what is asked of the package beyond itself."""
    wheres = [{**environment(python), "extra": extra} for extra in ("", *extras)]
    needs = [Requirement(one) for one in asked]
    return [one for one in needs if one.marker is None or any(one.marker.evaluate(where) for where in wheres)]


def unmet(needs: list[Requirement], has: Locked) -> list[str]:
    """Those of some requirements that a lock does not hold, or holds in another version."""
    got = [has.get(canonicalize_name(one.name)) for one in needs]
    return [
        str(one) for one, version in zip(needs, got, strict=True)
        if version is None or not one.specifier.contains(version, prereleases=True)
    ]  # fmt: skip


def installed(name: str, version: Version) -> tuple[list[str], str] | None:
    """What a package asks for, and of which Python; None where this version of it is not installed here."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return None
    if Version(found.version) != version:
        return None
    return found.requires or [], found.metadata.get("Requires-Python") or ""


@pytest.mark.parametrize("lock", LOCKS)
def test_each_entry_is_one_version_with_its_hashes(lock: str) -> None:
    """Of a package from the index that whoever installs has set; no address and no option stands in the lock."""
    assert entries(lock)
    assert [one for one, hashes in entries(lock) if not HASHED.fullmatch(hashes)] == []
    assert [one for one, _ in entries(lock) if "://" in one or one.startswith("-")] == []
    assert all(pinned(Requirement(one)) for one, _ in entries(lock))


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_a_python_gets_one_version_of_a_package(lock: str, python: str) -> None:
    """No two entries of a package hold at once."""
    times = Counter(canonicalize_name(one.name) for one in holding(lock, python))
    assert [name for name, count in times.items() if count > 1] == []


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_what_the_project_asks_for_is_locked_within_its_bounds(lock: str, python: str) -> None:
    """All direct dependencies; in the lock of developers what they and the extras need too."""
    asked = list(PROJECT["project"]["dependencies"])
    if "dev" in lock:
        asked += PROJECT["dependency-groups"]["dev"]
        asked += [one for extra in PROJECT["project"]["optional-dependencies"].values() for one in extra]
    assert unmet(needed(asked, python), locked(lock, python)) == []
    assert Version(python) in SpecifierSet(PROJECT["project"]["requires-python"])


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_what_packages_ask_for_is_locked_too(lock: str, python: str) -> None:
    """As far as they are installed here: each takes the Python, and finds what it needs in a version it takes."""
    known = {name: installed(name, version) for name, version in locked(lock, python).items()}
    told = {name: one for name, one in known.items() if one is not None}
    assert len(told) > len(known) / 2
    assert [name for name, (_, pythons) in told.items() if Version(python) not in SpecifierSet(pythons)] == []
    first = [one for asked, _ in told.values() for one in needed(asked, python)]
    extras = {canonicalize_name(one.name): frozenset(one.extras) for one in first if one.extras}
    assert extras.keys() >= {"httpx", "sqlalchemy"}
    missing = {
        name: unmet(needed(asked, python, extras.get(name, frozenset())), locked(lock, python))
        for name, (asked, _) in told.items()
    }
    assert {name: one for name, one in missing.items() if one} == {}


def test_both_locks_agree() -> None:
    """What runs is what was tested: a package of the plain lock has the same version in that of developers."""
    for python in PYTHONS:
        plain, dev = (locked(lock, python) for lock in LOCKS)
        assert {name: version for name, version in plain.items() if dev.get(name) != version} == {}


def test_an_unmet_requirement_is_seen() -> None:
    """A package that is missing, one out of bounds, and none that another Python alone would need."""
    has = {"numpy": Version("2.1"), "simpy": Version("5.0")}
    asked = ["numpy>=2", "simpy<5", "rich", "tomli; python_version < '3.11'"]
    assert unmet(needed(asked, "3.11.0"), has) == ["simpy<5", "rich"]
