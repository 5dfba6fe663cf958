"""What a station is told: loads, pools, set-ups, paths, cuts, samples. Plain data, no behaviour."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, TypedDict

from twin.line.calendar import Calendar, Campaign
from twin.line.distribution import Distribution
from twin.line.gate import Limits
from twin.line.stop import Maintenance, Outage, Wear
from twin.stage import NOTHING


class Load(NamedTuple):
    """How many lots a machine treats at once.

    It starts when ``minimum`` lots wait, or when the first has waited for ``patience``; never with more than
    ``maximum``. Lots of different products, or new and reworked ones, are not mixed.

    Attributes:
        minimum: Fewest lots that make it start at once. [1]
        maximum: Most lots in one load. [1]
        patience: Longest wait of the first lot before a smaller load starts. [s]
    """

    minimum: int = 1
    maximum: int = 1
    patience: float = float("inf")


class Pool(NamedTuple):
    """How much a machine takes out of stock for one batch, from as many lots as it needs.

    Attributes:
        masses: Mass of one batch, by product. [kg]
        feeds: Buffer that the batches go to; with ``cover``, a batch is started only when it runs low.
        cover: Number of lots in that buffer from which no further batch is started, by product. [1]
    """

    masses: Mapping[str, float]
    feeds: str = ""
    cover: Mapping[str, float] = NOTHING


class Changeover(NamedTuple):
    """Time between two products, which depends on both.

    Attributes:
        times: (from, to) -> time; ``("", p)`` is the first start, ``(p, p)`` the set-up between two lots of p.
        crew: Who must come.
        people: How many of them. [1]
    """

    times: Mapping[tuple[str, str], Distribution]
    crew: str | None = None
    people: int = 1


class Cut(NamedTuple):
    """How a lot is divided when it takes a path.

    Attributes:
        by: ``mass`` makes equal lots near ``size`` kilograms; ``panels`` cuts a roll into sublots of panels.
        size: Mass of a part [kg], or panels in a sublot [1].
        panel_area: Area of a panel. [m^2]
        material: What the parts are called; empty for as before.
    """

    by: Literal["mass", "panels"]
    size: float
    panel_area: float = 0.0
    material: str = ""


class Path(NamedTuple):
    """One way on from a station; the first that fits is taken.

    Attributes:
        to: Name of the buffer or exit.
        product: Only lots of this product; empty for all.
        share: Every so many lots in a regular pattern; 1 for all. [1]
        chance: With this probability, drawn for each lot. [1]
        again: Whether it leads back, so that the lot's next pass draws anew.
        cut: How the lot is divided on this way.
    """

    to: str
    product: str = ""
    share: float = 1.0
    chance: float = 1.0
    again: bool = False
    cut: Cut | None = None


class LabValue(NamedTuple):
    """How well the laboratory sees one measure.

    Attributes:
        sd: Standard deviation of its error, in the unit of the measure.
        relative_sd: The same as a share of the value. [1]
        resolution: Last digit that is reported, in the unit of the measure.
    """

    sd: float = 0.0
    relative_sd: float = 0.0
    resolution: float = 0.0


class Sampling(NamedTuple):
    """A sample for the laboratory after an operation.

    Attributes:
        stage: Stage after which it is taken.
        to: Buffer of the laboratory.
        sees: What it measures, and how well; all other measures are taken as they are.
        mass: Mass taken. [kg]
        length: Web taken. [m]
        hold: Where the lot waits for the result: in the machine, or in quarantine so that the machine goes on.
    """

    stage: str
    to: str
    sees: Mapping[str, LabValue]
    mass: float = 0.0
    length: float = 0.0
    hold: Literal["unit", "stock"] = "unit"


class StationRules(TypedDict, total=False):
    """What a station may be told beside its work, its places and its ways on; see the types.

    With ``requeues`` a lot that is to be repeated goes back to the end of the queue, and not into the machine again.
    """

    load: Load
    pool: Pool
    changeover: Changeover
    crew: tuple[str, int]
    calendar: Calendar
    campaign: Campaign
    wears: Sequence[Wear]
    outages: Sequence[Outage]
    maintenances: Sequence[Maintenance]
    limits: Limits
    samplings: Sequence[Sampling]
    requeues: bool
