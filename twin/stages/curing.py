"""Curing: a roll of clad laminate dries under vacuum and is heat-treated in inert gas, wound as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from twin.draws import Draws
from twin.material import Lot
from twin.parameter import param
from twin.polymer import laminate
from twin.polymer.cured_roll import TRAP, as_it_came, as_it_goes, books, hottest, radii_of, roll_of, shown, untested
from twin.polymer.cylinder import axis_left
from twin.polymer.oven_load import heating_resistance, vapour_rise, vapour_volume
from twin.polymer.oven_step import Programme, of_coating, per_polymer, programme, rested
from twin.polymer.roll_cure import Oven
from twin.polymer.roll_gap import Roll
from twin.polymer.roll_inside import MATTER, cooling_time, warmth
from twin.polymer.solvents import AMBIENT, ATMOSPHERE, SOLVENTS, volume_fraction
from twin.stage import Outcome, Profile, Visit

PATENT = "metal-clad laminate, claim 13"
NMP = SOLVENTS["NMP"]
COPPER_EXPANSION = 17e-6  # 1/K, handbook
COPPER_MODULUS = 117e9  # Pa, handbook; Poisson's ratio 0.34 as the film's
SHRINKAGE_TEST = 1800.0  # s at 200 degC, metal-clad laminate, claim 4
TESTED_PRESSURE = 5e4  # Pa, of vapour in the gap, up to which times were tested (tests/stages/test_roll_cure.py)
FOIL_ROUGHNESS = 0.25e-6  # m, nominal, where a lot does not say; A-84


@dataclass(frozen=True, slots=True, kw_only=True)
class Curing:
    """Dry a wound roll under vacuum below 5 wt%, then crosslink it in inert gas.

    A roll that is still too wet after the vacuum step leaves the oven hot and without the inert step, and of its
    measures only those of drying exist. A second visit then adds vacuum; any other second visit repeats the inert step.
    """

    name: ClassVar[str] = "curing"
    measures: ClassVar[Mapping[str, str]] = {
        "solvent_drift": "kg/kg", "start_temperature": "K", "residual_solvent_vacuum": "kg/kg", "drying_time": "s",
        "blister_pressure": "Pa", "gap_pressure": "Pa", "chamber_pressure_max": "Pa", "pump_load": "kg/s",
        "pump_flow": "m^3/s", "trap_share": "1",
        "residual_solvent": "kg/kg", "insoluble": "kg/kg", "insoluble_max": "kg/kg", "core_temperature": "K",
        "time_above_200": "s", "tear_strength": "N", "dimensional_change": "1", "solder_resistance": "K",
        "adhesion": "N/m", "curl_radius": "m", "roughness": "m", "modulus_retention": "1", "radial_warming": "1",
    }  # fmt: skip

    load_time: float = param(1800.0, "s", source="A-74", about="Hanging the rolls into the cold oven.", shop="min")
    pump_down_time: float = param(2700.0, "s", source="A-74", about="Pumping down, still cold.", shop="min")
    vacuum_temperature: float = param(
        473.15, "K", low=293.15, high=723.15, source=PATENT, evidence="patent", shop="degC",
        about="Oven under vacuum.", limit="pilot plant: oven rated to 450 degC",
    )  # fmt: skip
    vacuum_time: float = param(
        57600.0, "s", high=1e6, source="A-74", about="Vacuum step; dry by 9-12 h, then 4 h or more to spare.", shop="h"
    )
    residual_limit: float = param(
        0.05, "kg/kg", low=1e-4, high=0.5, source=PATENT, evidence="patent", about="Wettest film let into inert gas."
    )
    repeat_vacuum_time: float = param(14400.0, "s", high=1e6, source="A-89", about="Vacuum added if too wet.", shop="h")
    chamber_pressure: float = param(
        100.0, "Pa", low=1e-3, high=1e5, source="A-71", about="Vapour in the chamber before rolls give any; 1-1000."
    )
    extra_face_transfer: float = param(
        10.0, "W/m^2/K", high=200.0, source="A-74", about="Heat of hot end plates beside radiation; 0-30."
    )
    latent_heat: float = param(
        520e3, "J/kg", high=2e6, source="A-76", about="Heat of vaporisation of NMP; 0 leaves it out; 500e3-550e3."
    )
    backfill_time: float = param(1200.0, "s", source="A-74", about="Filling with inert gas.", shop="min")
    inert_temperature: float = param(
        553.15, "K", low=293.15, high=723.15, source=PATENT, evidence="patent", shop="degC",
        about="Oven in inert gas.", limit="pilot plant: oven rated to 450 degC",
    )  # fmt: skip
    inert_time: float = param(72000.0, "s", high=1e6, source=PATENT, evidence="patent", about="Inert step.", shop="h")
    inert_vapour: float = param(10.0, "Pa", high=1e4, source="A-77", about="Solvent vapour in the swept gas; 0-100.")
    cooled_temperature: float = param(
        333.15, "K", low=303.15, high=473.15, source="A-86", about="Roll on unloading.", shop="degC"
    )
    cooling_transfer: float = param(
        20.0, "W/m^2/K", low=0.1, high=500.0, source="A-86", about="Heat transfer of the faces while cooling; 15-25."
    )
    unload_time: float = param(1800.0, "s", source="A-74", about="Taking the rolls out.", shop="min")
    temperature_sd: float = param(1.5, "K", high=20.0, source="A-88", about="Scatter of the oven between loads; 1-3.")
    crosslink_rate: float = param(
        3e-5, "1/s", high=1.0, source="A-75", about="Crosslinking at 250 degC; 1e-5 to 1e-4, fitted to gel samples."
    )
    crosslink_energy: float = param(120e3, "J/mol", high=5e5, source="A-75", about="Its activation energy; 90e3-160e3.")
    expansion: float = param(18e-6, "1/K", high=1e-3, source="A-79", about="Thermal expansion of film; 17-18.3 ppm/K.")
    expansion_sd: float = param(0.25e-6, "1/K", high=1e-4, source="A-79", about="Its scatter between varnishes.")
    film_modulus: float = param(4e9, "Pa", low=1e8, high=2e10, source="A-79", about="Modulus of the film; 3-5 GPa.")
    stress_free_rise: float = param(
        20.0, "K", high=200.0, source="A-78",
        about="The film is free of stress so far above its hottest, up to its Tg, as crosslinks shorten it; 0-40.",
    )  # fmt: skip
    shrinkage_strain: float = param(0.0, "1", high=0.05, source="A-79", about="Shrinkage left in the film; 0-1e-4.")
    tear_base: float = param(
        137.3, "N", high=1e4, source="A-80", about="Tear strength without crosslinks, 14 kgf; empirical, uncalibrated."
    )
    tear_sigma: float = param(0.05, "1", high=1.0, source="A-80", about="Its scatter between rolls, of the logarithm.")
    residual_strain: float = param(
        2e-4, "1", high=0.05, source="A-81", about="Strain relaxing at 200 degC, 0-8e-4; empirical, uncalibrated."
    )
    residual_strain_sigma: float = param(0.2, "1", high=1.0, source="A-81", about="Its scatter, of the logarithm.")
    relaxation_time: float = param(3600.0, "s", low=1.0, source="A-81", about="Its time constant.", shop="min")
    softening_rise: float = param(
        60.0, "K", high=300.0, source="A-82", about="Softening above Tg; empirical, uncalibrated."
    )
    softening_sd: float = param(4.0, "K", high=50.0, source="A-82", about="Its scatter between rolls.")
    blister_limit: float = param(
        0.5e6, "Pa", low=1e3, source="A-82", about="Vapour that lifts the film in solder; empirical, uncalibrated."
    )
    adhesion_base: float = param(
        1100.0, "N/m", high=1e5, source="A-83",
        about="Peel at Ra 0.25 um; 8-14 N/cm; 10 passes by 2.2 sd of 0.11, 11 by 3.1; empirical, uncalibrated.",
    )  # fmt: skip
    adhesion_sigma: float = param(0.08, "1", high=1.0, source="A-83", about="Scatter of its logarithm, reels included.")
    alkali_rate: float = param(
        0.02 / 3600.0, "1/s", high=1.0, source="A-85", about="Attack of lye without gel; empirical, uncalibrated."
    )
    alkali_sigma: float = param(0.1, "1", high=1.0, source="A-85", about="Its scatter between rolls, of the logarithm.")
    shell_power: float = param(12e3, "W", high=1e6, source="A-87", about="Shell and pumps, hot; 8-15 kW.", shop="kW")
    chamber_volume: float = param(3.0, "m^3", high=100.0, source="A-87", about="Volume of the chamber; 2-5.")
    purge_volumes: float = param(2.5, "1", high=20.0, source="A-87", about="Chamber volumes to purge; 2-3.")
    nitrogen_flow: float = param(5.0 / 3600.0, "m^3/s", high=1.0, source="A-87", about="Sweep in gas.", shop="m^3/hour")

    hall_transfer: float = param(
        5.0, "W/m^2/K", high=50.0, source="A-350", about="Heat from the faces to still air in the hall; 3-10."
    )
    pump_speed: float = param(
        0.25, "m^3/s", low=1e-3, high=50.0, source="A-351", shop="m^3/hour",
        about="Hot vapour that pump and trap take from the chamber, for all rolls of a load; 300-5000 m^3/h.",
    )  # fmt: skip
    heater_conductance: float = param(
        200.0, "W/K", low=1.0, high=1e6, source="A-352",
        about="Heat brought to all rolls of a load per kelvin by which they cool the walls; 100-1000.",
    )  # fmt: skip
    trap_regeneration: float = param(
        15.0, "kg", low=0.1, high=1e4, source="A-293", about="NMP in the trap after which it is regenerated; 10-20."
    )
    trap_capacity: float = param(
        25.0, "kg", low=0.1, high=1e4, source="A-353", about="NMP that it holds: that and a full load more; 20-40."
    )
    radial_conductivity: float = param(
        0.03, "W/m/K", high=1.0, source="A-354", about="Across the laps, for the measure alone; 0.001-0.07."
    )
    refinement: float = param(
        1.0, "1", low=1.0, high=4.0, source="numerical", evidence="computed", about="Finer grid and steps, by a factor."
    )

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Say how dry, how crosslinked and how sound a roll is after the oven, and how long it was there."""
        told, roll = lot.properties, roll_of(lot.properties)
        came = as_it_came(told, visit.attempt, self.refinement)
        done = self._programme(lot, visit, draws)
        hot = float(done.cured.temperature.mean())
        cool = min(hot, self.cooled_temperature) if done.finished else hot  # what is too wet stays hot for more vacuum
        cooling = cooling_time(roll, hot, cool, AMBIENT, self.cooling_transfer)
        fixed = self.load_time + self.pump_down_time + self.backfill_time + self.unload_time
        duration = fixed + done.vacuum_time + done.inert_time + cooling - (visit.elapsed or 0.0)
        losses, left = books(told, lot.mass, lot.length, came, done)
        held = visit.counted.get("trap_load_kg", 0.0) + max(1, visit.load) * losses[TRAP]
        drift = of_coating(float(came.solvent.mean())) - of_coating(float(done.waited.solvent.mean()))
        drying = self._drying(lot, visit, done) | {"solvent_drift": drift, "trap_share": held / self.trap_capacity}
        first = draws.of(draws.number)  # a second visit draws no new resin
        return Outcome(
            lot.becoming(
                as_it_goes(told, done, cool) | {"solvent_mass": left},
                mass=lot.mass - sum(losses.values()),
                material="cured_roll" if done.finished else "predried_roll",
            ),
            max(0.0, duration),
            drying | (self._worth(lot, roll, done, first) if done.finished else {}),
            losses=losses,
            utilities=self._utilities(lot, roll, done, cooling, max(1, visit.load), losses),
            flags=self._flags(lot, roll, done, held / self.trap_capacity),
        )

    def profiles(self, lot: Lot, visit: Visit, draws: Draws, /) -> tuple[Profile, ...]:
        """Show temperatures, pressure in the gap, solvent and crosslinks over the time in the oven."""
        done = self._programme(lot, visit, draws, traced=True)
        return shown(done, self.load_time + self.pump_down_time, self.backfill_time)

    def _programme(self, lot: Lot, visit: Visit, draws: Draws, *, traced: bool = False) -> Programme:
        """Take the roll as it came through its wait and the oven, of which all rolls of a load share one."""
        roll, load = roll_of(lot.properties), max(1, visit.load)
        came = as_it_came(lot.properties, visit.attempt, self.refinement)
        oven = draws if visit.leader < 0 else draws.of(visit.leader, visit.leader_attempt)
        off = oven.normal("temperature", 0.0, self.temperature_sd)
        vacuum = Oven(
            self._vacuum_time(lot, visit), self.vacuum_temperature + off, self.extra_face_transfer, self.latent_heat,
            self.chamber_pressure, 0.0, self._rise(lot, visit),
            heating_resistance(load, *radii_of(lot.properties), self.heater_conductance), self.crosslink_rate,
            self.crosslink_energy, per_polymer(self.residual_limit),
        )  # fmt: skip
        inert = vacuum._replace(
            duration=self.inert_time, temperature=self.inert_temperature + off, vapour=self.inert_vapour,
            inert=ATMOSPHERE, rise=vapour_rise(load, lot.length, AMBIENT, self.nitrogen_flow),
        )  # fmt: skip
        since = (visit.elapsed or 0.0) - self.load_time - self.pump_down_time
        stops = (since, since - vacuum.duration - self.backfill_time)
        waited = rested(came, roll, visit.waited, self.hall_transfer, self.refinement)
        return programme(waited, roll, (vacuum, inert), stops, visit.stopped, self.refinement, traced=traced)

    def _vacuum_time(self, lot: Lot, visit: Visit) -> float:
        if visit.attempt == 0:
            return self.vacuum_time
        too_wet = lot.properties.get("residual_solvent_vacuum", 0.0) > self.residual_limit
        return self.repeat_vacuum_time if too_wet else 0.0

    def _rise(self, lot: Lot, visit: Visit) -> float:
        return vapour_rise(max(1, visit.load), lot.length, self.vacuum_temperature, self.pump_speed)

    def _drying(self, lot: Lot, visit: Visit, done: Programme) -> dict[str, float]:
        """Measures of the wait and of the vacuum, which every roll has."""
        pumped = 2.0 * max(1, visit.load) * lot.length * done.vacuum.flow
        pressure = self.chamber_pressure + self._rise(lot, visit) * done.vacuum.flow
        return {
            "start_temperature": float(done.waited.temperature.mean()),
            "residual_solvent_vacuum": of_coating(done.dried.wettest()),
            "drying_time": done.vacuum.reached,
            "blister_pressure": max(done.vacuum.blister, done.inert.blister),
            "gap_pressure": done.vacuum.vapour,
            "chamber_pressure_max": pressure,
            "pump_load": pumped,
            "pump_flow": vapour_volume(pumped, self.vacuum_temperature, pressure),
        }

    def _worth(self, lot: Lot, roll: Roll, done: Programme, draws: Draws) -> dict[str, float]:
        """Measures of the finished film at its worst place."""
        glass = lot.properties.get("glass_transition", 593.15)
        gel = laminate.insoluble_fraction(float(done.cured.crosslinks.min()))
        solvent = of_coating(done.cured.wettest())
        share = volume_fraction(solvent, NMP.density, MATTER.film_density)
        rough = lot.properties.get("carrier_roughness", FOIL_ROUGHNESS)
        grade = lot.properties.get("carrier_grade", rough)  # of the foil, whatever its reel
        resin = lot.properties.get("expansion_score", draws.normal("expansion"))  # of the varnish that the roll is of
        strain = draws.lognormal("residual_strain", self.residual_strain, self.residual_strain_sigma)
        tear = draws.lognormal("tear", self.tear_base, self.tear_sigma)
        peel = draws.lognormal("adhesion", self.adhesion_base, self.adhesion_sigma)
        attack = draws.lognormal("alkali", self.alkali_rate, self.alkali_sigma)
        softening = draws.normal("softening", glass + self.softening_rise, self.softening_sd)
        return {
            "residual_solvent": solvent,
            "insoluble": gel,
            "insoluble_max": laminate.insoluble_fraction(float(done.cured.crosslinks.max())),
            "core_temperature": done.inert.core,
            "time_above_200": done.inert.above,
            "tear_strength": laminate.tear_strength(tear, gel, solvent),
            "dimensional_change": laminate.dimensional_change(strain, SHRINKAGE_TEST, self.relaxation_time, share),
            "solder_resistance": laminate.solder_resistance(softening, share, self.blister_limit),
            "adhesion": laminate.adhesion(peel, grade, solvent),
            "curl_radius": self._curl(roll, min(hottest(lot.properties, done) + self.stress_free_rise, glass), resin),
            "roughness": rough,
            "modulus_retention": laminate.modulus_retention(attack, gel),
            "radial_warming": 1.0 - axis_left(self._fourier(lot, roll, done)),
        }

    def _fourier(self, lot: Lot, roll: Roll, done: Programme) -> float:
        """Fourier number of the radial way, which the model leaves out."""
        heated = done.vacuum_time + done.inert_time
        return self.radial_conductivity / warmth(roll) * heated / max(radii_of(lot.properties)[1], 1e-3) ** 2

    def _curl(self, roll: Roll, free: float, resin: float) -> float:
        """Radius of curl; the film expands as the resin of its varnish does, in standard deviations. [m]"""
        mismatch = (self.expansion + self.expansion_sd * resin - COPPER_EXPANSION) * (
            free - AMBIENT
        ) + self.shrinkage_strain
        bend = laminate.curvature(mismatch, roll.film, roll.foil, self.film_modulus, COPPER_MODULUS)
        return laminate.curl_radius(bend)

    def _utilities(
        self, lot: Lot, roll: Roll, done: Programme, cooling: float, load: int, losses: Mapping[str, float]
    ) -> dict[str, float]:
        """What a roll's share of the oven used; its own heat is that of copper, film and vapour."""
        hot = done.vacuum_time + self.backfill_time + done.inert_time
        volume = lot.length * 2.0 * roll.half_width * (roll.foil + roll.film + roll.gap)
        heat = volume * warmth(roll) * max(0.0, float(done.cured.temperature.mean()) - AMBIENT)
        heat += self.latent_heat * sum(losses.values())
        swept = self.purge_volumes * self.chamber_volume + self.nitrogen_flow * (done.inert_time + cooling)
        return {
            "electricity_kWh": (self.shell_power * hot / load + heat) / 3.6e6,
            "nitrogen_m3": swept / load,
            "trap_load_kg": losses[TRAP],
        }

    @staticmethod
    def _flags(lot: Lot, roll: Roll, done: Programme, trap_share: float) -> tuple[str, ...]:
        told = lot.properties
        doubts = {
            "not converged: curing": not (done.rest.converged and done.vacuum.converged and done.inert.converged),
            "extrapolated: curing, gap pressure": max(done.vacuum.vapour, done.inert.vapour) > TESTED_PRESSURE,
            "extrapolated: curing, above Tg": hottest(told, done) > told.get("glass_transition", 593.15),
            "above trap capacity: curing": trap_share > 1.0,
        }
        outside = tuple(f"extrapolated: curing, {name}" for name in untested(roll, done))
        return (*outside, *(doubt for doubt, holds in doubts.items() if holds))
