"""Precipitation: the dope falls out in methanol, and the grains are ground, washed and dried to powder."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from types import MappingProxyType
from typing import ClassVar, Literal

from twin.draws import Draws
from twin.material import Lot
from twin.parameter import param
from twin.polymer.extraction import counter_current, cross_current, dried_share, residue
from twin.polymer.growth import MolarMasses, oligomer_share, without_oligomers
from twin.polymer.heat import adiabatic_rise, heat_capacity
from twin.polymer.kinetics import ROOM, arrhenius, gauss_points
from twin.polymer.monomers import BASE_TRANSITION, SUBSTANCES, WATER
from twin.polymer.powder import Dryer, Grains
from twin.polymer.thermal import thermal_closing
from twin.polymer.times import drawn_time, remaining
from twin.polymer.transition import plasticized
from twin.stage import Outcome, Profile, Visit

HOTTEST = 433.15  # K, A-437: 50 K above the drying of the patents; diffusion and ring closure are known near it
DRYING_BASIS = 383.15  # K, temperature at which the diffusivity of drying is stated: JP 2003-027014, Example 1
LEAST_METHANOL = 2.5  # kg/kg, A-22: below it the grains stick to lumps
BOIL = 1.10107  # MJ/kg, heat of evaporation of methanol at its boiling point: CoolProp 8.0.0
LIQUID = frozenset({"solids", "viscosity", "base_mass", "acid_mass", "anhydride_left", "water_mass"})
QUENCH = 66e3  # J/mol, A-22 (50-80 kJ/mol): heat of acetic anhydride with methanol
ANHYDRIDE = SUBSTANCES["acetic anhydride"].molar_mass
METHANOL = SUBSTANCES["methanol"].molar_mass
METHYL_ACETATE = 0.074079  # kg/mol, IUPAC atomic masses; the other half of the anhydride is acetic acid


@dataclass(frozen=True, slots=True, kw_only=True)
class Precipitation:
    """Precipitate, grind, wash and dry; JP 2003-027014, Example 1, with drained washes for its Soxhlet.

    Ratios of liquor are per mass of polymer but for the methanol of precipitation, which is per mass of dope. A
    powder that comes back is dried once more.
    """

    name: ClassVar[str] = "precipitation"
    measures: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "volatiles": "kg/kg",
            "glass_transition": "K",
            "yield": "kg/kg",
            "residual_impurity": "kg/kg",
            "wash_residue": "1",
            "quench_rise": "K",
            "amic_left": "mol/mol",
            "molar_mass_n": "kg/mol",
        }
    )

    washing: Literal["cross-current", "counter-current"] = param(
        "cross-current", source="A-23", about="Each wash with fresh methanol, or all with the same against the grains."
    )
    methanol_ratio: float = param(4.0, "kg/kg", low=0.1, high=50.0, source="A-22", about="Methanol on dope; 3-6.")
    held: float = param(3.0, "kg/kg", low=0.05, high=20.0, source="A-23", about="Liquor of the drained polymer; 2-4.")
    wash_methanol: float = param(
        10.0, "kg/kg", high=200.0, source="A-23", about="Fresh methanol: of each cross-current wash, or for all; 6-15."
    )
    washes: float = param(4.0, "1", high=20.0, source="A-23", about="Washes, or stages of a counter-current wash.")
    contact_time: float = param(1800.0, "s", source="A-23", about="Contact of one wash.", shop="min")
    drain_time: float = param(1800.0, "s", source="A-13", about="Filtering after one wash.", shop="min")
    grain_radius: float = param(
        0.25e-3, "m", low=1e-6, high=1e-2, source="A-24", about="Median radius of the ground grains.", shop="mm"
    )
    grain_sigma: float = param(
        0.12, "1", high=1.0, source="A-24", about="Scatter of their median between lots; within one it is 0.34."
    )
    wash_diffusivity: float = param(
        2e-11, "m^2/s", low=1e-16, high=1e-8, source="A-24", about="In swollen polyimide; 0.5e-11 to 5e-11."
    )
    swelling: float = param(0.15, "kg/kg", high=2.0, source="A-25", about="Methanol in the drained grains; 0.1-0.3.")
    pore_share: float = param(
        0.4, "1", low=0.01, high=1.0, source="A-25", about="Path of drying over grain radius: 0.1 mm in 0.25 mm."
    )
    dry_temperature: float = param(
        383.15, "K", low=293.15, high=523.15, source="JP 2003-027014, Example 1", evidence="patent",
        about="Temperature of drying.", shop="degC", limit="pilot plant: filter-dryer rated to 250 degC",
    )  # fmt: skip
    dry_time: float = param(
        21600.0, "s", source="A-25", about="Hold at it; the patent's 2 h are a thin layer in a laboratory.", shop="h"
    )
    dry_temperature_sd: float = param(2.0, "K", high=20.0, source="A-10", about="Scatter of the drying temperature.")
    dry_diffusivity: float = param(
        5e-13, "m^2/s", low=1e-18, high=1e-9, source="A-25", about="In drying polyimide at 110 degC; 1e-13 to 5e-12."
    )
    dry_activation: float = param(90e3, "J/mol", high=3e5, source="A-25", about="Its activation energy; 60-120.")
    soluble_length: float = param(8.0, "1", high=50.0, source="A-16", about="Longest chain washed out; 5-10 units.")
    transfer_loss: float = param(0.03, "kg/kg", high=0.5, source="A-16", about="Fines and cake left behind; 1-5 %.")
    transfer_loss_sd: float = param(0.006, "kg/kg", high=0.1, source="A-16", about="Its scatter.")
    recovery: float = param(0.95, "kg/kg", high=1.0, source="A-22", about="Methanol that distillation gives back.")
    reflux: float = param(1.5, "1", high=20.0, source="A-22", about="Reflux of that distillation.")
    precipitation_time: float = param(7200.0, "s", source="A-13", about="Feed to the methanol; 1.5-3 h.", shop="h")
    grinding_time: float = param(7200.0, "s", source="A-13", about="First filtering and grinding; 0-4 h.", shop="h")
    evaporation_time: float = param(7200.0, "s", source="A-13", about="Warm up, drive off liquor; 1-6 h.", shop="h")
    time_spread: float = param(1.0, "1", high=1.0, source="A-13", about="Scatter of the times; 0 for none.")
    power: float = param(20e3, "W", source="A-15", about="Agitators, mill, vacuum; 10-30 kW.", shop="kW")
    nitrogen: float = param(2.8e-3, "m^3/s", source="A-15", about="Blanket; 10 m3/h.", shop="m^3/h")
    operators: float = param(1.0, "1", high=10.0, source="A-15", about="Operators at work on it.")

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Turn a dope into powder, or dry a powder that is still wet once more."""
        if visit.attempt > 0 and lot.material == "powder":
            return self._dried_again(lot, visit, draws)
        polymer = lot.properties.get("polymer_mass", 0.0)
        grains = self._washed(lot, polymer, draws)
        dope = lot.becoming(self._washed_properties(lot, grains, polymer))
        powder = self._dried(dope, self._dryer(dope, visit, draws))
        feeds = {"methanol": self._methanol(lot.mass, polymer)}
        losses = self._losses(lot, feeds["methanol"], grains, powder.mass)
        time = self._wet_time(draws) + self.dry_time
        spent = lot.properties.get("anhydride_left", 0.0) / ANHYDRIDE
        capacity = heat_capacity(lot.mass - polymer, polymer, self.methanol_ratio * lot.mass)
        rise = adiabatic_rise(spent, QUENCH, capacity)
        return Outcome(
            lot=powder._replace(material="powder"),
            duration=remaining(time, visit),
            measures=_measured(powder, grains.polymer / polymer if polymer > 0.0 else 1.0, rise),
            feeds=feeds,
            losses=losses,
            utilities=self._utilities(losses, spent * QUENCH / 1e6, time, visit.stopped),
            flags=self._flags(),
        )

    def _flags(self) -> tuple[str, ...]:
        doubts = {
            "extrapolated: too little methanol": self.methanol_ratio < LEAST_METHANOL,
            "extrapolated: precipitation, hot": self.dry_temperature > HOTTEST,
        }
        return tuple(doubt for doubt, holds in doubts.items() if holds)

    def _dried_again(self, lot: Lot, visit: Visit, draws: Draws) -> Outcome:
        """One more hold, which goes on where the first one stopped: the slow end of the profile in the grains."""
        powder = self._dried(lot, self._dryer(lot, visit, draws))
        return Outcome(
            lot=powder,
            duration=remaining(self.dry_time, visit),
            measures=_measured(powder, 1.0, 0.0),
            losses={"waste vapour": lot.mass - powder.mass},
            utilities=self._utilities({}, 0.0, self.dry_time, visit.stopped),
        )

    def _washed(self, lot: Lot, polymer: float, draws: Draws) -> Grains:
        """Drained grains: what stays of each wash by equilibrium, and what has no time to diffuse out."""
        known = lot.properties
        lumps = max(1.0, LEAST_METHANOL / self.methanol_ratio)
        radius = draws.lognormal("grain radius", self.grain_radius, self.grain_sigma)
        held, fourier = self.held * lumps, self.wash_diffusivity / lumps**2 * self.contact_time / radius**2
        profile = counter_current if self.washing == "counter-current" else cross_current
        washed = residue(profile(held, self.wash_methanol, int(self.washes)), fourier)
        # Methanol opens the anhydride that is left, to acid and methyl acetate: both are impurity.
        foreign = max(0.0, lot.mass - polymer)
        share = foreign / (foreign + self.methanol_ratio * lot.mass) if foreign > 0.0 else 0.0
        acidic = sum(known.get(name, 0.0) for name in ("acid_mass", "base_mass", "anhydride_left"))
        spilt = min(1.0, max(0.0, draws.normal("transfer loss", self.transfer_loss, self.transfer_loss_sd)))
        unit = known.get("repeat_unit_imide", 1.0)
        units = 2.0 * known.get("molar_mass_n", 40.0) / unit
        chains = MolarMasses(known.get("molar_mass_w", 0.0), known.get("molar_mass_n", 0.0))
        short = oligomer_share(units, self.soluble_length)
        kept = polymer * (1.0 - spilt) * (1.0 - short)
        return Grains(
            polymer=kept,
            methanol=min(self.swelling, self._methanol(lot.mass, polymer) / kept) if kept > 0.0 else 0.0,
            impurity=min(share * held * washed, foreign / kept) if kept > 0.0 else 0.0,
            acidic=acidic / foreign if foreign > 0.0 else 0.0,
            washed=washed,
            radius=radius,
            oligomers=polymer * (1.0 - spilt) * short,
            masses=without_oligomers(chains, units, self.soluble_length),
        )

    def _methanol(self, dope: float, polymer: float) -> float:
        """Methanol of precipitation and of all washes. [kg]"""
        fresh = 1.0 if self.washing == "counter-current" else int(self.washes)
        return self.methanol_ratio * dope + self.wash_methanol * fresh * polymer

    def _dryer(self, lot: Lot, visit: Visit, draws: Draws) -> Dryer:
        """What drying does to swollen grains or to a powder; a dryer that is stopped stands cold."""
        known = lot.properties
        temperature = draws.normal("dry temperature", self.dry_temperature, self.dry_temperature_sd)
        path = (known["grain_radius"] * self.pore_share) ** 2
        cold = self._diffusivity(ROOM) * visit.stopped / path
        hot = self._diffusivity(temperature) * self.dry_time / path
        before = known.get("drying_exposure", 0.0)
        closing = self.dry_time * sum(
            weight * thermal_closing(temperature, _transition(known, dried_share(before, cold + hot * point)))
            for point, weight in gauss_points(8)
        )
        amic = known.get("amic", 0.0) * exp(-closing)
        closed = (known.get("amic", 0.0) - amic) * known.get("amic_acid", 0.0)
        return Dryer(before + cold + hot, dried_share(before, cold + hot), closed, amic)

    def profiles(self, lot: Lot, visit: Visit, draws: Draws, /) -> tuple[Profile, ...]:
        """Volatiles and glass transition along the hold in the dryer, evenly in the root of time."""
        if not visit.attempt or lot.material != "powder":
            polymer = lot.properties.get("polymer_mass", 0.0)
            lot = lot.becoming(self._washed_properties(lot, self._washed(lot, polymer, draws), polymer))
        known, before = lot.properties, lot.properties.get("drying_exposure", 0.0)
        added = self._dryer(lot, visit, draws).exposure - before
        shares = [(point / 40.0) ** 2 for point in range(41)]
        left = [dried_share(before, added * share) for share in shares]
        wet = known["volatiles"] / (1.0 - known["volatiles"])
        times = tuple(self.dry_time * share for share in shares)
        volatiles = tuple(wet * share / (1.0 + wet * share) for share in left)
        glass = tuple(_transition(known, share) for share in left)
        return (
            Profile("volatiles", "kg/kg", "time in the dryer", "s", times, volatiles),
            Profile("glass transition", "K", "time in the dryer", "s", times, glass),
        )

    def _diffusivity(self, temperature: float) -> float:
        warm = arrhenius(1.0, self.dry_activation, temperature) / arrhenius(1.0, self.dry_activation, DRYING_BASIS)
        return self.dry_diffusivity * warm

    def _washed_properties(self, lot: Lot, grains: Grains, polymer: float) -> dict[str, float]:
        """Swollen grains as a lot whose volatiles are all that is not polymer."""
        volatile = grains.methanol + grains.impurity
        kept = grains.polymer / polymer if polymer > 0.0 else 1.0
        return {
            "polymer_mass": grains.polymer,
            "amic_acid": lot.properties.get("amic_acid", 0.0) * kept,
            "volatiles": volatile / (1.0 + volatile),
            "residual_impurity": grains.impurity,
            "residual_acid": grains.impurity * grains.acidic,
            "wash_residue": grains.washed,
            "grain_radius": grains.radius,
            "drying_exposure": 0.0,
            "molar_mass_w": grains.masses.weight,
            "molar_mass_n": grains.masses.number,
        }

    def _dried(self, lot: Lot, dryer: Dryer) -> Lot:
        known = {name: value for name, value in lot.properties.items() if name not in LIQUID}
        wet = known["volatiles"] / (1.0 - known["volatiles"])
        polymer = known["polymer_mass"] - dryer.closed * WATER
        volatiles = wet * dryer.left / (1.0 + wet * dryer.left)
        imide = {"imide": 1.0 - dryer.amic - known.get("isoimide", 0.0)} if "imide" in known else {}
        properties = (
            known
            | imide
            | {
                "amic": dryer.amic,
                "polymer_mass": polymer,
                "volatiles": volatiles,
                "glass_transition": _transition(known, dryer.left),
                "residual_impurity": known["residual_impurity"] * dryer.left,
                "residual_acid": known["residual_acid"] * dryer.left,
                "drying_exposure": dryer.exposure,
            }
        )
        return lot._replace(properties=properties, mass=polymer * (1.0 + wet * dryer.left))

    def _losses(self, lot: Lot, methanol: float, grains: Grains, mass: float) -> dict[str, float]:
        """What distillation gives back, fines, oligomers, the ester of the quench, and the rest of the liquor."""
        spent = lot.properties.get("anhydride_left", 0.0) / ANHYDRIDE
        recovered = self.recovery * max(0.0, methanol - spent * METHANOL - max(0.0, mass - grains.polymer))
        fines = lot.properties.get("polymer_mass", 0.0) - grains.polymer - grains.oligomers
        ester = min(spent, methanol / METHANOL) * METHYL_ACETATE
        known = {
            "recovered methanol": recovered, "polymer fines": fines, "oligomers": grains.oligomers,
            "methyl acetate liquor": ester,
        }  # fmt: skip
        return known | {"waste liquor": lot.mass + methanol - mass - sum(known.values())}

    def _wet_time(self, draws: Draws) -> float:
        spread = self.time_spread
        fallen = drawn_time(draws, "precipitation time", self.precipitation_time, spread)
        ground = drawn_time(draws, "grinding time", self.grinding_time, spread, low=0.0, high=2.0)
        warm = drawn_time(draws, "evaporation time", self.evaporation_time, spread, low=0.5, high=3.0)
        return fallen + ground + int(self.washes) * (self.contact_time + self.drain_time) + warm

    def _utilities(self, losses: Mapping[str, float], quench: float, time: float, stopped: float) -> dict[str, float]:
        """What the whole operation uses, interrupted or not; only the blanket also lies over a batch that stands."""
        boiled = losses.get("recovered methanol", 0.0) * BOIL * (1.0 + self.reflux)
        return {
            "electricity_kWh": self.power * time / 3.6e6,
            "steam_MJ": boiled,
            "cooling_MJ": boiled + quench,
            "nitrogen_m3": self.nitrogen * (time + stopped),
            "operator_h": self.operators * time / 3600.0,
        }


def _transition(known: Mapping[str, float], left: float) -> float:
    """Glass transition when a share of the volatiles is left. [K]."""
    wet = known["volatiles"] / (1.0 - known["volatiles"]) * left
    dry = known.get("glass_transition_dry", BASE_TRANSITION)
    return plasticized(dry, known.get("molar_mass_n", 0.0), wet / (1.0 + wet))


def _measured(powder: Lot, kept: float, rise: float) -> dict[str, float]:
    known = powder.properties
    found = {"yield": kept, "quench_rise": rise, "amic_left": known["amic"]}
    return {name: found[name] if name in found else known[name] for name in Precipitation.measures}
