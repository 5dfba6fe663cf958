"""What a person asks for in one go: a scenario, how often and how long, and where the tables go."""

import os
import shlex
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.errors import UsageError, printable
from twin.plan import Plan

if TYPE_CHECKING:
    from twin.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One study, as asked for on the command line or in the form of a flow.

    Attributes:
        scenario: Name of a shipped scenario, or the path of a scenario file.
        sets: Changes as ``path=value``.
        fits: Parameter sets, as paths.
        replications: How many; None for the scenario's number. [1]
        seed: Root of all random numbers; None for the scenario's.
        days: Measured time; None for the scenario's. [d]
        store: Folder of the store; None for ``datasets/store`` of the project.
        workers: Worker processes; None for one a core. [1]
        force: Whether a run that is in the store already is computed again.
        executor: Where blocks are computed: processes, dask or dask:ADDRESS; None for processes.
        encoding: How a new run is encoded: ``standard``, or ``compact`` for logs to 7 digits and 1 ms.
        durability: ``fsync``, or ``none`` where a power cut may cost the run.
    """

    scenario: str
    sets: tuple[str, ...] = field(default=())
    fits: tuple[str, ...] = field(default=())
    replications: int | None = None
    seed: int | None = None
    days: float | None = None
    store: str | None = None
    workers: int | None = None
    force: bool = False
    executor: str | None = None
    encoding: str | None = None
    durability: str | None = None

    def plan(self, warn: Callable[[str], None] | None = None) -> Plan:
        """Load the scenario with all changes.

        Args:
            warn: Is called with each warning.

        Raises:
            UsageError: It cannot be done as asked.
        """
        from twin.scenario import ignore, load  # noqa: PLC0415 - a quarter of a second that a form does not need

        plan = load(self.scenario, (*self.sets, *self._options()), fits=self.fits, warn=warn or ignore)
        return replace(plan, asked=self.words())

    def words(self) -> str:
        """Return what asks for the same plan on a command line, but for its seed and the number of replications.

        >>> Request(scenario="baseline", sets=("plant.oven.count=4",), days=10.0, seed=3).words()
        'baseline --set plant.oven.count=4 --days 10'
        """
        options = [("--set", one) for one in self.sets] + [("--fit", one) for one in self.fits]
        options += [("--days", f"{self.days:.10g}")] if self.days is not None else []
        return shlex.join([self.scenario, *(word for option in options for word in option)])

    def _options(self) -> list[str]:
        options = (("replications", self.replications, ""), ("seed", self.seed, ""), ("horizon", self.days, " d"))
        return [f"study.{name}={value}{unit}" for name, value, unit in options if value is not None]

    def folder(self) -> Path:
        """Return the folder of the store."""
        return Path(self.store) if self.store else default_store()

    def open_store(self) -> "Store":
        """Open the store, making it if need be.

        Raises:
            UsageError: It cannot be written, or is asked for in a way that there is not.
        """
        from twin.store import Store  # noqa: PLC0415 - half a second that a question without a run does not need
        from twin.store.parquet import STANDARD  # noqa: PLC0415 - likewise

        durability = self.durability or "fsync"
        if durability not in ("fsync", "none"):
            raise UsageError(f"--durability {printable(durability)}: use fsync or none.")
        return Store(self.folder(), fsync=durability == "fsync", encoding=self.encoding or STANDARD)

    def told(self) -> dict[str, Any]:
        """Return what was asked for as plain data, leaving out what was not."""
        asked = asdict(self).items()
        return {name: value for name, value in asked if value is not None and value is not False and value != ()}


def project() -> Path:
    """Return the folder of the project: the checkout, or the current folder where there is none."""
    root = Path(__file__).resolve().parents[1]
    return root if (root / "pyproject.toml").is_file() else Path.cwd()


def default_store() -> Path:
    """Return the folder of the store where none is named: what FILMTWIN_STORE says, else the project's own."""
    named = os.environ.get("FILMTWIN_STORE", "")
    return Path(named) if named else project() / "datasets" / "store"
