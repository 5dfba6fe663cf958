"""The seam between chemistry and events: what a station tells a stage, and what the stage answers.

A stage is a frozen dataclass with one pure method. It knows nothing of queues, clocks or outages, only what a
``Visit`` says; a station knows nothing of chemistry, only what an ``Outcome`` says.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, NamedTuple, Protocol

from twin.draws import Draws
from twin.material import Lot

NOTHING: Mapping[str, float] = MappingProxyType({})
WEB = "web_m"  # what a machine counts of each product: web that it has coated
MACHINE = "machine"  # its place among the machines of its station, from 0


class Visit(NamedTuple):
    """All that a stage may know of the events around it.

    Attributes:
        start: Simulated time at which the operation starts. [s]
        waited: Time since the lot's last operation ended. [s]
        load: Number of lots that are treated together with it, itself included. [1]
        attempt: How often this lot has been through this stage before (rework). [1]
        service: Machine's time in production since its last maintenance (window fouling, wear). [s]
        elapsed: Time for which an interrupted operation had run when it stopped last; None when it never did. [s]
        stopped: How long it has stood still, all interruptions together. [s]
        stops: How often it was interrupted. [1]
        leader: Number of the first lot of its load, by which all of them draw what they share; -1 for itself. [1]
        leader_attempt: How often that lot has been through this stage before. [1]
        counted: What the machine has counted since it was last maintained for that, by utility or ``busy``; and the
            web of that product that it has coated so far [m], and which machine of its station it is.
    """

    start: float = 0.0
    waited: float = 0.0
    load: int = 1
    attempt: int = 0
    service: float = 0.0
    elapsed: float | None = None
    stopped: float = 0.0
    stops: int = 0
    leader: int = -1
    leader_attempt: int = 0
    counted: Mapping[str, float] = NOTHING


class Outcome(NamedTuple):
    """What a stage did to one lot.

    Mass, metres and panels balance: what the lot brings plus ``feeds`` equals what the lots carry on plus
    ``losses`` (kg), ``scrap`` (m) and ``cut`` (panels made or cut off), to 1e-9.

    Attributes:
        lot: The lot as it leaves.
        duration: How long the operation takes. [s]
        measures: Quality measures, named and with units as in the stage's ``measures``.
        feeds: Materials that were added, by name. [kg]
        losses: Mass that left otherwise than in the lot, by name: vapour, wash liquor, trim, scrap, samples. [kg]
        scrap: Web that left otherwise than in the lot, by name: start-up, splice. [m]
        utilities: Other consumption by name with its unit at the end: ``electricity_kWh``, ``nitrogen_m3``.
        flags: Names of doubts the lot carries from now on: ``extrapolated: cure``, ``not converged``.
    """

    lot: Lot
    duration: float
    measures: Mapping[str, float] = NOTHING
    feeds: Mapping[str, float] = NOTHING
    losses: Mapping[str, float] = NOTHING
    scrap: Mapping[str, float] = NOTHING
    utilities: Mapping[str, float] = NOTHING
    flags: tuple[str, ...] = ()


class Profile(NamedTuple):
    """One quantity along another, behind the measures of a lot: what an engineer asks to see of one lot.

    Attributes:
        name: What it is, such as ``residual solvent``.
        unit: Unit of the values.
        along: What it runs along, such as ``way through the dryer``.
        along_unit: Unit of that.
        points: Where the values are, rising. Shape: (n,).
        values: The quantity there. Shape: (n,).
        measure: Measure of the stage that it ends in, and whose limit binds it; empty where it bears its name.
    """

    name: str
    unit: str
    along: str
    along_unit: str
    points: tuple[float, ...]
    values: tuple[float, ...]
    measure: str = ""


class Traced(Protocol):
    """A stage that can show what lies behind its measures; asked for one lot alone, never during a run."""

    def profiles(self, lot: Lot, visit: Visit, draws: Draws, /) -> tuple[Profile, ...]:
        """Return the profiles of what ``run`` does with the same arguments."""
        ...


class Stage(Protocol):
    """One unit procedure: settings as frozen fields, measures with their units, one pure method."""

    name: ClassVar[str]
    measures: ClassVar[Mapping[str, str]]

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Say what becomes of the lot; the same arguments give the same answer."""
        ...
