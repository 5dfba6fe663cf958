"""All indicators: name, unit, range and definition, each in one place."""

from collections.abc import Mapping
from typing import NamedTuple

INF = float("inf")
ISO_22400, SEMI_E10, SEMI_E79 = "ISO 22400-2", "SEMI E10", "SEMI E79"
_PARTS: Mapping[str, str] = {  # units of numerator and denominator, where that of the value does not say them
    **dict.fromkeys(("yield", "yield_gross", "apart_share", "lost_share"), "m2/m2"),
    **dict.fromkeys(("time_share", "time_share_e10", "occupied", "workload", "bottleneck"), "s/s"),
    **dict.fromkeys(("availability", "effectiveness", "oee", "oee_e79"), "s/s"),
    **dict.fromkeys(("lead_time", "lead_time_p90"), "d/lots"),
    "quality": "kg/kg", "wip_lots": "lots*s/s", "wip_mass": "kg*s/s", "wip_area": "m2*s/s",
}  # fmt: skip


class Indicator(NamedTuple):
    """One indicator.

    Attributes:
        name: Name in tables.
        unit: Unit of its values; ``1`` for what lies in [0, 1] by construction.
        definition: How numerator and denominator are formed.
        absent: Value of a replication that has no row of it; NaN for unknown.
        standard: Standard whose definition it follows; empty for our own.
    """

    name: str
    unit: str
    definition: str
    absent: float = float("nan")
    standard: str = ""

    @property
    def units(self) -> tuple[str, str]:
        """Units of numerator and denominator.

        >>> CATALOGUE["cost"].units, CATALOGUE["wip_mass"].units
        (('USD', 'm2'), ('kg*s', 's'))
        """
        numerator, _, denominator = _PARTS.get(self.name, self.unit).partition("/")
        return numerator, denominator

    @property
    def upper(self) -> float:
        """Largest value that there can be."""
        return 1.0 if self.unit == "1" else INF


_PLANNED = "planned busy time (window less off shift and planned maintenance)"  # said wherever it decides
_ALL = (
    Indicator("released", "m2/d", "Area of first-grade lots shipped in the window / window.", 0.0),
    Indicator("released_second", "m2/d", "Area of downgraded lots shipped in the window / window.", 0.0),
    Indicator("released_lots", "lots/d", "Lots shipped in the window, of any grade / window.", 0.0),
    Indicator("coated", "m2/d", "Area coated in the window, start-up and splice included / window.", 0.0),
    Indicator(
        "yield", "1",
        "Cohort: coated rolls of which the last part ended in the window. Their area shipped as first grade / their "
        "coated area less what is shown apart (apart_share).",
    ),
    Indicator("yield_gross", "1", "Same cohort: area shipped as first grade / all of its coated area."),
    Indicator(
        "apart_share", "1",
        "Same cohort: area cut off as start-up, splice, stopped web, trim or sample / all its coated area.", 0.0,
    ),
    Indicator(
        "lost", "m2/d",
        "Same cohort: area lost or downgraded, by the verdict that decided (stage, limit, side) / window.", 0.0,
    ),
    Indicator(
        "scrapped", "kg/d",
        "Mass of lots without coated area (batches, powder, varnish) scrapped in the window, solvent included, by the "
        "verdict that decided (stage, limit, side) / window.", 0.0,
    ),
    Indicator("lost_share", "1", "Same cohort: area lost or downgraded / the denominator of yield.", 0.0),
    Indicator("lead_time", "d", "From the oldest ancestor's entry to shipping: sum / lots shipped in the window."),
    Indicator("lead_time_p90", "d", "Lead time that nine of ten lots shipped in the window keep (linear quantile)."),
    Indicator("wip_lots", "lots", "Time average of the lots inside: their times inside the window / window.", 0.0),
    Indicator("wip_mass", "kg", "Time average of the mass inside; an operation counts at its end.", 0.0),
    Indicator("wip_area", "m2", "Time average of the coated area inside; an operation counts at its end.", 0.0),
    Indicator("time_share", "1", "Time in the state / machine time in the window; a machine's shares add to 1.", 0.0),
    Indicator(
        "time_share_e10", "1",
        "SEMI E10: time in the basic state / total time, which is all machine time in the window, off shift included.",
        0.0, SEMI_E10,
    ),
    Indicator("occupied", "1", "Busy and set-up time / all machine time in the window; blocked or down is not busy."),
    Indicator(
        "workload", "1",
        "Busy and set-up time / machine time in the window less off shift, down, waiting for repair and maintenance.",
    ),
    Indicator(
        "bottleneck", "1",
        "Station that limits: the laboratory if its workload is the highest, else the one held for the highest share "
        "of the denominator of workload, and that share; held is busy, set-up or waiting for the laboratory.",
    ),
    Indicator(
        "availability", "1",
        f"ISO 22400: actual production time / {_PLANNED}.",
        standard=ISO_22400,
    ),
    Indicator(
        "effectiveness", "1",
        "ISO 22400, planned run time taken from the log: operation times weighted with lots in the load / the most "
        "lots ever in a load of the station, over operation times.",
        standard=ISO_22400,
    ),
    Indicator(
        "quality", "1",
        "ISO 22400: mass treated in the window less what its own verdicts repeated, downgraded, cut or scrapped / "
        "mass treated.",
        standard=ISO_22400,
    ),
    Indicator(
        "oee", "1",
        f"ISO 22400: availability x effectiveness x quality, with {_PLANNED}. Not the OEE of SEMI E79.",
        standard=ISO_22400,
    ),
    Indicator(
        "oee_e79", "1",
        "SEMI E79: theoretical production time of effective units / total time: busy time x effectiveness x quality / "
        "all machine time in the window, off shift included. Not the OEE of ISO 22400.",
        standard=SEMI_E79,
    ),
    Indicator("cost", "USD/m2", "Feeds and utilities paid for in the window / first-grade area shipped in the window."),
    Indicator("solvent_lost", "kg/d", "Vapours and liquors that were not recovered, in the window / window.", 0.0),
    Indicator("solvent_recovered", "kg/d", "Solvents recovered in the window / window.", 0.0),
    Indicator("given_off", "kg/d", "Each loss by name, in the window / window.", 0.0),
    Indicator(
        "energy", "kWh/m2",
        "Electricity and steam (cooling left out) in the window / first-grade area shipped in the window.",
    ),
)  # fmt: skip

CATALOGUE: Mapping[str, Indicator] = {one.name: one for one in _ALL}
