"""Contents of the vessel of chemical imidization: who is in it, how large it is, what closed rings change."""

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
        """All that is in the vessel. [kg]"""
        return self.polymer + self.base + self.acid + self.anhydride + self.rest

    def volume(self, base: str, solvent: str) -> float:
        """Volume of the contents, volumes being additive. [m^3]

        Args:
            base: Name of the tertiary amine.
            solvent: Name of the solvent.
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
        """What of the vessel a lot carries on, when a share of it does.

        Args:
            kept: That share. [kg/kg]
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
