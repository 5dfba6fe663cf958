"""Synthetic data for a fit: conditions of a plausible campaign, predicted by the stage, with noise of a stated size.

`python -m twin.examples` writes the example files of datasets/reference; they are no measurements.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product as combined

import numpy as np

from twin.fitting.kinds import KINDS
from twin.fitting.law import Law
from twin.fitting.table import Line
from twin.plan import Plan
from twin.units import convert

SEED = 1
# What the examples were made with; the baseline has other values.
TRUTH: Mapping[str, Mapping[str, float]] = {
    "drying": {"dry_diffusivity": 2.4e-15, "dry_energy": 75e3},
    "gel": {"crosslink_rate": 4.5e-5, "crosslink_energy": 135e3},
    "peel": {
        "peel_added": 950.0, "ageing_rate": 1.1e-7, "best_epoxy": 29.0, "peel_bare": 130.0, "ageing_activation": 88e3,
    },
    "drilling": {"first_threshold": 820.0, "polyimide_absorption": 2.5e6, "additive_absorption": 4e5},
}  # fmt: skip
# The same of campaigns that also tell the setting which an everyday one leaves held.
WIDER_TRUTH: Mapping[str, Mapping[str, float]] = {
    "drying": {**TRUTH["drying"], "plasticising": 0.42},
    "drilling": {**TRUTH["drilling"], "incubation": 0.86},
}
# Standard deviation of a measurement, in the unit of its column: so small that nothing there is read as 0.
NOISE: Mapping[str, float] = {
    "residual_solvent_wt_pct": 0.4, "insoluble_wt_pct": 2.0, "peel_n_per_cm": 0.3, "aged_peel_n_per_cm": 0.3,
    "depth_per_pulse_um": 0.01, "exit_diameter_um": 0.6,
}  # fmt: skip
Conditions = list[dict[str, float]]


def conditions(kind: str) -> Conditions:
    """List what is set in each row of an example, as it is written in its file."""
    return {"drying": _dryings, "gel": _films, "peel": _laminates, "drilling": _holes}[kind]()


def wider(kind: str) -> Conditions:
    """List the conditions of a campaign that is made to tell every setting, plasticising and incubation too.

    Diffusion in the wet and in the dry film is told apart by webs that leave the dryer with 3 and with 30 wt% of
    solvent; the threshold of the first pulse and its fall by holes of one pulse and of many.

    Args:
        kind: ``drying`` or ``drilling``.
    """
    return {"drying": _wider_dryings, "drilling": _wider_holes}[kind]()


def _wider_dryings() -> Conditions:
    return [
        {
            "zone_1_degc": at, "zone_2_degc": at, "zone_length_m": 6.0, "speed_m_per_min": speed,
            "dry_thickness_um": 20.0, "solids_wt_pct": 15.0,
        }
        for at, speed in combined((80, 105, 130, 150), (0.3, 1.0, 3.0, 8.0))
    ]  # fmt: skip


def _wider_holes() -> Conditions:
    return [
        {"fluence_j_per_cm2": fluence, "thickness_um": 5, "epoxy_phr": epoxy, "pulses_on_spot": pulses}
        for fluence, epoxy, pulses in combined((0.14, 0.18, 0.25, 0.4), (0, 25, 50), (1, 5, 40))
    ]


def _dryings() -> Conditions:
    return [
        {
            "zone_1_degc": one, "zone_2_degc": two, "zone_length_m": 6.0, "speed_m_per_min": speed,
            "dry_thickness_um": 20.0, "solids_wt_pct": 15.0,
        }
        for (one, two), speed in combined(((70, 80), (90, 100), (110, 120), (125, 134)), (1.5, 3.0, 6.0))
    ]  # fmt: skip


def _films() -> Conditions:
    held = ((230, 40), (230, 60), (245, 15), (245, 25), (260, 7), (260, 12), (280, 2.2), (280, 3.5))
    return [{"temperature_degc": at, "time_h": time} for at, time in held for _ in range(2)]


def _laminates() -> Conditions:
    ageing = ((130, 1000), (150, 500), (150, 1000), (170, 400))
    return [
        {"epoxy_phr": epoxy, "ageing_degc": at, "ageing_h": hours}
        for epoxy, (at, hours) in combined((0, 8, 15, 25, 35, 50), ageing)
    ]


def _holes() -> Conditions:
    return [
        {"fluence_j_per_cm2": fluence, "thickness_um": thick, "epoxy_phr": epoxy}
        for fluence, epoxy, thick in combined((0.11, 0.14, 0.18, 0.25), (0, 25, 50), (5, 10))
    ]


def lines(
    law: Law, plan: Plan, truth: Mapping[str, float], rng: np.random.Generator, noise: float = 1.0,
    rows: Conditions | None = None,
) -> list[Line]:  # fmt: skip
    """Return the rows of one campaign in SI units.

    Args:
        law: Kind of fit.
        plan: Scenario whose other settings hold.
        truth: Settings that stand behind the data.
        rng: Where the noise is from.
        noise: Factor on its usual size. [1]
        rows: What is set in each row; None for the conditions of the example.
    """
    prepared = law.prepare(plan.products[law.product].procedure)
    stage = prepared[0] if isinstance(prepared, tuple) else prepared
    stage = replace(stage, **truth)
    whole = (stage, *prepared[1:]) if isinstance(prepared, tuple) else stage
    found = []
    for number, row in enumerate(conditions(law.kind) if rows is None else rows, 3):
        set_so = {
            name: convert(float(value), law.column(name).unit, law.column(name).si) for name, value in row.items()
        }
        found.append(Line(number, {**set_so, **_measured(law, law.predict(whole, set_so).values, rng, noise)}))
    return found


def _measured(law: Law, told: Mapping[str, float], rng: np.random.Generator, noise: float) -> dict[str, float]:
    """Predictions with noise, inside what their columns take."""
    found = {}
    for column in law.measured():
        value = convert(told[column.name], column.si, column.unit) + noise * NOISE[column.name] * rng.standard_normal()
        found[column.name] = convert(min(max(value, column.low), column.high), column.unit, column.si)
    return found


def text(kind: str, plan: Plan, seed: int = SEED) -> str:
    """Return an example file."""
    law = KINDS[kind]
    rows = lines(law, plan, TRUTH[kind], np.random.default_rng(seed))
    names = [one.name for one in law.columns if one.name in rows[0].values]
    truth = ", ".join(f"{name} {value:g}" for name, value in TRUTH[kind].items())
    head = f"# synthetic, no measurements: made by python -m twin.examples with {truth} (SI units)"
    return "\n".join([head, ",".join(names), *(_cells(law, names, line) for line in rows)]) + "\n"


def _cells(law: Law, names: Sequence[str], line: Line) -> str:
    columns = [law.column(name) for name in names]
    return ",".join(f"{convert(line.values[one.name], one.si, one.unit):.4g}" for one in columns)
