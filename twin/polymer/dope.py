"""Contents of the vessel of chemical imidization: who is in it, how large it is, what closed rings change.

The reaction is that of JP 2003-027014, Example 1: a ring gives water, which one anhydride takes up as two acids.
"""

from typing import NamedTuple

from twin.polymer.kinetics import Rings
from twin.polymer.monomers import SUBSTANCES, WATER
from twin.polymer.titration import POLYAMIC_ACID_DENSITY

ANHYDRIDE = SUBSTANCES["acetic anhydride"]
ACID = SUBSTANCES["acetic acid"]


class Vessel(NamedTuple):
    """What is in the vessel.

    Attributes:
        polymer: Polymer, whatever its rings. [kg]
        units: Amide-acid units that synthesis made, open or closed. [mol]
        base: Tertiary amine. [kg]
        acid: Acetic acid. [kg]
        anhydride: Acetic anhydride. [kg]
        rest: Solvent. [kg]
        open: Share of the units that is amic acid. [mol/mol]
        isoimide: Share of the units that is isoimide. [mol/mol]
    """

    polymer: float
    units: float
    base: float
    acid: float
    anhydride: float
    rest: float
    open: float
    isoimide: float

    @property
    def mass(self) -> float:
        """All that is in the vessel, by definition. [kg]

        >>> Vessel(1.0, 0.0, 2.0, 3.0, 4.0, 5.0, 1.0, 0.0).mass
        15.0
        """
        return self.polymer + self.base + self.acid + self.anhydride + self.rest

    def volume(self, base: str, solvent: str) -> float:
        """Volume of the contents, volumes being additive. [m^3]

        Args:
            base: Name of the tertiary amine.
            solvent: Name of the solvent.

        >>> Vessel(2.0 * 1350.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0).volume("beta-picoline", "DMF")
        2.0
        """
        return (
            self.polymer / POLYAMIC_ACID_DENSITY
            + self.base / SUBSTANCES[base].density
            + self.acid / ACID.density
            + self.anhydride / ANHYDRIDE.density
            + self.rest / SUBSTANCES[solvent].density
        )

    def rings(self, volume: float) -> Rings:
        """Concentrations that decide on ring closure. [mol/m^3]

        Args:
            volume: Volume of the contents. [m^3]

        >>> Vessel(0.11, 0.2, 0.0, 0.0, 0.0102089, 0.2, 0.5, 0.25).rings(0.001)
        Rings(amic=100.0, imide=50.0, isoimide=50.0, anhydride=100.0)
        """
        units = self.units / volume
        imide = 1.0 - self.open - self.isoimide
        anhydride = self.anhydride / ANHYDRIDE.molar_mass / volume
        return Rings(units * self.open, units * imide, units * self.isoimide, anhydride)

    def after(self, rings: Rings, volume: float) -> "Vessel":
        """The vessel once its rings stand so: what they lose and the anhydride takes is booked by moles.

        Args:
            rings: Where the units stand now. [mol/m^3]
            volume: Volume for which they were counted. [m^3]

        Of 0.2 mol half close: 1.80 g of water leave the polymer, and with 10.21 g of anhydride make 12.01 g of acid.

        >>> half = Vessel(0.11, 0.2, 0.0, 0.0, 0.05, 0.2, 1.0, 0.0).after(Rings(100.0, 100.0, 0.0, 0.0), 0.001)
        >>> [round(1e3 * one, 2) for one in (0.11 - half.polymer, half.acid, 0.05 - half.anhydride)], half.open
        ([1.8, 12.01, 10.21], 0.5)
        """
        units = self.units / volume
        closed = self.units * (self.open - rings.amic / units)
        return self._replace(
            polymer=self.polymer - closed * WATER,
            # Whatever the ring gives as water leaves as acid, with the anhydride that took it.
            acid=self.acid + closed * (WATER + ANHYDRIDE.molar_mass),
            anhydride=max(0.0, self.anhydride - closed * ANHYDRIDE.molar_mass),
            open=rings.amic / units,
            isoimide=rings.isoimide / units,
        )

    def amounts(self, kept: float) -> dict[str, float]:
        """What of the vessel a lot carries on, when a share of it does. [kg], [mol], [mol/mol]

        Args:
            kept: That share. [kg/kg]

        >>> carried = Vessel(4.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.5, 0.25).amounts(0.25)
        >>> carried["polymer_mass"], carried["amic_acid"], carried["imide"]
        (1.0, 0.5, 0.25)
        """
        return {
            "imide": 1.0 - self.open - self.isoimide,
            "isoimide": self.isoimide,
            "amic": self.open,
            "polymer_mass": self.polymer * kept,
            "amic_acid": self.units * kept,
            "base_mass": self.base * kept,
            "acid_mass": self.acid * kept,
            "anhydride_left": self.anhydride * kept,
            "water_mass": 0.0,
        }
