"""Which polyimide dissolves in which solvent: a rule drawn from resins that were tried, and how sharp it is.

Evidence in cyclic ethers: JP 2003-027014. Examples 1-4 (ESDA or TMEG with BAPS-M or APB) dissolve; Comparative 2
(BPDA) and Comparative 3 (ODA) do not. Hansen parameters by group contributions cannot tell them apart: the distances
to dioxolane, 13.7 to 15.0 MPa^0.5 for the four, 13.9 for the insoluble ESDA/ODA. ODA is a diamine of the patent's
formula (2), so the five resins support "meta amine", not the formula alone; meta and chain length cannot be told
apart. In amides bent or twisted units are enough, which no row of the patent tests (A-28).
"""

from collections.abc import Mapping
from math import exp

LEAST_SHARE = 0.5  # mol/mol, JP 2003-027014, claims 2 and 3: more than half ester dianhydride and meta diamine
WIDTH = 0.05  # mol/mol, A-304 (0.02-0.1): how far from it the rule is unsure
SOLUBLE = 0.5  # 1, score from which a resin counts as soluble: the middle of the rule


def _above(share: float) -> float:
    return 1.0 / (1.0 + exp(min(700.0, (LEAST_SHARE - share) / WIDTH)))


def solubility(known: Mapping[str, float], ether: float, imide_least: float) -> float:
    """How sure it is that a resin dissolves: 0 not, 1 sure, one half where the rule changes its mind. [1]

    Args:
        known: Shares of the units of the resin and of imide, as properties of a lot. [mol/mol]
        ether: Share of the solvent that is a cyclic ether; the rest is an amide. [kg/kg]
        imide_least: Imide below which no resin dissolves. [mol/mol]

    >>> esda = {"ester_share": 1.0, "meta_share": 1.0}
    >>> round(solubility(esda, 1.0, 0.9), 4), round(solubility(esda | {"meta_share": 0.0}, 1.0, 0.9), 4)
    (1.0, 0.0)
    >>> solubility(esda | {"ester_share": 0.5}, 1.0, 0.9), solubility(esda | {"imide": 0.8}, 1.0, 0.9)
    (0.5, 0.0)
    """
    if known.get("imide", 1.0) < imide_least:
        return 0.0
    ester, meta = known.get("ester_share", 1.0), known.get("meta_share", 1.0)
    bent, twisted = ester + known.get("fluorinated_share", 0.0), meta + known.get("twisted_share", 0.0)
    return ether * _above(min(ester, meta)) + (1.0 - ether) * _above(max(bent, twisted))


def is_tried(known: Mapping[str, float], ether: float) -> bool:
    """Say whether the rule rests on a resin that was tried: in an ether, blends of units were not.

    Args:
        known: Shares of the units of the resin, as properties of a lot. [mol/mol]
        ether: Share of the solvent that is a cyclic ether. [kg/kg]

    >>> is_tried({"ester_share": 1.0, "meta_share": 0.0}, 1.0), is_tried({"ester_share": 0.6}, 1.0)
    (True, False)
    """
    shares = (known.get("ester_share", 1.0), known.get("meta_share", 1.0))
    return ether < SOLUBLE or all(min(share, 1.0 - share) < WIDTH for share in shares)
