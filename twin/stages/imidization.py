"""Imidization: acetic anhydride and a tertiary amine close the amide acid to imide rings, in the same vessel."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, NamedTuple

from twin.draws import Draws
from twin.material import Lot
from twin.parameter import param
from twin.polymer.kinetics import ImidizationRates, Rings, imidized, scissions
from twin.polymer.monomers import SUBSTANCES, WATER
from twin.polymer.rheology import solution_viscosity
from twin.polymer.times import drawn_time, remaining
from twin.polymer.titration import POLYAMIC_ACID_DENSITY
from twin.stage import Outcome, Visit

ANHYDRIDE = SUBSTANCES["acetic anhydride"]
ACID = SUBSTANCES["acetic acid"]
HEAT_CAPACITY = 1900.0  # J/kg/K, A-08 (1700-2100): DMF 2050 and polymer 1300 by mass
RAMP_STEPS = 6  # pieces of a ramp; imide after the default programme changes by less than 1e-5 with twice as many


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Imidization:
    """Chemical imidization as in JP 2003-027014, Example 1: 30 min of stirring, 1 h at 100 degC.

    Equivalents are moles per mole of amide acid. A batch that comes back repeats the hot hold only.
    """

    name: ClassVar[str] = "imidization"
    measures: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"imide": "mol/mol", "isoimide": "mol/mol", "amic": "mol/mol", "viscosity": "Pa*s", "solids": "kg/kg"}
    )

    solvent: str = "DMF"
    base: str = "beta-picoline"
    anhydride_equivalents: float = param(
        1.96782, "mol/mol", high=20.0, source="JP 2003-027014, Example 1", evidence="patent",
        about="Acetic anhydride per amide acid.",
    )  # fmt: skip
    base_equivalents: float = param(
        1.24635, "mol/mol", high=20.0, source="JP 2003-027014, Example 1", evidence="patent",
        about="Tertiary amine per amide acid.",
    )  # fmt: skip
    dilution: float = param(
        0.30053, "kg/kg", high=5.0, source="JP 2003-027014, Example 1", evidence="patent",
        about="Further solvent on the polyamic acid solution.",
    )  # fmt: skip
    stir_temperature: float = param(
        298.15,
        "K",
        low=273.15,
        high=373.15,
        source="A-18",
        about="Of the first hold; the patent names none.",
        shop="degC",
    )
    stir_time: float = param(
        1800.0, "s", source="JP 2003-027014, Example 1", about="First hold.", shop="min", evidence="patent"
    )
    hold_temperature: float = param(
        373.15, "K", low=293.15, high=423.15, source="JP 2003-027014, Example 1", evidence="patent",
        about="Temperature of the hot hold.", shop="degC", limit="pilot plant: reactor heated to 150 degC at most",
    )  # fmt: skip
    hold_time: float = param(
        3600.0, "s", source="JP 2003-027014, Example 1", about="Hot hold.", shop="min", evidence="patent"
    )
    heating_time: float = param(1980.0, "s", source="A-14", about="From the first to the hot hold.", shop="min")
    cooling_time: float = param(2376.0, "s", source="A-14", about="From the hot hold to 30 degC.", shop="min")
    feed_time: float = param(1080.0, "s", source="A-13", about="Feed the reagents; 0.2-0.5 h.", shop="min")
    time_spread: float = param(1.0, "1", high=1.0, source="A-13", about="Scatter of the feed time; 0 for none.")
    temperature_sd: float = param(2.0, "K", high=20.0, source="A-10", about="Scatter of the hot hold's temperature.")
    anhydride_sd: float = param(0.003, "1", high=0.1, source="A-10", about="Relative scatter of the anhydride's assay.")
    water: float = param(150e-6, "kg/kg", high=0.02, source="A-12", about="Median water in the further solvent.")
    water_sigma: float = param(0.596, "1", high=2.0, source="A-12", about="Its scatter: 95th percentile 400 ppm.")
    closing: float = param(
        2.2e-10, "m^6/mol^2/s", high=1e-6, source="A-18", about="Ring closure with beta-picoline at 25 degC; x/3."
    )
    closing_activation: float = param(60e3, "J/mol", high=2e5, source="A-18", about="Its activation energy; 50-75.")
    turning: float = param(1e-6, "1/s", high=1e-2, source="A-19", about="Isoimide to imide at 25 degC; x/3.")
    turning_activation: float = param(90e3, "J/mol", high=2e5, source="A-19", about="Its activation energy; 80-110.")
    direct: float = param(0.85, "1", high=1.0, source="A-20", about="Closures that give the imide at once; 0.7-0.95.")
    chain_loss: float = param(0.015, "1", high=0.5, source="A-21", about="Loss of molar mass by attack on the chain.")
    chain_loss_sd: float = param(0.0087, "1", high=0.2, source="A-21", about="Its scatter: up to 3 % alike likely.")
    storage_temperature: float = param(
        278.15, "K", low=253.15, high=323.15, source="A-17", about="At which polyamic acid waits.", shop="degC"
    )
    decay: float = param(1.0, "1", high=10.0, source="A-17", about="Decay in storage against 6FDA-DMB; 0.3-3.")
    exponent: float = param(4.5, "1", low=1.0, high=8.0, source="A-03", about="Power of solids in viscosity; 4-5.1.")
    vessel_volume: float = param(0.5, "m^3", low=1e-4, high=20.0, source="A-14", about="Of the reactor.", shop="L")
    loss_share: float = param(0.01, "kg/kg", high=0.2, source="A-16", about="Dope that stays in the vessel.")
    power: float = param(15e3, "W", source="A-15", about="Agitator and pumps; 10-20 kW.", shop="kW")
    nitrogen: float = param(2.8e-3, "m^3/s", source="A-15", about="Blanket; 10 m3/h.", shop="m^3/h")
    operators: float = param(1.5, "1", high=10.0, source="A-15", about="Operators at work on it.")

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Close the rings of a batch of polyamic acid, or hold once more one that was not closed enough."""
        again = visit.attempt > 0 and "imide" in lot.properties
        start, feeds = (self._standing(lot), {}) if again else self._charged(lot, draws)
        end = self._closed(start, self._programme(visit, draws, again=again))
        mass = lot.mass + sum(feeds.values())
        loss = 0.0 if again else self.loss_share * mass
        kept = 1.0 - loss / mass if mass > 0.0 else 1.0
        properties = self._properties(lot, start, end, visit, draws) | _amounts(end, kept)
        properties["viscosity"] = self._viscosity(lot, properties, again=again)
        ramps = self.heating_time + self.hold_time + self.cooling_time
        feeding = drawn_time(draws, "feed time", self.feed_time, self.time_spread, low=2.0 / 3.0, high=5.0 / 3.0)
        left = remaining(ramps if again else feeding + self.stir_time + ramps, visit)
        return Outcome(
            lot=lot.becoming(properties, material="dope", mass=mass - loss),
            duration=left,
            measures={name: properties[name] for name in self.measures},
            feeds=feeds,
            losses={"vessel residue": loss},
            utilities=self._utilities(mass, left),
            flags=self._flags(start, end),
        )

    def _charged(self, lot: Lot, draws: Draws) -> tuple[Vessel, dict[str, float]]:
        """The reagents; water in the solvents turns its share of the anhydride into acid before the rings get any."""
        known, units = lot.properties, lot.properties.get("amic_acid", 0.0)
        molar = SUBSTANCES[self.base].molar_mass
        anhydride = units * self.anhydride_equivalents * ANHYDRIDE.molar_mass
        thinner = self.dilution * lot.mass
        feeds = {"acetic anhydride": anhydride, self.base: units * self.base_equivalents * molar, self.solvent: thinner}
        wet = known.get("water_mass", 0.0) + thinner * draws.lognormal("water", self.water, self.water_sigma)
        active = anhydride * (1.0 + draws.normal("anhydride assay", 0.0, self.anhydride_sd))
        quenched = min(active / ANHYDRIDE.molar_mass, wet / WATER)
        polymer = known.get("polymer_mass", 0.0)
        acid = 2.0 * quenched * ACID.molar_mass
        left = active - quenched * ANHYDRIDE.molar_mass
        rest = lot.mass + sum(feeds.values()) - polymer - feeds[self.base] - acid - left
        return Vessel(polymer, units, feeds[self.base], acid, left, rest, 1.0, 0.0), feeds

    def _standing(self, lot: Lot) -> Vessel:
        """What is in a batch that came back."""
        known = lot.properties
        masses = [known[name] for name in ("polymer_mass", "base_mass", "acid_mass", "anhydride_left")]
        polymer, base, acid, anhydride = masses
        rest = lot.mass - sum(masses)
        return Vessel(polymer, known["amic_acid"], base, acid, anhydride, rest, known["amic"], known["isoimide"])

    def _programme(self, visit: Visit, draws: Draws, *, again: bool) -> list[tuple[float, float]]:
        """Temperatures and times; a stopped vessel stands at the temperature of the first hold."""
        hot = draws.normal("hold temperature", self.hold_temperature, self.temperature_sd)
        rise = hot - self.stir_temperature
        steps = [self.stir_temperature + rise * (step + 0.5) / RAMP_STEPS for step in range(RAMP_STEPS)]
        stood = [(self.stir_temperature, (0.0 if again else self.stir_time) + visit.stopped)]
        up = [(temperature, self.heating_time / RAMP_STEPS) for temperature in steps]
        down = [(temperature, self.cooling_time / RAMP_STEPS) for temperature in reversed(steps)]
        return [*stood, *up, (hot, self.hold_time), *down]

    def _closed(self, start: Vessel, programme: list[tuple[float, float]]) -> Vessel:
        """The vessel after the programme; what the rings lose and take is booked by moles."""
        volume = self._volume(start)
        if start.units <= 0.0 or volume <= 0.0:
            return start
        units, anhydride = start.units / volume, start.anhydride / ANHYDRIDE.molar_mass / volume
        imide = 1.0 - start.open - start.isoimide
        rings = Rings(units * start.open, units * imide, units * start.isoimide, anhydride)
        factor = SUBSTANCES[self.base].activity * self.closing
        rates = ImidizationRates(factor, self.closing_activation, self.turning, self.turning_activation, self.direct)
        base = start.base / SUBSTANCES[self.base].molar_mass / volume
        for temperature, time in programme:
            if time > 0.0:
                rings = imidized(rings, rates, base, temperature, time)
        closed = start.units * (start.open - rings.amic / units)
        return start._replace(
            polymer=start.polymer - closed * WATER,
            # Whatever the ring gives as water leaves as acid, with the anhydride that took it.
            acid=start.acid + closed * (WATER + ANHYDRIDE.molar_mass),
            anhydride=start.anhydride - closed * ANHYDRIDE.molar_mass,
            open=rings.amic / units,
            isoimide=rings.isoimide / units,
        )

    def _volume(self, vessel: Vessel) -> float:
        return (
            vessel.polymer / POLYAMIC_ACID_DENSITY
            + vessel.base / SUBSTANCES[self.base].density
            + vessel.acid / ACID.density
            + vessel.anhydride / ANHYDRIDE.density
            + vessel.rest / SUBSTANCES[self.solvent].density
        )

    def _properties(self, lot: Lot, start: Vessel, end: Vessel, visit: Visit, draws: Draws) -> dict[str, float]:
        """Chains lose water with their rings, a little by attack, and what storage as polyamic acid took."""
        lasting = end.polymer / start.polymer if start.polymer > 0.0 else 1.0
        if start.open == 1.0:
            attack = min(0.9, max(0.0, draws.normal("chain loss", self.chain_loss, self.chain_loss_sd)))
            lasting *= (1.0 - attack) / (1.0 + scissions(self.storage_temperature, visit.waited, self.decay))
        whole = end.polymer + end.base + end.acid + end.anhydride + end.rest
        return {
            "molar_mass_w": lot.properties.get("molar_mass_w", 0.0) * lasting,
            "molar_mass_n": lot.properties.get("molar_mass_n", 0.0) * lasting,
            "solids": end.polymer / whole if whole > 0.0 else 0.0,
        }

    def _viscosity(self, lot: Lot, now: Mapping[str, float], *, again: bool) -> float:
        """Viscosity of the dope at 25 degC from that of the polyamic acid, on chains of equal length. [Pa*s]"""
        known, before = lot.properties, lot.properties.get("viscosity", 0.0)
        if again or min(known.get("solids", 0.0), known.get("molar_mass_w", 0.0)) <= 0.0:
            return before
        rings = known.get("repeat_unit_acid", 1.0) / known.get("repeat_unit_imide", 1.0)
        longer = now["molar_mass_w"] / known["molar_mass_w"] * rings
        return solution_viscosity(before, now["solids"] / known["solids"], longer, exponent=self.exponent)

    def _utilities(self, mass: float, time: float) -> dict[str, float]:
        heat = mass * HEAT_CAPACITY * (self.hold_temperature - self.stir_temperature) / 1e6
        return {
            "electricity_kWh": self.power * time / 3.6e6,
            "steam_MJ": heat / 0.8,  # boiler and jacket losses
            "cooling_MJ": heat,
            "nitrogen_m3": self.nitrogen * time,
            "operator_h": self.operators * time / 3600.0,
        }

    def _flags(self, start: Vessel, end: Vessel) -> tuple[str, ...]:
        flags = ["extrapolated: vessel overfilled"] if self._volume(start) > self.vessel_volume else []
        if end.open > 1e-3 and end.anhydride < 1e-3 * max(start.anhydride, 1e-12):
            flags.append("acetic anhydride used up")
        return tuple(flags)


def _amounts(end: Vessel, kept: float) -> dict[str, float]:
    return {
        "imide": 1.0 - end.open - end.isoimide,
        "isoimide": end.isoimide,
        "amic": end.open,
        "polymer_mass": end.polymer * kept,
        "amic_acid": end.units * kept,
        "base_mass": end.base * kept,
        "acid_mass": end.acid * kept,
        "anhydride_left": end.anhydride * kept,
        "water_mass": 0.0,
    }
