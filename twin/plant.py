"""The default pilot plant: which stations exist, how many machines, places, people; every figure with its source.

Times of processes belong to the stages; here stands only what belongs to machines, stocks, people and prices.
"""

from dataclasses import dataclass, field

from twin.parameter import param

HOUR = 3600.0
DAY = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What every kind of machine has."""

    count: int = param(1, "1", low=1, high=100, source="A-210", about="Machines side by side.")
    places: int = param(8, "1", low=0, high=100_000, source="A-211", about="Lots that may wait before it.")
    mtbf: float = param(
        700 * HOUR, "s", low=HOUR, high=876_600 * HOUR, source="A-212", about="Mean time between failures.", shop="h"
    )
    mttr: float = param(6 * HOUR, "s", low=0.0, high=60 * DAY, source="A-213", about="Mean time to repair.", shop="h")
    down_unit: int = param(0, "1", low=0, high=100, source="A-214", about="Machine that is stopped once; 0 for none.")
    down_from: float = param(
        7 * DAY, "s", low=0.0, high=3660 * DAY, source="A-215", shop="d",
        about="When that stop begins, after the warm-up.",
    )  # fmt: skip
    down_for: float = param(0.0, "s", low=0.0, high=366 * DAY, source="A-216", about="How long it lasts.", shop="h")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """How an oven or a press is loaded."""

    most: int = param(4, "1", low=1, high=1000, source="A-220", about="Most lots in one load.")
    least: int = param(4, "1", low=1, high=1000, source="A-221", about="Lots with which it starts at once.")
    patience: float = param(
        8 * HOUR, "s", low=0.0, high=60 * DAY, source="A-222", shop="h",
        about="Longest wait of the first lot before a smaller load starts.",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How the plant makes one product: its turn on the coater, its stocks, its share that is drilled here."""

    campaign: float = param(
        2.0 * DAY, "s", low=0.0, high=366 * DAY, source="A-236", shop="d",
        about="Turn of the product on the coater in each cycle; without one it is not made.",
    )  # fmt: skip
    powder_target: float = param(
        25.0, "kg", low=0.0, high=1e5, source="A-230", about="Powder in stock at which no further batch is started."
    )
    powder_batch: float = param(30.0, "kg", low=0.1, high=1e5, source="A-242", about="Powder expected of one batch.")
    varnish_powder: float = param(20.0, "kg", low=0.1, high=1e5, source="A-244", about="Powder in one varnish.")
    varnish_cover: float = param(
        3, "1", low=1, high=1000, source="A-256", about="Charges waiting from which no further varnish is started."
    )
    varnish_life: float = param(
        7 * DAY, "s", low=HOUR, high=366 * DAY, source="A-233", shop="d",
        about="Longest wait of a varnish at 25 degC; with acid or water in it its own life ends sooner (A-300, A-302).",
    )  # fmt: skip
    charge: float = param(40.0, "kg", low=0.1, high=1e4, source="A-246", about="Varnish for one roll of 500 m.")
    in_house: float = param(
        0.10, "1", low=0.0, high=1.0, source="A-238", about="Share of rolls that are made into drilled panels here."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stocks:
    """Stocks and shelf lives that all products share."""

    powder_life: float = param(
        30 * DAY, "s", low=HOUR, high=3660 * DAY, source="A-232", shop="d",
        about="Longest storage of dry, sealed powder.",
    )  # fmt: skip
    varnish_lead: float = param(
        20 * HOUR, "s", low=0.0, high=14 * DAY, source="A-248", shop="h",
        about="How much earlier than the coater the varnish tank changes over.",
    )  # fmt: skip
    campaign_rest: float = param(
        1.0 * DAY, "s", low=0.0, high=366 * DAY, source="A-249", shop="d",
        about="Planned rest of the coater at the end of each cycle.",
    )  # fmt: skip
    roll_life: float = param(
        5 * DAY, "s", low=HOUR, high=366 * DAY, source="A-235", shop="d",
        about="Longest wait of a predried roll before the oven.",
    )  # fmt: skip
    sublot: int = param(400, "1", low=1, high=100_000, source="A-240", about="Panels that move together.")
    panel_area: float = param(
        0.075, "m^2", low=0.001, high=1.0, source="A-241", about="Area of a panel of 250 mm x 300 mm."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """People and their shifts."""

    operators: int = param(
        6, "1", low=2, high=1000, source="A-250", about="Operators on each shift; reactor and coater need two."
    )
    menders: int = param(2, "1", low=1, high=1000, source="A-251", about="People who repair.")
    analysts: int = param(2, "1", low=1, high=1000, source="A-252", about="Analysts in the laboratory.")
    lab_open: float = param(
        6 * HOUR, "s", low=0.0, high=DAY, source="A-253", about="When the laboratory opens each day.", shop="h"
    )
    lab_close: float = param(
        22 * HOUR, "s", low=0.0, high=DAY, source="A-254", about="When the laboratory closes each day.", shop="h"
    )
    lab_delay: float = param(1.0, "1", low=0.0, high=100.0, source="A-255", about="Factor on all times of analysis.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """The plant: machines in the order of the process, stocks, people."""

    reactor: Machine = field(
        default_factory=lambda: Machine(places=0, mtbf=4000 * HOUR, mttr=6 * HOUR),
        metadata={"without": ("places",)},  # it takes an order when it is free: nothing waits before it
    )
    filter_dryer: Machine = field(default_factory=lambda: Machine(count=1, places=0))
    varnish_tank: Machine = field(
        default_factory=Machine, metadata={"without": ("places",)}
    )  # powder waits in a store room without end
    coater: Machine = field(default_factory=lambda: Machine(places=16, mtbf=1000 * HOUR, mttr=4 * HOUR))
    oven: Machine = field(default_factory=lambda: Machine(count=3, places=24))
    oven_load: Loading = field(default_factory=Loading)
    press: Machine = field(default_factory=lambda: Machine(places=200))
    press_load: Loading = field(default_factory=lambda: Loading(most=1, least=1, patience=0.0))
    laser: Machine = field(default_factory=lambda: Machine(count=2, places=200, mtbf=1000 * HOUR, mttr=8 * HOUR))
    stocks: Stocks = field(default_factory=Stocks)
    people: People = field(default_factory=People)
    clad_laminate: Making = field(
        default_factory=lambda: Making(
            campaign=9.75 * DAY, powder_target=110.0, powder_batch=46.0,
            varnish_powder=40.9, varnish_cover=6, charge=44.8,  # a varnish is six rolls
        )
    )  # fmt: skip
    adhesive_film: Making = field(
        default_factory=lambda: Making(
            campaign=3.25 * DAY, powder_target=25.0, powder_batch=31.5,
            varnish_powder=4.93, varnish_cover=3, charge=7.8,  # a varnish is four rolls
        )
    )  # fmt: skip

    def making(self, product: str) -> Making:
        """How this plant makes a product: the field of that name.

        >>> Plant().making("adhesive_film").charge
        7.8
        """
        found: Making = getattr(self, product)
        return found
