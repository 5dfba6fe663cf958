"""What each sub-model behind Table 1 is worth: mechanistic, fitted to the rows that it is compared with, or a rule."""

from typing import Literal, NamedTuple

Kind = Literal["mechanistic", "fit to these rows", "rule made from these rows"]


class SubModel(NamedTuple):
    """One sub-model.

    Attributes:
        name: What it answers.
        stage: Stage that asks it; ``none`` for a rule of the comparison, which no run knows.
        kind: How it came about.
        stands_on: What it was made from, and what that means for the comparison.
    """

    name: str
    stage: str
    kind: Kind
    stands_on: str


_SILENT = "Table 1 tells nothing of it"
_FIT: Kind = "fit to these rows"
_RULE: Kind = "rule made from these rows"
NO_STAGE = "none"

SUB_MODELS = (
    SubModel("chain length, viscosity", "synthesis", "mechanistic", f"kinetics and statistics of growth; {_SILENT}"),
    SubModel("ring closure", "imidization", "mechanistic", f"closed-form kinetics, estimated rates; {_SILENT}"),
    SubModel("washing, drying", "precipitation", "mechanistic", f"equilibrium and diffusion; {_SILENT}"),
    SubModel("solubility", "dissolution", _RULE, "six resins; two do not dissolve, for two reasons"),
    SubModel("wet film", "coating", "mechanistic", f"mass balance; {_SILENT}"),
    SubModel("drying", "predrying", "mechanistic", "diffusion; the blister threshold is set above Examples 1-5"),
    SubModel("cure, gel point", "lamination", "mechanistic", "kinetics of another epoxy (3501-6), ideal networks"),
    SubModel("peel by epoxy", "lamination", _FIT, "assumed shape through Comparative 4 (none) and Example 1 (25 phr)"),
    SubModel("peel by chemistry", "lamination", _FIT, "three numbers (TMEG, TMEG with APB, TETRAD-C) on five films"),
    SubModel("ageing", "lamination", _FIT, "four rates, two points a curve: the exponential cannot be tested"),
    SubModel("laser class", "drilling", _FIT, "mechanistic form; its reach put between 5 um (good) and 15 um (bad)"),
    SubModel(
        "laser, no polyimide", NO_STAGE, _RULE,
        "Comparative 5 is taken to absorb as Example 1; the stage alone would leave it unopened",
    ),
    SubModel("solubility, left out", NO_STAGE, _RULE, "dissolves if both monomers are seen in others that do"),
    SubModel("laser class, left out", NO_STAGE, _RULE, "drills as others of its thermoplastic and thickness do"),
    SubModel("peel and ageing, left out", "lamination", _FIT, "the stage's own form, fitted to the other rows alone"),
)  # fmt: skip
