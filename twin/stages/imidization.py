"""Imidization: acetic anhydride and a tertiary amine close the amide acid to imide rings, in the same vessel."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from types import MappingProxyType
from typing import ClassVar

from twin.draws import Draws
from twin.material import Lot
from twin.parameter import param
from twin.polymer.dope import ACID, ANHYDRIDE, Vessel
from twin.polymer.heat import adiabatic_rise, heat_capacity
from twin.polymer.kinetics import ImidizationRates, scissions, storage_factor
from twin.polymer.monomers import SUBSTANCES, WATER
from twin.polymer.programme import STEPS, Leg, course, duration, followed
from twin.polymer.rheology import solution_viscosity
from twin.polymer.times import drawn_time, remaining
from twin.stage import Outcome, Profile, Visit

RETEST = 0.035  # 1, A-17: scissions of a chain after a day at 25 degC; what was held longer is to be tested again
HOTTEST = 393.15  # K, A-436: 20 K above the hold of the patents, for which alone the rates are known to do
FITTED = (255.15, 303.15)  # K, A-17: temperatures of storage near those of the fit, -12 to 25 degC


@dataclass(frozen=True, slots=True, kw_only=True)
class Imidization:
    """Chemical imidization as in JP 2003-027014, Example 1: 30 min of stirring, 1 h at 100 degC.

    Equivalents are moles per mole of amide acid. A batch that comes back repeats the hot hold only.

    Attributes:
        programme: What a product may have in place of stir, rise, hold and fall: legs of time and of temperature at
            their end, from the first hold's temperature on; none if empty. [s], [K]
    """

    name: ClassVar[str] = "imidization"
    measures: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "imide": "mol/mol",
            "isoimide": "mol/mol",
            "amic": "mol/mol",
            "viscosity": "Pa*s",
            "hot_viscosity": "Pa*s",
            "solids": "kg/kg",
            "molar_mass_w": "kg/mol",
            "closing_rise": "K",
        }
    )

    solvent: str = "DMF"
    base: str = "beta-picoline"
    programme: tuple[tuple[float, float], ...] = ()
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
        298.15, "K", low=273.15, high=373.15, source="A-18", shop="degC",
        about="Of the first hold; the patent names none.",
    )  # fmt: skip
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
    heat: float = param(20e3, "J/mol", high=2e5, source="A-306", about="Heat of ring closure; 0-60 kJ/mol.")
    flow_activation: float = param(32e3, "J/mol", high=1e5, source="A-04", about="Of the viscosity; 25-40 kJ/mol.")
    exponent: float = param(4.5, "1", low=1.0, high=8.0, source="A-03", about="Power of solids in viscosity; 4-5.1.")
    vessel_volume: float = param(0.5, "m^3", low=1e-4, high=20.0, source="A-14", about="Of the reactor.", shop="L")
    loss_share: float = param(0.01, "kg/kg", high=0.2, source="A-16", about="Dope that stays in the vessel.")
    power: float = param(15e3, "W", source="A-15", about="Agitator and pumps; 10-20 kW.", shop="kW")
    nitrogen: float = param(2.8e-3, "m^3/s", source="A-15", about="Blanket; 10 m3/h.", shop="m^3/h")
    operators: float = param(1.5, "1", high=10.0, source="A-15", about="Operators at work on it.")
    refinement: float = param(
        1.0,
        "1",
        low=1.0,
        high=4.0,
        source="numerical",
        evidence="computed",
        about="Finer steps of slopes, by a factor.",
    )

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Close the rings of a batch of polyamic acid, or hold once more one that was not closed enough."""
        again = visit.attempt > 0 and "imide" in lot.properties
        start, feeds = (self._standing(lot), {}) if again else self._charged(lot, draws)
        legs = self._legs(draws, again=again)
        end = self._closed(start, [Leg(visit.stopped, self.stir_temperature), *legs])
        cuts = 0.0 if again else self._cuts(lot, visit)
        mass = lot.mass + sum(feeds.values())
        loss = 0.0 if again else self.loss_share * mass
        kept = 1.0 - loss / mass if mass > 0.0 else 1.0
        properties = self._properties(lot, start, end, cuts, draws) | end.amounts(kept)
        rings = start.polymer / end.polymer if end.polymer > 0.0 else 1.0
        properties["viscosity"] = self._viscosity(lot, properties, rings, again=again)
        feeding = drawn_time(draws, "feed time", self.feed_time, self.time_spread, low=2.0 / 3.0, high=5.0 / 3.0)
        whole = duration(legs) + (0.0 if again else feeding)
        heat = self.heat * start.units * (start.open - end.open)
        return Outcome(
            lot=lot.becoming(properties, material="dope", mass=mass - loss),
            duration=remaining(whole, visit),
            measures=self._measured(properties, start, heat),
            feeds=feeds,
            losses={"vessel residue": loss},
            utilities=self._utilities(end, legs, heat, (whole, visit.stopped)),
            flags=self._flags(start, end, cuts),
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

    def _legs(self, draws: Draws, *, again: bool) -> list[Leg]:
        """The programme; its hot end scatters, and the way there with it."""
        cool, hot = self.stir_temperature, self.hold_temperature
        off = draws.normal("hold temperature", 0.0, self.temperature_sd)
        if self.programme:
            share = off / max(1.0, max(at for _, at in self.programme) - cool)
            return [Leg(time, at + share * (at - cool)) for time, at in self.programme]
        legs = [Leg(self.heating_time, hot + off), Leg(self.hold_time, hot + off), Leg(self.cooling_time, cool)]
        return legs if again else [Leg(self.stir_time, cool), *legs]

    def _hottest(self) -> float:
        """Highest temperature that is asked for, without its scatter. [K]"""
        return max(self.stir_temperature, *([at for _, at in self.programme] or [self.hold_temperature]))

    def profiles(self, lot: Lot, visit: Visit, draws: Draws, /) -> tuple[Profile, ...]:
        """Temperature and the three kinds of units along the programme."""
        again = visit.attempt > 0 and "imide" in lot.properties
        start = self._standing(lot) if again else self._charged(lot, draws)[0]
        volume = start.volume(self.base, self.solvent)
        if start.units <= 0.0 or volume <= 0.0:
            return ()
        rates, base = self._rates(start, volume)
        legs = [Leg(visit.stopped, self.stir_temperature), *self._legs(draws, again=again)]
        way = course(start.rings(volume), rates, base, self.stir_temperature, legs)
        units = start.units / volume
        shown = (
            ("temperature", "K", [one.temperature for one in way]),
            ("amic acid", "mol/mol", [one.rings.amic / units for one in way]),
            ("imide", "mol/mol", [one.rings.imide / units for one in way]),
            ("isoimide", "mol/mol", [one.rings.isoimide / units for one in way]),
        )
        times = tuple(one.time for one in way)
        return tuple(Profile(name, unit, "time", "s", times, tuple(values)) for name, unit, values in shown)

    def _closed(self, start: Vessel, legs: list[Leg]) -> Vessel:
        """The vessel after the programme; a stopped one stood at the temperature of the first hold before."""
        volume = start.volume(self.base, self.solvent)
        if start.units <= 0.0 or volume <= 0.0:
            return start
        rates, base = self._rates(start, volume)
        steps = round(STEPS * self.refinement)
        return start.after(followed(start.rings(volume), rates, base, self.stir_temperature, legs, steps), volume)

    def _rates(self, start: Vessel, volume: float) -> tuple[ImidizationRates, float]:
        """Rate constants with this amine, and its concentration."""
        one = SUBSTANCES[self.base]
        closing, direct = one.activity * self.closing, self.direct
        rates = ImidizationRates(closing, self.closing_activation, self.turning, self.turning_activation, direct)
        return rates, start.base / one.molar_mass / volume

    def _cuts(self, lot: Lot, visit: Visit) -> float:
        """Scissions per chain while the polyamic acid waited: long chains and wet solvent make more of them. [1]"""
        known = lot.properties
        chains = 2.0 * known.get("molar_mass_n", 0.0) / known.get("repeat_unit_acid", 1.0)
        solvent = lot.mass - known.get("polymer_mass", 0.0)
        water = known.get("water_mass", 0.0) / solvent if solvent > 0.0 else 0.0
        factor = self.decay * storage_factor(chains, water)
        return scissions(self.storage_temperature, visit.waited, factor)

    def _properties(self, lot: Lot, start: Vessel, end: Vessel, cuts: float, draws: Draws) -> dict[str, float]:
        """Chains lose water with their rings, a little by attack, and what storage as polyamic acid took."""
        lasting = end.polymer / start.polymer if start.polymer > 0.0 else 1.0
        if start.open == 1.0:
            half = sqrt(3.0) * self.chain_loss_sd  # of a range that is alike likely all over
            attack = draws.uniform("chain loss", self.chain_loss - half, self.chain_loss + half)
            attack = min(0.9, max(0.0, attack))
            lasting *= (1.0 - attack) / (1.0 + cuts)
        return {
            "molar_mass_w": lot.properties.get("molar_mass_w", 0.0) * lasting,
            "molar_mass_n": lot.properties.get("molar_mass_n", 0.0) * lasting,
            "solids": end.polymer / end.mass if end.mass > 0.0 else 0.0,
        }

    def _viscosity(self, lot: Lot, now: Mapping[str, float], rings: float, *, again: bool) -> float:
        """Viscosity of the dope at 25 degC from that of the polyamic acid, on chains of equal length. [Pa*s]"""
        known, before = lot.properties, lot.properties.get("viscosity", 0.0)
        if again or min(known.get("solids", 0.0), known.get("molar_mass_w", 0.0)) <= 0.0:
            return before
        longer = now["molar_mass_w"] / known["molar_mass_w"] * rings
        return solution_viscosity(before, now["solids"] / known["solids"], longer, exponent=self.exponent)

    def _measured(self, properties: Mapping[str, float], start: Vessel, heat: float) -> dict[str, float]:
        capacity = heat_capacity(start.mass - start.polymer, start.polymer)
        hot = solution_viscosity(
            properties["viscosity"], 1.0, 1.0, exponent=self.exponent, activation=self.flow_activation,
            temperature=self._hottest(),
        )  # fmt: skip
        found = {"hot_viscosity": hot, "closing_rise": adiabatic_rise(1.0, heat, capacity)}
        return {name: found[name] if name in found else properties[name] for name in self.measures}

    def _utilities(self, end: Vessel, legs: list[Leg], closing: float, times: tuple[float, float]) -> dict[str, float]:
        """What the whole operation uses, interrupted or not; only the blanket also lies over a batch that stands."""
        time, stopped = times
        rise = max(leg.temperature for leg in legs) - self.stir_temperature
        heat = heat_capacity(end.mass - end.polymer, end.polymer) * max(0.0, rise) / 1e6
        return {
            "electricity_kWh": self.power * time / 3.6e6,
            "steam_MJ": heat / 0.8,  # boiler and jacket losses
            "cooling_MJ": heat + closing / 1e6,
            "nitrogen_m3": self.nitrogen * (time + stopped),
            "operator_h": self.operators * time / 3600.0,
        }

    def _flags(self, start: Vessel, end: Vessel, cuts: float) -> tuple[str, ...]:
        full = start.volume(self.base, self.solvent) > self.vessel_volume
        spent = end.open > 1e-3 and end.anhydride < 1e-3 * max(start.anhydride, 1e-12)
        beyond = cuts > 1e-3 and not FITTED[0] <= self.storage_temperature <= FITTED[1]
        doubts = {
            "extrapolated: vessel overfilled": full,
            "acetic anhydride used up": spent,
            "polyamic acid held too long": cuts > RETEST,
            "extrapolated: storage of polyamic acid": beyond,
            "extrapolated: imidization, hot": self._hottest() > HOTTEST,
        }
        return tuple(name for name, is_so in doubts.items() if is_so)
