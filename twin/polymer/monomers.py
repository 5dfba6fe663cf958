"""The molecules of the line: monomers, solvents, reagents and epoxies, each with molar mass, price and source."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

Blend = tuple[tuple[str, float], ...]

WATER = 0.01801528  # kg/mol, IUPAC atomic masses; one is lost for each imide ring that closes
BASE_TRANSITION = 463.15  # K, glass transition of ESDA/BAPS-M at infinite molar mass: 190 degC, A-26 (180-200 degC)


class Monomer(NamedTuple):
    """What the line needs to know of one monomer.

    Attributes:
        molar_mass: Its molar mass, from the structure. [kg/mol]
        price: What a kilogram costs, an estimate within a factor of two (A-01). [USD/kg]
        shift: Glass transition of its polyimide above that of ESDA/BAPS-M, additive within 5 K (A-26). [K]
        nature: What its unit does in a chain: ``ester``, ``aliphatic ester``, ``rigid``, ``fluorinated``, ``meta``,
            ``short meta``, ``para``, ``twisted``.
        source: Where it is named.
    """

    molar_mass: float
    price: float
    shift: float
    nature: str
    source: str


class Substance(NamedTuple):
    """What the line needs to know of one liquid.

    Attributes:
        molar_mass: Its molar mass. [kg/mol]
        density: Its density at 25 degC. [kg/m^3]
        price: What a kilogram costs (A-01; acetic anhydride and methanol from market reports of 2021-22). [USD/kg]
        nature: What it is: ``amide``, ``cyclic ether``, ``alcohol``, ``acid``, ``anhydride``, ``base``.
        source: Where the density is taken from.
        activity: As base of chemical imidization, its rate relative to beta-picoline (A-18). [1]
    """

    molar_mass: float
    density: float
    price: float
    nature: str
    source: str
    activity: float = 0.0


class Epoxy(NamedTuple):
    """What the line needs to know of an epoxy resin, or of its hardener.

    Attributes:
        equivalent_mass: Mass that carries one mole of epoxide, or of amine hydrogen. [kg/mol]
        functionality: Reactive groups of one molecule. [1]
        price: What a kilogram costs (A-01). [USD/kg]
        nature: ``glycidyl ether``, ``glycidyl amine`` (its tertiary nitrogen catalyses), ``amine``.
        source: Where it is named.
    """

    equivalent_mass: float
    functionality: float
    price: float
    nature: str
    source: str


DIANHYDRIDES: Mapping[str, Monomer] = MappingProxyType(
    {
        "ESDA": Monomer(0.576513, 120.0, 0.0, "ester", "JP 2003-027014, Example 1"),
        "TMEG": Monomer(0.410290, 30.0, -30.0, "aliphatic ester", "JP 2003-027014, Example 2"),
        "BPDA": Monomer(0.294218, 30.0, 60.0, "rigid", "JP 2003-027014, Comparative 2"),
        "6FDA": Monomer(0.444240, 220.0, 60.0, "fluorinated", "A-38"),
    }
)
DIAMINES: Mapping[str, Monomer] = MappingProxyType(
    {
        "BAPS-M": Monomer(0.432501, 100.0, 0.0, "meta", "JP 2003-027014, Example 1"),
        "APB": Monomer(0.292338, 80.0, -25.0, "short meta", "JP 2003-027014, Example 3"),
        "ODA": Monomer(0.200241, 12.0, 45.0, "para", "JP 2003-027014, Comparative 3"),
        "m-tolidine": Monomer(0.212290, 120.0, 75.0, "twisted", "A-38"),
    }
)
SUBSTANCES: Mapping[str, Substance] = MappingProxyType(
    {
        "DMF": Substance(0.073095, 944.6, 1.2, "amide", "J. Chem. Eng. Data 53 (2008) 1024"),
        "DMAc": Substance(0.087122, 937.0, 1.6, "amide", "A-01, handbook value"),
        "NMP": Substance(0.099133, 1028.0, 3.0, "amide", "Merck, 1-methylpyrrolidone"),
        "1,3-dioxolane": Substance(0.074079, 1060.0, 2.5, "cyclic ether", "A-01; 1066 at 15 degC"),
        "1,4-dioxane": Substance(0.088106, 1028.0, 2.5, "cyclic ether", "A-01, handbook value"),
        "THF": Substance(0.072107, 883.0, 2.0, "cyclic ether", "A-01, handbook value"),
        "methanol": Substance(0.032042, 786.6, 0.4, "alcohol", "A-01, handbook value; CoolProp 8.0.0: 786.3"),
        "acetic anhydride": Substance(0.102089, 1075.0, 1.1, "anhydride", "A-01, handbook value"),
        "acetic acid": Substance(0.060052, 1044.0, 0.6, "acid", "A-01, handbook value"),
        "beta-picoline": Substance(0.093129, 952.0, 6.0, "base", "A-01, handbook value", 1.0),
        "pyridine": Substance(0.079101, 978.0, 5.0, "base", "A-01, handbook value", 1.0 / 1.5),
        "isoquinoline": Substance(0.129159, 1099.0, 15.0, "base", "A-01, handbook value", 2.0 / 1.5),
        "triethylamine": Substance(0.101190, 726.0, 3.0, "base", "A-01, handbook value", 5.0 / 1.5),
        "N-methylpyrrolidine": Substance(0.085150, 819.0, 20.0, "base", "A-01; Macromolecules 31 (1998)", 50.0 / 1.5),
        "water": Substance(WATER, 997.0, 0.002, "water", "A-01, handbook value"),
    }
)
EPOXIES: Mapping[str, Epoxy] = MappingProxyType(
    {
        "1032H60": Epoxy(0.169, 3.0, 20.0, "glycidyl ether", "JP 2003-027014, Example 1; sold as 163-175 g/mol"),
        "TETRAD-C": Epoxy(0.100, 4.0, 30.0, "glycidyl amine", "JP 2003-027014, Example 5; ideal 91.6 g/mol"),
    }
)
HARDENERS: Mapping[str, Epoxy] = MappingProxyType(
    {"DDS": Epoxy(0.248307 / 4.0, 4.0, 9.0, "amine", "JP 2003-027014, Example 1")}
)


def blend_molar_mass(table: Mapping[str, Monomer], blend: Blend) -> float:
    """Mole-average molar mass of a blend of monomers: by definition, mass over moles. [kg/mol]

    Args:
        table: The monomers by name.
        blend: Names with their mole shares. [mol/mol]

    >>> round(blend_molar_mass(DIANHYDRIDES, (("6FDA", 0.5), ("BPDA", 0.5))), 6)  # their mean
    0.369229
    """
    return sum(share * table[name].molar_mass for name, share in blend) / sum(share for _, share in blend)


def nature_share(table: Mapping[str, Monomer], blend: Blend, natures: tuple[str, ...]) -> float:
    """Mole share of a blend of monomers that is of one of the natures, by definition of a mole share. [mol/mol]

    Args:
        table: The monomers by name.
        blend: Names with their mole shares. [mol/mol]
        natures: What is asked for.

    >>> nature_share(DIANHYDRIDES, (("6FDA", 1.0), ("BPDA", 3.0)), ("fluorinated",))
    0.25
    """
    return sum(s for name, s in blend if table[name].nature in natures) / sum(s for _, s in blend)


def natures(dianhydrides: Blend, diamines: Blend) -> dict[str, float]:
    """Shares of the units that decide on solubility and peel, as properties of a lot. [mol/mol]

    Which ones decide follows from the rows of JP 2003-027014, Table 1, and from A-28.

    Args:
        dianhydrides: Names with their mole shares. [mol/mol]
        diamines: Names with their mole shares. [mol/mol]

    >>> natures((("TMEG", 1.0),), (("ODA", 1.0),))["ester_share"]
    1.0
    """
    return {
        "ester_share": nature_share(DIANHYDRIDES, dianhydrides, ("ester", "aliphatic ester")),
        "aliphatic_share": nature_share(DIANHYDRIDES, dianhydrides, ("aliphatic ester",)),
        "fluorinated_share": nature_share(DIANHYDRIDES, dianhydrides, ("fluorinated",)),
        "meta_share": nature_share(DIAMINES, diamines, ("meta", "short meta")),
        "short_share": nature_share(DIAMINES, diamines, ("short meta",)),
        "twisted_share": nature_share(DIAMINES, diamines, ("twisted",)),
    }


def book(feeds: dict[str, float], table: Mapping[str, Monomer], blend: Blend, mass: float) -> None:
    """Add a weighing of a blend of monomers to what was fed, each monomer by its share of the mass (balance of mass).

    Args:
        feeds: What was fed so far, by name; it is changed. [kg]
        table: The monomers by name.
        blend: Names with their mole shares. [mol/mol]
        mass: Mass of the weighing. [kg]

    >>> fed = {"ODA": 1.0}
    >>> book(fed, DIAMINES, (("ODA", 1.0),), 0.5)
    >>> fed
    {'ODA': 1.5}
    """
    whole = sum(share * table[name].molar_mass for name, share in blend)
    for name, share in blend:
        feeds[name] = feeds.get(name, 0.0) + mass * share * table[name].molar_mass / whole


def glass_transition(dianhydrides: Blend, diamines: Blend) -> float:
    """Glass transition of the dry polyimide at infinite molar mass, by the rule of Fox over repeat units (A-26). [K]

    T. G. Fox, Bull. Am. Phys. Soc. 1 (1956) 123.

    Args:
        dianhydrides: Names with their mole shares. [mol/mol]
        diamines: Names with their mole shares. [mol/mol]

    >>> round(glass_transition((("TMEG", 1.0),), (("BAPS-M", 1.0),)) - 273.15, 6)
    160.0
    """
    mass = inverse = 0.0
    for acid, acid_share in dianhydrides:
        for amine, amine_share in diamines:
            one, other = DIANHYDRIDES[acid], DIAMINES[amine]
            pair = acid_share * amine_share * (one.molar_mass + other.molar_mass - 2.0 * WATER)
            mass += pair
            inverse += pair / (BASE_TRANSITION + one.shift + other.shift)
    return mass / inverse


def resin_properties(dianhydrides: Blend, diamines: Blend) -> dict[str, float]:
    """What later stages need to know of a resin, as properties of a lot: repeat units, glass transition, shares.

    Molar masses are in [kg/mol], the glass transition is in [K], shares are in [mol/mol]. Balance of mass: a repeat
    unit is both monomers, and imide is short of the two waters that its rings have lost.

    Args:
        dianhydrides: Names with their mole shares. [mol/mol]
        diamines: Names with their mole shares. [mol/mol]

    >>> known = resin_properties((("ESDA", 1.0),), (("BAPS-M", 1.0),))
    >>> round(known["repeat_unit_acid"], 6), round(known["repeat_unit_imide"], 6), known["meta_share"]
    (1.009014, 0.972983, 1.0)
    """
    unit = blend_molar_mass(DIAMINES, diamines) + blend_molar_mass(DIANHYDRIDES, dianhydrides)
    return {
        "repeat_unit_acid": unit,
        "repeat_unit_imide": unit - 2.0 * WATER,
        "glass_transition_dry": glass_transition(dianhydrides, diamines),
        **natures(dianhydrides, diamines),
    }
