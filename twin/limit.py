"""A limit of a product: what is compared, with what, by whose word, and what happens to a lot that misses it."""

from typing import Literal, NamedTuple

Kind = Literal["recipe", "property", "preferred", "result"]
Action = Literal["repeat", "downgrade", "cut", "scrap"]


class Limit(NamedTuple):
    """One limit of one product.

    A ``recipe`` limit binds a set-point and only marks the lot; a ``property`` limit binds a measure and decides; a
    ``preferred`` range is a target on charts; a ``result`` has no limit and is reported.

    Attributes:
        id: Short name in tables and reports, such as ``A09``.
        kind: One of the four kinds above.
        stage: Stage after which it is checked.
        quantity: Name of the stage's measure, or of its setting for a recipe limit.
        lower: Smallest value that passes, in the quantity's SI unit.
        upper: Largest value that passes, in the quantity's SI unit.
        source: Patent with claim or paragraph, or assumption id.
        below: What happens at the first, second, ... miss on the low side; the last entry stays in force.
        above: The same on the high side.
        cause: Setting whose scatter makes lots miss it, such as ``curing.expansion_sd``.
        about: What is limited, in a few words.
        basis: What lower and upper of a recipe limit are counted from: ``boiling point`` of the stage's solvent, which
            binds heated zones of a dryer alone; empty for zero.
    """

    id: str
    kind: Kind
    stage: str
    quantity: str
    lower: float
    upper: float
    source: str
    about: str
    below: tuple[Action, ...] = ("scrap",)
    above: tuple[Action, ...] = ("scrap",)
    cause: str = ""
    basis: Literal["", "boiling point"] = ""

    def accepts(self, value: float) -> bool:
        """Say whether the value lies inside the limit; NaN never does."""
        return self.lower <= value <= self.upper
