"""What a run is: the id that follows from its plan, and the version of the model that computes it."""

import json
import platform
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import twin
from twin.errors import UsageError
from twin.plan import Plan
from twin.store.naming import checked_run_id
from twin.tables import RunContext

LOCK = "requirements.lock"
_LIBRARIES = ("numba", "numpy", "pyarrow", "scipy", "simpy")
_EXACT = 2**53  # whole numbers up to here are the same as floats


@lru_cache(maxsize=1)
def model_version() -> str:
    """Return the hash of the sources of twin, the locked libraries, Python and the machine type."""
    return model_version_of(Path(twin.__file__).parent)


def model_version_of(package: Path) -> str:
    """Return the model version for a package folder: the same sources anywhere give the same version."""
    digest = sha256()
    for path in sorted(package.rglob("*.py"), key=lambda one: one.relative_to(package).as_posix()):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    digest.update(_libraries(package.parent))
    digest.update(f"{platform.python_version()} {platform.machine()}".encode())
    return digest.hexdigest()[:16]


def _libraries(folder: Path) -> bytes:
    lock = folder / LOCK
    if (folder / "pyproject.toml").is_file() and lock.is_file():
        return lock.read_bytes()
    return "\n".join(f"{name}=={_version(name)}" for name in _LIBRARIES).encode()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def scenario_hash(plan: Plan) -> str:
    """Return the hash of what is simulated: products, plant, marks and fits, whatever its name, length and seed."""
    fits = [plain(plan.fits)] if plan.fits else []
    return _hash([plain(plan.products), plain(plan.plant), plain(plan.marks), *fits])


def run_id(plan: Plan) -> str:
    """Return the id of a run: the scenario's name, and a hash of plan and model version.

    Equal plans have equal ids; another value, seed, length or number of replications, or another line of code, gives
    another id.

    Raises:
        UsageError: The scenario's name cannot stand in a file name.
    """
    whole = [plan.name, plan.question, scenario_hash(plan), plain(plan.study), model_version()]
    try:
        return checked_run_id(f"{plan.name}-{_hash(whole)}")
    except ValueError as error:
        raise UsageError(f"scenario name {plan.name!r}: {error}") from None


def run_context(plan: Plan) -> RunContext:
    """Return what every table of the plan's run says of it."""
    return RunContext(
        run_id=run_id(plan),
        scenario=plan.name,
        scenario_hash=scenario_hash(plan),
        model_version=model_version(),
        seed=int(plan.study.seed),
    )


def _hash(value: object) -> str:
    return sha256(json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()[:12]


def plain(value: Any) -> Any:  # noqa: ANN401 - any value of a plan
    """Return a value of a plan as plain JSON, so that equal values look equal: 15 and 15.0 do.

    >>> plain({"b": 15, "a": (1.5, "x", None)})
    [['b', '15.0'], ['a', ['1.5', 'x', None]]]
    """
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | float):
        return repr(float(value)) if abs(value) <= _EXACT or isinstance(value, float) else str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, [[field.name, plain(getattr(value, field.name))] for field in fields(value)]]
    if isinstance(value, Mapping):
        return [[str(name), plain(one)] for name, one in value.items()]
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, frozenset | set):
        return sorted(str(plain(one)) for one in value)
    raise TypeError(f"a plan holds a {type(value).__name__}, which has no plain form")
