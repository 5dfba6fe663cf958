"""Predrying: hot air drives solvent off the web until it can be wound, no further and not so fast that it blisters."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from twin.draws import Draws
from twin.material import Lot
from twin.parameter import param
from twin.polymer.cure import cured
from twin.polymer.diffusion import Film, Gas
from twin.polymer.drying import EVEN, NODES, ORDER, ROWS, TOLERANCE, Dried, history, mass_transfer
from twin.polymer.exhaust import air_heat, safe_air
from twin.polymer.field import LANES
from twin.polymer.roll import amounts
from twin.polymer.solvents import AMBIENT, SOLVENTS, Solvent
from twin.stage import Outcome, Profile, Visit

RATING = "pilot plant: fans blow air of the hall, 25 degC, or hotter; dryer rated to 250 degC"
IDLE = (("idle", AMBIENT),)  # neither fan nor heater runs
HOTTEST = 400.0  # K, A-434: so far two published curves of dioxolane's vapour pressure agree within 0.1 %
MOST_CURED = 0.1  # mol/mol, A-435: epoxy that may react in the dryer before the film dries otherwise than modelled
FASTEST = 100.0  # m/s, where a cap is no cap: nothing evaporates


@dataclass(frozen=True, slots=True, kw_only=True)
class Predrying:
    """Pass the web through the zones of the dryer; a zone at hall temperature is idle."""

    name: ClassVar[str] = "predrying"
    measures: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "residual_solvent": "kg/kg",
            "residual_solvent_max": "kg/kg",
            "residual_solvent_min": "kg/kg",
            **{f"residual_solvent_lane_{lane}": "kg/kg" for lane in range(1, LANES + 1)},
            "initial_wetness": "1",
            "evaporated_wetness": "1",
            "blister_index": "1",
            "blister_ratio": "1",
            "skin_time": "s",
            "web_exit_temperature": "K",
            "speed_cap": "m/s",
            "safe_air": "m^3/s",
            "solvent_to_exhaust": "kg/s",
            "conversion": "mol/mol",
            "residence": "s",
        }
    )

    solvent: str = param(
        "1,3-dioxolane", source="JP 2003-027014 [0035]", about="Solvent of the varnish.", evidence="patent"
    )
    zone_1: float = param(
        373.15, "K", low=AMBIENT, high=523.15, source="JP 2003-027014 [0036]", shop="degC",
        about="Air temperature of the first zone.", evidence="patent", limit=RATING, named=IDLE,
    )  # fmt: skip
    zone_2: float = param(
        373.15, "K", low=AMBIENT, high=523.15, source="JP 2003-027014 [0036]", shop="degC",
        about="Air temperature of the second zone.", evidence="patent", limit=RATING, named=IDLE,
    )  # fmt: skip
    zone_3: float = param(
        393.15, "K", low=AMBIENT, high=523.15, source="JP 2003-027014 [0036]", shop="degC",
        about="Air temperature of the third zone.", evidence="patent", limit=RATING, named=IDLE,
    )  # fmt: skip
    zone_4: float = param(
        393.15, "K", low=AMBIENT, high=523.15, source="JP 2003-027014 [0036]", shop="degC",
        about="Air temperature of the fourth zone.", evidence="patent", limit=RATING, named=IDLE,
    )  # fmt: skip
    zones: float = param(
        4.0, "1", low=1.0, high=4.0, choices=(1.0, 2.0, 3.0, 4.0), source="A-54", about="Zones that the web passes."
    )
    zone_length: float = param(10.0, "m", low=0.5, high=50.0, source="A-54", about="Web path in one zone.")
    heat_transfer: float = param(
        50.0, "W/m^2/K", low=5.0, high=150.0, source="A-54 (slot jets 20-100, free convection 10)",
        about="Heat transfer coefficient of each face.",
    )  # fmt: skip
    mass_transfer_factor: float = param(
        1.0,
        "1",
        low=0.5,
        high=2.0,
        source="A-54",
        about="Mass transfer over what Chilton and Colburn expect of the heat.",
    )
    air_heat_capacity: float = param(
        1010.0, "J/m^3/K", low=700.0, high=1250.0, source="CRC Handbook, air at 75 degC",
        about="Heat capacity of the drying air by volume.", evidence="literature",
    )  # fmt: skip
    zone_air: float = param(0.25, "m^3/s", low=0.01, high=5.0, source="A-55", about="Fresh air to each zone.")
    flammable_share: float = param(
        0.25, "1", low=0.05, high=0.5, source="NFPA 86: 25 % without an analyser",
        about="Share of the lower flammable limit that the exhaust of a zone may reach.", evidence="literature",
    )  # fmt: skip
    interaction: float = param(
        0.45, "1", low=0.3, high=0.6, source="A-53", about="Flory-Huggins parameter of solvent and film."
    )
    dry_diffusivity: float = param(
        2e-13, "m^2/s", low=1e-16, high=1e-11, source="A-51 (NMP: 1e-15, A-52)",
        about="Diffusivity of a trace of solvent at 120 degC; it gives the patent's films indices of 1.0-1.22.",
    )  # fmt: skip
    dry_energy: float = param(
        60e3, "J/mol", low=30e3, high=120e3, source="A-51 (NMP: 90e3, A-52)", about="Its activation energy.",
        shop="kJ/mol",
    )  # fmt: skip
    wet_diffusivity: float = param(
        3e-9, "m^2/s", low=1e-9, high=1e-8, source="A-53", about="Self-diffusivity of the solvent at 120 degC."
    )
    wet_energy: float = param(
        18e3, "J/mol", low=8e3, high=30e3, source="A-53", about="Its activation energy.", shop="kJ/mol"
    )
    plasticising: float = param(
        0.35, "1", low=0.2, high=0.6, source="A-53", about="Volume fraction of solvent that half-way frees diffusion."
    )
    film_heat_capacity: float = param(
        1100.0, "J/kg/K", low=900.0, high=1500.0, source="A-53", about="Heat capacity of the dry film."
    )
    blister_threshold: float = param(
        1.4, "1", low=1.0, high=2.0, source="A-56: the patent's films at 1.0-1.22 are good",
        about="Pressure of solvent at the foil, over one atmosphere, at which bubbles grow.",
    )  # fmt: skip
    temperature_sd: float = param(
        1.0, "K", high=10.0, source="A-57", about="Scatter of air temperature from roll to roll.", shop="delta_degC"
    )
    recovery: float = param(
        0.92,
        "kg/kg",
        high=1.0,
        source="A-59",
        about="Solvent vapour that the exhaust's condenser gives back; 0.90-0.95.",
    )
    fan_power: float = param(1.5e3, "W", high=5e4, source="A-58", about="Fans of one zone.", shop="kW")
    separated: float = param(
        0.7, "kg/kg", high=1.0, source="A-32", about="Epoxy and hardener in the phase that separates at 0.3; 0.5-0.9."
    )
    refinement: float = param(
        1.0, "1", low=1.0, high=4.0, source="numerical", evidence="computed",
        about="How many times as fine the grid and the time steps are; to judge the solution, not the dryer.",
    )  # fmt: skip

    def run(self, lot: Lot, visit: Visit, draws: Draws, /) -> Outcome:
        """Dry one coated web; what stood in the dryer during a stop is cut out."""
        solvent, speed = SOLVENTS[self.solvent], max(lot.properties["speed"], 1e-6)
        film, zones = self._film(lot, solvent), self._zones(draws, speed)
        done, _ = self._dried(lot, film, zones)
        dry_share = 1.0 - max(done.wetness, 0.0) / film.wetness if film.wetness > 0.0 else 0.0
        gone = lot.properties["solvent_mass"] * dry_share
        path = self.zone_length * len(zones)
        cut = 0.0 if visit.elapsed is None else min(path * max(1, visit.stops), lot.length)
        share = 1.0 - cut / lot.length if lot.length > 0.0 else 1.0
        measures = self._measures(lot, film, done, zones, speed)
        mass = lot.mass - gone
        duration = lot.length / speed
        return Outcome(
            lot=lot.becoming(
                self._properties(lot, film, done, share, gone) | _handed(measures),
                material="predried_web", mass=mass * share, length=lot.length - cut,
            ),
            duration=max(duration - (visit.elapsed or 0.0), 0.0),
            measures=measures,
            losses={
                f"recovered {solvent.name}": self.recovery * gone,
                f"vapour {solvent.name}": gone - self.recovery * gone,
            }
            | ({"overdried web": mass * (1.0 - share)} if cut else {}),
            scrap={"stopped in dryer": cut} if cut else {},
            utilities=self._utilities(zones, duration),
            flags=self._flags(lot, done, zones, measures),
        )  # fmt: skip

    def profiles(self, lot: Lot, visit: Visit, draws: Draws, /) -> tuple[Profile, ...]:  # noqa: ARG002 - of the seam
        """Residual solvent and web temperature along the dryer, the mean of all lanes."""
        solvent, speed = SOLVENTS[self.solvent], max(lot.properties["speed"], 1e-6)
        film = self._film(lot, solvent)
        _, points = self._dried(lot, film, self._zones(draws, speed), rows=ROWS)
        way = tuple((points[:, 0] * speed).tolist())
        names = {
            "residual solvent, mean": "residual_solvent", "residual solvent at the foil": "",
            "residual solvent at the surface": "",
        }  # fmt: skip
        shown = [
            Profile(name, "kg/kg", "way through the dryer", "m", way,
                    tuple(_mass_fraction(film, wetness) for wetness in points[:, column].tolist()), measure)
            for column, (name, measure) in enumerate(names.items(), 1)
        ]  # fmt: skip
        warm = tuple(points[:, 4].tolist())
        return (*shown, Profile("web temperature", "K", "way through the dryer", "m", way, warm))

    def _dried(
        self, lot: Lot, film: Film, zones: list[tuple[float, float]], rows: int = 0
    ) -> tuple[Dried, NDArray[np.float64]]:
        """Solve all lanes that the coating left, with grid and steps as fine as asked for."""
        known, solvent = lot.properties, SOLVENTS[self.solvent]
        lanes = tuple(known[f"lane_{number}"] for number in range(1, LANES + 1)) if "lane_1" in known else EVEN
        transfer = mass_transfer(self.heat_transfer, self.air_heat_capacity, solvent.lewis) * self.mass_transfer_factor
        nodes = round((NODES - 1) * self.refinement) + 1
        gas = Gas(AMBIENT, self.heat_transfer, transfer)
        return history(film, gas, zones, nodes, TOLERANCE / self.refinement**ORDER, lanes, rows)

    def _zones(self, draws: Draws, speed: float) -> list[tuple[float, float]]:
        offset = draws.normal("temperature", 0.0, self.temperature_sd)
        temperatures = (self.zone_1, self.zone_2, self.zone_3, self.zone_4)[: round(self.zones)]
        return [(one + offset if one > AMBIENT else AMBIENT, self.zone_length / speed) for one in temperatures]

    def _film(self, lot: Lot, solvent: Solvent) -> Film:
        known = lot.properties
        dry, density = max(known["dry_thickness"], 1e-8), known["film_density"]
        wetness = known["solvent_mass"] / solvent.density * density / max(known["solids_mass"], 1e-9)
        return Film(
            thickness=dry,
            wetness=wetness,
            polymer_density=density,
            solvent_density=solvent.density,
            molar_mass=solvent.molar_mass,
            heat_of_vaporisation=solvent.heat_of_vaporisation,
            pressure=solvent.pressure,
            interaction=self.interaction,
            dry_diffusivity=self.dry_diffusivity,
            dry_energy=self.dry_energy,
            wet_diffusivity=self.wet_diffusivity,
            wet_energy=self.wet_energy,
            plasticising=self.plasticising,
            solvent_heat=solvent.heat_capacity,
            dry_heat=known["carrier_heat"] + dry * density * self.film_heat_capacity,
        )

    @staticmethod
    def _properties(lot: Lot, film: Film, done: Dried, share: float, gone: float) -> dict[str, float]:
        left = max(lot.properties["solvent_mass"] - gone, 0.0)
        return amounts(lot.properties, share) | {
            "solvent_mass": left * share,
            "coating_thickness": lot.properties.get("thickest_lane", film.thickness) * (1.0 + max(done.wetness, 0.0)),
            "blister_index": done.blister,
        }

    def _measures(
        self, lot: Lot, film: Film, done: Dried, zones: list[tuple[float, float]], speed: float
    ) -> dict[str, float]:
        area = film.thickness * lot.properties["coated_width"] * speed
        loads = [one * area * film.solvent_density for one in done.evaporated]
        air = safe_air(max(loads), SOLVENTS[self.solvent], self.flammable_share)
        return {
            "residual_solvent": _mass_fraction(film, done.wetness),
            "residual_solvent_max": _mass_fraction(film, max(done.lanes)),
            "residual_solvent_min": _mass_fraction(film, min(done.lanes)),
            **_by_lane(film, done),
            "initial_wetness": film.wetness,
            "evaporated_wetness": sum(done.evaporated),
            "blister_index": done.blister,
            "blister_ratio": done.blister / self.blister_threshold,
            "skin_time": done.skin,
            "web_exit_temperature": done.temperature,
            "speed_cap": min(speed * self.zone_air / max(air, 1e-12), FASTEST),
            "safe_air": air,
            "solvent_to_exhaust": sum(loads),
            "conversion": self._conversion(lot, zones),
            "residence": self.zone_length * round(self.zones) / speed,
        }

    def _conversion(self, lot: Lot, zones: list[tuple[float, float]]) -> float:
        """Conversion of the epoxy after the dryer; the thin web is as hot as the air. [mol/mol]."""
        known = lot.properties
        conversion, diluted = known.get("conversion", 0.0), known.get("reactive_share", 0.0)
        if diluted > 0.0:
            for temperature, time in zones:
                conversion = cured(conversion, temperature, time, diluted, self.separated)
        return conversion

    def _utilities(self, zones: list[tuple[float, float]], duration: float) -> dict[str, float]:
        running = [one for one, _ in zones if one != AMBIENT]
        power = sum(air_heat(self.zone_air, max(one, AMBIENT)) + self.fan_power for one in running)
        return {"electricity_kWh": power * duration / 3.6e6, "air_m3": self.zone_air * len(zones) * duration}

    def _flags(
        self, lot: Lot, done: Dried, zones: list[tuple[float, float]], measures: Mapping[str, float]
    ) -> tuple[str, ...]:
        hottest = max(one for one, _ in zones)
        reacted = measures["conversion"] - lot.properties.get("conversion", 0.0)
        doubts = {
            "not converged: predrying": not done.converged,
            "above speed cap: predrying": lot.properties["speed"] > measures["speed_cap"],
            "extrapolated: predrying, hot air": hottest > max(SOLVENTS[self.solvent].pressure[6], HOTTEST),
            "extrapolated: predrying, cure": reacted > MOST_CURED,
        }
        return tuple(doubt for doubt, holds in doubts.items() if holds)


def _by_lane(film: Film, done: Dried) -> dict[str, float]:
    """Residual solvent of each lane, of a web without lanes that of all. [kg/kg]."""
    lanes = done.lanes if len(done.lanes) == LANES else (done.wetness,) * LANES
    return {f"residual_solvent_lane_{lane}": _mass_fraction(film, wet) for lane, wet in enumerate(lanes, 1)}


def _mass_fraction(film: Film, wetness: float) -> float:
    solvent = max(wetness, 0.0) * film.solvent_density
    return solvent / (solvent + film.polymer_density)


def _handed(measures: Mapping[str, float]) -> dict[str, float]:
    """What later stages read of the measures."""
    names = ("residual_solvent", "residual_solvent_max", "residual_solvent_min", "residence", "conversion")
    return {name: measures[name] for name in names}
