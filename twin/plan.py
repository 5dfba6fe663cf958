"""The plan: everything that a replication depends on beside its seed, resolved and in SI units."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from twin.parameter import param
from twin.plant import Plant
from twin.products.product import Product


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySettings:
    """How long and how often is simulated."""

    warm_up: float = param(
        14 * 86400.0, "s", low=0.0, high=366 * 86400.0, source="A-200", shop="d",
        about="Time before the statistics begin; one campaign cycle fills the stocks.",
    )  # fmt: skip
    horizon: float = param(
        28 * 86400.0, "s", low=3600.0, high=3660 * 86400.0, source="A-201", shop="d",
        about="Time over which is measured; two campaign cycles.",
    )  # fmt: skip
    replications: int = param(
        10, "1", low=1, high=100_000, source="A-202", about="Independent repetitions; ten carry an interval.",
    )  # fmt: skip
    seed: int = param(1, "1", low=0, high=2**63 - 1, source="A-203", about="Root of all random numbers.")
    start: str = param(
        "2026-01-05T06:00:00+00:00", source="A-204",
        about="Calendar date and time at which the measured time begins; a Monday morning.",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One scenario, resolved.

    Attributes:
        name: Name of the scenario.
        question: The question that it asks.
        products: Products by name.
        plant: The plant.
        study: How long and how often.
        changes: What differs from the baseline: path -> (baseline value, value), in SI units.
        marks: Marks for lots outside a patent window: (product, stage, text).
        fits: What was fitted to measurements: path -> parameter set and hash of its data.
        asked: What stands behind `twin run` to ask for it again; empty for its name.
    """

    name: str
    question: str
    products: Mapping[str, Product]
    plant: Plant
    study: StudySettings = field(default_factory=StudySettings)
    changes: Mapping[str, tuple[object, object]] = field(default_factory=dict)
    marks: tuple[tuple[str, str, str], ...] = ()
    fits: Mapping[str, str] = field(default_factory=dict)
    asked: str = ""
