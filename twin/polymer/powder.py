"""Polymer grains between the precipitator and the bag: what washing makes of them, and what drying does."""

from typing import NamedTuple

from twin.polymer.growth import MolarMasses


class Grains(NamedTuple):
    """Drained polymer before it is dried.

    Attributes:
        polymer: Polymer. [kg]
        methanol: Methanol in the swollen grains. [kg/kg]
        impurity: DMF, acid and amine that washing left. [kg/kg]
        acidic: Share of the impurity that is acid or amine. [kg/kg]
        washed: Share of the impurity that washing left. [1]
        radius: Radius of the grains. [m]
        oligomers: Chains that washing dissolved. [kg]
        masses: Molar masses of the chains that stayed. [kg/mol]
    """

    polymer: float
    methanol: float
    impurity: float
    acidic: float
    washed: float
    radius: float
    oligomers: float
    masses: MolarMasses


class Dryer(NamedTuple):
    """What the dryer did to the grains.

    Attributes:
        exposure: Diffusivity over the square of the path, integrated over all the time in dryers. [1]
        left: Share of the volatiles that it left. [1]
        closed: Amide acid that closed by heat alone. [mol]
        amic: Share of the units that is amic acid still. [mol/mol]
    """

    exposure: float
    left: float
    closed: float
    amic: float
