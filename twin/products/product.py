"""A product: its recipe as stages in order, and its limits."""

from collections.abc import Mapping
from dataclasses import dataclass

from twin.limit import Limit
from twin.stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One product definition.

    Attributes:
        name: Name in scenarios and tables.
        about: What it is, in one sentence.
        procedure: Stages by name, in the order of the process, with this product's settings.
        specification: All of its limits, each with its source.
    """

    name: str
    about: str
    procedure: Mapping[str, Stage]
    specification: tuple[Limit, ...]

    def limits(self, stage: str, kind: str = "property") -> tuple[Limit, ...]:
        """List the limits of one kind after one stage."""
        return tuple(limit for limit in self.specification if limit.stage == stage and limit.kind == kind)
